package body

import "slices"

// miniRun is one execution of a program. Whatever is open is a choice, and the
// choices that were made are kept, so that the next run makes others.
type miniRun struct {
	p       *miniProgram
	choices []int // the choice made at each point, of two
	at      int
	depth   int
	over    bool // too deep or too long: the run says nothing
	panics  bool

	start map[string]bool // whether a key was there when the task began
	now   map[string]string
	// read are the keys that were looked for as the task found them.
	read map[string]bool
}

type miniEnd int

const (
	goesOn miniEnd = iota
	returns
	breaks
	continues
)

func (r *miniRun) flip() bool {
	if r.at == len(r.choices) {
		r.choices = append(r.choices, 0)
	}
	r.at++
	r.over = r.over || r.at > 24
	return !r.over && r.choices[r.at-1] == 1
}

// next moves to the next combination of choices; false after the last.
func (r *miniRun) next() bool {
	r.choices = r.choices[:r.at]
	for n := len(r.choices); n > 0; n-- {
		if r.choices[n-1] == 0 {
			r.choices = append(r.choices[:n-1], 1)
			return true
		}
	}
	return false
}

func (r *miniRun) there(key string) bool {
	switch r.now[key] {
	case "stored":
		return true
	case "deleted":
		return false
	}
	there, known := r.start[key]
	if !known {
		there = r.flip()
		r.start[key] = there
	}
	return there
}

// do executes a method and reports whether it failed. Nobody sees the error of
// a Set or Delete that is dropped, so that it counts as done: the runtime fails
// the attempt otherwise.
func (r *miniRun) do(method, key string, dropped bool) (failed bool) {
	reads := slices.Contains([]string{"Get", "Lookup", "Has", "Update"}, method)
	if reads && r.now[key] == "" {
		r.read[key] = true
	}
	switch method {
	case "Has":
		return false
	case "Lookup": // of a value that may have another type
		return r.there(key) && r.flip()
	case "Get", "Update":
		failed = !r.there(key)
	case "Insert":
		failed = r.there(key)
	}
	if !failed && (!dropped || method != "Set" && method != "Delete") {
		failed = r.flip()
	}
	switch {
	case failed || method == "Get":
	case method == "Delete":
		r.now[key] = "deleted"
	default:
		r.now[key] = "stored"
	}
	return failed
}

// function executes a function and reports whether it returns an error.
func (r *miniRun) function(fn int, k string) (failed bool) {
	r.depth++
	defer func() { r.depth-- }()
	if r.depth > 4 {
		r.over = true
		return false
	}
	f := &miniFrame{r: r, k: k}
	end := f.block(r.p.funcs[fn])
	for _, s := range slices.Backward(f.deferred) {
		r.do(s.method, f.key(s), true)
	}
	if r.panics && f.recovers {
		r.panics = false
		return false
	}
	return r.panics || end == returns && f.result
}

type miniFrame struct {
	r        *miniRun
	k        string
	err, old bool
	had      bool
	result   bool
	recovers bool
	deferred []*miniStmt
}

func (f *miniFrame) key(s *miniStmt) string {
	if s.key == "k" {
		return f.k
	}
	return s.key
}

func (f *miniFrame) block(list []*miniStmt) miniEnd {
	for _, s := range list {
		if f.r.over || f.r.panics {
			return returns
		}
		if end := f.stmt(s); end != goesOn {
			return end
		}
	}
	return goesOn
}

func (f *miniFrame) stmt(s *miniStmt) miniEnd {
	switch s.kind {
	case "use", "call":
		return f.use(s)
	case "return":
		return f.ret(s)
	case "if":
		if f.cond(s) {
			return f.block(s.a)
		}
		return f.block(s.b)
	case "switch":
		if f.r.flip() {
			return f.block(s.a)
		}
		if s.cond == "default" || f.r.flip() {
			return f.block(s.b)
		}
	case "swap":
		f.swap(s)
	case "ask":
		f.ask(s)
	case "check":
		if f.err {
			f.r.panics = true
			return returns
		}
	case "recover":
		f.recovers = true
	case "errors":
		failed := f.err
		if s.cond == "call" {
			failed = f.r.do(s.method, f.key(s), false)
		}
		if failed {
			return f.block(s.b)
		}
		return f.block(s.a)
	case "range":
		for f.r.flip() && !f.r.panics {
			f.err = f.r.flip()
			switch f.block(s.a) {
			case returns:
				return returns
			case breaks:
				return goesOn
			}
		}
	case "for":
		for f.r.flip() && !f.r.panics {
			switch f.block(s.a) {
			case returns:
				return returns
			case breaks:
				return goesOn
			}
		}
	case "break", "continue":
		if f.r.flip() {
			return map[string]miniEnd{"break": breaks, "continue": continues}[s.kind]
		}
	case "within":
		f.r.do(s.method, f.key(s), true)
	case "defer":
		f.deferred = append(f.deferred, s)
	}
	return goesOn
}

