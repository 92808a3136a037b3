package load

import (
	"bytes"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/cloacina-go/cloacina/annotations"
)

// file is a parsed file and what its directives declare.
type file struct {
	name string
	src  []byte
	ast  *ast.File
	// errs are the syntax errors; the tree is then incomplete, and directives
	// are not read from it.
	errs []annotations.Finding
	// declared is what the directives declare; found is what there is to say
	// about them.
	declared *annotations.Source
	found    []annotations.Finding
}

// annotated reports whether the file holds a directive, something near
// one, or a syntax error that hides whether it does.
func (f *file) annotated() bool {
	if len(f.errs) > 0 {
		return mentionsDirective(f.src)
	}
	return f.declared != nil && len(f.declared.Workflows)+len(f.declared.Tasks)+len(f.found) > 0
}

// parse returns a file of a directory, parsed once. Directives are read only
// from files whose text mentions one.
func (l *loader) parse(d *directory, name string) (*file, error) {
	path := filepath.Join(d.path, name)
	if f, ok := l.files[path]; ok {
		return f, nil
	}
	src, ok := d.texts[path]
	if !ok {
		var err error
		if src, err = l.view.ReadFile(path); err != nil {
			return nil, fmt.Errorf("read a file of the package: %w", err)
		}
	}
	f := &file{name: path, src: src}
	tree, err := parser.ParseFile(l.fset, path, src, parser.ParseComments|parser.SkipObjectResolution)
	f.ast = tree
	f.errs = syntaxErrors(path, src, err)
	if len(f.errs) == 0 && suspicious(src) {
		f.declared, f.found = annotations.ParseFile(l.fset, tree, src)
	}
	l.files[path] = f
	return f, nil
}

// syntaxErrors turns the error of the parser into findings.
func syntaxErrors(path string, src []byte, err error) []annotations.Finding {
	var list scanner.ErrorList
	if !errors.As(err, &list) {
		return nil
	}
	list.RemoveMultiples()
	var found []annotations.Finding
	for _, e := range list {
		pos := token.Position{Filename: path, Offset: e.Pos.Offset, Line: e.Pos.Line, Column: e.Pos.Column}
		found = append(found, annotations.Finding{
			Code: annotations.CodeGoError, Span: wordAt(pos, src), Message: oneLine("syntax error: " + e.Msg),
		})
	}
	return found
}

// wordAt returns the span of the identifier or string that starts at a
// position, or of the byte there.
func wordAt(pos token.Position, src []byte) annotations.Span {
	end := pos.Offset
	for end < len(src) && wordByte(src[end]) {
		end++
	}
	if end == pos.Offset && end < len(src) && src[end] != '\n' {
		end += max(1, quotedLength(src[end:]))
	}
	start := annotations.Pos{Offset: pos.Offset, Line: pos.Line, Column: pos.Column}
	stop := start
	stop.Offset, stop.Column = end, start.Column+end-pos.Offset
	return annotations.Span{File: pos.Filename, Start: start, End: stop}
}

// quotedLength returns the length of the one-line string that text starts with;
// zero if it starts with none.
func quotedLength(text []byte) int {
	if line := bytes.IndexByte(text, '\n'); line >= 0 {
		text = text[:line]
	}
	quoted, err := strconv.QuotedPrefix(string(text))
	if err != nil {
		return 0
	}
	return len(quoted)
}

func wordByte(b byte) bool {
	return b == '_' || b >= 0x80 || '0' <= b && b <= '9' || 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z'
}

// oneLine returns a message of the compiler without its line ends.
func oneLine(message string) string { return strings.Join(strings.Fields(message), " ") }
