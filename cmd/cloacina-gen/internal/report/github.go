package report

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/cloacina-go/cloacina/annotations"
	"github.com/cloacina-go/cloacina/internal/printable"
)

// github prints each finding as a workflow command of GitHub Actions, which shows
// it beside the line of the source.
func (p *Printer) github(b *bytes.Buffer, findings []annotations.Finding) {
	for _, f := range findings {
		severity := f.Code.Severity()
		command := severity.String()
		if severity == annotations.SeverityHint {
			command = "notice"
		}
		fmt.Fprintf(b, "::%s %s::%s\n", command, p.properties(f), dataEscapes.Replace(p.message(f)))
	}
}

// properties are those of the command. GitHub takes columns only of places within
// one line; the end is exclusive.
func (p *Printer) properties(f annotations.Finding) string {
	list := []string{"file=" + property(p.slashed(f.Span.File))}
	if start, end := f.Span.Start, endOf(f.Span); start.Line > 0 {
		list = append(list, fmt.Sprintf("line=%d", start.Line))
		if start.Line == end.Line {
			list = append(list, fmt.Sprintf("col=%d", start.Column))
		}
		list = append(list, fmt.Sprintf("endLine=%d", end.Line))
		if start.Line == end.Line {
			list = append(list, fmt.Sprintf("endColumn=%d", end.Column))
		}
	}
	title := string(f.Code)
	if info, ok := f.Code.Info(); ok {
		title += " " + info.Title
	}
	return strings.Join(append(list, "title="+property(title)), ",")
}

// message is what there is to say about a finding beside its first line.
func (p *Printer) message(f annotations.Finding) string {
	lines := []string{printable.Escape(f.Message)}
	if f.Table != nil {
		lines = append(lines, printable.Table(f.Table.Head, f.Table.Rows)...)
	}
	for _, r := range f.Related {
		lines = append(lines, p.place(r.Span)+": "+printable.Escape(r.Message))
	}
	for _, fix := range f.Fixes {
		lines = append(lines, "fix: "+printable.Escape(fix.Message))
	}
	return strings.Join(lines, "\n")
}

// The escapes of workflow commands, for their text and for their properties.
var (
	dataEscapes     = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	propertyEscapes = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

func property(text string) string { return propertyEscapes.Replace(printable.Escape(text)) }
