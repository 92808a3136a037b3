package cloacina

import (
	"math/rand/v2"
	"testing"
)

// What comes out is what went in, in its order, and the room of what has come out is
// used again, whether the list is ever empty or not.
func TestFifo(t *testing.T) {
	t.Parallel()
	for _, least := range []int{0, 1, 200} {
		var q fifo[*int]
		rng := rand.New(rand.NewPCG(uint64(least), 0))
		pushed, popped := 0, 0
		for pushed < 20_000 {
			for range 1 + rng.IntN(100) {
				n := pushed
				q.push(&n)
				pushed++
			}
			for range rng.IntN(120) {
				if q.len() <= least {
					break
				}
				n, ok := q.pop()
				if !ok || *n != popped {
					t.Fatalf("popped %d, %v, want %d", *n, ok, popped)
				}
				popped++
			}
			if q.len() != pushed-popped {
				t.Fatalf("%d items, want %d", q.len(), pushed-popped)
			}
			if most := 2*q.len() + 64; len(q.items) > most {
				t.Fatalf("%d places for %d items", len(q.items), q.len())
			}
			for i, n := range q.items[:cap(q.items)] {
				if n != nil && (i < q.head || i >= len(q.items)) {
					t.Fatal("an item is kept that was popped")
				}
			}
		}
		for n, ok := q.pop(); ok; n, ok = q.pop() {
			if *n != popped {
				t.Fatalf("popped %d, want %d", *n, popped)
			}
			popped++
		}
		if popped != pushed || len(q.items) > 0 {
			t.Errorf("%d of %d items, %d places", popped, pushed, len(q.items))
		}
	}
}
