package main

import (
	"context"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/cloacina-go/cloacina/annotations"
	"github.com/cloacina-go/cloacina/annotations/check"
	"github.com/cloacina-go/cloacina/cmd/cloacina-gen/internal/load"
	"github.com/google/go-cmp/cmp"
)

// Each repair of each finding in the corpus gives source that parses, whose
// annotations gofmt leaves as they are, and that no longer has the finding.
func TestFixesRepairTheCorpus(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	readCorpus(t, root)
	var sources []*check.Source
	generate := func(src *check.Source) (*load.Generated, []annotations.Finding, error) {
		sources = append(sources, src)
		return new(compiler).compile(src)
	}
	packages, err := load.Load(context.Background(), load.Config{Dir: root, Patterns: []string{"./..."}, Generate: generate})
	if err != nil || len(sources) == 0 {
		t.Fatalf("%d sources: %v", len(sources), err)
	}
	for _, p := range packages {
		for _, o := range p.Outputs {
			if err := write(o); err != nil {
				t.Fatal(err)
			}
		}
	}
	r := &repairer{t: t, imports: newCorpusVet(t, sources[0].Fset, root), kinds: map[annotations.Code]int{}}
	for _, src := range sources {
		r.repair(src)
	}
	tried := 0
	for _, n := range r.kinds {
		tried += n
	}
	t.Logf("%d repairs of %d codes", tried, len(r.kinds))
	// At least 20 kinds of findings can be repaired by a machine.
	if len(r.kinds) < 50 || tried < 200 {
		t.Errorf("tried only %d repairs, of %d codes", tried, len(r.kinds))
	}
}

// repairer tries repairs.
type repairer struct {
	t       *testing.T
	imports types.Importer
	// kinds counts the repairs by the code of their finding.
	kinds map[annotations.Code]int
}

// decisions are the findings whose repair changes what a working program does, or
// is one of several that could be meant, so that fix leaves it to the author, see
// --code.
var decisions = []annotations.Code{
	annotations.CodeShorthandWithoutTasks,
	annotations.CodeRedundantDependency, annotations.CodeIndirectAncestor, // shorthands count dependencies
	annotations.CodeOverlap, annotations.CodeGap, annotations.CodeNeverCompletes, annotations.CodeDeadTask,
	annotations.CodeEveryRunFails, annotations.CodePresumedInput, annotations.CodeOmittedValue,
	annotations.CodeMissingKey, annotations.CodeRunsAfterFailure, annotations.CodeNeverSet,
	annotations.CodeUnorderedWriters, annotations.CodeNegatedMissing, annotations.CodeUnknownKind,
	annotations.CodeUnreadWrite, annotations.CodeDeletedKey, annotations.CodeFloatAsInteger, annotations.CodeOpenBody,
	annotations.CodeFallbackFailsRun, annotations.CodeUnhandledFailure, annotations.CodeRunTooLong,
	annotations.CodeAttemptBeyondRun, annotations.CodeNeverArrives, annotations.CodeNoConstant,
	annotations.CodeWriterBeside, annotations.CodeFraction,
}

// repair tries the repairs of all findings of a package.
func (r *repairer) repair(src *check.Source) {
	_, before := check.Check(r.with(src, "", nil))
	if slices.ContainsFunc(before, func(f annotations.Finding) bool { return f.Code == annotations.CodeTooManyErrors }) {
		return // a repair only makes room for the next finding
	}
	for _, f := range before {
		for _, fix := range f.Fixes {
			r.try(src, before, f, fix)
		}
	}
}

