package progress

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// terminalPair opens a terminal: what is written to the second file comes out of
// the first one.
func terminalPair(t *testing.T) (master, slave *os.File) {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Skipf("this machine has no terminals: %v", err)
	}
	t.Cleanup(func() { _ = master.Close() })
	fd := int(master.Fd())
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	n, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	if slave, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = slave.Close() })
	return master, slave
}

// On a terminal it is a tree, and lines on one that cannot move its cursor.
func TestShowOnATerminal(t *testing.T) {
	r := open(t, workflow(job{id: "fetch"}, job{id: "store", deps: []int{0}}))
	defer shutdown(t, r)
	if _, err := r.Wait(t.Context(), "42"); err != nil {
		t.Fatal(err)
	}
	t.Setenv("NO_COLOR", "")
	t.Setenv("FORCE_COLOR", "")
	for term, want := range map[string]struct{ part, end string }{
		"xterm": {"\x1b[32m✓ ", "\x1b[?7h"}, "dumb": {"fetch completed", "(run 42)\r\n"},
	} {
		t.Setenv("TERM", term)
		master, slave := terminalPair(t)
		if err := Show(t.Context(), slave, r, "42"); err != nil {
			t.Fatal(err)
		}
		got := read(t, master, want.end)
		if moves := strings.Contains(got, "\x1b["); !strings.Contains(got, want.part) || moves == (term == "dumb") {
			t.Errorf("on a terminal that is %s: %q", term, got)
		}
	}
}

// read reads up to an end, or that of a tree.
func read(t *testing.T, f *os.File, end string) string {
	t.Helper()
	var got []byte
	buf := make([]byte, 4096)
	for !strings.HasSuffix(string(got), end) && !strings.HasSuffix(string(got), "\x1b[?7h") {
		n, err := f.Read(buf)
		if err != nil {
			t.Fatalf("%v behind %q", err, got)
		}
		got = append(got, buf[:n]...)
	}
	return string(got)
}
