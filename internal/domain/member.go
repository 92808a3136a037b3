package domain

import (
	"bytes"
	"encoding/json"
	"math/big"
	"strconv"

	"github.com/cloacina-go/cloacina/internal/plan"
)

// Holds reports whether a JSON value is one of the type. A number is taken by its
// exact value. What is not JSON is of no type.
func (t *Type) Holds(text []byte) bool {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var v any
	return json.Valid(text) && d.Decode(&v) == nil && t.holds(v)
}

func (t *Type) holds(v any) bool {
	t = orAny(t)
	switch v := v.(type) {
	case nil:
		return t.Kinds&Null != 0 && !t.NonZero
	case bool:
		return t.Kinds&Bool != 0 && (v || !t.NonZero)
	case string:
		return t.Kinds&String != 0 && (v != "" || !t.NonZero)
	case json.Number:
		return t.Kinds&Number != 0 && t.holdsNumber(v.String())
	case []any:
		return t.Kinds&Array != 0 && t.holdsArray(v)
	case map[string]any:
		return t.Kinds&Object != 0 && t.holdsObject(v)
	}
	return false
}

// longestExponent bounds the numbers that are taken apart: all literals and all
// floats have fewer digits.
const longestExponent = 1000

func (t *Type) holdsNumber(text string) bool {
	if i := bytes.IndexAny([]byte(text), "eE"); i >= 0 {
		if n, err := strconv.Atoi(text[i+1:]); err != nil || n > longestExponent || n < -longestExponent {
			return t.Numbers.Kind == Decimals
		}
	}
	r, ok := new(big.Rat).SetString(text)
	return ok && (r.Sign() != 0 || !t.NonZero) && t.Numbers.set().has(r) != nil
}

func (t *Type) holdsArray(v []any) bool {
	least, most := t.lengths()
	if len(v) < least || len(v) > most {
		return false
	}
	for _, element := range v {
		if !t.Elem.holds(element) {
			return false
		}
	}
	return true
}

func (t *Type) holdsObject(v map[string]any) bool {
	known := 0
	for _, f := range t.Fields {
		member, ok := v[f.Name]
		switch {
		case ok && !f.Type.holds(member), !ok && !f.Optional:
			return false
		case ok:
			known++
		}
	}
	if t.Struct {
		return known == len(v)
	}
	for name, member := range v {
		if _, ok := t.field(name); !ok && !t.Elem.holds(member) {
			return false
		}
	}
	return len(v) > 0 || !t.NonZero
}

// field finds a known member.
func (t *Type) field(name string) (Field, bool) {
	for _, f := range t.Fields {
		if f.Name == name {
			return f, true
		}
	}
	return Field{}, false
}

// has reports whether a literal is a value of the type.
func (t *Type) has(l plan.Literal) bool {
	if value := literalNumber(l); value != nil {
		t = orAny(t)
		return t.Kinds&Number != 0 && (value.Sign() != 0 || !t.NonZero) && t.Numbers.set().has(value) != nil
	}
	switch l.Kind {
	case plan.LitBool:
		return t.holds(l.Bool)
	case plan.LitString:
		return t.holds(l.String)
	}
	return t.holds(nil)
}
