package sqlite

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
	"io/fs"
	"os"
)

// The format of a log, which SQLite describes in "WAL-mode File Format".
const (
	walHeaderSize   = 32
	frameHeaderSize = 24
	walMagic        = 0x377f0682 // the last bit says that sums are big-endian
	largestPage     = 1 << 16
)

// walSum is the checksum of a log, which goes on from frame to frame.
type walSum struct {
	order  binary.ByteOrder
	s1, s2 uint32
}

// add goes on over some bytes, whose number is a multiple of eight.
func (s *walSum) add(b []byte) {
	for ; len(b) >= 8; b = b[8:] {
		s.s1 += s.order.Uint32(b) + s.s2
		s.s2 += s.order.Uint32(b[4:]) + s.s1
	}
}

// is reports whether the sum is the one that is stored in eight bytes.
func (s *walSum) is(b []byte) bool {
	return binary.BigEndian.Uint32(b) == s.s1 && binary.BigEndian.Uint32(b[4:]) == s.s2
}

// committedFrames returns up to which frame SQLite would take over a log that
// it has to build the index for, such as after a crash: the last valid frame
// that completes a transaction.
func committedFrames(path string) (frames int64, err error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	frames, err = scanLog(bufio.NewReaderSize(f, 1<<20))
	return frames, errors.Join(ended(err), f.Close())
}

// logHeader reads the header of a log: the size of its pages and the sum that
// its frames go on from.
func logHeader(header []byte) (pageSize int, sum walSum, ok bool) {
	magic := binary.BigEndian.Uint32(header)
	size := binary.BigEndian.Uint32(header[8:])
	sum.order = binary.LittleEndian
	if magic&1 == 1 {
		sum.order = binary.BigEndian
	}
	sum.add(header[:24])
	ok = magic&^1 == walMagic && size >= 512 && size <= largestPage && sum.is(header[24:])
	return int(size), sum, ok
}

// scanLog reads frames until one is not valid. Its error is that of reading.
func scanLog(r io.Reader) (committed int64, err error) {
	header := make([]byte, walHeaderSize)
	if _, err := io.ReadFull(r, header); err != nil {
		return 0, err
	}
	size, sum, ok := logHeader(header)
	if !ok {
		return 0, nil
	}
	frame := make([]byte, frameHeaderSize+size)
	for n := int64(1); ; n++ {
		if _, err := io.ReadFull(r, frame); err != nil {
			return committed, err
		}
		if !sum.frame(frame) || string(frame[8:16]) != string(header[16:24]) {
			return committed, nil
		}
		if completes(frame) {
			committed = n
		}
	}
}

// frame goes on over a frame, and reports whether its sum is the one stored in it.
func (s *walSum) frame(frame []byte) bool {
	s.add(frame[:8])
	s.add(frame[frameHeaderSize:])
	return s.is(frame[16:])
}

// completes reports whether a frame is the last one of a transaction.
func completes(frame []byte) bool {
	return binary.BigEndian.Uint32(frame[4:]) != 0 // the size of the file after it
}
