package main

import (
	"strings"
	"testing"

	"github.com/cloacina-go/cloacina/annotations"
)

func TestParseCode(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]annotations.Code{
		"CL0402": "CL0402", "cl0402": "CL0402", "Cl402": "CL0402", "402": "CL0402", "0402": "CL0402", "7": "CL0007",
		"CL04021": "", "CL": "", "": "", "fetch_data": "", "CL-402": "", "40 2": "",
	} {
		if got, ok := parseCode(text); got != want || ok != (want != "") {
			t.Errorf("%q: got %q, %v", text, got, ok)
		}
	}
}

// Every code has an explanation that fits on a screen; none breaks a line of it.
func TestExplainEveryCode(t *testing.T) {
	t.Parallel()
	examples := 0
	for _, info := range annotations.Codes() {
		var b strings.Builder
		if err := explainCode(&b, info.Code); err != nil {
			t.Fatal(err)
		}
		text := b.String()
		head, rest, _ := strings.Cut(text, "\n")
		if head != info.Severity.String()+" "+string(info.Code)+": "+info.Title {
			t.Errorf("%s begins with %q", info.Code, head)
		}
		if prose, _, _ := strings.Cut(rest, "For example:"); strings.Join(strings.Fields(prose), " ") != strings.Join(strings.Fields(info.Explanation), " ") {
			t.Errorf("%s is explained by\n%s", info.Code, prose)
		}
		if strings.Contains(text, "For example:") {
			examples++
			if !strings.Contains(text, " "+string(info.Code)+": ") {
				t.Errorf("the example of %s does not show it:\n%s", info.Code, text)
			}
		}
		if strings.Count(text, "\n") > 60 {
			t.Errorf("%s is explained in %d lines", info.Code, strings.Count(text, "\n"))
		}
	}
	if examples < 50 {
		t.Errorf("only %d codes have an example", examples)
	}
}
