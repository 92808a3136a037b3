package cloacina

import (
	"sync"
	"testing"
)

type numbered int

func (numbered) apply(*loop) {}

// Many push, one takes: nothing is lost, and each sender's order is kept.
func TestQueue(t *testing.T) {
	t.Parallel()
	const senders, each = 8, 1000
	q := newQueue()
	var wg sync.WaitGroup
	for s := range senders {
		wg.Go(func() {
			for i := range each {
				if !q.push(numbered(s*each + i)) {
					t.Error("refused")
				}
			}
		})
	}
	last := map[int]int{}
	for n := 0; n < senders*each; {
		<-q.wake
		for _, e := range q.take(nil) {
			s, i := int(e.(numbered))/each, int(e.(numbered))%each
			if want := last[s]; i != want {
				t.Fatalf("sender %d: got %d, want %d", s, i, want)
			}
			last[s]++
			n++
		}
	}
	wg.Wait()
	q.push(numbered(0))
	q.close()
	if q.push(numbered(1)) || len(q.take(nil)) != 0 {
		t.Error("a closed queue takes and gives")
	}
}
