package domain

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/cloacina-go/cloacina/internal/plan"
)

// TestEveryValueLiesInOneRegion draws types, conditions and values: a value lies
// in exactly one region of each part, and there the conditions are as the
// reference evaluates them. Regions are told apart by the kind and the truths.
func TestEveryValueLiesInOneRegion(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		of := drawType(2).Draw(t, "type")
		conditions := drawConditions().Draw(t, "conditions")
		partition, places := Split(of, conditions)
		for range 10 {
			text := drawValue(of, 3).Draw(t, "value")
			if !of.Holds([]byte(text)) {
				t.Fatalf("the test draws %s, which is not of the type", text)
			}
			l := newLocator(partition, places, conditions, []byte(text))
			l.from(0)
			// What an open truth is does not tell a string from its neighbours.
			if len(l.found) == 0 || partition.Free == 0 && len(l.found) > 1 {
				t.Fatalf("%s lies in %d combinations of regions: %v\n%s", text, len(l.found), l.found, show(partition))
			}
		}
	})
}

// locator looks for the regions in which a value lies.
type locator struct {
	partition *Partition
	value     any
	// truths are those of the conditions of each part, by the reference.
	truths [][]bool
	chosen []int
	found  [][]int
}

func newLocator(p *Partition, places []Place, conditions []Condition, text []byte) *locator {
	l := &locator{partition: p, value: decode(text), truths: make([][]bool, len(p.Parts))}
	for i, c := range conditions {
		at := places[i]
		if at.Index != len(l.truths[at.Part]) {
			panic("places are not in order")
		}
		l.truths[at.Part] = append(l.truths[at.Part], holds(c, text))
	}
	return l
}

// from chooses the region of a part and of those behind it.
func (l *locator) from(n int) {
	if n == len(l.partition.Parts) {
		if l.opensAgree() {
			l.found = append(l.found, slices.Clone(l.chosen))
		}
		return
	}
	p := l.partition.Parts[n]
	value, there := at(l.value, p.Path)
	for i, r := range p.Regions {
		fits := r.Missing != there && (!there || kindOf(decode(r.Sample)) == kindOf(value))
		if p.Parent >= 0 {
			fits = fits && slices.Contains(r.Under, l.chosen[p.Parent])
		}
		for j, truth := range r.Truths {
			fits = fits && (truth >= Open || (truth == True) == l.truths[n][j])
		}
		if fits {
			l.chosen = append(l.chosen, i)
			l.from(n + 1)
			l.chosen = l.chosen[:n]
		}
	}
}

// opensAgree reports whether each open truth has one value, and whether what
// holds implies what is said to follow from it.
func (l *locator) opensAgree() bool {
	opens := make(map[Truth]bool)
	for n, i := range l.chosen {
		for j, truth := range l.partition.Parts[n].Regions[i].Truths {
			if truth < Open {
				continue
			}
			if before, seen := opens[truth]; seen && before != l.truths[n][j] || int(truth-Open) >= l.partition.Free {
				return false
			}
			opens[truth] = l.truths[n][j]
		}
	}
	for _, pair := range l.partition.Implied {
		b, seen := opens[Open+Truth(pair[1])]
		if opens[Open+Truth(pair[0])] && seen && !b {
			return false
		}
	}
	return true
}

func show(p *Partition) string {
	var b strings.Builder
	for _, part := range p.Parts {
		fmt.Fprintf(&b, "%q within %d\n", part.Path, part.Parent)
		for i, r := range part.Regions {
			fmt.Fprintf(&b, "  %d under %v: %s, such as %s: %v\n", i, r.Under, r.Text, r.Sample, r.Truths)
		}
	}
	return b.String()
}

// TestNoRegionIsEmpty draws types and conditions: the sample of each region is of
// the type and makes the conditions what the region says, and the number of
// regions stays small.
func TestNoRegionIsEmpty(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		of := drawType(2).Draw(t, "type")
		conditions := drawConditions().Draw(t, "conditions")
		partition, places := Split(of, conditions)
		for n, p := range partition.Parts {
			types := typesAt([]*Type{of}, p.Path)
			literals := 0
			for i, c := range conditions {
				if places[i].Part == n {
					literals += len(c.Literals)
				}
			}
			if most := len(types)*(8+2*literals+len(conditions)) + 1; len(p.Regions) > most {
				t.Fatalf("%q has %d regions, more than %d\n%s", p.Path, len(p.Regions), most, show(partition))
			}
			for _, r := range p.Regions {
				checkRegion(t, r, types, n, places, conditions)
			}
		}
	})
}

