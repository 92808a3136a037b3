package jsonvalue

import "bytes"

// The scanners in this file walk over JSON that was checked when it was
// stored. On anything else they stop early and report failure; they never
// read beyond the end.

// skipBlank returns the index of the first byte from i on that is no blank.
func skipBlank(b []byte, i int) int {
	for i < len(b) && (b[i] == ' ' || b[i] == '\t' || b[i] == '\n' || b[i] == '\r') {
		i++
	}
	return i
}

// skipString returns the index behind the string whose opening quote is at i,
// or -1 if it does not end.
func skipString(b []byte, i int) int {
	for i++; i < len(b); i++ {
		n := bytes.IndexByte(b[i:], '"')
		if n < 0 {
			return -1
		}
		esc := bytes.IndexByte(b[i:i+n], '\\')
		if esc < 0 {
			return i + n + 1
		}
		i += esc + 1 // the byte after the backslash is skipped by i++
	}
	return -1
}

// skipValue returns the index behind the value that starts at i, or -1.
func skipValue(b []byte, i int) int {
	depth := 0
	for i < len(b) {
		switch b[i] {
		case '"':
			if i = skipString(b, i); i < 0 {
				return -1
			}
		case '[', '{':
			depth++
			i++
			continue
		case ']', '}':
			depth--
			i++
		case ',', ':', ' ', '\t', '\n', '\r':
			if depth == 0 {
				return -1
			}
			i++
			continue
		default:
			i = skipLiteral(b, i)
		}
		if depth <= 0 {
			if depth < 0 {
				return -1
			}
			return i
		}
	}
	return -1
}

// skipLiteral returns the index behind the number, true, false or null at i.
func skipLiteral(b []byte, i int) int {
	for i < len(b) {
		switch b[i] {
		case ',', ']', '}', ':', ' ', '\t', '\n', '\r', '"', '[', '{':
			return i
		}
		i++
	}
	return i
}

// items walks over the elements of an array or the members of an object.
// The zero value is exhausted; see [newItems].
type items struct {
	b      []byte
	i      int
	end    byte // the closing bracket
	object bool
}

// newItems starts at the array or object raw; ok is false if it is neither.
func newItems(raw []byte) (it items, ok bool) {
	i := skipBlank(raw, 0)
	if i == len(raw) || raw[i] != '[' && raw[i] != '{' {
		return items{}, false
	}
	it = items{b: raw, i: i + 1, end: ']', object: raw[i] == '{'}
	if it.object {
		it.end = '}'
	}
	return it, true
}

// next returns the next element, with the text of its name (between the
// quotes, still escaped) in an object; ok is false at the end.
func (it *items) next() (name, value []byte, ok bool) {
	i := skipBlank(it.b, it.i)
	if i >= len(it.b) || it.b[i] == it.end {
		return nil, nil, false
	}
	if it.b[i] == ',' {
		i = skipBlank(it.b, i+1)
	}
	if it.object {
		if name, i = memberName(it.b, i); i < 0 {
			return nil, nil, false
		}
	}
	end := skipValue(it.b, i)
	if end < 0 {
		return nil, nil, false
	}
	it.i = end
	return name, it.b[i:end], true
}

// memberName reads a member's name and colon at i and returns the index of
// the member's value, or -1.
func memberName(b []byte, i int) (name []byte, next int) {
	if i >= len(b) || b[i] != '"' {
		return nil, -1
	}
	end := skipString(b, i)
	if end < 0 {
		return nil, -1
	}
	name = b[i+1 : end-1]
	i = skipBlank(b, end)
	if i >= len(b) || b[i] != ':' {
		return nil, -1
	}
	return name, skipBlank(b, i+1)
}
