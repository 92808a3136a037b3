package report

import (
	"strings"
	"testing"

	"github.com/cloacina-go/cloacina/annotations"
	"github.com/cloacina-go/cloacina/internal/printable"
	"pgregory.net/rapid"
)

// For lines without tabs and wide characters that are not clipped, the carets
// stand exactly below the marked bytes; for any line at all they stay within
// the width of the screen and never go missing.
func TestUnderline(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		source := rapid.StringMatching(`[ -~]{0,90}`).Draw(t, "source")
		start := rapid.IntRange(0, len(source)).Draw(t, "start")
		end := rapid.IntRange(start, len(source)).Draw(t, "end")
		text, carets := underline(source, span(1, start, 1, end))
		if want := strings.TrimRight(source, " "); text != want {
			t.Fatalf("text is %q, want %q", text, want)
		}
		if want := strings.Repeat(" ", start) + strings.Repeat("^", max(1, end-start)); carets != want {
			t.Fatalf("carets are %q, want %q", carets, want)
		}
	})
}

func TestUnderlineStaysOnTheScreen(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		source := strings.Repeat(rapid.StringN(0, 40, -1).Draw(t, "source"), rapid.IntRange(1, 60).Draw(t, "times"))
		source = strings.ReplaceAll(source, "\n", "")
		start := rapid.IntRange(0, len(source)).Draw(t, "start")
		endLine := rapid.IntRange(1, 2).Draw(t, "end line")
		end := rapid.IntRange(0, len(source)+20).Draw(t, "end")
		text, carets := underline(source, span(1, start, endLine, end))
		if got := columns(printable.Cells(text)); got > lineWidth {
			t.Fatalf("%q is %d columns wide", text, got)
		}
		if len(carets) > lineWidth+1 || !strings.HasSuffix(carets, "^") {
			t.Fatalf("carets are %q", carets)
		}
	})
}

func span(line0, offset0, line1, offset1 int) annotations.Span {
	return annotations.Span{
		Start: annotations.Pos{Line: line0, Column: offset0 + 1},
		End:   annotations.Pos{Line: line1, Column: offset1 + 1},
	}
}
