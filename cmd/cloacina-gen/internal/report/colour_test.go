package report

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestOnlyTerminalsGetColour(t *testing.T) {
	t.Parallel()
	none := func(string) string { return "" }
	if IsTerminal(&strings.Builder{}) || WantsColour(&strings.Builder{}, none) {
		t.Error("a builder is no terminal")
	}
	f, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	})
	if IsTerminal(f) || WantsColour(f, none) {
		t.Error("a file is no terminal")
	}
}

func TestEnvironmentTurnsColourOff(t *testing.T) {
	t.Parallel()
	tests := []struct {
		env  map[string]string
		want bool
	}{
		{map[string]string{}, true},
		{map[string]string{"TERM": "xterm"}, true},
		{map[string]string{"TERM": "dumb"}, false},
		{map[string]string{"NO_COLOR": "1"}, false},
		{map[string]string{"NO_COLOR": ""}, true},
	}
	for _, tt := range tests {
		if got := colourful(func(name string) string { return tt.env[name] }); got != tt.want {
			t.Errorf("%v: got %v, want %v", tt.env, got, tt.want)
		}
	}
}
