package sqlite

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"time"

	"github.com/cloacina-go/cloacina/internal/teeth"
)

// checkLog looks at the log that a process has left which did not close the
// file, and reports whether there is one with something in it. It refuses one
// with a damaged header: SQLite takes that for an empty one and writes over it,
// and the commits in it are lost without a word.
//
// Only a power failure in the middle of a sector leaves such a log, when it
// begins anew. All that is in the log is in the file by then, which can be seen
// from the two, and then there is nothing to lose.
func checkLog(path string) (left bool, err error) {
	f, err := os.Open(path + "-wal")
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	start := make([]byte, walHeaderSize+frameHeaderSize)
	if _, err := io.ReadFull(f, start); err != nil {
		return false, ended(err) // there is no page in it
	}
	if _, _, ok := logHeader(start); ok || teeth.Has(teeth.BrokenLogAccepted) {
		return true, nil
	}
	copied, err := allCopied(path, io.NewSectionReader(f, walHeaderSize, 1<<62))
	if err == nil && !copied {
		err = fmt.Errorf("%w: %q is no log of it; if there is no backup, move that file away "+
			"to go on without the last commits, which are in it", ErrDamaged, path+"-wal")
	}
	return true, err
}

// checkLogOfOthers is checkLog beside a process that may be writing to the log,
// and be seen in the middle of it.
func checkLogOfOthers(path string) (err error) {
	const looks = 3
	for range looks {
		if _, err = checkLog(path); err == nil {
			return nil
		}
		time.Sleep(clockTick)
	}
	return err
}

// ended returns the error of reading, unless it is that of the end of a file.
func ended(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil
	}
	return err
}

// allCopied reports whether the file has every page that is in the frames of
// its log, whose header cannot be read, as the last transaction in it left it.
// If it is not clear what the last one is, they are not.
func allCopied(path string, frames io.Reader) (copied bool, err error) {
	file, err := os.Open(path)
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	header := make([]byte, 18)
	if _, err := io.ReadFull(file, header); err != nil {
		return false, ended(err)
	}
	size := int(binary.BigEndian.Uint16(header[16:]))
	if size == 1 { // 65,536 does not fit
		size = largestPage
	}
	pages, err := lastPages(bufio.NewReaderSize(frames, 1<<20), size)
	if err != nil || len(pages) == 0 {
		return false, err
	}
	page := make([]byte, size)
	for number, want := range pages {
		if _, err := file.ReadAt(page, (number-1)*int64(size)); err != nil || !bytes.Equal(page, want) {
			return false, ended(err)
		}
	}
	return true, nil
}

// lastPages returns the pages that the transactions in the frames of a log
// leave, or none if there may be more than can be read. The first frame is taken
// as it is, since what it follows from is lost. What the log held before it began
// anew may be behind its frames, with another salt.
func lastPages(frames io.Reader, size int) (pages map[int64][]byte, err error) {
	pages = map[int64][]byte{}
	pending := map[int64][]byte{} // of a transaction that is not complete
	sum := walSum{order: binary.NativeEndian}
	var first []byte
	for {
		frame := make([]byte, frameHeaderSize+size)
		if _, err := io.ReadFull(frames, frame); err != nil {
			return pages, ended(err)
		}
		switch {
		case first == nil:
			first = frame
			sum.s1, sum.s2 = binary.BigEndian.Uint32(frame[16:]), binary.BigEndian.Uint32(frame[20:])
		case string(frame[8:16]) != string(first[8:16]):
			return pages, nil
		case !sum.frame(frame):
			return nil, nil
		}
		pending[int64(binary.BigEndian.Uint32(frame))] = frame[frameHeaderSize:]
		if completes(frame) {
			maps.Copy(pages, pending)
			clear(pending)
		}
	}
}

// logFile is a log that is opened beside SQLite.
type logFile interface {
	io.ReaderAt
	io.WriterAt
	Sync() error
	Close() error
}

// openLog opens a log to be written again. Tests put the disk of a VFS in its place.
var openLog = func(_, path string) (logFile, error) { return os.OpenFile(path, os.O_RDWR, 0) }

// keepLeft makes durable what a process that died has left in the log. It has
// been written, or it would not be there, but perhaps not flushed, or a flush
// failed; and from now on it is told to whoever asks.
//
// All of it is written once more, as it is, because some systems do not write
// again what they failed to write. Only then is it copied into the file: as long
// as a power failure may leave the beginning of the log alone, SQLite would take
// older pages from there than the file has, and mix them. If it cannot be written,
// as the disk is full, it is flushed where it is, and copied later.
func (w *writer) keepLeft() error {
	if teeth.Has(teeth.LeftLogNotFlushed) {
		w.unsure = false
		return nil
	}
	unwritten, err := rewriteLog(w.path, w.vfs)
	if err != nil || unwritten != nil {
		return err
	}
	w.unsure = false
	_ = w.checkpoint("PASSIVE") // what it leaves, as somebody reads, is copied later
	return nil
}

// writeAgain writes each byte of a file over itself.
func writeAgain(f logFile) error {
	buffer := make([]byte, 1<<18)
	for offset := int64(0); ; {
		n, err := f.ReadAt(buffer, offset)
		if _, failed := f.WriteAt(buffer[:n], offset); failed != nil {
			return failed
		}
		if err != nil {
			return ended(err)
		}
		offset += int64(n)
	}
}