func checkRegion(t *rapid.T, r Region, types []*Type, n int, places []Place, conditions []Condition) {
	if r.Missing {
		for _, truth := range r.Truths {
			if truth != False {
				t.Fatalf("a condition holds for what is missing")
			}
		}
		return
	}
	if !slices.ContainsFunc(types, func(of *Type) bool { return of.Holds(r.Sample) }) {
		t.Fatalf("%s, the sample of %q, is not of the type", r.Sample, r.Text)
	}
	if r.Text == "" {
		t.Fatalf("the region of %s has no text", r.Sample)
	}
	for i, c := range conditions {
		if places[i].Part != n {
			continue
		}
		truth := r.Truths[places[i].Index]
		c.Path = nil
		if got := holds(c, r.Sample); truth < Open && got != (truth == True) {
			t.Fatalf("%s, the sample of %q, makes condition %d %v", r.Sample, r.Text, i, got)
		}
	}
}

// typesAt lists the types that a path may lead to.
func typesAt(types []*Type, path []string) []*Type {
	for _, token := range path {
		var next []*Type
		for _, of := range types {
			if t, _ := (&region{kind: Array, typ: of, least: 99}).member(token); t != nil && of.Kinds&Array != 0 {
				next = append(next, t)
			}
			if t, _ := (&region{kind: Object, typ: of}).member(token); t != nil && of.Kinds&Object != 0 {
				next = append(next, t)
			}
		}
		types = next
	}
	return types
}

// TestSmallIntegersExhaustively holds the regions of a small type against all its values.
func TestSmallIntegersExhaustively(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		of := &Type{Kinds: Number, Len: -1, Numbers: Numbers{Kind: Integers, Min: -3, Max: 3}}
		literal := rapid.Custom(func(t *rapid.T) plan.Literal {
			if rapid.Bool().Draw(t, "float") {
				return plan.Literal{Kind: plan.LitFloat, Float: float64(rapid.IntRange(-8, 8).Draw(t, "half")) / 2}
			}
			return plan.Literal{Kind: plan.LitInt, Int: rapid.Int64Range(-4, 4).Draw(t, "int")}
		})
		var conditions []Condition
		for range rapid.IntRange(0, 4).Draw(t, "conditions") {
			c := Condition{Cmp: rapid.SampledFrom(positive[:5]).Draw(t, "cmp"), Literals: []plan.Literal{literal.Draw(t, "literal")}}
			conditions = append(conditions, c)
		}
		want := make(map[string]bool)
		for i := -3; i <= 3; i++ {
			var truths []Truth
			for _, c := range conditions {
				truth := False
				if holds(c, fmt.Append(nil, i)) {
					truth = True
				}
				truths = append(truths, truth)
			}
			want[fmt.Sprint(truths)] = true
		}
		partition, _ := Split(of, conditions)
		got := make(map[string]bool)
		for _, r := range partition.Parts[0].Regions {
			got[fmt.Sprint(r.Truths)] = true
		}
		if diff := cmp.Diff(want, got); diff != "" || len(got) != len(partition.Parts[0].Regions) {
			t.Fatalf("-want +got\n%s%s", diff, show(partition))
		}
	})
}

