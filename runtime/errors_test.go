package cloacina

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestRunFailedErrorNamesEverything(t *testing.T) {
	t.Parallel()
	other := errors.New("disk full")
	err := error(&RunFailedError{
		Run: "r1", Workflow: "w", Reason: ErrRunTimeout,
		Tasks: []TaskFailure{{Task: "a", Attempts: 1, Err: errSource}, {Task: "b", Attempts: 4, Err: other}},
	})
	const want = "run r1 of workflow w failed: run timed out; " +
		"task a failed after 1 attempt: source unavailable; task b failed after 4 attempts: disk full"
	if err.Error() != want {
		t.Errorf("text is %q", err)
	}
	for _, target := range []error{ErrRunTimeout, errSource, other} {
		if !errors.Is(err, target) {
			t.Errorf("it is not %v", target)
		}
	}
	err = &RunFailedError{Run: "r1", Workflow: "w", Tasks: []TaskFailure{{Task: "a", Attempts: 2, Err: explodes{}}}}
	if text := err.Error(); !strings.Contains(text, "explodes, whose Error method panics") {
		t.Errorf("text is %q", text)
	}
}

func TestStoredTextIsBoundedUTF8(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		piece := rapid.SliceOfN(rapid.Byte(), 0, 40).Draw(t, "piece")
		text := strings.Repeat(string(piece), rapid.SampledFrom([]int{0, 1, 3, 1500, 3000, 9000}).Draw(t, "times"))
		got := bounded(text)
		if !utf8.ValidString(got) || len(got) > maxErrorBytes {
			t.Fatalf("%d bytes became %d, valid %t", len(text), len(got), utf8.ValidString(got))
		}
		if utf8.ValidString(text) && len(text) <= maxErrorBytes && got != text {
			t.Fatalf("%q became %q", text, got)
		}
		if len(text) > maxErrorBytes && !strings.Contains(got, "(cut, ") {
			t.Fatal("the cut is not noted")
		}
	})
}

// A long text that becomes short when its broken bytes are replaced.
func TestStoredTextThatShrinks(t *testing.T) {
	t.Parallel()
	got := bounded(strings.Repeat("text\x80\x80\x80\x80", 9000))
	want := strings.Repeat("text\uFFFD", 8192) + " ... (cut, 72000 bytes in all)"
	if got != want {
		t.Errorf("got %d bytes ending in %q", len(got), got[len(got)-40:])
	}
}

func TestLongErrorIsStoredCut(t *testing.T) {
	t.Parallel()
	onEveryStore(t, func(t *testing.T, p place) {
		long := strings.Repeat("äöü\xff", 100_000)
		r := p.open(t, flow("w", plain("a", failing(errors.New(long)))))
		defer shutdown(t, r)
		result, err := r.Execute(t.Context(), "w", nil)
		if err == nil {
			t.Fatal("no error")
		}
		d, err := r.Run(t.Context(), result.Run)
		if err != nil {
			t.Fatal(err)
		}
		got := d.Tasks[0].Attempts[0].Error
		if len(got) > maxErrorBytes || !strings.HasSuffix(got, "(cut, 700000 bytes in all)") || !strings.HasPrefix(got, "äöü\uFFFDä") {
			t.Errorf("%d bytes, ending in %q", len(got), got[max(0, len(got)-40):])
		}
	})
}
