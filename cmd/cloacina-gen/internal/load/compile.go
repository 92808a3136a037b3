package load

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"slices"
	"strings"

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
	defer func() {
		u.busy, u.done = false, true
		u.opaque = u.content == nil && len(u.workflows()) > 0
	}()
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
		beside = slices.Concat(before, []*ast.File{s.ast})
	}
	first := l.typeCheck(u, beside, u.annotated())
	u.types = first.types
	u.blocked = l.importsOpaque(u)
	l.markOpaque(u.types, s)
	if found := u.syntaxErrors(); len(found) > 0 {
		u.findings = slices.Concat(found, u.directiveFindings())
		return nil
	}
	if !u.annotated() {
		// What only bodies use seems unused, because they are not looked at.
		u.findings = l.findings(hard(first.errs))
		return nil
	}
	return l.generate(u, first, before)
}

// importsOpaque reports whether a unit imports types that are not fully known.
func (l *loader) importsOpaque(u *unit) bool {
	return slices.ContainsFunc(u.imports(), func(path string) bool {
		dep := l.units[path]
		return dep != nil && (dep.opaque || dep.blocked)
	})
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
		return []*ast.File{u.base.tree}, nil
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
		return nil, fmt.Errorf("the file generated for %s is not Go, a fault of cloacina-gen: %w", u.path, err)
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
	generated, found, err := l.config.Generate(l.source(u, first))
	if err != nil {
		return fmt.Errorf("generate for package %s: %w", u.path, err)
	}
	u.findings = found
	if generated == nil || failed(found) || u.blocked {
		u.findings = append(u.findings, l.findings(l.withoutOpaque(u, first))...)
		if !u.blocked && !failed(u.findings) {
			// What kept the generator from its work is nowhere else.
			u.findings = append(u.findings, l.findings(first.errs)...)
		}
		return nil
	}
	u.content, u.tree = generated.Content, generated.Tree
	if u.tree == nil {
		if u.tree, err = l.parseGenerated(u); err != nil {
			return err
		}
	}
	beside := slices.Concat(before, []*ast.File{u.tree})
	var second checked
	if len(first.errs) == 0 {
		second = l.typeCheckHeads(u, beside)
	} else {
		second = l.typeCheck(u, beside, true)
	}
	u.findings = append(u.findings, l.findings(second.errs)...)
	u.types = second.types
	if failed(u.findings) {
		u.content = nil
		return nil
	}
	if errs := hard(second.errs); len(errs) > 0 {
		return fmt.Errorf("the file generated for %s does not compile with its runtime: %s\n"+
			"use the cloacina-gen of the runtime's version: go tool cloacina-gen", u.path, errs[0].Msg)
	}
	return nil
}

// source is what the checker gets: the files without those of ours.
func (l *loader) source(u *unit, c checked) *check.Source {
	src := &check.Source{
		Fset: l.fset, Dir: u.dir, Bytes: map[string][]byte{}, Parsed: map[*ast.File]check.Parsed{},
		Types: c.types, Info: c.info, Excluded: u.excluded, Beside: u.beside, Test: u.base != nil,
	}
	for _, f := range u.files {
		src.Files = append(src.Files, f.ast)
		src.Bytes[f.name] = f.src
		if f.declared != nil {
			src.Parsed[f.ast] = check.Parsed{Source: f.declared, Findings: f.found}
		}
	}
	return src
}

// findings turns type errors in the files of a unit into findings. An error
// that starts with a tab continues the one before it.
func (l *loader) findings(errs []types.Error) []annotations.Finding {
	var found []annotations.Finding
	last := -1 // the finding of the last error that is no continuation
	for _, e := range errs {
		continuation := strings.HasPrefix(e.Msg, "\t")
		if !continuation {
			last = -1
		}
		pos := l.position(e.Pos)
		f := l.files[pos.Filename]
		switch {
		case f == nil:
		case !continuation:
			last = len(found)
			found = append(found, annotations.Finding{
				Code: annotations.CodeGoError, Span: wordAt(pos, f.src), Message: oneLine(e.Msg),
			})
		case last >= 0:
			found[last].Related = append(found[last].Related, annotations.Related{
				Span: wordAt(pos, f.src), Message: oneLine(e.Msg),
			})
		}
	}
	return found
}

func (l *loader) position(pos token.Pos) token.Position { return l.fset.PositionFor(pos, false) }
