package check

import (
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/cloacina-go/cloacina/annotations"
	"github.com/cloacina-go/cloacina/internal/jsonvalue"
)

// oneKey is what a rule sees of one key.
type oneKey []byte

func (oneKey) Outcome(string) annotations.TaskOutcome { return annotations.Success }

func (k oneKey) Value(string) ([]byte, bool) { return k, true }

func drawCondition(t *rapid.T) *annotations.ContextValue {
	path := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "A", "b", "0", "1"}), 0, 2).Draw(t, "path")
	c := &annotations.ContextValue{
		Key: annotations.Key{Text: pointerTo(append([]string{"v"}, path...))},
		Op:  annotations.Operator(rapid.IntRange(int(annotations.Equals), int(annotations.NotIn)).Draw(t, "op")),
	}
	if c.Op != annotations.Exists && c.Op != annotations.NotExists {
		c.Literals = []annotations.Literal{rapid.SampledFrom([]annotations.Literal{
			{Kind: annotations.LitInt, Int: 1}, {Kind: annotations.LitFloat, Float: 1.5}, {Kind: annotations.LitString, String: digits},
			{Kind: annotations.LitBool, Bool: true}, {Kind: annotations.LitNil},
		}).Draw(t, "literal")}
	}
	return c
}

// What is said not to fit the type of a key is false of every value, or, if it is
// a negation, true.
func TestConditionsAreConstant(t *testing.T) {
	t.Parallel()
	refused := 0
	rapid.Check(t, func(rt *rapid.T) {
		written, c := drawTwin(rt, hard, 3), drawCondition(rt)
		if c.Op != annotations.Contains && len(c.Literals) == 1 && c.Literals[0].Kind == annotations.LitBool {
			c.Op = annotations.Equals // bools have no order
		}
		_, findings := checkText(t, "//cloacina:workflow\npackage pkg\nimport (\"context\"; \"time\"; \"encoding/json\")\n"+
			"var _ time.Time\nvar _ json.Number\n"+wordSource+"type W struct { V "+written.source+" }\n"+
			"//cloacina:task\nfunc A(ctx context.Context) (W, error) { panic(0) }\n"+
			"//cloacina:task dependencies=a trigger_rules="+annotations.Format(c)+"\nfunc B(ctx context.Context) error { panic(0) }\n")
		if !strings.Contains(strings.Join(findings, "\n"), string(annotations.CodeConditionType)) {
			return
		}
		refused++
		value := reflect.New(written.typ)
		fill(rt, value.Elem())
		raw, err := jsonvalue.Encode(value.Interface(), jsonvalue.Limits{Bytes: 1 << 20, Depth: 100})
		if err != nil {
			rt.Fatal(err)
		}
		negated := strings.HasPrefix(c.Op.String(), "not_")
		if annotations.Eval(c, oneKey(raw)) != negated {
			rt.Fatalf("%s is %t of %s, but: %v", annotations.Format(c), !negated, raw, findings)
		}
	})
	if refused == 0 {
		t.Error("no condition was refused")
	}
}
