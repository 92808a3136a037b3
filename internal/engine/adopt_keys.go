package engine

import (
	"slices"

	"github.com/cloacina-go/cloacina/internal/plan"
	"github.com/cloacina-go/cloacina/internal/shape"
	"github.com/cloacina-go/cloacina/internal/teeth"
)

// checkKeys looks, for every key that a task which has not ended is known to
// read, whether the run gives it what the new plan promises. A rule finds a
// missing key missing and is no concern here.
func (a *adopter) checkKeys() {
	for i := range a.now.Tasks {
		if a.run.Tasks[i].Status.Ended() {
			continue
		}
		k := keyCheck{adopter: a, task: i}
		for n := range a.plan.Tasks[i].Reads {
			k.check(n)
		}
	}
}

// keyCheck checks what one task reads.
type keyCheck struct {
	*adopter
	task  int
	place map[int]int // see places
}

// check checks the n-th read. What was accepted under the old plan, or is now,
// is noted in the read.
func (k *keyCheck) check(n int) {
	rd := &k.plan.Tasks[k.task].Reads[n]
	if teeth.Has(teeth.KeysNotChecked) {
		return
	}
	if k.oldRead(rd).Accepted {
		k.ownReads(k.task)[n].Accepted = true
		return
	}
	if o, found := k.find(rd, n); found {
		o.Task, o.Key, o.Acceptable = k.now.Tasks[k.task].ID, rd.Key, true
		o.Status = k.run.Tasks[k.task].Status
		k.obstruct(o)
		k.ownReads(k.task)[n].Accepted = true
	}
}

// oldRead returns the same read of the same task in the old plan, or the zero Read.
func (k *keyCheck) oldRead(rd *plan.Read) plan.Read {
	j := k.from[k.task]
	if j < 0 {
		return plan.Read{}
	}
	for _, old := range k.old.Tasks[j].Reads {
		if old.Key == rd.Key && old.Shape == rd.Shape && old.Optional == rd.Optional {
			return old
		}
	}
	return plan.Read{}
}

// find goes back through the tasks that may have written the key, as a lookup
// would, until the value is known or somebody is going to write it for certain.
// On the way it remembers who should have written the key and did not.
func (k *keyCheck) find(rd *plan.Read, n int) (o Obstacle, found bool) {
	if w := k.late(rd); w >= 0 {
		return Obstacle{Kind: KeyNotWritten, Other: k.now.Tasks[w].ID, Detail: "runs too late for it"}, true
	}
	lacking, settled, filled := -1, -1, false
	for _, w := range slices.Backward(k.writers(rd)) {
		listed := listedWrite(&k.now.Tasks[w], rd.Key)
		if settled = w; k.certain(w, listed) {
			break
		}
		filled = filled || k.fills(w, listed)
		e, open := k.run.wrote(w, rd.Key), k.now.Tasks[w].Open
		if e != nil && e.Value != nil {
			o, found = judge(rd, e.Value, origin{k.now.Tasks[w].ID, listed, open && lacking < 0})
			break
		}
		deleted := e != nil
		if lacking < 0 && (k.owes(w, listed) || deleted && !mayDelete(&k.now.Tasks[w], rd.Key)) {
			lacking = w // by the new plan it would have written the key, or not deleted it
		}
		if deleted {
			return k.missing(rd, lacking)
		}
		settled = -1
	}
	if settled < 0 {
		o, found = k.initial(rd, n, lacking)
	}
	found = found && (!filled || o.Kind == KeyMistyped)
	if !found && lacking >= 0 && k.mayLose(rd.Key, settled, lacking) {
		return k.missing(rd, lacking)
	}
	return o, found
}

// late returns a task that the new plan puts before this one, which was decided
// without it, to write a key that this one requires; -1 if there is none.
func (k *keyCheck) late(rd *plan.Read) int {
	if len(k.lost[k.task]) == 0 || rd.Optional {
		return -1
	}
	for _, w := range k.listing(rd.Key) {
		if k.registeredGraph().IsAncestor(w, k.task) && !k.after.IsAncestor(w, k.task) {
			return w
		}
	}
	return -1
}

