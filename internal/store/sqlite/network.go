package sqlite

import "fmt"

// networkNote returns a sentence if a file lies on a file system that other
// machines may share, else nothing. Locks and shared memory do not work there
// as a store needs them: runners on two machines may both get the lock, and
// each machine has an index of the log of its own.
func networkNote(path string) string {
	name := networkFileSystem(path)
	if name == "" {
		return ""
	}
	return fmt.Sprintf("%q is on a file system that other machines may share (%s), where locks are not reliable: "+
		"use it from one machine only, or better move it to a local disk", path, name)
}
