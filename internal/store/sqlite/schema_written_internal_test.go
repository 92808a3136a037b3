package sqlite

import (
	"slices"
	"testing"
)

// TestSchemaAsWritten compares the definitions of a new store with its text, and
// changes them.
func TestSchemaAsWritten(t *testing.T) {
	t.Parallel()
	s := openStore(t)
	got, err := readTexts(background, s.w.conn)
	if err != nil || !asWritten(got) {
		t.Fatalf("a new store has other definitions than its text, %v: %v", err, got)
	}
	for i, sql := range got {
		changed := slices.Clone(got)
		for _, text := range []string{sql + " ", sql[:len(sql)-1], sql + ";", "", sql[1:]} {
			if changed[i] = text; asWritten(changed) {
				t.Errorf("definition %d as %q is as written", i, text)
			}
		}
		if asWritten(slices.Delete(changed, i, i+1)) {
			t.Errorf("nothing is missing without %q", sql)
		}
		if asWritten(append(slices.Clone(got), sql)) {
			t.Errorf("%q twice is as written", sql)
		}
	}
}
