package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/cloacina-go/cloacina/internal/proof"
	"github.com/cloacina-go/cloacina/internal/teeth"
)

// grace is how long a row may take beyond its budget before it is ended.
const grace = time.Minute

// harness builds the tests of a package once, and runs rows with them.
type harness struct {
	ctx  context.Context
	root string // of the module
	dir  string // for binaries and results
	tags string
	// built are the test binaries by package.
	built map[string]string
	runs  int
}

func newHarness(ctx context.Context, bugs bool) (*harness, error) {
	out, err := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}").Output()
	if err != nil {
		return nil, fmt.Errorf("no module here: %w", err)
	}
	dir, err := os.MkdirTemp("", "prove")
	if err != nil {
		return nil, err
	}
	b := &harness{ctx: ctx, root: strings.TrimSpace(string(out)), dir: dir, built: make(map[string]string)}
	if bugs {
		b.tags = "teeth"
	}
	return b, nil
}

func (b *harness) close() { _ = os.RemoveAll(b.dir) }

// binary builds the tests of a package.
func (b *harness) binary(pkg string) (string, error) {
	if path, ok := b.built[pkg]; ok {
		return path, nil
	}
	path := filepath.Join(b.dir, strings.ReplaceAll(pkg, "/", "-")+".test")
	build := exec.CommandContext(b.ctx, "go", "test", "-c", "-tags", b.tags, "-o", path, "./"+pkg)
	build.Dir = b.root
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("the tests of %s are not built: %w\n%s", pkg, err, out)
	}
	b.built[pkg] = path
	return path, nil
}

// skip finds in the output of a test why it was skipped.
var skip = regexp.MustCompile(`(?m)^\s*\S+_test\.go:\d+: (.*)\n--- SKIP`)

// outcome is how a row ended.
type outcome struct {
	proof.Result
	// failed says that its test failed, and why not otherwise said: no result, or no end.
	failed bool
	// skipped says why its test was skipped.
	skipped string
	output  string
}

// run runs a row, with a bug if its name is not empty.
func (b *harness) run(r row, seed uint64, bug string) (outcome, error) {
	path, err := b.binary(r.pkg)
	if err != nil {
		return outcome{}, err
	}
	b.runs++
	results := filepath.Join(b.dir, strconv.Itoa(b.runs)+".json")
	ctx, cancel := context.WithTimeout(b.ctx, r.budget+grace)
	defer cancel()
	// A target of 0 leaves it to the test, as does the flag.
	test := exec.CommandContext(ctx, path, "-test.run", "^("+r.test+")$", "-test.v", "-test.timeout", "0",
		"-proof.target", strconv.FormatInt(r.target, 10), "-proof.budget", r.budget.String(),
		"-proof.seed", strconv.FormatUint(seed, 10))
	test.Dir = filepath.Join(b.root, filepath.FromSlash(r.pkg))
	test.Env = append(os.Environ(), proof.Variable+"="+results, teeth.Variable+"="+bug)
	test.WaitDelay = 5 * time.Second // its children keep the output open
	var output bytes.Buffer
	test.Stdout, test.Stderr = &output, &output
	begun := time.Now()
	err = test.Run()
	if b.ctx.Err() != nil {
		return outcome{}, b.ctx.Err()
	}
	out := outcome{failed: err != nil, output: output.String()}
	if ctx.Err() != nil {
		out.output += fmt.Sprintf("\nended %v after its budget of %v\n", grace, r.budget)
	}
	out.Result, err = resultOf(results, r.name)
	if skipped := skip.FindStringSubmatch(out.output); err != nil && !out.failed && skipped != nil {
		out.skipped = strings.TrimSpace(skipped[1])
		out.Name, out.Seed, out.Seconds = r.name, seed, time.Since(begun).Seconds()
		return out, nil
	}
	if err != nil {
		out.failed, out.output = true, out.output+"\n"+err.Error()+"\n"
		out.Result = proof.Result{
			Name: r.name, Target: r.target, Failures: 1, Seed: seed, Seconds: time.Since(begun).Seconds(),
		}
	}
	return out, nil
}

// resultOf reads the result of a row from a file of results.
func resultOf(path, name string) (proof.Result, error) {
	data, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return proof.Result{}, err
	}
	for line := range bytes.Lines(data) {
		var r proof.Result
		if err := json.Unmarshal(line, &r); err != nil {
			return r, fmt.Errorf("a result is not legible: %w", err)
		}
		if r.Name == name {
			return r, nil
		}
	}
	return proof.Result{}, fmt.Errorf("the test said nothing about %q", name)
}
