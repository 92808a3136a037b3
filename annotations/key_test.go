package annotations

import (
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestKey(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text, base string
		path       []string
		valid      bool
	}{
		{"score", "score", nil, true},
		{"a/b", "a/b", nil, true},
		{"a~b", "a~b", nil, true},
		{"", "", nil, false},
		{"/", "", nil, false},
		{"//a", "", []string{"a"}, false},
		{"/raw", "raw", nil, true},
		{"/raw/source", "raw", []string{"source"}, true},
		{"/raw/records/0/id", "raw", []string{"records", "0", "id"}, true},
		{"/raw/", "raw", []string{""}, true},
		{"/a~1b/c~0d", "a/b", []string{"c~d"}, true},
		{"/a~01", "a~1", nil, true},
		{"/a~2", "a~2", nil, false},
		{"/a~", "a~", nil, false},
		{"/a~0~1~", "a~/~", nil, false},
	} {
		k := Key{Text: c.text}
		if got := k.Base(); got != c.base {
			t.Errorf("base of %q is %q, want %q", c.text, got, c.base)
		}
		if diff := gocmp.Diff(c.path, k.Path()); diff != "" {
			t.Errorf("path of %q differs (-want +got):\n%s", c.text, diff)
		}
		if err := k.check(); (err == nil) != c.valid {
			t.Errorf("check of %q gives %v", c.text, err)
		}
	}
}

func TestKeyReadsEveryEscapedPointer(t *testing.T) {
	t.Parallel()
	escape := strings.NewReplacer("~", "~0", "/", "~1")
	rapid.Check(t, func(t *rapid.T) {
		tokens := rapid.SliceOfN(rapid.StringMatching(`[a~/01]{1,5}`), 1, 4).Draw(t, "tokens")
		var b strings.Builder
		for _, token := range tokens {
			b.WriteString("/" + escape.Replace(token))
		}
		k := Key{Text: b.String()}
		if err := k.check(); err != nil {
			t.Fatalf("%q: %v", k.Text, err)
		}
		got := append([]string{k.Base()}, k.Path()...)
		if diff := gocmp.Diff(tokens, got); diff != "" {
			t.Fatalf("%q reads as (-want +got):\n%s", k.Text, diff)
		}
	})
}
