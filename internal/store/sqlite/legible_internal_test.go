package sqlite

import (
	"errors"
	"io/fs"
	"strings"
	"testing"
)

func TestLegible(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                            "",
		"plain \"ünïcödé\" 日本 \ufffd": "plain \"ünïcödé\" 日本 \ufffd",
		"a\xffb\xc3":                  `a\xffb\xc3`,
		"two\nlines":                  "two lines",
		"\x00\x1b[31m\u202e":          `\u0000\u001b[31m\u202e`,
		strings.Repeat("x", 50):       "xxxxxxxxxxxxxxxxxxxx... (50 bytes)",
	} {
		most := 20
		if len(text) < 50 {
			most = 100
		}
		if got := legible(text, most); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

// TestExplain looks at the texts of errors: each thing is said once, in one line.
func TestExplain(t *testing.T) {
	t.Parallel()
	const path = "/data/runs.db"
	for want, err := range map[string]error{
		`open store "/data/runs.db": stat: file does not exist`:       &fs.PathError{Op: "stat", Path: path, Err: fs.ErrNotExist},
		`open store "/data/runs.db": stat /data: file does not exist`: &fs.PathError{Op: "stat", Path: "/data", Err: fs.ErrNotExist},
		`open store "/data/runs.db": file cannot be written: open: permission denied; ` +
			`the file and its directory have to be writable for this user`: &fs.PathError{Op: "open", Path: path, Err: fs.ErrPermission},
		`open store "/data/runs.db": two lines \xff`: errors.New("two\nlines \xff"),
	} {
		got := explain("open", path, err)
		if got.Error() != want || !errors.Is(got, errors.Unwrap(err)) && errors.Unwrap(err) != nil {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
