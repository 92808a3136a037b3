package cloacina

import (
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/rs/zerolog"

	"github.com/cloacina-go/cloacina/internal/store"
)

// Config says how a [Runner] works. The zero value is usable: every field has
// a default, and [Open] refuses values that make no sense.
type Config struct {
	// Logger receives what the runner logs. Defaults to silence: the zero
	// Logger writes nothing. Records are written one after the other, by the
	// goroutine that starts tasks at the moment: a logger that takes its time
	// slows everything down, and it must not call the runner.
	Logger zerolog.Logger
	// Handler receives what the runner logs, in place of Logger, for programs
	// that use [log/slog]; what is said of Logger holds for it. Defaults to
	// nil: Logger is used.
	Handler slog.Handler
	// MaxConcurrentTasks bounds how many attempts run at once, over all runs.
	// Defaults to 64. Their goroutines are used again, as those of net/http are, and
	// by the runner itself between tasks: a function that calls runtime.LockOSThread, or labels its goroutine for a
	// profile, takes that back before it returns.
	MaxConcurrentTasks int
	// AbandonAfter is how long a call may go on after its attempt has ended
	// (at its deadline, or because its run was cancelled) before its slot is
	// given away. Defaults to 30 seconds.
	AbandonAfter time.Duration
	// MaxInterruptions is how often a task may be interrupted by the death of
	// the process before it is a suspect: suspects run one at a time, and one
	// that is interrupted once more fails with [ErrInterrupted].
	// Defaults to 3; -1 never gives up.
	MaxInterruptions int
	// Durability says when a commit counts as done. Defaults to [Full].
	Durability Durability
	// MaxValueBytes bounds the JSON of one context value. Defaults to 1 MiB.
	MaxValueBytes int
	// MaxContextBytes bounds what one task writes, and an initial context,
	// in bytes of JSON. Defaults to 16 MiB; at most 512 MiB, which is what a
	// row of the store can hold.
	MaxContextBytes int

	// store replaces the store that the path of Open names, in tests.
	store store.Store
	// clock replaces the wall clock, in tests.
	clock func() time.Time
}

// Durability says when a commit to a file counts as done.
type Durability uint8

const (
	// Full waits until the disk has it: what was acknowledged survives the
	// failure of the process, of the system and of the power.
	Full Durability = iota
	// Relaxed does not wait for the disk. A crash of the process still loses
	// nothing. A power failure or a crash of the system may lose the last
	// commits: the store is then consistent and older, so that tasks whose
	// outcome was acknowledged run again.
	Relaxed
)

const (
	defaultMaxConcurrentTasks = 64
	defaultAbandonAfter       = 30 * time.Second
	defaultMaxInterruptions   = 3
	defaultMaxValueBytes      = 1 << 20
	defaultMaxContextBytes    = 16 << 20
	// mostContextBytes keeps a row below the billion bytes that SQLite takes.
	mostContextBytes = 512 << 20
	// maxValueDepth bounds the nesting of a value; encoding deeper ones
	// recursively could exhaust the stack.
	maxValueDepth = 1000
)

// withDefaults fills in what was left zero.
func (c Config) withDefaults() Config {
	c.MaxConcurrentTasks = orDefault(c.MaxConcurrentTasks, defaultMaxConcurrentTasks)
	c.AbandonAfter = orDefault(c.AbandonAfter, defaultAbandonAfter)
	c.MaxInterruptions = orDefault(c.MaxInterruptions, defaultMaxInterruptions)
	c.MaxValueBytes = orDefault(c.MaxValueBytes, defaultMaxValueBytes)
	c.MaxContextBytes = orDefault(c.MaxContextBytes, defaultMaxContextBytes)
	return c
}

func orDefault[T comparable](v, def T) T {
	var zero T
	if v == zero {
		return def
	}
	return v
}

// validate reports every field that makes no sense.
func (c Config) validate() error {
	var errs []error
	refuse := func(bad bool, format string, args ...any) {
		if bad {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	refuse(c.MaxConcurrentTasks < 1, "MaxConcurrentTasks is %d, want at least 1", c.MaxConcurrentTasks)
	refuse(c.AbandonAfter < 0, "AbandonAfter is %v, want a positive duration", c.AbandonAfter)
	refuse(c.MaxInterruptions < -1, "MaxInterruptions is %d, want -1 (never give up) or more", c.MaxInterruptions)
	refuse(c.Durability > Relaxed, "Durability is %d, want Full or Relaxed", c.Durability)
	refuse(c.MaxValueBytes < 1, "MaxValueBytes is %d, want at least 1", c.MaxValueBytes)
	refuse(c.MaxContextBytes < 1 || c.MaxContextBytes > mostContextBytes,
		"MaxContextBytes is %d, want 1 to %d", c.MaxContextBytes, mostContextBytes)
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("cloacina config: %w", err)
	}
	return nil
}

// limits are the bounds that values are held to.
func (c Config) limits() limits {
	return limits{value: c.MaxValueBytes, context: c.MaxContextBytes, depth: maxValueDepth}
}
