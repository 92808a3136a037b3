package check

import (
	"go/token"
	"testing"

	"pgregory.net/rapid"

	"github.com/cloacina-go/cloacina/annotations"
)

func TestSnakeCase(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"FetchData":     "fetch_data",
		"fetchData":     "fetch_data",
		"A":             "a",
		"RenderPDFs":    "render_pdfs",
		"IDs":           "ids",
		"IDsOf":         "ids_of",
		"UserID":        "user_id",
		"HTTPServer2":   "http_server2",
		"HTTPServer":    "http_server",
		"V2API":         "v2_api",
		"SHA256Sum":     "sha256_sum",
		"JSONToYAML":    "json_to_yaml",
		"IsOK":          "is_ok",
		"Snake_Case":    "snake_case",
		"_leading__two": "leading_two",
		"Größe":         "größe",
		"x":             "x",
		"_":             "",
	} {
		if got := snakeCase(name); got != want {
			t.Errorf("snakeCase(%q) = %q, want %q", name, got, want)
		}
	}
}

// An ASCII name in mixed caps gives a valid id, and an id stays as it is.
func TestSnakeCaseGivesIDs(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.StringMatching(`[A-Za-z][A-Za-z0-9]{0,20}(_[A-Za-z0-9]{1,5}){0,3}`).Draw(t, "name")
		id := snakeCase(name)
		if !annotations.ValidID(id) {
			t.Fatalf("snakeCase(%q) = %q", name, id)
		}
		if again := snakeCase(id); again != id {
			t.Fatalf("snakeCase(%q) = %q", id, again)
		}
	})
}

func TestFieldName(t *testing.T) {
	t.Parallel()
	for key, want := range map[string]string{
		"data_quality_score": "DataQualityScore",
		"user_id":            "UserID",
		"id":                 "ID",
		"http_url":           "HTTPURL",
		"a-b":                "AB",
		"/etc/passwd":        "EtcPasswd",
		"1st":                "Key1st",
		"日本":                 "Key日本",
		"größe":              "Größe",
		"ß":                  "Keyß",
		"type":               "Type",
		"!!":                 "Key",
		"camelCase":          "CamelCase",
		"a\x00b`\"\n":        "AB",
		"\xff\xfe":           "Key",
	} {
		if got := fieldName(key); got != want {
			t.Errorf("fieldName(%q) = %q, want %q", key, got, want)
		}
	}
}

// Whatever the keys are, the names are exported identifiers and differ.
func TestUniqueNames(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		key := rapid.OneOf(rapid.String(), rapid.StringMatching(`[a-b_-]{1,4}2?`))
		keys := rapid.SliceOfDistinct(key, func(s string) string { return s }).Draw(t, "keys")
		seen := make(map[string]string)
		for i, name := range uniqueNames(keys) {
			if !token.IsIdentifier(name) || !token.IsExported(name) {
				t.Fatalf("key %q has the name %q", keys[i], name)
			}
			if other, taken := seen[name]; taken {
				t.Fatalf("keys %q and %q have the name %q", other, keys[i], name)
			}
			seen[name] = keys[i]
		}
	})
}

func TestUniqueNamesKeepNatural(t *testing.T) {
	t.Parallel()
	got := uniqueNames([]string{"a_b", "a-b", "ab2", "a.b", "a_b2"})
	want := []string{"AB", "AB3", "Ab2", "AB4", "AB2"}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("name %d is %s, want %s", i, got[i], want[i])
		}
	}
}
