package cloacina

import (
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/cloacina-go/cloacina/internal/jsonvalue"
)

// Errors of reading and writing context values, to be tested with
// [errors.Is]; the error itself is a [*KeyError]. A task that returns one of
// them, also wrapped, is not retried: the next attempt would see the same values.
var (
	// ErrMissingKey says that a key has no value: a required read or an Update.
	ErrMissingKey = errors.New("missing key")
	// ErrKeyExists says that an Insert found a value.
	ErrKeyExists = errors.New("key exists")
	// ErrWrongType says that a value does not fit the type it is read into.
	ErrWrongType = errors.New("wrong type")
	// ErrNotStorable says that a value has no form in JSON, or a key is no text.
	ErrNotStorable = errors.New("not storable")
	// ErrLimit says that a value or a context is over a limit.
	ErrLimit = errors.New("over a limit")
	// ErrUnplanned says that the function of a dynamic task has written or deleted
	// a key that the plan of the task does not list, or has left one out that it
	// always writes by the plan. The function has changed since the code was
	// generated, or it drops the error of a Set.
	ErrUnplanned = errors.New("not as planned")
	// ErrAttemptOver says that the context was used after its attempt.
	ErrAttemptOver = errors.New("attempt is over")
)

// KeyError is the error of one key of a context.
type KeyError struct {
	// Task is the id of the task; empty for an initial context or a result.
	Task string
	// Key is the context key.
	Key string
	// Want is the Go type that was to be read or written, or the JSON shape
	// that a declared input has.
	Want string
	// Got describes the stored JSON, such as "number 80.5" or "object".
	Got string
	// Err is one of the errors above.
	Err error
	// Cause says more, such as the place inside the value; it may be nil.
	Cause error

	who, text string
}

// Error names task, key, types and remedy.
func (e *KeyError) Error() string {
	who := e.who
	if e.Task != "" {
		who = fmt.Sprintf("task %q", e.Task)
	}
	text := e.text
	if text == "" {
		text = fmt.Sprint(e.Err)
	}
	return fmt.Sprintf("%s: key %q: %s", who, e.Key, text)
}

// Unwrap returns the error of the kind and the cause.
func (e *KeyError) Unwrap() []error {
	if e.Cause == nil {
		return []error{e.Err}
	}
	return []error{e.Err, e.Cause}
}

// isContextError reports whether an attempt failed because of its context.
func isContextError(err error) bool {
	for _, kind := range []error{
		ErrMissingKey, ErrKeyExists, ErrWrongType, ErrNotStorable, ErrLimit, ErrUnplanned, ErrAttemptOver,
	} {
		if errors.Is(err, kind) {
			return true
		}
	}
	return false
}

// owner is whose keys they are; it makes all errors about keys.
type owner struct{ task, who string }

func taskOwner(id string) owner { return owner{task: id} }

var (
	inputOwner  = owner{who: "input"}
	resultOwner = owner{who: "result"}
)

func (o owner) error(key string, kind error, format string, args ...any) *KeyError {
	return &KeyError{Task: o.task, Key: key, Err: kind, who: o.who, text: fmt.Sprintf(format, args...)}
}

// missing is the error of a required key; omittedBy is the completed task that
// left it out, if one did.
func (o owner) missing(key string, want reflect.Type, omittedBy string) error {
	remedy := "neither the input nor a completed ancestor wrote it; " +
		"make the read optional, or let a trigger rule such as all_success skip the task"
	switch {
	case o == resultOwner:
		remedy = "neither the input nor a completed task wrote it; run: go generate ./..."
	case omittedBy != "":
		remedy = fmt.Sprintf("task %q completed without writing it, "+
			"as a pointer, an interface, omitempty or omitzero lets it; make the read optional, too", omittedBy)
	}
	e := o.error(key, ErrMissingKey, "is missing, want %s: %s", jsonvalue.TypeName(want), remedy)
	e.Want, e.Got = jsonvalue.TypeName(want), "nothing"
	return e
}

func (o owner) noUpdate(key string, value any) error {
	want := typeName(value)
	e := o.error(key, ErrMissingKey, "is missing, want to update it to %s; use Set or Insert", want)
	e.Want, e.Got = want, "nothing"
	return e
}

func (o owner) exists(key string, value any, old []byte) error {
	want, got := typeName(value), describe(old)
	e := o.error(key, ErrKeyExists, "exists with a %s, want to insert %s; use Set or Update", got, want)
	e.Want, e.Got = want, got
	return e
}