// TestTexts is what people read.
func TestTexts(t *testing.T) {
	t.Parallel()
	number := func(c plan.Cmp, f float64) Condition {
		l := plan.Literal{Kind: plan.LitFloat, Float: f}
		if f == math.Trunc(f) {
			l = plan.Literal{Kind: plan.LitInt, Int: int64(f)}
		}
		return Condition{Cmp: c, Literals: []plan.Literal{l}}
	}
	text := func(c plan.Cmp, texts ...string) Condition {
		out := Condition{Cmp: c}
		for _, s := range texts {
			out.Literals = append(out.Literals, plan.Literal{Kind: plan.LitString, String: s})
		}
		return out
	}
	above80, below81 := number(plan.CmpGreaterThan, 80), number(plan.CmpLessThan, 81)
	first := Condition{Path: []string{"0"}, Cmp: plan.CmpExists}
	for _, c := range []struct {
		name       string
		of         *Type
		conditions []Condition
		want       []string
	}{
		{"float", floatType, []Condition{above80, below81}, []string{"80 or less such as 79", "over 80, below 81 such as 80.5", "81 or more such as 81"}},
		{"int", intType, []Condition{above80, below81}, []string{"80 or less such as 79", "81 or more such as 81"}},
		{"byte", byteType, []Condition{number(plan.CmpLessThan, 0), number(plan.CmpLessOrEqual, 255)}, []string{"an integer such as 0"}},
		{"one integer between", intType, []Condition{above80, number(plan.CmpGreaterOrEqual, 82)},
			[]string{"80 or less such as 79", "81 such as 81", "82 or more such as 82"}},
		{"integers between", intType, []Condition{above80, number(plan.CmpLessThan, 90.5)},
			[]string{"80 or less such as 79", "81 to 90 such as 81", "91 or more such as 91"}},
		{"other numbers", floatType, []Condition{number(plan.CmpEquals, 1.5), number(plan.CmpEquals, 2)},
			[]string{"a number other than 1.5 and 2 such as 1", "1.5 such as 1.5", "2 such as 2"}},
		{"neighbours", floatType, []Condition{number(plan.CmpGreaterThan, 80.5), number(plan.CmpLessThan, math.Nextafter(80.5, 81))},
			[]string{"80.5 or less such as 80", "80.50000000000001 or more such as 80.50000000000001"}},
		{"one float between", floatType, []Condition{number(plan.CmpGreaterThan, 80.5), number(plan.CmpLessThan, 80.50000000000003)},
			[]string{"80.5 or less such as 80", "80.50000000000001 such as 80.50000000000001", "80.50000000000003 or more such as 80.50000000000003"}},
		{"two floats between", floatType, []Condition{number(plan.CmpGreaterThan, 80.5), number(plan.CmpLessThan, 80.50000000000004)},
			[]string{"80.5 or less such as 80", "over 80.5, below 80.50000000000004 such as 80.50000000000001", "80.50000000000004 or more such as 80.50000000000004"}},
		{"float32", &Type{Kinds: Number, Len: -1, Numbers: Numbers{Kind: Floats32}}, []Condition{number(plan.CmpEquals, 16777217), number(plan.CmpEquals, 0.1)},
			[]string{"a number other than 0.1 such as 0", "0.1 such as 0.1"}},
		{"nothing asked", intType, nil, []string{"an integer such as 1"}},
		{"not zero", &Type{Kinds: Number | Null | Bool, Len: -1, NonZero: true, Numbers: intType.Numbers}, []Condition{number(plan.CmpGreaterThan, 0)},
			[]string{"true such as true", "-1 or less such as -1", "1 or more such as 1"}},
		{"strings", stringType, []Condition{text(plan.CmpIn, "gold", "silver"), text(plan.CmpEquals, "gold")},
			[]string{`a string other than "gold" and "silver" such as "a"`, `"gold" such as "gold"`, `"silver" such as "silver"`}},
		{"order of strings", stringType, []Condition{text(plan.CmpGreaterThan, "b"), text(plan.CmpLessThan, "b\x00")},
			[]string{`a string up to "b" such as "a"`, `a string "b\x00" or after such as "b\u0000"`}},
		{"between strings", stringType, []Condition{text(plan.CmpGreaterThan, "b"), text(plan.CmpLessThan, "d")},
			[]string{`a string up to "b" such as "a"`, `a string after "b", before "d" such as "ba"`, `a string "d" or after such as "d"`}},
		{"null and bool", &Type{Kinds: Null | Bool, Len: -1}, []Condition{{Cmp: plan.CmpEquals, Literals: []plan.Literal{{}}}},
			[]string{"null such as null", "true or false such as true"}},
		{"lists", &Type{Kinds: Array, Len: -1, Elem: stringType}, []Condition{first, {Path: []string{"2"}, Cmp: plan.CmpExists}},
			[]string{"an empty list such as []", `a list of 1 to 2 such as ["a"]`, `a list of 3 or more such as ["a","a","a"]`}},
		{"list of one length", &Type{Kinds: Array, Len: 2, Elem: intType}, []Condition{first}, []string{"a list such as [1,1]"}},
	} {
		partition, _ := Split(c.of, c.conditions)
		var got []string
		for _, r := range partition.Parts[0].Regions {
			got = append(got, r.Text+" such as "+string(r.Sample))
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: -want +got\n%s", c.name, diff)
		}
	}
}

