package cloacina

import (
	"slices"
	"time"
)

// codeChange is one kind of change of a program. What is to come of it is said here in
// the words of the promise, without a look at the engine: of a task that has ended
// nothing changes, and nothing of the rule and the dependencies of one that was
// decided; all else is the new program's.
type codeChange struct {
	// edit changes the program.
	edit func(d *codeDraft, at State)
	// blocked is why a run is blocked whose task "touched" is in a state; empty if it
	// goes on. The reason is not acceptable if the task has not ended, unless soft.
	blocked func(at State) string
	soft    bool
	// ends are the tasks that end in another way than completed, which is how all end
	// that have not yet ended.
	ends func(at State) map[string]State
	// retries says that the task "touched" fails in all its attempts of the changed
	// program, which has three retries.
	retries bool
	// value is what the key "k" is at the end, which is 2 if it was written by the
	// program before the change; nil if that is so in any case.
	value func(at State) any
	// renamed says that the program does not have the workflow any more.
	renamed bool
}

// happenedTo is how the reasons name what happened to a task in a state.
var happenedTo = map[State]string{
	Ready: "is about to run", Running: "is running", Retrying: "waits for a retry",
	Completed: "has completed", Failed: "has failed", Skipped: "was skipped",
}

// open reports whether a task has not ended, decided whether its rule was evaluated.
func (s State) open() bool    { return s == Waiting || s == Ready || s == Running || s == Retrying }
func (s State) decided() bool { return s != Waiting }

