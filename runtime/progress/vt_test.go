package progress

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"github.com/cloacina-go/cloacina/internal/terminal"
)

// vt is a terminal as far as it is used here. A line that does not fit any more
// when the window gets narrower is broken, as most terminals do. What it does not
// know fails the test.
type vt struct {
	t  *testing.T
	mu sync.Mutex
	// columns and rows are the size of the window.
	columns, rows int
	screen        [][]string // cells by line; a wide character is followed by an empty cell
	gone          []string   // lines that have left at the top
	x, y          int
	wrap          bool
	writes        int
	// eastAsian says that it shows marks and lines two columns wide, as terminals
	// for East Asian languages do.
	eastAsian bool
}

func newVT(t *testing.T, columns, rows int) *vt {
	t.Helper()
	v := &vt{t: t, columns: columns, rows: rows, wrap: true}
	v.screen = make([][]string, rows)
	return v
}

var sequence = regexp.MustCompile(`^\x1b\[(\??)([0-9;]*)([A-Za-z])`)

func (v *vt) Write(p []byte) (int, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.writes++
	for text := string(p); text != ""; {
		if m := sequence.FindStringSubmatch(text); m != nil {
			v.control(m[1], m[2], m[3])
			text = text[len(m[0]):]
			continue
		}
		r, size := utf8.DecodeRuneInString(text)
		v.put(r)
		text = text[size:]
	}
	return len(p), nil
}

func (v *vt) control(private, parameters, final string) {
	switch private + final {
	case "A":
		n, err := strconv.Atoi(parameters)
		if err != nil || n == 0 {
			v.t.Errorf("moves up by %q", parameters)
		}
		v.y = max(0, v.y-n)
	case "K":
		v.screen[v.y] = v.screen[v.y][:min(v.x, len(v.screen[v.y]))]
	case "J":
		v.screen[v.y] = v.screen[v.y][:min(v.x, len(v.screen[v.y]))]
		for i := v.y + 1; i < v.rows; i++ {
			v.screen[i] = nil
		}
	case "m":
	case "?h", "?l":
		if parameters != "7" {
			v.t.Errorf("unknown mode %q", parameters)
		}
		v.wrap = final == "h"
	default:
		v.t.Errorf("unknown sequence %s%s%s", private, parameters, final)
	}
}

func (v *vt) put(r rune) {
	switch {
	case r == '\r':
		v.x = 0
	case r == '\n':
		v.down()
	case r < ' ' || r == 0x7f:
		v.t.Errorf("the terminal is sent %q", r)
	default:
		w := terminal.Width(string(r))
		if v.eastAsian && strings.ContainsRune("·○●↻◌✗✓↷⊘…├└│─", r) {
			w = 2
		}
		if w == 0 { // it goes with the character before it
			for x := v.x - 1; x >= 0; x-- {
				if v.screen[v.y][x] != "" {
					v.screen[v.y][x] += string(r)
					break
				}
			}
			return
		}
		if v.x+w > v.columns {
			if !v.wrap {
				return
			}
			v.x = 0
			v.down()
		}
		for len(v.screen[v.y]) < v.x+w {
			v.screen[v.y] = append(v.screen[v.y], " ")
		}
		v.screen[v.y][v.x] = string(r)
		for i := 1; i < w; i++ {
			v.screen[v.y][v.x+i] = ""
		}
		v.x += w
	}
}

func (v *vt) down() {
	if v.y++; v.y == v.rows {
		v.scroll()
	}
}

func (v *vt) scroll() {
	v.gone = append(v.gone, strings.Join(v.screen[0], ""))
	v.screen = append(v.screen[1:], nil)
	v.y--
}

// resize is what the user does.
func (v *vt) resize(columns, rows int) {
	v.mu.Lock()
	defer v.mu.Unlock()
	var all [][]string
	cursor := 0
	for i, line := range v.screen {
		if i == v.y {
			cursor = len(all)
		}
		for len(line) > columns {
			all = append(all, line[:columns:columns])
			line = line[columns:]
		}
		all = append(all, line)
	}
	all = all[:cursor+1]
	v.columns, v.rows, v.screen, v.y = columns, rows, all, cursor
	for len(v.screen) < rows {
		v.screen = append(v.screen, nil)
	}
	for v.y >= rows {
		v.gone = append(v.gone, strings.Join(v.screen[0], ""))
		v.screen = v.screen[1:]
		v.y--
	}
	v.screen = v.screen[:rows]
}

func (v *vt) size() (columns, rows int) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.columns, v.rows
}

// String is what the window shows, without the empty lines at its end.
func (v *vt) String() string {
	v.mu.Lock()
	defer v.mu.Unlock()
	var b strings.Builder
	for _, line := range v.screen {
		fmt.Fprintln(&b, strings.TrimRight(strings.Join(line, ""), " "))
	}
	return strings.TrimRight(b.String(), "\n") + "\n"
}

func (v *vt) asScreen() *screen { return &screen{w: v, size: v.size, painted: true} }

func TestVT(t *testing.T) {
	t.Parallel()
	v := newVT(t, 5, 3)
	fmt.Fprint(v, "one\r\ntwo\r\n\x1b[2A\x1b[31mONE\x1b[0m!\x1b[K\r\n\x1b[Jlonger\r\n\x1b[?7llonger\x1b[?7h\r\n世界人")
	if got, want := v.String(), "longe\n世界\n人\n"; got != want {
		t.Errorf("shows %q, want %q", got, want)
	}
	if got := strings.Join(v.gone, "|"); got != "ONE!|longe|r" {
		t.Errorf("gone is %q", got)
	}
	v.resize(3, 4)
	if got, want := v.String(), "ge\n世\n界\n人\n"; !strings.HasSuffix(got, "人\n") {
		t.Errorf("after resizing it shows %q, want %q", got, want)
	}
}
