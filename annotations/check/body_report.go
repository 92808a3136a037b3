package check

import (
	"strconv"

	"github.com/cloacina-go/cloacina/annotations"
)

// reportOpen says at which places the bodies of dynamic tasks cannot be
// followed, each place once.
func (c *checker) reportOpen(w *workflow) {
	said := make(map[OpenPlace]int)
	for _, t := range w.tasks {
		if t.code == nil || t.code.Body == nil {
			continue
		}
		for _, o := range t.code.Body.Open {
			if i, again := said[o]; again {
				f := &c.findings[i]
				f.Related = append(f.Related, related(t.decl.Target, "task %q comes here, too", t.id))
				continue
			}
			said[o] = len(c.findings)
			f := found(annotations.CodeOpenBody, o.Span,
				"not all keys of task %q are known, and none is checked, because %s", t.id, o.Reason)
			f.Related = []annotations.Related{related(t.decl.Target, "%s is declared here", t.id)}
			c.report(w, f)
		}
	}
}

// renameRead is a fix that gives the reads of a body another key; false if one
// of them does not have it as a literal in one of the files.
func (c *checker) renameRead(places []BodyPlace, key string) (annotations.Fix, bool) {
	fix := annotations.Fix{Message: "read the key " + key}
	for _, p := range places {
		if _, ours := c.src.Bytes[p.Span.File]; !ours || !p.Literal || p.Method == "Update" {
			return annotations.Fix{}, false
		}
		edit := annotations.Edit{Span: p.Span, New: strconv.Quote(key)}
		if n := len(fix.Edits); n == 0 || fix.Edits[n-1] != edit {
			fix.Edits = append(fix.Edits, edit)
		}
	}
	return fix, len(fix.Edits) > 0
}
