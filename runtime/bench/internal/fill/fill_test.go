package fill_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	cloacina "github.com/cloacina-go/cloacina/runtime"
	"github.com/cloacina-go/cloacina/runtime/bench/internal/fill"
	"github.com/cloacina-go/cloacina/runtime/bench/internal/seven"
)

// read returns a run and its result without what differs from run to run.
func read(t *testing.T, r *cloacina.Runner, id string) (*cloacina.RunDetail, cloacina.Values) {
	t.Helper()
	detail, err := r.Run(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	detail.ID, detail.Number = "", 0
	forget := func(at *time.Time) {
		if !at.IsZero() {
			*at = time.Unix(1, 0)
		}
	}
	forget(&detail.Started)
	forget(&detail.Ended)
	for i := range detail.Tasks {
		task := &detail.Tasks[i]
		forget(&task.Decided)
		forget(&task.Ended)
		for j := range task.Attempts {
			forget(&task.Attempts[j].Started)
			forget(&task.Attempts[j].Ended)
		}
	}
	result, err := r.Wait(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	values, err := result.Values()
	if err != nil {
		t.Fatal(err)
	}
	return detail, values
}

// A run that was made up reads as one that was executed does, and its file is sound.
func TestSevens(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "runs.db")
	for _, runs := range []int{250, 50} { // the second time the file is there
		if err := fill.Sevens(t.Context(), path, runs); err != nil {
			t.Fatal(err)
		}
	}
	r, err := cloacina.Open(t.Context(), path, cloacina.Config{})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Register(seven.Workflow()); err != nil {
		t.Fatal(err)
	}
	run, err := seven.Start(t.Context(), r, seven.Input{N: 3}, cloacina.StartOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := run.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	page, err := r.Runs(t.Context(), cloacina.RunFilter{Limit: 1000})
	if err != nil {
		t.Fatal(err)
	}
	if len(page) != 301 || page[1].Number != 300 {
		t.Fatalf("%d runs, the last of which has number %d", len(page)-1, page[1].Number)
	}
	want, wantValues := read(t, r, run.ID())
	got, gotValues := read(t, r, page[1].ID)
	// How the test was built is part of the version.
	for i := range want.Tasks {
		for j := range want.Tasks[i].Attempts {
			want.Tasks[i].Attempts[j].Version = "(devel)"
		}
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("the run differs (-executed +made up):\n%s", d)
	}
	if d := cmp.Diff(wantValues, gotValues); d != "" {
		t.Errorf("the values differ (-executed +made up):\n%s", d)
	}
	if err := r.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	if report, err := cloacina.Verify(t.Context(), path); err != nil || !report.OK() || report.Runs != 301 {
		t.Errorf("%v, %v", report, err)
	}
}
