package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/cloacina-go/cloacina/annotations"
)

// FuzzReport prints findings of any text about any place, in all formats: what
// comes out has the form that its readers take, and nothing in it acts on a
// terminal.
func FuzzReport(f *testing.F) {
	for _, text := range []string{
		"", "tasks.go", "a\nb", "\x1b[31m", "\u202e", "\xff\xfe", "%0A::error::", "::error file=x::y", "<script>", `"\"`, "\x00", "日本語", "a\tb",
		"C:\\x.go", "../../x.go", strings.Repeat("x", 300),
	} {
		f.Add(text, text, text, 1, 1, 0, 1, 5, 4, uint8(1))
		f.Add("tasks.go", "message", text, -1, 7, 1<<40, 0, -9, 3, uint8(200))
	}
	f.Fuzz(func(t *testing.T, file, message, source string, line, column, offset, endLine, endColumn, endOffset int, code uint8) {
		codes := annotations.Codes()
		span := annotations.Span{
			File:  file,
			Start: annotations.Pos{Line: line, Column: column, Offset: offset},
			End:   annotations.Pos{Line: endLine, Column: endColumn, Offset: endOffset},
		}
		finding := annotations.Finding{
			Code: codes[int(code)%len(codes)].Code, Span: span, Message: message,
			Table:   &annotations.Table{Head: []string{message, file}, Rows: [][]string{{source, message}, {file}}},
			Related: []annotations.Related{{Span: span, Message: source}},
			Fixes:   []annotations.Fix{{Message: source, Edits: []annotations.Edit{{Span: span, New: message}}}},
		}
		strange := finding
		strange.Code = "CL9999"
		strange.Table, strange.Fixes = nil, nil
		for _, format := range formats {
			checkForm(t, format, false, printedAs(t, format, false, source, finding, strange))
		}
		checkForm(t, Text, true, printedAs(t, Text, true, source, finding, strange))
	})
}

// printedAs prints findings and their counts, sorted.
func printedAs(t *testing.T, format Format, colour bool, source string, findings ...annotations.Finding) []byte {
	t.Helper()
	var out bytes.Buffer
	p := &Printer{W: &out, Format: format, Dir: "/dir", Block: true, Colour: colour, Read: func(file string) ([]byte, error) {
		if file == "" {
			return nil, errors.New("no such file")
		}
		return []byte(source), nil
	}}
	if err := p.Print(Sort(findings)); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func checkForm(t *testing.T, format Format, colour bool, out []byte) {
	t.Helper()
	text := string(out)
	if !utf8.Valid(out) {
		t.Errorf("%s: not UTF-8: %q", format, text)
	}
	if format == Text && colour {
		text = ansi.Replace(text)
	}
	people := format == Text || format == GitHub
	for _, r := range text {
		unseen := r == 0x7f || r == '\u202e' || r == '\u2066' || r == '\u200b'
		if r != '\n' && (r < ' ' || people && unseen) {
			t.Fatalf("%s: %U reaches the terminal: %q", format, r, text)
		}
	}
	switch format {
	case JSON, SARIF:
		if !json.Valid(out) {
			t.Errorf("%s: not JSON: %q", format, text)
		}
	case GitHub:
		for line := range strings.Lines(text) {
			if !strings.HasPrefix(line, "::error ") && !strings.HasPrefix(line, "::warning ") && !strings.HasPrefix(line, "::notice ") {
				t.Errorf("a line that is no command: %q", line)
			}
		}
	}
}

// ansi are the escapes that colours are made of.
var ansi = strings.NewReplacer("\x1b[0m", "", "\x1b[1m", "", "\x1b[2m", "", "\x1b[1;31m", "", "\x1b[1;33m", "", "\x1b[1;36m", "")
