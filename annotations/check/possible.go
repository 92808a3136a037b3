package check

import "github.com/cloacina-go/cloacina/internal/plan"

// possible is a set of outcomes that a task can have in a completed run.
type possible uint8

const (
	canSucceed possible = 1 << iota
	canFail
	canSkip
)

// truth is a truth value that may be unknown.
type truth int8

const (
	unknown truth = iota
	yes
	no
)

func (v truth) not() truth {
	switch v {
	case yes:
		return no
	case no:
		return yes
	}
	return unknown
}

// outcomesOfCompleted returns, by index, which outcomes each task can have in a
// run that completes. A task fails there only with allow_failure. Rules are
// judged leaf by leaf, and every value is taken to be possible, so the sets may
// be too large but never too small.
func outcomesOfCompleted(p *plan.Plan) []possible {
	sets := make([]possible, len(p.Tasks))
	for i := range p.Tasks {
		t := &p.Tasks[i]
		verdict := yes
		if t.Rule.Tree != nil {
			verdict = judge(t.Rule.Tree, sets)
		}
		if verdict != yes {
			sets[i] |= canSkip
		}
		if verdict != no {
			sets[i] |= canSucceed
			if t.AllowFailure {
				sets[i] |= canFail
			}
		}
	}
	return sets
}

func judge(n *plan.Node, sets []possible) truth {
	switch n.Op {
	case plan.OpAll:
		return judgeAll(n.Args, sets)
	case plan.OpAny:
		return judgeAny(n.Args, sets)
	case plan.OpNone:
		return judgeAny(n.Args, sets).not()
	case plan.OpNot:
		return judge(n.Args[0], sets).not()
	case plan.OpTaskSuccess:
		return among(canSucceed, sets[n.Task])
	case plan.OpTaskFailed:
		return among(canFail, sets[n.Task])
	case plan.OpTaskSkipped:
		return among(canSkip, sets[n.Task])
	}
	return unknown
}

func among(want, set possible) truth {
	switch {
	case set&want == 0:
		return no
	case set == want:
		return yes
	}
	return unknown
}

func judgeAll(args []*plan.Node, sets []possible) truth {
	verdict := yes
	for _, a := range args {
		switch judge(a, sets) {
		case no:
			return no
		case unknown:
			verdict = unknown
		}
	}
	return verdict
}

func judgeAny(args []*plan.Node, sets []possible) truth {
	verdict := no
	for _, a := range args {
		switch judge(a, sets) {
		case yes:
			return yes
		case unknown:
			verdict = unknown
		}
	}
	return verdict
}
