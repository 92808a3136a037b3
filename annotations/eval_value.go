package annotations

import (
	"bytes"
	"encoding/json"
	"io"
	"strconv"
	"strings"
)

// jsonValue is a decoded JSON value: nil, bool, string, json.Number, []any or
// map[string]any. The zero value of broken stands for text that is not JSON.
type jsonValue struct{ v any }

// broken is a value that equals nothing.
type broken struct{}

func decodeValue(text []byte) jsonValue {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var v any
	if d.Decode(&v) != nil {
		return jsonValue{broken{}}
	}
	if _, err := d.Token(); err != io.EOF {
		return jsonValue{broken{}}
	}
	return jsonValue{v}
}

// walk follows the tokens of a JSON Pointer.
func (j jsonValue) walk(path []string) (jsonValue, bool) {
	for _, token := range path {
		switch v := j.v.(type) {
		case map[string]any:
			member, ok := v[token]
			if !ok {
				return jsonValue{}, false
			}
			j.v = member
		case []any:
			i, ok := arrayIndex(token)
			if !ok || i >= len(v) {
				return jsonValue{}, false
			}
			j.v = v[i]
		default:
			return jsonValue{}, false
		}
	}
	return j, true
}

// arrayIndex reads an array index as RFC 6901 has it: digits without a leading zero.
func arrayIndex(token string) (int, bool) {
	if token == "" || token[0] < '0' || token[0] > '9' || token[0] == '0' && len(token) > 1 {
		return 0, false
	}
	i, err := strconv.Atoi(token)
	return i, err == nil
}

// holds reports whether the value passes a comparison that is not negated.
func (j jsonValue) holds(op Operator, literals []Literal) bool {
	switch op {
	case Exists:
		return true
	case In:
		for _, l := range literals {
			if j.equals(l) {
				return true
			}
		}
		return false
	}
	if len(literals) != 1 {
		return false
	}
	switch op {
	case Equals:
		return j.equals(literals[0])
	case Contains:
		return j.contains(literals[0])
	}
	order, ok := j.compare(literals[0])
	return ok && ordered(order, op)
}

func ordered(order int, op Operator) bool {
	switch op {
	case GreaterThan:
		return order > 0
	case GreaterOrEqual:
		return order >= 0
	case LessThan:
		return order < 0
	case LessOrEqual:
		return order <= 0
	}
	return false
}

func (j jsonValue) equals(l Literal) bool {
	switch v := j.v.(type) {
	case nil:
		return l.Kind == LitNil
	case bool:
		return l.Kind == LitBool && v == l.Bool
	}
	order, ok := j.compare(l)
	return ok && order == 0
}

func (j jsonValue) contains(l Literal) bool {
	switch v := j.v.(type) {
	case string:
		return l.Kind == LitString && strings.Contains(v, l.String)
	case []any:
		for _, element := range v {
			if (jsonValue{element}).equals(l) {
				return true
			}
		}
	}
	return false
}

// compare orders a number against a number and a string against a string.
func (j jsonValue) compare(l Literal) (order int, ok bool) {
	switch v := j.v.(type) {
	case string:
		return strings.Compare(v, l.String), l.Kind == LitString
	case json.Number:
		d, ok := l.decimal()
		if !ok {
			return 0, false
		}
		return parseDecimal(v.String()).compare(d), true
	}
	return 0, false
}
