package shape

import "strings"

// parser takes the text of a shape apart.
type parser struct{ rest string }

// shape parses one shape; ok is false if that is not possible.
func (p *parser) shape() (s *Shape, ok bool) {
	text := p.rest
	s = new(Shape)
	switch {
	case p.skip("["):
		s.kinds = kindsOf["["]
		ok = p.elem(s, "]")
	case p.skip("{*: "):
		s.kinds = kindsOf["{*:"]
		ok = p.elem(s, "}")
	case p.skip("{"):
		s.kinds = kindsOf["{"]
		ok = p.skip("}") || p.fields(s)
	default:
		word := p.until(",]}")
		s.kinds, ok = kindsOf[word], word != ""
	}
	s.text = text[:len(text)-len(p.rest)]
	return s, ok
}

func (p *parser) elem(s *Shape, end string) (ok bool) {
	s.elem, ok = p.shape()
	return ok && p.skip(end)
}

// fields parses the fields of an object and its end.
func (p *parser) fields(s *Shape) bool {
	for {
		name := strings.TrimSuffix(p.until("[]{}:"), "?")
		if name == "" || !p.skip(": ") {
			return false
		}
		inner, ok := p.shape()
		if !ok {
			return false
		}
		s.fields = append(s.fields, field{name, inner})
		if !p.skip(", ") {
			return p.skip("}")
		}
	}
}

// skip passes over a text if it comes next.
func (p *parser) skip(text string) (found bool) {
	p.rest, found = strings.CutPrefix(p.rest, text)
	return found
}

// until takes what comes before the first of the characters, or all.
func (p *parser) until(any string) string {
	i := strings.IndexAny(p.rest, any)
	if i < 0 {
		i = len(p.rest)
	}
	taken := p.rest[:i]
	p.rest = p.rest[i:]
	return taken
}
