package sat_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/cloacina-go/cloacina/internal/sat"
)

const noLimit = 1 << 40

// cnf is a set of clauses over some variables.
type cnf struct {
	vars    int
	clauses [][]sat.Lit
}

// randomCNF draws clauses of one to four literals, near to where satisfiable and
// unsatisfiable ones are equally frequent.
func randomCNF(r *rand.Rand) cnf {
	f := cnf{vars: 1 + r.IntN(12)}
	for range r.IntN(5*f.vars + 1) {
		c := make([]sat.Lit, 0, 4)
		for range 1 + min(r.IntN(4), r.IntN(4)+1) {
			c = append(c, f.literal(r))
		}
		f.clauses = append(f.clauses, c)
	}
	return f
}

func (f cnf) literal(r *rand.Rand) sat.Lit { return sat.Lit(r.IntN(2 * f.vars)) }

func (f cnf) holds(value func(v int) bool) bool {
	for _, c := range f.clauses {
		if !slices.ContainsFunc(c, func(l sat.Lit) bool { return value(l.Var()) != l.Negated() }) {
			return false
		}
	}
	return true
}

// satisfiable tries out all assignments.
func (f cnf) satisfiable(assumptions []sat.Lit) bool {
	with := f
	with.clauses = slices.Clone(f.clauses)
	for _, l := range assumptions {
		with.clauses = append(with.clauses, []sat.Lit{l})
	}
	for bits := range 1 << f.vars {
		if with.holds(func(v int) bool { return bits>>v&1 == 1 }) {
			return true
		}
	}
	return false
}

func solverOf(f cnf) *sat.Solver {
	s := new(sat.Solver)
	for range f.vars {
		s.NewVar()
	}
	for _, c := range f.clauses {
		s.AddClause(c...)
	}
	return s
}

// checkAnswer holds an answer against all assignments.
func checkAnswer(t *testing.T, f cnf, s *sat.Solver, got sat.Status, assumptions []sat.Lit) {
	t.Helper()
	want := sat.Unsat
	if f.satisfiable(assumptions) {
		want = sat.Sat
	}
	if got != want {
		t.Fatalf("%v under %v: got %v, want %v", f.clauses, assumptions, got, want)
	}
	if got == sat.Sat {
		for _, l := range assumptions {
			if s.Value(l.Var()) == l.Negated() {
				t.Fatalf("%v: assumption %v does not hold", f.clauses, l)
			}
		}
		if !f.holds(s.Value) {
			t.Fatalf("%v under %v: the model is none", f.clauses, assumptions)
		}
		return
	}
	for _, l := range s.Failed() {
		if !slices.Contains(assumptions, l) {
			t.Fatalf("%v under %v: failed %v", f.clauses, assumptions, s.Failed())
		}
	}
	if f.satisfiable(s.Failed()) {
		t.Fatalf("%v under %v: %v can be true", f.clauses, assumptions, s.Failed())
	}
}

// Clauses and questions come in any order.
func TestAgreesWithBruteForce(t *testing.T) {
	t.Parallel()
	for seed := range uint64(1500) {
		r := rand.New(rand.NewPCG(seed, 1))
		all := randomCNF(r)
		f := cnf{vars: all.vars}
		s := solverOf(f)
		for _, c := range all.clauses {
			f.clauses = append(f.clauses, c)
			s.AddClause(c...)
			if r.IntN(4) > 0 {
				continue
			}
			var assumptions []sat.Lit
			for range r.IntN(4) {
				assumptions = append(assumptions, f.literal(r))
			}
			got := s.Solve(noLimit, nil, assumptions...)
			checkAnswer(t, f, s, got, assumptions)
			if t.Failed() {
				t.Fatalf("seed %d", seed)
			}
		}
	}
}

// hole says that n+1 pigeons sit in n holes, no two in one.
func hole(n int) cnf {
	f := cnf{vars: n * (n + 1)}
	at := func(pigeon, hole int) sat.Lit { return sat.Pos(pigeon*n + hole) }
	for p := range n + 1 {
		var c []sat.Lit
		for h := range n {
			c = append(c, at(p, h))
			for q := range p {
				f.clauses = append(f.clauses, []sat.Lit{at(p, h).Not(), at(q, h).Not()})
			}
		}
		f.clauses = append(f.clauses, c)
	}
	return f
}

