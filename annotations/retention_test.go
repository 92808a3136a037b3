package annotations

import (
	"testing"
	"time"
)

func TestRetention(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{
		"keep": 0, `"keep"`: 0, "1ms": time.Millisecond, "720h": 720 * time.Hour, `"1h30m"`: 90 * time.Minute,
		"2562047h": 2562047 * time.Hour,
	} {
		w := readWorkflow(t, "//cloacina:workflow retention="+text)
		if !w.Retention.Set || w.Retention.V != want {
			t.Errorf("retention=%s is %v, set: %t", text, w.Retention.V, w.Retention.Set)
		}
	}
	if w := readWorkflow(t, "//cloacina:workflow"); w.Retention.Set {
		t.Error("a retention that is not there is set")
	}
}

func TestRetentionErrors(t *testing.T) {
	t.Parallel()
	cases := []marked{
		{name: "zero", text: "«0s»", want: []string{"CL0122 or keep"}, fixed: "keep"},
		{name: "plain zero", text: "«0»", want: []string{"CL0122 or keep"}, fixed: "keep"},
		{name: "negative", text: "«-1h»", want: []string{"CL0122 at least 1ms, or keep, not -1h"}},
		{name: "too fine", text: "«1500us»", want: []string{"CL0122 whole milliseconds"}},
		{name: "days", text: "«30d»", want: []string{"CL0121 720h for 30 days"}, fixed: "720h"},
		{name: "weeks", text: "«2w»", want: []string{`CL0121 not "2w"`}, fixed: "336h"},
		{name: "number", text: "«30»", want: []string{"CL0121 duration"}, fixed: "720h"},
		{name: "longest number of days", text: "«106751d»", want: []string{"CL0121 duration"}, fixed: "2562024h"},
		{name: "too many days", text: "«106752d»", want: []string{"CL0121 duration"}},
		{name: "no number", text: "«d»", want: []string{"CL0121 duration"}},
		{name: "both units", text: "«1wd»", want: []string{"CL0121 duration"}},
		{name: "misspelt", text: "«keeep»", want: []string{`CL0121 did you mean "keep"?`}, fixed: "keep"},
		{name: "another word", text: "«Forever»", want: []string{"CL0121 keep, or a duration"}, fixed: "keep"},
		{name: "minus one", text: "«-1»", want: []string{"CL0121 keep, or a duration"}, fixed: "keep"},
		{name: "neither", text: "«soon»", want: []string{"CL0121 keep, or a duration"}},
		{name: "too long", text: "«9999999h»", want: []string{"CL0121 duration"}},
	}
	checkMarked(t, cases, func(value string) string { return onPackage("//cloacina:workflow retention=" + value) }, fileFindings)
}
