package jsonvalue

import (
	"bytes"
	"strconv"
)

// simple encodes what most values are, numbers and short words, as [Encode] does
// otherwise, in a seventh of the time: types without methods need no guard, and
// plain text no escapes. It reports false for everything else, also for what is
// over a limit.
func simple(ptr any, lim Limits) ([]byte, bool) {
	var buf [64]byte
	var out []byte
	var ok bool
	switch v := ptr.(type) {
	case *any:
		out, ok = appendSimple(buf[:0], *v)
	case *int:
		out, ok = strconv.AppendInt(buf[:0], int64(*v), 10), true
	case *int64:
		out, ok = strconv.AppendInt(buf[:0], *v, 10), true
	case *bool:
		out, ok = strconv.AppendBool(buf[:0], *v), true
	case *string:
		out, ok = appendPlain(buf[:0], *v)
	}
	if !ok || len(out) > lim.Bytes {
		return nil, false
	}
	return bytes.Clone(out), true
}

// appendSimple appends the value of a dynamic write.
func appendSimple(to []byte, v any) ([]byte, bool) {
	switch v := v.(type) {
	case int:
		return strconv.AppendInt(to, int64(v), 10), true
	case int64:
		return strconv.AppendInt(to, v, 10), true
	case bool:
		return strconv.AppendBool(to, v), true
	case string:
		return appendPlain(to, v)
	default:
		return nil, false
	}
}

// appendPlain appends a short string in quotes unless something in it may have
// to be escaped.
func appendPlain(to []byte, s string) ([]byte, bool) {
	if len(s)+2 > cap(to) {
		return nil, false
	}
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			return nil, false
		}
	}
	return append(append(append(to, '"'), s...), '"'), true
}
