package sqlite

import (
	"slices"
	"testing"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/plan"
	"pgregory.net/rapid"
)

// FuzzLengths compares the two ways to read keys, wherever the fast one says that
// it can.
func FuzzLengths(f *testing.F) {
	for _, keys := range []string{
		`{"a":2,"b":null}`, `{"a":2,"a":3}`, `{"b":2,"a":3}`, `{}`, `{"a":-1}`, `{"a":02}`, `{"a":0}`, `{"a":1e3}`,
		`{"a":2,}`, `{"a":2}x`, `{"\u0061":2}`, `{"ü":2}`, `{"a" :2}`, `{"a":999999999999999999}`,
		`{"a":9223372036854775808}`, `{"":1,"a":1}`, `{"a":nul}`, `{"a":null1}`, `{,"a":1}`, `{"a":}`, `{"<&>":1}`, "{\"a\tb\":1}",
	} {
		f.Add(keys)
	}
	f.Fuzz(func(t *testing.T, keys string) {
		fast, ok := plainLengths(keys)
		if !ok {
			return
		}
		slow, err := anyLengths(keys)
		if err != nil || !slices.Equal(fast, slow) {
			t.Errorf("%s: got %v, want %v, %v", keys, fast, slow, err)
		}
	})
}

// TestPlainKeysAreReadFast packs keys as most are.
func TestPlainKeysAreReadFast(t *testing.T) {
	t.Parallel()
	keys, _ := new(packer).pack([]engine.Entry{{Key: "a.b-c_1", Value: []byte("17")}, {Key: "gone"}, {Key: "z", Value: []byte{}}})
	got, ok := plainLengths(keys.(string))
	if want := []length{{"a.b-c_1", 2}, {"gone", deleted}, {"z", 0}}; !ok || !slices.Equal(got, want) {
		t.Errorf("got %v, %t", got, ok)
	}
}

// TestLeavesRoundTrip packs leaves around the number of bits that one integer has.
func TestLeavesRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.SampledFrom([]int{0, 1, 2, 7, 8, 62, 63, 64, 65, 128, 300}).Draw(t, "n")
		bits := rapid.SliceOfN(rapid.Bool(), n, n).Draw(t, "bits")
		want := plan.LeavesOf(bits...)
		packed := packLeaves(want)
		if got := unpackLeaves(packed); !got.Equal(want) {
			t.Fatalf("%v became %v", bits, packed)
		}
		_, isBlob := packed.([]byte)
		if many := slices.Contains(bits[min(n, 63):], true); isBlob != many {
			t.Fatalf("%v is stored as %T", bits, packed)
		}
	})
	for bits, want := range map[int]any{0: nil, 1: int64(1), 63: int64(1) << 62} {
		leaves := make([]bool, bits)
		if bits > 0 {
			leaves[bits-1] = true
		}
		if got := packLeaves(plan.LeavesOf(leaves...)); got != want {
			t.Errorf("%d leaves: got %v, want %v", bits, got, want)
		}
	}
}
