package check

import (
	"bytes"
	"go/format"
	"go/types"
	"strconv"
	"strings"

	"github.com/cloacina-go/cloacina/annotations"
)

// presumed is a required key that only the start of a run can give.
type presumed struct {
	key     string
	readers []*task
	field   Field
}

// checkPresumed reports, once each, the keys that no task writes, in a workflow
// that declares no input. Below an open task nothing is known.
func (c *checker) checkPresumed(w *workflow) {
	byKey := make(map[string]*presumed)
	var all []*presumed
	for _, t := range w.order {
		for i, r := range t.reads {
			if r.Optional || r.Walk || len(w.writers[r.Key]) > 0 {
				continue
			}
			p := byKey[r.Key]
			if p == nil {
				p = &presumed{key: r.Key, field: t.code.readField(i)}
				byKey[r.Key] = p
				all = append(all, p)
			}
			p.readers = append(p.readers, t)
		}
	}
	if len(all) == 0 {
		return
	}
	spelling := newSpelling(w)
	for i, p := range all {
		first := p.readers[0]
		f := found(annotations.CodePresumedInput, first.decl.Target,
			"task %q requires the key %q, which no task writes, so every run must start with it; declare it: "+
				"input=T on the workflow",
			first.id, p.key)
		if meant := spelling.meant(first, p.field); meant != "" {
			f.Message = strings.TrimSuffix(f.Message, "; declare it: input=T on the workflow")
			c.suggestKey(&f, first, p.field, spelling)
		}
		f.Related = []annotations.Related{related(p.field.Span, "%q is read here", p.key)}
		for _, t := range p.readers[1:] {
			f.Related = append(f.Related, related(t.decl.Target, "task %q requires it, too", t.id))
		}
		if i == 0 {
			f.Fixes = append(f.Fixes, c.fixPresumed(w, all)...) // for all of them
		}
		c.report(w, f)
	}
}

// fixPresumed declares an input with the keys: a struct that a task reads and
// that has just these keys, or else a new one.
func (c *checker) fixPresumed(w *workflow, keys []*presumed) []annotations.Fix {
	for _, p := range keys[0].readers {
		if name := c.localName(p); name != "" && hasJust(p.code.In, keys) {
			return []annotations.Fix{addLine(w.decl.Span, "//cloacina:workflow input="+name, "declare the input")}
		}
	}
	name := "Input"
	if w.recv != nil {
		name = w.recv.Obj().Name() + "Input"
	}
	if c.src.Types.Scope().Lookup(name) != nil {
		return nil
	}
	fix := addLine(w.decl.Span, "//cloacina:workflow input="+name, "declare the input")
	text, ok := c.inputType(w, name, keys)
	if !ok {
		return nil
	}
	fix.Message += ", with a new struct type"
	end := c.endOf(w.decl.Target.File)
	fix.Edits = append(fix.Edits, annotations.Edit{Span: end, New: text})
	return []annotations.Fix{fix}
}

// localName is the name of the struct a task reads, if it is one of the package.
// A dynamic task reads none.
func (c *checker) localName(t *task) string {
	if t.code.In == nil {
		return ""
	}
	name := c.typeName(t.code.In.Type)
	if strings.ContainsAny(name, ".[{ ") {
		return ""
	}
	return name
}

// hasJust reports whether the fields of a struct are the keys with their types.
func hasJust(s *Struct, keys []*presumed) bool {
	want := make(map[string]types.Type)
	for _, p := range keys {
		want[p.key] = p.field.Type
	}
	for _, f := range s.Fields {
		if want[f.Key] == nil || !types.Identical(want[f.Key], f.Type) {
			return false
		}
	}
	return len(s.Fields) == len(keys)
}

// inputType writes a struct type with the keys; false if that takes an import.
func (c *checker) inputType(w *workflow, name string, keys []*presumed) (string, bool) {
	var b strings.Builder
	b.WriteString("\n// " + name + " is what a run of " + w.name + " starts with.\ntype " + name + " struct {\n")
	names := make([]string, len(keys))
	for i, p := range keys {
		names[i] = p.key
	}
	fields := uniqueNames(names)
	for i, p := range keys {
		typ := c.typeName(p.field.Type)
		tag := `json:` + strconv.Quote(p.key)
		if strings.Contains(typ, ".") || strings.ContainsAny(tag, "`\n") {
			return "", false
		}
		b.WriteString("\t" + fields[i] + " " + typ + " `" + tag + "`\n")
	}
	b.WriteString("}\n")
	text, err := format.Source([]byte(b.String()))
	return string(text), err == nil
}

// endOf is the empty span at the end of a file.
func (c *checker) endOf(name string) annotations.Span {
	src := c.src.Bytes[name]
	last := bytes.LastIndexByte(src, '\n') + 1
	end := annotations.Pos{
		Offset: len(src),
		Line:   bytes.Count(src, []byte("\n")) + 1,
		Column: len(src) - last + 1,
	}
	return annotations.Span{File: name, Start: end, End: end}
}
