package check

import (
	"go/token"
	"reflect"
	"strconv"
	"strings"

	"github.com/cloacina-go/cloacina/annotations"
)

// spelling knows the keys that a workflow has, for one that may be misspelt.
type spelling struct {
	// keys are those of each shape, and givers say where one comes from.
	keys   map[string][]string
	givers map[string][]*task
}

func newSpelling(w *workflow) *spelling {
	s := &spelling{keys: make(map[string][]string), givers: make(map[string][]*task)}
	if w.input != nil {
		for _, f := range w.input.Fields {
			s.add(f.Key, f.Shape, nil)
		}
	}
	for _, t := range w.order {
		for _, write := range t.writes {
			if !write.OnlyDeletes() {
				s.add(write.Key, write.Shape, t)
			}
		}
	}
	return s
}

// add takes a key that a task gives, or with nil the start of the run.
func (s *spelling) add(key, shape string, giver *task) {
	if s.givers[key] == nil {
		s.keys[shape] = append(s.keys[shape], key)
	}
	s.givers[key] = append(s.givers[key], giver)
}

// meant returns the key that a field of a task was most likely meant to read: a
// similar one of the same shape that something else gives. It is empty if there
// is none.
func (s *spelling) meant(t *task, field Field) string {
	key := annotations.Suggest(field.Key, s.keys[field.Shape])
	for _, giver := range s.givers[key] {
		if giver != t {
			return key
		}
	}
	return ""
}

// suggestKey adds the key that was probably meant, if there is one, and the fix
// that names it in the field's tag.
func (c *checker) suggestKey(f *annotations.Finding, t *task, field Field, s *spelling) {
	key := s.meant(t, field)
	if key == "" {
		return
	}
	f.Message += "; did you mean " + strconv.Quote(key) + "?"
	if fix, ok := c.renameKey(field, key); ok {
		f.Fixes = append(f.Fixes, fix)
	}
}

// renameKey is a fix that gives a field another key; false if its tag cannot
// simply be changed, or is not in one of the files.
func (c *checker) renameKey(field Field, key string) (annotations.Fix, bool) {
	if field.origin == nil {
		return c.renameRead(field.keys, key)
	}
	node := c.fieldNode(field.origin)
	message, quoted := "read the key %s", `json:`+strconv.Quote(key)
	if node == nil || len(node.Names) != 1 || strings.ContainsAny(quoted, "`\\") {
		return annotations.Fix{}, false
	}
	if node.Tag == nil {
		end := c.span(node.Type.End(), node.Type.End())
		return replace(end, " `"+quoted+"`", message, key), true
	}
	tag := node.Tag.Value
	name, _, _ := strings.Cut(reflect.StructTag(strings.Trim(tag, "`")).Get("json"), ",")
	if name == "" || !strings.HasPrefix(tag, "`") {
		return annotations.Fix{}, false
	}
	at := node.Tag.Pos() + token.Pos(strings.Index(tag, `json:"`)+len(`json:"`))
	return replace(c.span(at, at+token.Pos(len(name))), key, message, key), true
}
