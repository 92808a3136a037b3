package cloacina

import (
	"container/heap"
	"time"
)

// due is something that has to happen at an instant.
type due struct {
	at    time.Time
	seq   uint64 // breaks ties: what was added first comes first
	index int    // in the heap; -1 outside
	do    func()
}

// timers hold everything that waits for the clock. The loop sleeps until the
// earliest of them; nothing is polled.
type timers struct {
	heap dueHeap
	seq  uint64
}

// add makes do run at the instant. Instants carry the monotonic clock, so a
// change of the wall clock moves nothing.
func (t *timers) add(at time.Time, do func()) *due {
	t.seq++
	d := &due{at: at, seq: t.seq, do: do}
	heap.Push(&t.heap, d)
	return d
}

// remove forgets d. Removing nil, or what has happened already, does nothing.
func (t *timers) remove(d *due) {
	if d != nil && d.index >= 0 {
		heap.Remove(&t.heap, d.index)
	}
}

// fire runs what is due, the earliest first.
func (t *timers) fire(now time.Time) {
	for len(t.heap) > 0 && !t.heap[0].at.After(now) {
		heap.Pop(&t.heap).(*due).do()
	}
}

// next returns the earliest instant.
func (t *timers) next() (time.Time, bool) {
	if len(t.heap) == 0 {
		return time.Time{}, false
	}
	return t.heap[0].at, true
}

type dueHeap []*due

func (h dueHeap) Len() int { return len(h) }

func (h dueHeap) Less(i, j int) bool {
	if h[i].at.Equal(h[j].at) {
		return h[i].seq < h[j].seq
	}
	return h[i].at.Before(h[j].at)
}

func (h dueHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].index, h[j].index = i, j
}

func (h *dueHeap) Push(x any) {
	d := x.(*due)
	d.index = len(*h)
	*h = append(*h, d)
}

func (h *dueHeap) Pop() any {
	old := *h
	d := old[len(old)-1]
	old[len(old)-1] = nil
	*h = old[:len(old)-1]
	d.index = -1
	return d
}
