package check

import (
	"slices"
	"testing"
)

func TestNamesFor(t *testing.T) {
	t.Parallel()
	for typeName, want := range map[string]Names{
		"":        {"Workflow", "Run", "Start", "Result"},
		"Order":   {"Workflow", "RunOrder", "StartOrder", "OrderResult"},
		"order":   {"Workflow", "runOrder", "startOrder", "orderResult"},
		"_order":  {"Workflow", "run_order", "start_order", "_orderResult"},
		"Überweg": {"Workflow", "RunÜberweg", "StartÜberweg", "ÜberwegResult"},
		"überweg": {"Workflow", "runÜberweg", "startÜberweg", "überwegResult"},
		"語":       {"Workflow", "run語", "start語", "語Result"},
	} {
		if got := NamesFor(typeName); got != want {
			t.Errorf("%q: got %v, want %v", typeName, got, want)
		}
	}
	if got := NamesFor("").PackageLevel(false); !slices.Equal(got, []string{"Workflow", "Result", "Run", "Start"}) {
		t.Errorf("the package gets %v", got)
	}
	if got := NamesFor("T").PackageLevel(true); !slices.Equal(got, []string{"TResult", "RunT", "StartT"}) {
		t.Errorf("a type gets %v", got)
	}
}
