package check

import (
	"go/ast"
	"go/token"
	"go/types"

	"github.com/cloacina-go/cloacina/annotations"
)

// Source is one type-checked Go package, as [Check] takes it.
type Source struct {
	// Fset has the positions of Files and Types.
	Fset *token.FileSet
	// Dir is the directory of the files.
	Dir string
	// Files are the parsed files with their comments. Generated files of ours
	// are reduced to their package clause, or left out.
	Files []*ast.File
	// Bytes are the contents of Files by the file name in Fset.
	Bytes map[string][]byte
	// Parsed are the annotations of those Files that were read before. Defaults to
	// none: what is missing is read from Bytes.
	Parsed map[*ast.File]Parsed
	// Types is the package as type-checked; it may have type errors.
	Types *types.Package
	// Info needs Defs. With Types, Uses, Selections and Instances of the bodies of
	// functions, too, those of dynamic tasks are looked at; without, such a task
	// is taken to read and write anything.
	Info *types.Info
	// Excluded are the files of the directory that hold directives but are
	// not in Files.
	Excluded []ExcludedFile
	// Beside are other files of the package, such as those of its tests or of
	// other systems. Of these only the names count that they declare.
	Beside []*ast.File
	// Test says that the package was loaded with its _test.go files. Check
	// then speaks about the annotations in those files only; the others are
	// spoken about when the package is checked without.
	Test bool
}

// Parsed is what [annotations.ParseFile] has returned for a file.
type Parsed struct {
	Source   *annotations.Source
	Findings []annotations.Finding
}

// ExcludedFile is a file with directives that is no part of the build.
type ExcludedFile struct {
	// Name is the file name, in the form of those in Fset.
	Name string
	// Src is its content.
	Src []byte
	// Reason says why it is left out: what [ConstrainedBy] returns, or another
	// reason, such as "it belongs to package main".
	Reason string
}
