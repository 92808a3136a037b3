package sqlite

import (
	"maps"
	"testing"
)

// TestSchemaAsWritten compares the definitions of a new store with its text, and
// changes them.
func TestSchemaAsWritten(t *testing.T) {
	t.Parallel()
	s := openStore(t)
	got, err := readSchema(background, s.w.conn)
	if err != nil || !asWritten(got) {
		t.Fatalf("a new store has other definitions than its text, %v: %v", err, got)
	}
	for key, sql := range got {
		changed := maps.Clone(got)
		for _, text := range []string{sql + " ", sql[:len(sql)-1], sql + ";", "", sql[1:]} {
			if changed[key] = text; asWritten(changed) {
				t.Errorf("%v as %q is as written", key, text)
			}
		}
		if delete(changed, key); asWritten(changed) {
			t.Errorf("nothing is missing without %v", key)
		}
		changed[key], changed[definition{"view", "another"}] = sql, sql
		if asWritten(changed) {
			t.Errorf("%v twice is as written", key)
		}
	}
}
