package plan

import "strings"

// BaseKey returns the context key that a key of a rule looks at: the key
// itself, or, if it starts with a slash, the unescaped first token of that
// JSON Pointer (RFC 6901).
func BaseKey(key string) string {
	pointer, ok := strings.CutPrefix(key, "/")
	if !ok {
		return key
	}
	token, _, _ := strings.Cut(pointer, "/")
	if !strings.Contains(token, "~") {
		return token
	}
	return unescape.Replace(token)
}

// unescape undoes the escapes of RFC 6901 in one pass, so that "~01" is "~1".
var unescape = strings.NewReplacer("~1", "/", "~0", "~")
