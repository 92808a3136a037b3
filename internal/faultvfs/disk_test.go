//go:build linux

package faultvfs

import (
	"bytes"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	lib "modernc.org/sqlite/lib"
)

// letters returns text of whole sectors, such as "aab" for three of them.
func letters(sectors string) []byte {
	var b []byte
	for _, letter := range []byte(sectors) {
		b = append(b, bytes.Repeat([]byte{letter}, sector)...)
	}
	return b
}

// These make the operations of a journal. A position counts sectors.
func created(path string) Op           { return Op{Kind: Open, Path: path, Created: true} }
func existing(path, sectors string) Op { return Op{Kind: Open, Path: path, Data: letters(sectors)} }
func wrote(path string, at int, s string) Op {
	return Op{Kind: Write, Path: path, Offset: int64(at * sector), Data: letters(s)}
}
func truncate(path string, size int) Op {
	return Op{Kind: Truncate, Path: path, Offset: int64(size * sector)}
}
func synced(path string) Op            { return Op{Kind: Sync, Path: path} }
func syncedDir(path string) Op         { return Op{Kind: Sync, Path: path, Dir: true} }
func deleted(path string, dir bool) Op { return Op{Kind: Delete, Path: path, Dir: dir} }

func failing(op Op) Op {
	op.Code = lib.SQLITE_IOERR
	return op
}

func lying(op Op) Op {
	op.Lie = true
	return op
}

// replayed returns the disk after some operations.
func replayed(seed uint64, ops ...Op) *Disk {
	d := NewDisk(seed)
	for i := range ops {
		d.Apply(&ops[i])
	}
	return d
}

// listing returns files with a letter for each sector, such as "a:xxy b:".
func listing(files map[string][]byte) string {
	var list []string
	for _, path := range slices.Sorted(maps.Keys(files)) {
		text := filepath.Base(path) + ":"
		for one := range slices.Chunk(files[path], sector) {
			switch {
			case bytes.Count(one, one[:1]) != len(one):
				text += "?"
			case one[0] == 0:
				text += "0"
			default:
				text += string(one[:1])
			}
		}
		list = append(list, text)
	}
	return strings.Join(list, " ")
}

func TestWhatIsDurable(t *testing.T) {
	t.Parallel()
	old := existing("/d/f", "aaa")
	for name, test := range map[string]struct {
		ops  []Op
		want string
	}{
		"a file that was there":     {[]Op{old}, "f:aaa"},
		"a write":                   {[]Op{old, wrote("/d/f", 1, "b")}, "f:aaa"},
		"a synced write":            {[]Op{old, wrote("/d/f", 1, "b"), synced("/d/f")}, "f:aba"},
		"a write after a sync":      {[]Op{old, wrote("/d/f", 1, "b"), synced("/d/f"), wrote("/d/f", 0, "c")}, "f:aba"},
		"the sync of another file":  {[]Op{old, existing("/d/g", "x"), wrote("/d/f", 1, "b"), synced("/d/g")}, "f:aaa g:x"},
		"two writes":                {[]Op{old, wrote("/d/f", 0, "bb"), wrote("/d/f", 1, "cc"), synced("/d/f")}, "f:bcc"},
		"a longer file":             {[]Op{old, wrote("/d/f", 5, "b"), synced("/d/f")}, "f:aaa00b"},
		"a truncation":              {[]Op{old, truncate("/d/f", 1)}, "f:aaa"},
		"a synced truncation":       {[]Op{old, truncate("/d/f", 1), synced("/d/f")}, "f:a"},
		"zeros behind a truncation": {[]Op{old, truncate("/d/f", 1), wrote("/d/f", 2, "b"), synced("/d/f")}, "f:a0b"},
		"a failed truncation":       {[]Op{old, failing(truncate("/d/f", 1)), synced("/d/f")}, "f:aaa"},
		"a lie":                     {[]Op{old, wrote("/d/f", 1, "b"), lying(synced("/d/f"))}, "f:aaa"},
		"half of a failed write":    {[]Op{old, failing(wrote("/d/f", 1, "b")), synced("/d/f")}, "f:aba"},
		"a new file":                {[]Op{created("/d/f"), wrote("/d/f", 0, "b")}, ""},
		"a new file, synced":        {[]Op{created("/d/f"), wrote("/d/f", 0, "b"), synced("/d/f")}, ""},
		"a new file and its name":   {[]Op{created("/d/f"), wrote("/d/f", 0, "b"), syncedDir("/d/f")}, "f:b"},
		"a name by another":         {[]Op{created("/d/f"), created("/d/g"), syncedDir("/d/g")}, "f: g:"},
		"a name in another place":   {[]Op{created("/d/f"), created("/e/g"), syncedDir("/e/g")}, "g:"},
		"a name by a lie":           {[]Op{created("/d/f"), lying(syncedDir("/d/f"))}, ""},
		"a failed open":             {[]Op{failing(created("/d/f")), created("/d/g"), syncedDir("/d/g")}, "g:"},
		"a deletion":                {[]Op{old, deleted("/d/f", false)}, "f:aaa"},
		"a synced deletion":         {[]Op{old, deleted("/d/f", true)}, ""},
		"a failed deletion":         {[]Op{old, failing(deleted("/d/f", true))}, "f:aaa"},
		"deleted and made again":    {[]Op{old, deleted("/d/f", false), created("/d/f"), wrote("/d/f", 0, "b"), synced("/d/f")}, "f:aaa"},
		"made again, with its name": {[]Op{old, deleted("/d/f", false), created("/d/f"), wrote("/d/f", 0, "b"), syncedDir("/d/f")}, "f:b"},
		"opened again":              {[]Op{old, {Kind: Open, Path: "/d/f"}, wrote("/d/f", 0, "b"), synced("/d/f")}, "f:baa"},
		"reads and closes":          {[]Op{old, {Kind: Read, Path: "/d/f"}, {Kind: Close, Path: "/d/f"}}, "f:aaa"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := replayed(1, test.ops...)
			if got := listing(d.durable()); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
			if seen := images(d); !seen[test.want] {
				t.Errorf("no image holds what is durable only: %v", seen)
			}
		})
	}
}

