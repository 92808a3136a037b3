package annotations

import "go/token"

// maxFindings bounds the findings of one annotation.
const maxFindings = 100

// reporter collects findings and turns byte offsets of one file into spans.
type reporter struct {
	file     *token.File
	name     string
	findings []Finding
	// budget is how many more findings are taken; see limited.
	budget int
}

func newReporter(file *token.File, name string) *reporter {
	return &reporter{file: file, name: name, budget: maxFindings}
}

// renew gives the next annotation its own budget.
func (r *reporter) renew() { r.budget = maxFindings }

// full says that the budget is used up, so that it is no use to read on.
func (r *reporter) full() bool { return r.budget < 0 }

// add reports a finding. The one after the last of the budget says that there
// are more, the rest is dropped.
func (r *reporter) add(f Finding) *Finding {
	r.budget--
	if r.budget == -1 {
		r.findings = append(r.findings, Finding{Code: CodeTooManyErrors, Span: f.Span,
			Message: "too many errors in this annotation; the rest of it was not read"})
	}
	if r.full() {
		return &f
	}
	r.findings = append(r.findings, f)
	return &r.findings[len(r.findings)-1]
}

// report adds a finding about the bytes from start to end. The result may be
// completed until the next one is reported.
func (r *reporter) report(code Code, start, end int, message string) *Finding {
	return r.add(Finding{Code: code, Span: r.span(start, end), Message: message})
}

func (r *reporter) span(start, end int) Span {
	return Span{File: r.name, Start: r.pos(start), End: r.pos(end)}
}

func (r *reporter) pos(offset int) Pos {
	offset = min(max(offset, 0), r.file.Size())
	p := r.file.PositionFor(r.file.Pos(offset), false)
	return Pos{Offset: offset, Line: p.Line, Column: p.Column}
}

// fix adds a repair that replaces the bytes from start to end.
func (r *reporter) fix(f *Finding, message string, start, end int, text string) {
	f.Fixes = append(f.Fixes, Fix{Message: message, Edits: []Edit{{r.span(start, end), text}}})
}

// fixAround adds a repair that puts text before start and behind end.
func (r *reporter) fixAround(f *Finding, message string, start, end int, before, behind string) {
	f.Fixes = append(f.Fixes, Fix{Message: message, Edits: []Edit{
		{r.span(start, start), before},
		{r.span(end, end), behind},
	}})
}

// fixChange adds the repair that replaces a word by the suggested one.
func (r *reporter) fixChange(f *Finding, start, end int, suggestion string) {
	if suggestion != "" {
		r.fix(f, "change to "+quoted(suggestion), start, end, suggestion)
	}
}

// remove adds a repair that deletes the bytes from start to end.
func (r *reporter) remove(f *Finding, message string, start, end int) {
	r.fix(f, message, start, end, "")
}

func related(span Span, message string) []Related {
	return []Related{{Span: span, Message: message}}
}
