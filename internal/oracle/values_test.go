package oracle

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"github.com/cloacina-go/cloacina/internal/domain"
	"github.com/cloacina-go/cloacina/internal/plan"
)

// comparison is a leaf of a rule, with the path that is left from the value in
// hand to the part that it looks at.
type comparison struct {
	path     []string
	cmp      plan.Cmp
	literals []plan.Literal
}

// maxSamples bounds the values that are made of one type; beyond it they are not
// complete, and silence proves nothing.
const maxSamples = 3000

// samples makes values of types.
type samples struct {
	// cut says that some were left out.
	cut bool
}

// of returns values of a type, as JSON: enough of them to make every combination
// of truths that the comparisons can have. It looks at the literals and their
// neighbours one by one and knows nothing of regions.
func (s *samples) of(t *domain.Type, comparisons []comparison) []string {
	if t == nil {
		t = domain.Any
	}
	var literals []plan.Literal
	below := make(map[string][]comparison)
	for _, c := range comparisons {
		if len(c.path) == 0 {
			literals = append(literals, c.literals...)
			continue
		}
		below[c.path[0]] = append(below[c.path[0]], comparison{c.path[1:], c.cmp, c.literals})
	}
	values := scalars(t, literals)
	if t.Kinds&domain.Object != 0 {
		values = append(values, s.objects(t, below)...)
	}
	if t.Kinds&domain.Array != 0 {
		values = append(values, s.arrays(t, literals, below)...)
	}
	if t.NonZero {
		values = slices.DeleteFunc(values, func(v string) bool {
			return slices.Contains([]string{"0", "false", `""`, "null", "[]", "{}"}, v)
		})
	}
	return values
}

func scalars(t *domain.Type, literals []plan.Literal) []string {
	var values []string
	if t.Kinds&domain.Null != 0 {
		values = append(values, "null")
	}
	if t.Kinds&domain.Bool != 0 {
		values = append(values, "true", "false")
	}
	var numbers []*big.Rat
	var texts []string
	for _, l := range literals {
		if n := numberOf(l); n != nil {
			numbers = append(numbers, n)
		}
		if l.Kind == plan.LitString {
			texts = append(texts, l.String)
		}
	}
	if t.Kinds&domain.Number != 0 {
		values = append(values, numbersAround(numbers, t.Numbers)...)
	}
	if t.Kinds&domain.String != 0 {
		values = append(values, stringsAround(texts)...)
	}
	return values
}

// stringsAround lists strings on, behind and between the given ones, and such
// that contain several of them.
func stringsAround(texts []string) []string {
	all := map[string]bool{"": true, "zz\U0010ffff": true}
	for _, a := range texts {
		for _, s := range []string{a, a + "\x00", a + "a", "a" + a, "\x00" + a} {
			all[s] = true
		}
		for _, b := range texts {
			for _, s := range []string{a + b, a + b + "\x00", a + "\x00" + b, "zz" + a + b} {
				all[s] = true
			}
			for _, c := range texts {
				all[a+b+c] = true
			}
		}
	}
	values := make([]string, 0, len(all))
	for s := range all {
		values = append(values, quoted(s))
	}
	slices.Sort(values)
	return values
}

// quoted is a string as JSON.
func quoted(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// objects makes objects with every combination of the members that are looked at.
func (s *samples) objects(t *domain.Type, below map[string][]comparison) []string {
	fields := make(map[string]domain.Field)
	for _, f := range t.Fields {
		fields[f.Name] = f
	}
	if !t.Struct {
		if t.NonZero {
			below = maps.Clone(below)
			below["some member"] = []comparison{{cmp: plan.CmpExists}}
		}
		for name := range below {
			if _, ok := fields[name]; !ok {
				fields[name] = domain.Field{Name: name, Type: t.Elem, Optional: true}
			}
		}
	}
	names := make([]string, 0, len(fields))
	for name := range fields {
		names = append(names, name)
	}
	slices.Sort(names)
	bodies := []string{""}
	for _, name := range names {
		f := fields[name]
		values := []string{s.any(f.Type)}
		if below[name] != nil {
			values = s.of(f.Type, below[name])
		}
		var choices []string
		if f.Optional {
			choices = append(choices, "")
		}
		for _, v := range values {
			choices = append(choices, quoted(name)+":"+v)
		}
		bodies = s.cross(bodies, choices)
	}
	for i, b := range bodies {
		bodies[i] = "{" + b + "}"
	}
	return bodies
}

// any makes one value of a type, which may be cyclic; nobody looks at it.
func (s *samples) any(t *domain.Type) string {
	switch {
	case t == nil || t.Kinds&domain.Null != 0:
		return "null"
	case t.Kinds&domain.Array != 0 && t.Len <= 0:
		return "[]"
	}
	return s.of(t, nil)[0]
}

// cross joins every text with every other by commas.
func (s *samples) cross(texts, more []string) []string {
	var all []string
	for _, a := range texts {
		for _, b := range more {
			if len(all) == maxSamples {
				s.cut = true
				return all
			}
			all = append(all, strings.Trim(a+","+b, ","))
		}
	}
	return all
}

// arrays makes arrays of every length that matters, of elements that differ for
// those who look at one and for those who look for one.
func (s *samples) arrays(t *domain.Type, literals []plan.Literal, below map[string][]comparison) []string {
	var looked []comparison // at single elements
	length := len(literals)
	for token, inner := range below {
		if n, err := strconv.Atoi(token); err == nil && n >= 0 && n < 100 && token == strconv.Itoa(n) {
			looked = append(looked, inner...)
			length = max(length, n+1)
		}
	}
	if t.Len >= 0 {
		length = t.Len
	}
	if t.NonZero {
		length = max(length, 1)
	}
	if length > 3 {
		s.cut, length = true, 3
	}
	var elements []string
	if length > 0 {
		elements = s.elements(t.Elem, literals, looked)
	}
	bodies := []string{""}
	var all []string
	for n := 0; ; n++ {
		if t.Len < 0 || t.Len == n {
			for _, b := range bodies {
				all = append(all, "["+b+"]")
			}
		}
		if n == length {
			return all
		}
		bodies = s.cross(bodies, elements)
	}
}

// elements returns values of an element that differ for those who look at single
// ones and for those who look for a literal among all.
func (s *samples) elements(t *domain.Type, literals []plan.Literal, looked []comparison) []string {
	if t == nil {
		t = domain.Any
	}
	conditions := slices.Clone(looked)
	for _, l := range literals { // each alone, since an array may hold just it
		conditions = append(conditions, comparison{cmp: plan.CmpEquals, literals: []plan.Literal{l}})
	}
	var list []string
	seen := make(map[string]bool)
	for _, v := range slices.Concat([]string{s.any(t)}, scalars(t, literals), s.of(t, looked)) {
		var truths strings.Builder
		for _, c := range conditions {
			fmt.Fprint(&truths, c.holds(v))
		}
		if !seen[truths.String()] {
			seen[truths.String()] = true
			list = append(list, v)
		}
	}
	return list
}
