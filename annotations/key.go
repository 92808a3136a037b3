package annotations

import (
	"errors"
	"strings"
)

// Base returns the context key: Text, or the unescaped first token of a pointer.
func (k Key) Base() string {
	if !k.pointer() {
		return k.Text
	}
	first, _, _ := strings.Cut(k.Text[1:], "/")
	return unescapeToken(first)
}

// Path returns the tokens of a pointer behind the first one, unescaped: the way
// from the value of the context key to the part that is tested. It is nil for a
// plain key and for a pointer with one token.
func (k Key) Path() []string {
	if !k.pointer() {
		return nil
	}
	_, rest, more := strings.Cut(k.Text[1:], "/")
	if !more {
		return nil
	}
	tokens := strings.Split(rest, "/")
	for i, t := range tokens {
		tokens[i] = unescapeToken(t)
	}
	return tokens
}

func (k Key) pointer() bool { return strings.HasPrefix(k.Text, "/") }

var tokenEscapes = strings.NewReplacer("~1", "/", "~0", "~")

func unescapeToken(s string) string { return tokenEscapes.Replace(s) }

// check reports what is wrong with the key as such.
func (k Key) check() error {
	if k.Base() == "" {
		return errors.New("the context key is empty")
	}
	if !k.pointer() {
		return nil
	}
	for i := strings.IndexByte(k.Text, '~'); i >= 0; {
		if i+1 == len(k.Text) || k.Text[i+1] != '0' && k.Text[i+1] != '1' {
			return errors.New("in a JSON Pointer ~ is written ~0 (and / inside a name ~1)")
		}
		next := strings.IndexByte(k.Text[i+1:], '~')
		if next < 0 {
			break
		}
		i += 1 + next
	}
	return nil
}
