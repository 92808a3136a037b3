package graph

import (
	"slices"
	"testing"
)

func TestWrap(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		text        string
		width, most int
		want        []string
	}{
		{"", 10, 3, nil},
		{"one two three", 7, 3, []string{"one two", "three"}},
		{"one two three", 5, 2, []string{"one", "two…"}},
		{"abcdefgh", 3, 9, []string{"abc", "def", "gh"}},
		{"日本語", 4, 9, []string{"日本", "語"}},
		{"日", 1, 9, []string{"日"}},
	} {
		if got := wrap(test.text, test.width, test.most); !slices.Equal(got, test.want) {
			t.Errorf("%q in %d: got %q, want %q", test.text, test.width, got, test.want)
		}
	}
}

func TestWrapLabel(t *testing.T) {
	t.Parallel()
	got := wrapLabel("success, data_quality_score > 80, x == 1", 26, 9)
	if want := []string{"success,", "data_quality_score > 80,", "x == 1"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
