// Package console gives the tutorials the look of the text they come from:
//
//	INFO  tutorial_04 > Executing workflow
package console

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/rs/zerolog"

	cloacina "github.com/cloacina-go/cloacina/runtime"
)

// Logger returns a logger that writes one line an event: level, component,
// message, and the fields that add something to it. Control characters are
// escaped, so that no value can take over the terminal.
func Logger(out io.Writer, component string) zerolog.Logger {
	w := zerolog.ConsoleWriter{
		Out:           out,
		NoColor:       true,
		PartsOrder:    []string{zerolog.LevelFieldName, "component", zerolog.MessageFieldName},
		FieldsExclude: []string{"component", "workflow", "task", "attempt", "delay", "callbacks", "running"},
		FormatPrepare: dropRoutine,
		FormatLevel:   func(v any) string { return fmt.Sprintf("%-5s", strings.ToUpper(fmt.Sprint(v))) },
		FormatMessage: func(v any) string { return printable(fmt.Sprint(v)) },
		FormatPartValueByName: func(v any, _ string) string {
			if v == nil {
				v = component
			}
			return printable(fmt.Sprint(v)) + " >"
		},
	}
	return zerolog.New(w)
}

// dropRoutine leaves the id of the run to lines that ask somebody to act.
func dropRoutine(fields map[string]any) error {
	if level := fields[zerolog.LevelFieldName]; level == "info" || fields["attempt"] != nil {
		delete(fields, "run")
	}
	return nil
}

// printable returns s, quoted if it holds characters that a terminal would obey.
func printable(s string) string {
	if strings.ContainsFunc(s, func(r rune) bool { return r != ' ' && !strconv.IsPrint(r) }) {
		return strconv.Quote(s)
	}
	return s
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
