package plan

import (
	"crypto/sha256"
	"encoding/hex"
	"math"
	"strconv"
	"time"
)

// ComputeFingerprint returns the SHA-256, in lower-case hexadecimal, of the
// plan's canonical text. It covers everything that decides how a run proceeds:
// the workflow's name, input and timeout, and per task its id, dependencies,
// rule, policies and keys with their shapes. It covers neither descriptions,
// doc comments and Go names, nor the retention of ended runs, nor the text of a
// rule beside its tree, nor Writers and Walk of reads, which follow from the rest.
//
// The canonical text is ASCII, one fact a line, and does not depend on the
// version of Go:
//
//	cloacina plan 1
//	workflow "NAME" timeout=NANOSECONDS input=declared|open
//	input "KEY" "SHAPE" required|optional "DEFAULT"
//	task "ID" timeout=NANOSECONDS allow_failure=BOOL open=BOOL
//	after "ID"
//	rule NODE
//	retry attempts=N delay=NANOSECONDS max=NANOSECONDS backoff=NAME jitter=BOOL condition=NAME
//	match "TEXT"
//	read "KEY" "SHAPE" required|optional [accepted]
//	write "KEY" "SHAPE" required|optional [deletes|fills]
//	kept here|gone
//	listed "ID"
//
// Input, after, match, read, write and listed repeat, in the order of the plan;
// the order of dependencies and writes has a meaning. "rule" is left out for
// "always", "kept" without [Kept]. A NODE is (OP NODE...), (task_success "ID"), or
// (context_value "KEY" CMP LITERAL...); a LITERAL is nil, bool:true, int:-1,
// uint:1, float:BITS (16 hexadecimal digits, IEEE 754; both zeros are the
// positive one) or string "TEXT". In quotes a byte outside printable ASCII, a
// quote and a backslash are \xHH.
func (p *Plan) ComputeFingerprint() string {
	sum := sha256.Sum256(p.canonical())
	return hex.EncodeToString(sum[:])
}

// canonical is a writer for the canonical text of a plan.
type canonical struct {
	text []byte
	plan *Plan
}

func (p *Plan) canonical() []byte {
	c := &canonical{plan: p, text: make([]byte, 0, 256*(len(p.Tasks)+1))}
	c.word("cloacina plan 1\nworkflow").quoted(p.Name).duration(" timeout=", p.Timeout)
	c.choice(p.InputDeclared, " input=declared", " input=open").end()
	for _, in := range p.Input {
		c.word("input").quoted(in.Name).quoted(in.Shape)
		c.choice(in.Optional, " optional", " required").quoted(in.Default).end()
	}
	for i := range p.Tasks {
		c.task(&p.Tasks[i])
	}
	return c.text
}

func (c *canonical) task(t *Task) {
	c.word("task").quoted(t.ID).duration(" timeout=", t.Timeout)
	c.flag(" allow_failure=", t.AllowFailure).flag(" open=", t.Open).end()
	for _, d := range t.DependsOn {
		c.word("after").quoted(c.id(d)).end()
	}
	if t.Rule.Tree != nil {
		c.word("rule").node(t.Rule.Tree).end()
	}
	c.retry(t.Retry)
	for _, r := range t.Reads {
		c.key("read", r.Key, r.Shape, r.Optional).choice(r.Accepted, " accepted", "").end()
	}
	for _, w := range t.Writes {
		c.key("write", w.Key, w.Shape, w.Optional)
		c.choice(w.Deletes, " deletes", "").choice(w.Fills, " fills", "").end()
	}
	if t.Kept != nil {
		c.word("kept").choice(t.Kept.Gone, " gone", " here").end()
		for _, id := range t.Kept.Listed {
			c.word("listed").quoted(id).end()
		}
	}
}

func (c *canonical) retry(r Retry) {
	c.word("retry attempts=").number(int64(r.Attempts))
	c.duration(" delay=", r.Delay).duration(" max=", r.MaxDelay)
	c.word(" backoff=").word(r.Backoff.String()).flag(" jitter=", r.Jitter)
	c.word(" condition=").word(r.Condition.String()).end()
	for _, m := range r.Matches {
		c.word("match").quoted(m).end()
	}
}

func (c *canonical) key(verb, key, shape string, optional bool) *canonical {
	return c.word(verb).quoted(key).quoted(shape).choice(optional, " optional", " required")
}

func (c *canonical) node(n *Node) *canonical {
	c.word(" (").word(n.Op.String())
	switch n.Op {
	case OpTaskSuccess, OpTaskFailed, OpTaskSkipped:
		c.quoted(c.id(n.Task))
	case OpValue:
		c.quoted(n.Key).word(" ").word(n.Cmp.String())
		for _, l := range n.Literals {
			c.literal(l)
		}
	default:
		for _, arg := range n.Args {
			c.node(arg)
		}
	}
	return c.word(")")
}

func (c *canonical) literal(l Literal) {
	c.word(" ").word(l.Kind.String())
	switch l.Kind {
	case LitBool:
		c.flag(":", l.Bool)
	case LitInt:
		c.word(":").number(l.Int)
	case LitUint:
		c.word(":").word(strconv.FormatUint(l.Uint, 10))
	case LitFloat:
		c.word(":").float(l.Float)
	case LitString:
		c.quoted(l.String)
	}
}

func (c *canonical) float(f float64) {
	if f == 0 {
		f = 0 // JSON does not keep the sign, and no rule can see it
	}
	bits := strconv.FormatUint(math.Float64bits(f), 16)
	c.word("0000000000000000"[len(bits):]).word(bits)
}

// id returns the id of a task. An index that is out of range, which Validate
// reports, still gives a text of its own.
func (c *canonical) id(task int) string {
	if task < 0 || task >= len(c.plan.Tasks) {
		return "#" + strconv.Itoa(task)
	}
	return c.plan.Tasks[task].ID
}

func (c *canonical) word(s string) *canonical {
	c.text = append(c.text, s...)
	return c
}

func (c *canonical) end() {
	c.text = append(c.text, '\n')
}

func (c *canonical) number(n int64) *canonical {
	c.text = strconv.AppendInt(c.text, n, 10)
	return c
}

func (c *canonical) duration(name string, d time.Duration) *canonical {
	return c.word(name).number(int64(d))
}

func (c *canonical) flag(name string, b bool) *canonical {
	c.text = strconv.AppendBool(append(c.text, name...), b)
	return c
}

func (c *canonical) choice(b bool, yes, no string) *canonical {
	if b {
		return c.word(yes)
	}
	return c.word(no)
}

// quoted does not use strconv.Quote: what that escapes depends on the Unicode
// tables of the Go version.
func (c *canonical) quoted(s string) *canonical {
	const digits = "0123456789abcdef"
	c.text = append(c.text, ' ', '"')
	for i := range len(s) {
		if b := s[i]; b < ' ' || b > '~' || b == '"' || b == '\\' {
			c.text = append(c.text, '\\', 'x', digits[b>>4], digits[b&15])
		} else {
			c.text = append(c.text, b)
		}
	}
	c.text = append(c.text, '"')
	return c
}
