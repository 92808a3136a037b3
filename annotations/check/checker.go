package check

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"github.com/cloacina-go/cloacina/annotations"
	"github.com/cloacina-go/cloacina/annotations/check/internal/body"
	"github.com/cloacina-go/cloacina/internal/outcome"
	"github.com/cloacina-go/cloacina/internal/plan"
)

// checker carries one call of [Check].
type checker struct {
	src      *Source
	findings []annotations.Finding
	// qualify prints types as they are written in the package.
	qualify types.Qualifier
	// workflows are the package's own, in the order of their declaration.
	workflows []*workflow
	// foreign are the workflows of the files that this check does not speak
	// about, which still have names.
	foreign []*annotations.Workflow
	// tasks are the package's own task annotations, in declaration order.
	tasks []*annotations.Task
	// damaged are the places of the parser's errors, sorted.
	damaged []damage
	// lost says that a directive took no effect, or stands in a file that is
	// left out.
	lost bool
	// broken says that an error belongs to no workflow, and so to all.
	broken bool
	// claimed are the names that imports and generated code have; nil before it
	// is asked for.
	claimed map[string]claim
	// structs are the struct types read so far.
	structs map[structUse]*structResult
	// domains are the JSON values of the types asked for so far.
	domains domains
	// followed are the functions that bodies of dynamic tasks call; nil before it
	// is asked for.
	followed *body.Package
	// fields are the struct fields of the files by the position of their name.
	fields map[token.Pos]*ast.Field
}

// workflow is a workflow while it is being checked.
type workflow struct {
	decl *annotations.Workflow
	// recv is the type it stands on; nil for the package.
	recv *types.Named
	name string
	// tasks are in declaration order.
	tasks []*task
	// byID finds a task; of several with one id the first.
	byID map[string]*task
	// input is the declared input; nil without.
	input *Struct
	// order are the tasks in the order of the plan, and ancestry says which
	// comes before which; nil if there is a cycle.
	order    []*task
	ancestry *ancestry
	// broken says that an error was found in it.
	broken bool
	// garbled says that the id of a task could not be read.
	garbled bool
	// meant are the tasks that unknown names were taken for, by name.
	meant map[string]*task
	// named is how often each name stands where a task is named; nil before it is
	// asked for.
	named map[string]int
	// writers are the tasks that write a key, in the order of the plan.
	writers map[string][]*task
	// damaged says that the parser had to refuse a part of it; it holds once
	// searched is set.
	damaged, searched bool
	// unresolved says that a list of dependencies or a rule names no task.
	unresolved bool
	// unlisted are the tasks of which a dependency is unknown, and vague those
	// whose ancestors are not all known.
	unlisted, vague map[*task]bool
	// cyclic says that its dependencies have a cycle.
	cyclic bool
	// plan is made by [workflow.planned], and runs, the model of its runs, by
	// [workflow.model]; nil before.
	plan *plan.Plan
	runs *outcome.Model
	// dying are the tasks that never run because another one never completes, by
	// that one.
	dying map[*task][]*task
	// starving are those that then run but never complete, by the same one.
	starving map[*task][]starved
	// inert are tasks of which it is said already that they never run, or that the
	// keys they require are never there together.
	inert map[*task]bool
	// overlapping are pairs of branches of which it is said already that both run.
	overlapping map[pair]bool
	// constant are conditions of which it is said already that they are the same in
	// every run.
	constant map[annotations.Rule]bool
	// domains are those of the checker.
	domains *domains
}

func newWorkflow(decl *annotations.Workflow, d *domains) *workflow {
	return &workflow{
		decl: decl, domains: d,
		byID: make(map[string]*task), meant: make(map[string]*task), unlisted: make(map[*task]bool),
	}
}

