package jsonvalue

import (
	"bytes"
	"encoding/json"
	"fmt"
	"unicode/utf16"
	"unicode/utf8"
)

// Canonical returns the stored form of a JSON text that did not come from
// [Encode], such as a default in an annotation. It is idempotent.
func Canonical(raw []byte, lim Limits) ([]byte, error) {
	var compact bytes.Buffer
	if err := json.Compact(&compact, raw); err != nil {
		return nil, &StoreError{Reason: "not a JSON value: " + err.Error(), Err: err}
	}
	return canonical(compact.Bytes(), lim)
}

// canonical brings compact JSON into the stored form and checks what holds
// for every stored value. It returns src itself if nothing is to be changed.
func canonical(src []byte, lim Limits) ([]byte, error) {
	if !utf8.Valid(src) {
		return nil, &StoreError{Reason: "a marshaler's output is not valid UTF-8"}
	}
	c := canonicalizer{src: src, maxDepth: lim.Depth}
	if err := c.run(); err != nil {
		return nil, err
	}
	if c.dst != nil {
		src = append(c.dst, src[c.copied:]...)
	}
	if len(src) > lim.Bytes {
		return nil, &LimitError{What: Bytes, Size: len(src), Limit: lim.Bytes}
	}
	return src, nil
}

// canonicalizer walks over valid, compact JSON and rewrites numbers.
type canonicalizer struct {
	src, dst        []byte
	copied          int // how much of src is in dst
	depth, maxDepth int
}

func (c *canonicalizer) run() error {
	for i := 0; i < len(c.src); {
		var err error
		if i, err = c.token(i); err != nil {
			return err
		}
	}
	return nil
}

// token handles the token at i and returns the index behind it.
func (c *canonicalizer) token(i int) (next int, err error) {
	switch b := c.src[i]; {
	case b == '"':
		next = skipString(c.src, i)
		return next, checkEscapes(c.src[i+1 : next-1])
	case b == '-' || b-'0' < 10:
		next = skipLiteral(c.src, i)
		return next, c.number(i, next)
	case b == '[' || b == '{':
		if c.depth++; c.depth > c.maxDepth {
			return 0, &LimitError{What: Levels, Limit: c.maxDepth}
		}
	case b == ']' || b == '}':
		c.depth--
	}
	return i + 1, nil
}

// number rewrites the literal in src[i:j] if it is not in the stored form.
func (c *canonicalizer) number(i, j int) error {
	lit := c.src[i:j]
	if !bytes.ContainsAny(lit, ".eE") && string(lit) != "-0" {
		return nil
	}
	d, ok := parseDecimal(lit)
	if !ok || d.huge {
		return &StoreError{Reason: fmt.Sprintf("the number %.32s is out of range", lit)}
	}
	var buf [32]byte
	form := d.append(buf[:0])
	if bytes.Equal(form, lit) {
		return nil
	}
	c.dst = append(c.dst, c.src[c.copied:i]...)
	c.dst = append(c.dst, form...)
	c.copied = j
	return nil
}

// checkEscapes refuses half a surrogate pair, which a reader would see as U+FFFD.
func checkEscapes(text []byte) error {
	for {
		i := bytes.IndexByte(text, '\\')
		if i < 0 {
			return nil
		}
		half := text[i+1] == 'u'
		if half {
			unit, _ := hex4(text[i+2:])
			half = utf16.IsSurrogate(unit)
		}
		r, rest := unescape(text[i+1:])
		if half && r == utf8.RuneError {
			return &StoreError{Reason: fmt.Sprintf("the string contains %s, half a surrogate pair", text[i:i+6])}
		}
		text = rest
	}
}
