package graph

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/cloacina-go/cloacina/internal/plan"
)

// drawPlan draws a plan with rules of any kind and texts of any content.
func drawPlan(t *rapid.T) *plan.Plan {
	p := &plan.Plan{Name: rapid.String().Draw(t, "name"), Description: rapid.String().Draw(t, "description")}
	n := rapid.IntRange(1, 12).Draw(t, "tasks")
	for i := range n {
		var dependencies []int
		if i > 0 {
			dependencies = rapid.SliceOfNDistinct(rapid.IntRange(0, i-1), 0, min(3, i), rapid.ID[int]).Draw(t, "dependencies")
		}
		task := task(fmt.Sprintf("t%d", i), drawRule(t, dependencies, 3), dependencies, dependencies...)
		task.Doc = rapid.String().Draw(t, "doc")
		task.AllowFailure = rapid.Bool().Draw(t, "allow failure")
		task.Retry.Attempts = rapid.IntRange(0, 3).Draw(t, "retries")
		p.Tasks = append(p.Tasks, task)
	}
	return withText(p)
}

func drawRule(t *rapid.T, about []int, depth int) *plan.Node {
	kind := rapid.IntRange(0, 5).Draw(t, "kind")
	switch {
	case kind == 0 && depth == 3:
		return nil
	case kind < 3 && depth > 0:
		o := rapid.SampledFrom([]plan.Op{plan.OpAll, plan.OpAny, plan.OpNone}).Draw(t, "op")
		n := op(o)
		for range rapid.IntRange(0, 3).Draw(t, "operands") {
			n.Args = append(n.Args, drawRule(t, about, depth-1))
		}
		return n
	case kind < 5 && len(about) > 0:
		leaf := rapid.SampledFrom([]plan.Op{plan.OpTaskSuccess, plan.OpTaskFailed, plan.OpTaskSkipped}).Draw(t, "leaf")
		return &plan.Node{Op: leaf, Task: rapid.SampledFrom(about).Draw(t, "task")}
	default:
		return value(rapid.StringMatching(`[a-z"<&]{1,6}`).Draw(t, "key"), plan.CmpEquals, text(rapid.String().Draw(t, "literal")))
	}
}

// element is what is checked of an SVG.
type element struct {
	name string
	attr map[string]string
}

// elements parses an SVG, strictly.
func elements(svg string) ([]element, error) {
	var all []element
	d := xml.NewDecoder(strings.NewReader(svg))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return nil, err
		}
		if s, ok := token.(xml.StartElement); ok {
			e := element{s.Name.Local, map[string]string{}}
			for _, a := range s.Attr {
				e.attr[a.Name.Local] = a.Value
			}
			all = append(all, e)
		}
	}
}

// The picture of any plan is well-formed, has every task and every edge once, and
// no two boxes of tasks overlap or leave it.
func TestSVGHasEverythingOnce(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := drawPlan(t)
		if err := wrong(p, New(p).SVG()); err != nil {
			t.Fatal(err)
		}
	})
}

func TestSVGOfSamples(t *testing.T) {
	t.Parallel()
	for name, p := range samples() {
		if err := wrong(p, New(p).SVG()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func wrong(p *plan.Plan, svg string) error {
	all, err := elements(svg)
	if err != nil {
		return err
	}
	ids, boxes := map[string]int{}, [][4]int{}
	for i, e := range all {
		ids[e.attr["id"]]++
		if strings.HasPrefix(e.attr["id"], "task-") {
			boxes = append(boxes, box(all[i+2])) // behind the title
		}
	}
	for i := range p.Tasks {
		if n := ids["task-"+p.Tasks[i].ID]; n != 1 {
			return fmt.Errorf("task %s is there %d times", p.Tasks[i].ID, n)
		}
		for _, d := range p.Tasks[i].DependsOn {
			if n := ids["edge-"+p.Tasks[d].ID+"-"+p.Tasks[i].ID]; n != 1 {
				return fmt.Errorf("the edge from %s to %s is there %d times", p.Tasks[d].ID, p.Tasks[i].ID, n)
			}
		}
	}
	width, height := atoi(all[0].attr["width"]), atoi(all[0].attr["height"])
	for i, a := range boxes {
		if a[0] < 0 || a[1] < 0 || a[0]+a[2] > width || a[1]+a[3] > height {
			return fmt.Errorf("box %v is outside of %d x %d", a, width, height)
		}
		for _, b := range boxes[:i] {
			if a[0] < b[0]+b[2] && b[0] < a[0]+a[2] && a[1] < b[1]+b[3] && b[1] < a[1]+a[3] {
				return fmt.Errorf("boxes %v and %v overlap", a, b)
			}
		}
	}
	return nil
}

func box(e element) [4]int {
	return [4]int{atoi(e.attr["x"]), atoi(e.attr["y"]), atoi(e.attr["width"]), atoi(e.attr["height"])}
}

func atoi(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return -1
	}
	return n
}

// A picture stands for itself: nothing of it comes from elsewhere, nothing runs.
func TestSVGStandsForItself(t *testing.T) {
	t.Parallel()
	all, err := elements(New(hostile()).SVG())
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range all {
		switch e.name {
		case "svg", "title", "desc", "style", "g", "rect", "path", "text":
		default:
			t.Errorf("there is an element %q", e.name)
		}
		for name := range e.attr {
			if strings.HasPrefix(name, "on") || name == "href" || name == "style" {
				t.Errorf("%q has an attribute %q", e.name, name)
			}
		}
	}
}

func TestTextsFitTheirBoxes(t *testing.T) {
	t.Parallel()
	// Widths in DejaVu Sans Bold, one of the widest fonts that systems have.
	for text, real := range map[string]int{"high_quality_processing": 177, "WWWW": 63, "iiii": 20, "fetch_data": 82} {
		if w := textWidth(text, 14, true); w < real*95/100 || w > real*145/100 {
			t.Errorf("%q is thought to be %d wide, and is %d", text, w, real)
		}
	}
}
