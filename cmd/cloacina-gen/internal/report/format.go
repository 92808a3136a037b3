package report

import (
	"fmt"
	"slices"
	"strings"
)

// Format is a form in which findings are printed.
type Format string

// The formats. Text is for people, the others are for machines.
const (
	Text   Format = "text"
	JSON   Format = "json"
	SARIF  Format = "sarif"
	GitHub Format = "github"
)

var formats = []Format{Text, JSON, SARIF, GitHub}

// FormatNames returns the names of the formats, as a list in words.
func FormatNames() string {
	var names []string
	for _, f := range formats {
		names = append(names, string(f))
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " or " + names[last]
}

// ParseFormat returns the format of a name.
func ParseFormat(name string) (Format, error) {
	if f := Format(name); slices.Contains(formats, f) {
		return f, nil
	}
	return "", fmt.Errorf("unknown --format %q; it is %s", name, FormatNames())
}
