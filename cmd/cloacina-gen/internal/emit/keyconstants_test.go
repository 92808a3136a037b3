package emit

import (
	"go/token"
	"go/types"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/cloacina-go/cloacina/internal/plan"
)

func TestKeyConstant(t *testing.T) {
	t.Parallel()
	for key, want := range map[string]string{
		"score":                 "keyScore",
		"data_quality_score":    "keyDataQualityScore",
		"/order/items/0/sku":    "keyOrderItems0Sku",
		"/a~1b~0c":              "keyA1b0c",
		"":                      "key",
		"-*-":                   "key",
		"0":                     "key0",
		"été_日本":                "keyÉté日本",
		"a\xffb\u202ec\u200dd":  "keyABCD",
		"x\n} func init() {":    "keyXFuncInit",
		strings.Repeat("k", 99): "keyK" + strings.Repeat("k", 28),
	} {
		if got := keyConstant(key); got != want {
			t.Errorf("the constant of %q is %s, want %s", key, got, want)
		}
	}
}

// TestKeyConstants names constants for any keys: identifiers that differ from
// each other and from all that a compiled rule or the package calls so.
func TestKeyConstants(t *testing.T) {
	t.Parallel()
	pkg := types.NewPackage(root, "app")
	pkg.Scope().Insert(types.NewVar(token.NoPos, pkg, "keyScore", types.Typ[types.Int]))
	rapid.Check(t, func(t *rapid.T) {
		key := rapid.OneOf(rapid.String(), rapid.StringMatching(`[ab]{0,2}[_/]?[ab2]{0,2}`), rapid.SampledFrom(payloads))
		keys := rapid.SliceOfDistinct(key, rapid.ID[string]).Draw(t, "keys")
		var reads []plan.Read
		for _, k := range append(keys, "score", "/score", "Score") {
			reads = append(reads, plan.Read{Key: k})
		}
		f := &file{types: pkg, idents: map[string]bool{}}
		f.keyConstants(reads)
		distinct := map[string]bool{}
		for _, r := range reads {
			distinct[r.Key] = true
		}
		if len(f.idents) != len(distinct) {
			t.Errorf("%d names for %d keys", len(f.idents), len(distinct))
		}
		for name := range f.idents {
			if !token.IsIdentifier(name) || !strings.HasPrefix(name, "key") || pkg.Scope().Lookup(name) != nil {
				t.Errorf("a constant is called %q", name)
			}
		}
	})
}
