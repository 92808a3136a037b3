package main

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/cloacina-go/cloacina/cmd/cloacina-gen/internal/load"
	"github.com/cloacina-go/cloacina/internal/plan"
	"github.com/cloacina-go/cloacina/internal/testmodule"
)

// ordersSource is the workflow that the edits start from.
const ordersSource = `// Package orders is edited.
//
//cloacina:workflow name=orders input=Order default_trigger_rules=all_success default_retry_attempts=0
package orders

import "context"

type Order struct {
	ID int ` + "`json:\"order\"`" + `
}

type Total struct {
	Total int ` + "`json:\"total\"`" + `
}

type Score struct {
	Score int ` + "`json:\"score\"`" + `
}

//cloacina:task id=fetch
func Fetch(ctx context.Context, in Order) (Total, error) { return Total{}, nil }

//cloacina:task id=score dependencies=fetch
func Rate(ctx context.Context, in Total) (Score, error) { return Score{}, nil }

//cloacina:task id=charge dependencies=score
func Charge(ctx context.Context, in Total) error { return nil }

//cloacina:task id=ship dependencies=charge
func Ship(ctx context.Context) error { return nil }

//cloacina:task id=refund dependencies=charge trigger_rules=task_failed(charge)
func Refund(ctx context.Context) error { return nil }

//cloacina:task id=report dependencies=ship,refund trigger_rules=always
func Report(ctx context.Context, in Order) error { return nil }
`

// orderEdits are changes of it: pairs of a text and what takes its place.
var orderEdits = map[string][]string{
	"nothing":              {},
	"comment":              {"is edited.", "was edited."},
	"first gone":           {"//cloacina:task id=fetch\n", "//cloacina:task id=load\n", "dependencies=fetch", "dependencies=load"},
	"middle gone":          {"id=charge ", "id=pay ", "(charge)", "(pay)", "dependencies=charge", "dependencies=pay"},
	"end gone":             {"//cloacina:task id=report dependencies=ship,refund trigger_rules=always\n", ""},
	"end added":            {"//cloacina:task id=ship", "//cloacina:task id=audit dependencies=report\nfunc Audit(ctx context.Context) error { return nil }\n\n//cloacina:task id=ship"},
	"root added":           {"//cloacina:task id=ship", "//cloacina:task id=audit\nfunc Audit(ctx context.Context) error { return nil }\n\n//cloacina:task id=ship"},
	"middle added":         {"id=ship dependencies=charge", "id=ship dependencies=pack", "//cloacina:task id=refund", "//cloacina:task id=pack dependencies=charge\nfunc Pack(ctx context.Context) error { return nil }\n\n//cloacina:task id=refund"},
	"early added":          {"id=score dependencies=fetch", "id=score dependencies=fetch,fraud", "//cloacina:task id=refund", "//cloacina:task id=fraud dependencies=fetch\nfunc Fraud(ctx context.Context) error { return nil }\n\n//cloacina:task id=refund"},
	"dependency dropped":   {"id=report dependencies=ship,refund", "id=report dependencies=ship"},
	"dependency added":     {"id=ship dependencies=charge", "id=ship dependencies=charge,score"},
	"dependencies swapped": {"dependencies=ship,refund", "dependencies=refund,ship"},
	"early rule":           {"id=score dependencies=fetch", "id=score dependencies=fetch trigger_rules=always"},
	"late rule":            {"dependencies=ship,refund trigger_rules=always", "dependencies=ship,refund trigger_rules=one_success"},
	"early policy":         {"id=fetch\n", "id=fetch retry_attempts=2\n"},
	"middle policy":        {"id=charge dependencies=score", "id=charge dependencies=score timeout=1h"},
	"late policy":          {"id=report ", "id=report allow_failure "},
	"timeout":              {"input=Order", "input=Order timeout=9h"},
	"shape written":        {"Total int", "Total string"},
	"key renamed":          {"json:\"total\"", "json:\"sum\""},
	"key read":             {"Report(ctx context.Context, in Order)", "Report(ctx context.Context, in Score)"},
	"key required":         {"type Score struct {\n", "type Score struct {\n\tGrade string\n", "func Ship(ctx context.Context)", "func Ship(ctx context.Context, in Score)"},
	"key written, unread":  {"type Score struct {\n", "type Score struct {\n\tGrade string\n"},
	"input added":          {"type Order struct {\n", "type Order struct {\n\tCustomer string\n"},
	"input optional":       {"type Order struct {\n", "type Order struct {\n\tCustomer *string\n"},
	"order of tasks":       {"//cloacina:task id=ship dependencies=charge\nfunc Ship(ctx context.Context) error { return nil }\n\n", "", "//cloacina:task id=report", "//cloacina:task id=ship dependencies=charge\nfunc Ship(ctx context.Context) error { return nil }\n\n//cloacina:task id=report"},
}

// orderStops are the runs, by the task that each of them stands in.
var orderStops = []string{"fetch", "score", "charge", "ship", "refund", "report"}

// plannedOrders is one edit as the tool sees it.
type plannedOrders struct {
	session  *session
	packages []*load.Package
	plan     *plan.Plan
}

// loadOrders loads all edits as packages of one module; "" is without one.
func loadOrders(t *testing.T) map[string]*plannedOrders {
	t.Helper()
	root := t.TempDir()
	if err := testmodule.Init(root, "example.com/edits"); err != nil {
		t.Fatal(err)
	}
	dirs := map[string]string{}
	edit := func(name string, pairs []string) {
		text := ordersSource
		for i := 0; i < len(pairs); i += 2 {
			if !strings.Contains(text, pairs[i]) {
				t.Fatalf("%s: nothing to edit: %q", name, pairs[i])
			}
			text = strings.ReplaceAll(text, pairs[i], pairs[i+1])
		}
		dirs[name] = filepath.Join(root, strings.NewReplacer(" ", "_", ",", "").Replace("e "+name))
		testmodule.Write(t, dirs[name], map[string]string{"orders.go": text})
	}
	edit("", nil)
	for name, pairs := range orderEdits {
		edit(name, pairs)
	}
	s := &session{dir: root, patterns: []string{"./..."}}
	packages, err := s.load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	plans := map[string]*plannedOrders{}
	for name, dir := range dirs {
		i := slices.IndexFunc(packages, func(p *load.Package) bool { return p.Dir == dir })
		if i < 0 || s.compiler.packages[dir] == nil {
			t.Fatalf("%s is not accepted: %v", name, packages[max(i, 0)].Findings)
		}
		plans[name] = &plannedOrders{s, packages[i : i+1], &s.compiler.packages[dir].Workflows[0].Plan}
	}
	return plans
}
