package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
)

// child is what a process of its own measures, on a file, with a number that says
// how much; it prints the result as JSON.
type child func(ctx context.Context, path string, n int) (any, error)

var children = map[string]child{
	"first-limit": firstLimit,
	"first-ours":  firstOurs,
	"idle":        idle,
	"open":        openRuns,
}

// inChild has a process of its own measure something and decodes what it says.
func inChild(ctx context.Context, name, path string, n int, result any) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, self, "-child", name, path, strconv.Itoa(n))
	cmd.Env = append(os.Environ(), childEnv+"=1")
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("process for %s: %w", name, err)
	}
	return json.Unmarshal(out, result)
}

// childEnv tells a test binary that it is to be this program.
const childEnv = "CLOACINA_BENCH_CHILD"

// runChild is the other side of inChild.
func runChild(ctx context.Context, args []string, out io.Writer) error {
	if len(args) != 3 || children[args[0]] == nil {
		return errors.New("-child is for this program itself")
	}
	n, err := strconv.Atoi(args[2])
	if err != nil {
		return err
	}
	result, err := children[args[0]](ctx, args[1], n)
	if err != nil {
		return err
	}
	return json.NewEncoder(out).Encode(result)
}
