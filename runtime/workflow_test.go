package cloacina

import (
	"strings"
	"testing"
)

func never(*View) (bool, Leaves) { return false, Leaves{} }

func TestPrepareChecksPlanAgainstCode(t *testing.T) {
	t.Parallel()
	rule, when := scoreRule()
	tests := []struct {
		name   string
		change func(w *Workflow)
		want   []string
	}{
		{"fits", func(*Workflow) {}, nil},
		{"no code", func(w *Workflow) { w.Code = nil }, []string{"2 tasks in the plan, code for 0"}},
		{"no call", func(w *Workflow) { w.Code[0].Call = nil }, []string{`task "process": no Call`}},
		{"no when", func(w *Workflow) { w.Code[1].When = nil },
			[]string{`task "decided": no When for the rule task_success(process) && context_value("score") > 80`}},
		{"when without rule", func(w *Workflow) { w.Code[0].When = never }, []string{`task "process": a When, but the rule is always`}},
		{"no retry_if", func(w *Workflow) { w.Plan.Tasks[0].Retry.Condition = RetryIf }, []string{`task "process": no RetryIf for its retry condition`}},
		{"retry_if", func(w *Workflow) { w.Code[0].RetryIf = func(error) bool { return true } }, []string{`task "process": a RetryIf, but another retry condition`}},
		{"all at once", func(w *Workflow) { w.Code[0].Call, w.Code[1].Call = nil, nil }, []string{`task "process": no Call`, `task "decided": no Call`}},
		{"plan", func(w *Workflow) { w.Plan.Tasks[1].Rule.Tree = TaskSuccess(1) }, []string{`task "decided"`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := ruled(rule, when, "process")
			tt.change(w)
			_, err := w.prepare()
			if (err == nil) != (tt.want == nil) {
				t.Fatalf("got %v", err)
			}
			for _, want := range tt.want {
				if !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), `workflow "ruled"`) {
					t.Errorf("got %v, want %s", err, want)
				}
			}
		})
	}
}

func TestPrepareNil(t *testing.T) {
	t.Parallel()
	if _, err := (*Workflow)(nil).prepare(); err == nil || !strings.Contains(err.Error(), "nil") {
		t.Errorf("got %v", err)
	}
}

// The handshake of generated files must stay a compile-time conversion.
const _ = GeneratedV1RunGoGenerate("this file does not fit the runtime; run: go generate ./...")
