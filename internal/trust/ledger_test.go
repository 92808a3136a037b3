package trust

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"sync/atomic"
	"testing"
)

// what is the kind of an entry.
type what string

// What a ledger tells. The words of a client stand around a call of the
// runtime: the first before it, the second after it has returned.
const (
	starting   what = "starting" // client
	started    what = "started"
	ended      what = "ended" // Wait has returned with State
	cancelling what = "cancelling"
	cancelled  what = "cancelled"
	begin      what = "begin" // of an attempt
	success    what = "success"
	failure    what = "failure"
	brokenOff  what = "broken off" // by the end of its context
	called     what = "called"     // a callback, at its begin
	problem    what = "problem"    // something that must not be; Text says what
)

// What owners of a file tell.
const (
	got     what = "got"     // the file
	leaving what = "leaving" // it is about to give the file back
	dying   what = "dying"   // the test is about to kill it
)

// entry is one line of a ledger.
type entry struct {
	Generation int    `json:"g"`
	What       what   `json:"w"`
	Run        string `json:"r,omitempty"`
	Task       string `json:"t,omitempty"`
	Attempt    int    `json:"a,omitempty"`
	State      string `json:"s,omitempty"`
	Text       string `json:"x,omitempty"`
}

// ledger is what a child writes to; it is safe for concurrent use. A line is
// one write to a file that is only appended to, so that it outlives a kill.
type ledger struct {
	file    *os.File
	job     job
	strikes atomic.Int64 // entries of the kind after which the process kills itself
}

func openLedger(j job) (*ledger, error) {
	f, err := os.OpenFile(j.Ledger, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	return &ledger{file: f, job: j}, nil
}

// write adds an entry. A child without its ledger proves nothing, so it ends;
// one that needs none has a ledger without a file.
func (l *ledger) write(e entry) {
	if l.file == nil {
		return
	}
	e.Generation = l.job.Generation
	line, err := json.Marshal(e)
	if err == nil {
		_, err = l.file.Write(append(line, '\n'))
	}
	if err == nil && e.What == l.job.Strike && l.strikes.Add(1) == l.job.StrikeAt {
		err = killYourself()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "ledger:", err)
		os.Exit(4)
	}
}

// problem adds what must not be.
func (l *ledger) problem(run, format string, args ...any) {
	l.write(entry{What: problem, Run: run, Text: fmt.Sprintf(format, args...)})
}

// reading is the test's view of a ledger.
type reading struct {
	path   string
	offset int64
	last   []string // the last lines, for messages
}

// more returns the entries since the last call. The process that wrote them is
// dead. Its last write may have been cut off, which nobody was told of: that
// line does not count, and is ended so that the next process begins a new one.
func (r *reading) more(tb testing.TB) []entry {
	tb.Helper()
	text, err := os.ReadFile(r.path)
	if os.IsNotExist(err) {
		return nil
	}
	if err != nil {
		tb.Fatal(err)
	}
	fresh := text[r.offset:]
	whole := fresh[:bytes.LastIndexByte(fresh, '\n')+1]
	if len(whole) < len(fresh) {
		r.endLine(tb)
		text = append(text, '\n')
	}
	r.offset = int64(len(text))
	var entries []entry
	for s := bufio.NewScanner(bytes.NewReader(whole)); s.Scan(); {
		var e entry
		if err := json.Unmarshal(s.Bytes(), &e); err != nil {
			tb.Fatalf("ledger %s: %q: %v", r.path, s.Text(), err)
		}
		entries = append(entries, e)
		r.last = append(r.last, s.Text())
	}
	const most = 60
	r.last = r.last[max(0, len(r.last)-most):]
	return entries
}

func (r *reading) endLine(tb testing.TB) {
	tb.Helper()
	f, err := os.OpenFile(r.path, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		tb.Fatal(err)
	}
	if _, err := f.WriteString("\n"); err != nil {
		tb.Fatal(err)
	}
	if err := f.Close(); err != nil {
		tb.Fatal(err)
	}
}

// tail returns the last lines for a message.
func (r *reading) tail() string { return strings.Join(r.last, "\n") }