var (
	floatType  = &Type{Kinds: Number, Len: -1, Numbers: Numbers{Kind: Floats}}
	intType    = &Type{Kinds: Number, Len: -1, Numbers: Numbers{Kind: Integers, Min: math.MinInt64, Max: math.MaxInt64}}
	byteType   = &Type{Kinds: Number, Len: -1, Numbers: Numbers{Kind: Integers, Max: math.MaxUint8}}
	stringType = &Type{Kinds: String, Len: -1}
)

// TestContainsIsOpen holds what is left open, and what follows from what.
func TestContainsIsOpen(t *testing.T) {
	t.Parallel()
	contains := func(s string) Condition {
		return Condition{Cmp: plan.CmpContains, Literals: []plan.Literal{{Kind: plan.LitString, String: s}}}
	}
	equals := Condition{Cmp: plan.CmpEquals, Literals: []plan.Literal{{Kind: plan.LitString, String: "golden"}}}
	p, _ := Split(stringType, []Condition{contains("gold"), contains("old"), contains("gold"), contains(""), equals})
	want := [][]Truth{{Open, Open + 1, Open, True, False}, {True, True, True, True, True}}
	var got [][]Truth
	for _, r := range p.Parts[0].Regions {
		got = append(got, r.Truths)
	}
	if diff := cmp.Diff(want, got); diff != "" || p.Free != 2 || !slices.Equal(p.Implied, [][2]int{{0, 1}}) {
		t.Errorf("%d open, %v implied\n%s", p.Free, p.Implied, diff)
	}
	p, _ = Split(&Type{Kinds: Array, Len: -1, Elem: intType}, []Condition{contains("a")})
	if p.Free != 0 {
		t.Errorf("a list of integers may contain a string: %s", show(p))
	}
}

// TestRecursiveTypes holds that a type within itself has an end.
func TestRecursiveTypes(t *testing.T) {
	t.Parallel()
	node := &Type{Kinds: Object | Null, Struct: true, Len: -1}
	list := &Type{Kinds: Array, Len: -1, Elem: node}
	node.Fields = []Field{{Name: "next", Type: node}, {Name: "kids", Type: list}}
	p, _ := Split(node, []Condition{{Path: []string{"next", "next", "kids", "0"}, Cmp: plan.CmpExists}})
	if got := p.Parts[0].Regions[1].Sample; string(got) != `{"next":null,"kids":[]}` {
		t.Errorf("the sample is %s", got)
	}
	if len(p.Parts) != 5 || len(p.Parts[4].Regions) != 3 {
		t.Errorf("the parts are\n%s", show(p))
	}
}

// TestManyLiterals holds that a thousand thresholds on one key are no burden.
func TestManyLiterals(t *testing.T) {
	t.Parallel()
	var conditions []Condition
	for i := range 1000 {
		conditions = append(conditions, Condition{Cmp: plan.CmpGreaterThan, Literals: []plan.Literal{{Kind: plan.LitInt, Int: int64(2 * i)}}})
	}
	p, _ := Split(intType, conditions)
	if n := len(p.Parts[0].Regions); n != 1001 {
		t.Errorf("%d regions", n)
	}
}

// Conditions with thousands of literals cost little more than to sort them.
func TestManyLiteralsAreCheap(t *testing.T) {
	t.Parallel()
	const n = 100_000
	for name, literal := range map[string]func(i int) plan.Literal{
		"strings": func(i int) plan.Literal { return plan.Literal{Kind: plan.LitString, String: strconv.Itoa(i)} },
		"numbers": func(i int) plan.Literal { return plan.Literal{Kind: plan.LitInt, Int: int64(i)} },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := Condition{Cmp: plan.CmpIn}
			for i := range n {
				in.Literals = append(in.Literals, literal(2*i))
			}
			p, places := Split(Any, []Condition{in})
			for _, r := range p.Parts[0].Regions {
				if strings.Contains(r.Text, "other than") && r.Truths[places[0].Index] == False {
					return
				}
			}
			t.Errorf("no region of all other %s", name)
		})
	}
}
