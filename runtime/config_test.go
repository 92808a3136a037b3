package cloacina

import (
	"strings"
	"testing"
	"time"
)

func TestConfigDefaults(t *testing.T) {
	t.Parallel()
	c := Config{}.withDefaults()
	if c.MaxConcurrentTasks != 64 || c.AbandonAfter != 30*time.Second || c.MaxInterruptions != 3 ||
		c.MaxValueBytes != 1<<20 || c.MaxContextBytes != 16<<20 || c.Durability != Full {
		t.Errorf("defaults are %+v", c)
	}
	if err := c.validate(); err != nil {
		t.Error(err)
	}
	given := Config{
		MaxConcurrentTasks: 1, AbandonAfter: 2, MaxInterruptions: -1, MaxValueBytes: 3, MaxContextBytes: 4, Durability: Relaxed,
	}
	got := given.withDefaults()
	if got.MaxConcurrentTasks != 1 || got.AbandonAfter != 2 || got.MaxInterruptions != -1 ||
		got.limits() != (limits{value: 3, context: 4, depth: 1000}) || got.Durability != Relaxed {
		t.Errorf("given values became %+v", got)
	}
}

func TestConfigRefusesNonsense(t *testing.T) {
	t.Parallel()
	_, err := Open(t.Context(), ":memory:", Config{
		MaxConcurrentTasks: -1, AbandonAfter: -1, MaxInterruptions: -2, MaxValueBytes: -1, MaxContextBytes: -1, Durability: 9,
	})
	if err == nil {
		t.Fatal("no error")
	}
	for _, field := range []string{
		"MaxConcurrentTasks", "AbandonAfter", "MaxInterruptions", "MaxValueBytes", "MaxContextBytes", "Durability",
	} {
		if !strings.Contains(err.Error(), field) {
			t.Errorf("%s is not refused: %v", field, err)
		}
	}
}
