//go:build !unix

package main

import (
	"errors"
	"fmt"
	"runtime"
	"time"
)

// processorTime returns how much of the processor the process has taken.
func processorTime() (time.Duration, error) {
	return 0, fmt.Errorf("time of the processor on %s: %w", runtime.GOOS, errors.ErrUnsupported)
}
