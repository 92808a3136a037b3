package progress

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/cloacina-go/cloacina/internal/terminal"
	cloacina "github.com/cloacina-go/cloacina/runtime"
)

// epoch is when the runs of these tests have started.
var epoch = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// text is a frame without its styles.
func text(frame []row) string {
	var b strings.Builder
	for _, r := range frame {
		var line string
		for _, s := range r {
			line += s.text
		}
		fmt.Fprintln(&b, strings.TrimRight(line, " "))
	}
	return b.String()
}

// large is a run of 200 tasks in the middle of its work.
func large() *model {
	m := &model{}
	base := cloacina.Change{Run: "42", Workflow: "large", At: epoch}
	c := base
	c.State = cloacina.Running
	m.apply(c)
	for i := range 200 {
		c := base
		c.Task, c.State = fmt.Sprintf("task_%03d", i), cloacina.Waiting
		if i > 0 {
			c.DependsOn = []string{fmt.Sprintf("task_%03d", (i-1)/2)}
		}
		m.apply(c)
	}
	set := func(i int, s cloacina.State, change func(c *cloacina.Change)) {
		c := base
		c.Task, c.State, c.Attempt, c.At = fmt.Sprintf("task_%03d", i), s, 1, epoch.Add(time.Duration(i)*time.Second)
		if change != nil {
			change(&c)
		}
		m.apply(c)
	}
	for i := range 120 {
		set(i, cloacina.Completed, nil)
	}
	set(7, cloacina.Failed, func(c *cloacina.Change) { c.Err, c.Attempt = "disk full", 3 })
	set(120, cloacina.Retrying, func(c *cloacina.Change) {
		c.Err, c.RetryAt = "connection refused", epoch.Add(150*time.Second)
	})
	for i := 121; i < 126; i++ {
		set(i, cloacina.Running, nil)
	}
	set(126, cloacina.Ready, func(c *cloacina.Change) { c.Attempt = 0 })
	set(127, cloacina.Skipped, func(c *cloacina.Change) {
		c.Attempt, c.Reason = 0, `trigger rule not satisfied: task_failed("task_063") is false`
	})
	return m
}

// Windows of all kinds: what does not fit is counted.
func TestWindows(t *testing.T) {
	t.Parallel()
	var got strings.Builder
	for _, size := range [][2]int{{80, 24}, {100, 40}, {40, 12}, {20, 6}, {80, 4}, {80, 3}, {80, 2}, {80, 1}, {1, 5}} {
		fmt.Fprintf(&got, "=== %d columns, %d rows\n%s", size[0], size[1], text(large().frame(epoch.Add(147*time.Second), size[0], size[1])))
	}
	recorded(t, "windows.txt", got.String())
}

// A graph as a tree: a task stands below its deepest dependency; what is very deep
// or has a very long name does not push the rest out of the window.
func TestShapes(t *testing.T) {
	t.Parallel()
	var got strings.Builder
	for name, edges := range map[string][]string{
		"diamond": {"a", "b a", "c a", "d b,c", "e"},
		"chain": strings.Split("t0,t1 t0,t2 t1,t3 t2,t4 t3,t5 t4,t6 t5,t7 t6,t8 t7,t9 t8,t10 t9,t11 t10,t12 t11,t13 t12,t14 t13,t15 t14",
			","),
		"long name": {"a_task_with_a_very_long_name_that_says_all_about_it_and_more a", "b a_task_with_a_very_long_name_that_says_all_about_it_and_more"},
	} {
		m := &model{}
		m.apply(cloacina.Change{Run: "42", Workflow: name, State: cloacina.Running, At: epoch})
		for _, edge := range edges {
			id, on, _ := strings.Cut(edge, " ")
			c := cloacina.Change{Run: "42", Workflow: name, Task: id, State: cloacina.Waiting}
			if on != "" {
				c.DependsOn = strings.Split(on, ",")
			}
			m.apply(c)
		}
		got.Reset()
		for _, columns := range []int{60, 24} {
			fmt.Fprintf(&got, "=== %d columns\n%s", columns, text(m.frame(epoch, columns, 24)))
		}
		recorded(t, "shape_"+strings.ReplaceAll(name, " ", "_")+".txt", got.String())
	}
}

