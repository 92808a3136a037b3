package load

import (
	"errors"
	"fmt"
	"go/types"
	"io"
	"os"
	"path/filepath"

	"github.com/cloacina-go/cloacina/annotations"
)

// Import returns an imported package. It makes the loader a [types.Importer].
func (l *loader) Import(path string) (*types.Package, error) {
	if path == "unsafe" {
		return types.Unsafe, nil
	}
	if l.fromSource[path] {
		return l.importSource(path)
	}
	if l.exports[path] == "" {
		return nil, l.missing(path)
	}
	p, err := l.compiled.Import(path)
	if err != nil {
		return nil, fmt.Errorf("its export data may be of another Go; build cloacina-gen with the go in PATH: %w", err)
	}
	return p, nil
}

// importSource type-checks a package from source when it is first imported.
func (l *loader) importSource(path string) (*types.Package, error) {
	u := l.units[path]
	if u == nil {
		var err error
		if u, err = l.newUnit(l.deps[path]); err != nil {
			return nil, err
		}
		l.units[path] = u
	}
	if u.busy {
		return nil, errors.New("import cycle not allowed")
	}
	if err := l.compileUnit(u); err != nil {
		return nil, err
	}
	if u.target {
		return u.types, nil // what is wrong with it is reported by itself
	}
	for _, f := range u.findings {
		if f.Code == annotations.CodeGoError {
			return nil, fmt.Errorf("it does not compile: %s: %s", l.shown(f.Span), f.Message)
		}
	}
	if u.opaque {
		return nil, fmt.Errorf("its annotations have errors; see: cloacina-gen check %s", path)
	}
	return u.types, nil
}

// shown returns a place as it appears within a message.
func (l *loader) shown(s annotations.Span) string {
	if rel, err := filepath.Rel(l.config.Dir, s.File); err == nil {
		s.File = filepath.ToSlash(rel)
	}
	return s.String()
}

// openExport opens the export data of a package.
func (l *loader) openExport(path string) (io.ReadCloser, error) {
	if l.exports[path] == "" {
		return nil, l.missing(path)
	}
	f, err := os.Open(l.exports[path])
	if err != nil {
		return nil, fmt.Errorf("open export data: %w", err)
	}
	return f, nil
}

// missing says why a package cannot be imported.
func (l *loader) missing(path string) error {
	if p := l.deps[path]; p != nil && p.Error != nil {
		return errors.New(p.Error.Err)
	}
	return errors.New("the package cannot be built")
}
