package cache

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestDirKeepsAnswers(t *testing.T) {
	t.Parallel()
	d := Dir{Path: filepath.Join(t.TempDir(), "below", "it")}
	k := NewKey("question")
	if _, ok := d.Get(k); ok {
		t.Fatal("an answer that was never given")
	}
	for _, answer := range []string{"one", "", strings.Repeat("two", 1000)} {
		if err := d.Put(k, []byte(answer)); err != nil {
			t.Fatal(err)
		}
		if got, ok := d.Get(k); !ok || string(got) != answer {
			t.Errorf("got %q, %v, want %q", got, ok, answer)
		}
	}
	if _, ok := d.Get(NewKey("another question")); ok {
		t.Error("the answer to another question")
	}
}

// Any damage of an entry makes it an answer that was never given.
func TestDirIgnoresDamage(t *testing.T) {
	t.Parallel()
	d := Dir{Path: t.TempDir()}
	k := NewKey("question")
	if err := d.Put(k, []byte("the answer")); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(d.file(k))
	if err != nil {
		t.Fatal(err)
	}
	damage := func(text []byte) {
		t.Helper()
		if err := os.WriteFile(d.file(k), text, 0o600); err != nil {
			t.Fatal(err)
		}
		if got, ok := d.Get(k); ok {
			t.Errorf("%q was taken for the answer %q", text, got)
		}
	}
	for i := range whole {
		damage(whole[:i])
		flipped := bytes.Clone(whole)
		flipped[i] ^= 1
		damage(flipped)
	}
	damage(append(bytes.Clone(whole), 0))
}

func TestDirIsBounded(t *testing.T) {
	t.Parallel()
	d := Dir{Path: t.TempDir()}
	foreign := filepath.Join(d.Path, "README")
	half := d.file(NewKey("dead")) + ".0123456789abcdef"
	fresh := d.file(NewKey("alive")) + ".0123456789abcdef"
	for _, path := range []string{foreign, half, fresh} {
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	long := time.Now().Add(-2 * abandoned)
	for _, path := range []string{foreign, half} {
		if err := os.Chtimes(path, long, long); err != nil {
			t.Fatal(err)
		}
	}
	begin := time.Now().Add(-time.Hour)
	for i := range maxEntries + 10 {
		k := NewKey(fmt.Sprint(i))
		if err := os.WriteFile(d.file(k), []byte("old"), 0o600); err != nil {
			t.Fatal(err)
		}
		at := begin.Add(time.Duration(i) * time.Second)
		if err := os.Chtimes(d.file(k), at, at); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.Put(NewKey("new"), []byte("answer")); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(d.Path)
	if err != nil || len(entries) != maxEntries+2 {
		t.Errorf("%d files are left, want %d entries, a foreign file and one that is being written: %v",
			len(entries), maxEntries, err)
	}
	for path, want := range map[string]bool{
		foreign: true, fresh: true, half: false, d.file(NewKey("new")): true,
		d.file(NewKey("0")): false, d.file(NewKey("10")): false, d.file(NewKey(fmt.Sprint(maxEntries + 9))): true,
	} {
		if _, err := os.Stat(path); (err == nil) != want {
			t.Errorf("%s: %v, want kept %v", path, err, want)
		}
	}
	if err := d.Put(NewKey("huge"), make([]byte, maxEntry+1)); err == nil {
		t.Error("an entry larger than all is kept")
	}
}

// Processes that use one directory at once read whole answers or none.
func TestDirAtOnce(t *testing.T) {
	t.Parallel()
	d := Dir{Path: t.TempDir()}
	k := NewKey("question")
	var all sync.WaitGroup
	for i := range 8 {
		answer := bytes.Repeat([]byte{byte('a' + i)}, 100_000)
		all.Go(func() {
			for range 20 {
				if err := d.Put(k, answer); err != nil {
					t.Error(err)
				}
				if got, ok := d.Get(k); ok && bytes.Count(got, got[:1]) != len(answer) {
					t.Errorf("an answer of %d bytes, mixed", len(got))
				}
			}
		})
	}
	all.Wait()
	if entries, err := os.ReadDir(d.Path); err != nil || len(entries) != 1 {
		t.Errorf("%d files are left, want 1: %v", len(entries), err)
	}
}

func TestNoDirRemembersNothing(t *testing.T) {
	t.Parallel()
	var d Dir
	if err := d.Put(NewKey("x"), nil); err != nil {
		t.Error(err)
	}
	if _, ok := d.Get(NewKey("x")); ok {
		t.Error("an answer from nowhere")
	}
	var m *Memory
	m.Remember(nil, nil, "x")
	if _, ok := m.Recall("x"); ok || NewMemory(d, nil) != nil {
		t.Error("a memory without a directory")
	}
	blocked := Dir{Path: filepath.Join(t.TempDir(), "file")}
	if err := os.WriteFile(blocked.Path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := blocked.Put(NewKey("x"), nil); err == nil {
		t.Error("an answer was written below a file")
	}
}
