package emit
import ("testing";"os";"go/types";"time"
	"github.com/cloacina-go/cloacina/annotations/check"
	"github.com/cloacina-go/cloacina/internal/plan"
)
func TestScratch(t *testing.T) {
	w := newWorld(t)
	src := `package billing
import ("context"; "time"; "encoding/json")
type Input struct { Rate float64; Opt *int; Raw json.RawMessage }
type Rec[T any] struct { V T }
type Out struct { A int; B map[string][]time.Time; C Rec[json.Number]; D struct{ X int `+"`json:\"x\"`"+` } ; E *time.Duration }
func TaskA(ctx context.Context, in Input) (Out, error) { panic(0) }
func TaskB(ctx context.Context) error { panic(0) }
func TaskC(ctx context.Context, in struct{}) error { panic(0) }
func TaskD(ctx context.Context) (Out, error) { panic(0) }
`
	p := w.add("x.org/billing", "s.go", src)
	pkg := handmade(p)
	wf := pkg.Workflows[0]
	wf.Plan.Description = "Fetch \"records\" from somewhere and do what has to be done with them, over and over again, until the cows come home and the day is over"
	wf.Plan.Timeout = 90*time.Second
	wf.Plan.Tasks[1].DependsOn = []int{0}
	wf.Plan.Tasks[0].Retry = plan.Retry{Attempts: 3, Delay: time.Second, MaxDelay: 30*time.Second, Jitter: true, Condition: plan.RetryMatching, Matches: []string{"a", "b\"c"}}
	wf.Plan.Tasks[0].Doc = "TaskA is `quoted`.\n\nIt does things."
	wf.Plan.Tasks[0].Writes = []plan.Write{{Key: "a", Shape: "int"}}
	wf.Plan.Tasks[3].DependsOn = []int{0, 1}
	s := func(i int) *plan.Node { return &plan.Node{Op: plan.OpTaskSuccess, Task: i} }
	wf.Plan.Tasks[3].Rule = plan.Rule{Text: `any(all(task_success("taska"), context_value("score", greater_than, 80)), none(task_success(taskb), context_value("score", in, "a", "b")))`,
		Tree: &plan.Node{Op: plan.OpAny, Args: []*plan.Node{
			{Op: plan.OpAll, Args: []*plan.Node{s(0), {Op: plan.OpValue, Key: "score", Cmp: plan.CmpGreaterThan, Literals: []plan.Literal{{Kind: plan.LitInt, Int: 80}}}}},
			{Op: plan.OpNone, Args: []*plan.Node{s(1), {Op: plan.OpValue, Key: "score", Cmp: plan.CmpIn, Literals: []plan.Literal{{Kind: plan.LitString, String: "a"}, {Kind: plan.LitString, String: "b"}}}}},
		}},
		Reads: []plan.Read{{Key: "score", Optional: true, Writers: []int{0}}},
	}
	wf.Result = []check.ResultField{{Name: "A", Key: "a", Type: types.Typ[types.Int]}, {Name: "D", Key: "d", Type: wf.Tasks[0].Out.Fields[3].Type, Always: true}}
	got, err := File(pkg, false)
	if err != nil { t.Fatal(err) }
	os.Stdout.Write(got)
	w.compiles("x.org/billing", src, got)
}
