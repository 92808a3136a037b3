package main

import (
	"testing"
	"time"

	"github.com/cloacina-go/cloacina/runtime/cloacinatest"
)

// Time is virtual in these tests, so retries and slow tasks cost nothing.

func TestForecast(t *testing.T) {
	run := cloacinatest.Run(t, Workflow(), nil)
	run.Completed("tell").Skipped("guess", `task_failed("ask") is false`)
	run.Attempts("ask", 2).Delays("ask", time.Second)
}

func TestAlmanac(t *testing.T) {
	run := cloacinatest.Run(t, Workflow(), nil, cloacinatest.AlwaysFails("ask", errBusy))
	run.Failed("ask").Attempts("ask", 4).Completed("guess", "tell")
	if degrees := cloacinatest.Value[int](run, "degrees"); degrees != 12 {
		t.Errorf("the almanac says %d degrees, want 12", degrees)
	}
}
