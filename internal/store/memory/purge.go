package memory

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"github.com/cloacina-go/cloacina/internal/plan"
	"github.com/cloacina-go/cloacina/internal/store"
)

// Purge deletes ended runs, those first that ended first.
func (s *Store) Purge(ctx context.Context, f store.PurgeFilter) (deleted int, err error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return 0, store.ErrClosed
	}
	waiting := map[int64]bool{}
	for key := range s.callbacks {
		waiting[key.run] = true
	}
	var old []*run
	for _, r := range s.runs {
		if f.Matches(&r.info) && !waiting[r.info.Num] {
			old = append(old, r)
		}
	}
	slices.SortStableFunc(old, func(a, b *run) int { return cmp.Compare(a.info.Ended, b.info.Ended) })
	s.delete(old[:min(len(old), f.Most())])
	return min(len(old), f.Most()), nil
}

// delete forgets runs and the plans that no other run has or had.
func (s *Store) delete(old []*run) {
	gone := map[*run]bool{}
	for _, r := range old {
		gone[r] = true
		delete(s.byID, r.info.ID)
	}
	s.runs = slices.DeleteFunc(s.runs, func(r *run) bool { return gone[r] })
	used := map[*plan.Plan]bool{}
	for _, r := range s.runs {
		used[r.plan] = true
		for _, change := range r.replans {
			used[change.From], used[change.To] = true, true
		}
	}
	maps.DeleteFunc(s.plans, func(_ planKey, p *plan.Plan) bool { return !used[p] })
}

// OldestEnd returns when that run of a workflow ended which ended first.
func (s *Store) OldestEnd(ctx context.Context, workflow string) (int64, error) {
	if err := s.rlock(ctx); err != nil {
		return 0, err
	}
	defer s.mu.RUnlock()
	f := store.PurgeFilter{Workflow: workflow}
	oldest := int64(0)
	for _, r := range s.runs {
		if f.Matches(&r.info) && (oldest == 0 || r.info.Ended < oldest) {
			oldest = r.info.Ended
		}
	}
	return oldest, nil
}
