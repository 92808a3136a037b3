package plan

import (
	"strconv"
	"strings"
	"time"
)

// Difference is one thing in which two plans of a workflow differ.
type Difference struct {
	// Kind says whether it changed, is new or is gone.
	Kind DifferenceKind
	// Task is the id of the task it belongs to; empty for the workflow as a whole.
	Task string
	// What is the part of the task or the workflow, by its name in the
	// annotation language where it has one, such as "retry_attempts"; empty for
	// a whole task.
	What string
	// Old and New are the part in words, for a Changed one.
	Old, New string
}

// DifferenceKind is the kind of a [Difference].
type DifferenceKind uint8

// The kinds of differences.
const (
	Changed DifferenceKind = iota
	Added
	Removed
)

// maxDifferenceText bounds each half of the text of a difference, in bytes.
const maxDifferenceText = 160

// String returns the difference as a phrase, such as `task fetch:
// retry_attempts 3, now 5` or `task report is gone`.
func (d Difference) String() string {
	subject := "workflow"
	if d.Task != "" {
		subject = "task " + d.Task
	}
	if d.What != "" {
		subject += ": " + d.What
	}
	switch d.Kind {
	case Added:
		return subject + " is new"
	case Removed:
		return subject + " is gone"
	default:
		return subject + " " + shortened(d.Old) + ", now " + shortened(d.New)
	}
}

func shortened(text string) string {
	if len(text) <= maxDifferenceText {
		return text
	}
	return strings.ToValidUTF8(text[:maxDifferenceText], "") + "..."
}

// Diff returns in what two plans of a workflow differ, as far as it decides how
// a run proceeds: nothing if and only if both have the same
// [Plan.ComputeFingerprint]. What is said of the workflow comes first, then
// what changed in the tasks of the old plan, then what is new.
func Diff(old, now *Plan) []Difference {
	d := &differ{old: old, now: now}
	d.workflow()
	d.tasks()
	if len(d.found) == 0 {
		d.compare("order of tasks", idsOf(old), idsOf(now))
	}
	return d.found
}

// differ collects differences.
type differ struct {
	old, now *Plan
	task     string
	found    []Difference
}

func (d *differ) add(kind DifferenceKind, what string) {
	d.found = append(d.found, Difference{Kind: kind, Task: d.task, What: what})
}

// change adds a part that is not what it was.
func (d *differ) change(what, old, now string) {
	d.found = append(d.found, Difference{Task: d.task, What: what, Old: old, New: now})
}

// compare adds a difference unless both texts are the same.
func (d *differ) compare(what, old, now string) {
	if old != now {
		d.change(what, old, now)
	}
}

func (d *differ) workflow() {
	d.compare("name", strconv.Quote(d.old.Name), strconv.Quote(d.now.Name))
	d.compare("timeout", bound(d.old.Timeout), bound(d.now.Timeout))
	d.compare("input", choose(d.old.InputDeclared, "declared", "any"), choose(d.now.InputDeclared, "declared", "any"))
	d.parts("input", inputParts(d.old.Input), inputParts(d.now.Input))
}

func (d *differ) tasks() {
	known, index := make(map[string]bool, len(d.old.Tasks)), make(map[string]int, len(d.now.Tasks))
	for i := range d.now.Tasks {
		index[d.now.Tasks[i].ID] = i
	}
	for i := range d.old.Tasks {
		d.task = d.old.Tasks[i].ID
		known[d.task] = true
		if j, ok := index[d.task]; ok {
			d.compareTasks(&d.old.Tasks[i], &d.now.Tasks[j])
		} else {
			d.add(Removed, "")
		}
	}
	for i := range d.now.Tasks {
		if d.task = d.now.Tasks[i].ID; !known[d.task] {
			d.add(Added, "")
		}
	}
	d.task = ""
}

func (d *differ) compareTasks(old, now *Task) {
	d.compare("dependencies", dependencies(d.old, old), dependencies(d.now, now))
	if d.old.canonicalRule(old) != d.now.canonicalRule(now) {
		d.change("rule", d.old.NodeText(old.Rule.Tree), d.now.NodeText(now.Rule.Tree))
	}
	d.retries(old.Retry, now.Retry)
	d.compare("timeout", bound(old.Timeout), bound(now.Timeout))
	d.compare("allow_failure", strconv.FormatBool(old.AllowFailure), strconv.FormatBool(now.AllowFailure))
	d.compare("keys", choose(old.Open, "open", "listed"), choose(now.Open, "open", "listed"))
	d.parts("read", readParts(old.Reads), readParts(now.Reads))
	d.parts("write", writeParts(old.Writes), writeParts(now.Writes))
	d.compare("history", historyOf(old), historyOf(now))
}

