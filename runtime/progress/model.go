package progress

import (
	"slices"
	"strings"
	"time"

	cloacina "github.com/cloacina-go/cloacina/runtime"
)

// model is what is known of a run.
type model struct {
	id       string
	workflow string
	run      cloacina.Change // the last one of the run itself
	started  time.Time       // zero if that is not known
	tasks    []*node         // in the order of the workflow
	byID     map[string]*node
	before   map[string]*node // what was known before the list began anew
	changes  int
}

// node is a task.
type node struct {
	cloacina.Change
	dependsOn []string
	began     time.Time // of the attempt that runs, or ran last; zero if not known
	beganAs   int       // its number
	seq       int       // of its last change
}

// apply takes a change in and reports whether it says something new. A task that
// is not known belongs to the list that the run's change has begun.
func (m *model) apply(c cloacina.Change) bool {
	m.changes++
	m.id, m.workflow = c.Run, c.Workflow
	if c.Task == "" {
		news := m.run.State != c.State || m.run.Reason != c.Reason
		if m.run = c; c.State == cloacina.Running || c.State == cloacina.Blocked && len(m.tasks) == 0 {
			m.before, m.tasks, m.byID = m.byID, nil, map[string]*node{}
		}
		if c.State == cloacina.Running {
			m.started = c.At
		}
		return news
	}
	n, news := m.byID[c.Task], true
	if n == nil {
		n = &node{dependsOn: c.DependsOn}
		if old := m.before[c.Task]; old != nil {
			n.began, n.beganAs = old.began, old.beganAs
			news = old.State != c.State || old.Attempt != c.Attempt
		}
		if m.byID == nil {
			m.byID = map[string]*node{}
		}
		m.byID[c.Task] = n
		m.tasks = append(m.tasks, n)
	}
	n.Change, n.seq = c, m.changes
	if c.State == cloacina.Running {
		n.began, n.beganAs = c.At, c.Attempt
	}
	return news
}

// took returns how long the last attempt took, if that is known.
func (n *node) took() (time.Duration, bool) {
	return n.At.Sub(n.began), n.beganAs == n.Attempt && !n.began.IsZero() && !n.At.IsZero()
}

// count counts tasks by state.
func count(tasks []*node) map[cloacina.State]int {
	counts := map[cloacina.State]int{}
	for _, n := range tasks {
		counts[n.State]++
	}
	return counts
}

// ended counts the tasks that have ended.
func (m *model) ended() int {
	n := 0
	for _, t := range m.tasks {
		if t.State.Ended() {
			n++
		}
	}
	return n
}

// branch is a task with its place in the tree.
type branch struct {
	*node
	guide string // what stands before it
}

// mostLevels bounds how far the tree is indented; what is deeper stands there too.
const mostLevels = 12

// tree returns the tasks in the order of the tree.
func (m *model) tree() []branch {
	index, depth := map[string]int{}, make([]int, len(m.tasks))
	children := make([][]int, len(m.tasks))
	var roots []int
	for i, n := range m.tasks {
		index[n.Task] = i
		parent := -1
		for _, id := range n.dependsOn {
			if d, ok := index[id]; ok && (parent < 0 || depth[d] > depth[parent]) {
				parent = d
			}
		}
		if parent < 0 {
			roots = append(roots, i)
			continue
		}
		depth[i] = depth[parent] + 1
		children[parent] = append(children[parent], i)
	}
	type place struct {
		task          int
		guide, beyond string
	}
	var branches []branch
	var stack []place
	for _, i := range slices.Backward(roots) {
		stack = append(stack, place{task: i})
	}
	for len(stack) > 0 {
		p := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		branches = append(branches, branch{m.tasks[p.task], p.guide})
		below := children[p.task]
		for k, child := range slices.Backward(below) {
			next := place{child, p.beyond + "├─ ", p.beyond + "│  "}
			if k == len(below)-1 {
				next = place{child, p.beyond + "└─ ", p.beyond + "   "}
			}
			if depth[child] >= mostLevels {
				next.beyond = p.beyond
			}
			stack = append(stack, next)
		}
	}
	return branches
}

// firstLine is the first line of an error or a reason: behind that of a panic is
// its stack.
func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return strings.TrimSpace(line)
}
