// Package golangci makes the analyzer a module plugin of golangci-lint. It is
// imported by a golangci-lint that was built for it, see docs/editors/README.md;
// nothing else needs it.
package golangci

import (
	"fmt"

	"github.com/golangci/plugin-module-register/register"
	"golang.org/x/tools/go/analysis"

	"github.com/cloacina-go/cloacina/annotations/analyzer"
)

// Name is the name of the linter in .golangci.yml.
const Name = "cloacina"

// init is how golangci-lint finds the plugins that were built into it.
func init() { register.Plugin(Name, New) }

// New returns the plugin. It has no settings and refuses any.
func New(settings any) (register.LinterPlugin, error) {
	if m, ok := settings.(map[string]any); settings != nil && (!ok || len(m) > 0) {
		return nil, fmt.Errorf("linter %s has no settings, but got %v", Name, settings)
	}
	return plugin{}, nil
}

type plugin struct{}

// BuildAnalyzers returns the one analyzer.
func (plugin) BuildAnalyzers() ([]*analysis.Analyzer, error) {
	return []*analysis.Analyzer{analyzer.Analyzer}, nil
}

// GetLoadMode asks for types.
func (plugin) GetLoadMode() string { return register.LoadModeTypesInfo }
