package sqlite

import (
	"database/sql/driver"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/maphash"
	"slices"
	"strconv"
	"strings"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/plan"
)

// packLeaves returns leaves as they are stored: a number if they fit into one
// that is positive, else the bytes, since passing bytes takes three times as
// long. If none is true it is NULL.
func packLeaves(l plan.Leaves) driver.Value {
	var buffer [16]byte
	packed := l.AppendBytes(buffer[:0])
	switch {
	case len(packed) == 0:
		return nil
	case len(packed) > 8 || len(packed) == 8 && packed[7] > 0x7f:
		return slices.Clone(packed)
	}
	return int64(binary.LittleEndian.Uint64(buffer[:8]))
}

// unpackLeaves reads what packLeaves wrote.
func unpackLeaves(packed driver.Value) plan.Leaves {
	switch v := packed.(type) {
	case int64:
		return plan.LeavesFromBytes(binary.LittleEndian.AppendUint64(nil, uint64(v)))
	case []byte:
		return plan.LeavesFromBytes(v)
	}
	return plan.Leaves{}
}

// pack returns entries as they are stored: keys is a JSON object with the
// length of each key's value, null for a tombstone; vals are the values one
// behind the other. So any bytes come back as they were, whatever they are.
// Both are NULL without entries. A single value is passed on and not copied, so
// it must not be changed while the result is in use.
func (p *packer) pack(entries []engine.Entry) (packedKeys, packedVals driver.Value) {
	if len(entries) == 0 {
		return nil, nil
	}
	var buffer [128]byte
	keys := buffer[:0]
	vals := joined(entries)
	for i, e := range entries {
		keys = append(keys, "{,"[min(i, 1)])
		keys = appendQuoted(keys, e.Key)
		keys = append(keys, ':')
		if e.Value == nil {
			keys = append(keys, "null"...)
			continue
		}
		keys = strconv.AppendInt(keys, int64(len(e.Value)), 10)
	}
	return p.text(append(keys, '}')), vals
}

// packer packs entries. Most attempts of a task write the same keys, with values that
// often have the same lengths, so that the last texts of keys are kept, each in the place
// that its hash says. It is not safe for concurrent use.
type packer struct {
	places [256]struct {
		text  string
		value driver.Value // the text as the driver wants it
	}
}

// longestText is the length in bytes of the longest text of keys that is kept.
const longestText = 128

// textSeed is that of the hashes of texts.
var textSeed = maphash.MakeSeed()

// text returns the text of keys.
func (p *packer) text(keys []byte) driver.Value {
	if len(keys) > longestText {
		return string(keys)
	}
	place := &p.places[maphash.Bytes(textSeed, keys)%uint64(len(p.places))]
	if place.text != string(keys) {
		place.text = string(keys)
		place.value = place.text
	}
	return place.value
}

// joined returns the values one behind the other; it is not nil.
func joined(entries []engine.Entry) []byte {
	if len(entries) == 1 && entries[0].Value != nil {
		return entries[0].Value
	}
	size := 0
	for _, e := range entries {
		size += len(e.Value)
	}
	vals := make([]byte, 0, size)
	for _, e := range entries {
		vals = append(vals, e.Value...)
	}
	return vals
}

// appendQuoted appends a JSON string.
func appendQuoted(to []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			quoted, err := json.Marshal(s)
			if err != nil {
				panic(err) // a string always has a JSON form
			}
			return append(to, quoted...)
		}
	}
	to = append(to, '"')
	to = append(to, s...)
	return append(to, '"')
}

// unpack reads what pack wrote. The values are slices of vals, which must not
// be changed afterwards.
func unpack(packedKeys, packedVals driver.Value) ([]engine.Entry, error) {
	if packedKeys == nil {
		return nil, nil
	}
	keys, _ := packedKeys.(string)
	vals, _ := packedVals.([]byte)
	if vals == nil { // the driver's form of an empty blob
		vals = []byte{}
	}
	lengths, ok := plainLengths(keys)
	if !ok {
		var err error
		if lengths, err = anyLengths(keys); err != nil {
			return nil, fmt.Errorf("%w: keys %q: %w", ErrDamaged, keys, err)
		}
	}
	entries := make([]engine.Entry, len(lengths))
	for i, l := range lengths {
		entries[i].Key = l.key
		if l.bytes == deleted {
			continue
		}
		if l.bytes > len(vals) {
			return nil, fmt.Errorf("%w: key %q has %d bytes of %d", ErrDamaged, l.key, l.bytes, len(vals))
		}
		entries[i].Value = vals[:l.bytes:l.bytes]
		vals = vals[l.bytes:]
	}
	if len(vals) > 0 {
		return nil, fmt.Errorf("%w: %d bytes behind the values", ErrDamaged, len(vals))
	}
	return entries, nil
}

// length is how many bytes the value of a key has.
type length struct {
	key   string
	bytes int
}

// deleted is the length of a tombstone.
const deleted = -1

// anyLengths reads keys, whatever JSON they are, and sorts them.
func anyLengths(keys string) ([]length, error) {
	decoded := map[string]*int{}
	if err := json.Unmarshal([]byte(keys), &decoded); err != nil {
		return nil, err
	}
	lengths := make([]length, 0, len(decoded))
	for key, bytes := range decoded {
		l := length{key, deleted}
		if bytes != nil {
			if l.bytes = *bytes; l.bytes < 0 {
				return nil, fmt.Errorf("key %q has %d bytes", key, l.bytes)
			}
		}
		lengths = append(lengths, l)
	}
	slices.SortFunc(lengths, func(a, b length) int { return strings.Compare(a.key, b.key) })
	return lengths, nil
}

// plainLengths reads keys that are as pack writes them, sorted, and have nothing
// in them that is quoted. It takes a tenth of the time of anyLengths. If ok is false
// they are others, or no JSON.
func plainLengths(keys string) (lengths []length, ok bool) {
	rest, ok := strings.CutPrefix(keys, "{")
	for last := ""; ok; {
		var l length
		if l, rest, ok = plainLength(rest); !ok || l.key <= last && len(lengths) > 0 {
			return nil, false
		}
		lengths, last = append(lengths, l), l.key
		if rest == "}" {
			return lengths, true
		}
		rest, ok = strings.CutPrefix(rest, ",")
	}
	return nil, false
}

// plainLength reads one key with its length.
func plainLength(s string) (l length, rest string, ok bool) {
	if s, ok = strings.CutPrefix(s, `"`); !ok {
		return l, s, false
	}
	end := 0
	for end < len(s) && s[end] != '"' {
		if c := s[end]; c < ' ' || c > '~' || c == '\\' {
			return l, s, false
		}
		end++
	}
	l.key = s[:end]
	if s, ok = strings.CutPrefix(s[end:], `":`); !ok {
		return l, s, false
	}
	if rest, ok = strings.CutPrefix(s, "null"); ok {
		l.bytes = deleted
		return l, rest, true
	}
	end = 0
	for end < len(s) && s[end] >= '0' && s[end] <= '9' {
		end++
	}
	const most = 18 // digits that fit whatever they are
	if end == 0 || end > most || end > 1 && s[0] == '0' {
		return l, s, false
	}
	n, err := strconv.ParseInt(s[:end], 10, strconv.IntSize)
	l.bytes = int(n)
	return l, s[end:], err == nil
}