// images returns what many images hold.
func images(d *Disk) map[string]bool {
	seen := map[string]bool{}
	for seed := range uint64(500) {
		seen[listing(d.image(seed))] = true
	}
	return seen
}

// TestWhatAnImageMayHold lists all that may be left, which is all that is left
// at some time, and nothing else.
func TestWhatAnImageMayHold(t *testing.T) {
	t.Parallel()
	old := existing("/d/f", "aaa")
	for name, test := range map[string]struct {
		ops  []Op
		want string
	}{
		"nothing pending": {[]Op{old, wrote("/d/f", 0, "b"), synced("/d/f")}, "f:baa"},
		"a torn write":    {[]Op{old, wrote("/d/f", 1, "bb")}, "f:aaa|f:aab|f:aba|f:abb"},
		"a sector never goes back": {
			[]Op{old, wrote("/d/f", 0, "b"), synced("/d/f"), wrote("/d/f", 0, "c"), wrote("/d/f", 0, "d")},
			"f:baa|f:caa|f:daa",
		},
		"two writes in any order": {
			[]Op{old, wrote("/d/f", 0, "b"), wrote("/d/f", 2, "c")}, "f:aaa|f:baa|f:aac|f:bac",
		},
		"a truncation":      {[]Op{old, truncate("/d/f", 1)}, "f:aaa|f:a"},
		"a longer file":     {[]Op{old, wrote("/d/f", 3, "b")}, "f:aaa|f:aaab|f:aaa0|f:aaa?"},
		"a name":            {[]Op{created("/d/f"), created("/d/g")}, "|f:|g:|f: g:"},
		"a deletion":        {[]Op{old, deleted("/d/f", false)}, "|f:aaa"},
		"a name made again": {[]Op{old, deleted("/d/f", false), created("/d/f")}, "|f:aaa|f:"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			seen := images(replayed(1, test.ops...))
			for want := range strings.SplitSeq(test.want, "|") {
				if !seen[want] {
					t.Errorf("%q was never left", want)
				}
				delete(seen, want)
			}
			for got := range seen {
				t.Errorf("%q was left", got)
			}
		})
	}
}

// TestFailedSyncDecides has a sync fail and a later one succeed: what became of
// the writes before was decided by the first, one way or the other.
func TestFailedSyncDecides(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for seed := range uint64(200) {
		d := replayed(seed, existing("/d/f", "aaa"), wrote("/d/f", 1, "bb"),
			failing(synced("/d/f")), wrote("/d/f", 0, "c"), synced("/d/f"))
		first, again := listing(d.durable()), listing(d.image(1))
		if first != again {
			t.Fatalf("seed %d: not decided: %q and %q", seed, first, again)
		}
		seen[first] = true
	}
	for _, want := range []string{"f:caa", "f:cab", "f:cba", "f:cbb"} {
		if !seen[want] {
			t.Errorf("%q never came out: %v", want, seen)
		}
	}
}

func TestSameSeedSameImage(t *testing.T) {
	t.Parallel()
	different := map[string]bool{}
	for seed := range uint64(20) {
		d := replayed(1, existing("/d/f", "aaaaaaaa"), wrote("/d/f", 0, "bcdefghij"), existing("/d/g", "a"))
		first, again := listing(d.image(seed)), listing(d.image(seed))
		if first != again {
			t.Errorf("seed %d: %q and %q", seed, first, again)
		}
		different[first] = true
	}
	if len(different) < 8 {
		t.Errorf("20 seeds gave %d images", len(different))
	}
}

func TestImageIsWritten(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	d := replayed(1, existing("/d/f", "ab"), existing("/d/g", "c"))
	if err := d.Image(dir, 1); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"f": "ab", "g": "c"} {
		if got, err := os.ReadFile(filepath.Join(dir, name)); err != nil || !bytes.Equal(got, letters(want)) {
			t.Errorf("%s: %d bytes, %v", name, len(got), err)
		}
	}
	if err := d.Durable(filepath.Join(dir, "missing")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

// TestDiskOf has a second process go on with the files of a first one.
func TestDiskOf(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, content := range map[string]string{"f": "ab", "f-shm": "x"} {
		if err := os.WriteFile(filepath.Join(dir, name), letters(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	d, err := DiskOf(1, dir)
	if err != nil {
		t.Fatal(err)
	}
	f := filepath.Join(dir, "f")
	for _, op := range []Op{existing(f, "zz"), wrote(f, 1, "c")} { // what is known counts
		d.Apply(&op)
	}
	if got := listing(d.durable()); got != "f:ab" {
		t.Errorf("got %q", got)
	}
	op := synced(f)
	d.Apply(&op)
	if got := listing(d.durable()); got != "f:ac" {
		t.Errorf("got %q", got)
	}
}
