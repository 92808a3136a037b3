package oracle

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cloacina-go/cloacina/annotations"
	"github.com/cloacina-go/cloacina/internal/domain"
	"github.com/cloacina-go/cloacina/internal/plan"
)

// text is the source.
func (p *program) text() string {
	var b strings.Builder
	b.WriteString("// Package random is drawn.\n//\n//cloacina:workflow")
	if p.declared {
		b.WriteString(" input=Input")
	}
	if p.defaults != "" {
		b.WriteString(" default_trigger_rules=" + p.defaults)
	}
	b.WriteString("\npackage random\n\nimport (\n\t\"context\"\n\t\"math/rand\"\n\n" +
		"\tcloacina \"github.com/cloacina-go/cloacina/runtime\"\n)\n\nvar _ = rand.Int\n\nvar _ context.Context\n\nvar _ cloacina.Values\n" + goTypeDeclarations)
	if p.declared {
		p.structText(&b, "Input", p.input)
	}
	for i := range p.tasks {
		p.taskText(&b, &p.tasks[i])
	}
	return b.String()
}

func (p *program) structText(b *strings.Builder, name string, fields []programField) {
	fmt.Fprintf(b, "\ntype %s struct {\n", name)
	for _, f := range fields {
		typ, tag := p.types[f.key].text, f.key
		switch f.form {
		case "pointer":
			typ = "*" + typ
		case "omitempty", "omitzero":
			tag += "," + p.omit(f)
		}
		fmt.Fprintf(b, "\tF%s %s `json:\"%s\"`\n", f.key, typ, tag)
	}
	b.WriteString("}\n")
}

// omit is the tag option of a field; omitempty has no effect on a struct or an array.
func (p *program) omit(f programField) string {
	switch p.types[f.key].text {
	case "Inner", "[2]string":
		return "omitzero"
	}
	return f.form
}

func (p *program) taskText(b *strings.Builder, t *programTask) {
	fmt.Fprintf(b, "\n//cloacina:task id=%s retry_attempts=0", t.id)
	if t.allow {
		b.WriteString(" allow_failure")
	}
	if len(t.deps) > 0 {
		switch t.style {
		case 0:
			b.WriteString(" dependencies=" + strings.Join(t.deps, ","))
		case 1:
			b.WriteString("\n//cloacina:task dependencies = [" + strings.Join(t.deps, ", ") + "]")
		default:
			b.WriteString(" dependencies=[\n//cloacina:task     \"" + strings.Join(t.deps, "\",\n//cloacina:task     \"") + "\"]")
		}
	}
	if t.rule != nil {
		fmt.Fprintf(b, "\n//cloacina:task trigger_rules=(%s)", annotations.Format(t.rule))
	}
	name := strings.ToUpper(t.id)
	if t.dynamic {
		p.bodyText(b, name, t.body)
		return
	}
	in, out, result := "", "error", "nil"
	if len(t.in) > 0 {
		in = ", in In" + name
	}
	if len(t.out) > 0 {
		out, result = "(Out"+name+", error)", "Out"+name+"{}, nil"
	}
	fmt.Fprintf(b, "\nfunc %s(ctx context.Context%s) %s { return %s }\n", name, in, out, result)
	if len(t.in) > 0 {
		p.structText(b, "In"+name, t.in)
	}
	if len(t.out) > 0 {
		p.structText(b, "Out"+name, t.out)
	}
}

func (p *program) bodyText(b *strings.Builder, name string, body []operation) {
	fmt.Fprintf(b, "\nfunc %s(ctx context.Context, c *cloacina.Context) error {\n", name)
	for _, op := range body {
		typ := p.types[op.key].text
		if op.perhaps {
			b.WriteString("\tif rand.Int() > 1 {\n")
		}
		switch op.what {
		case "get":
			fmt.Fprintf(b, "\tif _, err := cloacina.Get[%s](c, %q); err != nil {\n\t\treturn err\n\t}\n", typ, op.key)
		case "lookup":
			fmt.Fprintf(b, "\tif _, _, err := cloacina.Lookup[%s](c, %q); err != nil {\n\t\treturn err\n\t}\n", typ, op.key)
		case "has":
			fmt.Fprintf(b, "\t_ = c.Has(%q)\n", op.key)
		case "delete":
			fmt.Fprintf(b, "\tif err := c.Delete(%q); err != nil {\n\t\treturn err\n\t}\n", op.key)
		case "default", "default lookup":
			look := fmt.Sprintf("if !c.Has(%q) {\n", op.key)
			if op.what != "default" {
				look = fmt.Sprintf("if _, ok, err := cloacina.Lookup[%s](c, %q); err != nil {\n\t\treturn err\n\t} else if !ok {\n", typ, op.key)
			}
			fmt.Fprintf(b, "\tvar v%s %s\n\t%s\t\tif err := c.Set(%q, v%[1]s); err != nil {\n\t\t\treturn err\n\t\t}\n\t}\n", op.key, typ, look, op.key)
		default:
			method := strings.ToUpper(op.what[:1]) + op.what[1:]
			fmt.Fprintf(b, "\tvar v%s %s\n\tif err := c.%s(%q, v%[1]s); err != nil {\n\t\treturn err\n\t}\n", op.key, typ, method, op.key)
		}
		if op.perhaps {
			b.WriteString("\t}\n")
		}
	}
	b.WriteString("\treturn nil\n}\n")
}

// givers are the types of what the tasks of the plan write and of the input, from
// what the source says and not from what the checker made of it.
func (p *program) givers(made *plan.Plan) givers {
	var types givers
	for _, in := range made.Input {
		typ := p.types[in.Name]
		t := typ.typ
		if typ.input != nil {
			t = typ.input
		}
		types.input = append(types.input, t)
	}
	for i := range made.Tasks {
		source := p.tasks[slices.IndexFunc(p.tasks, func(t programTask) bool { return t.id == made.Tasks[i].ID })]
		var written []*domain.Type
		for _, w := range made.Tasks[i].Writes {
			written = append(written, p.written(&source, w.Key))
		}
		types.writes = append(types.writes, written)
	}
	return types
}

// written is the type of a key as a task writes it.
func (p *program) written(t *programTask, key string) *domain.Type {
	typ := p.types[key]
	if t.dynamic {
		if typ.nilText == "null" || typ.text == "any" {
			return orNull(typ.typ)
		}
		return typ.typ
	}
	if typ.typ == domain.Any { // a field that is null is not written
		other := *typ.typ
		other.Kinds &^= domain.Null
		return &other
	}
	for _, f := range t.out {
		if f.key == key && (f.form == "omitempty" || f.form == "omitzero") {
			return p.leavesOut(typ, p.omit(f))
		}
	}
	return typ.typ
}

// leavesOut is a type without what its tag option leaves out.
func (p *program) leavesOut(typ *goType, option string) *domain.Type {
	c := *typ.typ
	switch {
	case typ.text == "Inner" || typ.text == "[2]string":
		return &c // the zero value is one of many that rules may not tell apart
	case option == "omitzero" && typ.nilText != "":
		return &c // an empty list is not nil
	case c.Numbers.Kind == domain.Floats || c.Numbers.Kind == domain.Floats32:
		return &c // -0 is written, and equals 0
	}
	c.NonZero = true
	return &c
}
