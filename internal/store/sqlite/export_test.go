package sqlite

import "time"

// Some tests use the connection of a store themselves, with nobody beside them, so that
// a store rests under virtual time only. All commits have a view, or short tests would
// have none.
func init() { viewRest, viewAfter = time.Hour, 0 }

// PageSize is the size of the pages of a new file.
const PageSize = pageSize

// CheckpointAfter has a commit copy the log into the file when it has grown by so
// many pages, instead of thousands, so that small tests have checkpoints, too.
func CheckpointAfter(s *Store, pages int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.often = rhythm{growth: int64(pages) * (frameHeaderSize + pageSize), interval: 1}
}

// Checkpoint copies the log into the file as a commit would, in some mode of SQLite.
func Checkpoint(s *Store, mode string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.w.checkpoint(mode)
}
