package faultvfs

import (
	"fmt"
	"sync"
	"testing"
)

// Registering at once is for the race detector.
func TestRegisterAtOnce(t *testing.T) {
	t.Parallel()
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for n := range 20 {
				v := &VFS{}
				r, err := register(fmt.Sprintf("at-once-%d-%d", i, n), v)
				if err != nil {
					t.Error(err)
					return
				}
				if err := r.unregister(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
}
