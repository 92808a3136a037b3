package cloacina

import (
	"slices"
	"sync"
	"unicode/utf8"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/jsonvalue"
	"github.com/cloacina-go/cloacina/internal/plan"
)

// Values are context values by key, as a run is started with them.
type Values map[string]any

// Keys are the context values of one attempt, of an initial context or of a
// finished run. Generated code reads them with [Require], [Optional] and
// [OptionalPointer] and writes them with [Write] and its variants. The first
// error is kept and ends the attempt, so that adapters are plain lists of
// keys. Keys are safe for concurrent use.
type Keys struct {
	source source
	lim    *limits
	// Of the keys of an attempt, plan is the task's part of the plan, and hold how far
	// it binds what is written; of others, fixed is the owner.
	plan  *plan.Task
	hold  hold
	fixed *owner

	over   bool // this and the rest is guarded by mu; writes do not change once it is set
	mu     sync.Mutex
	writes written
	failed map[string]error // the errors of Set, by key
	size   int              // of writes, in bytes of keys and values
	errs   []error
}

// limits bound what is written.
type limits struct {
	// value is the longest JSON of one value, in bytes.
	value int
	// context bounds the writes of one attempt together, or an initial
	// context, in bytes of keys and values.
	context int
	// depth is the deepest nesting of one value.
	depth int
}

// attemptKeys are keys together with what they find inherited values by: one
// allocation, or a part of another.
type attemptKeys struct {
	Keys

	ancestors ancestors
}

// init makes the keys those of an attempt of a task. They may be read while the
// run is stepped, for they look at the task's ancestors alone.
func (k *attemptKeys) init(g *engine.Graph, r *engine.Run, w *writers, task int, lim *limits) {
	k.lim, k.plan = lim, &g.Plan().Tasks[task]
	k.ancestors.g, k.ancestors.r, k.ancestors.task, k.ancestors.writers = g, r, task, w
	k.source = &k.ancestors
}

// newInputKeys returns keys that collect an initial context.
func newInputKeys(lim *limits) *Keys {
	return &Keys{fixed: &inputOwner, lim: lim, source: noSource{}}
}

// fewTasks is how many tasks are walked over for each key in less time than an
// index of what they have written takes to make.
const fewTasks = 32

// newFinalKeys returns the keys of the final context of a run that has ended.
func newFinalKeys(g *engine.Graph, r *engine.Run, lim *limits) *Keys {
	final := len(g.Plan().Tasks)
	var w *writers
	if final > fewTasks {
		w = indexWriters(r)
	}
	var k attemptKeys
	k.fixed, k.lim = &resultOwner, lim
	k.ancestors.g, k.ancestors.r, k.ancestors.task, k.ancestors.writers = g, r, final, w
	k.source = &k.ancestors
	return &k.Keys
}

// owner is whose keys they are.
func (k *Keys) owner() owner {
	if k.plan != nil {
		return taskOwner(k.plan.ID)
	}
	return *k.fixed
}

// seal ends the use of the keys as [Keys.close] does, and sorts what was written by key
// or returns the first error. What comes too late is refused, and not lost.
func (k *Keys) seal() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.over = true
	k.writes.sort()
	if len(k.errs) > 0 {
		return k.errs[0]
	}
	return k.offPlan()
}

// collected returns what was written, sorted by key, and every error.
func (k *Keys) collected() ([]engine.Entry, []error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.writes.sort()
	return k.writes.list, k.errs
}

// close ends the use of the keys: whatever comes later gets [ErrAttemptOver].
func (k *Keys) close() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.over = true
}

// record keeps an error. The first one ends an attempt; whoever starts a run
// is told all of them.
func (k *Keys) record(err error) {
	if err == nil {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.errs = append(k.errs, err)
}

func (k *Keys) firstError() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.errs) == 0 {
		return nil
	}
	return k.errs[0]
}

// lookup returns the JSON of a key: this attempt's write, else the inherited value.
func (k *Keys) lookup(key string) (raw []byte, ok bool, err error) {
	k.mu.Lock()
	over := k.over
	raw, written := k.writes.get(key)
	k.mu.Unlock()
	switch {
	case over:
		return nil, false, k.owner().over(key)
	case written:
		return raw, raw != nil, nil
	}
	raw, ok = k.source.lookup(key)
	return raw, ok, nil
}

// caught is deferred by what calls methods of the value behind ptr, which may
// panic: in a task that ends the attempt, but who starts a run gets an error.
func (k *Keys) caught(key string, ptr any, err *error) {
	if k.fixed != &inputOwner {
		return
	}
	if v := recover(); v != nil {
		*err = k.owner().encodeError(key, ptr, newPanicError("", v))
	}
}

// encode returns the stored form of the value behind ptr.
func (k *Keys) encode(key string, ptr any) (raw []byte, err error) {
	defer k.caught(key, ptr, &err)
	if key == "" || !utf8.ValidString(key) {
		return nil, k.owner().badKey(key)
	}
	raw, err = jsonvalue.Encode(ptr, jsonvalue.Limits{Bytes: k.lim.value, Depth: k.lim.depth})
	if err != nil {
		return nil, k.owner().encodeError(key, ptr, err)
	}
	return raw, nil
}

// put records a write; nil is a tombstone.
func (k *Keys) put(key string, raw []byte) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.putLocked(key, raw)
}

func (k *Keys) putLocked(key string, raw []byte) error {
	if k.over {
		return k.owner().over(key)
	}
	size := k.size + len(key) + len(raw)
	if old, ok := k.writes.get(key); ok {
		size -= len(key) + len(old)
	}
	if size > k.lim.context {
		return k.owner().contextLimit(key, size, k.lim.context)
	}
	if k.plan != nil && k.hold == holdToNothing {
		k.writes.expect(len(k.plan.Writes)) // a struct, of which most is written
	}
	k.writes.set(key, raw)
	k.size = size
	return nil
}

// list returns the keys that have a value, sorted.
func (k *Keys) list() ([]string, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.over {
		return nil, k.owner().over("")
	}
	var keys []string
	for _, e := range k.source.context() {
		if _, written := k.writes.get(e.Key); !written {
			keys = append(keys, e.Key)
		}
	}
	for _, e := range k.writes.list {
		if e.Value != nil {
			keys = append(keys, e.Key)
		}
	}
	slices.Sort(keys)
	return keys, nil
}
