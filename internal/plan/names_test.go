package plan_test

import (
	"encoding"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/cloacina-go/cloacina/internal/plan"
)

// enumeration is one value with a place to decode into.
type enumeration struct {
	value interface {
		fmt.Stringer
		encoding.TextMarshaler
	}
	into interface {
		encoding.TextUnmarshaler
		fmt.Stringer
	}
}

func enumerations(v uint8) map[string]enumeration {
	return map[string]enumeration{
		"Op":          {plan.Op(v), new(plan.Op)},
		"Cmp":         {plan.Cmp(v), new(plan.Cmp)},
		"LiteralKind": {plan.LiteralKind(v), new(plan.LiteralKind)},
		"Backoff":     {plan.Backoff(v), new(plan.Backoff)},
		"Condition":   {plan.Condition(v), new(plan.Condition)},
	}
}

// TestEnumerationNames pins the names, which stored plans hold.
func TestEnumerationNames(t *testing.T) {
	t.Parallel()
	want := map[string]string{
		"Op": "- all any none not task_success task_failed task_skipped context_value",
		"Cmp": "- equals not_equals greater_than less_than greater_or_equal less_or_equal" +
			" contains not_contains exists not_exists in not_in",
		"LiteralKind": "nil bool int uint float string",
		"Backoff":     "exponential linear fixed",
		"Condition":   "all never transient matching if",
	}
	for v := range 256 {
		for name, e := range enumerations(uint8(v)) {
			names := strings.Fields(want[name])
			known := v < len(names) && names[v] != "-"
			text, err := e.value.MarshalText()
			if (err == nil) != known {
				t.Fatalf("%s(%d): error %v", name, v, err)
			}
			if !known {
				if got := e.value.String(); got != fmt.Sprintf("unknown(%d)", v) {
					t.Errorf("%s(%d) prints as %q", name, v, got)
				}
				continue
			}
			if string(text) != names[v] || e.value.String() != names[v] {
				t.Errorf("%s(%d) is %q and %q, want %q", name, v, text, e.value, names[v])
			}
			if err := e.into.UnmarshalText(text); err != nil || e.into.String() != names[v] {
				t.Errorf("%s %q comes back as %v, %v", name, text, e.into, err)
			}
		}
	}
}

func TestEnumerationsRefuseOtherNames(t *testing.T) {
	t.Parallel()
	for name, e := range enumerations(0) {
		for _, text := range []string{"", "All", " all", "Exponential", "unknown(0)", "1"} {
			if err := e.into.UnmarshalText([]byte(text)); err == nil {
				t.Errorf("%s accepts %q as %v", name, text, e.into)
			}
		}
	}
}

func TestPlanIsReadableJSON(t *testing.T) {
	t.Parallel()
	text, err := json.Marshal(sample())
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`"Backoff":"linear"`, `"Condition":"matching"`, `"Op":"task_skipped"`, `"Cmp":"greater_than"`, `"Kind":"uint"`,
	} {
		if !strings.Contains(string(text), want) {
			t.Errorf("%s is not in %s", want, text)
		}
	}
	if _, err := json.Marshal(plan.Node{Op: 99}); err == nil {
		t.Error("a node of no kind has a JSON")
	}
	if err := json.Unmarshal([]byte(`{"Tasks":[{"Retry":{"Backoff":"cubic"}}]}`), new(plan.Plan)); err == nil {
		t.Error("an unknown backoff is read")
	}
}

func TestPlanJSONRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		want := drawPlan().Draw(t, "plan")
		text, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		got := new(plan.Plan)
		if err := json.Unmarshal(text, got); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Fatal(diff)
		}
		if want.ComputeFingerprint() != got.ComputeFingerprint() {
			t.Fatal("the fingerprint differs after a round trip")
		}
	})
}

