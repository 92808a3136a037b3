//go:build linux

package faultvfs

import lib "modernc.org/sqlite/lib"

// Kind is a kind of operation.
type Kind uint8

// The kinds of operations.
const (
	Open Kind = iota + 1
	Read
	Write
	Truncate
	Sync
	Close
	Delete
)

// String returns the kind's name.
func (k Kind) String() string {
	return [...]string{"?", "open", "read", "write", "truncate", "sync", "close", "delete"}[k]
}

// usualCodes are the result codes of operations that fail.
var usualCodes = [...]int32{
	Open: lib.SQLITE_CANTOPEN, Read: lib.SQLITE_IOERR_READ, Write: lib.SQLITE_IOERR_WRITE,
	Truncate: lib.SQLITE_IOERR_TRUNCATE, Sync: lib.SQLITE_IOERR_FSYNC,
	Close: lib.SQLITE_IOERR_CLOSE, Delete: lib.SQLITE_IOERR_DELETE,
}

// Op is an operation of the journal.
type Op struct {
	Kind Kind
	// Path is the path of the file.
	Path string
	// Offset is where a write begins, or the size after a truncation.
	Offset int64
	// Data is what was written, or, of the first operation on a file that was
	// there before, the content of the file.
	Data []byte
	// Created says that the file was made by this open, or is empty and new to
	// the VFS, so that nothing says that its name is durable.
	Created bool
	// Dir says that a deletion or a sync syncs the directory too.
	Dir bool
	// Lie says that a sync did nothing.
	Lie bool
	// Code is the result code; what failed did nothing, or wrote Data only.
	Code int32
}