// codeChanges are the kinds of changes.
var codeChanges = map[string]codeChange{
	"nothing":           {edit: func(*codeDraft, State) {}},
	"task at the start": {edit: func(d *codeDraft, _ State) { d.insert(0, "new") }},
	"task at the end":   {edit: func(d *codeDraft, _ State) { d.insert(len(d.tasks), "new", "down") }},
	"task beside":       {edit: func(d *codeDraft, _ State) { d.insert(3, "new", "up") }},
	"task in the middle": {edit: func(d *codeDraft, _ State) {
		d.insert(4, "new", "touched")
		d.task("down").after = []string{"new", "hold"}
	}},
	"task before": {
		edit: func(d *codeDraft, _ State) {
			d.insert(0, "new")
			d.task("touched").after = []string{"up", "gate", "new"}
		},
		blocked: func(at State) string {
			return whenDecided(at, `task "new" would have to end before task "touched", which `+happenedTo[at])
		},
	},
	"task removed": {
		edit: func(d *codeDraft, _ State) { d.remove("touched"); d.task("down").after = []string{"up", "hold"} },
		blocked: func(at State) string {
			return whenDecided(at, `task "touched" `+happenedTo[at]+" and is gone from the plan")
		},
		value: func(State) any { return nil },
	},
	"task renamed": {
		edit: func(d *codeDraft, _ State) {
			d.task("touched").id = "other"
			d.task("other").rule = ""
			d.task("down").after = []string{"other", "hold"}
		},
		blocked: func(at State) string {
			return whenDecided(at, `task "touched" `+happenedTo[at]+" and is gone from the plan")
		},
		value: func(State) any { return int64(2) },
	},
	"dependency added": {
		edit: func(d *codeDraft, _ State) { d.task("touched").after = []string{"up", "gate", "hold"} },
		blocked: func(at State) string {
			return whenDecided(at, `task "hold" would have to end before task "touched", which `+happenedTo[at])
		},
	},
	"dependency removed": {
		edit: func(d *codeDraft, _ State) { d.task("touched").after = []string{"up"} },
		blocked: func(at State) string {
			return whenDecided(at, `task "touched" `+happenedTo[at]+" and has other dependencies: up, gate, now up")
		},
		value: func(at State) any { return ifOpen(at, int64(1)) },
	},
	"dependencies reordered": {
		edit: func(d *codeDraft, _ State) { d.task("touched").after = []string{"gate", "up"} },
		blocked: func(at State) string {
			if at.decided() && at.open() {
				return `task "touched" ` + happenedTo[at] + ` and would find another value of the key "v", because dependencies changed`
			}
			return ""
		},
		soft:  true,
		value: func(at State) any { return ifOpen(at, int64(1)) },
	},
	"rule changed": {
		edit: func(d *codeDraft, at State) {
			d.task("touched").rule = map[bool]string{true: "if failed", false: "if succeeded"}[at != Skipped]
		},
		ends: func(at State) map[string]State {
			if at == Waiting {
				return map[string]State{"touched": Skipped}
			}
			return nil
		},
		value: func(at State) any {
			if at == Waiting {
				return nil
			}
			return ifOpen(at, int64(2))
		},
	},
	"policy changed": {
		edit: func(d *codeDraft, at State) {
			t := d.task("touched")
			t.task = t.task.retries(3, time.Minute)
			t.AllowFailure = at.open() // what has ended keeps what it had
		},
		retries: true,
		ends: func(at State) map[string]State {
			if at.open() {
				return map[string]State{"touched": Failed}
			}
			return nil
		},
		value: func(at State) any { return ifOpen(at, nil) },
	},
	"retries removed":           {edit: func(d *codeDraft, _ State) { d.task("touched").Retry = Retry{} }}, // what was promised is done
	"timeout of a task changed": {edit: func(d *codeDraft, _ State) { d.task("touched").Timeout = time.Hour }},
	"function renamed":          {edit: func(d *codeDraft, _ State) { d.task("touched").Func, d.task("touched").Doc = "Renamed", "Is new." }},
	"tasks moved": {edit: func(d *codeDraft, _ State) {
		d.tasks[0], d.tasks[1], d.tasks[2] = d.tasks[2], d.tasks[0], d.tasks[1]
	}},
	"key added": {
		edit: func(d *codeDraft, _ State) {
			d.task("touched").writes("n", "int", false)
			d.task("down").reads("n", "int", false)
		},
		blocked: func(at State) string {
			if at == Completed {
				return `task "down" requires the key "n" of task "touched", which has completed without writing it`
			}
			return ""
		},
		ends: func(at State) map[string]State { return downFailsUnless(at.open()) },
	},
	"key added above": {
		edit: func(d *codeDraft, _ State) {
			d.task("up").writes("n", "int", false)
			d.task("touched").reads("n", "int", false)
		},
		blocked: func(at State) string {
			if at.open() {
				return `task "touched" requires the key "n" of task "up", which has completed without writing it`
			}
			return ""
		},
		soft: true,
		ends: func(at State) map[string]State {
			if at.open() {
				return map[string]State{"touched": Failed}
			}
			return nil
		},
		value: func(at State) any { return ifOpen(at, nil) },
	},
	"key removed": {
		edit: func(d *codeDraft, _ State) {
			d.task("touched").Writes = nil
			d.task("down").Reads = d.task("down").Reads[:1]
		},
		value: func(at State) any { return ifOpen(at, nil) },
	},
	"key retyped": {
		edit: func(d *codeDraft, _ State) {
			d.task("touched").Writes[0].Shape, d.task("down").Reads[1].Shape = "string", "string"
		},
		blocked: func(at State) string {
			if at == Completed {
				return `task "down" reads the key "k", and the value that task "touched" has written is of another type: ` +
					"want string, have number 2"
			}
			return ""
		},
		ends:  func(at State) map[string]State { return downFailsUnless(at != Completed) },
		value: func(at State) any { return ifOpen(at, "text") },
	},
	"key required": {
		edit: func(d *codeDraft, _ State) { d.task("down").Reads[1].Optional = false },
		ends: func(at State) map[string]State { return downFailsUnless(at.open() || at == Completed) },
	},
	"key optional": {edit: func(d *codeDraft, _ State) { d.task("touched").Reads[0].Optional = true }},
	"input required": {
		edit: func(d *codeDraft, _ State) {
			d.set = func(p *Plan) { p.InputDeclared, p.Input = true, []PlanInput{{Name: "in", Shape: "int"}} }
			d.task("touched").reads("in", "int", false)
		},
		blocked: func(at State) string {
			if at.open() {
				return `task "touched" requires the key "in" of the input, which the run was started without`
			}
			return ""
		},
		soft: true,
		ends: func(at State) map[string]State {
			if at.open() {
				return map[string]State{"touched": Failed}
			}
			return nil
		},
		value: func(at State) any { return ifOpen(at, nil) },
	},
	"input optional": {edit: func(d *codeDraft, _ State) {
		d.set = func(p *Plan) {
			p.InputDeclared, p.Input = true, []PlanInput{{Name: "in", Shape: "int", Optional: true}}
		}
		d.task("touched").reads("in", "int", true)
	}},
	"timeout and retention": {edit: func(d *codeDraft, _ State) {
		d.set = func(p *Plan) { p.Timeout, p.Retention, p.Description = time.Minute, 24*time.Hour, "Is new." }
	}},
	"workflow renamed": {edit: func(d *codeDraft, _ State) { d.name = "renamed" }, renamed: true},
}

