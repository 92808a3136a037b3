package main

import (
	"os"
	"strings"
	"testing"

	"github.com/cloacina-go/cloacina/examples/internal/golden"
	"github.com/cloacina-go/cloacina/internal/testmodule"
)

func TestOutput(t *testing.T) { golden.Run(t, "output.txt", run) }

// Without its dependency AddUp might run before there is a price. The generator
// finds it before anything runs.
func TestFinding(t *testing.T) {
	source := func(name string) string {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	tasks := strings.Replace(source("tasks.go"), " dependencies=find_price", "", 1)
	// The path makes the examples' internal packages visible.
	m := testmodule.New(t, "github.com/cloacina-go/cloacina/examples/edited", map[string]string{
		"tasks.go": tasks, "main.go": source("main.go"),
	})
	printed, code := golden.Generator(t, m.Dir)
	if code != 1 {
		t.Errorf("exit code %d, want 1", code)
	}
	golden.Check(t, "finding.txt", printed)
}
