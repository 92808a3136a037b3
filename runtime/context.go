package cloacina

import (
	"reflect"

	"github.com/cloacina-go/cloacina/internal/jsonvalue"
)

// Context gives a task its context by key: the initial context of the run with
// the writes of the task's completed ancestors, and the task's own writes, which
// it sees at once and others only once it has completed. Values are stored as
// JSON when they are written, so that later changes to them have no effect.
//
// A Context is safe for concurrent use until the attempt ends; after that reads
// and writes return [ErrAttemptOver]. [Get] and [Lookup] read values.
type Context struct{ keys *Keys }

// Get returns the value of a key. The error is a [*KeyError]: [ErrMissingKey]
// if there is none, [ErrWrongType] if it does not fit T.
//
// Numbers are read by value and exactly: a stored 80.0 is the int 80, while a
// fraction or a number out of range does not fit. Null fits pointers, any,
// slices and maps, at every level, and types whose own marshaler writes null;
// it does not fit a [time.Time]. An any gets bool, string, int64, uint64 (beyond
// int64), float64, []any, map[string]any or nil.
func Get[T any](c *Context, key string) (T, error) { return require[T](c.keys, key) }

// Lookup is [Get] for a key that may be missing: ok is false if it is.
func Lookup[T any](c *Context, key string) (v T, ok bool, err error) { return read[T](c.keys, key) }

// Insert stores a new key. A key that exists is an [ErrKeyExists].
func (c *Context) Insert(key string, value any) error {
	return c.keys.setIf(key, value, func(old []byte, ok bool) error {
		if !ok {
			return nil
		}
		return c.keys.owner().exists(key, value, old)
	})
}

// Update replaces the value of a key. A missing key is an [ErrMissingKey].
func (c *Context) Update(key string, value any) error {
	return c.keys.setIf(key, value, func(_ []byte, ok bool) error {
		if ok {
			return nil
		}
		return c.keys.owner().noUpdate(key, value)
	})
}

// Set stores a key, whether it exists or not. A nil is stored as null.
func (c *Context) Set(key string, value any) error {
	err := c.keys.set(key, value)
	if err != nil {
		c.keys.noteFailed(key, err)
	}
	return err
}

// Delete removes a key. It is a write like any other: it takes part in the
// order in which the writes of tasks apply, also if the key is missing here.
func (c *Context) Delete(key string) error { return c.keys.put(key, nil) }

// Has reports whether the key has a value; null is one. After the attempt it
// is false.
func (c *Context) Has(key string) bool {
	_, ok, err := c.keys.lookup(key)
	return ok && err == nil
}

// Keys returns all keys that have a value, sorted; after the attempt none.
// It costs time in proportion to the writes of all ancestors.
func (c *Context) Keys() []string {
	keys, err := c.keys.list()
	if err != nil {
		return nil
	}
	return keys
}

// setIf stores a value if the present one is as it should be, in one step.
func (k *Keys) setIf(key string, value any, check func(old []byte, ok bool) error) error {
	raw, err := k.encode(key, &value)
	if err != nil {
		return err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	old, ok := k.writes.get(key)
	switch {
	case k.over:
		return k.owner().over(key)
	case ok:
		ok = old != nil
	default:
		old, ok = k.source.lookup(key)
	}
	if err := check(old, ok); err != nil {
		return err
	}
	return k.putLocked(key, raw)
}

// typeName names the type of a value in messages.
func typeName(value any) string {
	if value == nil {
		return "nil"
	}
	return jsonvalue.TypeName(reflect.TypeOf(value))
}

// describe names the kind of stored JSON in messages.
func describe(raw []byte) string {
	var s jsonvalue.Scalar
	s.Parse(raw)
	return s.Describe()
}