func whenDecided(at State, reason string) string {
	if at.decided() {
		return reason
	}
	return ""
}

// ifOpen is a value that an open task writes; what it wrote before it ended stays.
func ifOpen(at State, value any) any {
	switch {
	case at.open():
		return value
	case at == Completed:
		return int64(2)
	}
	return nil
}

func downFailsUnless(ok bool) map[string]State {
	if ok {
		return nil
	}
	return map[string]State{"down": Failed}
}

// codeDraft is a program, with dependencies by id and tasks in topological order.
type codeDraft struct {
	name  string
	tasks []*codeTask
	set   func(p *Plan)
}

// codeTask is a task of a draft. Its rule is empty for always, or "if failed" or "if
// succeeded", of the task "up".
type codeTask struct {
	task
	id    string
	after []string
	rule  string
}

func (t *codeTask) reads(key, shape string, optional bool) *codeTask {
	t.Reads = append(t.Reads, PlanRead{Key: key, Shape: shape, Optional: optional})
	return t
}

func (t *codeTask) writes(key, shape string, optional bool) *codeTask {
	t.Writes = append(t.Writes, PlanWrite{Key: key, Shape: shape, Optional: optional})
	return t
}

func (d *codeDraft) insert(place int, id string, after ...string) *codeTask {
	t := &codeTask{id: id, after: after}
	d.tasks = slices.Insert(d.tasks, place, t)
	return t
}

func (d *codeDraft) task(id string) *codeTask { return d.tasks[d.index(id)] }

func (d *codeDraft) index(id string) int {
	return slices.IndexFunc(d.tasks, func(t *codeTask) bool { return t.id == id })
}

func (d *codeDraft) remove(id string) { d.tasks = slices.Delete(d.tasks, d.index(id), d.index(id)+1) }

// codeBefore is the program before the change. "touched" follows "up" and "gate", which
// both write v; it sees that of "gate" and writes it to k. "hold" keeps the run open.
func codeBefore(at State) *codeDraft {
	d := &codeDraft{name: "w", set: func(*Plan) {}}
	d.insert(0, "up").writes("u", "int", false).writes("v", "int", false)
	d.insert(1, "gate").writes("v", "int", false)
	d.insert(2, "hold")
	t := d.insert(3, "touched", "up", "gate").reads("u", "int", false).reads("v", "int", false).writes("k", "int", false)
	t.AllowFailure = at == Failed
	switch at {
	case Skipped:
		t.rule = "if failed"
	case Retrying:
		t.task = t.task.retries(1, 5*time.Hour)
	}
	d.insert(4, "down", "touched", "hold").reads("u", "int", false).reads("k", "int", true)
	return d
}
