package annotations

import (
	"bytes"
	"go/ast"
	"go/token"
	"slices"
	"sort"
)

// reportUnused reports the directives that no declaration has taken.
func (p *fileParser) reportUnused() {
	if len(p.groups) == 0 {
		return
	}
	places := p.places()
	for i, group := range p.file.Comments {
		reported := make(map[string]bool, len(verbs))
		for _, d := range p.groups[group] {
			if reported[d.verb] || d.meant {
				continue // the same annotation, continued, or reported already
			}
			reported[d.verb] = true
			p.renew()
			p.unused(d, group, i, places)
		}
	}
}

func (p *fileParser) unused(d directive, group *ast.CommentGroup, index int, places map[*ast.CommentGroup]string) {
	if place := p.place(group, places); place != "" {
		p.misplaced(d, place)
		return
	}
	next := p.nextDeclaration(group)
	if next == nil {
		p.misplaced(d, "stands behind the last declaration of the file")
		return
	}
	if !next.takes(d.verb) {
		p.misplaced(d, "stands before "+next.what)
		return
	}
	f := p.report(CodeDetached, d.start, d.head, "//cloacina:"+d.verb+" is separated from "+next.what+
		" by a blank line and has no effect; remove the blank line")
	f.Related = related(p.spanOf(next.name), next.what+" is declared here")
	p.fixDetached(f, group, index, next)
	if next.function != nil && !p.isTask(next.function) {
		p.task(p.claim(group, verbTask), next.function)
	}
}

// isTask reports whether a function has an annotation.
func (p *fileParser) isTask(decl *ast.FuncDecl) bool {
	return slices.ContainsFunc(p.source.Tasks, func(t *Task) bool { return t.Func == decl })
}

// fixDetached removes the blank lines behind a group if nothing else is there.
func (p *fileParser) fixDetached(f *Finding, group *ast.CommentGroup, index int, next *declared) {
	start, end := p.groupEnd(group), p.offset(next.pos)
	if index+1 < len(p.file.Comments) {
		end = min(end, p.offset(p.file.Comments[index+1].Pos()))
	}
	if start > end || end > len(p.src) {
		return
	}
	gap := p.src[start:end]
	if len(bytes.TrimSpace(gap)) > 0 {
		return
	}
	line := "\n"
	if bytes.HasPrefix(gap, []byte("\r\n")) {
		line = "\r\n"
	}
	p.fix(f, "remove the blank line", start, end, line)
}

// groupEnd returns the end of the last line of a group.
func (p *fileParser) groupEnd(group *ast.CommentGroup) int {
	text, start := p.comment(group.List[len(group.List)-1])
	return start + len(text)
}

func (p *fileParser) misplaced(d directive, place string) {
	f := p.report(CodeMisplaced, d.start, d.head,
		"//cloacina:"+d.verb+" "+place+", where it has no effect; "+home(d.verb))
	if d.verb == verbWorkflow && place == onFunction {
		f.Message = "//cloacina:workflow " + place + ", where it has no effect; a function is a task"
		p.fixChange(f, d.start, d.head, "//cloacina:"+verbTask)
	}
}

// home says where a directive belongs.
func home(verb string) string {
	if verb == verbTask {
		return "it belongs into the doc comment of a function or method declaration"
	}
	return "it belongs into the package doc comment or that of a struct type"
}

// declared is what a directive could have been meant for.
type declared struct {
	what string
	name ast.Node
	pos  token.Pos
	verb string
	// function is what a task stands on; nil for everything else.
	function *ast.FuncDecl
}

func (d *declared) takes(verb string) bool { return d.verb == verb }

// nextDeclaration returns the declaration or package clause behind a comment.
func (p *fileParser) nextDeclaration(group *ast.CommentGroup) *declared {
	if group.End() <= p.file.Package {
		return &declared{"package " + p.file.Name.Name, p.file.Name, p.file.Package, verbWorkflow, nil}
	}
	behind := p.declsBehind(group.End())
	if len(behind) == 0 {
		return nil
	}
	switch decl := behind[0].(type) {
	case *ast.FuncDecl:
		return &declared{"func " + decl.Name.Name, decl.Name, decl.Pos(), verbTask, decl}
	case *ast.GenDecl:
		return declaredBy(decl)
	default:
		return &declared{"a declaration with a syntax error", decl, decl.Pos(), "", nil}
	}
}

// declsBehind returns the declarations that begin at pos or behind it.
func (p *fileParser) declsBehind(pos token.Pos) []ast.Decl {
	i := sort.Search(len(p.file.Decls), func(i int) bool { return p.file.Decls[i].Pos() >= pos })
	return p.file.Decls[i:]
}

func declaredBy(decl *ast.GenDecl) *declared {
	d := &declared{article[decl.Tok], decl, decl.Pos(), "", nil}
	if len(decl.Specs) == 0 || decl.Lparen.IsValid() {
		return d
	}
	if spec, ok := decl.Specs[0].(*ast.TypeSpec); ok {
		d.what, d.name = "type "+spec.Name.Name, spec.Name
		if _, ok := spec.Type.(*ast.StructType); ok {
			d.verb = verbWorkflow
		}
	}
	return d
}

// article names a declaration by its keyword.
var article = map[token.Token]string{
	token.IMPORT: "an import", token.CONST: "a constant", token.VAR: "a variable", token.TYPE: "a group of types",
}
