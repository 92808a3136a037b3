package check

import (
	"cmp"
	"container/heap"
	"slices"

	"github.com/cloacina-go/cloacina/internal/plan"
)

// maxWriters is how many possible writers of a read are listed. A read with
// more is found by walking the ancestors, which costs about the same.
const maxWriters = 256

// keyWriters finds, for each read of a key, the ancestors that may write it, in
// the order in which their writes apply. It never lists all ancestors of a task.
type keyWriters struct {
	ancestry *ancestry
	// open says, by index, that an ancestor of the task is open.
	open []bool
	// writers are the tasks that write a key, in the order of the plan.
	writers map[string][]*task
	// asked are the reads of a key, in the order of the plan; keys are the
	// keys in the order in which they were first asked for.
	asked map[string][]question
	keys  []string
}

type question struct {
	reader *task
	read   *plan.Read
}

func newKeyWriters(w *workflow) *keyWriters {
	k := &keyWriters{
		ancestry: w.ancestry,
		open:     make([]bool, len(w.order)),
		writers:  make(map[string][]*task),
		asked:    make(map[string][]question),
	}
	for _, t := range w.order {
		t.writes = t.code.writes()
		for _, write := range t.writes {
			k.writers[write.Key] = append(k.writers[write.Key], t)
		}
		for _, d := range t.deps {
			if k.open[d.index] || d.open() {
				k.open[t.index] = true
				break
			}
		}
	}
	return k
}

// ask registers a read. Below an open task nothing is known.
func (k *keyWriters) ask(key string, reader *task, read *plan.Read) {
	if k.open[reader.index] {
		read.Walk = true
		return
	}
	if len(k.writers[key]) == 0 {
		return
	}
	if k.asked[key] == nil {
		k.keys = append(k.keys, key)
	}
	k.asked[key] = append(k.asked[key], question{reader, read})
}

// answer fills in the writers of everything that was asked.
func (k *keyWriters) answer() {
	for _, key := range k.keys {
		writers, questions := k.writers[key], k.asked[key]
		if len(writers) == 1 {
			k.answerOne(writers[0], questions)
			continue
		}
		k.answerMany(writers, questions)
	}
}

// answerOne is for the key of a single writer. What the forest does not know is
// found by one walk from the writer to the last reader.
func (k *keyWriters) answerOne(writer *task, questions []question) {
	var left []question
	for _, q := range questions {
		k.ancestry.steps++
		if writer != q.reader && k.ancestry.inForest(writer.index, q.reader.index) {
			q.read.Writers = []int{writer.index}
		} else if writer.index < q.reader.index {
			left = append(left, q)
		}
	}
	if len(left) == 0 {
		return
	}
	after := k.ancestry.after(writer, left[len(left)-1].reader.index+1)
	for _, q := range left {
		if after[q.reader] {
			q.read.Writers = []int{writer.index}
		}
	}
}

// written are the possible writers of a key before or at a task, in the order
// in which they apply.
type written struct {
	list []int
	// many says that there are too many to list.
	many bool
}

// answerMany walks forward from the writers, as far as the last reader. The
// order at a task is that of its dependencies, one after the other, without
// what came before: the depth-first order of all ancestors, cut down to writers.
func (k *keyWriters) answerMany(writers []*task, questions []question) {
	last := questions[len(questions)-1].reader.index
	isWriter := setOf(writers)
	asked := make(map[*task]bool, len(questions))
	for _, q := range questions {
		asked[q.reader] = true
	}
	before := make(map[*task]written)
	after := make(map[*task]written)
	queued := make(map[*task]bool)
	next := &byIndex{}
	push := func(t *task) {
		if t.index <= last && !queued[t] {
			queued[t] = true
			heap.Push(next, t)
		}
	}
	for _, t := range writers {
		push(t)
	}
	for next.Len() > 0 {
		t := heap.Pop(next).(*task)
		k.ancestry.steps++
		at := k.merge(t, after)
		if asked[t] {
			before[t] = at
		}
		if isWriter[t] {
			at = at.add(t.index)
		}
		after[t] = at
		for _, d := range k.ancestry.dependants[t.number] {
			push(d)
		}
	}
	for _, q := range questions {
		at := before[q.reader]
		q.read.Writers, q.read.Walk = slices.Clone(at.list), at.many
	}
}

// merge joins what the dependencies of a task bring with them.
func (k *keyWriters) merge(t *task, after map[*task]written) written {
	var joined written
	var seen map[int]bool
	for _, d := range t.deps {
		k.ancestry.steps++
		from, ok := after[d]
		switch {
		case !ok || len(from.list) == 0 && !from.many:
			continue
		case from.many:
			return written{many: true}
		case joined.list == nil:
			joined = from
			continue
		case seen == nil:
			seen = make(map[int]bool, len(joined.list)+len(from.list))
			for _, i := range joined.list {
				seen[i] = true
			}
			joined.list = slices.Clone(joined.list)
		}
		for _, i := range from.list {
			if !seen[i] {
				seen[i] = true
				joined.list = append(joined.list, i)
			}
		}
		if len(joined.list) > maxWriters {
			return written{many: true}
		}
	}
	return joined
}

// add puts one more writer behind the others. The list it returns is its own.
func (w written) add(i int) written {
	if w.many || len(w.list) == maxWriters {
		return written{many: true}
	}
	return written{list: append(slices.Clone(w.list), i)}
}

// byIndex is a heap of tasks in the order of the plan.
type byIndex []*task

func (h byIndex) Len() int           { return len(h) }
func (h byIndex) Less(i, j int) bool { return cmp.Less(h[i].index, h[j].index) }
func (h byIndex) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *byIndex) Push(x any)        { *h = append(*h, x.(*task)) }
func (h *byIndex) Pop() any {
	old := *h
	t := old[len(old)-1]
	*h = old[:len(old)-1]
	return t
}
