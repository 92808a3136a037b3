package cloacina

import (
	"slices"
	"testing"

	"github.com/cloacina-go/cloacina/internal/store"
)

// What is taken apart keeps its order and whose it is.
func TestPartOfABatch(t *testing.T) {
	t.Parallel()
	var b batch
	one, two := &openRun{num: 1}, &openRun{num: 2}
	for i, run := range []*openRun{one, two, nil, one} {
		b.add(run, &store.CallbackDone{Task: i})
	}
	part := b.part(func(run *openRun) bool { return run != two })
	want := []store.Change{b.changes[0], b.changes[2], b.changes[3]}
	if !slices.Equal(part.changes, want) || !slices.Equal(part.runs, []*openRun{one, nil, one}) {
		t.Errorf("%v of %v", part.changes, part.runs)
	}
	if b.len() != 4 || part.len() != 3 {
		t.Errorf("%d of %d changes", part.len(), b.len())
	}
}

// A slice that is used again keeps nothing alive, and no room for the largest
// round that there ever was.
func TestEmptied(t *testing.T) {
	t.Parallel()
	s := []*openRun{{}, {}}
	again := emptied(s)
	if len(again) != 0 || cap(again) != cap(s) || s[0] != nil || s[1] != nil {
		t.Errorf("%d of %d, %v", len(again), cap(again), s)
	}
	if again := emptied(make([]*openRun, mostKept+1)); again != nil {
		t.Errorf("room for %d is kept", cap(again))
	}
}
