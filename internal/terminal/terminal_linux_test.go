package terminal

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

func TestATerminal(t *testing.T) {
	t.Parallel()
	tty, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Skipf("this machine has no terminals: %v", err)
	}
	defer func() { _ = tty.Close() }()
	if err := unix.IoctlSetWinsize(int(tty.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Col: 81, Row: 23}); err != nil {
		t.Fatal(err)
	}
	if columns, rows, ok := Size(tty); !Is(tty) || columns != 81 || rows != 23 || !ok {
		t.Errorf("is a terminal: %v, of %d columns and %d rows, %v", Is(tty), columns, rows, ok)
	}
}

func TestNoTerminal(t *testing.T) {
	t.Parallel()
	file, err := os.Create(filepath.Join(t.TempDir(), "file"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	if _, _, ok := Size(file); Is(file) || ok {
		t.Error("a file is a terminal")
	}
	if _, _, ok := Size(&bytes.Buffer{}); Is(&bytes.Buffer{}) || ok {
		t.Error("a buffer is a terminal")
	}
}
