package annotations

import (
	"go/ast"
	"go/token"
	"slices"
	"strings"
)

// ParseFile reads the annotations of one file, which has been parsed with
// comments; it may have syntax errors. src is the file as it is on disk: its
// bytes, not the comments of the tree, decide about text and columns. The file's
// name in spans is the one it was given to the parser with.
//
// The findings are sorted by position. Each cloacina comment that has no effect is
// among them. An argument with a finding leaves its [Value] unset, except for a
// malformed id and for lists, which keep what could be read, so that one mistake
// does not cause others elsewhere. The Source is never nil.
func ParseFile(fset *token.FileSet, file *ast.File, src []byte) (*Source, []Finding) {
	handle := fset.File(file.FileStart)
	if handle == nil {
		return &Source{}, nil
	}
	p := &fileParser{
		reporter: newReporter(handle, handle.Name()),
		fset:     fset,
		file:     file,
		src:      src,
		source:   &Source{Name: handle.Name()},
		groups:   make(map[*ast.CommentGroup][]directive),
	}
	p.readComments()
	if len(p.groups) > 0 {
		p.readDeclarations()
		p.reportUnused()
	}
	slices.SortStableFunc(p.source.Tasks, func(a, b *Task) int { return a.Span.Start.Offset - b.Span.Start.Offset })
	sortFindings(p.findings)
	return p.source, p.findings
}

// fileParser reads one file.
type fileParser struct {
	*reporter
	fset   *token.FileSet
	file   *ast.File
	src    []byte
	source *Source
	// groups holds the directives that no declaration has taken yet.
	groups map[*ast.CommentGroup][]directive
}

func (p *fileParser) readComments() {
	for _, group := range p.file.Comments {
		p.renew()
		if found := p.directivesOf(group); len(found) > 0 {
			p.groups[group] = found
		}
	}
}

func (p *fileParser) readDeclarations() {
	if text := p.claim(p.file.Doc, verbWorkflow); text != nil {
		p.workflow(text, nil, p.file.Name, p.file.Doc)
	}
	for _, decl := range p.file.Decls {
		switch decl := decl.(type) {
		case *ast.FuncDecl:
			p.function(decl)
		case *ast.GenDecl:
			p.types(decl)
		}
	}
}

func (p *fileParser) function(decl *ast.FuncDecl) {
	if text := p.claim(decl.Doc, verbTask); text != nil {
		p.task(text, decl)
	}
}

// task reads an annotation of a function.
func (p *fileParser) task(text *annotationText, decl *ast.FuncDecl) {
	t := &Task{Span: text.span, Func: decl, Target: p.spanOf(decl.Name), Doc: p.docText(decl.Doc)}
	v := text.read(p.reporter, taskKeys(t))
	v.checkPolicy(&t.Policy, "")
	p.source.Tasks = append(p.source.Tasks, t)
}

func (p *fileParser) types(decl *ast.GenDecl) {
	if decl.Tok != token.TYPE {
		return
	}
	for _, spec := range decl.Specs {
		spec, ok := spec.(*ast.TypeSpec)
		if !ok {
			continue
		}
		doc := spec.Doc
		if doc == nil && !decl.Lparen.IsValid() {
			doc = decl.Doc
		}
		if text := p.claim(doc, verbWorkflow); text != nil {
			p.typeWorkflow(text, spec, doc)
		}
	}
}

func (p *fileParser) typeWorkflow(text *annotationText, spec *ast.TypeSpec, doc *ast.CommentGroup) {
	if _, ok := spec.Type.(*ast.StructType); ok && !spec.Assign.IsValid() {
		p.workflow(text, spec, spec.Name, doc)
		return
	}
	f := p.report(CodeWorkflowNotStruct, text.span.Start.Offset, text.head, "a workflow stands on a struct type, and "+
		spec.Name.Name+" is declared as something else; declare a struct, whose methods are the tasks")
	f.Related = related(p.spanOf(spec.Name), spec.Name.Name+" is declared here")
}

func (p *fileParser) workflow(text *annotationText, spec *ast.TypeSpec, name *ast.Ident, doc *ast.CommentGroup) {
	w := &Workflow{Span: text.span, Type: spec, Target: p.spanOf(name), Doc: p.docText(doc)}
	v := text.read(p.reporter, workflowKeys(w))
	v.checkPolicy(&w.Defaults, "default_")
	p.source.Workflows = append(p.source.Workflows, w)
}

// spanOf returns the place of a node. In a tree with syntax errors the end of one
// can lie behind that of the file.
func (p *fileParser) spanOf(n ast.Node) Span {
	start := p.offset(n.Pos())
	return p.span(start, start+int(n.End()-n.Pos()))
}

// docText returns a doc comment without its directives.
func (p *fileParser) docText(doc *ast.CommentGroup) string {
	text := strings.TrimSpace(doc.Text())
	if len(text) <= MaxDocBytes {
		return text
	}
	start := p.offset(doc.Pos())
	p.report(CodeTooLarge, start, start+len("//"),
		"doc comment is longer than 64 KiB, and the generated file repeats it; move a part of it elsewhere")
	return ""
}

// annotationText is the text of an annotation: all bytes from its first directive
// to its last, with everything but the arguments blanked.
type annotationText struct {
	span Span
	// head is where the head of the first directive ends.
	head int
	buf  []byte
	size int
	// between says which directive each line would begin with, if comments of
	// another kind stand between the lines or behind them.
	between string
}

// claim takes the directives of a verb from a comment group. It returns nil if
// there are none.
func (p *fileParser) claim(group *ast.CommentGroup, verb string) *annotationText {
	var mine, others []directive
	for _, d := range p.groups[group] {
		if d.verb == verb {
			mine = append(mine, d)
		} else {
			others = append(others, d)
		}
	}
	if len(mine) == 0 {
		return nil
	}
	delete(p.groups, group)
	if len(others) > 0 {
		p.groups[group] = others
	}
	p.renew()
	t := p.join(mine)
	behind := 0
	for _, c := range group.List {
		if p.offset(c.Slash) > mine[0].start {
			behind++
		}
	}
	if behind >= len(mine) {
		t.between = "//" + tool + ":" + verb
	}
	return t
}

// join blanks what stands between the arguments of the directives.
func (p *fileParser) join(list []directive) *annotationText {
	first, last := list[0], list[len(list)-1]
	t := &annotationText{span: p.span(first.start, last.end), head: first.head, buf: make([]byte, last.end-first.start)}
	copy(t.buf, p.src[first.start:last.end])
	clean := 0
	for _, d := range list {
		blankLines(t.buf[clean : d.head-first.start])
		clean = d.end - first.start
		t.size += d.end - d.start
	}
	return t
}

// blankLines overwrites all but line ends.
func blankLines(text []byte) {
	for i, c := range text {
		if c != '\n' {
			text[i] = ' '
		}
	}
}

// read reads the arguments and returns a reader for what is judged afterwards.
func (t *annotationText) read(r *reporter, keys *keySet) *valueReader {
	base := t.span.Start.Offset
	if t.size > MaxAnnotationBytes {
		r.report(CodeTooLarge, base, t.head, "annotation is longer than 1 MiB")
	} else {
		scanArguments(&lexer{reporter: r, buf: t.buf, base: base, between: t.between}, keys)
	}
	return &valueReader{&lexer{reporter: r, buf: t.buf, base: base}}
}
