// Package report prints findings, for people and in three forms for machines.
//
// As text comes first a line that editors parse,
// then the source with the place underlined, the case that it is about, the places
// that belong to it, and the repairs.
//
//	tasks.go:41:44: error CL0402: trigger rule names unknown task "fetch_dat"; did you mean "fetch_data"?
//	   41 | //cloacina:task trigger_rules=task_success("fetch_dat")
//	      |                                            ^^^^^^^^^^^^^
//	tasks.go:22:6: fetch_data is declared here
//	      = fix: change to "fetch_data"
//
// Lines and columns count from 1, columns in bytes, as the Go compiler counts.
// Nothing from a source file reaches the terminal raw: control characters,
// invisible ones and broken UTF-8 are printed as escapes.
package report

import (
	"bytes"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/cloacina-go/cloacina/annotations"
	"github.com/cloacina-go/cloacina/internal/printable"
)

// Printer prints findings. Only its W must be set.
type Printer struct {
	// W receives the text.
	W io.Writer
	// Format is the form; Block and Colour matter only as text. Defaults to [Text].
	Format Format
	// Dir is the directory that file names are printed relative to. Defaults
	// to none, which prints them as they are.
	Dir string
	// Block prints the source below the first line.
	Block bool
	// Colour uses ANSI colours.
	Colour bool
	// Read returns the text of a file, for the source block. Defaults to none,
	// which prints no block.
	Read func(file string) ([]byte, error)

	lines map[string][]string
}

// Sort orders findings by file, position, code and message, and removes
// duplicates, which arise when a file belongs to a package and to its tests.
func Sort(findings []annotations.Finding) []annotations.Finding {
	slices.SortStableFunc(findings, compare)
	return slices.CompactFunc(findings, func(a, b annotations.Finding) bool { return compare(a, b) == 0 })
}

func compare(a, b annotations.Finding) int {
	return cmpOr(
		strings.Compare(a.Span.File, b.Span.File),
		a.Span.Start.Line-b.Span.Start.Line,
		a.Span.Start.Column-b.Span.Start.Column,
		strings.Compare(string(a.Code), string(b.Code)),
		strings.Compare(a.Message, b.Message),
	)
}

func cmpOr(results ...int) int {
	for _, r := range results {
		if r != 0 {
			return r
		}
	}
	return 0
}

// Print prints the findings in the order given; as text with a last line that
// counts them. The error is that of the writer.
func (p *Printer) Print(findings []annotations.Finding) error {
	var b bytes.Buffer
	var err error
	switch p.Format {
	case JSON:
		err = p.json(&b, findings)
	case SARIF:
		err = p.sarif(&b, findings)
	case GitHub:
		p.github(&b, findings)
	default:
		p.text(&b, findings)
	}
	if err != nil {
		return err
	}
	if _, err := p.W.Write(b.Bytes()); err != nil {
		return fmt.Errorf("print findings: %w", err)
	}
	return nil
}

func (p *Printer) text(b *bytes.Buffer, findings []annotations.Finding) {
	for _, f := range findings {
		p.finding(b, f)
	}
	if s := CountOf(findings).String(); s != "" {
		b.WriteString(s + "\n")
	}
}

func (p *Printer) finding(b *bytes.Buffer, f annotations.Finding) {
	severity := f.Code.Severity()
	style := severityStyle(severity)
	head := severityWord(severity)
	if f.Code != "" {
		head += " " + string(f.Code)
	}
	fmt.Fprintf(b, "%s: %s: %s\n", p.paint(bold, p.place(f.Span)), p.paint(style, head), printable.Escape(f.Message))
	p.block(b, f.Span, style)
	p.table(b, f.Table)
	for _, r := range f.Related {
		fmt.Fprintf(b, "%s: %s\n", p.paint(bold, p.place(r.Span)), printable.Escape(r.Message))
	}
	for _, fix := range f.Fixes {
		fmt.Fprintf(b, "%sfix: %s\n", p.paint(faint, strings.Repeat(" ", gutter)+" = "), printable.Escape(fix.Message))
	}
}

// table prints the case that a finding is about, its head in colour.
func (p *Printer) table(b *bytes.Buffer, t *annotations.Table) {
	if t == nil {
		return
	}
	for i, line := range printable.Table(t.Head, t.Rows) {
		if i == 0 && len(t.Head) > 0 {
			text := strings.TrimLeft(line, " ")
			line = line[:len(line)-len(text)] + p.paint(bold, text)
		}
		b.WriteString(line + "\n")
	}
}

// place returns "file:line:column", or less when there is no position.
func (p *Printer) place(s annotations.Span) string {
	name := printable.Escape(p.relative(s.File))
	if s.Start.Line == 0 {
		return name
	}
	return fmt.Sprintf("%s:%d:%d", name, s.Start.Line, s.Start.Column)
}

// relative returns the file's name as seen from p.Dir. A name that would only
// get longer, because it lies elsewhere, stays as it is.
func (p *Printer) relative(file string) string {
	if p.Dir == "" || !filepath.IsAbs(file) {
		return file
	}
	rel, err := filepath.Rel(p.Dir, file)
	if err != nil || len(rel) > len(file) {
		return file
	}
	return rel
}
