package report

import (
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/cloacina-go/cloacina/annotations"
)

// relativeURI returns a slashed relative name as a reference of RFC 3986.
func relativeURI(name string) string { return (&url.URL{Path: name}).String() }

// fileURI returns a slashed absolute name as a URI; that of Windows has a drive.
func fileURI(name string) string {
	if !strings.HasPrefix(name, "/") {
		name = "/" + name
	}
	return (&url.URL{Scheme: "file", Path: name}).String()
}

// utf16Column counts the column of a position, which counts bytes, in the units of
// UTF-16. Of a file that cannot be read it stays as it is.
func (p *Printer) utf16Column(file string, at annotations.Pos) int {
	line, ok := p.line(file, at.Line)
	if !ok || at.Column < 1 || at.Column-1 > len(line) {
		return at.Column
	}
	column := 1
	for _, r := range line[:at.Column-1] {
		column++
		if r > '\uffff' && r <= utf8.MaxRune {
			column++
		}
	}
	return column
}