func (f *miniFrame) swap(s *miniStmt) {
	switch s.error {
	case "old, err":
		f.err, f.old = f.old, f.err
	case "nil, err":
		f.err, f.old = false, f.err
	case "own, old":
		f.err = true
	case "err, call":
		f.old = f.r.do("Set", "c", false)
	}
}

func (f *miniFrame) ask(s *miniStmt) {
	switch s.error {
	case "flip":
		f.had = f.r.flip()
		return
	case "has":
		f.had = f.sees(s)
		return
	}
	f.had = f.sees(s)
	mistyped := f.had && f.r.flip()
	f.had = f.had && !mistyped
	if s.error == "lookup" {
		f.err = mistyped
	}
}

// sees looks for the key of a statement.
func (f *miniFrame) sees(s *miniStmt) bool {
	if f.r.now[f.key(s)] == "" {
		f.r.read[f.key(s)] = true
	}
	return f.r.there(f.key(s))
}

func (f *miniFrame) use(s *miniStmt) miniEnd {
	var failed bool
	if s.kind == "call" {
		if failed = f.r.function(s.callee, f.key(s)); f.r.panics {
			return returns
		}
	} else {
		failed = f.r.do(s.method, f.key(s), s.error == "drop" || s.error == "blank")
	}
	switch {
	case s.method == "Has":
	case s.error == "keep":
		f.err = failed
	case failed && (s.error == "return" || s.error == "wrap"):
		f.result = true
		return returns
	}
	return goesOn
}

func (f *miniFrame) ret(s *miniStmt) miniEnd {
	if !f.r.flip() {
		return goesOn
	}
	switch s.error {
	case "err":
		f.result = f.err
	case "new", "own":
		f.result = true
	case "join":
		f.result = f.r.do("Set", "b", false) || f.err
	case "call":
		f.result = f.r.do("Set", "a", false)
	}
	return returns
}

func (f *miniFrame) cond(s *miniStmt) bool {
	switch s.cond {
	case "flip()":
		return f.r.flip()
	case "!flip()":
		return !f.r.flip()
	case "err != nil":
		return f.err
	case "err == nil":
		return !f.err
	case "err != nil && flip()":
		return f.err && f.r.flip()
	case "err == nil || flip()":
		return !f.err || f.r.flip()
	case "old != nil":
		return f.old
	case "had":
		return f.had
	case "!had":
		return !f.had
	case "errors.Is(err, cloacina.ErrMissingKey)":
		return f.err && f.r.flip()
	case "errors.Is(err, old)":
		return f.err == f.old && (!f.err || f.r.flip())
	}
	return f.look(s)
}

// look is a condition that looks for a key.
func (f *miniFrame) look(s *miniStmt) bool {
	there := f.sees(s)
	switch i := slices.IndexFunc(miniLooks, func(look string) bool { return s.looks(look) == s.cond }); i {
	case 1, 4:
		return !there
	case 2:
		return !there || f.r.flip() // it has another type
	case 3:
		return !there
	}
	return there
}

// miniFacts is what all successful runs of a program have in common.
type miniFacts struct {
	succeeds bool
	ends     map[string]map[string]bool // key -> how it ended: "", "stored" or "deleted"
	lost     map[string]bool            // key -> whether one ended without a value that it may have begun without
	found    map[string]bool            // whether every one began with the key
	read     map[string]bool            // by any run
}

// facts runs a program in every way; false if there are too many.
func (p *miniProgram) facts() (*miniFacts, bool) {
	all := &miniFacts{
		ends: map[string]map[string]bool{}, lost: map[string]bool{}, found: map[string]bool{}, read: map[string]bool{},
	}
	for _, key := range miniKeys {
		all.ends[key], all.found[key] = map[string]bool{}, true
	}
	r := &miniRun{p: p}
	for n := 0; n == 0 || r.next(); n++ {
		if n > 20_000 {
			return nil, false
		}
		r.at, r.depth, r.over, r.panics = 0, 0, false, false
		r.start, r.now, r.read = map[string]bool{}, map[string]string{}, map[string]bool{}
		failed := r.function(0, "")
		if r.over {
			continue
		}
		for key := range r.read {
			all.read[key] = true
		}
		if failed {
			continue
		}
		all.succeeds = true
		for _, key := range miniKeys {
			all.ends[key][r.now[key]] = true
			all.lost[key] = all.lost[key] || r.now[key] == "" && !r.start[key]
			all.found[key] = all.found[key] && r.start[key]
		}
	}
	return all, true
}
