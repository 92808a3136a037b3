package oracle

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strings"
	"sync"
	"testing"

	"github.com/cloacina-go/cloacina/annotations"
	"github.com/cloacina-go/cloacina/internal/testmodule"
)

const (
	// ruleCount is how many rules are compiled into a program.
	ruleCount = 250
	// seedsPerProgram seeds that follow each other have one program, since to compile
	// takes as long as to decide a hundred thousand times.
	seedsPerProgram = 1000
)

// ruleProgram is a compiled program that decides random rules.
type ruleProgram struct {
	rules []compiledRule
	path  string
}

// compiledRule is a rule with its leaves, from left to right, as the reference has them.
type compiledRule struct {
	rule, expanded annotations.Rule
	leaves         []annotations.Rule
}

// rulePrograms are the programs by the seeds that use them. They are compiled once.
type rulePrograms struct {
	mu       sync.Mutex
	programs map[uint64]*ruleProgram
}

// of returns the program for the states of a seed; nil if it does not compile.
func (p *rulePrograms) of(t *testing.T, seed uint64) *ruleProgram {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	number := seed / seedsPerProgram
	if known, ok := p.programs[number]; ok {
		return known
	}
	if p.programs == nil {
		p.programs = map[uint64]*ruleProgram{}
	}
	p.programs[number] = nil
	p.programs[number] = compileRules(t, number)
	return p.programs[number]
}

// compileRules draws rules, generates and compiles them.
func compileRules(t *testing.T, number uint64) *ruleProgram {
	t.Helper()
	g := &grammar{rand: rand.New(rand.NewPCG(number, 2)), hits: map[string]int{}}
	p := &ruleProgram{rules: make([]compiledRule, ruleCount)}
	for i := range p.rules {
		rule := g.rule(3)
		expanded := annotations.Expand(rule, sources)
		p.rules[i] = compiledRule{rule, expanded, leavesOf(expanded)}
	}
	for production, n := range g.hits {
		if n < 5 {
			t.Errorf("program %d: production %s was used %d times only", number, production, n)
		}
	}
	m := testmodule.New(t, "example.com/rules", map[string]string{"tasks.go": ruleSource(p.rules), "main.go": ruleMain})
	m.Generate()
	m.Run("go", "build", "-tags", buildTags(), "-o", "rules.exe", ".")
	p.path = filepath.Join(m.Dir, "rules.exe")
	return p
}

// buildTags are those that the test was built with: the program is to be the same.
func buildTags() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	for _, s := range info.Settings {
		if s.Key == "-tags" {
			return s.Value
		}
	}
	return ""
}

// ruleProcess is a running program.
type ruleProcess struct {
	program *ruleProgram
	cmd     *exec.Cmd
	in      io.WriteCloser
	out     *bufio.Reader
}

// start starts the program in a directory.
func (p *ruleProgram) start(t *testing.T, dir string) *ruleProcess {
	t.Helper()
	r := &ruleProcess{program: p, cmd: exec.Command(p.path)}
	r.cmd.Dir, r.cmd.Stderr = dir, os.Stderr
	in, err := r.cmd.StdinPipe()
	if err != nil {
		t.Error(err)
		return nil
	}
	out, err := r.cmd.StdoutPipe()
	if err != nil {
		t.Error(err)
		return nil
	}
	if err := r.cmd.Start(); err != nil {
		t.Error(err)
		return nil
	}
	r.in, r.out = in, bufio.NewReader(out)
	return r
}

// decide decides all rules in all states and leaves what it stores of that in a file.
func (r *ruleProcess) decide(name string, states []state) error {
	line, err := json.Marshal(map[string]any{"name": name, "inputs": programInput(states)})
	if err != nil {
		return err
	}
	if _, err := r.in.Write(append(line, '\n')); err != nil {
		return fmt.Errorf("the program does not listen: %w", err)
	}
	answer, err := r.out.ReadString('\n')
	if err != nil || answer != "decided\n" {
		return fmt.Errorf("the program answers %q: %w", answer, err)
	}
	return nil
}

