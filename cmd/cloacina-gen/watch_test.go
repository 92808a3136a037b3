package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cloacina-go/cloacina/cmd/cloacina-gen/internal/load"
	"github.com/cloacina-go/cloacina/cmd/cloacina-gen/internal/report"
	"github.com/fsnotify/fsnotify"
	"go.uber.org/goleak"
)

// watched is a tree that is being watched.
type watched struct {
	*cachedTree
	rounds chan string
	last   string // what the last round printed
	ended  chan error
	stop   context.CancelFunc
}

// watchTree starts watching a tree and waits for the first round.
func watchTree(t *testing.T, c *cachedTree) (*watched, string) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	w := &watched{cachedTree: c, rounds: make(chan string), ended: make(chan error, 1), stop: stop}
	out := &syncBuffer{}
	loop := &watch{
		session: func() (*session, error) {
			return &session{
				dir: c.dir, patterns: []string{"./..."}, format: report.Text, stdout: out, stderr: out, memory: c.memory(),
			}, nil
		},
		now: func() time.Time { return time.Date(2001, 2, 3, 4, 5, 6, 0, time.UTC) },
		round: func() {
			select {
			case w.rounds <- out.take():
			case <-ctx.Done():
			}
		},
	}
	go func() { w.ended <- loop.run(ctx) }()
	t.Cleanup(stop)
	return w, w.next()
}

// next returns what the next round prints.
func (w *watched) next() string {
	w.t.Helper()
	select {
	case w.last = <-w.rounds:
		return w.last
	case err := <-w.ended:
		w.t.Fatalf("the loop has ended: %v", err)
	case <-time.After(20 * time.Second):
		w.t.Fatalf("nothing happens after:\n%s", w.last)
	}
	return ""
}

// until returns what the rounds print until one of them prints a text: a change
// that is made in several steps may be seen in between.
func (w *watched) until(want string) string {
	w.t.Helper()
	var all strings.Builder
	for range 10 {
		said := w.next()
		all.WriteString(said)
		if strings.Contains(said, want) {
			return said
		}
	}
	w.t.Fatalf("%q does not come:\n%s", want, all.String())
	return ""
}

// syncBuffer is a buffer that is read while it is written.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *syncBuffer) take() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	defer b.b.Reset()
	return b.b.String()
}

// Watch follows a tree through mistakes, repairs, new and removed files and
// directories, and the ways in which editors write.
func TestWatch(t *testing.T) {
	t.Parallel()
	w, said := watchTree(t, newCachedTree(t))
	gen := "flow/" + load.FileName
	if !strings.HasPrefix(said, "cloacina-gen: 04:05:06 watching\nflow/flow.go:") || !strings.HasSuffix(said, "1 warning\n") {
		t.Errorf("it begins with\n%s", said)
	}
	if text := content(t, w.path(gen)); !strings.Contains(text, `"first"`) {
		t.Errorf("generated:\n%s", text)
	}

	w.replace("flow/flow.go", "id=first", "id=premier")
	said = w.until("CL0301")
	if !strings.Contains(said, "cloacina-gen: 04:05:06 flow/flow.go changed\n") {
		t.Errorf("the first line is missing:\n%s", said)
	}
	w.replace("flow/flow.go", "dependencies=first", "dependencies=premier")
	w.until("1 warning")
	if text := content(t, w.path(gen)); !strings.Contains(text, `"premier"`) {
		t.Errorf("generated:\n%s", text)
	}

	w.replace("flow/flow.go", "func First", "func First{")
	w.until("syntax error")
	w.replace("flow/flow.go", "func First{", "func First")
	w.until("1 warning")

	// An editor that writes another file and gives it the name of the first.
	w.write("flow/.flow.go.swp", strings.Replace(content(t, w.path("flow/flow.go")), "premier", "erste", 2))
	if err := os.Rename(w.path("flow/.flow.go.swp"), w.path("flow/flow.go")); err != nil {
		t.Fatal(err)
	}
	w.until("1 warning")
	if text := content(t, w.path(gen)); !strings.Contains(text, `"erste"`) {
		t.Errorf("generated:\n%s", text)
	}

	// What the package imports, in the module and in one that go.mod replaces.
	w.replace("other/other.go", "int", "string")
	w.until("CL06")
	w.write("lib/lib.go", "package lib\n\ntype Number int\n")
	w.until("1 warning")
}

// Directories come and go.
func TestWatchDirectories(t *testing.T) {
	t.Parallel()
	w, _ := watchTree(t, newCachedTree(t))
	const flow = "//cloacina:workflow name=deep\npackage deep\n\nimport \"context\"\n\n" +
		"//cloacina:task\nfunc Task(context.Context) error { return nil }\n"
	broken := strings.Replace(flow, "name=", "nam=", 1)
	w.write("new/deep/flow.go", flow)
	for _, err := os.Stat(w.path("new/deep/" + load.FileName)); err != nil; {
		w.next()
		_, err = os.Stat(w.path("new/deep/" + load.FileName))
	}
	w.write("new/deep/flow.go", broken)
	w.until("did you mean \"name\"")
	w.remove("new")
	for said := w.next(); strings.Contains(said, "new/deep/flow.go:"); {
		said = w.next()
	}
	w.write("new/deep/flow.go", broken)
	w.until("did you mean \"name\"")
}

// An interrupt ends the loop without an error and leaves nothing behind.
func TestWatchEnds(t *testing.T) {
	t.Parallel()
	w, _ := watchTree(t, newCachedTree(t))
	w.stop()
	if err := <-w.ended; err != nil {
		t.Errorf("it ends with %v", err)
	}
	if err := goleak.Find(goleak.IgnoreCurrent(), goleak.IgnoreAnyFunction("testing.(*T).Run")); err != nil {
		t.Error(err)
	}
}

// Without its directory there is nothing to watch.
func TestWatchWithoutDirectory(t *testing.T) {
	t.Parallel()
	c := newCachedTree(t)
	c.remove("flow")
	w, _ := watchTree(t, c)
	if err := os.RemoveAll(w.dir); err != nil {
		t.Fatal(err)
	}
	for {
		select {
		case <-w.rounds:
			continue
		case err := <-w.ended:
			if err == nil || !strings.Contains(err.Error(), "is gone") {
				t.Errorf("it ends with %v", err)
			}
		}
		break
	}
}

func TestRelevantEvents(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		op   fsnotify.Op
		want bool
	}{
		{"a.go", fsnotify.Write, true},
		{"a.go", fsnotify.Rename, true},
		{"a.go", fsnotify.Remove, true},
		{"a.go", fsnotify.Chmod, false},
		{"a.go", fsnotify.Chmod | fsnotify.Write, true},
		{"cloacina_gen.go", fsnotify.Write, true},
		{"directory", fsnotify.Create, true},
		{"go.mod", fsnotify.Write, true},
		{"go.work", fsnotify.Create, true},
		{"a.go~", fsnotify.Write, false},
		{".a.go.swp", fsnotify.Write, false},
		{"_a.go", fsnotify.Write, false},
		{"README.md", fsnotify.Write, false},
	} {
		e := fsnotify.Event{Name: filepath.Join("dir", tt.name), Op: tt.op}
		if got := relevant(e); got != tt.want {
			t.Errorf("%v: relevant %v, want %v", e, got, tt.want)
		}
	}
}
