package cache

import (
	"slices"
	"strconv"
)

// Memory is what one run of the tool remembers with. A nil Memory remembers
// nothing.
type Memory struct {
	// View is what everything that is remembered was read through.
	View *View

	dir    Dir
	origin []string
}

// NewMemory returns a Memory over the directory for a program with the given
// environment; nil if nothing can be remembered because it is not known
// which go command would run.
func NewMemory(dir Dir, env []string) *Memory {
	origin, ok := Origin(env)
	if !ok || dir.Path == "" {
		return nil
	}
	return &Memory{View: NewView(), dir: dir, origin: origin}
}

// Recall returns the answer to a question, if there is one whose evidence holds.
func (m *Memory) Recall(question ...string) ([]byte, bool) {
	if m == nil {
		return nil, false
	}
	text, ok := m.dir.Get(m.key(question))
	if !ok {
		return nil, false
	}
	evidence, answer, err := Parse(text)
	if err != nil || !evidence.Holds(m.View) {
		return nil, false
	}
	return answer, true
}

// Remember stores the answer to a question with what it rests on. It is left out
// if that was changed in the meantime, or if the disk does not take it, because
// then the question is only asked again.
func (m *Memory) Remember(e *Evidence, answer []byte, question ...string) {
	if m == nil || e == nil || !e.Settled() {
		return
	}
	_ = m.dir.Put(m.key(question), append(e.Append(nil), answer...))
}

func (m *Memory) key(question []string) Key {
	return NewKey(slices.Concat([]string{strconv.Itoa(len(question))}, question, m.origin)...)
}
