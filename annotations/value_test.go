package annotations

import (
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestTaskDeclaration(t *testing.T) {
	t.Parallel()
	task := readTask(t, `// F does things.
// It takes its time.
//
//cloacina:task id=fetch_data dependencies=[a, "b"] result=all_of_it
//cloacina:task trigger_rules=all(
//cloacina:task   task_success(a) // why
//cloacina:task   , one_failed)
//cloacina:task retry_attempts=7 retry_delay=1m30s retry_max_delay_ms=120000 retry_backoff=linear
//cloacina:task retry_jitter=false retry_condition="refused","timed out" timeout=2h
//cloacina:task allow_failure on_success=Done on_failure=Alert`)
	if task.Doc != "F does things.\nIt takes its time." || task.Func.Name.Name != "F" {
		t.Errorf("doc is %q, function %s", task.Doc, task.Func.Name)
	}
	got := map[string]any{
		"id": task.ID.V, "result": task.Result.V, "rule": Format(task.TriggerRules.V),
		"attempts": task.RetryAttempts.V, "delay": task.RetryDelay.V, "max": task.RetryMaxDelay.V,
		"backoff": task.RetryBackoff.V, "jitter": task.RetryJitter.V, "condition": task.RetryCondition.V,
		"timeout": task.Timeout.V, "allow": task.AllowFailure.V, "success": task.OnSuccess.V, "failure": task.OnFailure.V,
		"dependencies": names(task.Dependencies.V), "if": task.RetryIf.Set,
	}
	want := map[string]any{
		"id": "fetch_data", "result": "all_of_it", "rule": `all(task_success("a"), one_failed)`,
		"attempts": 7, "delay": 90 * time.Second, "max": 2 * time.Minute,
		"backoff": Linear, "jitter": false, "condition": RetryCondition{Kind: RetryMatching, Matches: []string{"refused", "timed out"}},
		"timeout": 2 * time.Hour, "allow": true, "success": "Done", "failure": "Alert",
		"dependencies": []string{"a", "b"}, "if": false,
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("task differs (-want +got):\n%s", diff)
	}
	if !task.RetryJitter.Set || !task.ID.Set || !task.TriggerRules.Set {
		t.Error("a value that was given is not set")
	}
}

func names(list []Name) []string {
	var out []string
	for _, n := range list {
		out = append(out, n.Text)
	}
	return out
}

func TestWorkflowDeclaration(t *testing.T) {
	t.Parallel()
	w := readWorkflow(t, `// Package p does things.
//
//cloacina:workflow name=nightly-import description="Imports" input=Input timeout=1h
//cloacina:workflow retention=720h default_trigger_rules=none_failed default_retry_attempts=0
//cloacina:workflow default_retry_delay_ms=5 default_retry_max_delay=1s default_retry_if=Again
//cloacina:workflow default_allow_failure default_timeout=1m`)
	d := w.Defaults
	got := []any{w.Name.V, w.Description.V, w.Input.V, w.Timeout.V, w.Retention.V, w.Doc, Format(d.TriggerRules.V), d.RetryAttempts,
		d.RetryDelay.V, d.RetryMaxDelay.V, d.RetryIf.V, d.AllowFailure.V, d.Timeout.V, w.Type == nil}
	want := []any{"nightly-import", "Imports", "Input", time.Hour, 720 * time.Hour, "Package p does things.", "none_failed",
		Value[int]{V: 0, Set: true, Key: d.RetryAttempts.Key, Span: d.RetryAttempts.Span},
		5 * time.Millisecond, time.Second, "Again", true, time.Minute, true}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("workflow differs (-want +got):\n%s", diff)
	}
}

func TestWorkflowOnType(t *testing.T) {
	t.Parallel()
	source, findings := readFile(t, `package p

type (
	// A is one.
	//
	//cloacina:workflow name=a
	A struct{}

	//cloacina:workflow
	B struct{}
)

// C is another.
//cloacina:workflow name=c
type C[T any] struct{}

//cloacina:task
func (A) Run() {}

//cloacina:task
func (*C[T]) Run() {}
`)
	wantNone(t, findings)
	var got []string
	for _, w := range source.Workflows {
		got = append(got, w.Type.Name.Name+" "+w.Name.V+" "+w.Doc+" "+w.Target.String())
	}
	want := []string{"A a A is one. f.go:7:2", "B   f.go:10:2", "C c C is another. f.go:15:6"}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("workflows differ (-want +got):\n%s", diff)
	}
	if len(source.Tasks) != 2 || source.Tasks[0].Target.String() != "f.go:18:10" || source.Tasks[1].Span.String() != "f.go:20:1" {
		t.Errorf("tasks are %v", source.Tasks)
	}
}

