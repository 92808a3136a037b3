package check

import "testing"

// TestImportable follows Go's rule of internal directories.
func TestImportable(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		path, from string
		want       bool
	}{
		{"example.com/a", "example.com/b", true},
		{"example.com/a/internal/x", "example.com/a", true},
		{"example.com/a/internal/x", "example.com/a/b/c", true},
		{"example.com/a/internal/x", "example.com/ab", false},
		{"example.com/a/internal", "example.com/b", false},
		{"example.com/a/internals/x", "example.com/b", true},
		{"example.com/a/internal/b/internal/x", "example.com/a", false},
		{"internal/abi", "example.com/a", false},
		{"vendor/golang.org/x/net/idna", "example.com/a", false},
	} {
		if got := Importable(c.path, c.from); got != c.want {
			t.Errorf("%s imports %s: %v", c.from, c.path, got)
		}
	}
}
