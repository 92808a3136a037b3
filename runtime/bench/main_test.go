package main

import (
	"os"
	"strings"
	"testing"
)

// TestMain lets the test binary be the program that measures in processes of its own.
func TestMain(m *testing.M) {
	if os.Getenv(childEnv) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// The whole program works: every work and every growth table has its lines, every
// contender its figures. What the figures are is not looked at.
func TestQuick(t *testing.T) { //nolint:paralleltest // it measures, with a recorder that listens to the whole process
	var out strings.Builder
	if err := run(t.Context(), []string{"-quick", "-dir", t.TempDir()}, &out); err != nil {
		t.Fatal(err)
	}
	t.Log("\n" + out.String())
	o, err := parse([]string{"-quick"})
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(out.String(), "\n")
	for _, w := range works(&o) {
		cells := line(lines, w.title)
		if len(cells) < len(heading) {
			t.Errorf("%s has no line", w.name)
			continue
		}
		for c := range contenders {
			if has := cells[3+c] != ""; has != o.measures(w, c) {
				t.Errorf("%s: a figure of %s: %v", w.name, contenderNames[c], has)
			}
		}
		if g := w.goals[0]; g.bound > 0 && cells[9] != "met" && cells[9] != "missed" {
			t.Errorf("%s: the verdict is %q", w.name, cells[9])
		}
	}
	for _, g := range growths(&o) {
		if !strings.Contains(out.String(), g.title) {
			t.Errorf("%s has no table", g.name)
		}
		for _, size := range g.sizes {
			if line(lines, whole(size)) == nil {
				t.Errorf("%s has no line for %d", g.name, size)
			}
		}
	}
}

// line returns the cells of the line that begins with a title; the first one is
// what stands before the table.
func line(lines []string, title string) []string {
	for _, l := range lines {
		if strings.HasPrefix(l, "| "+title+" ") {
			cells := strings.Split(l, "|")
			for i := range cells {
				cells[i] = strings.TrimSpace(cells[i])
			}
			return cells
		}
	}
	return nil
}

func TestArguments(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{
		{"-runs", "0"}, {"-repeat", "0"}, {"w1"}, {"-only", "w9"}, {"-child", "w1", "f", "1"}, {"-child", "idle", "f", "x"},
	} {
		if err := run(t.Context(), args, &strings.Builder{}); err == nil {
			t.Errorf("%q is accepted", args)
		}
	}
	o, err := parse([]string{"-only", "w1-full,growth", "-who", "ours"})
	if err != nil {
		t.Fatal(err)
	}
	all, tables, err := o.choose()
	if err != nil || len(all) != 1 || len(tables) != 4 {
		t.Errorf("%d works, %d tables, %v", len(all), len(tables), err)
	}
	if o.measures(all[0], theLimit) || !o.measures(all[0], ours) {
		t.Error("another contender is measured than was asked for")
	}
}
