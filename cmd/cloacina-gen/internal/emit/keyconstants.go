package emit

import (
	"strings"
	"unicode"

	"github.com/cloacina-go/cloacina/internal/plan"
)

// maxKeyName is how many characters the constant of a key has, if nothing tells
// it apart from another.
const maxKeyName = 32

// keyConstants names the constants that stand for the values a rule reads:
// keyDataQualityScore for data_quality_score. They hide nothing of the package.
func (f *file) keyConstants(reads []plan.Read) map[string]word {
	out := map[string]word{}
	used := map[string]bool{}
	taken := func(s string) bool { return used[s] || f.types.Scope().Lookup(s) != nil }
	for _, read := range reads {
		name := unique(keyConstant(read.Key), taken)
		used[name] = true
		out[read.Key] = f.id(name)
	}
	return out
}

// keyConstant makes an identifier of a key: its letters and digits behind a
// prefix, which no keyword, no predeclared identifier and no other local name
// of a compiled rule begins with.
func keyConstant(key string) string {
	name := []rune("key")
	upper := true
	for _, r := range key {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			upper = true
			continue
		}
		if upper {
			r = unicode.ToUpper(r)
		}
		upper = false
		if name = append(name, r); len(name) == maxKeyName {
			break
		}
	}
	return string(name)
}

// declareKeys returns the declaration of the constants, nil if there are none.
func (w *when) declareKeys(reads []plan.Read) doc {
	longest := 0
	for _, read := range reads {
		longest = max(longest, w.keys[read.Key].width)
	}
	var specs []doc
	for i, read := range reads {
		name := w.keys[read.Key]
		specs = append(specs, seq{name, op(strings.Repeat(" ", longest-name.width)), op(" = "), number(i)})
	}
	switch len(specs) {
	case 0:
		return nil
	case 1:
		return spaced(op("const"), specs[0])
	default:
		return spaced(op("const"), list{open: "(", close: ")", items: specs, lines: true})
	}
}
