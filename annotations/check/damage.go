package check

import (
	"cmp"
	"slices"
	"sort"
	"strings"

	"github.com/cloacina-go/cloacina/annotations"
)

// damage is an error of the parser. What follows from it is not said: one cause is
// one finding, and its repair is the only one that helps.
type damage struct {
	at   annotations.Span
	code annotations.Code
	// meant is the key that an unknown one was probably meant to be.
	meant string
}

func newDamage(f annotations.Finding) damage {
	d := damage{at: f.Span, code: f.Code}
	if f.Code == annotations.CodeUnknownKey && len(f.Fixes) > 0 {
		d.meant = f.Fixes[0].Edits[0].New
	}
	return d
}

// leaves reports whether the error leaves no doubt about what a key says.
func (d damage) leaves(key string) bool {
	return sparesArguments[d.code] || d.meant != "" && d.meant != key || key == "id" && sparesID[d.code]
}

// lostDirective are the codes of comments that have no effect, so that one which
// counts on them would be blamed for it. Where the parser has still seen what the
// comment was meant to annotate, nothing is lost.
var lostDirective = map[annotations.Code]bool{
	annotations.CodeUnknownDirective:  true,
	annotations.CodeNearMiss:          true,
	annotations.CodeDetached:          true,
	annotations.CodeMisplaced:         true,
	annotations.CodeWorkflowNotStruct: true,
}

// sparesArguments are the codes of errors within one value, or beside all of them:
// they leave no doubt about the other arguments of the annotation.
var sparesArguments = map[annotations.Code]bool{
	annotations.CodeUnknownDirective:      true,
	annotations.CodeNearMiss:              true,
	annotations.CodeDetached:              true,
	annotations.CodeInfixWithoutParens:    true,
	annotations.CodeBadValue:              true,
	annotations.CodeOutOfRange:            true,
	annotations.CodeBadID:                 true,
	annotations.CodeUnknownBackoff:        true,
	annotations.CodeUnknownRetryCondition: true,
	annotations.CodeConflictingKeys:       true,
	annotations.CodeMaxDelayBelowDelay:    true,
	annotations.CodeDuplicateDependency:   true,
	annotations.CodeRuleSyntax:            true,
	annotations.CodeUnknownFunction:       true,
	annotations.CodeUnknownOperator:       true,
	annotations.CodeRuleArity:             true,
	annotations.CodeBadLiteral:            true,
	annotations.CodeBadKey:                true,
	annotations.CodeBadTaskName:           true,
	annotations.CodeNotARule:              true,
	annotations.CodeEmptyRule:             true,
	annotations.CodeRuleNeedsNoQuote:      true,
}

// sparesID are the codes of errors that leave no doubt about the id of a task.
var sparesID = map[annotations.Code]bool{
	annotations.CodeListWithoutBrackets: true,
	annotations.CodeBadList:             true,
}

// note keeps the errors that the parser has found in a file.
func (c *checker) note(source *annotations.Source, findings []annotations.Finding) {
	for _, f := range findings {
		c.nameConstant(&f)
		c.findings = append(c.findings, f)
		if f.Code.Severity() != annotations.SeverityError {
			continue
		}
		c.damaged, c.broken = append(c.damaged, newDamage(f)), true
		c.lost = c.lost || lostDirective[f.Code] && !annotates(source, f.Span)
	}
}

// annotates reports whether a place belongs to an annotation that was read.
func annotates(source *annotations.Source, at annotations.Span) bool {
	return slices.ContainsFunc(source.Tasks, func(t *annotations.Task) bool { return holds(t.Span, at) }) ||
		slices.ContainsFunc(source.Workflows, func(w *annotations.Workflow) bool { return holds(w.Span, at) })
}

func holds(in, at annotations.Span) bool {
	return in.Start.Offset <= at.Start.Offset && at.Start.Offset < in.End.Offset
}

// damagedIn reports whether the parser had to refuse a part of the workflow.
func (c *checker) damagedIn(w *workflow) bool {
	if !w.searched {
		w.searched = true
		w.damaged = c.lost || len(c.damageAt(w.decl.Span)) > 0 ||
			slices.ContainsFunc(w.tasks, func(t *task) bool { return len(c.damageAt(t.decl.Span)) > 0 })
	}
	return w.damaged
}

// damageAt lists what the parser has refused within a stretch.
func (c *checker) damageAt(in annotations.Span) []damage {
	i := sort.Search(len(c.damaged), func(i int) bool {
		s := c.damaged[i].at
		return cmp.Or(strings.Compare(s.File, in.File), cmp.Compare(s.Start.Offset, in.Start.Offset)) >= 0
	})
	end := i
	for end < len(c.damaged) && c.damaged[end].at.File == in.File && c.damaged[end].at.Start.Offset <= in.End.Offset {
		end++
	}
	return c.damaged[i:end]
}

// namesKnown reports whether the ids of all tasks of the workflow are known. What
// is no task may otherwise be one whose annotation could not be read.
func (c *checker) namesKnown(w *workflow) bool {
	return !c.lost && !w.garbled && !slices.ContainsFunc(w.tasks, func(t *task) bool {
		return !t.decl.ID.Set && slices.ContainsFunc(c.damageAt(t.decl.Span), func(d damage) bool {
			return !d.leaves("id")
		})
	})
}

// findVague marks the tasks whose own dependencies are not all known, and those
// before which there is one of them: something that is not listed may still come
// before these.
func (c *checker) findVague(w *workflow) {
	w.vague = make(map[*task]bool)
	var todo []*task
	for _, t := range w.tasks {
		unknown := slices.ContainsFunc(c.damageAt(t.decl.Span), func(d damage) bool {
			return !d.leaves("dependencies")
		})
		if unknown || c.lost || w.unlisted[t] {
			w.vague[t] = true
			todo = append(todo, t)
		}
	}
	dependants := dependantsOf(w.tasks)
	for len(todo) > 0 {
		t := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		for _, d := range dependants[t.number] {
			if !w.vague[d] {
				w.vague[d] = true
				todo = append(todo, d)
			}
		}
	}
}
