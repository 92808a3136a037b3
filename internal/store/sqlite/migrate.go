package sqlite

import (
	_ "embed"
	"errors"
	"fmt"

	"github.com/cloacina-go/cloacina/internal/teeth"
)

// applicationID marks a file as one of ours, in its header: "cloa" in ASCII.
const applicationID = 0x636c6f61

//go:embed schema.sql
var schema string

// migrations lead from each version of the schema to the next; the first makes
// the tables of an empty file. A file's version is the number of migrations
// that were applied to it. A released migration is never changed.
var migrations = []string{schema}

// checkFile refuses a file that is not ours or too new, before anything in it
// is changed, and returns the version of its schema; 0 says that it is empty.
func checkFile(c conn) (version int, err error) {
	id, err := number(background, c, "PRAGMA application_id")
	if err != nil {
		return 0, misread(err)
	}
	marked, err := number(background, c, "PRAGMA user_version")
	if err != nil {
		return 0, misread(err)
	}
	if id == 0 && marked == 0 {
		if tables, err := number(background, c, "SELECT count(*) FROM sqlite_schema"); err != nil || tables == 0 {
			return 0, misread(err)
		}
	}
	switch {
	case id != applicationID:
		return 0, fmt.Errorf("%w (application_id %#x)", ErrForeign, id)
	case marked > int64(len(migrations)):
		return 0, fmt.Errorf("%w: its schema has version %d, this program knows %d", ErrNewer, marked, len(migrations))
	case marked < 1:
		return 0, fmt.Errorf("%w: its schema has version %d", ErrDamaged, marked)
	}
	return int(marked), nil
}

// migrate brings the schema of a version up to date, in one transaction. It then
// copies the log into the file: whoever keeps only the file, and not the log that a
// killed process leaves beside it, has a store and not an empty file.
func (w *writer) migrate(version int) error {
	if version == len(migrations) {
		return nil
	}
	if teeth.Has(teeth.MarkedBeforeMigration) {
		_ = w.exec(fmt.Sprintf("PRAGMA user_version = %d", len(migrations)))
	}
	if err := w.exec("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	if err := w.applyMigrations(version); err != nil {
		return errors.Join(err, w.exec("ROLLBACK"))
	}
	if err := w.exec("COMMIT"); err != nil {
		return fmt.Errorf("commit migration to version %d: %w", len(migrations), err)
	}
	if err := w.checkpoint("PASSIVE"); err != nil && !errors.Is(err, errLogInUse) {
		return fmt.Errorf("copy the log after the migration to version %d: %w", len(migrations), err)
	}
	return nil
}

// applyMigrations applies what follows a version and marks the file.
func (w *writer) applyMigrations(version int) error {
	for i, text := range migrations[version:] {
		if err := w.exec(text); err != nil {
			return fmt.Errorf("migration to version %d: %w", version+i+1, err)
		}
	}
	if err := w.exec(fmt.Sprintf("PRAGMA application_id = %d", applicationID)); err != nil {
		return err
	}
	return w.exec(fmt.Sprintf("PRAGMA user_version = %d", len(migrations)))
}