// Whatever the run and the window, a frame fits, comprises every task once, and is
// what the terminal then shows.
func TestFramesFit(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		m := &model{}
		m.apply(cloacina.Change{Run: "42", Workflow: rapid.String().Draw(rt, "workflow"), State: cloacina.Running, At: epoch})
		n := rapid.IntRange(0, 30).Draw(rt, "tasks")
		for i := range n {
			c := cloacina.Change{Run: "42", Task: fmt.Sprint("t", i), At: epoch, RetryAt: epoch.Add(time.Minute)}
			c.State = rapid.SampledFrom(states).Draw(rt, "state")
			c.Err, c.Reason = rapid.String().Draw(rt, "error"), rapid.String().Draw(rt, "reason")
			if i > 0 {
				c.DependsOn = []string{fmt.Sprint("t", rapid.IntRange(0, i-1).Draw(rt, "on"))}
			}
			m.apply(c)
		}
		columns, rows := rapid.IntRange(2, 60).Draw(rt, "columns"), rapid.IntRange(1, 40).Draw(rt, "rows")
		frame := m.frame(epoch.Add(time.Second), columns, rows)
		if len(frame) > max(1, rows-1) {
			rt.Fatalf("%d lines in a window of %d", len(frame), rows)
		}
		for _, r := range frame {
			if r.width() >= columns && columns > 1 {
				rt.Fatalf("a line of %d in a window of %d", r.width(), columns)
			}
		}
		if room := rows - 2; n > room && room > 0 {
			shown, rest := m.pick(room - 1)
			if len(shown)+len(rest) != n || len(shown) != room-1 {
				rt.Fatalf("%d shown, %d counted, of %d", len(shown), len(rest), n)
			}
		} else if branches := m.tree(); len(branches) != n {
			rt.Fatalf("the tree has %d tasks of %d", len(branches), n)
		}
		v := newVT(t, columns, rows+1)
		s := v.asScreen()
		for range 2 {
			if err := s.draw(frame); err != nil {
				rt.Fatal(err)
			}
		}
		if want := strings.TrimRight(text(frame), "\n") + "\n"; v.String() != want || len(v.gone) > 0 {
			rt.Fatalf("shows\n%s\nwant\n%s", v, want)
		}
	})
}

// Half of the room of failed tasks is left to what goes on.
func TestPickLeavesRoom(t *testing.T) {
	t.Parallel()
	m := &model{}
	for i := range 40 {
		c := cloacina.Change{Task: fmt.Sprint("t", i), State: cloacina.Failed}
		if i >= 30 {
			c.State = cloacina.Running
		}
		m.apply(c)
	}
	shown, _ := m.pick(10)
	counts := map[cloacina.State]int{}
	for _, b := range shown {
		counts[b.State]++
	}
	if counts[cloacina.Failed] != 5 || counts[cloacina.Running] != 5 {
		t.Errorf("shown are %v", counts)
	}
}

func TestEveryStateHasALook(t *testing.T) {
	t.Parallel()
	for _, s := range states {
		if looks[s].mark == "" || ranks[s] == 0 || terminal.Width(looks[s].mark) != 1 {
			t.Errorf("%s is shown as %+v, rank %d", s, looks[s], ranks[s])
		}
	}
	for _, s := range []cloacina.State{cloacina.Paused, cloacina.Blocked} {
		if looks[s].mark == "" {
			t.Errorf("a run that is %s has no look", s)
		}
	}
}

// A frame that is shorter than the one before leaves nothing of it behind.
func TestShorterFrame(t *testing.T) {
	t.Parallel()
	v := newVT(t, 40, 10)
	s := v.asScreen()
	for _, n := range []int{5, 2, 3} {
		var frame []row
		for i := range n {
			frame = append(frame, row{{fmt.Sprintf("line %d of %d", i+1, n), terminal.Plain}})
		}
		if err := s.draw(frame); err != nil {
			t.Fatal(err)
		}
		if v.String() != text(frame) {
			t.Errorf("shows\n%s\nwant\n%s", v, text(frame))
		}
	}
}

// A terminal on which the marks are wider than they count for cuts lines off, and
// is still drawn to in place.
func TestWideMarks(t *testing.T) {
	t.Parallel()
	v := newVT(t, 40, 24)
	v.eastAsian = true
	s := v.asScreen()
	for i := range 3 {
		if err := s.draw(large().frame(epoch.Add(time.Duration(140+i)*time.Second), 40, 24)); err != nil {
			t.Fatal(err)
		}
	}
	if n := strings.Count(v.String(), "● large"); n != 1 || len(v.gone) > 0 || !strings.HasPrefix(v.String(), "● large") {
		t.Errorf("%d frames are shown:\n%s", n, v)
	}
}

// What was cut off is marked once, also if a column is left behind a wide character.
func TestCutRow(t *testing.T) {
	t.Parallel()
	for columns, want := range map[int]string{1: "…", 4: "世…", 5: "世界…", 6: "世界 …", 8: "世界 ok"} {
		line := row{{"世界", terminal.Bold}, {" ok", terminal.Plain}}
		if columns == 4 {
			line[0].text = "世界人"
		}
		if got := strings.TrimSuffix(text([]row{line.cut(columns)}), "\n"); got != want {
			t.Errorf("cut to %d columns: %q, want %q", columns, got, want)
		}
	}
}
