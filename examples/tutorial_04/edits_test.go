// Package tutorial04_test applies the edits that the tutorial invites to, one at
// a time, and compares what the edited programs do.
package tutorial04_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cloacina-go/cloacina/examples/internal/golden"
	"github.com/cloacina-go/cloacina/internal/testmodule"
)

// edit is one change to the text of tasks.go: old and new, in pairs.
type edit struct {
	name    string
	replace []string
}

var edits = map[string][]edit{
	"typed": {
		{"none", nil},
		{"rate", []string{"successRate := 0.3", "successRate := 0.1"}},
		{"threshold", []string{"greater_than, 80", "greater_than, 60", "less_than, 81", "less_than, 61"}},
		{"retries", []string{"retry_attempts=3 retry_delay=1s", "retry_attempts=5 retry_delay=2s"}},
		{"backoff", []string{"retry_backoff=exponential", "retry_backoff=linear"}},
		{"fixed", []string{"retry_backoff=exponential", "retry_backoff=fixed"}},
	},
	"dynamic": {
		{"none", nil},
		{"rate", []string{"successRate := 0.3", "successRate := 0.1"}},
		{"threshold", []string{"greater_than, 80", "greater_than, 60", "less_than, 81", "less_than, 61"}},
		{"retries", []string{"retry_attempts=3 retry_delay_ms=1000", "retry_attempts=5 retry_delay_ms=2000"}},
		{"backoff", []string{"retry_backoff=exponential", "retry_backoff=linear"}},
		{"fixed", []string{"retry_backoff=exponential", "retry_backoff=fixed"}},
	},
}

// observed is what an edited program reports of one outcome.
type observed struct {
	Completed []string
	Attempts  int             // of fetch_data
	Delays    []time.Duration // between the attempts of fetch_data
}

// edited runs all edits of a style: each in a package of its own of a module
// that may use the examples' internals, in virtual time.
func edited(t *testing.T, style string) map[string]map[string]observed {
	t.Helper()
	// The path makes the examples' internal packages visible.
	m := testmodule.New(t, "github.com/cloacina-go/cloacina/examples/edited", nil)
	for _, e := range edits[style] {
		tasks := source(t, style, "tasks.go")
		for i := 0; i < len(e.replace); i += 2 {
			if strings.Count(tasks, e.replace[i]) != 1 {
				t.Fatalf("edit %s: %q does not stand once in %s/tasks.go", e.name, e.replace[i], style)
			}
			tasks = strings.Replace(tasks, e.replace[i], e.replace[i+1], 1)
		}
		m.Write(map[string]string{
			e.name + "/tasks.go":        tasks,
			e.name + "/main.go":         source(t, style, "main.go"),
			e.name + "/observe_test.go": observer,
		})
	}
	m.Generate("./...")
	m.Run("go", "test", "./...")

	all := map[string]map[string]observed{}
	for _, e := range edits[style] {
		b, err := os.ReadFile(filepath.Join(m.Dir, e.name, "observed.json"))
		if err != nil {
			t.Fatal(err)
		}
		var o map[string]observed
		if err := json.Unmarshal(b, &o); err != nil {
			t.Fatal(err)
		}
		all[e.name] = o
	}
	return all
}

