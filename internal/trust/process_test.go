package trust

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// patience is how long a test waits for what a child says or for its end. A child
// that takes longer hangs, also on a machine that does other things meanwhile.
const patience = time.Minute

// process is a child of the test.
type process struct {
	tb     testing.TB
	job    job
	cmd    *exec.Cmd
	in     io.WriteCloser
	lines  chan string // what it says; closed at its end
	stderr bytes.Buffer
	// begun is the instant before the start of the process.
	begun time.Time
}

// start starts a child with a job. A test that ends early kills it.
func start(tb testing.TB, j job) *process {
	tb.Helper()
	text, err := json.Marshal(j)
	if err != nil {
		tb.Fatal(err)
	}
	p := &process{tb: tb, job: j, cmd: exec.Command(os.Args[0]), lines: make(chan string, 1024)}
	p.cmd.Env = append(os.Environ(), childVariable+"="+string(text))
	p.cmd.Stderr = &p.stderr
	if p.in, err = p.cmd.StdinPipe(); err != nil {
		tb.Fatal(err)
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		tb.Fatal(err)
	}
	p.begun = time.Now()
	if err := p.cmd.Start(); err != nil {
		tb.Fatal(err)
	}
	go func() {
		defer close(p.lines)
		for s := bufio.NewScanner(out); s.Scan(); {
			p.lines <- s.Text()
		}
	}()
	tb.Cleanup(func() {
		if p.cmd.ProcessState == nil {
			_ = p.cmd.Process.Kill() // the test has failed already
			_ = p.wait()
		}
	})
	return p
}

// pid is the number of the process.
func (p *process) pid() int { return p.cmd.Process.Pid }

// tell gives the child an order, which is one line.
func (p *process) tell(format string, args ...any) {
	p.tb.Helper()
	if _, err := fmt.Fprintf(p.in, format+"\n", args...); err != nil {
		p.tb.Errorf("tell process %d: %v", p.pid(), err)
	}
}

// next returns the next line that the child says.
func (p *process) next() string {
	p.tb.Helper()
	late := time.NewTimer(patience)
	defer late.Stop()
	select {
	case line, ok := <-p.lines:
		if !ok {
			p.tb.Fatalf("process %d (%s) has ended: %v\n%s", p.pid(), p.job.Role, p.wait(), p.stderr.String())
		}
		return line
	case <-late.C:
		p.hangs()
		return ""
	}
}

// hangs fails the test with what the child is doing.
func (p *process) hangs() {
	p.tb.Helper()
	_ = p.cmd.Process.Signal(syscall.SIGQUIT) // it may have ended just now
	_ = p.wait()
	p.tb.Fatalf("process %d (%s) says nothing for %v; it was\n%s", p.pid(), p.job.Role, patience, p.stderr.String())
}

// expect reads the next line, which has to begin with a word, and returns the rest.
func (p *process) expect(word string) string {
	p.tb.Helper()
	line := p.next()
	first, rest, _ := strings.Cut(line, " ")
	if first != word {
		p.tb.Fatalf("process %d (%s) says %q, want %q\n%s", p.pid(), p.job.Role, line, word, p.stderr.String())
	}
	return rest
}

// kill ends the child as kill -9 does, and waits until it is gone. It tells
// whether that was in time: the child may have come to its end by itself.
func (p *process) kill() (killed bool) {
	p.tb.Helper()
	if err := p.cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		p.tb.Fatalf("kill process %d: %v", p.pid(), err)
	}
	err := p.wait()
	if err != nil && !wasKilled(err) {
		p.tb.Errorf("process %d (%s): %v\n%s", p.pid(), p.job.Role, err, p.stderr.String())
	}
	return err != nil
}

// wait waits for the end of the child. One that hangs is ended, and tells what it
// was doing.
func (p *process) wait() error {
	late := time.AfterFunc(patience, func() { _ = p.cmd.Process.Signal(syscall.SIGQUIT) })
	defer late.Stop()
	for range p.lines { // the pipe is read to its end before Wait closes it
	}
	return errors.Join(ignoreClosed(p.in.Close()), p.cmd.Wait())
}

// finished waits for a child that ends by itself.
func (p *process) finished() {
	p.tb.Helper()
	if err := p.wait(); err != nil {
		p.tb.Fatalf("process %d (%s): %v\n%s", p.pid(), p.job.Role, err, p.stderr.String())
	}
}

// wasKilled tells an end by a signal from one with an exit code.
func wasKilled(err error) bool {
	var exit *exec.ExitError
	return errors.As(err, &exit) && exit.ExitCode() == -1
}

func ignoreClosed(err error) error {
	if errors.Is(err, os.ErrClosed) {
		return nil
	}
	return err
}

// parent is the test, as a child sees it.
type parent struct {
	out    io.Writer
	orders chan string
}

// newParent listens to the test. A child does not outlive it.
func newParent(in io.Reader, out io.Writer) *parent {
	p := &parent{out: out, orders: make(chan string, 16)}
	go func() {
		for s := bufio.NewScanner(in); s.Scan(); {
			p.orders <- s.Text()
		}
		os.Exit(3)
	}()
	return p
}

// say tells the test something in one line.
func (p *parent) say(format string, args ...any) {
	if _, err := fmt.Fprintf(p.out, format+"\n", args...); err != nil {
		os.Exit(3)
	}
}

// order returns the next line from the test.
func (p *parent) order() string { return <-p.orders }