func TestPigeons(t *testing.T) {
	t.Parallel()
	for n := 1; n <= 7; n++ {
		if got := solverOf(hole(n)).Solve(noLimit, nil); got != sat.Unsat {
			t.Errorf("%d holes: %v", n, got)
		}
	}
	f := hole(6)
	f.clauses = f.clauses[:len(f.clauses)-1] // the last pigeon may stay away
	s := solverOf(f)
	if got := s.Solve(noLimit, nil); got != sat.Sat || !f.holds(s.Value) {
		t.Errorf("got %v", got)
	}
}

// What was given up can be asked again, and goes on with what was learnt.
func TestBudget(t *testing.T) {
	t.Parallel()
	s := solverOf(hole(6))
	const limit = 20_000
	gaveUp := 0
	for s.Solve(limit, nil) == sat.GaveUp {
		if gaveUp++; gaveUp > 1000 {
			t.Fatal("no end")
		}
		if used := s.Steps(); used > int64(gaveUp)*2*limit {
			t.Fatalf("%d steps after %d questions", used, gaveUp)
		}
	}
	if gaveUp == 0 {
		t.Error("never given up")
	}
	if got := s.Solve(0, nil); got != sat.Unsat {
		t.Errorf("got %v", got)
	}
}

// random3 draws clauses of three literals of different variables.
func random3(r *rand.Rand, vars, clauses int) cnf {
	f := cnf{vars: vars}
	for range clauses {
		c := make([]sat.Lit, 0, 3)
		for len(c) < 3 {
			if l := f.literal(r); !slices.ContainsFunc(c, func(o sat.Lit) bool { return o.Var() == l.Var() }) {
				c = append(c, l)
			}
		}
		f.clauses = append(f.clauses, c)
	}
	return f
}

// Hard questions that make the solver restart and forget clauses. Each
// unsatisfiable one is asked twice, in two orders of its clauses.
func TestHardQuestions(t *testing.T) {
	t.Parallel()
	counts := make(map[sat.Status]int)
	for seed := range uint64(12) {
		r := rand.New(rand.NewPCG(seed, 2))
		f := random3(r, 150, 640)
		s := solverOf(f)
		first := s.Solve(noLimit, nil)
		if first == sat.Sat && !f.holds(s.Value) {
			t.Errorf("seed %d: the model is none", seed)
		}
		r.Shuffle(len(f.clauses), func(i, j int) { f.clauses[i], f.clauses[j] = f.clauses[j], f.clauses[i] })
		if second := solverOf(f).Solve(noLimit, nil); first != second {
			t.Errorf("seed %d: %v, then %v", seed, first, second)
		}
		counts[first]++
	}
	if counts[sat.Sat] == 0 || counts[sat.Unsat] == 0 {
		t.Errorf("got %v", counts)
	}
}

// Many questions to one solver with more learnt clauses than are kept.
func TestManyQuestions(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 3))
	f := random3(r, 130, 530)
	s := solverOf(f)
	for i := range 150 {
		assumptions := []sat.Lit{f.literal(r), f.literal(r), f.literal(r), f.literal(r)}
		got := s.Solve(noLimit, nil, assumptions...)
		fresh := solverOf(f)
		if want := fresh.Solve(noLimit, nil, assumptions...); got != want {
			t.Fatalf("question %d %v: got %v, want %v", i, assumptions, got, want)
		}
		if got == sat.Sat && !f.holds(s.Value) {
			t.Fatalf("question %d: the model is none", i)
		}
		if got == sat.Unsat && fresh.Solve(noLimit, nil, s.Failed()...) != sat.Unsat {
			t.Fatalf("question %d: %v can be true", i, s.Failed())
		}
	}
}

