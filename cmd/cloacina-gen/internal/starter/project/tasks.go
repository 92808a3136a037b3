// A forecast: the weather service is asked first, and if it does not answer the
// almanac has to do.
//
//cloacina:workflow name=forecast default_trigger_rules=all_success
package main

//go:generate go tool cloacina-gen

import (
	"context"
	"errors"
	"fmt"
	"time"

	cloacina "github.com/cloacina-go/cloacina/runtime"
)

// Forecast is what Ask and Guess write and Tell reads. Each field is a value that
// is passed on under its JSON name.
type Forecast struct {
	Degrees int    `json:"degrees"`
	Source  string `json:"source"`
}

var errBusy = errors.New("the weather service is busy")

// Ask asks the weather service. It fails once, so that there is a retry to see,
// and then takes a while, so that there is time to kill the process. A real
// request belongs here.
//
//cloacina:task retry_attempts=3 retry_delay=1s retry_jitter=false allow_failure
func Ask(ctx context.Context) (Forecast, error) {
	attempt := cloacina.TaskFrom(ctx).Attempt
	fmt.Println("ask: attempt", attempt)
	if attempt == 1 {
		return Forecast{}, errBusy
	}
	select {
	case <-time.After(2 * time.Second):
		return Forecast{Degrees: 21, Source: "the weather service"}, nil
	case <-ctx.Done():
		return Forecast{}, context.Cause(ctx)
	}
}

// Guess looks into the almanac. Its rule lets it run only if Ask has failed for
// good; otherwise it is skipped.
//
//cloacina:task dependencies=ask trigger_rules=task_failed("ask")
func Guess(context.Context) (Forecast, error) {
	return Forecast{Degrees: 12, Source: "the almanac"}, nil
}

// Tell runs when one of the two has a forecast.
//
//cloacina:task dependencies=ask,guess trigger_rules=one_success
func Tell(_ context.Context, in Forecast) error {
	fmt.Printf("tell: %d degrees, says %s\n", in.Degrees, in.Source)
	return nil
}
