package body

import (
	"flag"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// analysed is what is found in a program.
func (p *miniProgram) analysed(tb testing.TB) *Body {
	tb.Helper()
	pkg, tasks := load(tb, p.source())
	return pkg.Follow(tasks[0])
}

func writeOf(b *Body, key string) (w Write) {
	for _, w := range b.Writes {
		if w.Key == key {
			return w
		}
	}
	return w
}

func readOf(b *Body, key string) (r Read) {
	for _, r := range b.Reads {
		if r.Key == key {
			return r
		}
	}
	return r
}

// bodyRounds is how many times a hundred programs are made.
var bodyRounds = flag.Int("bodies", 5, "hundreds of random bodies to hold against their execution")

// TestBodiesAgainstExecution holds what is found in a body against all that its
// function can do.
func TestBodiesAgainstExecution(t *testing.T) {
	t.Parallel()
	seen := map[string]int{}
	for range *bodyRounds {
		rapid.Check(t, func(rt *rapid.T) { checkMini(t, rt, seen) })
	}
	t.Logf("%v", seen)
	for _, what := range []string{"definite", "possible", "deletes", "fills", "required", "optional", "exact"} {
		if seen[what] < *bodyRounds {
			t.Errorf("%s: seen %d times only", what, seen[what])
		}
	}
}

func checkMini(t *testing.T, rt *rapid.T, seen map[string]int) {
	d := &miniDraw{t: rt, exact: rapid.Bool().Draw(rt, "exact")}
	p := d.program()
	facts, ok := p.facts()
	if !ok {
		return
	}
	body := p.analysed(t)
	if len(body.Open) > 0 {
		rt.Fatalf("open: %v\n%s", body.Open, p.source())
	}
	for _, key := range miniKeys {
		for _, wrong := range p.disagree(facts, body, key, d.exact, seen) {
			rt.Errorf("key %q: %s\n%s", key, wrong, p.source())
		}
	}
}

// disagree says in what the checker and the execution differ about a key.
func (p *miniProgram) disagree(facts *miniFacts, body *Body, key string, exact bool, seen map[string]int) []string {
	var wrong []string
	w, r, ends := writeOf(body, key), readOf(body, key), facts.ends[key]
	say := func(bad bool, format string, args ...any) {
		if bad {
			wrong = append(wrong, fmt.Sprintf(format, args...))
		}
	}
	count := func(is bool, what string) {
		if is {
			seen[what]++
		}
	}
	say((ends["stored"] || ends["deleted"]) && w.Key == "", "it is written, %v", ends)
	say(w.Definite && (ends[""] || ends["deleted"]), "definite, but it ends as %v", ends)
	say(ends["deleted"] && !w.Deletes, "it is deleted")
	say(w.Fills && (facts.lost[key] || ends["deleted"]), "fills, but it ends as %v", ends)
	say(w.Fills && (w.Definite || w.Deletes), "fills, and %+v", w)
	say(r.Required && facts.succeeds && !facts.found[key], "required, but a run succeeds without")
	say(facts.read[key] && r.Key == "", "it is read")
	count(w.Definite, "definite")
	count(w.Deletes, "deletes")
	count(w.Fills, "fills")
	count(w.Key != "" && !w.Fills && !w.Definite && !w.Deletes && facts.succeeds && !facts.lost[key], "may fill")
	count(w.Key != "" && !w.Definite, "possible")
	count(r.Required, "required")
	count(r.Key != "" && !r.Required, "optional")
	if !exact || !facts.succeeds {
		return wrong
	}
	count(true, "exact")
	say(!w.Definite && len(ends) == 1 && ends["stored"], "it is always written")
	say(w.Deletes && !ends["deleted"], "it is never deleted")
	say(!w.Fills && ends[""] && ends["stored"] && !ends["deleted"] && !facts.lost[key], "it is always there at the end, %v", ends)
	say(w.Key != "" && !ends["stored"] && !ends["deleted"], "it is never written")
	say(!r.Required && facts.found[key] && facts.read[key] && strings.Contains(p.source(), `Get[int](c, "`+key),
		"it is always there, ends %v", ends)
	return wrong
}