// drawPlan draws plans with every field in use; they need not be valid.
func drawPlan() *rapid.Generator[*plan.Plan] {
	text, small := rapid.StringN(0, 6, -1), rapid.IntRange(0, 9)
	duration := rapid.Map(rapid.Int64(), func(n int64) time.Duration { return time.Duration(n) })
	read := rapid.Custom(func(t *rapid.T) plan.Read {
		return plan.Read{
			Key: text.Draw(t, "key"), Shape: text.Draw(t, "shape"), Optional: rapid.Bool().Draw(t, "optional"),
			Writers: rapid.SliceOfN(small, 0, 3).Draw(t, "writers"), Walk: rapid.Bool().Draw(t, "walk"),
		}
	})
	retry := rapid.Custom(func(t *rapid.T) plan.Retry {
		return plan.Retry{
			Attempts: small.Draw(t, "attempts"), Delay: duration.Draw(t, "delay"), MaxDelay: duration.Draw(t, "max"),
			Backoff:   rapid.SampledFrom([]plan.Backoff{plan.Exponential, plan.Linear, plan.Fixed}).Draw(t, "backoff"),
			Jitter:    rapid.Bool().Draw(t, "jitter"),
			Condition: plan.Condition(rapid.Uint8Range(0, uint8(plan.RetryIf)).Draw(t, "condition")),
			Matches:   rapid.SliceOfN(text, 0, 2).Draw(t, "matches"),
		}
	})
	task := rapid.Custom(func(t *rapid.T) plan.Task {
		return plan.Task{
			ID: text.Draw(t, "id"), Func: text.Draw(t, "func"), Doc: text.Draw(t, "doc"),
			DependsOn: rapid.SliceOfN(small, 0, 3).Draw(t, "deps"),
			Rule:      plan.Rule{Text: text.Draw(t, "text"), Tree: drawRule(3).Draw(t, "tree"), Reads: rapid.SliceOfN(read, 0, 2).Draw(t, "rule reads")},
			Retry:     retry.Draw(t, "retry"), Timeout: duration.Draw(t, "timeout"),
			AllowFailure: rapid.Bool().Draw(t, "allow"), Open: rapid.Bool().Draw(t, "open"),
			Reads: rapid.SliceOfN(read, 0, 2).Draw(t, "reads"),
		}
	})
	return rapid.Custom(func(t *rapid.T) *plan.Plan {
		return &plan.Plan{
			Name: text.Draw(t, "name"), Timeout: duration.Draw(t, "timeout"),
			InputDeclared: rapid.Bool().Draw(t, "declared"), Tasks: rapid.SliceOfN(task, 0, 4).Draw(t, "tasks"),
		}
	})
}

// drawRule draws trees with leaves and literals of every kind.
func drawRule(depth int) *rapid.Generator[*plan.Node] {
	literal := rapid.Custom(func(t *rapid.T) plan.Literal {
		switch kind := plan.LiteralKind(rapid.Uint8Range(0, uint8(plan.LitString)).Draw(t, "kind")); kind {
		case plan.LitBool:
			return plan.Literal{Kind: kind, Bool: rapid.Bool().Draw(t, "bool")}
		case plan.LitInt:
			return plan.Literal{Kind: kind, Int: rapid.Int64().Draw(t, "int")}
		case plan.LitUint:
			return plan.Literal{Kind: kind, Uint: rapid.Uint64().Draw(t, "uint")}
		case plan.LitFloat:
			// Negative zero equals zero and is stored as zero.
			return plan.Literal{Kind: kind, Float: rapid.Float64().Filter(func(f float64) bool { return f != 0 }).Draw(t, "float")}
		case plan.LitString:
			return plan.Literal{Kind: kind, String: rapid.String().Draw(t, "string")}
		default:
			return plan.Literal{}
		}
	})
	return rapid.Custom(func(t *rapid.T) *plan.Node {
		n := &plan.Node{Op: plan.Op(rapid.Uint8Range(1, uint8(plan.OpValue)).Draw(t, "op"))}
		switch {
		case n.Op == plan.OpValue:
			n.Key = rapid.String().Draw(t, "key")
			n.Cmp = plan.Cmp(rapid.Uint8Range(1, uint8(plan.CmpNotIn)).Draw(t, "cmp"))
			n.Literals = rapid.SliceOfN(literal, 0, 3).Draw(t, "literals")
		case n.Op.Leaf():
			n.Task = rapid.IntRange(0, 9).Draw(t, "task")
		case depth > 0:
			n.Args = rapid.SliceOfN(drawRule(depth-1), 0, 3).Draw(t, "args")
		}
		return n
	})
}
