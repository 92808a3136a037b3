// Package console gives the examples their look. On a terminal it is that of
// [github.com/cloacina-go/cloacina/runtime/console], and elsewhere, as in what is
// recorded of them, that of the text they come from:
//
//	INFO  tutorial_04 > Executing workflow
package console

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/rs/zerolog"
	"github.com/rs/zerolog/log"

	"github.com/cloacina-go/cloacina/internal/terminal"
	cloacina "github.com/cloacina-go/cloacina/runtime"
	"github.com/cloacina-go/cloacina/runtime/console"
	"github.com/cloacina-go/cloacina/runtime/progress"
)

// Logger returns the logger of an example: lines with colours if out is a
// terminal, else those of the text.
func Logger(out io.Writer, component string) zerolog.Logger {
	if terminal.Is(out) {
		return console.NewWith(out, console.Options{Name: component})
	}
	return asInTheText(out, component)
}

// asInTheText writes one line an event: level, component, message, and the fields
// that add something to it. Control characters are escaped.
func asInTheText(out io.Writer, component string) zerolog.Logger {
	return zerolog.New(zerolog.ConsoleWriter{
		Out:           out,
		NoColor:       true,
		PartsOrder:    []string{zerolog.LevelFieldName, "component", zerolog.MessageFieldName},
		FieldsExclude: []string{"component", "workflow", "task", "attempt", "delay", "callbacks", "running"},
		FormatPrepare: dropRoutine,
		FormatLevel:   func(v any) string { return fmt.Sprintf("%-5s", strings.ToUpper(fmt.Sprint(v))) },
		FormatMessage: func(v any) string { return terminal.Escape(fmt.Sprint(v)) },
		FormatPartValueByName: func(v any, _ string) string {
			if v == nil {
				v = component
			}
			return terminal.Escape(fmt.Sprint(v)) + " >"
		},
	})
}

// dropRoutine leaves the id of the run to lines that ask somebody to act.
func dropRoutine(fields map[string]any) error {
	if level := fields[zerolog.LevelFieldName]; level == "info" || fields["attempt"] != nil {
		delete(fields, "run")
	}
	return nil
}

// ShowFunc shows how a run goes, until it has ended.
type ShowFunc func(ctx context.Context, runner *cloacina.Runner, id string) error

// Progress returns what shows a run as a tree of its tasks, if that is wanted. The
// global log, whose lines would tear the tree apart, is silent until then. Else the
// log shows the run, and the function does nothing.
func Progress(out io.Writer, wanted bool) ShowFunc {
	if !wanted {
		return func(context.Context, *cloacina.Runner, string) error { return nil }
	}
	logger := log.Logger
	log.Logger = zerolog.Nop()
	return func(ctx context.Context, runner *cloacina.Runner, id string) error {
		defer func() { log.Logger = logger }()
		return progress.Show(ctx, out, runner, id)
	}
}

// Resume waits for the runs that an earlier process left open, and logs what
// became of them. They went on when their workflow was registered.
func Resume(ctx context.Context, log zerolog.Logger, runner *cloacina.Runner) error {
	open, err := runner.Runs(ctx, cloacina.RunFilter{States: []cloacina.State{cloacina.Running}})
	if err != nil {
		return err
	}
	for _, r := range open {
		log.Info().Msgf("Resuming run %s, started %s", r.ID, r.Started.Format(time.DateTime))
		result, err := runner.Wait(ctx, r.ID)
		switch {
		case result != nil:
			Summary(log, result)
		case errors.Is(err, cloacina.ErrBlocked):
			log.Warn().Str("run", r.ID).Err(err).Msg("The run cannot go on")
		default:
			return err
		}
	}
	return nil
}

// Summary logs what became of a run and of each of its tasks.
func Summary(log zerolog.Logger, r *cloacina.Result) {
	log.Info().Msgf("Pipeline completed with status: %s", title(r.State))
	log.Info().Msgf("Total execution time: %s", r.Duration().Round(100*time.Millisecond))
	log.Info().Msgf("Tasks executed: %d", len(r.Tasks))
	for _, t := range r.Tasks {
		log.Info().Msgf("  %s Task '%s': %s", mark(t.State), t.ID, title(t.State))
		if t.Err != nil {
			log.Info().Msgf("    Last error: %v (attempts: %d)", t.Err, t.Attempts)
		}
		if t.Reason != "" {
			log.Info().Msgf("    Reason: %s", t.Reason)
		}
	}
}

// Report logs a final report as JSON.
func Report(log zerolog.Logger, report any) {
	b, err := json.Marshal(report)
	if err != nil {
		log.Error().Err(err).Msg("The final report is no JSON")
		return
	}
	log.Info().Msgf("Final execution report: %s", b)
}

func mark(s cloacina.State) string {
	switch s {
	case cloacina.Completed:
		return "✅"
	case cloacina.Skipped:
		return "⏭️"
	default:
		return "❌"
	}
}

// title writes a state as the seed's tutorial does: "Completed".
func title(s cloacina.State) string {
	return strings.ToUpper(string(s[:1])) + string(s[1:])
}
