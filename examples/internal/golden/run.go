package golden

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
)

// Run executes an example's program and compares what it prints with the file
// testdata/name. The program works in an empty directory, and its time is
// virtual: delays cost nothing, and what they print is the same each time.
//
// Everything the program writes to [os.Stdout] counts, so that its code can use
// fmt.Println; tests that call Run cannot be parallel.
func Run(t *testing.T, name string, run func(ctx context.Context) error) {
	t.Helper()
	RunIn(t, t.TempDir(), name, run)
}

// RunIn is Run in a directory that several programs use one after the other.
func RunIn(t *testing.T, dir, name string, run func(ctx context.Context) error) {
	t.Helper()
	Check(t, name, output(t, dir, func() {
		synctest.Test(t, func(t *testing.T) {
			if err := run(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}))
}

// output calls f in a directory and returns what it printed.
func output(t *testing.T, dir string, f func()) string {
	t.Helper()
	out, err := os.Create(filepath.Join(t.TempDir(), "output"))
	if err != nil {
		t.Fatal(err)
	}
	inDirectory(t, dir, func() {
		stdout := os.Stdout
		os.Stdout = out
		defer func() { os.Stdout = stdout }()
		f()
	})
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	printed, err := os.ReadFile(out.Name())
	if err != nil {
		t.Fatal(err)
	}
	return string(printed)
}

// inDirectory calls f in a working directory and comes back, because testdata is
// found from the directory of the test.
func inDirectory(t *testing.T, dir string, f func()) {
	t.Helper()
	back, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(dir)
	defer t.Chdir(back)
	f()
}
