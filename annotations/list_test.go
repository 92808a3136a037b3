package annotations

import (
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

func TestLists(t *testing.T) {
	t.Parallel()
	checkMarked(t, []marked{
		{
			name:  "double comma",
			text:  "//cloacina:task dependencies=[a,«,»b,«,»«,»]",
			want:  []string{"CL0120 no element", "CL0120 no element", "CL0120 no element"},
			fixed: "//cloacina:task dependencies=[a,b,]",
		},
		{
			name:  "no comma",
			text:  "//cloacina:task dependencies=[a «b» «\"c\"»]",
			want:  []string{"CL0120 no comma before", "CL0120 no comma before"},
			fixed: "//cloacina:task dependencies=[a, b, \"c\"]",
		},
		{
			name: "text behind",
			text: "//cloacina:task dependencies=«[a]b»",
			want: []string{"CL0120 end the value"},
		},
		{
			name:  "parentheses",
			text:  "//cloacina:task dependencies=«(a, b)»",
			want:  []string{"CL0120 brackets"},
			fixed: "//cloacina:task dependencies=[a, b]",
		},
		{
			name: "nested",
			text: "//cloacina:task dependencies=«[a, [b]]»",
			want: []string{"CL0120 end the value"},
		},
		{
			name: "call",
			text: "//cloacina:task dependencies=[a, «f(b)»]",
			want: []string{"CL0120 no element"},
		},
		{
			name:  "twice",
			text:  "//cloacina:task dependencies=[a, b, «\"a\"», «b»]",
			want:  []string{"CL0128 twice", "CL0128 twice"},
			fixed: "//cloacina:task dependencies=[a, b]"},
		{
			name: "star and others",
			text: "//cloacina:task dependencies=a,«*»",
			want: []string{"CL0128 alone"},
		},
		{
			name: "empty name",
			text: "//cloacina:task dependencies=a,«\"\"»",
			want: []string{"CL0123 empty"},
		},
	}, onFunc, fileFindings)
	for text, want := range map[string][]string{
		"[]": nil, "*": {"*"}, "[*]": {"*"}, "a": {"a"}, "a,b": {"a", "b"}, "[a,b,]": {"a", "b"}, "[ a , `b` ]": {"a", "b"},
	} {
		task := readTask(t, "//cloacina:task dependencies="+text)
		if diff := gocmp.Diff(want, names(task.Dependencies.V)); diff != "" || !task.Dependencies.Set {
			t.Errorf("%s reads as (-want +got):\n%s", text, diff)
		}
	}
}
