package cloacina

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"testing"
)

// hostile is an error whose methods do what none should.
type hostile struct{ text, is, as, unwrap func() }

func perform(f func()) {
	if f != nil {
		f()
	}
}

func (h *hostile) Error() string { perform(h.text); return "hostile" }
func (h *hostile) Is(error) bool { perform(h.is); return false }
func (h *hostile) As(any) bool   { perform(h.as); return false }
func (h *hostile) Unwrap() error { perform(h.unwrap); return nil }

// What the methods of an error do concerns its attempt alone.
func TestErrorsWithHostileMethods(t *testing.T) {
	t.Parallel()
	fail := func() { panic("a method of the error") }
	for name, err := range map[string]error{
		"panic in Error":   &hostile{text: fail},
		"panic in Is":      &hostile{is: fail},
		"panic in As":      &hostile{as: fail},
		"panic in Unwrap":  &hostile{unwrap: fail},
		"Goexit in Error":  &hostile{text: runtime.Goexit},
		"Goexit in Is":     &hostile{is: runtime.Goexit},
		"Goexit in As":     &hostile{as: runtime.Goexit},
		"Goexit in Unwrap": &hostile{unwrap: runtime.Goexit},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inMemory(t, func(t *testing.T, p place) {
				p.cfg.Handler = &logs{}
				r := p.open(t,
					flow("fails", plain("a", failing(err)).retries(1, 1e9)),
					flow("panics", plain("a", func(context.Context) error { panic(err) })),
					flow("works", plain("a", nothing)))
				defer shutdown(t, r)
				for _, name := range []string{"fails", "panics"} {
					result, err := r.Execute(t.Context(), name, nil)
					if err == nil || result.State != Failed || result.Tasks[0].Err == nil {
						t.Errorf("%s: %+v", name, result)
					}
				}
				if _, err := r.Execute(t.Context(), "works", nil); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

func TestFailureKeepsTheStackOfAPanic(t *testing.T) {
	t.Parallel()
	f := newFailure(errors.Join(errSource, &PanicError{Value: "boom", Stack: []byte("the stack")}))
	if !strings.Contains(f.text, "panic: boom") || f.stack != "the stack" {
		t.Errorf("%+v", f)
	}
	if got := f.stored(); got != f.text+"\n\nthe stack" {
		t.Errorf("stored as %q", got)
	}
	if f := newFailure(errSource); f.stack != "" || f.stored() != errSource.Error() {
		t.Errorf("%+v, stored as %q", f, f.stored())
	}
}
