package cloacina

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
)

// Few writes and many behave as a map does.
func TestWrittenIsAMap(t *testing.T) {
	t.Parallel()
	for seed := range uint64(200) {
		rng := rand.New(rand.NewPCG(seed, 1))
		var w written
		if seed%2 == 1 {
			w.expect(rng.IntN(20))
		}
		want := map[string]string{}
		for range rng.IntN(60) {
			key, value := fmt.Sprint(rng.IntN(1+int(seed)%40)), fmt.Sprint(rng.IntN(9))
			w.set(key, []byte(value))
			want[key] = value
		}
		compare := func() {
			for i := range 41 {
				key := fmt.Sprint(i)
				raw, ok := w.get(key)
				if value, known := want[key]; ok != known || string(raw) != value {
					t.Fatalf("seed %d: %s is %s, %t, want %s, %t", seed, key, raw, ok, value, known)
				}
			}
		}
		compare()
		w.sort()
		compare()
		var keys []string
		for _, e := range w.list {
			keys = append(keys, e.Key)
		}
		if !slices.Equal(keys, slices.Sorted(maps.Keys(want))) {
			t.Fatalf("seed %d: the keys are %q", seed, keys)
		}
	}
}
