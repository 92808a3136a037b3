package domain

import (
	"encoding/json"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/cloacina-go/cloacina/internal/plan"
)

// stringLine are the strings in their bytewise order, with the literals as points.
type stringLine struct {
	at      []string
	nonZero bool
}

// strings divides the strings of a type.
func (s *splitter) strings(p *part, t *Type) []region {
	l := stringLine{nonZero: t.NonZero}
	var sought []string
	for _, c := range p.conditions {
		for _, literal := range c.Literals {
			switch {
			case literal.Kind != plan.LitString:
			case c.Cmp == plan.CmpContains:
				sought = append(sought, literal.String)
			default:
				l.at = append(l.at, literal.String)
			}
		}
	}
	if l.nonZero {
		l.at = append(l.at, "")
	}
	slices.Sort(l.at)
	l.at = slices.Compact(l.at)
	open := s.substrings(sought)
	return divideLine(p, String, l, func(c Condition, stretch int) Truth {
		if len(c.Literals) != 1 || c.Literals[0].Kind != plan.LitString {
			return False
		}
		literal := c.Literals[0].String
		switch {
		case literal == "", stretch%2 == 1 && strings.Contains(l.at[stretch/2], literal):
			return True
		case stretch%2 == 1:
			return False
		}
		return open[literal]
	})
}

// substrings returns the open truths of containing each string, and notes which
// of them imply others.
func (s *splitter) substrings(sought []string) map[string]Truth {
	open := make(map[string]Truth, len(sought))
	slices.Sort(sought)
	sought = slices.Compact(sought)
	for _, text := range sought {
		if text != "" {
			open[text] = s.open()
		}
	}
	for _, a := range sought {
		for _, b := range sought {
			if a != b && b != "" && strings.Contains(a, b) {
				pair := [2]int{int(open[a] - Open), int(open[b] - Open)}
				s.partition.Implied = append(s.partition.Implied, pair)
			}
		}
	}
	return open
}

func (l stringLine) points() int { return len(l.at) }

func (l stringLine) find(literal plan.Literal) int {
	if literal.Kind != plan.LitString {
		return -1
	}
	return sort.SearchStrings(l.at, literal.String)
}

// sample finds the values between two strings: the first string behind s is s
// with a zero byte at its end.
func (l stringLine) sample(stretch int) []byte {
	i := stretch / 2
	if stretch%2 == 1 {
		if l.nonZero && l.at[i] == "" {
			return nil
		}
		return quoteJSON(l.at[i])
	}
	low, high, bounded := "", "", i < len(l.at)
	if bounded {
		high = l.at[i]
	}
	candidates := []string{""}
	if i > 0 {
		low = l.at[i-1]
		candidates = []string{low + "a", low + "0", low + " ", low + "\x00"}
	} else if !bounded || high > "a" {
		candidates = []string{"a", ""}
	}
	for _, s := range candidates {
		if (i == 0 || s > low) && (!bounded || s < high) {
			return quoteJSON(s)
		}
	}
	return nil
}

func quoteJSON(s string) []byte {
	text, err := json.Marshal(s)
	if err != nil {
		return nil
	}
	return text
}

func (l stringLine) text(from, to int, first, last bool) string {
	low, high := "", ""
	switch {
	case first && last:
		return "a string"
	case from == to && from%2 == 1:
		return quoteShort(l.at[from/2])
	}
	if !first {
		if low = "after " + quoteShort(l.at[(from-1)/2]); from%2 == 1 {
			low = quoteShort(l.at[from/2]) + " or after"
		}
	}
	if !last {
		if high = "before " + quoteShort(l.at[to/2]); to%2 == 1 {
			high = "up to " + quoteShort(l.at[to/2])
		}
	}
	switch {
	case low == "":
		return "a string " + high
	case high == "":
		return "a string " + low
	}
	return "a string " + low + ", " + high
}

func (l stringLine) except(points []int) string {
	texts := make([]string, len(points))
	for i, p := range points {
		texts[i] = quoteShort(l.at[p])
	}
	return "a string other than " + listed(texts)
}

// longestQuoted is how much of a string a text shows, in bytes.
const longestQuoted = 40

func quoteShort(s string) string {
	if len(s) > longestQuoted {
		s = strings.ToValidUTF8(s[:longestQuoted], "") + "..."
	}
	return strconv.Quote(s)
}
