package main

import (
	"context"
	"flag"
	"fmt"
	"go/ast"
	"go/types"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/cloacina-go/cloacina/annotations"
	"github.com/cloacina-go/cloacina/annotations/check"
	"github.com/cloacina-go/cloacina/cmd/cloacina-gen/internal/emit"
	"github.com/cloacina-go/cloacina/cmd/cloacina-gen/internal/load"
	"github.com/cloacina-go/cloacina/internal/testmodule"
	"golang.org/x/tools/go/packages"
)

var (
	speed = flag.Int("speed", 0, "measure the tool, each figure so many times")
	sizes = flag.String("functions", "10,100,1000,5000", "the numbers of functions that -speed measures")
)

// typedChain is a package with a workflow of n typed tasks, one after another,
// with rules over outcomes and values.
func typedChain(n int) string {
	var b strings.Builder
	b.WriteString("// Command scale runs a large workflow.\n//\n//cloacina:workflow name=scale default_trigger_rules=all_success\n" +
		"package main\n\nimport \"context\"\n\nfunc main() { _ = Workflow() }\n" +
		"\n// T0 begins.\n//\n//cloacina:task id=t0\nfunc T0(context.Context) (K0, error) { return K0{1}, nil }\n\ntype K0 struct{ K0 int }\n")
	for i := 1; i < n; i++ {
		rule := ""
		if i%3 == 0 {
			rule = fmt.Sprintf(" trigger_rules=all(task_success(t%[1]d),context_value(\"k%[1]d\",greater_than,%[2]d))", i-1, i/3)
		}
		fmt.Fprintf(&b, "\ntype K%[1]d struct{ K%[1]d int }\n\n// T%[1]d goes on.\n//\n//cloacina:task id=t%[1]d dependencies=t%[2]d%[3]s\n"+
			"func T%[1]d(_ context.Context, in K%[2]d) (K%[1]d, error) { return K%[1]d{in.K%[2]d + 1}, nil }\n", i, i-1, rule)
	}
	return b.String()
}

// measured is a module of n annotated functions.
type measured struct {
	*testmodule.Module
	t      *testing.T
	source string
	edits  int
	tool   string
}

func newMeasured(t *testing.T, n int, tool string) *measured {
	t.Helper()
	m := &measured{t: t, source: typedChain(n), tool: tool}
	m.Module = testmodule.New(t, "example.com/scale", map[string]string{"tasks.go": m.source})
	return m
}

// edit changes a directive and a body.
func (m *measured) edit() {
	m.edits++
	text := strings.Replace(m.source, "// T0 begins.", fmt.Sprintf("// T0 begins, %d.", m.edits), 1)
	text = strings.Replace(text, "K0{1}", fmt.Sprintf("K0{%d}", m.edits), 1)
	m.Write(map[string]string{"tasks.go": text})
}

// command runs a program in the module.
func (m *measured) command(name string, args ...string) {
	m.t.Helper()
	cmd := exec.CommandContext(m.t.Context(), name, args...)
	cmd.Dir = m.Dir
	cmd.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOPROXY=off", "GOWORK=off", "XDG_CACHE_HOME="+filepath.Join(m.Dir, ".cache"),
		"GOCACHE="+goCache())
	if out, err := cmd.CombinedOutput(); err != nil {
		m.t.Fatalf("%s: %v\n%s", name, err, out)
	}
}

// goCache returns the go command's own cache, which is to stay warm.
func goCache() string {
	out, err := exec.Command("go", "env", "GOCACHE").Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(out))
}

// times measures something so many times.
func times(rounds int, prepare, work func()) string {
	var list []time.Duration
	for range rounds {
		prepare()
		begin := time.Now()
		work()
		list = append(list, time.Since(begin))
	}
	return spread(list)
}

// spread prints the median, the least and the largest of some times in milliseconds.
func spread(list []time.Duration) string {
	slices.Sort(list)
	ms := func(d time.Duration) string {
		if d < 10*time.Millisecond {
			return fmt.Sprintf("%.1f", d.Seconds()*1e3)
		}
		return fmt.Sprintf("%.0f", d.Seconds()*1e3)
	}
	return fmt.Sprintf("%s (%s-%s)", ms(list[len(list)/2]), ms(list[0]), ms(list[len(list)-1]))
}

