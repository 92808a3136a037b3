package report

import (
	"slices"
	"testing"

	"github.com/cloacina-go/cloacina/annotations"
)

func TestCount(t *testing.T) {
	t.Parallel()
	tests := []struct {
		count Count
		want  string
	}{
		{Count{}, ""},
		{Count{Hints: 3}, ""},
		{Count{Errors: 1}, "1 error"},
		{Count{Warnings: 1, Hints: 1}, "1 warning"},
		{Count{Errors: 2, Warnings: 1}, "2 errors, 1 warning"},
		{Count{Errors: 1, Warnings: 12}, "1 error, 12 warnings"},
	}
	for _, tt := range tests {
		if got := tt.count.String(); got != tt.want {
			t.Errorf("%+v: got %q, want %q", tt.count, got, tt.want)
		}
	}
}

// Every code is counted with the severity of the table, one that is not in it
// as an error.
func TestCountOf(t *testing.T) {
	t.Parallel()
	findings := []annotations.Finding{{Code: "CL9999"}}
	want := Count{Errors: 1}
	for _, info := range annotations.Codes() {
		findings = append(findings, annotations.Finding{Code: info.Code})
		switch info.Severity {
		case annotations.SeverityError:
			want.Errors++
		case annotations.SeverityWarning:
			want.Warnings++
		case annotations.SeverityHint:
			want.Hints++
		}
	}
	if got := CountOf(findings); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	slices.Reverse(findings)
	if got := CountOf(findings); got != want {
		t.Errorf("in another order: got %+v, want %+v", got, want)
	}
}
