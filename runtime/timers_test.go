package cloacina

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// Timers against a list that is searched: what is due is done in order, each
// once, and what was removed never.
func TestTimers(t *testing.T) {
	t.Parallel()
	type entry struct {
		at, id int
		due    *due
	}
	rapid.Check(t, func(t *rapid.T) {
		begin := time.Unix(0, 0)
		now, next := 0, 0
		var q timers
		var model []*entry
		var fired []int
		t.Repeat(map[string]func(*rapid.T){
			"add": func(t *rapid.T) {
				e := &entry{at: now + rapid.IntRange(-3, 20).Draw(t, "in"), id: next}
				next++
				e.due = q.add(begin.Add(time.Duration(e.at)), func() { fired = append(fired, e.id) })
				model = append(model, e)
			},
			"remove": func(t *rapid.T) {
				if len(model) == 0 {
					q.remove(nil)
					return
				}
				i := rapid.IntRange(0, len(model)-1).Draw(t, "which")
				q.remove(model[i].due)
				q.remove(model[i].due)
				model = slices.Delete(model, i, i+1)
			},
			"fire": func(t *rapid.T) {
				now += rapid.IntRange(0, 10).Draw(t, "later")
				fired = nil
				q.fire(begin.Add(time.Duration(now)))
				slices.SortStableFunc(model, func(a, b *entry) int { return a.at - b.at })
				var want []int
				for len(model) > 0 && model[0].at <= now {
					want = append(want, model[0].id)
					model = model[1:]
				}
				if !slices.Equal(fired, want) {
					t.Fatalf("fired %v, want %v", fired, want)
				}
			},
			"": func(t *rapid.T) {
				at, ok := q.next()
				if ok != (len(model) > 0) {
					t.Fatalf("there is a next one: %t", ok)
				}
				for _, e := range model {
					if begin.Add(time.Duration(e.at)).Before(at) {
						t.Fatalf("next is %v, but %d is earlier", at, e.at)
					}
				}
			},
		})
	})
}