func TestSpansOfValues(t *testing.T) {
	t.Parallel()
	src := onFunc("// ü\n//cloacina:task\tid = \"ä\"\r\n//cloacina:task dependencies=[\r\n//cloacina:task\t\"ü\" ,b] allow_failure retry_delay_ms=5\r")
	source, _ := readFile(t, src)
	task := source.Tasks[0]
	for _, c := range []struct {
		span Span
		want string
	}{
		{task.Span, src[len("package p\n\n// ü\n") : len(src)-len("\r\nfunc F() {}\n")]},
		{task.ID.Key, "id"},
		{task.ID.Span, `"ä"`},
		{task.Dependencies.Key, "dependencies"},
		{task.Dependencies.Span, "[\r\n//cloacina:task\t\"ü\" ,b]"},
		{task.Dependencies.V[0].Span, `"ü"`},
		{task.Dependencies.V[1].Span, "b"},
		{task.AllowFailure.Key, "allow_failure"},
		{task.AllowFailure.Span, "allow_failure"},
		{task.RetryDelay.Key, "retry_delay_ms"},
		{task.RetryDelay.Span, "5"},
		{task.Target, "F"},
	} {
		if got := src[c.span.Start.Offset:c.span.End.Offset]; got != c.want {
			t.Errorf("span covers %q, want %q", got, c.want)
		}
		want := spanAt(src, c.span.Start.Offset, c.span.End.Offset)
		want.File = "f.go"
		if diff := gocmp.Diff(want, c.span); diff != "" {
			t.Errorf("span of %q differs (-want +got):\n%s", c.want, diff)
		}
	}
}

