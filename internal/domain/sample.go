package domain

import (
	"bytes"
)

// maxSample bounds the depth and the length of the lists of samples.
const maxSample = 64

// sample makes the JSON of one value of a type; nil if it would be too deep. It
// takes the first kind of those that people like to see, which also ends the
// recursion of types within themselves: null comes before objects.
func sample(t *Type, depth int) []byte {
	t = orAny(t)
	if depth > maxSample {
		return nil
	}
	for _, kind := range []Kinds{Number, String, Bool, Null, Array, Object} {
		if t.Kinds&kind == 0 || kind == Null && t.NonZero {
			continue
		}
		if text := sampleOf(t, kind, depth); text != nil {
			return text
		}
	}
	return nil
}

func sampleOf(t *Type, kind Kinds, depth int) []byte {
	var none part
	switch kind {
	case Number:
		if regions := divideLine(&none, Number, numbersOf(&none, t), nil); len(regions) > 0 {
			return regions[0].Sample
		}
		return nil
	case String:
		return []byte(`"a"`)
	case Bool:
		return []byte("true")
	case Null:
		return []byte("null")
	case Array:
		least, _ := t.lengths()
		return sampleArray(t, least, depth)
	}
	return sampleObject(t, depth)
}

// sampleArray makes a list of a length.
func sampleArray(t *Type, length, depth int) []byte {
	if length == 0 {
		return []byte("[]")
	}
	element := sample(t.elem(), depth+1)
	if element == nil || length > maxSample {
		return nil
	}
	list := bytes.Repeat(append(element, ','), length)
	list[len(list)-1] = ']'
	return append([]byte{'['}, list...)
}

// sampleObject makes an object with the members that are always there.
func sampleObject(t *Type, depth int) []byte {
	text := []byte{'{'}
	for _, f := range t.Fields {
		if f.Optional {
			continue
		}
		value := sample(f.Type, depth+1)
		if value == nil {
			return nil
		}
		text = appendMember(text, f.Name, value)
	}
	if len(text) == 1 && t.NonZero && !t.Struct {
		value := sample(t.elem(), depth+1)
		if value == nil {
			return nil
		}
		text = appendMember(text, "a", value)
	}
	return append(text, '}')
}

func appendMember(text []byte, name string, value []byte) []byte {
	if len(text) > 1 {
		text = append(text, ',')
	}
	text = append(append(text, quoteJSON(name)...), ':')
	return append(text, value...)
}
