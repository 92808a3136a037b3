//go:build !linux

package trust

import "errors"

// inode is asked for on Linux only.
func inode(string) (uint64, error) { return 0, errors.ErrUnsupported }
