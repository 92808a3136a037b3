package teeth

// The bugs. None is not one of them.
const (
	None Bug = iota

	// NormalForFull opens the store with synchronous=NORMAL where FULL is asked for.
	NormalForFull
	// AckBeforeCommit does what follows from an outcome before it is on disk.
	AckBeforeCommit
	// RollbackForCommit ends a transaction with ROLLBACK and says that it is stored.
	RollbackForCommit
	// LyingFlush has the disk of the tests report flushes that it does not do.
	LyingFlush
	// DeferredBegin lets a transaction read before it has the lock to write.
	DeferredBegin
	// OldViewKept begins a transaction in an old view of the file.
	OldViewKept
	// SyncRetried goes on after a failed flush as if the next one could repair it.
	SyncRetried
	// ForgottenKept leaves a transaction in the log that SQLite has forgotten.
	ForgottenKept
	// LeftLogNotFlushed trusts that what a dead process left in the log is on disk.
	LeftLogNotFlushed
	// BrokenLogAccepted opens a file whose log has a broken header.
	BrokenLogAccepted
	// LogNeverCopied lets the log grow.
	LogNeverCopied

	// DecideAgain decides a ready task once more after a restart.
	DecideAgain
	// DecisionNotFenced lets the ledger take a second decision of a task.
	DecisionNotFenced
	// InterruptionAsStop does not count that a process died during an attempt.
	InterruptionAsStop
	// AgainLost gives an attempt that was cut off the next number.
	AgainLost
	// CallbackBeforeCommit calls back before the outcome is on disk.
	CallbackBeforeCommit
	// CallbackNotMarked does not store that a callback is to be called.
	CallbackNotMarked

	// AttemptNotCounted calls each attempt the first.
	AttemptNotCounted
	// LateNotFenced takes what comes back from an attempt that is over.
	LateNotFenced
	// OneRetryTooFew gives up one attempt early.
	OneRetryTooFew
	// AllowFailureIgnored fails a run for a task that may fail.
	AllowFailureIgnored
	// RetryEarly rounds the time of a retry down.
	RetryEarly
	// JitterUncapped lets jitter exceed the greatest delay.
	JitterUncapped
	// FirstWriteWins finds the first value of a key in the order, not the last.
	FirstWriteWins
	// TombstoneAsValue finds a deleted key.
	TombstoneAsValue
	// FloatComparison compares integers as floating-point numbers.
	FloatComparison
	// ValuesUnchecked does not look for what encoding/json replaces in silence.
	ValuesUnchecked

	// SharedLock takes a lock on the file that others can take, too.
	SharedLock
	// LockRemoved removes the lock file when it is released.
	LockRemoved
	// ReadersLeftOpen forgets to close the connections that read.
	ReadersLeftOpen
	// EndedRunsStay keeps runs in memory that have ended.
	EndedRunsStay
	// LedgerKeeps keeps what the store knows of ended runs in memory.
	LedgerKeeps

	// SumsNotCompared takes rows as they are.
	SumsNotCompared
	// AttemptUnsummed leaves the columns of an attempt out of the checksum.
	AttemptUnsummed
	// MarkedBeforeMigration marks a file as migrated before it is.
	MarkedBeforeMigration
	// KeysNotChecked goes on under a new plan whatever keys that needs.
	KeysNotChecked
	// DependenciesAccepted goes on under a new plan whatever a task depended on.
	DependenciesAccepted
)

// Names are the names of the bugs, as the environment variable has them.
var Names = map[Bug]string{
	NormalForFull:     "normal-for-full",
	AckBeforeCommit:   "ack-before-commit",
	RollbackForCommit: "rollback-for-commit",
	LyingFlush:        "lying-flush",
	DeferredBegin:     "deferred-begin",
	OldViewKept:       "old-view-kept",
	SyncRetried:       "sync-retried",
	ForgottenKept:     "forgotten-kept",
	LeftLogNotFlushed: "left-log-not-flushed",
	BrokenLogAccepted: "broken-log-accepted",
	LogNeverCopied:    "log-never-copied",

	DecideAgain:          "decide-again",
	DecisionNotFenced:    "decision-not-fenced",
	InterruptionAsStop:   "interruption-as-stop",
	AgainLost:            "again-lost",
	CallbackBeforeCommit: "callback-before-commit",
	CallbackNotMarked:    "callback-not-marked",

	AttemptNotCounted:   "attempt-not-counted",
	LateNotFenced:       "late-not-fenced",
	OneRetryTooFew:      "one-retry-too-few",
	AllowFailureIgnored: "allow-failure-ignored",
	RetryEarly:          "retry-early",
	JitterUncapped:      "jitter-uncapped",
	FirstWriteWins:      "first-write-wins",
	TombstoneAsValue:    "tombstone-as-value",
	FloatComparison:     "float-comparison",
	ValuesUnchecked:     "values-unchecked",

	SharedLock:      "shared-lock",
	LockRemoved:     "lock-removed",
	ReadersLeftOpen: "readers-left-open",
	EndedRunsStay:   "ended-runs-stay",
	LedgerKeeps:     "ledger-keeps",

	SumsNotCompared:       "sums-not-compared",
	AttemptUnsummed:       "attempt-unsummed",
	MarkedBeforeMigration: "marked-before-migration",
	KeysNotChecked:        "keys-not-checked",
	DependenciesAccepted:  "dependencies-accepted",
}
