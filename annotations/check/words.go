package check

import (
	"go/token"
	"strconv"
	"strings"
	"unicode"
)

// snakeCase turns a Go name into the words of an id or a key: RenderPDFs is
// render_pdfs, UserID is user_id, HTTPServer2 is http_server2. Underscores at
// either end are dropped.
func snakeCase(name string) string {
	runes := []rune(name)
	var b strings.Builder
	for i, r := range runes {
		if r == '_' {
			continue
		}
		if b.Len() > 0 && startsWord(runes, i) {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// startsWord reports whether a word begins at index i of a name. A capital
// begins one after a small letter or a digit, and as the last of a run of
// capitals before a small letter, unless that is the plural s of the run.
func startsWord(name []rune, i int) bool {
	if i == 0 {
		return false
	}
	if name[i-1] == '_' {
		return true
	}
	if !unicode.IsUpper(name[i]) {
		return false
	}
	if !unicode.IsUpper(name[i-1]) {
		return true
	}
	return i+1 < len(name) && unicode.IsLower(name[i+1]) && !pluralAt(name, i+1)
}

// pluralAt reports whether the letter at index i is the s of a plural such as
// PDFs or IDsOf.
func pluralAt(name []rune, i int) bool {
	return name[i] == 's' && (i+1 == len(name) || !unicode.IsLower(name[i+1]))
}

// enumerate joins words for a message: "a, b and c".
func enumerate(words []string, last string) string {
	n := len(words) - 1
	if n < 1 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:n], ", ") + " " + last + " " + words[n]
}

// initialisms are the words that Go names spell in capitals, as golint has them.
var initialisms = map[string]bool{
	"acl": true, "api": true, "ascii": true, "cpu": true, "css": true, "db": true, "dns": true,
	"eof": true, "guid": true, "html": true, "http": true, "https": true, "id": true, "io": true,
	"ip": true, "json": true, "os": true, "pdf": true, "qps": true, "ram": true, "rpc": true,
	"sla": true, "smtp": true, "sql": true, "ssh": true, "tcp": true, "tls": true, "ttl": true,
	"udp": true, "ui": true, "uid": true, "uri": true, "url": true, "utf8": true, "uuid": true,
	"vm": true, "xml": true, "xmpp": true, "xsrf": true, "xss": true,
}

// fieldName turns a context key into an exported Go name: data_quality_score
// is DataQualityScore, user_id is UserID. Whatever cannot stand in a name
// separates words; a key without a letter that could come first gets "Key" in front.
func fieldName(key string) string {
	var b strings.Builder
	words := strings.FieldsFunc(key, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) || r == unicode.ReplacementChar
	})
	for _, w := range words {
		if initialisms[w] {
			b.WriteString(strings.ToUpper(w))
			continue
		}
		runes := []rune(w)
		b.WriteRune(unicode.ToUpper(runes[0]))
		b.WriteString(string(runes[1:]))
	}
	name := b.String()
	if !token.IsExported(name) || !token.IsIdentifier(name) {
		name = "Key" + name
	}
	return name
}

// uniqueNames gives each key a field name of its own. The first of several keys
// with one name keeps it; the others get the first free number from 2.
func uniqueNames(keys []string) []string {
	taken := make(map[string]bool, len(keys))
	for _, k := range keys {
		taken[fieldName(k)] = true
	}
	used := make(map[string]bool, len(keys))
	names := make([]string, len(keys))
	for i, k := range keys {
		base := fieldName(k)
		name := base
		for n := 2; used[name] || name != base && taken[name]; n++ {
			name = base + strconv.Itoa(n)
		}
		used[name] = true
		names[i] = name
	}
	return names
}