func (d *differ) retries(old, now Retry) {
	d.compare("retry_attempts", strconv.Itoa(old.Attempts), strconv.Itoa(now.Attempts))
	d.compare("retry_delay", old.Delay.String(), now.Delay.String())
	d.compare("retry_max_delay", old.MaxDelay.String(), now.MaxDelay.String())
	d.compare("retry_backoff", old.Backoff.String(), now.Backoff.String())
	d.compare("retry_jitter", strconv.FormatBool(old.Jitter), strconv.FormatBool(now.Jitter))
	d.compare("retry_condition", condition(old), condition(now))
}

// part is an element of a list whose elements have names: a key with the rest
// in words.
type part struct{ name, text string }

// parts compares two lists by the names of their elements; that they come in
// another order is a difference only if it is the only one.
func (d *differ) parts(noun string, old, now []part) {
	before, texts := len(d.found), make(map[string]string, len(now))
	for _, p := range now {
		texts[p.name] = p.text
	}
	for _, p := range old {
		text, ok := texts[p.name]
		delete(texts, p.name)
		if ok {
			d.compare(noun+" "+strconv.Quote(p.name), p.text, text)
		} else {
			d.add(Removed, noun+" "+strconv.Quote(p.name))
		}
	}
	for _, p := range now {
		if _, ok := texts[p.name]; ok {
			d.add(Added, noun+" "+strconv.Quote(p.name))
		}
	}
	if len(d.found) == before {
		d.compare("order of "+noun+"s", names(old), names(now))
	}
}

func inputParts(input []Input) []part {
	parts := make([]part, len(input))
	for i, in := range input {
		parts[i] = part{in.Name, shapeText(in.Shape, in.Optional)}
		if in.Default != "" {
			parts[i].text += " with default " + in.Default
		}
	}
	return parts
}

func readParts(reads []Read) []part {
	parts := make([]part, len(reads))
	for i, r := range reads {
		parts[i] = part{r.Key, shapeText(r.Shape, r.Optional) + choose(r.Accepted, ", which nothing gives it", "")}
	}
	return parts
}

func writeParts(writes []Write) []part {
	parts := make([]part, len(writes))
	for i, w := range writes {
		parts[i] = part{w.Key, writeText(w)}
	}
	return parts
}

func writeText(w Write) string {
	if w.OnlyDeletes() {
		return "deleted"
	}
	return shapeText(w.Shape, w.Optional) + choose(w.Deletes, ", or deleted", "") +
		choose(w.Fills, ", where it is missing", "")
}

func shapeText(shape string, optional bool) string {
	return choose(optional, "optional ", "required ") + choose(shape == "", "any", shape)
}

func names(parts []part) string {
	quoted := make([]string, len(parts))
	for i, p := range parts {
		quoted[i] = strconv.Quote(p.name)
	}
	return strings.Join(quoted, ", ")
}

func idsOf(p *Plan) string {
	ids := make([]string, len(p.Tasks))
	for i := range p.Tasks {
		ids[i] = p.Tasks[i].ID
	}
	return strings.Join(ids, ", ")
}

func dependencies(p *Plan, t *Task) string {
	ids := make([]string, len(t.DependsOn))
	for i, d := range t.DependsOn {
		ids[i] = p.Tasks[d].ID
	}
	return choose(len(ids) == 0, "none", strings.Join(ids, ", "))
}

// historyOf says what sets a task apart from the plan that its run went on under.
func historyOf(t *Task) string {
	switch {
	case t.Kept == nil:
		return "none"
	case t.Kept.Gone:
		return "ended before it was gone"
	case t.Kept.Listed == nil:
		return "decided by an earlier rule"
	default:
		return "its code depends on " + strings.Join(t.Kept.Listed, ", ")
	}
}

// condition is the condition with the texts that it looks for.
func condition(r Retry) string {
	if r.Condition != RetryMatching {
		return r.Condition.String()
	}
	quoted := make([]string, len(r.Matches))
	for i, m := range r.Matches {
		quoted[i] = strconv.Quote(m)
	}
	return strings.Join(quoted, ", ")
}

// bound is a timeout, of which zero means none.
func bound(d time.Duration) string { return choose(d == 0, "none", d.String()) }

func choose(b bool, yes, no string) string {
	if b {
		return yes
	}
	return no
}

// canonicalRule is the part of the canonical text that a rule is.
func (p *Plan) canonicalRule(t *Task) string {
	if t.Rule.Tree == nil {
		return ""
	}
	c := &canonical{plan: p}
	c.node(t.Rule.Tree)
	return string(c.text)
}
