package domain

import (
	"fmt"
	"math"

	"github.com/cloacina-go/cloacina/internal/plan"
)

// divide returns the regions of a part that is there and has values of a type,
// one kind after the other.
func (s *splitter) divide(p *part, t *Type) []region {
	var all []region
	kinds := t.Kinds
	if t.NonZero {
		kinds &^= Null
	}
	for kind := Null; kind <= Object; kind <<= 1 {
		if kinds&kind == 0 {
			continue
		}
		switch kind {
		case Null:
			all = append(all, constant(p, Null, "null"))
		case Bool:
			all = append(all, bools(p, t)...)
		case Number:
			all = append(all, divideLine(p, Number, numbersOf(p, t), nil)...)
		case String:
			all = append(all, s.strings(p, t)...)
		case Array:
			all = append(all, s.arrays(p, t)...)
		case Object:
			all = append(all, object(p, t))
		}
	}
	for i := range all {
		all[i].typ, all[i].Loose = t, t.Loose
	}
	return all
}

// constant is the region of null, true or false.
func constant(p *part, kind Kinds, text string) region {
	r := region{kind: kind, Region: Region{Text: text, Sample: []byte(text), Truths: make([]Truth, len(p.conditions))}}
	for i, c := range p.conditions {
		for _, l := range c.Literals {
			equal := kind == Null && l.Kind == plan.LitNil ||
				kind == Bool && l.Kind == plan.LitBool && l.Bool == (text == "true")
			if equal && (c.Cmp == plan.CmpEquals || c.Cmp == plan.CmpIn) {
				r.Truths[i] = True
			}
		}
	}
	r.exists(p)
	return r
}

// exists sets the truth of the conditions that only ask for existence.
func (r *region) exists(p *part) {
	for i, c := range p.conditions {
		if c.Cmp == plan.CmpExists {
			r.Truths[i] = True
		}
	}
}

// bools returns true and false, in one region if nothing tells them apart.
func bools(p *part, t *Type) []region {
	yes, no := constant(p, Bool, "true"), constant(p, Bool, "false")
	switch {
	case t.NonZero:
		return []region{yes}
	case sameTruths(yes.Truths, no.Truths):
		yes.Text = "true or false"
		return []region{yes}
	}
	return []region{yes, no}
}

func sameTruths(a, b []Truth) bool {
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// object is the region of all objects: no condition looks at one as a whole.
func object(p *part, t *Type) region {
	r := region{kind: Object, Region: Region{
		Text:   "an object",
		Sample: sampleObject(t, 0),
		Truths: make([]Truth, len(p.conditions)),
	}}
	r.exists(p)
	return r
}

// arrays divides lists by whether they have the elements that conditions look at.
func (s *splitter) arrays(p *part, t *Type) []region {
	truths := s.arrayTruths(p, t)
	least, most := t.lengths()
	if !p.inside {
		return []region{s.list(p, t, least, most, truths)}
	}
	var all []region
	for _, n := range p.elements {
		if n >= least && n < most {
			all = append(all, s.list(p, t, least, n, truths))
			least = n + 1
		}
	}
	return append(all, s.list(p, t, least, most, truths))
}

// lengths bounds the lengths of the arrays of a type, both inclusive.
func (t *Type) lengths() (least, most int) {
	switch {
	case t.Len >= 0:
		return t.Len, t.Len
	case t.NonZero:
		return 1, math.MaxInt
	}
	return 0, math.MaxInt
}

// list is the region of the arrays of certain lengths. What an empty one
// contains is known.
func (s *splitter) list(p *part, t *Type, least, most int, truths []Truth) region {
	r := region{kind: Array, least: least, Region: Region{Sample: sampleArray(t, least, 0), Truths: truths}}
	if most == 0 {
		r.Truths = make([]Truth, len(p.conditions))
		r.exists(p)
	}
	low, high := t.lengths()
	switch {
	case most == 0:
		r.Text = "an empty list"
	case least == low && most == high:
		r.Text = "a list"
	case most == math.MaxInt:
		r.Text = fmt.Sprintf("a list of %d or more", least)
	case least == low:
		r.Text = fmt.Sprintf("a list of %d or less", most)
	case least == most:
		r.Text = fmt.Sprintf("a list of %d", least)
	default:
		r.Text = fmt.Sprintf("a list of %d to %d", least, most)
	}
	return r
}

// arrayTruths are the truths of the conditions for any list: whether it contains
// something is open, unless no element can be that.
func (s *splitter) arrayTruths(p *part, t *Type) []Truth {
	r := region{Region: Region{Truths: make([]Truth, len(p.conditions))}}
	r.exists(p)
	open := make(map[string]Truth)
	for i, c := range p.conditions {
		if c.Cmp != plan.CmpContains || len(c.Literals) != 1 || !t.elem().has(c.Literals[0]) {
			continue
		}
		name := literalName(c.Literals[0])
		if open[name] == False {
			open[name] = s.open()
		}
		r.Truths[i] = open[name]
	}
	return r.Truths
}

// open returns a new open truth.
func (s *splitter) open() Truth {
	s.partition.Free++
	return Open + Truth(s.partition.Free-1)
}
