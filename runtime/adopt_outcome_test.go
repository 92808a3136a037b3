package cloacina

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
)

// meet lets the changed program meet the run.
func (m *meeting) meet() {
	reason := m.change.reason(m.at)
	switch {
	case m.ended:
		m.staysEnded()
	case m.change.renamed:
		m.isForeign()
	case reason == "":
		m.goesOn(m.after(), m.expected())
	default:
		m.isBlocked(reason)
	}
	if calls := m.take(); len(calls) > 0 {
		m.t.Errorf("further calls are %q", calls)
	}
}

// outcome is what a run comes to.
type outcome struct {
	states map[string]State
	calls  []string
	value  any
}

// expected is what the run comes to under the changed program.
func (m *meeting) expected() outcome {
	d := codeBefore(m.at)
	m.change.edit(d, m.at)
	want := m.expectedOf(d)
	if m.change.ends != nil {
		maps.Copy(want.states, m.change.ends(m.at))
	}
	if m.change.value != nil {
		want.value = m.change.value(m.at)
	}
	want.calls = m.expectedCalls(d, want.states)
	return want
}

// expectedOf is what the run comes to under a program in which nothing goes wrong.
func (m *meeting) expectedOf(d *codeDraft) outcome {
	want := outcome{states: map[string]State{}, value: ifOpen(m.at, int64(2))}
	for _, t := range d.tasks {
		want.states[t.id] = Completed
	}
	if !m.at.open() {
		want.states["touched"] = m.at // also if the program does not have it any more
	}
	want.calls = m.expectedCalls(d, want.states)
	return want
}

// expectedCalls are those of the tasks that have not ended before.
func (m *meeting) expectedCalls(d *codeDraft, states map[string]State) []string {
	var calls []string
	for _, t := range d.tasks {
		first := 1
		switch {
		case t.id == "up", t.id == "gate" && m.at != Waiting, t.id == "touched" && !m.at.open(), states[t.id] == Skipped:
			continue
		case t.id == "touched" && m.at == Retrying:
			first = 2
		}
		last := first
		if t.id == "touched" && m.second && m.change.retries {
			last = 4
		}
		for n := first; n <= last; n++ {
			calls = append(calls, fmt.Sprintf("%s %d", t.id, n))
		}
	}
	slices.Sort(calls)
	return calls
}

// goesOn checks that the run goes on under a program, and what it comes to.
func (m *meeting) goesOn(w *Workflow, want outcome) {
	r := m.open(w)
	m.comesTo(r, want)
	shutdown(m.t, r)
	m.isStored(want)
}

func (m *meeting) comesTo(r *Runner, want outcome) {
	result, err := m.wait(r)
	if result == nil {
		m.t.Fatalf("wait: %v", err)
	}
	fails := false
	got := outcome{states: map[string]State{}, calls: m.take()}
	for _, t := range result.Tasks {
		got.states[t.ID] = t.State
		fails = fails || t.State == Failed && !t.AllowFailure
	}
	if fails != (err != nil) || fails != (want.states["down"] == Failed || m.failsItself(want)) {
		m.t.Errorf("wait: %v", err)
	}
	values, err := result.Values()
	if err != nil || values["x"] != int64(1) {
		m.t.Errorf("%v, values are %v", err, values)
	}
	got.value = values["k"]
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(outcome{})); diff != "" {
		m.t.Errorf("outcome (-want +got):\n%s", diff)
	}
}

// failsItself reports whether the task "touched" fails and must not.
func (m *meeting) failsItself(want outcome) bool {
	return want.states["touched"] == Failed && m.at != Failed && !m.change.retries
}

// isStored checks that another process is told the same.
func (m *meeting) isStored(want outcome) {
	r := m.open()
	defer shutdown(m.t, r)
	d, err := r.Run(m.t.Context(), "x")
	if err != nil {
		m.t.Fatal(err)
	}
	states := map[string]State{}
	for _, t := range d.Tasks {
		states[t.ID] = t.State
	}
	if diff := cmp.Diff(want.states, states); diff != "" {
		m.t.Errorf("stored states (-want +got):\n%s", diff)
	}
}

// isBlocked checks that the run is blocked for a reason, and the way out.
func (m *meeting) isBlocked(reason string) {
	refused := m.at.open() && !m.change.soft
	r := m.open(m.after())
	_, err := m.wait(r)
	if !errors.Is(err, ErrBlocked) || !strings.Contains(err.Error(), "what it has done: "+reason+";") ||
		strings.Contains(err.Error(), "UnblockAccept") == refused {
		m.t.Errorf("wait: %v\nwant %s, accepting is refused: %t", err, reason, refused)
	}
	if d, err := r.Run(m.t.Context(), "x"); err != nil || d.State != Blocked || m.stateIn(d, "touched") != m.at {
		m.t.Errorf("%v, the run is %+v", err, d)
	}
	if calls := m.take(); len(calls) > 0 {
		m.t.Errorf("calls of the blocked run are %q", calls)
	}
	switch m.way {
	case "accept":
		err := r.Unblock(m.t.Context(), "x", UnblockAccept)
		if refused {
			if !errors.Is(err, ErrBlocked) {
				m.t.Errorf("accept: %v", err)
			}
			break
		}
		if err != nil {
			m.t.Fatal(err)
		}
		m.comesTo(r, m.expected())
	case "cancel":
		if err := r.Unblock(m.t.Context(), "x", UnblockCancel); err != nil {
			m.t.Fatal(err)
		}
		if _, err := m.wait(r); !errors.Is(err, ErrCancelled) {
			m.t.Error(err)
		}
	default:
		shutdown(m.t, r)
		m.change = codeChange{}
		m.goesOn(m.before(), m.expectedOf(codeBefore(m.at)))
		return
	}
	shutdown(m.t, r)
}

// staysEnded checks that nothing changes of a run that has ended.
func (m *meeting) staysEnded() {
	r := m.open(m.after())
	defer shutdown(m.t, r)
	result, err := m.wait(r)
	if result == nil || errors.Is(err, ErrCancelled) != (m.at == Cancelled) {
		m.t.Fatalf("wait: %v", err)
	}
	hold := map[bool]State{true: Cancelled, false: Completed}[m.at == Cancelled]
	want := map[string]State{"up": Completed, "gate": Completed, "hold": hold, "touched": Completed, "down": hold}
	if diff := cmp.Diff(want, states(result)); diff != "" {
		m.t.Errorf("states (-want +got):\n%s", diff)
	}
	if d, err := r.Run(m.t.Context(), "x"); err != nil || len(d.PlanChanges) > 0 {
		m.t.Errorf("%v, the run is %+v", err, d)
	}
}

// isForeign checks that a run whose workflow the program does not have waits for one
// that has it, in the state in which it is.
func (m *meeting) isForeign() {
	r := m.open(m.after())
	synctest.Wait()
	want := map[bool]State{true: Blocked, false: Running}[m.blocked]
	runs, err := r.Runs(m.t.Context(), RunFilter{})
	if err != nil || len(runs) != 1 || !runs[0].Unregistered || runs[0].State != want {
		m.t.Errorf("%v, runs are %+v", err, runs)
	}
	shutdown(m.t, r)
	if calls := m.take(); len(calls) > 0 {
		m.t.Errorf("calls without the workflow are %q", calls)
	}
	m.goesOn(m.before(), m.expectedOf(codeBefore(m.at)))
}
