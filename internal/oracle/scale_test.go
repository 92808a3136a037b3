package oracle

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cloacina-go/cloacina/internal/testmodule"
)

// chain is a workflow of n tasks one after another; each reads the key of the
// one before and writes its own.
func chain(n int) string {
	var b strings.Builder
	b.WriteString(scaleHead)
	b.WriteString("\n//cloacina:task id=t0\nfunc T0(context.Context) (K0, error) { return K0{}, nil }\n\ntype K0 struct{ K0 int }\n")
	for i := 1; i < n; i++ {
		fmt.Fprintf(&b, "\ntype K%[1]d struct{ K%[1]d int }\n\n//cloacina:task id=t%[1]d dependencies=t%[2]d\n"+
			"func T%[1]d(_ context.Context, in K%[2]d) (K%[1]d, error) { return K%[1]d{in.K%[2]d + 1}, nil }\n", i, i-1)
	}
	return b.String()
}

// fan is a workflow of a task, n between, and one behind them all.
func fan(n int) string {
	var b strings.Builder
	b.WriteString(scaleHead)
	b.WriteString("\n//cloacina:task id=first\nfunc First(context.Context) (Seed, error) { return Seed{1}, nil }\n\n" +
		"type Seed struct{ Seed int }\n")
	ids := make([]string, n)
	for i := range ids {
		ids[i] = fmt.Sprint("t", i)
		fmt.Fprintf(&b, "\ntype K%[1]d struct{ K%[1]d int }\n\n//cloacina:task id=t%[1]d dependencies=first\n"+
			"func T%[1]d(_ context.Context, in Seed) (K%[1]d, error) { return K%[1]d{in.Seed}, nil }\n", i)
	}
	fmt.Fprintf(&b, "\n//cloacina:task id=last dependencies=[%s]\nfunc Last(_ context.Context, in K0) error { return nil }\n",
		strings.Join(ids, ", "))
	return b.String()
}

const scaleHead = `// Command scale runs a large workflow.
//
//cloacina:workflow name=scale default_retry_attempts=0
package main

import "context"
`

const scaleProgram = `package main

import (
	"context"
	"encoding/json"
	"log"
	"os"
	"time"

	cloacina "github.com/cloacina-go/cloacina/runtime"
)

func main() {
	ctx := context.Background()
	r, err := cloacina.Open(ctx, "runs.db", cloacina.Config{})
	if err != nil {
		log.Fatal(err)
	}
	begin := time.Now()
	if err := r.Register(Workflow()); err != nil {
		log.Fatal(err)
	}
	registered := time.Now()
	result, err := r.Execute(ctx, "scale", nil)
	if err != nil {
		log.Fatal(err)
	}
	done := time.Now()
	if err := r.Shutdown(ctx); err != nil {
		log.Fatal(err)
	}
	json.NewEncoder(os.Stdout).Encode(map[string]any{
		"tasks": len(result.Tasks), "register": registered.Sub(begin), "run": done.Sub(registered),
	})
}
`

// scaled is what it took to run one large workflow.
type scaled struct {
	Tasks                          int
	Register, Run, Generate, Build time.Duration
	GeneratedBytes, StoreBytes     int64
}

// runScaled takes source through the whole line.
func runScaled(tb testing.TB, source string) scaled {
	tb.Helper()
	m := testmodule.New(tb, "example.com/scale", map[string]string{"tasks.go": source, "main.go": scaleProgram})
	tool := filepath.Join(m.Dir, "cloacina-gen")
	m.Run("go", "build", "-o", tool, "github.com/cloacina-go/cloacina/cmd/cloacina-gen")

	begin := time.Now()
	m.Run(tool)
	generated := time.Now()
	m.Run("go", "build", "-o", "program", ".")
	built := time.Now()

	var s scaled
	if err := json.Unmarshal(m.Run(filepath.Join(m.Dir, "program")), &s); err != nil {
		tb.Fatal(err)
	}
	s.Generate, s.Build = generated.Sub(begin), built.Sub(generated)
	s.GeneratedBytes = size(tb, filepath.Join(m.Dir, "cloacina_gen.go"))
	s.StoreBytes = size(tb, filepath.Join(m.Dir, "runs.db"))
	return s
}

func size(tb testing.TB, name string) int64 {
	tb.Helper()
	info, err := os.Stat(name)
	if err != nil {
		tb.Fatal(err)
	}
	return info.Size()
}

// A large workflow goes through the whole line, and what is written for it
// grows with the number of its tasks and no faster.
func TestScale(t *testing.T) {
	t.Parallel()
	for name, source := range map[string]func(int) string{"chain": chain, "fan": fan} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			small, large := runScaled(t, source(100)), runScaled(t, source(800))
			if small.Tasks < 100 || large.Tasks < 800 {
				t.Fatalf("%d and %d tasks ran, want 100 and 800 at least", small.Tasks, large.Tasks)
			}
			// Eight times the tasks; a quadratic part would show as far more.
			if large.GeneratedBytes > 9*small.GeneratedBytes || large.StoreBytes > 9*small.StoreBytes {
				t.Errorf("not linear: %+v, then %+v", small, large)
			}
		})
	}
}

// BenchmarkScale prints what generating, building and running cost per task; a
// cost that grows faster than the number of tasks shows in its column.
func BenchmarkScale(b *testing.B) {
	for _, shape := range []struct {
		name   string
		source func(int) string
	}{{"chain", chain}, {"fan", fan}} {
		for _, n := range []int{100, 1000, 10000} {
			b.Run(fmt.Sprintf("%s/%d", shape.name, n), func(b *testing.B) {
				for b.Loop() {
					s := runScaled(b, shape.source(n))
					per := func(d time.Duration) float64 { return float64(d.Microseconds()) / float64(s.Tasks) }
					b.ReportMetric(per(s.Generate), "µs-generate/task")
					b.ReportMetric(per(s.Build), "µs-build/task")
					b.ReportMetric(per(s.Register), "µs-register/task")
					b.ReportMetric(per(s.Run), "µs-run/task")
					b.ReportMetric(float64(s.GeneratedBytes)/float64(s.Tasks), "B-generated/task")
					b.ReportMetric(float64(s.StoreBytes)/float64(s.Tasks), "B-store/task")
				}
			})
		}
	}
}
