package load

import (
	"errors"
	"fmt"
	"go/types"
	"os"

	"golang.org/x/tools/go/gcexportdata"
)

// Import returns an imported package. It makes the loader a [types.Importer].
func (l *loader) Import(path string) (*types.Package, error) {
	if path == "unsafe" {
		return types.Unsafe, nil
	}
	if l.fromSource[path] {
		return l.importSource(path)
	}
	if p := l.imported[path]; p != nil && p.Complete() {
		return p, nil
	}
	if l.exports[path] == "" {
		return nil, l.missing(path)
	}
	return l.importExport(path)
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
	for _, f := range u.findings {
		if f.Code == CodeGoError && !u.target {
			return nil, fmt.Errorf("it does not compile: %s: %s", f.Span, f.Message)
		}
	}
	return u.types, nil
}

// importExport reads a package's export data.
func (l *loader) importExport(path string) (*types.Package, error) {
	f, err := os.Open(l.exports[path])
	if err != nil {
		return nil, fmt.Errorf("open export data: %w", err)
	}
	defer f.Close()
	r, err := gcexportdata.NewReader(f)
	if err != nil {
		return nil, fmt.Errorf("read export data: %w", err)
	}
	p, err := gcexportdata.Read(r, l.fset, l.imported, path)
	if err != nil {
		return nil, fmt.Errorf("read export data, which may be of a newer Go; build cloacina-gen with it: %w", err)
	}
	return p, nil
}

// missing says why a package cannot be imported.
func (l *loader) missing(path string) error {
	if p := l.deps[path]; p != nil && p.Error != nil {
		return errors.New(p.Error.Err)
	}
	return errors.New("the package cannot be built")
}
