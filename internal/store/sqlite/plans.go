package sqlite

import (
	"context"
	"database/sql/driver"
	"encoding/json"
	"fmt"

	"github.com/cloacina-go/cloacina/internal/plan"
)

// plans are the plans that were read, shared by all their runs. The zero value
// is empty.
type plans struct {
	sums summer
	read map[int64]readPlan
}

// readPlan is a plan, or in what way it is damaged.
type readPlan struct {
	plan *plan.Plan
	err  error
}

// get returns a plan by its number. An error that matches [ErrDamaged] is about
// this plan alone.
func (p *plans) get(ctx context.Context, c conn, id int64) (*plan.Plan, error) {
	if known, ok := p.read[id]; ok {
		return known.plan, known.err
	}
	known := readPlan{err: fmt.Errorf("%w: plan %d is gone", ErrDamaged, id)}
	err := query(ctx, c, "SELECT "+layoutPlan.columns()+" FROM plan WHERE id = ?", func(v []driver.Value) error {
		known.plan, known.err = p.scan(v)
		return nil
	}, id)
	if err != nil {
		return nil, err
	}
	if p.read == nil {
		p.read = map[int64]readPlan{}
	}
	p.read[id] = known
	return known.plan, known.err
}

// scan reads a row.
func (p *plans) scan(v []driver.Value) (*plan.Plan, error) {
	columns, err := p.sums.check(&layoutPlan, v)
	if err != nil {
		return nil, err
	}
	read := new(plan.Plan)
	if err := json.Unmarshal([]byte(text(columns[2])), read); err != nil {
		return nil, fmt.Errorf("%w: plan %d: %w", ErrDamaged, integer(v[0]), err)
	}
	return read, nil
}
