package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"net/url"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/cloacina-go/cloacina/annotations"
	"golang.org/x/tools/txtar"
	"pgregory.net/rapid"
)

// schema is a part of a JSON schema of draft 4, as far as that of SARIF goes.
type schema map[string]any

// validator holds documents against a schema. Keywords it does not know fail it,
// so that nothing is passed over.
type validator struct{ root schema }

func (v validator) validate(at string, s schema, value any) error {
	for key, want := range s {
		if err := v.keyword(at, s, key, want, value); err != nil {
			return err
		}
	}
	return nil
}

func (v validator) keyword(at string, s schema, key string, want, value any) error {
	object, isObject := value.(map[string]any)
	list, isList := value.([]any)
	number, isNumber := value.(float64)
	text, isText := value.(string)
	fits := true
	switch key {
	case "$schema", "title", "id", "description", "default", "definitions":
	case "$ref":
		name := strings.TrimPrefix(want.(string), "#/definitions/")
		return v.validate(at, v.root["definitions"].(map[string]any)[name].(map[string]any), value)
	case "type":
		names, several := want.([]any)
		if !several {
			names = []any{want}
		}
		fits = slices.ContainsFunc(names, func(name any) bool { return typeFits(name.(string), value) })
	case "enum":
		fits = slices.ContainsFunc(want.([]any), func(one any) bool { return reflect.DeepEqual(one, value) })
	case "minimum":
		fits = !isNumber || number >= want.(float64)
	case "maximum":
		fits = !isNumber || number <= want.(float64)
	case "pattern":
		fits = !isText || regexp.MustCompile(want.(string)).MatchString(text)
	case "format":
		fits = !isText || formatFits(want.(string), text)
	case "minItems":
		fits = !isList || len(list) >= int(want.(float64))
	case "uniqueItems":
		fits = want == false || !isList || unique(list)
	case "items":
		for i, item := range list {
			if err := v.validate(fmt.Sprintf("%s[%d]", at, i), want.(map[string]any), item); err != nil {
				return err
			}
		}
	case "required":
		for _, name := range want.([]any) {
			if _, ok := object[name.(string)]; isObject && !ok {
				return fmt.Errorf("%s has no %s", at, name)
			}
		}
	case "anyOf", "oneOf":
		fits = v.alternatives(at, key, want.([]any), value)
	case "properties", "additionalProperties":
		return v.properties(at, s, key, object)
	default:
		return fmt.Errorf("%s: the schema has an unknown keyword %s", at, key)
	}
	if !fits {
		return fmt.Errorf("%s is %v, which is not %s %v", at, value, key, want)
	}
	return nil
}

func (v validator) alternatives(at, key string, list []any, value any) bool {
	n := 0
	for _, one := range list {
		if v.validate(at, one.(map[string]any), value) == nil {
			n++
		}
	}
	return n == 1 || n > 1 && key == "anyOf"
}

func (v validator) properties(at string, s schema, key string, object map[string]any) error {
	known, _ := s["properties"].(map[string]any)
	for name, value := range object {
		below := at + "." + name
		sub, ok := known[name].(map[string]any)
		if key == "additionalProperties" {
			rest, isSchema := s[key].(map[string]any)
			switch {
			case ok || s[key] == true:
				continue
			case !isSchema:
				return fmt.Errorf("%s is no property of the schema", below)
			}
			sub = rest
		}
		if err := v.validate(below, sub, value); err != nil {
			return err
		}
	}
	return nil
}

func typeFits(name string, value any) bool {
	switch value := value.(type) {
	case string:
		return name == "string"
	case bool:
		return name == "boolean"
	case float64:
		return name == "number" || name == "integer" && value == math.Trunc(value)
	case []any:
		return name == "array"
	case map[string]any:
		return name == "object"
	}
	return name == "null"
}

func formatFits(format, text string) bool {
	u, err := url.Parse(text)
	switch format {
	case "uri":
		return err == nil && u.IsAbs()
	case "uri-reference":
		return err == nil
	}
	return false
}

func unique(list []any) bool {
	for i := range list {
		for _, other := range list[:i] {
			if reflect.DeepEqual(list[i], other) {
				return false
			}
		}
	}
	return true
}

// sarifSchemaFile is the schema that the log names.
func sarifSchemaFile(t *testing.T) validator {
	t.Helper()
	text, err := os.ReadFile("testdata/sarif-schema-2.1.0.json")
	if err != nil {
		t.Fatal(err)
	}
	var root schema
	if err := json.Unmarshal(text, &root); err != nil {
		t.Fatal(err)
	}
	if root["id"] != sarifSchema {
		t.Fatalf("the schema is %v, and the log names %s", root["id"], sarifSchema)
	}
	return validator{root}
}