// stop lets the program come to its end.
func (r *ruleProcess) stop(t *testing.T) {
	t.Helper()
	if r == nil {
		return
	}
	_ = r.in.Close() // tells it so
	if err := r.cmd.Wait(); err != nil {
		t.Errorf("the program: %v", err)
	}
}

// runName is the ID of the run of a state, by its number.
const runName = "state-%d"

// programInput is what the compiled program reads: the initial context of each run.
func programInput(states []state) []map[string]json.RawMessage {
	modes := map[annotations.TaskOutcome]string{
		annotations.Success: `"succeed"`, annotations.Failed: `"fail"`, annotations.Skipped: `"skip"`,
	}
	inputs := make([]map[string]json.RawMessage, len(states))
	for i, s := range states {
		inputs[i] = map[string]json.RawMessage{}
		for id, outcome := range s.Outcomes {
			inputs[i]["mode_"+id] = json.RawMessage(modes[outcome])
		}
		for key, v := range s.Values {
			inputs[i][key] = json.RawMessage(v)
		}
	}
	return inputs
}

// ruleSource is a workflow with one task a rule, behind sources whose outcome the
// initial context decides. The last task waits behind all of them until the program
// stops, so that the run stays open: a restart reads it faster than anybody is shown it.
func ruleSource(rules []compiledRule) string {
	var b strings.Builder
	b.WriteString("// Command rules decides rules.\n//\n//cloacina:workflow name=rules default_retry_attempts=0\n" +
		"package main\n\nimport (\n\t\"context\"\n\t\"errors\"\n)\n")
	for _, id := range sources {
		fmt.Fprintf(&b, `
type In%[1]s struct {
	Mode string `+"`json:\"mode_%[1]s,omitempty\"`"+`
}

//cloacina:task id=%[1]s allow_failure trigger_rules=context_value("mode_%[1]s", not_equals, "skip")
func Task%[1]s(_ context.Context, in In%[1]s) error {
	if in.Mode == "fail" {
		return errors.New("failed as told")
	}
	return nil
}
`, id)
	}
	var ids []string
	for i, r := range rules {
		fmt.Fprintf(&b, "\n//cloacina:task id=r%d dependencies=%s\n//cloacina:task trigger_rules=(%s)\n"+
			"func R%d(context.Context) error { return nil }\n", i, strings.Join(sources, ","), annotations.Format(r.rule), i)
		ids = append(ids, fmt.Sprint("r", i))
	}
	fmt.Fprintf(&b, `
var decided = make(chan struct{}, 1)

//cloacina:task id=last dependencies=%s
func Last(ctx context.Context) error {
	decided <- struct{}{}
	<-ctx.Done()
	return context.Cause(ctx)
}
`, strings.Join(ids, ","))
	return b.String()
}

// ruleMain runs the workflow once for every state that a line of its input has, with
// all the runs of a line at the same time.
const ruleMain = `package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"runtime/debug"

	cloacina "github.com/cloacina-go/cloacina/runtime"
)

func main() {
	debug.SetGCPercent(400)
	lines := json.NewDecoder(os.Stdin)
	for {
		var job struct {
			Name   string
			Inputs []map[string]json.RawMessage
		}
		if err := lines.Decode(&job); err == io.EOF {
			return
		} else if err != nil {
			log.Fatal(err)
		}
		if err := decide(context.Background(), job.Name, job.Inputs); err != nil {
			log.Fatal(err)
		}
		fmt.Println("decided")
	}
}

func decide(ctx context.Context, name string, inputs []map[string]json.RawMessage) error {
	slots := len(inputs) + 16 // a run that has been decided keeps one
	r, err := cloacina.Open(ctx, name, cloacina.Config{Durability: cloacina.Relaxed, MaxConcurrentTasks: slots})
	if err != nil {
		return err
	}
	if err := r.Register(Workflow()); err != nil {
		return err
	}
	for i, input := range inputs {
		values := cloacina.Values{}
		for key, v := range input {
			values[key] = v
		}
		if _, err := r.Start(ctx, "rules", values, cloacina.StartOptions{ID: fmt.Sprintf("state-%d", i)}); err != nil {
			return err
		}
	}
	for range inputs {
		<-decided
	}
	impatient, cancel := context.WithCancel(ctx)
	cancel()
	if err := r.Shutdown(impatient); !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}
`
