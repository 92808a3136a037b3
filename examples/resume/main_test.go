package main

import (
	"bytes"
	"os/exec"
	"runtime"
	"testing"

	"github.com/cloacina-go/cloacina/examples/internal/golden"
)

// The script kills a real process with SIGKILL.
func TestOutput(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("the script needs a POSIX shell and SIGKILL")
	}
	var stderr bytes.Buffer
	cmd := exec.CommandContext(t.Context(), "sh", "resume.sh")
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("resume.sh: %v\n%s%s", err, out, stderr.Bytes())
	}
	golden.Check(t, "output.txt", string(out))
}
