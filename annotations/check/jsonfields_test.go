package check

import (
	"bytes"
	"encoding/json"
	"go/types"
	"os"
	"slices"
	"strings"
	"testing"
)

// sampleTypes type-checks the samples as source.
func sampleTypes(t *testing.T) *types.Scope {
	t.Helper()
	text, err := os.ReadFile("samples_test.go")
	if err != nil {
		t.Fatal(err)
	}
	return newWorld().load(t, map[string]string{"samples.go": string(text)}).Types.Scope()
}

// The fields are those that encoding/json writes, in its order.
func TestJSONFields(t *testing.T) {
	t.Parallel()
	scope := sampleTypes(t)
	for name, value := range samples {
		text, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		want := objectKeys(t, text)
		var got []string
		for _, f := range jsonFields(scope.Lookup(name).Type(), asWritten) {
			if f.clash == nil {
				got = append(got, f.name)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s has the fields %q, encoding/json has %q", name, got, want)
		}
	}
}

// objectKeys lists the keys of a JSON object in their order.
func objectKeys(t *testing.T, text []byte) []string {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(text))
	var keys []string
	if _, err := d.Token(); err != nil {
		t.Fatal(err)
	}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			t.Fatal(err)
		}
		keys = append(keys, key.(string))
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			t.Fatal(err)
		}
	}
	return keys
}

// Fields that encoding/json drops in silence are kept with what they clash with.
func TestJSONFieldsClash(t *testing.T) {
	t.Parallel()
	var clashes []string
	for _, f := range jsonFields(sampleTypes(t).Lookup("sampleClash").Type(), asWritten) {
		if f.clash != nil {
			clashes = append(clashes, f.selector()+"/"+f.clash.selector())
		}
	}
	if got := strings.Join(clashes, " "); got != "sampleInner.Shared/sampleOther.Shared" {
		t.Errorf("clashes: %s", got)
	}
}

func TestParseTag(t *testing.T) {
	t.Parallel()
	for tag, want := range map[string]jsonTag{
		``:                            {},
		`yaml:"x"`:                    {},
		`json:"-"`:                    {skip: true},
		`json:"-,"`:                   {name: "-", options: []string{""}},
		`json:"a,omitempty,omitzero"`: {name: "a", options: []string{"omitempty", "omitzero"}},
	} {
		got := parseTag(tag)
		if got.name != want.name || got.skip != want.skip || !slices.Equal(got.options, want.options) {
			t.Errorf("%s: %+v, want %+v", tag, got, want)
		}
	}
}
