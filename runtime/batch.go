package cloacina

import "github.com/cloacina-go/cloacina/internal/store"

// batch is a list of changes that are committed together, with the memory of most of them.
type batch struct {
	changes []store.Change
	runs    []*openRun // parallel to changes: whose they are; nil for what no store refuses

	created  slab[store.RunCreated]
	decided  slab[store.TaskDecided]
	started  slab[store.AttemptStarted]
	ended    slab[store.TaskEnded]
	runEnded slab[store.RunEnded]
}

// slab keeps changes of one kind, whose memory is used again for the next batch. They
// are those that there are most of, and would be the greater part of what is allocated
// for each.
type slab[T any] []T

// put keeps a change and returns where.
func (s *slab[T]) put(v T) *T {
	*s = append(*s, v)
	return &(*s)[len(*s)-1]
}

func (b *batch) len() int { return len(b.changes) }

func (b *batch) add(run *openRun, c store.Change) {
	b.changes, b.runs = append(b.changes, c), append(b.runs, run)
}

// empty empties the batch for the next round.
func (b *batch) empty() {
	b.changes, b.runs = emptied(b.changes), emptied(b.runs)
	b.created, b.decided, b.started = emptied(b.created), emptied(b.decided), emptied(b.started)
	b.ended, b.runEnded = emptied(b.ended), emptied(b.runEnded)
}

// part returns the changes of some of the runs.
func (b *batch) part(of func(run *openRun) bool) batch {
	var part batch
	for i, run := range b.runs {
		if of(run) {
			part.add(run, b.changes[i])
		}
	}
	return part
}

// mostKept is how long a slice may be that is kept for the next round.
const mostKept = 4096

// emptied returns the slice for reuse, unless it has become too large.
func emptied[S ~[]T, T any](s S) S {
	if cap(s) > mostKept {
		return nil
	}
	clear(s)
	return s[:0]
}