// mayLose reports whether a task that has not ended may delete a key after the
// one that settles it, -1 for none, and before the one that should have written it.
func (k *keyCheck) mayLose(key string, settled, lacking int) bool {
	from := -1
	if settled >= 0 {
		from = k.places()[settled]
	}
	for w, at := range k.places() {
		if mayDelete(&k.now.Tasks[w], key) && !k.run.Tasks[w].Status.Ended() && from < at && at < k.places()[lacking] {
			return true
		}
	}
	return false
}

// writers returns the ancestors that may write a key, in order.
func (k *keyCheck) writers(rd *plan.Read) []int {
	if !rd.Walk {
		return rd.Writers
	}
	candidates := k.mayHaveWritten(rd.Key)
	ancestors := slices.DeleteFunc(slices.Clone(candidates), func(w int) bool { return !k.after.IsAncestor(w, k.task) })
	if len(ancestors) < 2 {
		return ancestors
	}
	place := k.places()
	slices.SortFunc(ancestors, func(a, b int) int { return place[a] - place[b] })
	return ancestors
}

// places says where in the order of the task each ancestor stands.
func (k *keyCheck) places() map[int]int {
	if k.place == nil {
		k.place = map[int]int{}
		for at, w := range k.after.Order(k.task) {
			k.place[w] = at
		}
	}
	return k.place
}

// certain reports whether a task that has not completed settles the key: it is
// going to write it, or the run fails. A task that may be skipped, or whose
// failure is allowed, settles nothing.
func (k *keyCheck) certain(w int, listed *plan.Write) bool {
	if listed == nil || !k.comes(w) {
		return false
	}
	return !listed.Optional || listed.Fills && (k.run.Tasks[w].Status == TaskFailed || k.misses(w, listed.Key))
}

// misses reports whether a task is going to find no value of a key, whatever comes.
func (k *keyCheck) misses(w int, key string) bool {
	for other := range k.places() {
		now := &k.now.Tasks[other]
		if !k.run.Tasks[other].Status.Ended() &&
			(now.Open || listedWrite(now, key) != nil) && k.after.IsAncestor(other, w) {
			return false
		}
	}
	_, found := k.after.Lookup(k.run, w, key)
	return !found
}

// fills reports whether a task that has not completed is going to write the key unless
// it finds it, or the run fails. What it finds is there for the reader, too, if nothing
// that the reader sees before it deletes the key.
func (k *keyCheck) fills(w int, listed *plan.Write) bool {
	if listed == nil || !listed.Fills || !k.comes(w) {
		return false
	}
	for other, at := range k.places() {
		if at >= k.places()[w] {
			continue
		}
		e, ended := k.run.wrote(other, listed.Key), k.run.Tasks[other].Status.Ended()
		if e != nil && e.Value == nil || !ended && mayDelete(&k.now.Tasks[other], listed.Key) {
			return false
		}
	}
	return true
}

// comes reports whether a task that has not completed is going to, or the run fails.
func (k *keyCheck) comes(w int) bool {
	now := &k.now.Tasks[w]
	switch status := k.run.Tasks[w].Status; status {
	case TaskCompleted, TaskSkipped, TaskCancelled:
		return false
	case TaskFailed:
		return !k.plan.Tasks[w].AllowFailure
	default:
		return !now.AllowFailure && (status != TaskWaiting || now.Rule.Tree == nil)
	}
}

// owes reports whether a task that has ended without writing the key would have
// written it under the new plan, unless it had failed the run. So would one that is
// yet to come if it finds a value that would not be there.
func (k *keyCheck) owes(w int, listed *plan.Write) bool {
	if listed == nil || listed.Optional && (!listed.Fills || k.finds(w, listed.Key)) {
		return false
	}
	now := &k.now.Tasks[w]
	switch k.run.Tasks[w].Status {
	case TaskCompleted:
		before := listedWrite(&k.plan.Tasks[w], listed.Key)
		return before == nil || before.Optional
	case TaskSkipped:
		return now.Rule.Tree == nil && !now.AllowFailure
	case TaskFailed:
		return !now.AllowFailure
	default:
		_, found := k.after.Lookup(k.run, w, listed.Key)
		return found && listed.Fills && k.comes(w)
	}
}

