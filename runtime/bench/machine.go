package main

import (
	"fmt"
	"os"
	"runtime"
	"strings"
)

// machine says what figures depend on, in one line.
func machine(dir string) string {
	if dir == "" {
		dir = os.TempDir()
	}
	return fmt.Sprintf("%s %s/%s, %d cores, files on %s, load %s",
		runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.GOMAXPROCS(0), fileSystem(dir), load())
}

// load is how busy the machine was during the last one, five and fifteen minutes,
// where the system tells.
func load() string {
	text, err := os.ReadFile("/proc/loadavg")
	fields := strings.Fields(string(text))
	if err != nil || len(fields) < 3 {
		return "unknown"
	}
	return strings.Join(fields[:3], " ")
}
