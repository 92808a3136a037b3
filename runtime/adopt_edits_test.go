package cloacina

import "time"

// before is the workflow that the runs of the tests are started with: when the
// process dies, fetch has completed, check was skipped, hold is running, and
// store waits for it.
func (e *editable) before() []task {
	return []task{
		e.typed("fetch").writes("n", "int"),
		e.typed("check", 0).ifFailed(0),
		e.typed("hold", 0).writes("m", "int"),
		e.typed("store", 2).reads("n", "int"),
	}
}

// edit is a change of a workflow and what becomes of an open run.
type edit struct {
	after func(e *editable, was []task) *Workflow
	// changes are the differences that are told if the run goes on.
	changes []string
	// obstacles are the reasons why it is blocked instead.
	obstacles []string
	// refused says that accepting the registered plan is no way out.
	refused bool
	// states and calls are those at the end, after accepting if need be; calls
	// are those of the second process.
	states []string
	calls  []string
	// failure is part of the error at the end; empty for a run that completes.
	failure string
}

var edits = map[string]edit{
	"policy of a running task changed": {
		after: func(e *editable, was []task) *Workflow {
			was[2] = was[2].retries(2, time.Second)
			return e.flow(was...)
		},
		changes: []string{
			"task hold: retry_attempts 0, now 2", "task hold: retry_delay 0s, now 1s",
			"task hold: retry_max_delay 0s, now 24h0m0s", "task hold: retry_backoff exponential, now fixed",
		},
		states: []string{"fetch completed", "check skipped", "hold completed", "store completed"},
		calls:  []string{"hold 1", "store 1"},
	},
	"policy of a decided task changed": {
		after: func(e *editable, was []task) *Workflow {
			was[0] = was[0].retries(2, time.Second)
			return e.flow(was...)
		},
		states: []string{"fetch completed", "check skipped", "hold completed", "store completed"},
		calls:  []string{"hold 1", "store 1"},
	},
	"rule of an undecided task changed": {
		after: func(e *editable, was []task) *Workflow {
			was[3] = was[3].ifFailed(2)
			return e.flow(was...)
		},
		changes: []string{`task store: rule always, now task_failed("hold")`},
		states:  []string{"fetch completed", "check skipped", "hold completed", "store skipped"},
		calls:   []string{"hold 1"},
	},
	"rule of a decided task changed": {
		after: func(e *editable, was []task) *Workflow {
			was[1] = was[1].ifSucceeded(0)
			return e.flow(was...)
		},
		states: []string{"fetch completed", "check skipped", "hold completed", "store completed"},
		calls:  []string{"hold 1", "store 1"},
	},
	"rule of a running task changed": {
		after: func(e *editable, was []task) *Workflow {
			was[2] = was[2].ifFailed(0)
			return e.flow(was...)
		},
		states: []string{"fetch completed", "check skipped", "hold completed", "store completed"},
		calls:  []string{"hold 1", "store 1"},
	},
	"task added downstream": {
		after: func(e *editable, was []task) *Workflow {
			return e.flow(append(was, e.typed("report", 3).reads("m", "int"))...)
		},
		changes: []string{"task report is new"},
		states:  []string{"fetch completed", "check skipped", "hold completed", "store completed", "report completed"},
		calls:   []string{"hold 1", "report 1", "store 1"},
	},
	"task added behind decided ones": {
		after: func(e *editable, was []task) *Workflow {
			return e.flow(append(was, e.typed("report", 0, 1).reads("n", "int"))...)
		},
		changes: []string{"task report is new"},
		states:  []string{"fetch completed", "check skipped", "hold completed", "store completed", "report completed"},
		calls:   []string{"hold 1", "report 1", "store 1"},
	},
	"task added before an undecided one": {
		after: func(e *editable, was []task) *Workflow {
			was[3].DependsOn = []int{2, 4}
			return e.flow(was[0], was[1], was[2], e.typed("prepare"), e.typed("store", 2, 3).reads("n", "int"))
		},
		changes: []string{"task store: dependencies hold, now hold, prepare", "task prepare is new"},
		states:  []string{"fetch completed", "check skipped", "hold completed", "prepare completed", "store completed"},
		calls:   []string{"hold 1", "prepare 1", "store 1"},
	},
	"task added before a running one": {
		after: func(e *editable, was []task) *Workflow {
			return e.flow(was[0], was[1], e.typed("prepare"), e.typed("hold", 0, 2).writes("m", "int"),
				e.typed("store", 3).reads("n", "int"))
		},
		obstacles: []string{`task "prepare" would have to end before task "hold", which is running`},
		refused:   true,
	},
	"task added before a completed one": {
		after: func(e *editable, was []task) *Workflow {
			return e.flow(
				e.typed("prepare"),
				e.typed("fetch", 0).writes("n", "int"),
				e.typed("check", 1).ifFailed(1),
				e.typed("hold", 1).writes("m", "int"),
				e.typed("store", 3).reads("n", "int"))
		},
		obstacles: []string{`task "prepare" would have to end before task "fetch", which has completed`},
		changes: []string{
			"task fetch: history none, now its code depends on prepare",
			"task store: dependencies hold, now prepare, fetch, hold",
			"task store: history none, now its code depends on hold", "task prepare is new",
		},
		states: []string{
			"prepare completed", "fetch completed", "check skipped", "hold completed", "store completed",
		},
		calls: []string{"hold 1", "prepare 1", "store 1"},
	},
	"task added before a skipped one": {
		after: func(e *editable, was []task) *Workflow {
			return e.flow(was[0], e.typed("prepare"), e.typed("check", 0, 1).ifFailed(0),
				e.typed("hold", 0).writes("m", "int"), e.typed("store", 3).reads("n", "int"))
		},
		obstacles: []string{`task "prepare" would have to end before task "check", which was skipped`},
		changes: []string{
			"task check: history none, now its code depends on fetch, prepare", "task prepare is new",
		},
		states: []string{
			"fetch completed", "prepare completed", "check skipped", "hold completed", "store completed",
		},
		calls: []string{"hold 1", "prepare 1", "store 1"},
	},
	"undecided task removed": {
		after:   func(e *editable, was []task) *Workflow { return e.flow(was[:3]...) },
		changes: []string{"task store is gone"},
		states:  []string{"fetch completed", "check skipped", "hold completed"},
		calls:   []string{"hold 1"},
	},
	"skipped task removed": {
		after: func(e *editable, was []task) *Workflow {
			return e.flow(was[0], e.typed("hold", 0).writes("m", "int"), e.typed("store", 1).reads("n", "int"))
		},
		obstacles: []string{`task "check" was skipped and is gone from the plan`},
		changes:   []string{"task check: history none, now ended before it was gone"},
		states:    []string{"fetch completed", "hold completed", "store completed", "check skipped"},
		calls:     []string{"hold 1", "store 1"},
	},
	"completed task removed": {
		obstacles: []string{
			`task "fetch" has completed and is gone from the plan`,
			`task "check" was skipped and has other dependencies: fetch, now none`,
			`task "hold" is running and has other dependencies: fetch, now none`,
		},
		refused: true,
		after: func(e *editable, was []task) *Workflow {
			return e.flow(e.typed("check"), e.typed("hold").writes("m", "int"), e.typed("store", 1))
		},
	},
	"running task removed": {
		after: func(e *editable, was []task) *Workflow {
			return e.flow(was[0], was[1], e.typed("store", 0).reads("n", "int"))
		},
		obstacles: []string{`task "hold" is running and is gone from the plan`},
		refused:   true,
	},
	"dependencies of a decided task changed": {
		obstacles: []string{`task "hold" would have to end before task "check", which was skipped`},
		changes:   []string{"task check: history none, now its code depends on fetch, hold"},
		states:    []string{"fetch completed", "hold completed", "check skipped", "store completed"},
		calls:     []string{"hold 1", "store 1"},
		after: func(e *editable, was []task) *Workflow {
			return e.flow(was[0], e.typed("hold", 0).writes("m", "int"), e.typed("check", 0, 1).ifFailed(0),
				e.typed("store", 1).reads("n", "int"))
		},
	},
	"dependencies of an undecided task changed": {
		after: func(e *editable, was []task) *Workflow {
			was[3].DependsOn = []int{0}
			return e.flow(was...)
		},
		changes: []string{"task store: dependencies hold, now fetch"},
		states:  []string{"fetch completed", "check skipped", "hold completed", "store completed"},
		calls:   []string{"hold 1", "store 1"},
	},
	"shape of a written key changed": {
		obstacles: []string{
			`task "store" reads the key "n", and the value that task "fetch" has written is of another type: ` +
				`want string, have number 1`,
		},
		changes: []string{`task store: read "n" required int, now required string, which nothing gives it`},
		states:  []string{"fetch completed", "check skipped", "hold completed", "store failed"},
		calls:   []string{"hold 1", "store 1"},
		failure: `key "n": wrong type: want string, have number 1`,
		after: func(e *editable, was []task) *Workflow {
			return e.flow(e.typed("fetch").writes("n", "string"), was[1], was[2], e.typed("store", 2).reads("n", "string"))
		},
	},
	"key required that was not written": {
		obstacles: []string{`task "store" requires the key "k" of task "fetch", which has completed without writing it`},
		changes:   []string{`task store: read "k" is new`},
		states:    []string{"fetch completed", "check skipped", "hold completed", "store failed"},
		calls:     []string{"hold 1", "store 1"},
		failure:   `key "k": is missing`,
		after: func(e *editable, was []task) *Workflow {
			return e.flow(was[0].writes("k", "int"), was[1], was[2], was[3].reads("k", "int"))
		},
	},
	"input required that was not given": {
		obstacles: []string{`task "store" requires the key "key" of the input, which the run was started without`},
		changes:   []string{`task store: read "key" is new`},
		states:    []string{"fetch completed", "check skipped", "hold completed", "store failed"},
		calls:     []string{"hold 1", "store 1"},
		failure:   `key "key": is missing`,
		after: func(e *editable, was []task) *Workflow {
			return e.with(func(p *Plan) { p.InputDeclared, p.Input = true, []PlanInput{{Name: "key", Shape: "int"}} },
				was[0], was[1], was[2], was[3].reads("key", "int"))
		},
	},
	"undecided task renamed": {
		after: func(e *editable, was []task) *Workflow {
			return e.flow(was[0], was[1], was[2], e.typed("save", 2).reads("n", "int"))
		},
		changes: []string{"task store is gone", "task save is new"},
		states:  []string{"fetch completed", "check skipped", "hold completed", "save completed"},
		calls:   []string{"hold 1", "save 1"},
	},
	"decided task renamed": {
		after: func(e *editable, was []task) *Workflow {
			return e.flow(was[0], e.typed("inspect", 0).ifFailed(0), was[2], was[3])
		},
		obstacles: []string{`task "check" was skipped and is gone from the plan`},
		changes:   []string{"task check: history none, now ended before it was gone", "task inspect is new"},
		states:    []string{"fetch completed", "inspect skipped", "hold completed", "store completed", "check skipped"},
		calls:     []string{"hold 1", "store 1"},
	},
	"tasks renumbered": {
		after: func(e *editable, was []task) *Workflow {
			return e.flow(was[0], e.typed("hold", 0).writes("m", "int"), e.typed("store", 1).reads("n", "int"),
				e.typed("check", 0).ifFailed(0))
		},
		changes: []string{"workflow: order of tasks fetch, check, hold, store, now fetch, hold, store, check"},
		states:  []string{"fetch completed", "hold completed", "store completed", "check skipped"},
		calls:   []string{"hold 1", "store 1"},
	},
	"timeout of the workflow changed": {
		after: func(e *editable, was []task) *Workflow {
			return e.with(func(p *Plan) { p.Timeout = time.Minute }, was...)
		},
		states: []string{"fetch completed", "check skipped", "hold completed", "store completed"},
		calls:  []string{"hold 1", "store 1"},
	},
}
