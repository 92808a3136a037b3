package cloacina

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestIDLocksExclude(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var locks idLocks
		inside := map[string]int{}
		var mu sync.Mutex
		var wg sync.WaitGroup
		for i := range 100 {
			id := []string{"a", "b"}[i%2]
			wg.Go(func() {
				if err := locks.lock(t.Context(), nil, id); err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				inside[id]++
				if inside[id] != 1 {
					t.Errorf("%d hold %s", inside[id], id)
				}
				mu.Unlock()
				<-time.After(time.Second)
				mu.Lock()
				inside[id]--
				mu.Unlock()
				locks.unlock(id)
			})
		}
		wg.Wait()
		if len(locks.held) != 0 {
			t.Errorf("%d locks are left", len(locks.held))
		}
	})
}

func TestIDLockWaitIsBounded(t *testing.T) {
	t.Parallel()
	var locks idLocks
	if err := locks.lock(t.Context(), nil, "a"); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := locks.lock(ctx, nil, "a"); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	done := make(chan struct{})
	close(done)
	if err := locks.lock(t.Context(), done, "a"); !errors.Is(err, ErrShutdown) {
		t.Error(err)
	}
}
