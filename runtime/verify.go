package cloacina

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/cloacina-go/cloacina/internal/store/sqlite"
)

// Verification is what [Verify] found.
type Verification struct {
	// Path is the file that was read.
	Path string
	// Runs, Tasks and Attempts count what was checked.
	Runs, Tasks, Attempts int64
	// Problems are what is wrong; none means that the file is as it was written.
	Problems []Problem
}

// Problem is one thing in the file of a store that is not as it was written.
type Problem struct {
	// Run is the ID of the run it belongs to; empty for what belongs to none,
	// or if that cannot be read any more.
	Run string
	// Task is the id of the task it belongs to, if it belongs to one.
	Task string
	// Table is the table of the file; empty for the file as a whole.
	Table string
	// Text says what is wrong and what that means.
	Text string
}

// Verify reads the file of a store and checks everything in it: that the file
// is sound, that every run, task, attempt, value and plan is byte for byte what
// was written, by checksums, and that they fit together, so that each run that
// has not ended could go on. The path is one that [Open] takes. Nothing is
// changed, and the file may be open in a runner meanwhile, of this program or
// another one.
//
// It reports every problem that it finds, however bad; the error is about a file
// that cannot be read as a store at all, such as one that is not there. Pages of
// the file that are not in use are not looked at.
func Verify(ctx context.Context, path string) (*Verification, error) {
	file, err := filePath(path, `the file of a store, such as "runs.db"`)
	if err != nil {
		return nil, fmt.Errorf("verify: %w", err)
	}
	report, err := sqlite.Verify(ctx, file)
	if err != nil {
		return nil, fmt.Errorf("verify: %w", err)
	}
	v := &Verification{Path: report.Path, Runs: report.Runs, Tasks: report.Tasks, Attempts: report.Attempts}
	for _, p := range report.Problems {
		v.Problems = append(v.Problems, Problem{Run: p.Run, Task: p.Task, Table: p.Table, Text: p.Text})
	}
	return v, nil
}

// OK reports whether there are no problems.
func (v *Verification) OK() bool { return len(v.Problems) == 0 }

// String says what was checked, then, a line each, what is wrong, and what to do
// about it.
func (v *Verification) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s, %s and %s checked, ", v.Path,
		plural(int(v.Runs), "run"), plural(int(v.Tasks), "task"), plural(int(v.Attempts), "attempt"))
	if v.OK() {
		b.WriteString("no problems")
		return b.String()
	}
	b.WriteString(plural(len(v.Problems), "problem") + "\n")
	for _, p := range v.Problems {
		fmt.Fprintf(&b, "  %v\n", p)
	}
	b.WriteString(v.advice())
	return b.String()
}

// String says where something is wrong, and what.
func (p Problem) String() string {
	var where []string
	if p.Run != "" {
		where = append(where, fmt.Sprintf("run %q", p.Run))
	}
	if p.Task != "" {
		where = append(where, "task "+p.Task)
	}
	if p.Table != "" {
		where = append(where, "table "+p.Table)
	}
	text := strings.ReplaceAll(p.Text, "\n", "\n    ")
	if len(where) == 0 {
		return text
	}
	return strings.Join(where, ", ") + ": " + text
}

// What to do about problems, if all of them belong to runs, and else.
const (
	adviceOnRuns = `To repair, stop the program, remove FILE-wal and FILE-shm, then put the last copy that
Runner.Backup made in the place of FILE. Without one, do not rely on what the named
runs have stored; the others are sound. Remove those that have ended with Runner.Purge.
Those that have not stay blocked until the file is repaired, and keep none of the others
from going on.`
	adviceOnFile = `To repair, stop the program, remove FILE-wal and FILE-shm, then put the last copy that
Runner.Backup made in the place of FILE. Without one, save what can be read with
".recover" of the sqlite3 command and start with a new file. Runs that are not named may
be affected too.`
)

// advice says how to repair.
func (v *Verification) advice() string {
	if slices.ContainsFunc(v.Problems, func(p Problem) bool { return p.Run == "" }) {
		return adviceOnFile
	}
	return adviceOnRuns
}