func TestValueErrors(t *testing.T) {
	t.Parallel()
	checkMarked(t, []marked{
		{
			name:  "id",
			text:  "//cloacina:task id=«Fetch-Data»",
			want:  []string{"CL0123 lower-case"},
			fixed: "//cloacina:task id=fetch_data",
		},
		{
			name: "id without a close one",
			text: "//cloacina:task id=«größe»",
			want: []string{"CL0123 lower-case"},
		},
		{name: "id empty", text: `//cloacina:task id=«""»`, want: []string{"CL0123 lower-case"}},
		{
			name: "result",
			text: `//cloacina:task result=«" a"»`,
			want: []string{"CL0123 without blanks at its ends"},
		},
		{
			name: "attempts",
			text: "//cloacina:task retry_attempts=«three»",
			want: []string{"CL0121 whole number"},
		},
		{
			name:  "attempts quoted",
			text:  `//cloacina:task retry_attempts=«"3"»`,
			want:  []string{"CL0121 whole number"},
			fixed: "//cloacina:task retry_attempts=3",
		},
		{
			name: "attempts negative",
			text: "//cloacina:task retry_attempts=«-1»",
			want: []string{"CL0122 attempt, not "},
		},
		{
			name: "attempts too many",
			text: "//cloacina:task retry_attempts=«1001»",
			want: []string{"CL0122 attempt, not "},
		},
		{
			name: "attempts far too many",
			text: "//cloacina:task retry_attempts=«99999999999999999999»",
			want: []string{"CL0122 attempt, not "},
		},
		{
			name: "fraction",
			text: "//cloacina:task retry_attempts=«1.5»",
			want: []string{"CL0121 whole number"},
		},
		{
			name: "milliseconds zero",
			text: "//cloacina:task retry_delay_ms=«0»",
			want: []string{"CL0122 at least 1"},
		},
		{
			name: "milliseconds too many",
			text: "//cloacina:task retry_delay_ms=«9223372036855»",
			want: []string{"CL0122 292 years, not "},
		},
		{
			name: "milliseconds as duration",
			text: "//cloacina:task retry_delay_ms=«1s»",
			want: []string{"CL0121 whole number"},
		},
		{
			name:  "duration without unit",
			text:  "//cloacina:task retry_delay=«5»",
			want:  []string{"CL0121 duration"},
			fixed: "//cloacina:task retry_delay=5s",
		},
		{name: "duration", text: "//cloacina:task timeout=«soon»", want: []string{"CL0121 duration"}},
		{
			name: "duration too fine",
			text: "//cloacina:task timeout=«1500us»",
			want: []string{"CL0122 whole milliseconds"},
		},
		{
			name: "duration zero",
			text: "//cloacina:task timeout=«0s»",
			want: []string{"CL0122 at least 1ms"},
		},
		{
			name: "duration negative",
			text: "//cloacina:task timeout=«-1s»",
			want: []string{"CL0122 at least 1ms"},
		},
		{
			name: "duration too long",
			text: "//cloacina:task timeout=«9999999h»",
			want: []string{"CL0121 duration"},
		},
		{
			name:  "backoff",
			text:  "//cloacina:task retry_backoff=«exponentail»",
			want:  []string{`CL0124 did you mean "exponential"?`},
			fixed: "//cloacina:task retry_backoff=exponential",
		},
		{
			name: "backoff unknown",
			text: "//cloacina:task retry_backoff=«fibonacci»",
			want: []string{"CL0124 fixed, linear or exponential"},
		},
		{
			name:  "bools",
			text:  "//cloacina:task retry_jitter=«no» allow_failure=«True»",
			want:  []string{"CL0121 true or false", "CL0121 true or false"},
			fixed: "//cloacina:task retry_jitter=false allow_failure=true",
		},
		{
			name: "bool",
			text: "//cloacina:task retry_jitter=«maybe»",
			want: []string{"CL0121 true or false"},
		},
		{
			name:  "condition",
			text:  "//cloacina:task retry_condition=«transint»",
			want:  []string{`CL0125 did you mean "transient"?`},
			fixed: "//cloacina:task retry_condition=transient",
		},
		{
			name:  "condition not quoted",
			text:  "//cloacina:task retry_condition=[\"x\", «refused»]",
			want:  []string{"CL0125 quoted"},
			fixed: "//cloacina:task retry_condition=[\"x\", \"refused\"]",
		},
		{
			name:  "condition word in quotes",
			text:  "//cloacina:task retry_condition=«\"never\"»",
			want:  []string{"CL0125 without quotes"},
			fixed: "//cloacina:task retry_condition=never",
		},
		{
			name:  "condition empty",
			text:  "//cloacina:task retry_condition=«[]»",
			want:  []string{"CL0125 never"},
			fixed: "//cloacina:task retry_condition=never",
		},
		{
			name: "condition empty text",
			text: "//cloacina:task retry_condition=[«\"\"»]",
			want: []string{"CL0125 every error"},
		},
		{
			name: "function",
			text: "//cloacina:task retry_if=«errs.Temporary» on_success=«9» on_failure=«func»",
			want: []string{"CL0121 without a package", "CL0121 Go name", "CL0121 Go name"},
		},
		{
			name:  "rule in quotes",
			text:  "//cloacina:task trigger_rules=«\"always && always\"»",
			want:  []string{"CL0149 without quotes"},
			fixed: "//cloacina:task trigger_rules=(always && always)",
		},
		{
			name:  "rule",
			text:  "//cloacina:task trigger_rules=all(«alway»,\n//cloacina:task\t«one_succes»)",
			want:  []string{"CL0141 always", "CL0141 one_success"},
			fixed: "//cloacina:task trigger_rules=all(always,\n//cloacina:task\tone_success)",
		},
	}, onFunc, fileFindings)
}

func TestKeysThatContradict(t *testing.T) {
	t.Parallel()
	checkMarked(t, []marked{
		{
			name:  "delay",
			text:  "//cloacina:task retry_delay=1s «retry_delay_ms»=1",
			want:  []string{"CL0126 another unit"},
			fixed: "//cloacina:task retry_delay=1s",
		},
		{
			name:  "maximum",
			text:  "//cloacina:task retry_max_delay_ms=1000 «retry_max_delay»=1s",
			want:  []string{"CL0126 another unit"},
			fixed: "//cloacina:task retry_max_delay_ms=1000",
		},
		{
			name: "condition",
			text: "//cloacina:task retry_if=F «retry_condition»=all",
			want: []string{"CL0126 instead of"},
		},
		{
			name: "condition first",
			text: "//cloacina:task retry_condition=all «retry_if»=F",
			want: []string{"CL0126 instead of"},
		},
		{
			name: "below",
			text: "//cloacina:task retry_max_delay=«1s» retry_delay=2s",
			want: []string{"CL0127 below the delay 2s"},
		},
		{
			name: "below in other units",
			text: "//cloacina:task retry_delay_ms=2 retry_max_delay_ms=«1»",
			want: []string{"CL0127 maximum 1ms"},
		},
	}, onFunc, fileFindings)
	readTask(t, "//cloacina:task retry_delay=1s retry_max_delay=1s")
}

