package load

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"

	"github.com/cloacina-go/cloacina/annotations"
	"github.com/cloacina-go/cloacina/annotations/check"
)

// compileUnit type-checks a unit, hands it to the generator and type-checks it
// again with what that returned. The error says that the tool could not work.
func (l *loader) compileUnit(u *unit) error {
	if u.done {
		return nil
	}
	u.busy = true
	defer func() { u.busy, u.done = false, true }()
	before, err := l.generatedBefore(u)
	if err != nil {
		return err
	}
	s, err := l.newStub(u)
	if err != nil {
		return err
	}
	beside := before
	if s != nil {
		beside = append(beside, s.ast)
	}
	first := l.typeCheck(u, beside, u.annotated())
	u.types = first.types
	l.markOpaque(u.types, s)
	if found := u.syntaxErrors(); len(found) > 0 {
		u.findings = append(found, u.directiveFindings()...)
		return nil
	}
	if !u.annotated() {
		// What only bodies use seems unused, because they are not looked at.
		u.findings = l.findings(u, hard(first.errs))
		return nil
	}
	return l.generate(u, first, before)
}

// generatedBefore returns the generated file of a test unit's base: the real
// one, or its stub if there are errors.
func (l *loader) generatedBefore(u *unit) ([]*ast.File, error) {
	if u.base == nil || u.base.idle {
		return nil, nil
	}
	if err := l.compileUnit(u.base); err != nil {
		return nil, err
	}
	if u.base.content != nil {
		tree, err := l.parseGenerated(u.base)
		return []*ast.File{tree}, err
	}
	s, err := l.newStub(u.base)
	if err != nil || s == nil {
		return nil, err
	}
	return []*ast.File{s.ast}, nil
}

func (l *loader) parseGenerated(u *unit) (*ast.File, error) {
	tree, err := parser.ParseFile(l.fset, u.output(), u.content, parser.SkipObjectResolution)
	if err != nil {
		return nil, fmt.Errorf("the file generated for %s is not Go; please report this fault of cloacina-gen: %w", u.path, err)
	}
	return tree, nil
}

// markOpaque remembers the result types of a stub, whose fields are unknown as
// long as nothing better takes the stub's place.
func (l *loader) markOpaque(p *types.Package, s *stub) {
	if s == nil {
		return
	}
	for _, name := range s.results {
		if object := p.Scope().Lookup(name); object != nil {
			l.opaque[object] = true
		}
	}
}

// directiveFindings are what the files say by themselves, when a syntax error
// in one of them makes it impossible to look at them together.
func (u *unit) directiveFindings() []annotations.Finding {
	var found []annotations.Finding
	for _, f := range u.own() {
		found = append(found, f.found...)
	}
	return found
}

// generate runs the generator and checks its file.
func (l *loader) generate(u *unit, first checked, before []*ast.File) error {
	content, found, err := l.config.Generate(l.source(u, first))
	if err != nil {
		return fmt.Errorf("generate for package %s: %w", u.path, err)
	}
	u.findings = found
	if content == nil || failed(found) {
		u.findings = append(u.findings, l.findings(u, l.withoutOpaque(u, first))...)
		return nil
	}
	u.content = content
	tree, err := l.parseGenerated(u)
	if err != nil {
		return err
	}
	beside := append(before, tree)
	var second checked
	if len(first.errs) == 0 {
		second = l.typeCheckHeads(u, beside)
	} else {
		second = l.typeCheck(u, beside, true)
	}
	u.findings = append(u.findings, l.findings(u, second.errs)...)
	u.types = second.types
	if failed(u.findings) {
		u.content = nil
		return nil
	}
	for _, e := range second.errs {
		if !e.Soft {
			return fmt.Errorf("the file generated for %s does not compile with its runtime: %s\n"+
				"use the cloacina-gen of the runtime's version: go tool cloacina-gen", u.path, e.Msg)
		}
	}
	return nil
}

// source is what the checker gets: the files without those of ours.
func (l *loader) source(u *unit, c checked) *check.Source {
	src := &check.Source{
		Fset: l.fset, Dir: u.dir, Bytes: map[string][]byte{},
		Types: c.types, Info: c.info, Excluded: u.excluded, Test: u.base != nil,
	}
	for _, f := range u.files {
		src.Files = append(src.Files, f.ast)
		src.Bytes[f.name] = f.src
	}
	return src
}

// findings turns type errors in the files of a unit into findings.
func (l *loader) findings(u *unit, errs []types.Error) []annotations.Finding {
	var found []annotations.Finding
	for _, e := range errs {
		pos := l.fset.PositionFor(e.Pos, false)
		f := l.files[pos.Filename]
		if f == nil {
			continue
		}
		found = append(found, annotations.Finding{Code: CodeGoError, Span: wordAt(pos, f.src), Message: e.Msg})
	}
	return found
}

func (l *loader) position(pos token.Pos) token.Position { return l.fset.PositionFor(pos, false) }
