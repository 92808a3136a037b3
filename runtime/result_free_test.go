package cloacina

import (
	"runtime"
	"testing"
)

// A result that is kept does not keep the runner, with its store and its workflows.
func TestResultsDoNotKeepTheRunner(t *testing.T) {
	t.Parallel()
	freed := make(chan struct{})
	results := func() []*Result {
		r := place{t.TempDir() + "/runs.db", Config{}}.open(t, flow("w", plain("a", nothing)))
		defer shutdown(t, r)
		own, err := r.Execute(t.Context(), "w", nil)
		if err != nil {
			t.Fatal(err)
		}
		stored, err := r.Wait(t.Context(), own.Run)
		if err != nil {
			t.Fatal(err)
		}
		runtime.AddCleanup(r, func(freed chan struct{}) { close(freed) }, freed)
		return []*Result{own, stored}
	}()
	for range 1000 { // the goroutines of the runner may be about to end
		runtime.GC()
		select {
		case <-freed:
			runtime.KeepAlive(results)
			return
		default:
			runtime.Gosched()
		}
	}
	t.Error("the runner is kept")
	runtime.KeepAlive(results)
}
