package terminal

import "testing"

func TestWantsColor(t *testing.T) {
	tests := []struct {
		no, force, term string
		isTerminal      bool
		want            bool
	}{
		{term: "xterm", isTerminal: true, want: true},
		{term: "xterm"},
		{term: "dumb", isTerminal: true},
		{no: "1", term: "xterm", isTerminal: true},
		{no: "1", force: "1", term: "xterm", isTerminal: true},
		{force: "1", want: true},
		{force: "3", term: "dumb", want: true},
		{force: "0", term: "xterm", isTerminal: true},
		{force: "false", term: "xterm", isTerminal: true},
	}
	for _, test := range tests {
		t.Setenv("NO_COLOR", test.no)
		t.Setenv("FORCE_COLOR", test.force)
		t.Setenv("TERM", test.term)
		if got := WantsColor(test.isTerminal); got != test.want {
			t.Errorf("%+v: got %v", test, got)
		}
	}
}

func TestPaint(t *testing.T) {
	t.Parallel()
	if got := Red.Paint("a") + Plain.Paint("b") + Dim.Paint(""); got != "\x1b[31ma\x1b[0mb" {
		t.Errorf("got %q", got)
	}
}
