package golangci

import (
	"slices"
	"strings"
	"testing"

	"github.com/golangci/plugin-module-register/register"
	"golang.org/x/tools/go/analysis"

	"github.com/cloacina-go/cloacina/annotations/analyzer"
)

// golangci-lint finds the plugin by its name, and the analyzer in it.
func TestPluginIsRegistered(t *testing.T) {
	t.Parallel()
	build, err := register.GetPlugin(Name)
	if err != nil {
		t.Fatal(err)
	}
	for _, settings := range []any{nil, map[string]any{}} {
		p, err := build(settings)
		if err != nil {
			t.Fatal(err)
		}
		analyzers, err := p.BuildAnalyzers()
		if err != nil || !slices.Equal(analyzers, []*analysis.Analyzer{analyzer.Analyzer}) {
			t.Errorf("got %v, %v", analyzers, err)
		}
		if mode := p.GetLoadMode(); mode != register.LoadModeTypesInfo {
			t.Errorf("load mode is %s", mode)
		}
	}
}

func TestSettingsAreRefused(t *testing.T) {
	t.Parallel()
	for _, settings := range []any{map[string]any{"strict": true}, "strict"} {
		if _, err := New(settings); err == nil || !strings.Contains(err.Error(), "no settings") {
			t.Errorf("%v: got %v", settings, err)
		}
	}
}
