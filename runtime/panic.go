package cloacina

import (
	"fmt"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
)

// PanicError is the error of an attempt that panicked.
type PanicError struct {
	// Task is the id of the task.
	Task string
	// Value is what the function panicked with.
	Value any
	// Place is where, as "main.go:34": the file's name and the line of the
	// innermost call that belongs neither to the standard library nor to
	// cloacina. It is empty if that is not known.
	Place string
	// Stack is the stack of the goroutine at the panic.
	Stack []byte
}

// newPanicError is the error of a panic whose value was just recovered, by the
// caller, which is a deferred function.
func newPanicError(task string, value any) *PanicError {
	return &PanicError{Task: task, Value: value, Place: panicPlace(), Stack: debug.Stack()}
}

// Error names the task, the panic's value and the place, without the stack.
func (e *PanicError) Error() string {
	text := "panic"
	if e.Task != "" {
		text += " in task " + e.Task
	}
	text += fmt.Sprintf(": %v", e.Value)
	if e.Place != "" {
		text += " (" + e.Place + ")"
	}
	return text
}

// Unwrap returns the value if the function panicked with an error.
func (e *PanicError) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}

// panicPlace finds the place of the panic that is being recovered in the stack,
// in what package runtime was called from to panic.
func panicPlace() string {
	pcs := make([]uintptr, 64)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(1, pcs)])
	root, place := "", ""
	panicked := false
	for more := true; more; {
		var f runtime.Frame
		f, more = frames.Next()
		switch {
		case f.Function == "runtime.gopanic":
			panicked = true
			root = strings.TrimSuffix(f.File, "runtime/panic.go")
		case !panicked || runtimeFrame(f):
		case !libraryFrame(f, root):
			return placeOf(f)
		case place == "":
			place = placeOf(f) // if all calls look as if they were the library's
		}
	}
	return place
}

func placeOf(f runtime.Frame) string { return fmt.Sprintf("%s:%d", filepath.Base(f.File), f.Line) }

// runtimeFrame reports whether a call belongs to package runtime or to
// cloacina, whose own tests stand for its users.
func runtimeFrame(f runtime.Frame) bool {
	for _, prefix := range []string{
		"runtime.", "internal/runtime/", modulePath + "/runtime.", modulePath + "/internal/",
	} {
		if strings.HasPrefix(f.Function, prefix) {
			return !strings.HasSuffix(f.File, "_test.go")
		}
	}
	return f.Function == ""
}

// libraryFrame reports whether a call belongs to the standard library, whose
// files are below root. In a program built with -trimpath root is empty, and
// the library's paths are those that do not begin with a host's name.
func libraryFrame(f runtime.Frame, root string) bool {
	if root != "" {
		return strings.HasPrefix(f.File, root)
	}
	first, _, _ := strings.Cut(f.File, "/")
	return !strings.Contains(first, ".") && !strings.HasPrefix(f.Function, "main.")
}

// modulePath is the path of cloacina's module.
const modulePath = "github.com/cloacina-go/cloacina"
