package load

import (
	"fmt"
	"go/ast"
	"path/filepath"
	"slices"
	"strings"

	"github.com/cloacina-go/cloacina/annotations"
	"github.com/cloacina-go/cloacina/annotations/check"
)

// target is a named package that holds directives or files of ours.
type target struct {
	listed *listed
	dir    *directory
	// unit is the package, test the package with its _test.go files.
	unit, test *unit
}

// newTarget returns nil for a package in which there is nothing to do.
func (l *loader) newTarget(p *listed) (*target, error) {
	d, err := l.directory(p.Dir)
	if err != nil {
		return nil, err
	}
	t := &target{listed: p, dir: d}
	annotated, err := l.annotated(d)
	if err != nil || len(annotated) == 0 && len(d.own) == 0 {
		return nil, err
	}
	if t.unit, err = l.newUnit(p); err != nil {
		return nil, err
	}
	if t.test, err = l.newTestUnit(t.unit, p); err != nil {
		return nil, err
	}
	if err := t.neighbours(l); err != nil {
		return nil, err
	}
	t.exclude(annotated)
	t.unit.target, t.test.target = true, true
	t.unit.idle = !t.unit.annotated()
	t.test.idle = !t.test.annotated()
	if !t.unit.idle || !t.test.idle {
		l.units[p.ImportPath] = t.unit
	}
	return t, nil
}

// neighbours parses the files of the package that are not in this build, and, for
// the package itself, its _test.go files.
func (t *target) neighbours(l *loader) error {
	ignored, err := l.samePackage(t, t.listed.IgnoredGoFiles)
	if err != nil {
		return err
	}
	tests, err := l.samePackage(t, t.listed.TestGoFiles)
	t.unit.beside, t.test.beside = slices.Concat(ignored, tests), ignored
	return err
}

// samePackage returns those of the files that belong to the package and that
// somebody builds.
func (l *loader) samePackage(t *target, names []string) ([]*ast.File, error) {
	var list []*ast.File
	for _, name := range names {
		if slices.Contains(t.dir.own, name) || t.dir.gone(name) {
			continue
		}
		f, err := l.parse(t.dir, name)
		if err != nil {
			return nil, err
		}
		if f.ast.Name.Name == t.unit.name && check.ConstrainedBy(f.name, f.ast) != "build constraint ignore" {
			list = append(list, f.ast)
		}
	}
	return list, nil
}

// annotated returns the files of a directory that hold a directive, something
// near one, or a syntax error that hides whether they do.
func (l *loader) annotated(d *directory) ([]*file, error) {
	var list []*file
	for _, path := range d.mentions {
		f, err := l.parse(d, filepath.Base(path))
		if err != nil {
			return nil, err
		}
		if f.annotated() {
			list = append(list, f)
		}
	}
	return list, nil
}

// exclude gives the annotated files that are no part of the build to the unit
// that they would belong to.
func (t *target) exclude(annotated []*file) {
	for _, f := range annotated {
		if slices.Contains(t.test.files, f) {
			continue
		}
		name := filepath.Base(f.name)
		reason := check.ConstrainedBy(f.name, f.ast)
		switch {
		case slices.Contains(t.listed.XTestGoFiles, name):
			reason = "it belongs to the external test package " + f.ast.Name.Name
		case reason == "":
			reason = "it belongs to package " + f.ast.Name.Name
		}
		u := t.unit
		if strings.HasSuffix(name, "_test.go") {
			u = t.test
		}
		u.excluded = append(u.excluded, check.ExcludedFile{Name: f.name, Src: f.src, Reason: reason})
	}
}

// compile turns a target into a package with its findings and outputs.
func (l *loader) compile(t *target) (*Package, error) {
	if err := t.nameFree(); err != nil {
		return nil, err
	}
	p := &Package{Path: t.listed.ImportPath, Dir: t.listed.Dir, Texts: t.dir.texts}
	for _, u := range []*unit{t.unit, t.test} {
		if u.idle {
			continue
		}
		if err := l.compileUnit(u); err != nil {
			return nil, err
		}
		p.Findings = append(p.Findings, u.findings...)
		if u.content != nil {
			p.Outputs = append(p.Outputs, Output{Path: u.output(), Content: u.content, Declared: u.declared()})
		}
	}
	p.Findings = append(p.Findings, t.leftovers(p.Outputs)...)
	if p.Failed() {
		p.Outputs = nil
		return p, nil
	}
	if t.idle() {
		for _, name := range t.dir.own {
			p.Outputs = append(p.Outputs, Output{Path: filepath.Join(p.Dir, name)})
		}
	}
	return p, nil
}

// nameFree returns an error if somebody else's file has the name of one that
// will be generated. What that file declares would clash, too, but only as long
// as it stands there, so that this comes before anything else.
func (t *target) nameFree() error {
	for _, u := range []*unit{t.unit, t.test} {
		if path := u.output(); len(u.workflows()) > 0 && slices.Contains(t.dir.taken, filepath.Base(path)) {
			return fmt.Errorf("%s was not written by cloacina-gen, which needs the name; rename that file", path)
		}
	}
	return nil
}

// leftovers reports files of ours for which nothing is generated although other
// files of the directory hold directives. They are not removed, because only a
// directory without any directive is known to have no use for them.
func (t *target) leftovers(outputs []Output) []annotations.Finding {
	if t.idle() || failed(t.unit.findings) || failed(t.test.findings) {
		return nil
	}
	var found []annotations.Finding
	for _, name := range t.dir.own {
		path := filepath.Join(t.dir.path, name)
		if slices.ContainsFunc(outputs, func(o Output) bool { return o.Path == path }) {
			continue
		}
		kind := "file outside of tests"
		if name == TestFileName {
			kind = "_test.go file"
		}
		start := annotations.Pos{Line: 1, Column: 1}
		found = append(found, annotations.Finding{
			Code:    annotations.CodeOrphan,
			Span:    annotations.Span{File: path, Start: start, End: start},
			Message: fmt.Sprintf("%s is left over, because no %s holds a directive any more; delete it", name, kind),
		})
	}
	return found
}

// idle reports whether no file of the directory holds a directive.
func (t *target) idle() bool { return t.unit.idle && t.test.idle }
