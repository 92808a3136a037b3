package graph

import (
	"strings"

	"github.com/cloacina-go/cloacina/cmd/cloacina-gen/internal/graph/layout"
)

// Directions into which a line leaves a cell.
const (
	up = 1 << iota
	down
	left
	right
)

// strokes are the characters of lines by their directions.
var strokes = [16]rune{
	up: '│', down: '│', up | down: '│', left: '─', right: '─', left | right: '─',
	up | left: '╯', up | right: '╰', down | left: '╮', down | right: '╭',
	up | down | left: '┤', up | down | right: '├', up | left | right: '┴', down | left | right: '┬',
	up | down | left | right: '┼',
}

// dashes are the straight lines of kinds that look otherwise.
var dashes = map[Kind][2]rune{Failure: {'╎', '╌'}, Order: {'┊', '┈'}}

// canvas is a drawing of characters.
type canvas struct {
	width  int
	chars  [][]rune // of boxes and texts; 0 where there are only lines
	lines  [][]uint8
	styles [][]uint8 // one more than the kind of the line; mixedStyle if there are several
}

const mixedStyle = 255

func newCanvas(width, height int) *canvas {
	c := &canvas{width: width}
	for range height {
		c.chars = append(c.chars, make([]rune, width))
		c.lines = append(c.lines, make([]uint8, width))
		c.styles = append(c.styles, make([]uint8, width))
	}
	return c
}

// route draws the line of an edge.
func (c *canvas) route(points []layout.Point, kind Kind) {
	for k := 1; k < len(points); k++ {
		a, b := points[k-1], points[k]
		if k+1 == len(points) {
			b.Y-- // the head is above the target
		}
		c.piece(a, b, kind)
	}
	if len(points) > 1 {
		c.stroke(points[0], up, kind)
	}
}

// piece draws a straight line. A single cell is drawn, too.
func (c *canvas) piece(a, b layout.Point, kind Kind) {
	forth, back := uint8(right), uint8(left)
	switch {
	case a.X > b.X:
		forth, back = left, right
	case a.Y < b.Y:
		forth, back = down, up
	case a.Y > b.Y:
		forth, back = up, down
	}
	for p := a; p != b; {
		next := toward(p, b, 1)
		c.stroke(p, forth, kind)
		c.stroke(next, back, kind)
		p = next
	}
}

func (c *canvas) stroke(p layout.Point, direction uint8, kind Kind) {
	c.lines[p.Y][p.X] |= direction
	switch style := &c.styles[p.Y][p.X]; *style {
	case 0:
		*style = uint8(kind) + 1
	case uint8(kind) + 1:
	default:
		*style = mixedStyle
	}
}

// box draws a box with lines of text; a dashed one if the task may fail.
func (c *canvas) box(r layout.Rect, lines []string, dashed bool) {
	across, along := '─', '│'
	if dashed {
		across, along = '╌', '╎'
	}
	for x := r.X + 1; x < r.X+r.Width-1; x++ {
		c.chars[r.Y][x], c.chars[r.Y+r.Height-1][x] = across, across
	}
	for y := r.Y + 1; y < r.Y+r.Height-1; y++ {
		c.chars[y][r.X], c.chars[y][r.X+r.Width-1] = along, along
	}
	c.chars[r.Y][r.X], c.chars[r.Y][r.X+r.Width-1] = '╭', '╮'
	c.chars[r.Y+r.Height-1][r.X], c.chars[r.Y+r.Height-1][r.X+r.Width-1] = '╰', '╯'
	for k, line := range lines {
		c.text(r.X+(r.Width-length(line))/2, r.Y+1+k, line)
	}
}

// mark puts the lines of a label on a line, with a blank on either side.
func (c *canvas) mark(at layout.Rect, lines []string) {
	for k, line := range lines {
		text := " " + line + " "
		c.text(at.X+(at.Width-length(text))/2, at.Y+k, text)
	}
}

func (c *canvas) text(x, y int, text string) {
	for _, r := range text {
		switch length(string(r)) {
		case 2:
			c.chars[y][x], c.chars[y][x+1] = r, covered
			x += 2
		case 1:
			c.chars[y][x] = r
			x++
		}
	}
}

// covered marks a cell that the character before it takes, too.
const covered = -1

// ends draws where a line leaves a box, and the head with which it ends.
func (c *canvas) ends(points []layout.Point) {
	first, last := points[0], points[len(points)-1]
	c.chars[first.Y-1][first.X] = '┬'
	c.chars[last.Y-1][last.X] = '▼'
}

func (c *canvas) String() string {
	var b strings.Builder
	for y := range c.chars {
		row := make([]rune, 0, c.width)
		for x := range c.width {
			if r := c.at(x, y); r != covered {
				row = append(row, r)
			}
		}
		b.WriteString(strings.TrimRight(string(row), " ") + "\n")
	}
	return b.String()
}

func (c *canvas) at(x, y int) rune {
	switch lines := c.lines[y][x]; {
	case c.chars[y][x] != 0:
		return c.chars[y][x]
	case lines == 0:
		return ' '
	case lines == up|down || lines == left|right:
		if style := c.styles[y][x]; style != mixedStyle {
			if d, ok := dashes[Kind(style-1)]; ok {
				return d[(lines&left)>>2]
			}
		}
		return strokes[lines]
	default:
		return strokes[lines]
	}
}
