package main

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/cloacina-go/cloacina/annotations/check"
	"github.com/cloacina-go/cloacina/cmd/cloacina-gen/internal/load"
	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/plan"
	"github.com/cloacina-go/cloacina/internal/store"
)

// openRuns is a store, as far as it is looked into.
type openRuns interface {
	OpenRuns(ctx context.Context) iter.Seq2[*store.OpenRun, error]
}

// forecast is what would become of the open runs of a store if a program with
// the checked plans opened it now. Runs that share a fate are kept as one group,
// so that any number of them takes little memory.
type forecast struct {
	file      string // the store's file as it was named
	workflows map[string]*declared
	// partial says that the packages are only named ones, so that a workflow which
	// none of them has is likely to be elsewhere in the program.
	partial bool
	// failed says that a package has errors, so that its workflows are not known.
	failed bool

	groups []*group // in the order of the oldest run
	kinds  map[kind][]*group
	names  map[string]bool // of the open runs' workflows
	counts [fates]int

	// What runs have in common is found out once.
	graphs map[string]*engine.Graph // of adopted plans, by fingerprint
	diffs  map[diffKey][]plan.Difference
}

// declared is a workflow of the checked packages.
type declared struct {
	*check.Workflow
	// twin has the same name in another package, and another plan.
	twin *check.Workflow
}

// diffKey are the fingerprints of two plans that were compared.
type diffKey struct{ old, now string }

// newForecast prepares the forecast for packages as they were loaded. Workflows
// of _test.go files are left out, because no deploy brings them.
func (s *session) newForecast(file string, packages []*load.Package) *forecast {
	f := &forecast{
		file:      strings.TrimPrefix(file, "sqlite://"),
		workflows: map[string]*declared{},
		partial:   !slices.ContainsFunc(s.patterns, func(p string) bool { return strings.Contains(p, "...") }),
		kinds:     map[kind][]*group{},
		names:     map[string]bool{},
		graphs:    map[string]*engine.Graph{},
		diffs:     map[diffKey][]plan.Difference{},
	}
	for _, p := range packages {
		if p.Failed() {
			f.failed = true
			continue
		}
		if pkg := s.compiler.packages[p.Dir]; pkg != nil {
			for _, w := range pkg.Workflows {
				f.declare(w)
			}
		}
	}
	return f
}

func (f *forecast) declare(w *check.Workflow) {
	first := f.workflows[w.Plan.Name]
	switch {
	case first == nil:
		f.workflows[w.Plan.Name] = &declared{Workflow: w}
	case first.Plan.Fingerprint != w.Plan.Fingerprint:
		first.twin = w
	}
}

// read judges every open run.
func (f *forecast) read(ctx context.Context, runs openRuns) error {
	for r, err := range runs.OpenRuns(ctx) {
		if err != nil {
			return fmt.Errorf("look at the open runs: %w", err)
		}
		f.names[r.Workflow] = true
		f.add(r, f.judge(r))
	}
	return nil
}

const (
	// firstIDs is how many runs of a group are named.
	firstIDs = 3
	// maxGroups is how many groups of one fate a workflow has. The last of them
	// takes all further runs, whatever their reasons.
	maxGroups = 10
)

// group are runs of a workflow that share a fate and the reasons for it.
type group struct {
	verdict
	workflow string
	reasons  string
	// mixed says that some of the runs have other reasons; unacceptable that the
	// obstacles of some cannot be accepted.
	mixed, unacceptable bool

	count int
	ids   []string // of the first ones
}

// kind are groups that only the reasons tell apart.
type kind struct {
	fate     fate
	workflow string
}

// add counts a run to its group.
func (f *forecast) add(r *store.OpenRun, v verdict) {
	f.counts[v.fate]++
	g := f.groupOf(r.Workflow, v)
	g.unacceptable = g.unacceptable || !v.acceptable()
	g.count++
	if len(g.ids) < firstIDs {
		g.ids = append(g.ids, nameOf(r))
	}
}

func (f *forecast) groupOf(workflow string, v verdict) *group {
	reasons, k := v.sameReasons(), kind{v.fate, workflow}
	same := f.kinds[k]
	if i := slices.IndexFunc(same, func(g *group) bool { return g.reasons == reasons }); i >= 0 {
		return same[i]
	}
	if len(same) == maxGroups {
		last := same[maxGroups-1]
		last.mixed = true
		return last
	}
	g := &group{verdict: v, workflow: workflow, reasons: reasons}
	f.kinds[k] = append(same, g)
	f.groups = append(f.groups, g)
	return g
}

// nameOf returns the ID of a run, or its number if damage has hidden the ID.
func nameOf(r *store.OpenRun) string {
	if r.State == nil || r.State.ID == "" {
		return fmt.Sprintf("number %d", r.Num)
	}
	return r.State.ID
}
