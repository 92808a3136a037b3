package sqlite

import "fmt"

// CheckpointAfter has a commit copy the log into the file when it has so many
// pages, instead of a thousand, so that small tests have checkpoints, too.
func CheckpointAfter(s *Store, pages int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.w.exec(fmt.Sprintf("PRAGMA wal_autocheckpoint = %d", pages))
}