// What is printed as SARIF is as its official schema wants it, whatever is found.
func TestSARIFFitsItsSchema(t *testing.T) {
	t.Parallel()
	v := sarifSchemaFile(t)
	rapid.Check(t, func(t *rapid.T) {
		findings := rapid.SliceOfN(rapid.Custom(drawFinding), 0, 4).Draw(t, "findings")
		document := printed(t, SARIF, findings)
		if err := v.validate("log", v.root, document); err != nil {
			t.Fatal(err)
		}
	})
}

// The validator refuses what is wrong, so that the test above can fail.
func TestTheValidatorRefuses(t *testing.T) {
	t.Parallel()
	v := sarifSchemaFile(t)
	archive, err := txtar.ParseFile("testdata/formats.txtar")
	if err != nil {
		t.Fatal(err)
	}
	var log []byte
	for _, f := range archive.Files {
		if f.Name == "sarif" {
			log = f.Data
		}
	}
	for _, change := range [][2]string{
		{`"version": "2.1.0"`, `"version": "2.0.0"`}, {`"level": "note"`, `"level": "hint"`},
		{`"startLine": 2`, `"startLine": 0`}, {`"startLine": 2`, `"startLine": "2"`}, {`"startLine": 2,`, ``},
		{`"uri": "a,b%25.go"`, `"uri": "a,b%.go"`}, {`"columnKind"`, `"kind"`}, {`"driver"`, `"tool"`},
	} {
		text := bytes.Replace(log, []byte(change[0]), []byte(change[1]), 1)
		var document any
		if err := json.Unmarshal(text, &document); err != nil || bytes.Equal(text, log) {
			t.Fatalf("%s: %v", change, err)
		}
		if v.validate("log", v.root, document) == nil {
			t.Errorf("%s instead of %s passes", change[1], change[0])
		}
	}
}

// printed prints findings and parses the document.
func printed(t *rapid.T, format Format, findings []annotations.Finding) any {
	var b bytes.Buffer
	p := &Printer{W: &b, Format: format, Dir: "/src", Read: func(string) ([]byte, error) { return []byte("ü😀xyz\n\xff\n"), nil }}
	if err := p.Print(findings); err != nil {
		t.Fatal(err)
	}
	var document any
	if err := json.Unmarshal(b.Bytes(), &document); err != nil {
		t.Fatalf("%v\n%s", err, b.Bytes())
	}
	return document
}

// drawFinding draws a finding with anything in it.
func drawFinding(t *rapid.T) annotations.Finding {
	codes := []annotations.Code{"", "CL9999"}
	for _, info := range annotations.Codes() {
		codes = append(codes, info.Code)
	}
	f := annotations.Finding{
		Code: rapid.SampledFrom(codes).Draw(t, "code"), Span: drawSpan(t), Message: rapid.String().Draw(t, "message"),
	}
	for range rapid.IntRange(0, 2).Draw(t, "related") {
		f.Related = append(f.Related, annotations.Related{Span: drawSpan(t), Message: rapid.StringN(0, 3, -1).Draw(t, "related")})
	}
	for range rapid.IntRange(0, 2).Draw(t, "fixes") {
		fix := annotations.Fix{Message: rapid.String().Draw(t, "fix")}
		for range rapid.IntRange(0, 3).Draw(t, "edits") {
			s := drawSpan(t)
			s.Start.Line = max(s.Start.Line, 1)
			fix.Edits = append(fix.Edits, annotations.Edit{Span: s, New: rapid.String().Draw(t, "new")})
		}
		f.Fixes = append(f.Fixes, fix)
	}
	if rapid.Bool().Draw(t, "table") {
		f.Table = &annotations.Table{Rows: rapid.SliceOfN(rapid.SliceOfN(rapid.String(), 0, 3), 0, 3).Draw(t, "rows")}
	}
	return f
}

func drawSpan(t *rapid.T) annotations.Span {
	s := annotations.Span{File: rapid.SampledFrom([]string{"/src/a.go", "/src/a b/ü.go", "/other/c:d.go", "rel:ative.go"}).Draw(t, "file")}
	s.Start = annotations.Pos{Line: rapid.IntRange(0, 3).Draw(t, "line"), Column: rapid.IntRange(1, 12).Draw(t, "column")}
	s.End = annotations.Pos{Line: rapid.IntRange(0, 3).Draw(t, "end line"), Column: rapid.IntRange(1, 12).Draw(t, "end column")}
	return s
}
