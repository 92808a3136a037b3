package graph

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the pictures into testdata")

// formats draw a graph, by the extension of its golden file.
var formats = map[string]func(*testing.T, *Graph) string{
	"mmd": func(_ *testing.T, g *Graph) string { return g.Mermaid() },
	"dot": func(_ *testing.T, g *Graph) string { return g.DOT() },
	"txt": func(_ *testing.T, g *Graph) string { return g.ASCII(120) },
	"svg": func(_ *testing.T, g *Graph) string { return g.SVG() },
	"json": func(t *testing.T, g *Graph) string {
		t.Helper()
		text, err := JSON([]*Graph{g})
		if err != nil {
			t.Fatal(err)
		}
		return text
	},
}

// TestGolden compares every format of every sample with testdata/SAMPLE.FORMAT.
// Use -update to write them, and look at the pictures.
func TestGolden(t *testing.T) {
	t.Parallel()
	for name, p := range samples() {
		for ext, draw := range formats {
			file := filepath.Join("testdata", name+"."+ext)
			got := draw(t, New(p))
			if got != draw(t, New(p)) {
				t.Errorf("%s is not the same twice", file)
			}
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				continue
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("%s (-want +got; write it with -update):\n%s", file, diff)
			}
		}
	}
}
