//go:build linux

package sqlite_test

import (
	"errors"
	"fmt"
	"math"

	"github.com/cloacina-go/cloacina/internal/store/storetest"
)

// moment is a state that a store went through, and where in the journal of the
// disk: an image that is made after n operations may show it if from < n < until.
type moment struct {
	text string
	// from is the length of the journal when the commit that leads to it began.
	from int
	// until is the length when somebody had been told of what followed.
	until int
	// refused says that the commit was not stored, so that it never comes about.
	refused bool
}

// ever is the end of a moment that nothing has followed yet.
const ever = math.MaxInt

// moments are in the order in which they began. The last one is the present.
type moments []moment

// last is the present.
func (m moments) last() *moment { return &m[len(m)-1] }

// follow adds a moment, unless it is like the present. Whoever waited for its
// commit was told at the length told.
func (m *moments) follow(text string, began, told int) {
	if m.last().text == text {
		return
	}
	m.last().until = told
	*m = append(*m, moment{text: text, from: began, until: ever})
}

// refuse adds a moment that never came about, which somebody was told at the
// length told. What was before is still the present.
func (m *moments) refuse(text string, began, told int) {
	if m.last().text == text {
		return
	}
	present := *m.last()
	*m.last() = moment{text: text, from: began, until: told, refused: true}
	*m = append(*m, present)
}

// underWay reports whether an image after n operations may show several moments.
func (m moments) underWay(n int) bool {
	count := 0
	for i := range m {
		if m[i].from < n && n < m[i].until {
			count++
		}
	}
	return count > 1
}

// What an image shows.
type verdict uint8

const (
	asTold verdict = iota
	early          // a commit that nobody has been told of
	late           // it lacks something that somebody was told
	undead         // it has something that somebody was told is not there
)

// judge looks for the moment that an image after n operations shows. Its error
// says that there never was one.
func (m moments) judge(text string, n int) (verdict, error) {
	found, told := -1, ""
	for i := range m {
		allowed := m[i].from < n && n < m[i].until
		if allowed && told == "" {
			told = m[i].text
		}
		if m[i].text != text || m[i].from >= n {
			continue
		}
		if found < 0 || allowed || m[found].refused {
			found = i
		}
		if allowed {
			break
		}
	}
	switch {
	case found < 0:
		return late, fmt.Errorf("no state that ever was (-told +got):\n%s", storetest.Diff(told, text))
	case n >= m[found].until && m[found].refused:
		return undead, errors.New("a commit that was refused is there")
	case n >= m[found].until:
		return late, nil
	case text != told:
		return early, nil
	}
	return asTold, nil
}

// hold is judge where an image that lacks something is an error, too.
func (m moments) hold(text string, n int) error {
	v, err := m.judge(text, n)
	if err == nil && v == late {
		err = errors.New("a commit that was acknowledged is not there")
	}
	return err
}
