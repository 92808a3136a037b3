package cloacina

import (
	"context"
	"errors"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// The error of a panic names the task and the line of the user's code, however
// deep in the libraries it came about.
func TestPanicNamesItsPlace(t *testing.T) {
	t.Parallel()
	var nobody *task
	var numbers map[string]int
	list, number := []int{2, 1}, 2
	for name, test := range map[string]struct {
		fn   func()
		want string
	}{
		"nil map": {func() {
			numbers["x"] = 1 // nil map
		}, "assignment to entry in nil map"},
		"nil pointer": {func() {
			nobody.ID = "x" // nil pointer
		}, "runtime error: invalid memory address or nil pointer dereference"},
		"index": {func() {
			list[number]++ // index
		}, "runtime error: index out of range [2] with length 2"},
		"in the library": {func() {
			_ = strings.Repeat("x", -len(list)) // in the library
		}, "strings: negative Repeat count"},
		"called by the library": {func() {
			slices.SortFunc(list, func(int, int) int { panic("boom") }) // called by the library
		}, "boom"},
		"again": {func() {
			defer func() {
				panic("again: " + recover().(string)) // again
			}()
			panic("boom")
		}, "again: boom"},
		"in a deferred call": {func() {
			defer func() {
				panic("late") // in a deferred call
			}()
		}, "late"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inMemory(t, func(t *testing.T, p place) {
				r := p.open(t, flow("w", plain("greet", func(context.Context) error { test.fn(); return nil })))
				defer shutdown(t, r)
				result, err := r.Execute(t.Context(), "w", nil)
				place := "panic_test.go:" + lineOf(t, "// "+name)
				panicked, ok := errors.AsType[*PanicError](err)
				if !ok || panicked.Task != "greet" || panicked.Place != place || len(panicked.Stack) == 0 {
					t.Errorf("error is %v", err)
				}
				if got, want := result.Tasks[0].Err.Error(), "panic in task greet: "+test.want+" ("+place+")"; got != want {
					t.Errorf("got %q, want %q", got, want)
				}
			})
		})
	}
}

// lineOf returns the number of the line of this file that ends in a text.
func lineOf(t *testing.T, end string) string {
	t.Helper()
	source, err := os.ReadFile("panic_test.go")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(source), "\n")
	return strconv.Itoa(1 + slices.IndexFunc(lines, func(line string) bool { return strings.HasSuffix(line, end) }))
}

func TestPanicErrorWithoutAPlace(t *testing.T) {
	t.Parallel()
	if got := (&PanicError{Value: "boom"}).Error(); got != "panic: boom" {
		t.Errorf("got %q", got)
	}
	if got := panicPlace(); got != "" {
		t.Errorf("nothing panics at %s", got)
	}
}

func TestLibraryFrame(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		function, file, root string
		want                 bool
	}{
		{"strings.Repeat", "/go/src/strings/strings.go", "/go/src/", true},
		{"app.Greet", "/home/me/app/greet.go", "/go/src/", false},
		{"strings.Repeat", "strings/strings.go", "", true},
		{"example.com/app.Greet", "example.com/app/greet.go", "", false},
		{"main.Greet", "app/greet.go", "", false},
	} {
		if got := libraryFrame(runtime.Frame{Function: test.function, File: test.file}, test.root); got != test.want {
			t.Errorf("%s in %s: %t", test.function, test.file, got)
		}
	}
}
