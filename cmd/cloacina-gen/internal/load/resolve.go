package load

import (
	"context"
	"fmt"
	"maps"
	"slices"
)

// resolve finds everything the targets import, and decides what of it is
// type-checked from source and what comes from export data. It returns what is
// imported, dependencies first.
func (l *loader) resolve(ctx context.Context, targets []*target) ([]*listed, error) {
	imports := map[string]bool{}
	for _, t := range targets {
		for _, u := range []*unit{t.unit, t.test} {
			if u.idle {
				continue
			}
			for _, path := range u.imports() {
				imports[path] = true
			}
		}
	}
	if len(l.units) == 0 && len(imports) == 0 {
		return nil, nil
	}
	imports[Runtime], imports["context"] = true, true
	if err := l.findEnv(ctx); err != nil {
		return nil, err
	}
	order, err := l.listDeps(ctx, slices.Sorted(maps.Keys(imports)))
	if err != nil {
		return nil, err
	}
	if err := l.chooseSource(order); err != nil {
		return nil, err
	}
	return order, l.listExports(ctx, imports, order)
}

// listDeps lists packages and all they import, dependencies first.
func (l *loader) listDeps(ctx context.Context, paths []string) ([]*listed, error) {
	if l.recalled != nil && l.recalled.covers(paths) {
		return l.recallDeps(), nil
	}
	order, err := l.goList(ctx, append([]string{"-deps", "-json=" + depFields, "--"}, paths...)...)
	if err != nil {
		return nil, err
	}
	for _, p := range order {
		l.deps[p.ImportPath] = p
	}
	if r := l.deps[Runtime]; r == nil || r.Dir == "" {
		reason := "go list does not know it"
		if r != nil && r.Error != nil {
			reason = r.Error.Err
		}
		return nil, fmt.Errorf("generated code needs %s: %s", Runtime, reason)
	}
	return order, nil
}

// recallDeps takes over what was listed earlier.
func (l *loader) recallDeps() []*listed {
	for _, p := range l.recalled.Deps {
		l.deps[p.ImportPath] = p
	}
	maps.Copy(l.exports, l.recalled.Exports)
	return l.recalled.Deps
}

// chooseSource marks the packages that must be type-checked from source: those
// that are named or hold workflows, and all that import one.
func (l *loader) chooseSource(order []*listed) error {
	for path := range l.units {
		l.fromSource[path] = true
	}
	for _, p := range order {
		if slices.ContainsFunc(p.Imports, func(path string) bool { return l.fromSource[path] }) {
			l.fromSource[p.ImportPath] = true
		}
		if p.Standard || !p.Module.local() || l.fromSource[p.ImportPath] || p.Plain {
			continue
		}
		holds, err := l.holdsWorkflow(p)
		if err != nil {
			return err
		}
		l.fromSource[p.ImportPath], p.Plain = holds, !holds
	}
	return nil
}

// holdsWorkflow reports whether a package declares a workflow.
func (l *loader) holdsWorkflow(p *listed) (bool, error) {
	if p.Dir == "" {
		return false, nil
	}
	d, err := l.directory(p.Dir)
	if err != nil {
		return false, err
	}
	annotated, err := l.annotated(d)
	if err != nil {
		return false, err
	}
	return slices.ContainsFunc(annotated, func(f *file) bool {
		return f.declared != nil && len(f.declared.Workflows) > 0
	}), nil
}

// listExports builds what is imported and does not come from source, and all
// that this imports, which the generated file may name, too. A package
// that cannot be built goes over to those type-checked from source, and so do
// its imports' importers, until everything is found.
func (l *loader) listExports(ctx context.Context, imports map[string]bool, order []*listed) error {
	for {
		var wanted []string
		for _, path := range l.directImports(imports, order) {
			if _, known := l.exports[path]; !known && !l.fromSource[path] {
				wanted = append(wanted, path)
			}
		}
		if len(wanted) == 0 {
			return nil
		}
		args := append([]string{"-export", "-deps", "-json=" + exportFields, "--"}, wanted...)
		exported, err := l.goList(ctx, args...)
		if err != nil {
			return err
		}
		for _, p := range exported {
			l.exports[p.ImportPath] = p.Export
			if dep := l.deps[p.ImportPath]; p.Export == "" && dep != nil && dep.Dir != "" && !dep.Standard {
				l.fromSource[p.ImportPath] = true
			}
		}
		for _, path := range wanted {
			if _, known := l.exports[path]; !known {
				l.exports[path] = ""
			}
		}
	}
}

// directImports returns what the targets and the packages from source import,
// sorted.
func (l *loader) directImports(imports map[string]bool, order []*listed) []string {
	direct := maps.Clone(imports)
	for _, p := range order {
		if !l.fromSource[p.ImportPath] {
			continue
		}
		for _, path := range p.Imports {
			if path != "C" && path != "unsafe" {
				direct[path] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(direct))
}
