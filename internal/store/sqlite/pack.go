package sqlite

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/cloacina-go/cloacina/internal/engine"
)

// pack returns entries as they are stored: keys is a JSON object with the
// length of each key's value, null for a tombstone; vals are the values one
// behind the other. So any bytes come back as they were, whatever they are.
// Both are NULL without entries.
func pack(entries []engine.Entry) (packedKeys, packedVals driver.Value) {
	if len(entries) == 0 {
		return nil, nil
	}
	size := 0
	for _, e := range entries {
		size += len(e.Value)
	}
	keys := make([]byte, 0, 32*len(entries))
	vals := make([]byte, 0, size)
	for i, e := range entries {
		keys = append(keys, "{,"[min(i, 1)])
		keys = appendQuoted(keys, e.Key)
		keys = append(keys, ':')
		if e.Value == nil {
			keys = append(keys, "null"...)
			continue
		}
		keys = strconv.AppendInt(keys, int64(len(e.Value)), 10)
		vals = append(vals, e.Value...)
	}
	return string(append(keys, '}')), vals
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
	lengths := map[string]*int{}
	if err := json.Unmarshal([]byte(keys), &lengths); err != nil {
		return nil, fmt.Errorf("%w: keys %q: %w", ErrDamaged, keys, err)
	}
	entries := make([]engine.Entry, 0, len(lengths))
	for key := range lengths {
		entries = append(entries, engine.Entry{Key: key})
	}
	slices.SortFunc(entries, func(a, b engine.Entry) int { return strings.Compare(a.Key, b.Key) })
	for i := range entries {
		n := lengths[entries[i].Key]
		if n == nil {
			continue
		}
		if *n < 0 || *n > len(vals) {
			return nil, fmt.Errorf("%w: key %q has %d bytes of %d", ErrDamaged, entries[i].Key, *n, len(vals))
		}
		entries[i].Value = vals[:*n:*n]
		vals = vals[*n:]
	}
	if len(vals) > 0 {
		return nil, fmt.Errorf("%w: %d bytes behind the values", ErrDamaged, len(vals))
	}
	return entries, nil
}
