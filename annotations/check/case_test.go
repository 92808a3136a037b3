package check

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cloacina-go/cloacina/annotations"
	"github.com/cloacina-go/cloacina/internal/outcome"
)

func TestCaseTable(t *testing.T) {
	t.Parallel()
	a, b := &task{id: "a", index: 0}, &task{id: "b", index: 1}
	c := &task{id: "c", index: 2, deps: []*task{b}}
	w := &workflow{order: []*task{a, b, c}}
	outcomes := []outcome.TaskOutcome{{Task: 0, Outcome: outcome.TaskFailed}, {Task: 1, Outcome: outcome.TaskSkipped}}
	values := []outcome.Value{
		{Task: -1, Key: "n", Text: "missing"},
		{Task: 0, Key: "score", Text: "over 80, below 81", Sample: []byte("80.5")},
		{Task: 0, Key: "tier", Text: `a string other than "gold"`, Sample: []byte(`""`)},
		{Task: 1, Key: "on", Text: "true", Sample: []byte("true")},
		{Task: 1, Key: "k", Text: "deleted"},
	}
	for name, tt := range map[string]struct {
		run   *outcome.Run
		notes []string
		want  *annotations.Table
	}{
		"nothing": {},
		"no row":  {run: &outcome.Run{}},
		"outcomes": {
			run:  &outcome.Run{Tasks: outcomes},
			want: &annotations.Table{Head: []string{"task", "outcome"}, Rows: [][]string{{"a", "failed"}, {"b", "skipped"}}},
		},
		"values": {
			run: &outcome.Run{Tasks: outcomes, Values: values},
			want: &annotations.Table{Head: []string{"task", "outcome", "value"}, Rows: [][]string{
				{"start of the run", "", `"n" missing`},
				{"a", "failed", `score = 80.5, tier is a string other than "gold"`},
				{"b", "skipped", `on = true, "k" deleted`},
			}},
		},
		"notes": {
			run: &outcome.Run{Tasks: outcomes[:1]}, notes: []string{"the run fails"},
			want: &annotations.Table{Head: []string{"task", "outcome", "value"}, Rows: [][]string{
				{"a", "failed", ""}, {"", "", "the run fails"},
			}},
		},
		"cut down": {
			run:  w.before(&outcome.Run{Tasks: outcomes, Values: values[1:4]}, c),
			want: &annotations.Table{Head: []string{"task", "outcome", "value"}, Rows: [][]string{{"b", "skipped", "on = true"}}},
		},
	} {
		if diff := cmp.Diff(tt.want, w.caseTable(tt.run, tt.notes...)); diff != "" {
			t.Errorf("%s: -want +got\n%s", name, diff)
		}
	}
}
