//go:build !linux && !darwin && !freebsd && !dragonfly && !windows

package sqlite

// networkFileSystem returns nothing: this system is not asked.
func networkFileSystem(string) string { return "" }
