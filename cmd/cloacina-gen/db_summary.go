package main

import (
	"fmt"
	"strings"
)

// summaryTexts are what the summary says of the runs of each fate, for one run
// and for several.
var summaryTexts = [fates][2]string{
	unaffected:   {"is unaffected", "are unaffected"},
	changed:      {"goes on under a changed plan", "go on under a changed plan"},
	freed:        {"is blocked and would go on", "are blocked and would go on"},
	blocked:      {"would be blocked", "would be blocked"},
	staysBlocked: {"stays blocked", "stay blocked"},
	damaged:      {"is damaged", "are damaged"},
	homeless:     {"has no workflow in the checked packages", "have no workflow in the checked packages"},
	ambiguous:    {"has a workflow with two plans", "have a workflow with two plans"},
	unknown:      {"was not checked because of the errors", "were not checked because of the errors"},
}

// summary returns a line such as
//
//	runs.db: 12 open runs of 2 workflows: 11 are unaffected, 1 would be blocked
func (f *forecast) summary() string {
	total := 0
	var parts []string
	for fate, n := range f.counts {
		switch {
		case n == 1:
			parts = append(parts, "1 "+summaryTexts[fate][0])
		case n > 1:
			parts = append(parts, fmt.Sprintf("%d %s", n, summaryTexts[fate][1]))
		}
		total += n
	}
	if total == 0 {
		return fmt.Sprintf("%s: no open runs", f.file)
	}
	return fmt.Sprintf("%s: %s of %s: %s", f.file,
		counted(total, "open run"), counted(len(f.names), "workflow"), strings.Join(parts, ", "))
}

// counted returns a number with its noun.
func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
