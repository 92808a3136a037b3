package trust

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"testing"

	"go.uber.org/goleak"

	"github.com/cloacina-go/cloacina/internal/proof"
	"github.com/cloacina-go/cloacina/internal/store"
	"github.com/cloacina-go/cloacina/internal/store/sqlite"
	cloacina "github.com/cloacina-go/cloacina/runtime"
)

// TestOpenAndCloseLeaveNothing opens and closes a store again and again in a
// process of its own. The process uses no more after that than after a tenth of
// it: what one cycle leaves behind, be it a kilobyte, adds up to more than may be.
func TestOpenAndCloseLeaveNothing(t *testing.T) {
	t.Parallel()
	row := proof.Begin(t, "open and close", 1000)
	path := filepath.Join(keptDir(t), "runs.db")
	p := start(t, job{Role: "cycles", Path: path, Count: int(row.Target())})
	flat(t, row, p, growth{heap: 1 << 20, resident: 8 << 20})
	clean(t, path)
	if held, err := heldWhileOpen(path); err != nil || runtime.GOOS == "linux" && held == 0 {
		t.Errorf("%d locks on an open store, %v", held, err)
	}
}

// cycles opens and closes a store.
func cycles(p *parent, j job) error {
	present := goleak.IgnoreCurrent()
	goroutines := 0
	for n := 1; n <= j.Count; n++ {
		if err := cycle(j.Path, n); err != nil {
			return fmt.Errorf("cycle %d: %w", n, err)
		}
		stop := p.toldToStop()
		if !stop && !measuredAt(n, j.Count) {
			continue
		}
		if err := goleak.Find(present); err != nil {
			return fmt.Errorf("cycle %d: %w", n, err)
		}
		u, err := used(n, goroutines, j.Path, j.Path+".lock")
		if err != nil {
			return err
		}
		goroutines = u.Goroutines
		if err := p.sayUsage("usage", u); err != nil || stop {
			return err
		}
	}
	return nil
}

// toldToStop reports whether the test has given an order, which can only be this.
func (p *parent) toldToStop() bool {
	select {
	case <-p.orders:
		return true
	default:
		return false
	}
}

func (p *parent) sayUsage(word string, u usage) error {
	text, err := json.Marshal(u)
	p.say("%s %s", word, text)
	return err
}

// cycle opens and closes once, as a runner, with a run now and then, or as a store. Every
// other one reads, because there are no connections for that before.
func cycle(path string, n int) error {
	ctx := context.Background()
	if n%3 == 0 {
		s, err := sqlite.Open(ctx, path, sqlite.Config{})
		if err != nil {
			return err
		}
		if n%2 == 0 {
			_, err = s.Runs(ctx, store.Filter{})
		}
		return errors.Join(err, s.Close())
	}
	r, err := cloacina.Open(ctx, path, cloacina.Config{})
	if err != nil {
		return err
	}
	if err := r.Register(newFlows(0)[2].quick().workflow(&ledger{}, 0)); err != nil {
		return err
	}
	if n%10 == 1 {
		if _, err := r.Execute(ctx, "diamond", cloacina.Values{"n": n}); err != nil {
			return err
		}
	}
	if n%50 == 7 { // one that goes on in another cycle
		if _, err := r.Start(ctx, "diamond", cloacina.Values{"n": n}, cloacina.StartOptions{}); err != nil {
			return err
		}
	}
	if n%2 == 0 {
		_, err = r.Runs(ctx, cloacina.RunFilter{Limit: 1})
	}
	return errors.Join(err, r.Shutdown(ctx))
}
