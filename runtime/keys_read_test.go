package cloacina

import (
	"errors"
	"testing"

	"github.com/cloacina-go/cloacina/internal/engine"
)

func TestOptionalReads(t *testing.T) {
	t.Parallel()
	k := attemptOn(t, wrote("n", "80.0", "null", "null"), wrote())
	n, absent := 0, 5
	var p, none *int
	was := 3
	null := &was
	Optional(k, "n", &n)
	Optional(k, "absent", &absent)
	OptionalPointer(k, "n", &p)
	OptionalPointer(k, "absent", &none)
	OptionalPointer(k, "null", &null)
	if err := k.firstError(); err != nil {
		t.Fatal(err)
	}
	if n != 80 || absent != 5 || p == nil || *p != 80 || none != nil || null != nil {
		t.Errorf("got %d %d %v %v %v", n, absent, p, none, null)
	}
}

func TestOptionalReadOfTheWrongType(t *testing.T) {
	t.Parallel()
	for name, read := range map[string]func(k *Keys){
		"value":   func(k *Keys) { Optional(k, "s", new(int)) },
		"null":    func(k *Keys) { Optional(k, "null", new(int)) },
		"pointer": func(k *Keys) { OptionalPointer(k, "s", new(*int)) },
		"require": func(k *Keys) { Require(k, "s", new(bool)) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := attemptOn(t, wrote("null", "null", "s", `"a"`), wrote())
			read(k)
			if err := k.firstError(); !errors.Is(err, ErrWrongType) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestDeletedKeyIsMissing(t *testing.T) {
	t.Parallel()
	deleted := engine.Task{Status: engine.TaskCompleted, Writes: []engine.Entry{{Key: "s"}}}
	k := attemptOn(t, wrote("s", `"a"`), deleted, engine.Entry{Key: "s", Value: []byte(`"0"`)})
	var s string
	Require(k, "s", &s)
	if err := k.firstError(); !errors.Is(err, ErrMissingKey) {
		t.Errorf("got %q, %v", s, err)
	}
}