func (o owner) wrongType(key string, want reflect.Type, raw []byte, cause error) error {
	reading := ""
	if inner, ok := errors.AsType[*jsonvalue.TypeError](cause); !ok || inner.Path != "" {
		reading = " in " + jsonvalue.TypeName(want)
	}
	e := o.error(key, ErrWrongType,
		"wrong type%s: %v; read it as what was written, or change the writer", reading, cause)
	e.Want, e.Got, e.Cause = jsonvalue.TypeName(want), describe(raw), cause
	return e
}

func (o owner) wrongShape(key, shape string, raw []byte, cause error) error {
	got := describe(raw)
	text := fmt.Sprintf("it is a %s, and the workflow accepts %s", got, shape)
	if inner, ok := errors.AsType[*jsonvalue.TypeError](cause); ok && inner.Path != "" {
		text = fmt.Sprintf("%v; the workflow accepts %s", cause, shape)
	}
	e := o.error(key, ErrWrongType, "wrong type: %s", text)
	e.Want, e.Got, e.Cause = shape, got, cause
	return e
}

func (o owner) badKey(key string) error {
	return o.error(key, ErrNotStorable, "a key is text in UTF-8 and not empty; choose another")
}

// encodeError translates what jsonvalue says about the value behind ptr.
func (o owner) encodeError(key string, ptr any, cause error) error {
	cause = shortened(cause)
	v := reflect.ValueOf(ptr).Elem()
	if v.Kind() == reflect.Interface {
		v = v.Elem()
	}
	want := "nil"
	if v.IsValid() {
		want = jsonvalue.TypeName(v.Type())
	}
	kind, remedy := ErrNotStorable, "write what JSON can hold"
	if limit, ok := errors.AsType[*jsonvalue.LimitError](cause); ok {
		kind, remedy = ErrLimit, "store it elsewhere and write a reference"
		if limit.What == jsonvalue.Bytes {
			remedy += ", or raise Config.MaxValueBytes"
		}
	}
	e := o.error(key, kind, "cannot store %s: %v; %s", want, cause, remedy)
	e.Want, e.Cause = want, cause
	return e
}

// longestPath bounds, in bytes, the path to what cannot be stored. It is long in a
// value that contains itself.
const longestPath = 200

// shortened is an error of jsonvalue whose path leaves out what is in its middle.
func shortened(cause error) error {
	e, ok := errors.AsType[*jsonvalue.StoreError](cause)
	if !ok || len(e.Path) <= longestPath {
		return cause
	}
	short := *e
	first, last := e.Path[:longestPath/2], e.Path[len(e.Path)-longestPath/2:]
	short.Path = strings.ToValidUTF8(first+" ... "+last, "")
	return &short
}

func (o owner) contextLimit(key string, size, limit int) error {
	return o.error(key, ErrLimit, "with it the written values have %d bytes, at most %d are allowed; "+
		"store them elsewhere and write a reference, or raise Config.MaxContextBytes", size, limit)
}

// unplanned is the error of a write that the plan does not list. What stands in
// for the function of a task is no reason to generate anything.
func (o owner) unplanned(key string, deletes bool, h hold) error {
	done := "written"
	if deletes {
		done = "deleted"
	}
	if h == holdToList {
		return o.error(key, ErrUnplanned, "is %s, which the plan of the task does not list: "+
			"what stands in for its function may leave keys out, but write no others", done)
	}
	return o.error(key, ErrUnplanned, "is %s, which the plan of the task does not list: "+
		"its function is not the one that the code was generated from; run: go generate ./...", done)
}

// leftOut is the error of a key that is always written by the plan; cause is the
// error of the write that failed, nil without.
func (o owner) leftOut(key string, cause error) error {
	e := o.error(key, ErrUnplanned, "has no value, but by the plan of the task it always gets one: "+
		"its function is not the one that the code was generated from; run: go generate ./...")
	if cause != nil {
		e = o.error(key, ErrUnplanned, "has no value, because the function dropped an error and returned none: %v; "+
			"return the error", cause)
		e.Cause = cause
	}
	return e
}

func (o owner) over(key string) error {
	return o.error(key, ErrAttemptOver,
		"used after the attempt ended; let a task wait for its goroutines before it returns")
}
