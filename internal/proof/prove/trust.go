package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/cloacina-go/cloacina/internal/proof"
)

const (
	trustHead = "%-33s %12s %12s %9s %8s %8s  %s\n"
	trustLine = "%-33s %12s %12d %9d %8d %8.1f  %s\n"
	// maxOutput is how many lines of the output of a failed row are shown.
	maxOutput = 60
)

// trust runs rows one after another and prints the table. Its error names the rows
// that are below their target.
func trust(b *harness, w io.Writer, rows []row, seed uint64) error {
	fmt.Fprintf(w, trustHead, "name", "target", "done", "failures", "seed", "seconds", "")
	var below []string
	var output strings.Builder
	for _, r := range rows {
		out, err := b.run(r, seed, "")
		if err != nil {
			return err
		}
		if out.skipped != "" {
			fmt.Fprintf(w, trustLine, r.name, fmt.Sprint(r.target), 0, 0, seed, out.Seconds, "skipped: "+out.skipped)
			continue
		}
		target := fmt.Sprint(out.Target)
		if r.endless {
			target = "-"
		}
		fmt.Fprintf(w, trustLine, r.name, target, out.Done, out.Failures, out.Seed, out.Seconds, remarks(out.Result))
		if out.failed || out.Failures > 0 || out.Done < out.Target && !r.endless {
			below = append(below, r.name)
			fmt.Fprintf(&output, "\n%s (seed %d):\n%s\n", r.name, out.Seed, tail(out.output))
		}
	}
	if len(below) > 0 {
		fmt.Fprint(w, output.String())
		return fmt.Errorf("below their target: %s", strings.Join(below, ", "))
	}
	return nil
}

// remarks are the first seed that failed, and measurements by name.
func remarks(r proof.Result) string {
	var words []string
	if r.Failures > 0 && r.FirstFailed > 0 {
		words = append(words, fmt.Sprintf("seed %d failed first", r.FirstFailed))
	}
	for _, name := range slices.Sorted(maps.Keys(r.Figures)) {
		words = append(words, fmt.Sprintf("%s %.4g", name, r.Figures[name]))
	}
	return strings.Join(words, "; ")
}

// tail is the end of an output.
func tail(output string) string {
	lines := strings.Split(strings.TrimRight(output, "\n"), "\n")
	if len(lines) > maxOutput {
		lines = append([]string{"..."}, lines[len(lines)-maxOutput:]...)
	}
	return "  " + strings.Join(lines, "\n  ")
}