func source(t *testing.T, style, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(style, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// observer is the test that each edited program gets: it runs the outcomes and
// writes down what the store knows of them.
const observer = `package main

import (
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	cloacina "github.com/cloacina-go/cloacina/runtime"
)

type observed struct {
	Completed []string
	Attempts  int
	Delays    []time.Duration
}

func TestObserve(t *testing.T) {
	all := map[string]observed{}
	for _, outcome := range []string{"fetch", "cache", "none"} {
		db := filepath.Join(t.TempDir(), "runs.db")
		synctest.Test(t, func(t *testing.T) {
			if err := run(t.Context(), []string{"-db", db, "-id", "edited", "-outcome", outcome}, io.Discard); err != nil {
				t.Fatal(err)
			}
			all[outcome] = observe(t, db)
		})
	}
	b, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("observed.json", b, 0o600); err != nil {
		t.Fatal(err)
	}
}

func observe(t *testing.T, db string) observed {
	r, err := cloacina.Open(t.Context(), db, cloacina.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Shutdown(t.Context())
	detail, err := r.Run(t.Context(), "edited")
	if err != nil {
		t.Fatal(err)
	}
	var o observed
	for _, task := range detail.Tasks {
		if task.State == cloacina.Completed {
			o.Completed = append(o.Completed, task.ID)
		}
		if task.ID != "fetch_data" {
			continue
		}
		o.Attempts = len(task.Attempts)
		for i := 1; i < len(task.Attempts); i++ {
			o.Delays = append(o.Delays, task.Attempts[i].Started.Sub(task.Attempts[i-1].Ended))
		}
	}
	return o
}
`

func TestEdits(t *testing.T) {
	t.Parallel()
	for _, style := range []string{"typed", "dynamic"} {
		t.Run(style, func(t *testing.T) {
			t.Parallel()
			got := edited(t, style)

			base := got["none"]
			expect(t, base["fetch"], 1, "fetch_data process_data high_quality_processing final_report")
			expect(t, base["cache"], 4, "cached_data process_data low_quality_processing final_report", 1, 2, 4)
			expect(t, base["none"], 4, "failure_notification", 1, 2, 4)

			// 1. A source that is down more often: where it answered, it no longer does.
			expect(t, got["rate"]["fetch"], 4, "cached_data process_data low_quality_processing final_report", 1, 2, 4)

			// 2. A lower threshold: cached data takes the premium path.
			expect(t, got["threshold"]["fetch"], 1, "fetch_data process_data high_quality_processing final_report")
			expect(t, got["threshold"]["cache"], 4, "cached_data process_data high_quality_processing final_report", 1, 2, 4)

			// 3. More retries, from a longer delay.
			expect(t, got["retries"]["cache"], 6,
				"cached_data process_data low_quality_processing final_report", 2, 4, 8, 16, 30)

			// 4. Another backoff.
			expect(t, got["backoff"]["cache"], 4, "cached_data process_data low_quality_processing final_report", 1, 2, 3)
			expect(t, got["fixed"]["cache"], 4, "cached_data process_data low_quality_processing final_report", 1, 1, 1)
		})
	}
}

// expect compares one outcome: how often fetch_data was tried, which tasks
// completed, and the delays in seconds, which jitter varies by a quarter and
// the maximum of 30 seconds caps.
func expect(t *testing.T, got observed, attempts int, completed string, delays ...float64) {
	t.Helper()
	if got.Attempts != attempts || strings.Join(got.Completed, " ") != completed {
		t.Errorf("fetch_data was tried %d times and %v completed, want %d and [%s]",
			got.Attempts, got.Completed, attempts, completed)
	}
	if len(got.Delays) != len(delays) {
		t.Fatalf("got delays %v, want about %v seconds", got.Delays, delays)
	}
	for i, want := range delays {
		// The milliseconds that times are stored in may round a delay by one.
		least := time.Duration(want*0.75*1000-1) * time.Millisecond
		most := min(time.Duration(want*1.25*1000+1)*time.Millisecond, 30*time.Second)
		if d := got.Delays[i]; d < least || d > most {
			t.Errorf("delay %d is %v, want about %v seconds (%v to %v)", i+1, d, want, least, most)
		}
	}
}

// A misspelt name is found before anything runs, and the finding says where it
// stands and what was meant.
func TestFinding(t *testing.T) {
	t.Parallel()
	tasks := strings.Replace(source(t, "typed", "tasks.go"),
		`task_success("process_data"),`, `task_success("proces_data"),`, 1)
	m := testmodule.New(t, "github.com/cloacina-go/cloacina/examples/edited", map[string]string{
		"tasks.go": tasks, "main.go": source(t, "typed", "main.go"),
	})
	m.Run("go", "build", "-o", "cloacina-gen", "github.com/cloacina-go/cloacina/cmd/cloacina-gen")
	golden.Check(t, "finding.txt", string(m.Fail(1, filepath.Join(m.Dir, "cloacina-gen"))))
}