func (r *repairer) try(src *check.Source, before []annotations.Finding, f annotations.Finding, fix annotations.Fix) {
	r.kinds[f.Code]++
	if leavesMeaning(f.Code) == slices.Contains(decisions, f.Code) {
		r.t.Errorf("%s: decide whether its repair %q is without effect: fix.go and this test say different things", f.Code, fix.Message)
	}
	name := filepath.Join(filepath.Base(filepath.Dir(f.Span.File)), filepath.Base(f.Span.File))
	if !inOneFile(fix) {
		r.t.Errorf("%s: the edits of %q are not in one file", name, fix.Message)
		return
	}
	file := fix.Edits[0].Span.File
	text, ok := textOf(src, file)
	if !ok {
		r.t.Errorf("%s: %q changes %s, which is no file of the package", name, fix.Message, file)
		return
	}
	fixed := applyEdits(text, fix.Edits)
	tidy, err := formatted(fixed)
	if err != nil {
		r.t.Errorf("%s: %q: %v\n%s", name, fix.Message, err, fixed)
		return
	}
	if d := cmp.Diff(directiveLines(fixed), directiveLines(tidy)); d != "" {
		r.t.Errorf("%s: gofmt changes what %q has written (-fixed +gofmt):\n%s", name, fix.Message, d)
	}
	_, after := check.Check(r.with(src, file, fixed))
	if alike(after, f) >= alike(before, f) {
		r.t.Errorf("%s: %q leaves %s %s\n%s", name, fix.Message, f.Code, f.Message, fixed)
	}
}

// alike counts the findings that say the same, wherever.
func alike(findings []annotations.Finding, f annotations.Finding) int {
	n := 0
	for _, other := range findings {
		if other.Code == f.Code && other.Message == f.Message {
			n++
		}
	}
	return n
}

// directiveForm is what gofmt takes for a directive.
var directiveForm = regexp.MustCompile(`^//cloacina:[a-z0-9]`)

// directiveLines are the comments that are directives of ours.
func directiveLines(text []byte) []string {
	var lines []string
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimSpace(line); directiveForm.MatchString(line) {
			lines = append(lines, line)
		}
	}
	return lines
}

// textOf returns the text of a file of the source, excluded ones included.
func textOf(src *check.Source, name string) ([]byte, bool) {
	if text, ok := src.Bytes[name]; ok {
		return text, true
	}
	for _, f := range src.Excluded {
		if f.Name == name {
			return f.Src, true
		}
	}
	return nil, false
}

// with returns the source, type-checked again, with another text of one file.
func (r *repairer) with(src *check.Source, name string, text []byte) *check.Source {
	changed := *src
	changed.Bytes = map[string][]byte{}
	changed.Files, changed.Excluded = nil, slices.Clone(src.Excluded)
	for i, f := range changed.Excluded {
		if f.Name == name {
			changed.Excluded[i].Src = text
		}
	}
	for _, f := range src.Files {
		file := src.Fset.PositionFor(f.FileStart, false).Filename
		changed.Bytes[file] = src.Bytes[file]
		if file == name {
			changed.Bytes[file] = text
			f = r.parse(src.Fset, name, text, f)
		}
		changed.Files = append(changed.Files, f)
	}
	changed.Info = &types.Info{
		Types: map[ast.Expr]types.TypeAndValue{}, Defs: map[*ast.Ident]types.Object{},
		Uses: map[*ast.Ident]types.Object{}, Selections: map[*ast.SelectorExpr]*types.Selection{},
		Implicits: map[ast.Node]types.Object{}, Instances: map[*ast.Ident]types.Instance{},
	}
	config := types.Config{Importer: r.imports, FakeImportC: true, Error: func(error) {}}
	files := slices.Concat(changed.Files, r.generated(src))
	changed.Types, _ = config.Check(src.Types.Path(), src.Fset, files, changed.Info)
	return &changed
}

// generated are the files of ours that stand beside the source.
func (r *repairer) generated(src *check.Source) []*ast.File {
	var files []*ast.File
	for _, name := range []string{load.FileName, load.TestFileName} {
		tree, err := parser.ParseFile(src.Fset, filepath.Join(src.Dir, name), nil, parser.SkipObjectResolution)
		if err == nil && (src.Test || name == load.FileName) {
			files = append(files, tree)
		}
	}
	return files
}

func (r *repairer) parse(fset *token.FileSet, name string, text []byte, before *ast.File) *ast.File {
	tree, err := parser.ParseFile(fset, name, text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return before // it was reported
	}
	return tree
}
