package plan

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// covered returns a small plan with something in every field.
func covered() *Plan {
	return &Plan{
		Name: "w", Description: "d", Fingerprint: "old", Timeout: time.Second, Retention: time.Hour, InputDeclared: true,
		Input: []Input{{Name: "n", Shape: "int", Optional: true, Default: "1"}},
		Tasks: []Task{
			{ID: "a", Func: "A", Doc: "A does.", Retry: Retry{
				Attempts: 2, Delay: time.Second, MaxDelay: time.Minute, Jitter: true, Condition: RetryMatching, Matches: []string{"é\n"},
			}, Writes: []Write{{Key: "k", Shape: "int"}}},
			{ID: "b"},
			{
				ID: "c", DependsOn: []int{0, 1}, Timeout: time.Minute,
				Reads: []Read{{Key: "k", Shape: "int", Writers: []int{0}}},
				Rule: Rule{
					Text: "text", Reads: []Read{{Key: "k", Writers: []int{0}}},
					Tree: &Node{Op: OpAll, Args: []*Node{
						{Op: OpTaskSuccess, Task: 1},
						{Op: OpValue, Key: "k", Cmp: CmpIn, Literals: []Literal{
							{Kind: LitNil}, {Kind: LitBool, Bool: true}, {Kind: LitInt, Int: -1},
							{Kind: LitUint, Uint: 1 << 63}, {Kind: LitFloat, Float: 1}, {Kind: LitString, String: `"\`},
						}},
					}},
				},
			},
		},
	}
}

// The canonical text and its hash are stored with runs: changing either
// makes every open run a run of another plan.
const (
	goldenText = `cloacina plan 1
workflow "w" timeout=1000000000 input=declared
input "n" "int" optional "1"
task "a" timeout=0 allow_failure=false open=false
retry attempts=2 delay=1000000000 max=60000000000 backoff=exponential jitter=true condition=matching
match "\xc3\xa9\x0a"
write "k" "int" required
task "b" timeout=0 allow_failure=false open=false
retry attempts=0 delay=0 max=0 backoff=exponential jitter=false condition=all
task "c" timeout=60000000000 allow_failure=false open=false
after "a"
after "b"
rule (all (task_success "b") (context_value "k" in nil bool:true int:-1 uint:9223372036854775808` +
		` float:3ff0000000000000 string "\x22\x5c"))
retry attempts=0 delay=0 max=0 backoff=exponential jitter=false condition=all
read "k" "int" required
`
	goldenHash = "6bf250ce47afe573220ade3b3133cb10ad6fb50ce4605d01ca7702035fa946fe"
)

func TestFingerprintGolden(t *testing.T) {
	t.Parallel()
	if got := string(covered().canonical()); got != goldenText {
		t.Errorf("canonical text:\n%s\nwant:\n%s", got, goldenText)
	}
	if got := covered().ComputeFingerprint(); got != goldenHash {
		t.Errorf("fingerprint %s, want %s", got, goldenHash)
	}
}

func TestFingerprintCovers(t *testing.T) {
	t.Parallel()
	value := func(p *Plan) *Node { return p.Tasks[2].Rule.Tree.Args[1] }
	seen := map[string]string{covered().ComputeFingerprint(): "no change"}
	for name, change := range map[string]func(*Plan){
		"name":                   func(p *Plan) { p.Name = "v" },
		"run timeout":            func(p *Plan) { p.Timeout++ },
		"input declared":         func(p *Plan) { p.InputDeclared = false },
		"input name":             func(p *Plan) { p.Input[0].Name = "m" },
		"input shape":            func(p *Plan) { p.Input[0].Shape = "float" },
		"input optional":         func(p *Plan) { p.Input[0].Optional = false },
		"input default":          func(p *Plan) { p.Input[0].Default = "2" },
		"input added":            func(p *Plan) { p.Input = append(p.Input, Input{Name: "o"}) },
		"task added":             func(p *Plan) { p.Tasks = append(p.Tasks, Task{ID: "d"}) },
		"task id":                func(p *Plan) { p.Tasks[2].ID = "cc" },
		"dependency removed":     func(p *Plan) { p.Tasks[2].DependsOn = []int{0} },
		"order of dependencies":  func(p *Plan) { p.Tasks[2].DependsOn = []int{1, 0} },
		"allow_failure":          func(p *Plan) { p.Tasks[0].AllowFailure = true },
		"open":                   func(p *Plan) { p.Tasks[0].Open = true },
		"task timeout":           func(p *Plan) { p.Tasks[0].Timeout = 1 },
		"retry attempts":         func(p *Plan) { p.Tasks[0].Retry.Attempts = 3 },
		"retry delay":            func(p *Plan) { p.Tasks[0].Retry.Delay++ },
		"retry maximum":          func(p *Plan) { p.Tasks[0].Retry.MaxDelay++ },
		"retry backoff":          func(p *Plan) { p.Tasks[0].Retry.Backoff = Fixed },
		"retry jitter":           func(p *Plan) { p.Tasks[0].Retry.Jitter = false },
		"retry condition":        func(p *Plan) { p.Tasks[0].Retry.Condition = RetryIf },
		"retry matches":          func(p *Plan) { p.Tasks[0].Retry.Matches[0] = "e" },
		"rule removed":           func(p *Plan) { p.Tasks[2].Rule = Rule{} },
		"rule operator":          func(p *Plan) { p.Tasks[2].Rule.Tree.Op = OpAny },
		"rule without a leaf":    func(p *Plan) { p.Tasks[2].Rule.Tree.Args = p.Tasks[2].Rule.Tree.Args[:1] },
		"order of leaves":        func(p *Plan) { slices.Reverse(p.Tasks[2].Rule.Tree.Args) },
		"rule task":              func(p *Plan) { p.Tasks[2].Rule.Tree.Args[0].Task = 0 },
		"rule outcome":           func(p *Plan) { p.Tasks[2].Rule.Tree.Args[0].Op = OpTaskFailed },
		"rule key":               func(p *Plan) { value(p).Key = "/k/a" },
		"rule comparison":        func(p *Plan) { value(p).Cmp = CmpNotIn },
		"literals":               func(p *Plan) { value(p).Literals = value(p).Literals[1:] },
		"bool literal":           func(p *Plan) { value(p).Literals[1].Bool = false },
		"int literal":            func(p *Plan) { value(p).Literals[2].Int = 1 },
		"uint literal":           func(p *Plan) { value(p).Literals[3].Uint++ },
		"float literal":          func(p *Plan) { value(p).Literals[4].Float = 1.5 },
		"int for float":          func(p *Plan) { value(p).Literals[4] = Literal{Kind: LitInt, Int: 1} },
		"string literal":         func(p *Plan) { value(p).Literals[5].String = `\"` },
		"read key":               func(p *Plan) { p.Tasks[2].Reads[0].Key = "l" },
		"read shape":             func(p *Plan) { p.Tasks[2].Reads[0].Shape = "float" },
		"read optional":          func(p *Plan) { p.Tasks[2].Reads[0].Optional = true },
		"write key":              func(p *Plan) { p.Tasks[0].Writes[0].Key = "l" },
		"write shape":            func(p *Plan) { p.Tasks[0].Writes[0].Shape = "float" },
		"write optional":         func(p *Plan) { p.Tasks[0].Writes[0].Optional = true },
		"read accepted":          func(p *Plan) { p.Tasks[2].Reads[0].Accepted = true },
		"kept":                   func(p *Plan) { p.Tasks[1].Kept = &Kept{} },
		"gone":                   func(p *Plan) { p.Tasks[1].Kept = &Kept{Gone: true} },
		"listed":                 func(p *Plan) { p.Tasks[1].Kept = &Kept{Listed: []string{"a"}} },
		"listed twice":           func(p *Plan) { p.Tasks[1].Kept = &Kept{Listed: []string{"a", "c"}} },
		"write fills":            func(p *Plan) { p.Tasks[0].Writes[0].Optional, p.Tasks[0].Writes[0].Fills = true, true },
		"write deletes":          func(p *Plan) { p.Tasks[0].Writes[0].Optional, p.Tasks[0].Writes[0].Deletes = true, true },
		"write instead of read":  func(p *Plan) { p.Tasks[2].Writes, p.Tasks[2].Reads = []Write{{Key: "k", Shape: "int"}}, nil },
		"name that fakes a line": func(p *Plan) { p.Tasks[0].Writes[0].Shape = "int\" required\nwrite \"l\" \"int" },
	} {
		p := covered()
		change(p)
		got := p.ComputeFingerprint()
		if other, ok := seen[got]; ok {
			t.Errorf("%s has the fingerprint of %s", name, other)
		}
		seen[got] = name
	}
}

func TestFingerprintDoesNotCover(t *testing.T) {
	t.Parallel()
	want := covered().ComputeFingerprint()
	for name, change := range map[string]func(*Plan){
		"description": func(p *Plan) { p.Description = "e" },
		"fingerprint": func(p *Plan) { p.Fingerprint = "new" },
		"retention":   func(p *Plan) { p.Retention = time.Hour },
		"func":        func(p *Plan) { p.Tasks[0].Func = "B" },
		"doc":         func(p *Plan) { p.Tasks[0].Doc = "A did." },
		"rule text":   func(p *Plan) { p.Tasks[2].Rule.Text = "other" },
		"writers":     func(p *Plan) { p.Tasks[2].Reads[0].Writers = nil },
		"walk":        func(p *Plan) { p.Tasks[2].Reads[0].Walk = true },
		"rule reads":  func(p *Plan) { p.Tasks[2].Rule.Reads = nil },
		"empty lists": func(p *Plan) { p.Tasks[1].Reads, p.Tasks[1].Writes = []Read{}, []Write{} },
	} {
		p := covered()
		change(p)
		if got := p.ComputeFingerprint(); got != want {
			t.Errorf("%s changes the fingerprint", name)
		}
	}
}

// Two texts never print alike, whatever bytes they hold, and no byte of theirs
// leaves the line.
func TestCanonicalQuoting(t *testing.T) {
	t.Parallel()
	quote := func(s string) string { return string(new(canonical).quoted(s).text) }
	rapid.Check(t, func(t *rapid.T) {
		texts := rapid.SliceOfN(rapid.Byte(), 0, 12)
		a, b := string(texts.Draw(t, "a")), string(texts.Draw(t, "b"))
		if (quote(a) == quote(b)) != (a == b) {
			t.Fatalf("%q and %q: %s and %s", a, b, quote(a), quote(b))
		}
		inner := quote(a)[2 : len(quote(a))-1]
		if strings.ContainsFunc(inner, func(r rune) bool { return r < ' ' || r > '~' || r == '"' }) {
			t.Fatalf("%q prints as %s", a, inner)
		}
	})
}

func TestFingerprintOfBrokenPlan(t *testing.T) {
	t.Parallel()
	broken := func(dep int) *Plan { return &Plan{Name: "w", Tasks: []Task{{ID: "a", DependsOn: []int{dep}}}} }
	if broken(7).ComputeFingerprint() == broken(-7).ComputeFingerprint() {
		t.Error("dependencies that do not exist look alike")
	}
}

func TestFingerprintOfZeros(t *testing.T) {
	t.Parallel()
	with := func(f float64) string {
		p := covered()
		p.Tasks[2].Rule.Tree.Args[1].Literals[4].Float = f
		return p.ComputeFingerprint()
	}
	if with(0) != with(math.Copysign(0, -1)) {
		t.Error("the zeros differ")
	}
}
