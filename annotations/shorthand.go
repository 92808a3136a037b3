package annotations

// ShorthandKind is a rule over the task's own dependencies, named as in Airflow.
// All of them wait until every dependency has ended, also the one_ kinds.
type ShorthandKind int

// The shorthands, each with the word that a rule has for it.
const (
	AllSuccess              ShorthandKind = iota + 1 // all_success
	AllFailed                                        // all_failed
	AllSkipped                                       // all_skipped
	AllDone                                          // all_done, the same as always
	OneSuccess                                       // one_success
	OneFailed                                        // one_failed
	NoneFailed                                       // none_failed
	NoneSkipped                                      // none_skipped
	NoneFailedMinOneSuccess                          // none_failed_min_one_success
)

var shorthandNames = [...]string{
	AllSuccess: "all_success", AllFailed: "all_failed", AllSkipped: "all_skipped", AllDone: "all_done",
	OneSuccess: "one_success", OneFailed: "one_failed",
	NoneFailed: "none_failed", NoneSkipped: "none_skipped",
	NoneFailedMinOneSuccess: "none_failed_min_one_success",
}

// String returns the shorthand as a rule spells it, such as "one_success", and
// "unknown" for a value that is no shorthand.
func (k ShorthandKind) String() string {
	if k < AllSuccess || k > NoneFailedMinOneSuccess {
		return "unknown"
	}
	return shorthandNames[k]
}

func shorthandByName(name string) (ShorthandKind, bool) {
	for k := AllSuccess; k <= NoneFailedMinOneSuccess; k++ {
		if shorthandNames[k] == name {
			return k, true
		}
	}
	return 0, false
}

// Expand returns the rule with each shorthand replaced by the operators and
// outcomes it stands for, over the given dependencies. What replaces a shorthand
// has its span. Without dependencies a shorthand becomes [Always]; that is what
// one in a workflow's default means for a task that has none. Parts without
// shorthands are shared with r, which is not changed.
func Expand(r Rule, deps []string) Rule {
	switch r := r.(type) {
	case *Shorthand:
		return r.expand(deps)
	case *All:
		return &All{r.node, expandEach(r.Rules, deps), r.Infix}
	case *Any:
		return &Any{r.node, expandEach(r.Rules, deps), r.Infix}
	case *None:
		return &None{r.node, expandEach(r.Rules, deps)}
	case *Not:
		return &Not{r.node, Expand(r.Rule, deps), r.Infix}
	}
	return r
}

func expandEach(rules []Rule, deps []string) []Rule {
	out := make([]Rule, len(rules))
	for i, r := range rules {
		out[i] = Expand(r, deps)
	}
	return out
}

func (s *Shorthand) expand(deps []string) Rule {
	n := node{s.span}
	if len(deps) == 0 {
		return &Always{n}
	}
	switch s.Kind {
	case AllSuccess:
		return &All{node: n, Rules: s.outcomes(Success, deps)}
	case AllFailed:
		return &All{node: n, Rules: s.outcomes(Failed, deps)}
	case AllSkipped:
		return &All{node: n, Rules: s.outcomes(Skipped, deps)}
	case OneSuccess:
		return &Any{node: n, Rules: s.outcomes(Success, deps)}
	case OneFailed:
		return &Any{node: n, Rules: s.outcomes(Failed, deps)}
	case NoneFailed:
		return &None{node: n, Rules: s.outcomes(Failed, deps)}
	case NoneSkipped:
		return &None{node: n, Rules: s.outcomes(Skipped, deps)}
	case NoneFailedMinOneSuccess:
		return &All{node: n, Rules: []Rule{
			&None{node: n, Rules: s.outcomes(Failed, deps)},
			&Any{node: n, Rules: s.outcomes(Success, deps)},
		}}
	}
	return &Always{n}
}

func (s *Shorthand) outcomes(want TaskOutcome, deps []string) []Rule {
	out := make([]Rule, len(deps))
	for i, d := range deps {
		out[i] = &Outcome{node{s.span}, want, Name{Text: d, Quoted: true, Span: s.span}}
	}
	return out
}
