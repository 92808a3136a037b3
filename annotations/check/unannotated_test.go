package check

import "testing"

func TestCamelCase(t *testing.T) {
	t.Parallel()
	for id, want := range map[string]string{
		"fetch_data": "FetchData", "check": "Check", "a_1_b": "A1B", "": "", "_x_": "X", "Reserve": "Reserve", "über_x": "ÜberX",
	} {
		if got := camelCase(id); got != want {
			t.Errorf("%q: got %q, want %q", id, got, want)
		}
	}
}
