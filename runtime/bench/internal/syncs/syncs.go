// Package syncs counts what SQLite asks the disk for: how often files are flushed,
// and how many bytes are written. It puts itself between SQLite and the system.
package syncs

import "sync/atomic"

// Counts are what was asked for.
type Counts struct {
	// Syncs counts the flushes of files.
	Syncs int64
	// Bytes counts the bytes that were written, in whatever file.
	Bytes int64
}

// Sub returns what was asked for since then.
func (c Counts) Sub(then Counts) Counts { return Counts{c.Syncs - then.Syncs, c.Bytes - then.Bytes} }

var flushed, written atomic.Int64

// Now returns what was asked for so far, by files that were opened while counting.
func Now() Counts { return Counts{flushed.Load(), written.Load()} }
