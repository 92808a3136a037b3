package annotations

import (
	"go/ast"
	"go/token"
)

const onFunction = "stands on a function"

// places says of each comment group that belongs to a node of the tree where it
// stands.
func (p *fileParser) places() map[*ast.CommentGroup]string {
	m := placeMap{}
	m.put(p.file.Doc, "stands on the package")
	ast.Inspect(p.file, m.visit)
	delete(m, nil)
	return m
}

type placeMap map[*ast.CommentGroup]string

// put keeps the first place of a group: outer nodes are visited first.
func (m placeMap) put(group *ast.CommentGroup, place string) {
	if _, known := m[group]; !known {
		m[group] = place
	}
}

func (m placeMap) visit(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.FuncDecl:
		m.put(n.Doc, onFunction)
	case *ast.GenDecl:
		m.declaration(n)
	case *ast.InterfaceType:
		m.fields(n.Methods, "stands on an interface method")
	case *ast.StructType:
		m.fields(n.Fields, "stands on a struct field")
	}
	return true
}

func (m placeMap) declaration(decl *ast.GenDecl) {
	place := "stands on " + article[decl.Tok]
	if decl.Tok == token.TYPE && !decl.Lparen.IsValid() {
		place = "stands on a type"
	}
	m.put(decl.Doc, place)
	for _, spec := range decl.Specs {
		switch spec := spec.(type) {
		case *ast.ImportSpec:
			m.both(spec.Doc, spec.Comment, place)
		case *ast.ValueSpec:
			m.both(spec.Doc, spec.Comment, place)
		case *ast.TypeSpec:
			m.both(spec.Doc, spec.Comment, "stands on a type")
		}
	}
}

// both places the doc comment of a node and the comment behind it.
func (m placeMap) both(doc, behind *ast.CommentGroup, place string) {
	m.put(doc, place)
	m.put(behind, "stands behind a declaration, on the same line")
}

func (m placeMap) fields(list *ast.FieldList, place string) {
	if list == nil {
		return
	}
	for _, f := range list.List {
		m.both(f.Doc, f.Comment, place)
	}
}

// place returns where a group stands, or "" if it stands between declarations.
func (p *fileParser) place(group *ast.CommentGroup, known map[*ast.CommentGroup]string) string {
	if place, ok := known[group]; ok {
		return place
	}
	if p.behindCode(group) {
		return "stands behind code, on the same line"
	}
	before := len(p.file.Decls) - len(p.declsBehind(group.Pos()))
	if before == 0 || p.file.Decls[before-1].End() <= group.Pos() {
		return ""
	}
	if f, ok := p.file.Decls[before-1].(*ast.FuncDecl); ok && f.Body != nil && f.Body.Lbrace < group.Pos() {
		return "stands in the body of a function"
	}
	return "stands inside a declaration"
}

// behindCode says that something other than blanks stands before the comment on
// its line.
func (p *fileParser) behindCode(group *ast.CommentGroup) bool {
	for i := p.offset(group.Pos()) - 1; i >= 0 && i < len(p.src) && p.src[i] != '\n'; i-- {
		if !isBlank(p.src[i]) {
			return true
		}
	}
	return false
}