// TestSpeed prints what the tool takes on packages of annotated functions: for a
// tree that is as it was, and after an edit, beside what the Go tools take after
// the same edit; and how that divides into type-checking, checking and writing.
// Without -speed it only sees that the measurement works.
func TestSpeed(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(400)) // as in main
	list, rounds := "10", 1
	if *speed > 0 {
		list, rounds = *sizes, *speed
	}
	tool := filepath.Join(t.TempDir(), "cloacina-gen")
	if out, err := exec.Command("go", "build", "-o", tool, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "milliseconds, median (least-most)\t\tafter an edit\t\t\tof that")
	fmt.Fprintln(w, "functions\tunchanged\tcloacina-gen\tgo build\tpackages.Load\ttypes\tcheck\temit")
	for word := range strings.SplitSeq(list, ",") {
		n, err := strconv.Atoi(word)
		if err != nil {
			t.Fatal(err)
		}
		m := newMeasured(t, n, tool)
		generate := func() { m.command(tool) }
		generate()
		m.command("go", "build", "-o", os.DevNull, ".")
		row := []string{fmt.Sprint(n)}
		generate() // what was new a moment ago is remembered now
		row = append(row, times(rounds, func() {}, generate), times(rounds, m.edit, generate),
			times(rounds, m.edit, func() { m.command("go", "build", "-o", os.DevNull, ".") }),
			times(rounds, m.edit, m.packagesLoad))
		row = append(row, m.parts(rounds)...)
		t.Log(row)
		fmt.Fprintln(w, strings.Join(row, "\t"))
	}
	if *speed > 0 {
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
	}
}

// packagesLoad loads the package with its types in the usual way.
func (m *measured) packagesLoad() {
	found, err := packages.Load(&packages.Config{
		Mode: packages.LoadSyntax, Dir: m.Dir, Env: append(os.Environ(), "GOFLAGS=-mod=mod", "GOPROXY=off", "GOWORK=off"),
	}, ".")
	if err != nil || len(found) != 1 || found[0].Types == nil || len(found[0].Errors) > 0 {
		m.t.Fatalf("packages.Load: %v, %v", found, err)
	}
}

// parts measures type-checking, checking and writing within this process.
func (m *measured) parts(rounds int) []string {
	var typing, checking, writing []time.Duration
	_, err := load.Load(context.Background(), load.Config{
		Dir: m.Dir, Env: append(os.Environ(), "GOFLAGS=-mod=mod", "GOPROXY=off", "GOWORK=off"),
		Generate: func(src *check.Source) (*load.Generated, []annotations.Finding, error) {
			for range rounds {
				begin := time.Now()
				typeCheckAgain(src)
				typed := time.Now()
				pkg, found := check.Check(src)
				checked := time.Now()
				if _, err := emit.File(pkg, false); err != nil || len(pkg.Workflows) == 0 {
					m.t.Fatalf("%v %v", found, err)
				}
				typing = append(typing, typed.Sub(begin))
				checking = append(checking, checked.Sub(typed))
				writing = append(writing, time.Since(checked))
			}
			return nil, nil, nil
		},
	})
	if err != nil {
		m.t.Fatal(err)
	}
	return []string{spread(typing), spread(checking), spread(writing)}
}

// typeCheckAgain type-checks the files of a package beside the imports that it has.
func typeCheckAgain(src *check.Source) {
	config := types.Config{Importer: imported(src.Types.Imports()), Error: func(error) {}}
	info := &types.Info{
		Types: map[ast.Expr]types.TypeAndValue{}, Defs: map[*ast.Ident]types.Object{},
		Uses: map[*ast.Ident]types.Object{}, Selections: map[*ast.SelectorExpr]*types.Selection{},
	}
	_, _ = config.Check(src.Types.Path(), src.Fset, src.Files, info) // generated names are undefined
}

type imported []*types.Package

func (list imported) Import(path string) (*types.Package, error) {
	for _, p := range list {
		if p.Path() == path {
			return p, nil
		}
	}
	return nil, fmt.Errorf("%s is not imported", path)
}
