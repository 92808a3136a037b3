package report

import (
	"bytes"
	"path"
	"slices"

	"github.com/cloacina-go/cloacina/annotations"
	"github.com/cloacina-go/cloacina/internal/printable"
)

// The parts of SARIF 2.1.0 that findings need
// (https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html). They are
// written down here, because a library for all of it is larger than this and has
// nothing that a struct with tags does not have.
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool       sarifTool     `json:"tool"`
		ColumnKind string        `json:"columnKind"`
		Results    []sarifResult `json:"results"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name  string      `json:"name"`
		Rules []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID               string             `json:"id"`
		ShortDescription sarifMessage       `json:"shortDescription"`
		FullDescription  sarifMessage       `json:"fullDescription"`
		Configuration    sarifConfiguration `json:"defaultConfiguration"`
	}
	sarifConfiguration struct {
		Level string `json:"level"`
	}
	sarifMessage struct {
		Text string `json:"text"`
	}
	sarifResult struct {
		RuleID    string          `json:"ruleId"`
		RuleIndex *int            `json:"ruleIndex,omitempty"`
		Level     string          `json:"level"`
		Message   sarifMessage    `json:"message"`
		Locations []sarifLocation `json:"locations"`
		Related   []sarifLocation `json:"relatedLocations,omitempty"`
		Fixes     []sarifFix      `json:"fixes,omitempty"`
	}
	sarifLocation struct {
		Physical sarifPhysical `json:"physicalLocation"`
		Message  *sarifMessage `json:"message,omitempty"`
	}
	sarifPhysical struct {
		File   sarifArtifact `json:"artifactLocation"`
		Region *sarifRegion  `json:"region,omitempty"`
	}
	sarifArtifact struct {
		URI  string `json:"uri"`
		Base string `json:"uriBaseId,omitempty"`
	}
	// sarifRegion ends before its end.
	sarifRegion struct {
		StartLine   int `json:"startLine"`
		StartColumn int `json:"startColumn"`
		EndLine     int `json:"endLine"`
		EndColumn   int `json:"endColumn"`
	}
	sarifFix struct {
		Description sarifMessage  `json:"description"`
		Changes     []sarifChange `json:"artifactChanges"`
	}
	sarifChange struct {
		File         sarifArtifact      `json:"artifactLocation"`
		Replacements []sarifReplacement `json:"replacements"`
	}
	sarifReplacement struct {
		Deleted  sarifRegion   `json:"deletedRegion"`
		Inserted *sarifMessage `json:"insertedContent,omitempty"`
	}
)

const (
	sarifSchema  = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
	sarifVersion = "2.1.0"
	// sarifBase is the usual name for the root of the checked out source.
	sarifBase = "%SRCROOT%"
)

// sarif prints the findings as a log of one run. Its rules are the codes that occur.
func (p *Printer) sarif(b *bytes.Buffer, findings []annotations.Finding) error {
	run := sarifRun{ColumnKind: "utf16CodeUnits", Results: []sarifResult{}}
	run.Tool.Driver = sarifDriver{Name: "cloacina-gen", Rules: sarifRules(findings)}
	for _, f := range findings {
		run.Results = append(run.Results, p.sarifResult(f, run.Tool.Driver.Rules))
	}
	return encode(b, sarifLog{Schema: sarifSchema, Version: sarifVersion, Runs: []sarifRun{run}})
}

func sarifRules(findings []annotations.Finding) []sarifRule {
	rules := []sarifRule{}
	for _, info := range annotations.Codes() {
		if !slices.ContainsFunc(findings, func(f annotations.Finding) bool { return f.Code == info.Code }) {
			continue
		}
		rules = append(rules, sarifRule{
			ID:               string(info.Code),
			ShortDescription: sarifMessage{info.Title},
			FullDescription:  sarifMessage{info.Explanation},
			Configuration:    sarifConfiguration{sarifLevel(info.Severity)},
		})
	}
	return rules
}

func sarifLevel(s annotations.Severity) string {
	if s == annotations.SeverityHint {
		return "note"
	}
	return s.String()
}

func (p *Printer) sarifResult(f annotations.Finding, rules []sarifRule) sarifResult {
	message := f.Message
	if f.Table != nil {
		for _, line := range printable.Table(f.Table.Head, f.Table.Rows) {
			message += "\n" + line
		}
	}
	result := sarifResult{
		RuleID: string(f.Code), Level: sarifLevel(f.Code.Severity()),
		Message: sarifMessage{message}, Locations: []sarifLocation{{Physical: p.sarifPhysical(f.Span)}},
	}
	if i := slices.IndexFunc(rules, func(r sarifRule) bool { return r.ID == string(f.Code) }); i >= 0 {
		result.RuleIndex = &i
	}
	for _, r := range f.Related {
		at := sarifLocation{Physical: p.sarifPhysical(r.Span), Message: &sarifMessage{r.Message}}
		if !slices.ContainsFunc(result.Related, func(l sarifLocation) bool { return sameLocation(l, at) }) {
			result.Related = append(result.Related, at)
		}
	}
	for _, fix := range f.Fixes {
		if len(fix.Edits) == 0 {
			continue // a fix that changes nothing is none to SARIF
		}
		result.Fixes = append(result.Fixes, p.sarifFix(fix))
	}
	return result
}

// sameLocation says that two locations are equal; the list of them is a set.
func sameLocation(a, b sarifLocation) bool {
	return a.Physical.File == b.Physical.File && *a.Message == *b.Message &&
		(a.Physical.Region == b.Physical.Region ||
			a.Physical.Region != nil && b.Physical.Region != nil && *a.Physical.Region == *b.Physical.Region)
}

// sarifFix groups the edits of a fix by their files.
func (p *Printer) sarifFix(fix annotations.Fix) sarifFix {
	out := sarifFix{Description: sarifMessage{fix.Message}, Changes: []sarifChange{}}
	for _, e := range fix.Edits {
		file := p.sarifArtifact(e.Span.File)
		i := slices.IndexFunc(out.Changes, func(c sarifChange) bool { return c.File == file })
		if i < 0 {
			i = len(out.Changes)
			out.Changes = append(out.Changes, sarifChange{File: file})
		}
		r := sarifReplacement{Deleted: p.sarifRegion(e.Span)}
		if e.New != "" {
			r.Inserted = &sarifMessage{e.New}
		}
		out.Changes[i].Replacements = append(out.Changes[i].Replacements, r)
	}
	return out
}

func (p *Printer) sarifPhysical(s annotations.Span) sarifPhysical {
	at := sarifPhysical{File: p.sarifArtifact(s.File)}
	if s.Start.Line > 0 {
		region := p.sarifRegion(s)
		at.Region = &region
	}
	return at
}

// sarifArtifact names a file by a relative reference, or by its path if it lies
// elsewhere.
func (p *Printer) sarifArtifact(file string) sarifArtifact {
	name := p.slashed(file)
	if path.IsAbs(name) || len(name) > 1 && name[1] == ':' {
		return sarifArtifact{URI: fileURI(name)}
	}
	return sarifArtifact{URI: relativeURI(name), Base: sarifBase}
}

func (p *Printer) sarifRegion(s annotations.Span) sarifRegion {
	end := endOf(s)
	return sarifRegion{
		StartLine: s.Start.Line, StartColumn: p.utf16Column(s.File, s.Start),
		EndLine: end.Line, EndColumn: p.utf16Column(s.File, end),
	}
}
