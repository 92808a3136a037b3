package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/cloacina-go/cloacina/internal/printable"
)

// diffContext is how many unchanged lines stand round a change.
const diffContext = 3

// hunk is a stretch of lines in two texts: old[x0:x1] became new[y0:y1].
type hunk struct{ x0, x1, y0, y1 int }

// unifiedDiff returns the change of a file in the format of diff -u, which patch
// reads; empty without one. A text that is nil is that of a missing file.
func unifiedDiff(name string, old, content []byte) string {
	x, y := splitLines(old), splitLines(content)
	changes := changedLines(x, y)
	if len(changes) == 0 {
		return ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, "--- %s\n+++ %s\n", fileName("a/", name, old), fileName("b/", name, content))
	for len(changes) > 0 {
		n := 1
		for n < len(changes) && changes[n].x0-changes[n-1].x1 <= 2*diffContext {
			n++
		}
		printHunk(&b, x, y, changes[:n])
		changes = changes[n:]
	}
	return b.String()
}

func fileName(side, name string, text []byte) string {
	if text == nil {
		return "/dev/null"
	}
	if strings.ContainsFunc(name, printable.Hidden) {
		return strconv.Quote(side + name)
	}
	return side + name
}

// splitLines returns the lines with their line ends.
func splitLines(text []byte) []string {
	lines := slices.Collect(strings.Lines(string(text)))
	if n := len(lines); n > 0 && !strings.HasSuffix(lines[n-1], "\n") {
		lines[n-1] += "\n\\ No newline at end of file\n"
	}
	return lines
}

// printHunk prints neighbouring changes with the lines round and between them.
func printHunk(b *strings.Builder, x, y []string, changes []hunk) {
	first, last := changes[0], changes[len(changes)-1]
	before := min(diffContext, first.x0)
	after := min(diffContext, len(x)-last.x1)
	fmt.Fprintf(b, "@@ -%s +%s @@\n",
		lineRange(first.x0-before, last.x1+after), lineRange(first.y0-before, last.y1+after))
	at := first.x0 - before
	for _, c := range changes {
		printLines(b, " ", x[at:c.x0])
		printLines(b, "-", x[c.x0:c.x1])
		printLines(b, "+", y[c.y0:c.y1])
		at = c.x1
	}
	printLines(b, " ", x[at:last.x1+after])
}

// lineRange prints lines from:to, counted from 0, as a unified diff names them.
func lineRange(from, to int) string {
	if from == to {
		return fmt.Sprintf("%d,0", from)
	}
	return fmt.Sprintf("%d,%d", from+1, to-from)
}

func printLines(b *strings.Builder, mark string, lines []string) {
	for _, line := range lines {
		b.WriteString(mark + line)
	}
}

// changedLines returns what differs between two texts, in order. It is patience
// diff: lines that occur once in either text and in the same order are held
// fast, and what lies between them is compared by its beginning and end. Its
// time is O(n log n).
func changedLines(x, y []string) []hunk {
	var changes []hunk
	at := hunk{}
	for _, a := range append(anchors(x, y), [2]int{len(x), len(y)}) {
		c := hunk{at.x0, a[0], at.y0, a[1]}
		for c.x0 < c.x1 && c.y0 < c.y1 && x[c.x0] == y[c.y0] {
			c.x0, c.y0 = c.x0+1, c.y0+1
		}
		for c.x0 < c.x1 && c.y0 < c.y1 && x[c.x1-1] == y[c.y1-1] {
			c.x1, c.y1 = c.x1-1, c.y1-1
		}
		if c.x0 < c.x1 || c.y0 < c.y1 {
			changes = append(changes, c)
		}
		at.x0, at.y0 = a[0], a[1]
	}
	return changes
}

// anchors returns pairs of indices of lines that are unique in both texts: a
// longest sequence that increases on both sides.
func anchors(x, y []string) [][2]int {
	inX, inY := uniqueLines(x), uniqueLines(y)
	var pairs [][2]int
	for i, line := range x {
		if _, unique := inX[line]; !unique {
			continue
		}
		if j, unique := inY[line]; unique {
			pairs = append(pairs, [2]int{i, j})
		}
	}
	return increasing(pairs)
}

// uniqueLines returns the index of each line that occurs once.
func uniqueLines(lines []string) map[string]int {
	index := make(map[string]int, len(lines))
	for i, line := range lines {
		if _, seen := index[line]; seen {
			index[line] = -1
		} else {
			index[line] = i
		}
	}
	for line, i := range index {
		if i < 0 {
			delete(index, line)
		}
	}
	return index
}

// increasing returns a longest subsequence in which the second numbers increase.
func increasing(pairs [][2]int) [][2]int {
	var ends []int // ends[n] is the pair on which the best sequence of n+1 ends
	previous := make([]int, len(pairs))
	for i, p := range pairs {
		n, _ := slices.BinarySearchFunc(ends, p[1], func(e, y int) int { return pairs[e][1] - y })
		previous[i] = -1
		if n > 0 {
			previous[i] = ends[n-1]
		}
		if n == len(ends) {
			ends = append(ends, i)
		} else {
			ends[n] = i
		}
	}
	if len(ends) == 0 {
		return nil
	}
	var list [][2]int
	for i := ends[len(ends)-1]; i >= 0; i = previous[i] {
		list = append(list, pairs[i])
	}
	slices.Reverse(list)
	return list
}
