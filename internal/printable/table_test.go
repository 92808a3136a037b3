package printable

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestTable(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", maxCell+1)
	tests := []struct {
		name string
		head []string
		rows [][]string
		want string
	}{
		{"aligned", []string{"task", "outcome"}, [][]string{{"fetch_data", "failed"}, {"a", "completed"}},
			"      task        outcome\n      fetch_data  failed\n      a           completed"},
		{"without a head", nil, [][]string{{"a", "b"}}, "      a  b"},
		{"short rows", []string{"task", "outcome", "value"}, [][]string{{"a"}, {"b", "", "c = 1"}},
			"      task  outcome  value\n      a\n      b              c = 1"},
		{"wide characters", nil, [][]string{{"日本", "x"}, {"abc", "y"}}, "      日本  x\n      abc   y"},
		{"hostile", nil, [][]string{{"a\nb\x1b[2J", "c\u202e"}}, `      a\x0ab\x1b[2J  c\u202e`},
		{"long", nil, [][]string{{long, "x"}}, "      " + strings.Repeat("x", maxCell-len(clip)) + clip + "  x"},
		{"nothing", nil, nil, ""},
	}
	for _, tt := range tests {
		if got := strings.Join(Table(tt.head, tt.rows), "\n"); got != tt.want {
			t.Errorf("%s: got\n%s\nwant\n%s", tt.name, got, tt.want)
		}
	}
}

// The cells of a column begin at the same place, and no cell is too wide.
func TestColumnsAreAligned(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		cell := rapid.StringN(1, 2*maxCell, -1).Filter(func(s string) bool { return strings.TrimSpace(s) == s && s != "" })
		rows := rapid.SliceOfN(rapid.SliceOfN(cell, 2, 2), 1, 4).Draw(t, "rows")
		widest := 0
		for _, row := range rows {
			widest = max(widest, min(Width(Escape(row[0])), maxCell))
		}
		for i, line := range Table(nil, rows) {
			head, ok := strings.CutSuffix(line, clipped(Escape(rows[i][1])))
			if got, want := Width(head), len(indent)+widest+len(between); !ok || got != want {
				t.Fatalf("the second cell of %q begins at %d, want %d", line, got, want)
			}
			if Width(line) > len(indent)+len(between)+2*maxCell {
				t.Fatalf("%q is %d columns wide", line, Width(line))
			}
		}
	})
}