// task is a task while it is being checked.
type task struct {
	decl *annotations.Task
	flow *workflow
	fn   *types.Func
	id   string
	// number is the place in declaration order.
	number int
	// deps are the dependencies that exist, in declared order, each once.
	deps []*task
	// star says that they were written as *.
	star bool
	// code is the Go side; nil if the signature is of no use.
	code *Task
	// policy has the defaults of the workflow filled in.
	policy annotations.Policy
	// ruleInherited says that the rule is the workflow's default.
	ruleInherited bool
	// rule, reads and writes are the keys and the rule as the plan has them.
	rule   plan.Rule
	reads  []plan.Read
	writes []plan.Write
	// index is the place in the plan.
	index int
}

// report adds a finding. An error makes the workflow unfit for generation, and
// without a workflow those of the whole package.
func (c *checker) report(w *workflow, f annotations.Finding) {
	c.findings = append(c.findings, f)
	if f.Code.Severity() != annotations.SeverityError {
		return
	}
	if w == nil {
		c.broken = true
		return
	}
	w.broken = true
}

// uncompiled marks a workflow that rests on what does not compile, and without a
// workflow all of them. That is all: the compiler's error says why.
func (c *checker) uncompiled(w *workflow) {
	if w == nil {
		c.broken = true
		return
	}
	w.broken = true
}

// found is a finding with a formatted message.
func found(code annotations.Code, at annotations.Span, format string, args ...any) annotations.Finding {
	return annotations.Finding{Code: code, Span: at, Message: fmt.Sprintf(format, args...)}
}

// related is a second place with a formatted message.
func related(at annotations.Span, format string, args ...any) annotations.Related {
	return annotations.Related{Span: at, Message: fmt.Sprintf(format, args...)}
}

// replace is a fix with one edit.
func replace(at annotations.Span, text, format string, args ...any) annotations.Fix {
	return annotations.Fix{
		Message: fmt.Sprintf(format, args...),
		Edits:   []annotations.Edit{{Span: at, New: text}},
	}
}

// sorted returns the findings by position, each once.
func (c *checker) sorted() []annotations.Finding {
	slices.SortStableFunc(c.findings, func(a, b annotations.Finding) int {
		return cmp.Or(
			compareSpans(a.Span, b.Span),
			strings.Compare(string(a.Code), string(b.Code)),
			strings.Compare(a.Message, b.Message),
		)
	})
	return slices.CompactFunc(c.findings, func(a, b annotations.Finding) bool {
		return a.Span == b.Span && a.Code == b.Code && a.Message == b.Message && reflect.DeepEqual(a.Related, b.Related)
	})
}

func compareSpans(a, b annotations.Span) int {
	return cmp.Or(
		strings.Compare(a.File, b.File),
		cmp.Compare(a.Start.Offset, b.Start.Offset),
		cmp.Compare(a.End.Offset, b.End.Offset),
	)
}

// span is the place of the source between two positions.
func (c *checker) span(from, to token.Pos) annotations.Span {
	start, end := c.position(from), c.position(to)
	return annotations.Span{File: c.src.Fset.PositionFor(from, false).Filename, Start: start, End: end}
}

func (c *checker) position(p token.Pos) annotations.Pos {
	at := c.src.Fset.PositionFor(p, false)
	return annotations.Pos{Offset: at.Offset, Line: at.Line, Column: at.Column}
}

// node is the place of a node of the syntax tree.
func (c *checker) node(n ast.Node) annotations.Span { return c.span(n.Pos(), n.End()) }

// object is the place of an object's name, and whether it is in one of the files.
func (c *checker) object(o types.Object) (annotations.Span, bool) {
	s := c.span(o.Pos(), o.Pos()+token.Pos(len(o.Name())))
	_, ours := c.src.Bytes[s.File]
	return s, ours && o.Pos().IsValid()
}

// typeName prints a type as it is written in the package.
func (c *checker) typeName(t types.Type) string { return types.TypeString(t, c.qualify) }

// isTest reports whether a file is a _test.go file.
func isTest(name string) bool { return strings.HasSuffix(filepath.Base(name), "_test.go") }

// isGenerated reports whether a file is one that the generator writes.
func isGenerated(name string) bool {
	base := filepath.Base(name)
	return base == "cloacina_gen.go" || base == "cloacina_gen_test.go"
}
