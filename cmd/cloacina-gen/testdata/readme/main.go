// Command forecast tells tomorrow's weather.
//
//cloacina:workflow name=forecast default_trigger_rules=all_success
package main

//go:generate go tool cloacina-gen

import (
	"context"
	"errors"
	"fmt"
	"log"

	cloacina "github.com/cloacina-go/cloacina/runtime"
)

// Forecast is what flows from task to task: each field under its JSON name.
type Forecast struct {
	Degrees int    `json:"degrees"`
	Source  string `json:"source"`
}

// Ask asks the weather service, up to three times. Today it does not answer.
//
//cloacina:task retry_attempts=2 retry_delay=200ms allow_failure
func Ask(ctx context.Context) (Forecast, error) {
	fmt.Println("ask: attempt", cloacina.TaskFrom(ctx).Attempt)
	return Forecast{}, errors.New("no answer")
}

// Guess runs only if Ask has failed for good.
//
//cloacina:task dependencies=ask trigger_rules=task_failed("ask")
func Guess(context.Context) (Forecast, error) { return Forecast{12, "the almanac"}, nil }

// Tell runs when one of the two has a forecast.
//
//cloacina:task dependencies=ask,guess trigger_rules=one_success
func Tell(_ context.Context, in Forecast) error {
	fmt.Printf("tell: %d degrees, says %s\n", in.Degrees, in.Source)
	return nil
}

func main() {
	ctx := context.Background()
	r, err := cloacina.Open(ctx, "forecast.db", cloacina.Config{})
	if err != nil {
		log.Fatal(err)
	}
	if err := r.Register(Workflow()); err != nil {
		log.Fatal(err)
	}
	if _, err := Run(ctx, r, nil); err != nil {
		log.Fatal(err)
	}
	if err := r.Shutdown(ctx); err != nil {
		log.Fatal(err)
	}
}
