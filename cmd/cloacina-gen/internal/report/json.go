package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/cloacina-go/cloacina/annotations"
	"github.com/cloacina-go/cloacina/internal/printable"
)

// jsonVersion is the version of the document; it grows when something in it
// changes its meaning or goes away.
const jsonVersion = 1

// The document that --format json prints. Lines count from 1; columns count
// bytes from 1, offsets count bytes from 0, and the end of a range is exclusive.
type (
	jsonDocument struct {
		Version  int           `json:"version"`
		Findings []jsonFinding `json:"findings"`
		Errors   int           `json:"errors"`
		Warnings int           `json:"warnings"`
		Hints    int           `json:"hints"`
	}
	jsonFinding struct {
		Code     string `json:"code"`
		Severity string `json:"severity"`
		Title    string `json:"title"`
		Message  string `json:"message"`
		jsonPlace
		Table   *jsonTable    `json:"table,omitempty"`
		Related []jsonRelated `json:"related,omitempty"`
		Fixes   []jsonFix     `json:"fixes,omitempty"`
	}
	// jsonPlace has no range for a finding about a file as a whole.
	jsonPlace struct {
		File  string     `json:"file"`
		Range *jsonRange `json:"range,omitempty"`
	}
	jsonRange struct {
		Start jsonPosition `json:"start"`
		End   jsonPosition `json:"end"`
	}
	jsonPosition struct {
		Line   int `json:"line"`
		Column int `json:"column"`
		Offset int `json:"offset"`
	}
	jsonTable struct {
		Head []string   `json:"head"`
		Rows [][]string `json:"rows"`
	}
	jsonRelated struct {
		jsonPlace
		Message string `json:"message"`
	}
	jsonFix struct {
		Message string     `json:"message"`
		Edits   []jsonEdit `json:"edits"`
	}
	jsonEdit struct {
		jsonPlace
		New string `json:"new"`
	}
)

// json prints the findings as one document.
func (p *Printer) json(b *bytes.Buffer, findings []annotations.Finding) error {
	count := CountOf(findings)
	doc := jsonDocument{
		Version: jsonVersion, Findings: []jsonFinding{},
		Errors: count.Errors, Warnings: count.Warnings, Hints: count.Hints,
	}
	for _, f := range findings {
		doc.Findings = append(doc.Findings, p.jsonFinding(f))
	}
	return encode(b, doc)
}

func (p *Printer) jsonFinding(f annotations.Finding) jsonFinding {
	info, _ := f.Code.Info()
	out := jsonFinding{
		Code: string(f.Code), Severity: f.Code.Severity().String(), Title: info.Title,
		Message: f.Message, jsonPlace: p.jsonPlace(f.Span),
	}
	if f.Table != nil {
		out.Table = &jsonTable{Head: notNil(f.Table.Head), Rows: notNil(f.Table.Rows)}
	}
	for _, r := range f.Related {
		out.Related = append(out.Related, jsonRelated{p.jsonPlace(r.Span), r.Message})
	}
	for _, fix := range f.Fixes {
		edits := []jsonEdit{}
		for _, e := range fix.Edits {
			edits = append(edits, jsonEdit{p.jsonPlace(e.Span), e.New})
		}
		out.Fixes = append(out.Fixes, jsonFix{fix.Message, edits})
	}
	return out
}

// notNil makes an empty list of none, so that it is not null in the document.
func notNil[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

func (p *Printer) jsonPlace(s annotations.Span) jsonPlace {
	place := jsonPlace{File: p.slashed(s.File)}
	if s.Start.Line > 0 {
		place.Range = &jsonRange{position(s.Start), position(endOf(s))}
	}
	return place
}

func position(at annotations.Pos) jsonPosition {
	return jsonPosition{Line: at.Line, Column: at.Column, Offset: at.Offset}
}

// endOf is the end of a span, which is its start if it has none.
func endOf(s annotations.Span) annotations.Pos {
	if s.End.Line < s.Start.Line || s.End.Line == s.Start.Line && s.End.Column < s.Start.Column {
		return s.Start
	}
	return s.End
}

// slashed is the name of a file as seen from p.Dir, with slashes on all systems.
func (p *Printer) slashed(file string) string { return filepath.ToSlash(p.relative(file)) }

// encode writes a document. What would deceive the reader of the raw text is
// written as an escape; who parses the document sees what it was.
func encode(b *bytes.Buffer, document any) error {
	var raw bytes.Buffer
	e := json.NewEncoder(&raw)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(document); err != nil {
		return fmt.Errorf("encode the findings: %w", err)
	}
	writeVisible(b, raw.String())
	return nil
}

// writeVisible writes JSON with \u escapes for characters that are not seen. They
// can only stand within its strings.
func writeVisible(b *bytes.Buffer, text string) {
	for len(text) > 0 {
		i := strings.IndexFunc(text, func(r rune) bool { return r >= utf8.RuneSelf && printable.Hidden(r) })
		if i < 0 {
			b.WriteString(text)
			return
		}
		r, size := utf8.DecodeRuneInString(text[i:])
		b.WriteString(text[:i])
		for _, unit := range utf16.Encode([]rune{r}) {
			fmt.Fprintf(b, `\u%04x`, unit)
		}
		text = text[i+size:]
	}
}
