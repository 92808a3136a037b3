package sqlite

import "github.com/cloacina-go/cloacina/internal/faultvfs"

// What the store writes beside SQLite goes through the disks of the tests, too.
func init() {
	openLog = func(vfs, path string) (logFile, error) { return faultvfs.OpenFile(vfs, path) }
}
