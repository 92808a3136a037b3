package report

import (
	"fmt"
	"strings"

	"github.com/cloacina-go/cloacina/annotations"
)

// Count is how many findings there are of each severity.
type Count struct {
	Errors, Warnings, Hints int
}

// CountOf counts findings.
func CountOf(findings []annotations.Finding) Count {
	var c Count
	for _, f := range findings {
		switch f.Code.Severity() {
		case annotations.SeverityWarning:
			c.Warnings++
		case annotations.SeverityHint:
			c.Hints++
		default:
			c.Errors++
		}
	}
	return c
}

// String returns "2 errors, 1 warning"; empty when there is neither. Hints do
// not count.
func (c Count) String() string {
	var parts []string
	if c.Errors > 0 {
		parts = append(parts, plural(c.Errors, "error"))
	}
	if c.Warnings > 0 {
		parts = append(parts, plural(c.Warnings, "warning"))
	}
	return strings.Join(parts, ", ")
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
