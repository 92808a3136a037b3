package main

import (
	"fmt"
	"strings"

	"github.com/cloacina-go/cloacina/annotations"
	"github.com/cloacina-go/cloacina/annotations/check"
)

// maxReasons is how many obstacles or differences a message lists.
const maxReasons = 5

// findings returns what is to be said about the open runs, a finding for each
// group whose fate is worth one.
func (f *forecast) findings() []annotations.Finding {
	var found []annotations.Finding
	for _, g := range f.groups {
		if finding, ok := f.finding(g); ok {
			found = append(found, finding)
		}
	}
	return found
}

func (f *forecast) finding(g *group) (annotations.Finding, bool) {
	var code annotations.Code
	var message string
	switch g.fate {
	case blocked:
		code, message = annotations.CodeRunsBlocked, g.wouldBeBlocked()
	case changed:
		code, message = annotations.CodeRunsChanged, g.subject("open", "goes on", "go on")+g.underChangedPlan()
	case staysBlocked:
		code, message = annotations.CodeRunsStayBlocked, g.stayBlocked()
	case freed:
		code = annotations.CodeRunsGoOn
		message = g.subject("blocked", "would go on", "would go on") + g.underChangedPlan()
	case damaged:
		code = annotations.CodeRunsDamaged
		message = fmt.Sprintf("%s: %s; cloacina.Verify tells what is wrong with the file",
			g.subject("open", "is damaged", "are damaged"), clipped(g.reason))
	case homeless:
		if f.partial {
			return annotations.Finding{}, false
		}
		code, message = annotations.CodeRunsHomeless, g.wouldWait()
	case ambiguous:
		return f.ambiguous(g), true
	default:
		return annotations.Finding{}, false
	}
	return annotations.Finding{Code: code, Span: f.place(g), Message: message}, true
}

// subject returns who a message is about and what becomes of them, such as
// `2 open runs of workflow "orders" (a, b) are damaged`.
func (g *group) subject(which, one, several string) string {
	noun, verb := " run", one
	if g.count > 1 {
		noun, verb = " runs", several
	}
	ids := strings.Join(g.ids, ", ")
	if more := g.count - len(g.ids); more > 0 {
		ids += fmt.Sprintf(" and %d more", more)
	}
	return fmt.Sprintf("%d %s%s of workflow %q (%s) %s", g.count, which, noun, g.workflow, ids, verb)
}

// it returns the pronoun for the runs.
func (g *group) it() string {
	if g.count > 1 {
		return "them"
	}
	return "it"
}

func (g *group) wouldBeBlocked() string {
	it := g.it()
	ways := fmt.Sprintf("let the program that started %s finish %s first", it, it)
	if !g.unacceptable {
		ways += ", accept the plan after the deploy with r.Unblock(ctx, id, cloacina.UnblockAccept)"
	}
	return fmt.Sprintf("%s: %s; %s, or end %s with r.Cancel(ctx, id)",
		g.subject("open", "would be blocked", "would be blocked"), listed(g.obstacles)+g.orOthers(), ways, it)
}

func (g *group) stayBlocked() string {
	subject := g.subject("blocked", "stays blocked", "stay blocked")
	if len(g.obstacles) == 0 {
		// The reason that is stored names the ways out.
		return fmt.Sprintf("%s, whatever the plan: %s", subject, clipped(g.reason))
	}
	ways := "go back to a plan that fits"
	if !g.unacceptable {
		ways = "accept the plan after the deploy with r.Unblock(ctx, id, cloacina.UnblockAccept)"
	}
	return fmt.Sprintf("%s: %s; %s, or end %s with r.Cancel(ctx, id)",
		subject, listed(g.obstacles)+g.orOthers(), ways, g.it())
}

func (g *group) wouldWait() string {
	end := "it has ended, or end it"
	if g.count > 1 {
		end = "they have ended, or end them"
	}
	return fmt.Sprintf("%s, because no checked package declares the workflow; keep it until %s with r.Cancel(ctx, id)",
		g.subject("open", "would wait", "would wait"), end)
}

// ambiguous points at both declarations of a workflow.
func (f *forecast) ambiguous(g *group) annotations.Finding {
	w := f.workflows[g.workflow]
	return annotations.Finding{
		Code: annotations.CodeRunsAmbiguous, Span: w.twin.Span,
		Message: fmt.Sprintf("workflow %q is declared twice with different plans, so that it is open which one "+
			"its %s would meet; name only the packages of the program that %s belongs to",
			g.workflow, counted(g.count, "open run"), f.file),
		Related: []annotations.Related{{Span: w.Span, Message: "the other one is declared here"}},
	}
}

// underChangedPlan says what is different for the runs, if anything is.
func (g *group) underChangedPlan() string {
	if len(g.differences) == 0 {
		return ""
	}
	return " under the changed plan: " + listed(g.differences) + g.orOthers()
}

// orOthers ends a list that does not hold for all of the runs.
func (g *group) orOthers() string {
	if g.mixed {
		return "; and others for some of them"
	}
	return ""
}

// listed returns the first of some phrases, and how many more there are. Phrases
// may hold commas.
func listed[T fmt.Stringer](phrases []T) string {
	var texts []string
	for _, p := range phrases[:min(maxReasons, len(phrases))] {
		texts = append(texts, p.String())
	}
	if more := len(phrases) - maxReasons; more > 0 {
		texts = append(texts, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(texts, "; ")
}

// clipped shortens the reason of a run, which may hold any text.
func clipped(reason string) string {
	const most = 1000
	if len(reason) <= most {
		return reason
	}
	return strings.ToValidUTF8(reason[:most], "") + "..."
}

// place returns the annotation of the task that a group is about, else the name
// of its workflow, else the file.
func (f *forecast) place(g *group) annotations.Span {
	w := f.workflows[g.workflow]
	if w == nil || g.fate == damaged {
		return annotations.Span{File: f.file}
	}
	for _, id := range g.tasks() {
		if span, ok := annotationOf(w.Workflow, id); ok {
			return span
		}
	}
	return w.Span
}

// tasks returns the tasks that a group is about: those of the first obstacle, or
// the one that all differences are in.
func (g *group) tasks() []string {
	if len(g.obstacles) > 0 {
		return []string{g.obstacles[0].Task, g.obstacles[0].Other}
	}
	if len(g.differences) == 0 {
		return nil
	}
	first := g.differences[0].Task
	for _, d := range g.differences {
		if d.Task != first {
			return nil
		}
	}
	return []string{first}
}

func annotationOf(w *check.Workflow, id string) (annotations.Span, bool) {
	for i := range w.Plan.Tasks {
		if w.Plan.Tasks[i].ID == id {
			return w.Tasks[i].Decl, true
		}
	}
	return annotations.Span{}, false
}
