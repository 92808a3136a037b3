package main

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"go/doc/comment"
	"io"
	"regexp"
	"strconv"
	"strings"

	"github.com/cloacina-go/cloacina/annotations"
)

// codeForm is a code with or without its letters.
var codeForm = regexp.MustCompile(`^(?:[cC][lL])?([0-9]{1,4})$`)

// parseCode reads the name of a code, as in CL0402, cl0402, 0402 or 402. Whether
// there is such a code is another question.
func parseCode(text string) (annotations.Code, bool) {
	m := codeForm.FindStringSubmatch(text)
	if m == nil {
		return "", false
	}
	number, err := strconv.Atoi(m[1])
	return annotations.Code(fmt.Sprintf("CL%04d", number)), err == nil
}

// lookUp returns the entry of a code. The error names those that there are.
func lookUp(code annotations.Code) (annotations.CodeInfo, error) {
	info, ok := code.Info()
	if ok {
		return info, nil
	}
	var group []annotations.Code
	for _, known := range annotations.Codes() {
		if known.Code[:len("CL04")] == code[:len("CL04")] {
			group = append(group, known.Code)
		}
	}
	if len(group) == 0 {
		return info, fmt.Errorf("there is no code %s; all are in docs/findings.md", code)
	}
	return info, fmt.Errorf("there is no code %s; those of its group are %s to %s", code, group[0], group[len(group)-1])
}

// explainCodes prints what codes mean, one below the other.
func explainCodes(w io.Writer, codes []annotations.Code) error {
	for i, code := range codes {
		if i > 0 {
			if _, err := io.WriteString(w, "\n"); err != nil {
				return fmt.Errorf("print the explanation: %w", err)
			}
		}
		if err := explainCode(w, code); err != nil {
			return err
		}
	}
	return nil
}

// explainCode prints what a code means, with an example.
func explainCode(w io.Writer, code annotations.Code) error {
	info, err := lookUp(code)
	if err != nil {
		return err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s: %s\n\n%s\n", info.Severity, info.Code, info.Title, wrapped(info.Explanation))
	example, ok, err := exampleOf(info.Code)
	if err != nil {
		return err
	}
	if ok {
		fmt.Fprintf(&b, "\nFor example:\n\n%s\n%s", indented(example.Source), indented(example.Printed))
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("print the explanation: %w", err)
	}
	return nil
}

// example shows a finding: a part of a source file, and what is said about it.
type example struct {
	Source, Printed []string
}

// examplesJSON has the examples of docs/findings.md, by code. They are taken from
// the recorded cases by the same test.
//
//go:embed examples.json
var examplesJSON []byte

// exampleOf returns the example of a code; some have none.
func exampleOf(code annotations.Code) (example, bool, error) {
	var all map[annotations.Code]example
	if err := json.Unmarshal(examplesJSON, &all); err != nil {
		return example{}, false, fmt.Errorf("read the examples: %w", err)
	}
	found, ok := all[code]
	return found, ok, nil
}

// indented prints lines as a block of code.
func indented(lines []string) string {
	var b strings.Builder
	for _, line := range lines {
		b.WriteString(strings.TrimRight("    "+line, " \t") + "\n")
	}
	return b.String()
}

// wrapped breaks a text into lines of a readable length.
func wrapped(text string) string {
	return printDoc([]comment.Block{&comment.Paragraph{Text: []comment.Text{comment.Plain(text)}}})
}
