package annotations

import (
	"go/token"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// valueReader reads the values of arguments. Each method returns false if it
// reported that the value does not fit.
type valueReader struct{ *lexer }

// bad reports a value that does not fit its key.
func (v *valueReader) bad(a *argument, code Code, message string) *Finding {
	return v.complain(code, a.start, a.end, quoted(a.key)+" "+message)
}

// raw returns the value as it is written.
func (v *valueReader) raw(a *argument) string { return string(v.buf[a.start:a.end]) }

// change adds a repair that replaces the value.
func (v *valueReader) change(f *Finding, a *argument, text string) {
	v.fixChange(f, v.base+a.start, v.base+a.end, text)
}

// changeWord adds a repair that puts a word in the place of a value, in quotes if
// that stands in quotes.
func (v *valueReader) changeWord(f *Finding, a *argument, word string) {
	if quote := v.raw(a)[:1]; word != "" && (quote == `"` || quote == "`") {
		v.fix(f, "change to "+quoted(word), v.base+a.start, v.base+a.end, quote+word+quote)
		return
	}
	v.change(f, a, word)
}

// text reads a bare word or a string.
func (v *valueReader) text(a *argument) (string, bool) {
	item, ok := v.one(a)
	return item.Text, ok
}

// one reads a value that is a single bare word or string.
func (v *valueReader) one(a *argument) (Name, bool) {
	raw := v.raw(a)
	if raw[0] != '"' && raw[0] != '`' {
		if i := strings.IndexAny(raw, "\"`"); i >= 0 {
			v.complain(CodeBadValue, a.start+i, a.start+i+1,
				"quote inside a bare word; put the whole value into quotes")
			return Name{}, false
		}
		for i := range raw {
			if v.foreignBlank(a.start + i) {
				return Name{}, false
			}
		}
		return Name{Text: raw, Span: a.span}, v.plainText(a, raw)
	}
	prefix, err := strconv.QuotedPrefix(raw)
	if err == nil && len(prefix) < len(raw) {
		at := a.start + len(prefix)
		f := v.complain(CodeUnexpectedText, at, a.end,
			"unexpected text behind the string; leave a blank before the next argument")
		if isWordStart(v.buf[at]) {
			v.fix(f, "insert a blank", v.base+at, v.base+at, " ")
		}
		return Name{}, false
	}
	text, ok := v.unquote(a.start, a.end)
	return Name{Text: text, Quoted: true, Span: a.span}, ok
}

// plainText reports a bare word that is not valid UTF-8.
func (v *valueReader) plainText(a *argument, raw string) bool {
	if strings.ToValidUTF8(raw, "") == raw {
		return true
	}
	v.complain(CodeBadString, a.start, a.end, "text is not valid UTF-8")
	return false
}

// name reads the name of a workflow or of a context key.
func (v *valueReader) name(a *argument) (string, bool) {
	text, ok := v.text(a)
	if !ok {
		return "", false
	}
	if strings.TrimSpace(text) != text || text == "" || strings.ContainsFunc(text, unicode.IsControl) {
		v.bad(a, CodeBadID, "is a name: not empty, without control characters and without blanks at its ends")
		return "", false
	}
	return text, true
}

// taskID reads the id of a task.
func (v *valueReader) taskID(a *argument) (string, bool) {
	text, ok := v.text(a)
	if !ok {
		return "", false
	}
	if ValidID(text) {
		return text, true
	}
	f := v.bad(a, CodeBadID,
		"is "+quoted(text)+"; a task id is made of lower-case words joined by underscores, such as fetch_data")
	v.changeWord(f, a, nearestID(text))
	return text, text != ""
}

// ValidID reports whether the text has the form of a task id: lower-case words of
// letters and digits that begin with a letter, joined by single underscores.
func ValidID(s string) bool {
	before := byte('_')
	for i := range len(s) {
		c := s[i]
		switch {
		case 'a' <= c && c <= 'z':
		case '0' <= c && c <= '9' && i > 0:
		case c == '_' && before != '_':
		default:
			return false
		}
		before = c
	}
	return before != '_'
}

// nearestID turns a text into a task id, or returns "" if there is no close one.
func nearestID(s string) string {
	words := strings.FieldsFunc(strings.ToLower(s), func(r rune) bool {
		return r == '_' || r == '-' || r == ' ' || r == '.' || r == '/'
	})
	if id := strings.Join(words, "_"); ValidID(id) {
		return id
	}
	return ""
}

// identifier reads the name of a declaration of the Go package.
func (v *valueReader) identifier(a *argument) (string, bool) {
	text, ok := v.text(a)
	if !ok {
		return "", false
	}
	if token.IsIdentifier(text) && text != "_" {
		return text, true
	}
	message := "takes a Go name"
	if strings.Contains(text, ".") {
		message = "takes a name of this package, without a package or receiver before it"
	}
	v.bad(a, CodeBadValue, message+", not "+quoted(text))
	return "", false
}

// bool reads true, false or a bare flag.
func (v *valueReader) bool(a *argument) (value, ok bool) {
	if a.bare {
		return true, true
	}
	text, ok := v.text(a)
	switch {
	case !ok:
		return false, false
	case text == "true" || text == "false":
		return text == "true", true
	}
	f := v.bad(a, CodeBadValue, "is true or false, not "+quoted(text))
	switch strings.ToLower(text) {
	case "true", "yes", "on", "1", "t", "y":
		v.change(f, a, "true")
	case "false", "no", "off", "0", "f", "n":
		v.change(f, a, "false")
	}
	return false, false
}

// maxRetries is the largest retry_attempts.
const maxRetries = 1000

// attempts reads a number of retries.
func (v *valueReader) attempts(a *argument) (int, bool) {
	n, ok := v.integer(a)
	if ok && (n < 0 || n > maxRetries) {
		v.bad(a, CodeOutOfRange, "is 0 to 1000, the number of retries after the first attempt, not "+short(v.raw(a)))
		return 0, false
	}
	return int(n), ok
}

// integer reads a decimal number. One beyond int64 becomes the nearest int64.
func (v *valueReader) integer(a *argument) (int64, bool) {
	raw := v.raw(a)
	n, err := strconv.ParseInt(raw, 10, 64)
	if err == nil || n == math.MaxInt64 || n == math.MinInt64 {
		return n, true
	}
	f := v.bad(a, CodeBadValue, "is a whole number, not "+quoted(raw))
	if inner := strings.Trim(raw, "\"`"); inner != raw {
		if _, err := strconv.ParseInt(inner, 10, 64); err == nil {
			v.change(f, a, inner)
		}
	}
	return 0, false
}

// milliseconds reads a number of milliseconds.
func (v *valueReader) milliseconds(a *argument) (time.Duration, bool) {
	n, ok := v.integer(a)
	if !ok {
		return 0, false
	}
	if n < 1 || n > math.MaxInt64/int64(time.Millisecond) {
		v.bad(a, CodeOutOfRange, "is a number of milliseconds, at least 1 and at most 292 years, not "+short(v.raw(a)))
		return 0, false
	}
	return time.Duration(n) * time.Millisecond, true
}

// duration reads a Go duration.
func (v *valueReader) duration(a *argument) (time.Duration, bool) {
	text, ok := v.text(a)
	if !ok {
		return 0, false
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		f := v.bad(a, CodeBadValue, "is a duration such as 500ms, 1m30s or 2h, not "+quoted(text))
		if _, err := strconv.ParseUint(text, 10, 32); err == nil {
			v.change(f, a, text+"s")
			v.change(f, a, text+"ms")
		}
		return 0, false
	}
	if d < time.Millisecond || d%time.Millisecond != 0 {
		v.bad(a, CodeOutOfRange, "is in whole milliseconds and at least 1ms, not "+d.String())
		return 0, false
	}
	return d, true
}

// backoff reads fixed, linear or exponential.
func (v *valueReader) backoff(a *argument) (Backoff, bool) {
	text, ok := v.text(a)
	if !ok {
		return "", false
	}
	all := []string{string(Fixed), string(Linear), string(Exponential)}
	if slices.Contains(all, text) {
		return Backoff(text), true
	}
	tail, suggestion := didYouMean(text, all)
	f := v.bad(a, CodeUnknownBackoff, "is fixed, linear or exponential, not "+quoted(text)+tail)
	v.changeWord(f, a, suggestion)
	return "", false
}

// rule reads a trigger rule.
func (v *valueReader) rule(a *argument) (Rule, bool) {
	raw := v.raw(a)
	if raw[0] == '"' || raw[0] == '`' {
		f := v.complain(CodeRuleNeedsNoQuote, a.start, a.end,
			"a trigger rule is written without quotes; an infix rule stands in parentheses")
		if text, err := strconv.Unquote(raw); err == nil && len(text) > 0 && !strings.ContainsAny(text, "\n\r") {
			v.change(f, a, "("+text+")")
		}
		return nil, false
	}
	if raw[0] == '[' && raw[len(raw)-1] == ']' {
		f := v.complain(CodeRuleSyntax, a.start, a.end,
			"a trigger rule is no list; write all(...) if each must hold, any(...) if one is enough")
		v.change(f, a, "all("+raw[1:len(raw)-1]+")")
		v.change(f, a, "any("+raw[1:len(raw)-1]+")")
		return nil, false
	}
	return parseRule(v.reporter, v.buf[a.start:a.end], v.base+a.start)
}
