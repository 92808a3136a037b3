package cloacina

import "github.com/cloacina-go/cloacina/internal/store/sqlite"

// What can be wrong with the file of a store, to be tested with [errors.Is].
// [Open], [Verify], [Runner.Backup] and what reads runs return them; the error's
// text names the file and says what helps.
var (
	// ErrNotDatabase says that the file is no SQLite database, or a directory.
	// Give another path, or move the file away.
	ErrNotDatabase = sqlite.ErrNotDatabase
	// ErrForeignDatabase says that the file is a SQLite database of another
	// program. It is left as it is; give another path.
	ErrForeignDatabase = sqlite.ErrForeign
	// ErrNewerDatabase says that a newer version of cloacina has written the file.
	// Build the program with that version, or restore a backup from before.
	ErrNewerDatabase = sqlite.ErrNewer
	// ErrDamaged says that the file, or what it holds of one run, is not as it was
	// written. [Verify] shows what is wrong; put the last copy that
	// [Runner.Backup] made in the place of the file.
	ErrDamaged = sqlite.ErrDamaged
	// ErrDiskFull says that there is no space left for the file. Free some;
	// nothing that is stored is lost. An open runner tries again by itself.
	ErrDiskFull = sqlite.ErrFull
	// ErrReadOnly says that the file cannot be written. Make it and its directory
	// writable for the user of the program.
	ErrReadOnly = sqlite.ErrReadOnly
	// ErrUnreadable says that the file, or the log that a killed process left
	// beside it, cannot be read. Make them readable for the user of the program.
	ErrUnreadable = sqlite.ErrUnreadable
)
