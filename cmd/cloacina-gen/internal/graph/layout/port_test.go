package layout

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestAscending(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ list, weights, want []int }{
		{[]int{1, 2, 3}, []int{1, 1, 1}, []int{1, 2, 3}},
		{[]int{4, 2}, []int{1, 1}, []int{3, 3}},
		{[]int{-4, -7}, []int{1, 1}, []int{-5, -5}},
		{[]int{10, 0, 30}, []int{1, straightWeight, 1}, []int{0, 0, 30}},
		{nil, nil, nil},
	} {
		got := slices.Clone(test.list)
		ascending(got, test.weights)
		if !slices.Equal(got, test.want) {
			t.Errorf("%v with %v: got %v, want %v", test.list, test.weights, got, test.want)
		}
	}
}

func TestAscendingAscends(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		list := rapid.SliceOf(rapid.IntRange(-1000, 1000)).Draw(t, "list")
		weights := make([]int, len(list))
		for i := range weights {
			weights[i] = rapid.SampledFrom([]int{1, straightWeight}).Draw(t, "weight")
		}
		before := slices.Clone(list)
		ascending(list, weights)
		if !slices.IsSorted(list) {
			t.Fatalf("%v became %v", before, list)
		}
	})
}
