package jsonvalue

import (
	"bytes"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// The functions in this file work on the text of a JSON string, that is on
// the bytes between its quotes, with their escapes, and do not allocate.

// nextChunk splits text into its first piece, unescaped, and the rest. A
// piece is a run without escapes, or one escape decoded into buf.
func nextChunk(text []byte, buf *[utf8.UTFMax]byte) (chunk, rest []byte) {
	switch i := bytes.IndexByte(text, '\\'); {
	case i < 0:
		return text, nil
	case i > 0:
		return text[:i], text[i:]
	}
	r, rest := unescape(text[1:])
	return buf[:utf8.EncodeRune(buf[:], r)], rest
}

// unescape decodes the escape behind a backslash. As in encoding/json, half a
// surrogate pair is U+FFFD.
func unescape(text []byte) (r rune, rest []byte) {
	if len(text) == 0 {
		return utf8.RuneError, nil
	}
	rest = text[1:]
	switch c := text[0]; c {
	case 'b':
		return '\b', rest
	case 'f':
		return '\f', rest
	case 'n':
		return '\n', rest
	case 'r':
		return '\r', rest
	case 't':
		return '\t', rest
	case 'u':
		return unescapeHex(rest)
	default:
		return rune(c), rest
	}
}

func unescapeHex(text []byte) (r rune, rest []byte) {
	r, ok := hex4(text)
	if !ok {
		return utf8.RuneError, nil
	}
	rest = text[4:]
	if !utf16.IsSurrogate(r) {
		return r, rest
	}
	if len(rest) >= 2 && rest[0] == '\\' && rest[1] == 'u' {
		low, _ := hex4(rest[2:])
		if full := utf16.DecodeRune(r, low); full != utf8.RuneError {
			return full, rest[6:]
		}
	}
	return utf8.RuneError, rest
}

// hex4 reads four hexadecimal digits.
func hex4(b []byte) (r rune, ok bool) {
	if len(b) < 4 {
		return 0, false
	}
	for _, c := range b[:4] {
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			c = c | 0x20 - 'a' + 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}

// compareText orders the unescaped text and s bytewise.
func compareText(text []byte, s string) int {
	var buf [utf8.UTFMax]byte
	for len(text) > 0 {
		var chunk []byte
		chunk, text = nextChunk(text, &buf)
		n := min(len(chunk), len(s))
		switch head := s[:n]; {
		case string(chunk[:n]) < head:
			return -1
		case string(chunk[:n]) > head, n < len(chunk):
			return +1
		}
		s = s[n:]
	}
	if s != "" {
		return -1
	}
	return 0
}

// appendText appends the unescaped text to dst.
func appendText(dst, text []byte) []byte {
	var buf [utf8.UTFMax]byte
	for len(text) > 0 {
		var chunk []byte
		chunk, text = nextChunk(text, &buf)
		dst = append(dst, chunk...)
	}
	return dst
}

// containsText reports whether s is a substring of the unescaped text.
func containsText(text []byte, s string) bool {
	if bytes.IndexByte(text, '\\') < 0 {
		return bytes.Contains(text, []byte(s))
	}
	var buf [512]byte
	return strings.Contains(string(appendText(buf[:0], text)), s)
}
