package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestUnifiedDiff(t *testing.T) {
	t.Parallel()
	const old = "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\nk\nl\n"
	tests := []struct {
		name     string
		old, new string
		want     string
	}{
		{"nothing", old, old, ""},
		{"a line changed", old, strings.Replace(old, "f\n", "F\n", 1),
			"--- a/f.go\n+++ b/f.go\n@@ -3,7 +3,7 @@\n c\n d\n e\n-f\n+F\n g\n h\n i\n"},
		{"at both ends", old, "A\n" + old[2:] + "m\n",
			"--- a/f.go\n+++ b/f.go\n@@ -1,4 +1,4 @@\n-a\n+A\n b\n c\n d\n@@ -10,3 +10,4 @@\n j\n k\n l\n+m\n"},
		{"neighbours share a hunk", old, strings.NewReplacer("d\n", "", "i\n", "i\nI\n").Replace(old),
			"--- a/f.go\n+++ b/f.go\n@@ -1,12 +1,12 @@\n a\n b\n c\n-d\n e\n f\n g\n h\n i\n+I\n j\n k\n l\n"},
		{"emptied", "a\nb\n", "", "--- a/f.go\n+++ b/f.go\n@@ -1,2 +0,0 @@\n-a\n-b\n"},
		{"no line end", "a\nb", "a\nb\n",
			"--- a/f.go\n+++ b/f.go\n@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+b\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := unifiedDiff("f.go", []byte(tt.old), []byte(tt.new))
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestDiffOfFilesThatDoNotExist(t *testing.T) {
	t.Parallel()
	if got, want := unifiedDiff("f.go", nil, []byte("a\n")), "--- /dev/null\n+++ b/f.go\n@@ -0,0 +1,1 @@\n+a\n"; got != want {
		t.Errorf("new: got %q, want %q", got, want)
	}
	if got, want := unifiedDiff("f.go", []byte("a\n"), nil), "--- a/f.go\n+++ /dev/null\n@@ -1,1 +0,0 @@\n-a\n"; got != want {
		t.Errorf("gone: got %q, want %q", got, want)
	}
}

// The changes of two texts, applied to the first, give the second.
// The name of a file must not begin another line, nor act on a terminal.
func TestDiffOfAHostileName(t *testing.T) {
	t.Parallel()
	got := unifiedDiff("x\ny\x1b[31m.go", []byte("a\n"), []byte("b\n"))
	if want := `--- "a/x\ny\x1b[31m.go"` + "\n" + `+++ "b/x\ny\x1b[31m.go"` + "\n"; !strings.HasPrefix(got, want) {
		t.Errorf("got %q", got)
	}
}

func TestChangedLinesApply(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		line := rapid.SampledFrom([]string{"a\n", "b\n", "c\n", "d\n", "e\n", "f\n", "}\n", "\n"})
		x := rapid.SliceOfN(line, 0, 30).Draw(t, "x")
		y := rapid.SliceOfN(line, 0, 30).Draw(t, "y")
		var got []string
		at := 0
		for _, c := range changedLines(x, y) {
			if c.x0 < at || c.x0 == c.x1 && c.y0 == c.y1 {
				t.Fatalf("hunk %v after line %d", c, at)
			}
			got = append(got, x[at:c.x0]...)
			got = append(got, y[c.y0:c.y1]...)
			at = c.x1
		}
		got = append(got, x[at:]...)
		if strings.Join(got, "") != strings.Join(y, "") {
			t.Fatalf("got %q, want %q", got, y)
		}
	})
}

// What is printed is understood by patch, where there is one.
func TestPatchReadsTheDiff(t *testing.T) {
	t.Parallel()
	patch, err := exec.LookPath("patch")
	if err != nil {
		t.Log("there is no patch on this machine")
		return
	}
	old := strings.Repeat("x\ny\n}\n\n", 40)
	changed := "first\n" + strings.Replace(strings.Replace(old, "y\n", "why\n", 7), "}\n\n", "}\n", 3) + "last"
	dir := t.TempDir()
	file := filepath.Join(dir, "f.go")
	if err := os.WriteFile(file, []byte(old), 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(patch, "-p1")
	cmd.Dir = dir
	cmd.Stdin = strings.NewReader(unifiedDiff("f.go", []byte(old), []byte(changed)))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	got, err := os.ReadFile(file)
	if err != nil || string(got) != changed {
		t.Errorf("patched to %q, %v", got, err)
	}
}