func TestWorkflowKeys(t *testing.T) {
	t.Parallel()
	checkMarked(t, []marked{
		{
			name:  "task key",
			text:  "//cloacina:workflow «retry_attempts»=1 «allow_failure»",
			want:  []string{`CL0110 "default_retry_attempts"`, `CL0110 "default_allow_failure"`},
			fixed: "//cloacina:workflow default_retry_attempts=1 default_allow_failure"},
		{
			name: "key of the task alone",
			text: "//cloacina:workflow «dependencies»=a",
			want: []string{"CL0110 belongs to //cloacina:task"},
		},
		{name: "name", text: "//cloacina:workflow name=«\"a\\tb\"»", want: []string{"CL0123 control"}},
		{name: "input", text: "//cloacina:workflow input=«*Input»", want: []string{"CL0121 Go name"}},
		{
			name:  "units",
			text:  "//cloacina:workflow default_retry_delay=1s «default_retry_delay_ms»=1",
			want:  []string{"CL0126 another unit"},
			fixed: "//cloacina:workflow default_retry_delay=1s",
		},
		{
			name: "condition",
			text: "//cloacina:workflow default_retry_if=F «default_retry_condition»=all",
			want: []string{"CL0126 default_retry_if decides"},
		},
		{
			name:  "default rule",
			text:  "//cloacina:workflow default_trigger_rules=«all_succes»",
			want:  []string{"CL0141 all_success"},
			fixed: "//cloacina:workflow default_trigger_rules=all_success",
		},
	}, onPackage, fileFindings)
}

// A duplicate and a contradiction point at both places.
func TestRelatedPlaces(t *testing.T) {
	t.Parallel()
	for lines, want := range map[string]string{
		"//cloacina:task id=a\n//cloacina:task id=b":        "f.go:3:17 first given here",
		"//cloacina:task dependencies=[a, a]":               "f.go:3:31 first given here",
		"//cloacina:task retry_delay=1s retry_delay_ms=1":   "f.go:3:17 first set here",
		"//cloacina:task retry_if=F retry_condition=all":    "f.go:3:17 retry_if is given here",
		"//cloacina:task retry_max_delay=1s retry_delay=2s": "f.go:3:48 the delay is given here",
		"//cloacina:task trigger_rules=all(always]":         "f.go:3:34 opened here",
	} {
		findings := fileFindings(t, onFunc(lines))
		if len(findings) != 1 || len(findings[0].Related) != 1 {
			t.Errorf("%s gives %v", lines, findings)
			continue
		}
		related := findings[0].Related[0]
		if got := related.Span.String() + " " + related.Message; got != want {
			t.Errorf("%s relates to %q, want %q", lines, got, want)
		}
	}
}

// What does not fit is not set, so that the checker goes on with the default; an
// id and a list keep what could be read, so that others can refer to it.
func TestValuesThatDoNotFitAreNotSet(t *testing.T) {
	t.Parallel()
	source, _ := readFile(t, onFunc("//cloacina:task id=Bad dependencies=[a, a, f()] timeout=x retry_attempts=-1 trigger_rules=nope retry_backoff=x"))
	task := source.Tasks[0]
	if task.Timeout.Set || task.RetryAttempts.Set || task.TriggerRules.Set || task.RetryBackoff.Set {
		t.Errorf("set: %+v", task.Policy)
	}
	if !task.ID.Set || task.ID.V != "Bad" || !task.Dependencies.Set || task.Dependencies.V[0].Text != "a" {
		t.Errorf("not kept: %+v, %+v", task.ID, task.Dependencies)
	}
	if task.TriggerRules.V != nil || task.TriggerRules.Key.Start.Column == 0 {
		t.Errorf("rule is %+v", task.TriggerRules)
	}
}

func TestValidID(t *testing.T) {
	t.Parallel()
	for id, want := range map[string]bool{
		"a": true, "fetch_data": true, "step2": true, "a_2b": true, "a1_2b": true,
		"": false, "_": false, "2a": false, "größe": false, "_a": false, "a_": false, "a__b": false, "A": false, "a-b": false, "ä": false, "a b": false,
	} {
		if got := ValidID(id); got != want {
			t.Errorf("ValidID(%q) = %t, want %t", id, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		id := rapid.StringMatching(`[a-z][a-z0-9]*(_[a-z0-9]+)*`).Draw(t, "id")
		if !ValidID(id) || nearestID(id) != id {
			t.Fatalf("%q is no id", id)
		}
	})
}