// The same questions in the same order get the same answers in the same steps.
func TestDeterministic(t *testing.T) {
	t.Parallel()
	record := func() string {
		f := random3(rand.New(rand.NewPCG(4, 4)), 120, 500)
		s := solverOf(f)
		text := ""
		for v := range f.vars {
			text += fmt.Sprint(s.Solve(5000, nil, sat.Pos(v), sat.Neg((v+1)%f.vars)), s.Steps(), s.Failed())
		}
		return text
	}
	if a, b := record(), record(); a != b {
		t.Error("two records differ")
	}
}

// The definitions of a chain of variables are looked at only as far as asked.
func TestScope(t *testing.T) {
	t.Parallel()
	const n = 10_000
	s := new(sat.Solver)
	first := s.NewVar()
	for range n { // each is the opposite of the first
		v := s.NewVar()
		s.AddClause(sat.Pos(v), sat.Pos(first))
		s.AddClause(sat.Neg(v), sat.Neg(first))
	}
	s.AddClause(sat.Pos(1), sat.Pos(2), sat.Pos(3))
	if got := s.Solve(noLimit, []int{first, 7}, sat.Pos(7)); got != sat.Sat || s.Value(first) || !s.Value(7) {
		t.Errorf("got %v", got)
	}
	before := s.Steps()
	if got := s.Solve(noLimit, []int{7, 8}, sat.Pos(7), sat.Neg(8)); got != sat.Sat {
		t.Errorf("got %v for what is not defined within the scope", got)
	}
	if used := s.Steps() - before; used > 20 {
		t.Errorf("%d steps", used)
	}
	if got := s.Solve(noLimit, []int{first, 7, 8}, sat.Pos(7), sat.Neg(8)); got != sat.Unsat {
		t.Errorf("got %v", got)
	}
	if got := s.Solve(noLimit, nil, sat.Pos(first), sat.Neg(9)); got != sat.Unsat {
		t.Errorf("got %v; 1, 2 and 3 cannot all be false", got)
	}
}

func TestPhases(t *testing.T) {
	t.Parallel()
	s := new(sat.Solver)
	for v := range 10 {
		s.NewVar()
		s.SetPhase(v, v%2 == 0)
	}
	if got := s.Solve(noLimit, nil); got != sat.Sat {
		t.Fatal(got)
	}
	for v := range 10 {
		if s.Value(v) != (v%2 == 0) {
			t.Errorf("variable %d is %t", v, s.Value(v))
		}
	}
}

func TestNothing(t *testing.T) {
	t.Parallel()
	s := new(sat.Solver)
	if got := s.Solve(noLimit, nil); got != sat.Sat {
		t.Errorf("no clauses: %v", got)
	}
	v := s.NewVar()
	if got := s.Solve(noLimit, nil, sat.Pos(v), sat.Neg(v)); got != sat.Unsat || len(s.Failed()) != 2 {
		t.Errorf("a contradiction: %v, %v", got, s.Failed())
	}
	s.AddClause()
	if got := s.Solve(noLimit, nil, sat.Pos(v)); got != sat.Unsat || len(s.Failed()) != 0 {
		t.Errorf("the empty clause: %v, %v", got, s.Failed())
	}
}

// FuzzSolver reads clauses and assumptions from bytes.
func FuzzSolver(f *testing.F) {
	f.Add([]byte{2, 4, 0, 3, 5, 0, 2, 5, 0, 1, 4})
	f.Fuzz(func(t *testing.T, data []byte) {
		all := cnf{vars: 8}
		s := solverOf(all)
		var c []sat.Lit
		for _, b := range data[:min(len(data), 200)] {
			switch b {
			case 0:
				all.clauses = append(all.clauses, c)
				s.AddClause(c...)
				c = nil
			case 1:
				checkAnswer(t, all, s, s.Solve(noLimit, nil, c...), c)
				c = nil
			default:
				c = append(c, sat.Lit(b%16))
			}
		}
		checkAnswer(t, all, s, s.Solve(noLimit, nil, c...), c)
	})
}

func BenchmarkRandom3(b *testing.B) {
	f := random3(rand.New(rand.NewPCG(5, 5)), 150, 640)
	for b.Loop() {
		solverOf(f).Solve(noLimit, nil)
	}
}
