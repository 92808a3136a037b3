package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/cloacina-go/cloacina/internal/teeth"
)

// bite is a bug and the row that has to catch it.
type bite struct {
	bug teeth.Bug
	row string
}

// bites are all bugs.
var bites = []bite{
	{teeth.AckBeforeCommit, "kill -9"},
	{teeth.DecideAgain, "kill -9"},
	{teeth.AgainLost, "kill -9"},
	{teeth.CallbackBeforeCommit, "kill -9"},
	{teeth.CallbackNotMarked, "kill -9"},
	{teeth.InterruptionAsStop, "suspects"},
	{teeth.NormalForFull, "power loss"},
	{teeth.RollbackForCommit, "power loss"},
	{teeth.LyingFlush, "power loss"},
	{teeth.LeftLogNotFlushed, "power loss"},
	{teeth.SyncRetried, "faults"},
	{teeth.ForgottenKept, "faults"},
	{teeth.AttemptNotCounted, "step function"},
	{teeth.LateNotFenced, "step function"},
	{teeth.OneRetryTooFew, "step function"},
	{teeth.AllowFailureIgnored, "step function"},
	{teeth.RetryEarly, "step function"},
	{teeth.JitterUncapped, "step function"},
	{teeth.FirstWriteWins, "step function"},
	{teeth.TombstoneAsValue, "step function"},
	{teeth.DecisionNotFenced, "store conformance"},
	{teeth.FloatComparison, "decisions"},
	{teeth.SharedLock, "one owner"},
	{teeth.LockRemoved, "one owner"},
	{teeth.DeferredBegin, "never locked"},
	{teeth.OldViewKept, "never locked"},
	{teeth.LogNeverCopied, "never locked"},
	{teeth.SumsNotCompared, "damage"},
	{teeth.AttemptUnsummed, "damage"},
	{teeth.ValuesUnchecked, "unstorable values"},
	{teeth.BrokenLogAccepted, "hostile files"},
	{teeth.MarkedBeforeMigration, "upgrade"},
	{teeth.ReadersLeftOpen, "open and close"},
	{teeth.EndedRunsStay, "no leak"},
	{teeth.LedgerKeeps, "no leak"},
	{teeth.KeysNotChecked, "changed code"},
	{teeth.DependenciesAccepted, "changed code"},
}

// controlShare is the part of a row's target that it has to pass without a bug, so that
// it is the bug that it catches and not the build.
const controlShare = 50

// teethOf runs each bug against its row, after each row once without a bug, and prints
// the table. Its error names the bugs that were not caught.
func teethOf(b *harness, w io.Writer, rows []row, bites []bite) error {
	fmt.Fprintf(w, "%-28s %-20s %-8s %9s %9s\n", "bug", "row", "", "seconds", "budget")
	sound := make(map[string]bool)
	var missed []string
	for _, bite := range bites {
		name := teeth.Names[bite.bug]
		r, err := rowNamed(rows, bite.row)
		if err != nil {
			return err
		}
		if !sound[r.name] {
			control := r
			control.target = max(1, r.target/controlShare)
			out, err := b.run(control, 1, "")
			if err != nil {
				return err
			}
			if out.failed || out.Failures > 0 {
				return fmt.Errorf("row %q fails without a bug:\n%s", r.name, tail(out.output))
			}
			sound[r.name] = true
		}
		out, err := b.run(r, 1, name)
		if err != nil {
			return err
		}
		word := "caught"
		if !out.failed {
			word, missed = "MISSED", append(missed, name)
		}
		fmt.Fprintf(w, "%-28s %-20s %-8s %9.1f %9.0f\n", name, r.name, word, out.Seconds, r.budget.Seconds())
	}
	if len(missed) > 0 {
		return fmt.Errorf("not caught: %s", strings.Join(missed, ", "))
	}
	return nil
}

func rowNamed(rows []row, name string) (row, error) {
	for _, r := range rows {
		if r.name == name {
			return r, nil
		}
	}
	return row{}, fmt.Errorf("there is no row %q", name)
}
