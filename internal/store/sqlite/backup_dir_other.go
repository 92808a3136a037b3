//go:build !unix

package sqlite

// syncDirectory does nothing: Windows keeps names durable by itself and cannot
// flush a directory.
func syncDirectory(string) error { return nil }
