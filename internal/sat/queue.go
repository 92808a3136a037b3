package sat

// queue is a heap of open variables, the most active first and, of equals, the one
// that was made first.
type queue struct {
	heap   []int32
	places []int32 // by variable: its place in the heap, -1 if it is not in it
}

func less(a, b int32, activity []float64) bool {
	if activity[a] != activity[b] {
		return activity[a] > activity[b]
	}
	return a < b
}

// push adds a variable unless it is there.
func (q *queue) push(v int, activity []float64) {
	if q.places[v] >= 0 {
		return
	}
	q.places[v] = int32(len(q.heap))
	q.heap = append(q.heap, int32(v))
	q.up(len(q.heap)-1, activity)
}

// pop removes the first variable; -1 if there is none.
func (q *queue) pop(activity []float64) int {
	if len(q.heap) == 0 {
		return -1
	}
	first, last := q.heap[0], q.heap[len(q.heap)-1]
	q.heap = q.heap[:len(q.heap)-1]
	q.places[first] = -1
	if len(q.heap) > 0 {
		q.heap[0], q.places[last] = last, 0
		q.down(0, activity)
	}
	return int(first)
}

// raise moves a variable whose activity has grown.
func (q *queue) raise(v int, activity []float64) {
	if q.places[v] >= 0 {
		q.up(int(q.places[v]), activity)
	}
}

// clear empties the queue.
func (q *queue) clear() {
	for _, v := range q.heap {
		q.places[v] = -1
	}
	q.heap = q.heap[:0]
}

func (q *queue) up(i int, activity []float64) {
	v := q.heap[i]
	for i > 0 {
		parent := (i - 1) / 2
		if !less(v, q.heap[parent], activity) {
			break
		}
		q.put(i, q.heap[parent])
		i = parent
	}
	q.put(i, v)
}

func (q *queue) down(i int, activity []float64) {
	v := q.heap[i]
	for {
		child := 2*i + 1
		if child >= len(q.heap) {
			break
		}
		if child+1 < len(q.heap) && less(q.heap[child+1], q.heap[child], activity) {
			child++
		}
		if !less(q.heap[child], v, activity) {
			break
		}
		q.put(i, q.heap[child])
		i = child
	}
	q.put(i, v)
}

func (q *queue) put(i int, v int32) {
	q.heap[i], q.places[v] = v, int32(i)
}
