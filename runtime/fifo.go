package cloacina

// fifo is a first-in, first-out list. The zero value is empty.
type fifo[T any] struct {
	items []T
	head  int
}

func (q *fifo[T]) push(item T) { q.items = append(q.items, item) }

func (q *fifo[T]) len() int { return len(q.items) - q.head }

// pop removes the oldest item. It reports false if there is none.
func (q *fifo[T]) pop() (item T, ok bool) {
	if q.len() == 0 {
		return item, false
	}
	var none T
	item, q.items[q.head] = q.items[q.head], none
	q.head++
	q.compact()
	return item, true
}

// compact gives the space of popped items back once none is left or they are the
// greater half, so that each item is moved a constant number of times on average.
func (q *fifo[T]) compact() {
	if q.len() > 0 && (q.head < 64 || q.head*2 < len(q.items)) {
		return
	}
	n := copy(q.items, q.items[q.head:])
	clear(q.items[n:])
	q.items, q.head = q.items[:n], 0
}
