package golden

import (
	"bytes"
	"errors"
	"os/exec"
	"strings"
	"testing"
)

// Generator runs cloacina-gen, as it is in this repository, in a directory. It
// returns everything that it printed, and its exit code.
func Generator(t *testing.T, dir string, args ...string) (printed string, code int) {
	t.Helper()
	// go tool -n builds the tool if need be and says where it is.
	path, err := exec.CommandContext(t.Context(), "go", "tool", "-n", "cloacina-gen").Output()
	if err != nil {
		t.Fatalf("build cloacina-gen: %v", err)
	}
	var out bytes.Buffer
	cmd := exec.CommandContext(t.Context(), strings.TrimSpace(string(path)), args...)
	cmd.Dir = dir
	cmd.Stdout, cmd.Stderr = &out, &out
	err = cmd.Run()
	if _, exited := errors.AsType[*exec.ExitError](err); err != nil && !exited {
		t.Fatal(err)
	}
	return out.String(), cmd.ProcessState.ExitCode()
}
