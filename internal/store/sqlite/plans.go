package sqlite

import (
	"context"
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"sync"

	"github.com/cloacina-go/cloacina/internal/plan"
)

// plans are the plans that were read in a snapshot, shared by all their runs. The
// zero value is empty.
type plans struct {
	sums  summer
	read  map[int64]readPlan
	cache *planCache // may be nil
}

// planCache keeps plans from one snapshot to the next, as decoding one takes
// longer than reading all else of a run. Each row is read again and compared with
// its sum all the same; so damage is seen, and nobody has to say that a row is
// gone. It is safe for concurrent use; the zero value is empty.
type planCache struct {
	mu    sync.Mutex
	plans map[int64]decodedPlan
}

// decodedPlan is a plan and what it was decoded from.
type decodedPlan struct {
	body string
	plan *plan.Plan
}

// cachedPlans is how many plans are kept. There is one for each version of a
// workflow that is asked for.
const cachedPlans = 256

// decode returns the plan in the body of a row. It is shared by all who ask.
func (c *planCache) decode(id int64, body string) (*plan.Plan, error) {
	if c == nil {
		return decodePlan(body)
	}
	c.mu.Lock()
	known, ok := c.plans[id]
	c.mu.Unlock()
	if ok && known.body == body {
		return known.plan, nil
	}
	decoded, err := decodePlan(body)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.plans == nil || len(c.plans) >= cachedPlans {
		c.plans = map[int64]decodedPlan{}
	}
	c.plans[id] = decodedPlan{body, decoded}
	return decoded, nil
}

func decodePlan(body string) (*plan.Plan, error) {
	decoded := new(plan.Plan)
	return decoded, json.Unmarshal([]byte(body), decoded)
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
	err := query(ctx, c, selectPlan, func(v []driver.Value) error {
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

// selectPlan reads a plan by its number.
var selectPlan = "SELECT " + layoutPlan.columns() + " FROM plan WHERE id = ?"

// scan reads a row.
func (p *plans) scan(v []driver.Value) (*plan.Plan, error) {
	columns, err := p.sums.check(&layoutPlan, v)
	if err != nil {
		return nil, err
	}
	read, err := p.cache.decode(integer(v[0]), text(columns[2]))
	if err != nil {
		return nil, fmt.Errorf("%w: plan %d: %w", ErrDamaged, integer(v[0]), err)
	}
	return read, nil
}
