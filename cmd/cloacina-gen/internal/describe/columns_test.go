package describe

import (
	"strings"
	"testing"
)

// However many rows there are, every one is printed once below the head, and the
// columns of the first ones hold for all.
func TestTable(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 1, measuredRows - 1, measuredRows, measuredRows + 1, 3 * measuredRows} {
		table, text, early := table{head: []string{"#", "run"}}, "", 0
		for i := range n {
			part := table.add([]string{strings.Repeat("x", i%5+1), "ok", "value"})
			if text += part; i+1 < n {
				early += len(part)
			}
		}
		text += table.end()
		lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
		if len(lines) != n+1 || table.rows != n || !strings.HasPrefix(lines[0], "#") {
			t.Errorf("%d rows: %d lines, the first one is %q", n, len(lines), lines[0])
		}
		for _, line := range lines[1:] {
			if strings.Index(line, "ok") != strings.Index(lines[1], "ok") {
				t.Fatalf("%d rows: %q is not aligned with %q", n, line, lines[1])
			}
		}
		if n > measuredRows && early == 0 {
			t.Errorf("%d rows: nothing is printed before the end", n)
		}
	}
}
