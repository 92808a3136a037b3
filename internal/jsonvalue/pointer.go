package jsonvalue

import "strings"

// Find returns the part of raw that path leads to, the unescaped reference
// tokens of a JSON Pointer (RFC 6901). It does not allocate. The result
// shares memory with raw.
func Find(raw []byte, path []string) (value []byte, ok bool) {
	for _, token := range path {
		it, ok := newItems(raw)
		if !ok {
			return nil, false
		}
		if it.object {
			raw, ok = it.member(token)
		} else {
			raw, ok = it.element(token)
		}
		if !ok {
			return nil, false
		}
	}
	return raw, true
}

// member returns the value of the last member with the name.
func (it *items) member(want string) (found []byte, ok bool) {
	for {
		name, value, more := it.next()
		if !more {
			return found, ok
		}
		if compareText(name, want) == 0 {
			found, ok = value, true
		}
	}
}

// element returns the element with the index, which has no leading zeros.
func (it *items) element(index string) (found []byte, ok bool) {
	n, ok := arrayIndex(index)
	for ; ok; n-- {
		if _, found, ok = it.next(); n == 0 {
			return found, ok
		}
	}
	return nil, false
}

func arrayIndex(token string) (n int, ok bool) {
	if token == "" || len(token) > 9 || len(token) > 1 && token[0] == '0' {
		return 0, false
	}
	for i := range len(token) {
		c := token[i]
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return n, true
}

// SplitPointer splits a rule's key into the context key and the path inside
// its value: a key that starts with a slash is a JSON Pointer whose first
// token is the context key, any other is the context key itself.
func SplitPointer(key string) (base string, path []string) {
	if key == "" || key[0] != '/' {
		return key, nil
	}
	tokens := splitTokens(key[1:])
	return tokens[0], tokens[1:]
}

var pointerEscapes = strings.NewReplacer("~1", "/", "~0", "~")

func splitTokens(s string) []string {
	tokens := strings.Split(s, "/")
	for i, token := range tokens {
		tokens[i] = pointerEscapes.Replace(token)
	}
	return tokens
}
