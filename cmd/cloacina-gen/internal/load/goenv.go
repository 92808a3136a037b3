package load

import (
	"context"
	"encoding/json"
	"fmt"
	"go/types"
	"path/filepath"
	"strings"
)

// goEnv is what the go command says about itself.
type goEnv struct {
	GOARCH, GOVERSION, GOFLAGS string
	// GOROOT and GOMODCACHE hold code that nobody edits.
	GOROOT, GOMODCACHE string
	// GOMOD, GOWORK and GOENV are files; empty or the null device without one,
	// and GOWORK is "off" if none is looked for.
	GOMOD, GOWORK, GOENV string
}

// findEnv asks the go command for its environment.
func (l *loader) findEnv(ctx context.Context) error {
	if l.env == nil {
		out, err := l.goCommand(ctx, "env", "-json",
			"GOARCH", "GOVERSION", "GOFLAGS", "GOROOT", "GOMODCACHE", "GOMOD", "GOWORK", "GOENV")
		if err != nil {
			return err
		}
		l.env = new(goEnv)
		if err := json.Unmarshal(out, l.env); err != nil {
			return fmt.Errorf("read the output of go env: %w", err)
		}
	}
	l.sizes = types.SizesFor("gc", l.env.GOARCH)
	return nil
}

// fixed reports whether a directory is one whose content never changes: that of
// the Go distribution, or of a module at a version.
func (e *goEnv) fixed(dir string) bool {
	for _, root := range []string{e.GOROOT, e.GOMODCACHE} {
		if root != "" && strings.HasPrefix(dir, root+string(filepath.Separator)) {
			return true
		}
	}
	return false
}
