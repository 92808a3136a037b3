package jsonvalue

import (
	"math"
	"strconv"
)

// Kind is the JSON kind of a [Scalar]; numbers are told apart by what they fit.
type Kind uint8

// The kinds. Missing is the kind of the zero Scalar; Invalid is that of bytes
// which are no JSON value. Uint holds only integers beyond int64, Float every
// number that is not an integer within int64 or uint64.
const (
	Missing Kind = iota
	Invalid
	Null
	Bool
	Int
	Uint
	Float
	String
	Array
	Object
)

// Scalar is a stored value, decoded as far as rules need it. Of bytes that are
// not JSON it makes something, usually Invalid, and never panics. It shares memory
// with the bytes it was parsed from. Parsing and comparing do not allocate,
// except for numbers beyond float64 or longer than 32 bytes and for a
// substring search in an escaped string of more than 512 bytes.
type Scalar struct {
	kind Kind
	num  uint64 // of a Bool 0 or 1, of an Int, Uint or Float (the nearest float64) its bits
	raw  []byte // of a Float the literal, of a String the text between the quotes, else the value
}

// Kind returns the kind of the value.
func (s *Scalar) Kind() Kind { return s.kind }

// Exists reports whether there is a value; null is one.
func (s *Scalar) Exists() bool { return s.kind != Missing }

// Reset makes the value a missing one.
func (s *Scalar) Reset() { *s = Scalar{} }

// Parse makes s the value that raw holds. Arrays and objects are recognised
// by their first byte and not looked into.
func (s *Scalar) Parse(raw []byte) {
	if len(raw) > 0 && (raw[0] <= ' ' || raw[len(raw)-1] <= ' ') {
		raw = trimBlank(raw)
	}
	*s = Scalar{kind: Invalid, raw: raw}
	if len(raw) == 0 {
		return
	}
	switch raw[0] {
	case '"':
		s.parseString()
	case 't', 'f', 'n':
		s.parseWord()
	case '[':
		s.kind = Array
	case '{':
		s.kind = Object
	default:
		s.parseNumber()
	}
}

func trimBlank(raw []byte) []byte {
	raw = raw[skipBlank(raw, 0):]
	for len(raw) > 0 && skipBlank(raw, len(raw)-1) == len(raw) {
		raw = raw[:len(raw)-1]
	}
	return raw
}

func (s *Scalar) parseString() {
	if skipString(s.raw, 0) == len(s.raw) {
		s.kind, s.raw = String, s.raw[1:len(s.raw)-1]
	}
}

func (s *Scalar) parseWord() {
	switch string(s.raw) {
	case "null":
		s.kind = Null
	case "true":
		s.kind, s.num = Bool, 1
	case "false":
		s.kind = Bool
	}
}

// parseNumber has a short way for the integers of up to 18 digits that most
// numbers are.
func (s *Scalar) parseNumber() {
	b := s.raw
	neg := b[0] == '-'
	if neg {
		b = b[1:]
	}
	if len(b) == 0 || len(b) > 18 || b[0] == '0' && len(b) > 1 {
		s.parseLongNumber()
		return
	}
	var n int64
	for _, c := range b {
		if c -= '0'; c > 9 {
			s.parseLongNumber()
			return
		}
		n = n*10 + int64(c)
	}
	if neg {
		n = -n
	}
	s.kind, s.num = Int, uint64(n)
}

func (s *Scalar) parseLongNumber() {
	d, ok := parseDecimal(s.raw)
	if !ok {
		return
	}
	magnitude, integer := d.integer()
	switch {
	case !integer:
		f, _ := strconv.ParseFloat(string(s.raw), 64) // the nearest one; ±Inf out of range
		s.kind, s.num = Float, math.Float64bits(f)
	case d.neg:
		s.kind, s.num = Int, -magnitude
	case magnitude > math.MaxInt64:
		s.kind, s.num = Uint, magnitude
	default:
		s.kind, s.num = Int, magnitude
	}
}

// Describe names the value for error messages: "number 80.5", "string", "object".
func (s *Scalar) Describe() string {
	switch s.kind {
	case Missing:
		return "nothing"
	case Null:
		return "null"
	case Bool:
		return "bool"
	case Int, Uint, Float:
		return "number " + string(s.raw[:min(len(s.raw), 32)])
	case String:
		return "string"
	case Array:
		return "array"
	case Object:
		return "object"
	default:
		return "malformed JSON"
	}
}
