// Package analyzer has the findings of cloacina-gen as an analyzer of
// golang.org/x/tools/go/analysis, for vet, linters and editors.
//
// It says what cloacina-gen check says, in the same words: the errors and warnings
// about the annotations of a package, with the places that belong to them and
// their repairs as suggested fixes. Hints are left out, and so is what check knows
// beyond one package that compiles: generated files that are missing or out of
// date, and runs in a store. So check remains the gate, and this its companion.
//
// The command cloacina-gen is also a vet tool with this analyzer:
//
//	go vet -vettool=$(go tool -n cloacina-gen) ./...
//
// Packages without annotations cost nothing but a look at their comments.
package analyzer

import (
	"fmt"
	"go/token"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/cloacina-go/cloacina/annotations"
	"github.com/cloacina-go/cloacina/annotations/check"
	"github.com/cloacina-go/cloacina/internal/printable"
)

// Analyzer reports what is wrong with the //cloacina: annotations of a package.
// It needs no other analyzer and no facts, and may run on several packages at once.
var Analyzer = &analysis.Analyzer{
	Name: "cloacina",
	Doc: "check the annotations of workflows\n\n" +
		"The errors and warnings of cloacina-gen check about the //cloacina: directives of a package: " +
		"unknown names, cycles, keys that may be missing, rules that are never true, and more. " +
		"Hints, and generated files that are out of date, are reported by cloacina-gen check alone.",
	URL:              "https://github.com/cloacina-go/cloacina/blob/main/docs/findings.md",
	RunDespiteErrors: true,
	Run:              run,
}

func run(pass *analysis.Pass) (any, error) {
	v, err := newView(pass)
	if err != nil || v == nil {
		return nil, err
	}
	for _, src := range v.sources() {
		_, findings := check.Check(src)
		for _, f := range findings {
			if f.Code.Severity() != annotations.SeverityHint {
				pass.Report(v.diagnostic(f))
			}
		}
	}
	return nil, nil
}

// diagnostic is a finding as analyzers report it.
func (v *view) diagnostic(f annotations.Finding) analysis.Diagnostic {
	d := analysis.Diagnostic{
		Category: string(f.Code), URL: "#" + strings.ToLower(string(f.Code)), Message: message(f),
	}
	d.Pos, d.End = v.span(f.Span)
	for _, r := range f.Related {
		pos, end := v.span(r.Span)
		text := printable.Escape(r.Message)
		d.Related = append(d.Related, analysis.RelatedInformation{Pos: pos, End: end, Message: text})
	}
	for _, fix := range f.Fixes {
		s := analysis.SuggestedFix{Message: printable.Escape(fix.Message)}
		for _, e := range fix.Edits {
			pos, end := v.span(e.Span)
			s.TextEdits = append(s.TextEdits, analysis.TextEdit{Pos: pos, End: end, NewText: []byte(e.New)})
		}
		d.SuggestedFixes = append(d.SuggestedFixes, s)
	}
	return d
}

// message is the first line of a finding behind its place, and its table.
func message(f annotations.Finding) string {
	text := fmt.Sprintf("%s %s: %s", f.Code.Severity(), f.Code, printable.Escape(f.Message))
	if f.Table != nil {
		for _, line := range printable.Table(f.Table.Head, f.Table.Rows) {
			text += "\n" + line
		}
	}
	return text
}

// span turns a span into positions. What lies in no file of the pass is reported
// at the package clause.
func (v *view) span(s annotations.Span) (pos, end token.Pos) {
	f := v.files[s.File]
	if f == nil {
		return v.clause, token.NoPos
	}
	size := f.Size()
	return f.Pos(min(s.Start.Offset, size)), f.Pos(min(max(s.Start.Offset, s.End.Offset), size))
}
