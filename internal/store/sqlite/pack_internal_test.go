package sqlite

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestPackRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.MapOf(rapid.String(), rapid.Ptr(rapid.SliceOf(rapid.Byte()), true)).Draw(t, "values")
		var want []engine.Entry
		for key, value := range values {
			e := engine.Entry{Key: key}
			if value != nil {
				e.Value = append([]byte{}, *value...)
			}
			want = append(want, e)
		}
		slices.SortFunc(want, func(a, b engine.Entry) int { return strings.Compare(a.Key, b.Key) })
		keys, vals := new(packer).pack(want)
		got, err := unpack(keys, vals)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("(-want +got):\n%s", diff)
		}
	})
}

func TestPackedForm(t *testing.T) {
	t.Parallel()
	keys, vals := new(packer).pack([]engine.Entry{{Key: "a", Value: []byte("17")}, {Key: "b\n\"ü"}, {Key: "c", Value: []byte(`"x"`)}})
	if want := `{"a":2,"b\n\"ü":null,"c":3}`; keys != want {
		t.Errorf("keys %s, want %s", keys, want)
	}
	if want := `17"x"`; string(vals.([]byte)) != want {
		t.Errorf("vals %s, want %s", vals, want)
	}
}

func TestUnpackDamaged(t *testing.T) {
	t.Parallel()
	for keys, vals := range map[string]string{
		``: "", `{"a":2`: "17", `{"a":3}`: "17", `{"a":1}`: "17", `{"a":-1}`: "", `{"a":null}`: "1", `[1]`: "1",
		`{"a":1.5}`: "17", `{"a":1e99}`: "17", `null`: "1", `{"a":9223372036854775807,"b":1}`: "17",
	} {
		if got, err := unpack(keys, []byte(vals)); !errors.Is(err, ErrDamaged) {
			t.Errorf("%s with %q: got %v, %v", keys, vals, got, err)
		}
	}
}

func FuzzUnpack(f *testing.F) {
	f.Add(`{"a":2,"b":null}`, []byte("17"))
	f.Add(`{"a":2,"a":3}`, []byte("17"))
	f.Add(`{"\ud800":0}`, []byte{})
	f.Fuzz(func(t *testing.T, keys string, vals []byte) {
		entries, err := unpack(keys, slices.Clone(vals))
		if err != nil {
			return
		}
		n := 0
		for i, e := range entries {
			n += len(e.Value)
			if i > 0 && entries[i-1].Key >= e.Key {
				t.Errorf("keys %q and %q are not in order", entries[i-1].Key, e.Key)
			}
		}
		if n != len(vals) {
			t.Errorf("%d bytes of %d", n, len(vals))
		}
	})
}
