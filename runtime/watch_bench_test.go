package cloacina

import (
	"context"
	"testing"
)

// BenchmarkWatch executes a chain of tasks that nobody watches, or somebody does:
// the first costs what it would cost if nobody could.
func BenchmarkWatch(b *testing.B) {
	for _, bench := range []struct {
		name     string
		watchers int
	}{{"nobody", 0}, {"one", 1}, {"ten", 10}} {
		b.Run(bench.name, func(b *testing.B) {
			ctx := context.Background()
			r, err := Open(ctx, ":memory:", Config{})
			if err != nil {
				b.Fatal(err)
			}
			defer func() { _ = r.Shutdown(ctx) }()
			if err := r.Register(chain(100)); err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				run, err := r.Start(ctx, "chain", nil, StartOptions{})
				if err != nil {
					b.Fatal(err)
				}
				for range bench.watchers {
					go func() {
						for _, err := range r.Watch(ctx, run.ID()) {
							if err != nil {
								b.Error(err)
							}
						}
					}()
				}
				if _, err := run.Wait(ctx); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
