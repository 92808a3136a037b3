package storetest

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/cloacina-go/cloacina/internal/engine"
	"github.com/cloacina-go/cloacina/internal/store"
)

// strange are texts that a careless store mistakes for something else.
var strange = []string{
	"'", `"`, `\`, `'; DROP TABLE run; --`, "a\nb", "\r\n", "\t", "\x00", "a\x00b", "\x1b[31m", " ", " padded ",
	"ünïcödé", "日本語", "😀", "é", "e\u0301", "\u202e", "\ufeff", "\u2028", "%", "_", "?1", ":a", "$x", "{}", "null",
	"0", "1e3", "CaSe", "case", "<script>&amp;", strings.Repeat("long", 1000),
}

// values are the tests about what is stored word for word.
var values = map[string]func(*bed){
	"strange IDs": func(b *bed) {
		for i, id := range strange {
			c := create(int64(i + 1))
			c.ID = id
			b.commit(c)
		}
		b.reopen()
		for i, id := range strange {
			info, err := b.s.Find(context.Background(), id)
			if err != nil || info.ID != id || info.Num != int64(i+1) {
				b.Errorf("%q: got %+v, %v", id, info, err)
			}
		}
		for i, r := range b.openRuns() {
			if want := strange[i]; r.State.ID != want {
				b.Errorf("open run %d: %q, want %q", i, r.State.ID, want)
			}
		}
	},
	"strange keys and texts": func(b *bed) {
		for i, text := range strange {
			num := int64(i + 1)
			c := create(num, engine.Entry{Key: text, Value: []byte(text)})
			c.Plan = chain("workflow "+text, 1)
			b.commit(c, ready(num, 0, 1), start(num, 0, 1, 2))
			s := start(num, 0, 2, 4)
			s.Host, s.Version = "h"+text, "v"+text
			b.commit(fail(num, 0, 1, text, 3, 4), s)
			b.commit(complete(num, 0, 2, 5, engine.Entry{Key: text, Value: []byte(text)}))
			b.commit(&store.RunEnded{Run: num, Status: engine.RunFailed, Error: text, At: 6})
		}
		b.reopen()
		for i, text := range strange {
			d := b.run(create(int64(i + 1)).ID)
			b.equal(fmt.Sprintf("%q", text), []any{
				d.Workflow, d.Error, d.Initial, d.Tasks[0].Writes, d.Tasks[0].Attempts[0].Error,
				d.Tasks[0].Attempts[1].Host, d.Tasks[0].Attempts[1].Version,
			}, []any{
				"workflow " + text, text, []engine.Entry{entry(text, text)}, []engine.Entry{entry(text, text)}, text,
				"h" + text, "v" + text,
			})
		}
	},
	"values come back byte for byte": func(b *bed) {
		b.keeps(
			entry("a_empty", ""), entry("b_null", "null"), entry("c_beyond", "9007199254740993"),
			entry("d_uint", "18446744073709551615"), entry("e_float", "1.0"), entry("f_exponent", "1E400"),
			entry("g_object", `{"b":1, "a":2 , "b":3}`),
			entry("h_nul", "\"\\u0000\x00\""), entry("i_bytes", "\xff\xfe"),
			entry("j_nested", strings.Repeat("[", 5000)), entry("k_split", `,"x":1`),
		)
	},
	"tombstones are kept apart from null and from nothing": func(b *bed) {
		b.keeps(deleted("a"), entry("b", "null"), deleted("c"), entry("d", ""), deleted("e"))
		b.keeps(deleted("only"))
		b.keeps(entry("only", ""))
		b.keeps(entry("", "1"))
	},
	"a value of a mebibyte": func(b *bed) { b.keeps(entry("big", mebibyte()), entry("small", "1")) },
	"a thousand keys": func(b *bed) {
		var many []engine.Entry
		for i := range 1000 {
			many = append(many, entry(fmt.Sprintf("key_%04d", i), strings.Repeat("7", i)))
		}
		b.keeps(many...)
	},
	"nothing handed over is kept": func(b *bed) {
		c := create(1, entry("k", "1111"))
		writes := []engine.Entry{entry("w", "2222")}
		decided, started, ended := ready(1, 0, 1), start(1, 0, 1, 2), complete(1, 0, 1, 3, writes...)
		blocked := block(1, "why")
		b.commit(c, decided, started, ended, blocked)
		before := b.run("run-1")
		c.Initial[0].Value[0], c.Initial[0].Key = 'X', "X"
		writes[0].Value[0], writes[0].Key = 'X', "X"
		c.Plan.Tasks[0].ID = "X"
		*c, *decided, *started = store.RunCreated{ID: "X", At: 9}, store.TaskDecided{At: 9}, store.AttemptStarted{At: 9}
		*ended, *blocked = store.TaskEnded{At: 9}, store.RunBlocked{Reason: "X"}
		b.equal("initial", b.run("run-1").Initial, []engine.Entry{entry("k", "1111")})
		b.equal("writes", b.openRun().State.Tasks[0].Writes, []engine.Entry{entry("w", "2222")})
		b.equal("plan", b.run("run-1").Plan, chain("chain", 3))
		before.Plan = chain("chain", 3) // which stores may hand out without a copy
		b.equal("run", b.run("run-1"), before)
	},
	"nothing handed out is kept": func(b *bed) {
		b.commit(list(create(1, entry("k", "1111")), ready(1, 0, 1), start(1, 0, 1, 2),
			complete(1, 0, 1, 3, entry("w", "2222")))...)
		before := b.run("run-1")
		d, o := b.run("run-1"), b.openRun()
		d.Initial[0].Value[0], d.Tasks[0].Writes[0].Value[0] = 'X', 'X'
		d.Tasks[0].Status, d.Tasks[0].Attempts[0].Error, d.ID = engine.TaskFailed, "X", "X"
		o.State.Initial[0].Value[0], o.State.Tasks[0].Writes[0].Value[0] = 'X', 'X'
		o.State.Tasks[0].Status, o.State.Status = engine.TaskFailed, engine.RunFailed
		b.equal("run", b.run("run-1"), before)
	},
	"keys that are no text": func(b *bed) {
		b.commit(create(1), ready(1, 0, 1), start(1, 0, 1, 2))
		err := b.s.Commit(context.Background(), list(complete(1, 0, 1, 3, entry("\xff", "1"))))
		if !errors.Is(err, store.ErrInvalid) {
			b.Errorf("got %v", err)
		}
	},
	"times of any size": func(b *bed) {
		const late = 1<<62 + 1
		c := create(1)
		c.At, c.Deadline = -5, late
		b.commit(c, ready(1, 0, -4), start(1, 0, 1, -3), fail(1, 0, 1, "x", -2, late))
		b.reopen()
		d := b.run("run-1")
		if d.Created != -5 || d.Deadline != late || d.Tasks[0].Decided != -4 {
			b.Errorf("got %+v", d)
		}
		b.equal("attempt", d.Tasks[0].Attempts, []store.Attempt{failed(1, "x", -3, -2, late)})
		if due := b.openRun().State.Tasks[0].Due; due != late {
			b.Errorf("due %d", due)
		}
	},
}

// keeps checks that entries come back as they were, as the initial context of
// a run and as the writes of tasks.
func (b *bed) keeps(entries ...engine.Entry) {
	b.Helper()
	n, err := b.s.LastNum(context.Background())
	if err != nil {
		b.Fatal(err)
	}
	n++
	b.commit(create(n, entries...), ready(n, 0, 1), start(n, 0, 1, 2))
	b.commit(complete(n, 0, 1, 3, entries...))
	b.reopen()
	d := b.run(create(n).ID)
	b.equal("initial context", d.Initial, entries)
	b.equal("writes", d.Tasks[0].Writes, entries)
	open := b.openRuns()
	b.equal("initial context of the open run", open[len(open)-1].State.Initial, entries)
	b.equal("writes of the open run", open[len(open)-1].State.Tasks[0].Writes, entries)
}
