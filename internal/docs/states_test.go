package docs

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cloacina-go/cloacina/internal/engine"
)

var (
	diagram = regexp.MustCompile("(?s)\n### (\\w+) states\n.*?```mermaid\nstateDiagram-v2\n(.*?)```\n")
	arrow   = regexp.MustCompile(`^    (\S+) --> (\S+?)(?:: \S.*)?$`)
)

// end is the beginning and the end of everything in a diagram.
const end = "[*]"

// The diagrams of states have exactly the changes that the engine allows, as far
// as there is a way to them: no state may be shown that nothing ever enters.
func TestStateDiagrams(t *testing.T) {
	t.Parallel()
	drawn := make(map[string][]string)
	for _, m := range diagram.FindAllStringSubmatch(read(t, "docs/concepts.md"), -1) {
		drawn[m[1]] = arrows(t, m[2])
	}
	want := map[string][]string{
		"Run":  transitions(engine.RunRunning, engine.RunTransitions),
		"Task": transitions(engine.TaskWaiting, engine.TaskTransitions),
	}
	if diff := cmp.Diff(want, drawn); diff != "" {
		t.Errorf("docs/concepts.md (-code +diagram):\n%s", diff)
	}
}

// arrows are the arrows of a diagram, sorted.
func arrows(t *testing.T, text string) []string {
	t.Helper()
	var found []string
	for line := range strings.Lines(text) {
		m := arrow.FindStringSubmatch(strings.TrimSuffix(line, "\n"))
		if m == nil {
			t.Errorf("%q is no arrow", line)
			continue
		}
		found = append(found, m[1]+" -> "+m[2])
	}
	slices.Sort(found)
	return found
}

// state is a state of a run or of a task.
type state interface {
	comparable
	fmt.Stringer
	Ended() bool
}

// transitions are the changes that can follow from a first state, as arrows.
func transitions[S state](first S, next func(S) []S) []string {
	found := []string{end + " -> " + first.String()}
	seen := map[S]bool{first: true}
	for queue := []S{first}; len(queue) > 0; queue = queue[1:] {
		from := queue[0]
		if from.Ended() {
			found = append(found, from.String()+" -> "+end)
		}
		for _, to := range next(from) {
			found = append(found, from.String()+" -> "+to.String())
			if !seen[to] {
				seen[to] = true
				queue = append(queue, to)
			}
		}
	}
	slices.Sort(found)
	return found
}