// finds reports whether a task finds a value of a key that would be there, too, if all
// tasks had been those of the new plan.
func (k *keyCheck) finds(w int, key string) bool {
	for _, other := range slices.Backward(k.after.Order(w)) {
		e, now := k.run.wrote(other, key), &k.now.Tasks[other]
		switch listed := listedWrite(now, key); {
		case e == nil:
		case e.Value == nil && mayDelete(now, key):
			return false
		case e.Value != nil && (now.Open || listed != nil && !listed.OnlyDeletes()):
			return true
		}
	}
	given := len(k.listing(key)) == 0
	if k.now.InputDeclared {
		given = slices.ContainsFunc(k.now.Input, func(in plan.Input) bool { return in.Name == key })
	}
	return given && find(k.run.Initial, key) != nil
}

// origin says where a value comes from.
type origin struct {
	// task is the id of the task that wrote it; empty for the initial context.
	task string
	// listed is what the new plan says of the key there, nil for nothing.
	listed *plan.Write
	// free says that the new plan allows any value of keys that are not listed.
	free bool
}

// judge looks at a value that is there. It is in the way if the reader cannot
// read it, and by the new plan it would not be there: it could not have been
// written, because the task lists the key with another shape or does not write
// it, or would have been written over.
func judge(rd *plan.Read, value []byte, from origin) (o Obstacle, found bool) {
	err := shape.Parse(rd.Shape).Check(value)
	switch {
	case err == nil:
		return o, false
	case rd.Optional && string(value) == "null":
		return o, false // a pointer takes it
	case from.listed != nil && shape.Parse(from.listed.Shape).Check(value) == nil:
		return o, false
	case from.listed == nil && from.free:
		return o, false
	}
	return Obstacle{Kind: KeyMistyped, Other: from.task, Detail: err.Error()}, true
}

// missing is about a key that has no value and gets none.
func (k *keyCheck) missing(rd *plan.Read, lacking int) (o Obstacle, found bool) {
	if rd.Optional || lacking < 0 {
		return o, false
	}
	why := "has completed without writing it"
	switch status := k.run.Tasks[lacking].Status; {
	case !status.Ended():
		why = "finds a value that is deleted for this task"
	case status != TaskCompleted:
		why = happened(status)
	case k.run.wrote(lacking, rd.Key) != nil:
		why = "has deleted it"
	}
	return Obstacle{Kind: KeyNotWritten, Other: k.now.Tasks[lacking].ID, Detail: why}, true
}

// initial is about a key that no task has written.
func (k *keyCheck) initial(rd *plan.Read, n, lacking int) (o Obstacle, found bool) {
	declared := slices.IndexFunc(k.now.Input, func(in plan.Input) bool { return in.Name == rd.Key })
	if e := find(k.run.Initial, rd.Key); e != nil {
		if declared >= 0 {
			in := &k.now.Input[declared]
			return judge(rd, e.Value, origin{listed: &plan.Write{Shape: in.Shape}})
		}
		// Any key may be given that no task writes, unless the input is declared.
		return judge(rd, e.Value, origin{free: !k.now.InputDeclared && len(k.listing(rd.Key)) == 0})
	}
	switch {
	case rd.Optional:
		return o, false
	case lacking >= 0:
		return k.missing(rd, lacking)
	case declared >= 0:
		in := &k.now.Input[declared]
		return Obstacle{Kind: InputMissing}, !in.Optional || in.Default != ""
	}
	// Nothing promises the key. If nothing can ever write it either, the run
	// was to be started with it, unless that was so before.
	asWritten := &k.now.Tasks[k.task].Reads[n]
	presumed := !asWritten.Walk && len(asWritten.Writers) == 0
	return Obstacle{Kind: InputMissing}, presumed && k.oldRead(rd).Key == ""
}

// mayHaveWritten returns the tasks that the new plan lets write a key by its
// lists, and those that have written it.
func (a *adopter) mayHaveWritten(key string) []int {
	if a.candidates == nil {
		a.candidates = map[string][]int{}
		for i := range a.now.Tasks {
			for _, w := range a.now.Tasks[i].Writes {
				a.candidates[w.Key] = append(a.candidates[w.Key], i)
			}
			for _, e := range a.run.Tasks[i].Writes {
				if listedWrite(&a.now.Tasks[i], e.Key) == nil {
					a.candidates[e.Key] = append(a.candidates[e.Key], i)
				}
			}
		}
	}
	return a.candidates[key]
}

// listing returns the tasks of the new plan that list a key.
func (a *adopter) listing(key string) []int {
	return slices.DeleteFunc(slices.Clone(a.mayHaveWritten(key)), func(i int) bool {
		return listedWrite(&a.now.Tasks[i], key) == nil
	})
}
