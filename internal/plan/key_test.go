package plan_test

import (
	"testing"

	"github.com/cloacina-go/cloacina/internal/plan"
)

func TestBaseKey(t *testing.T) {
	t.Parallel()
	for key, want := range map[string]string{
		"score": "score", "a/b": "a/b", "a~1b": "a~1b", "": "",
		"/score": "score", "/order/total": "order", "/order/": "order", "/": "",
		"/a~1b/c": "a/b", "/a~0b": "a~b", "/a~01": "a~1", "/x/a~1b": "x",
	} {
		if got := plan.BaseKey(key); got != want {
			t.Errorf("%q: got %q, want %q", key, got, want)
		}
	}
}
