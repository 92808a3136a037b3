//go:build darwin || freebsd || dragonfly

package sqlite

import (
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// networkTypes are the beginnings of the names of network file systems, as
// mount(8) shows them. What FUSE mounts has names such as macfuse_sshfs.
var networkTypes = []string{"nfs", "smbfs", "cifs", "afpfs", "webdav", "ftp", "p9fs", "9p", "macfuse", "osxfuse", "fusefs"}

// networkFileSystem returns the name of the network file system that a file
// is on, "" if it is on none that is known.
func networkFileSystem(path string) string {
	var s unix.Statfs_t
	if err := unix.Statfs(path, &s); err != nil {
		return "" // Open will say what is wrong with the path
	}
	name := unix.ByteSliceToString(s.Fstypename[:])
	if slices.ContainsFunc(networkTypes, func(prefix string) bool { return strings.HasPrefix(name, prefix) }) {
		return name
	}
	return ""
}
