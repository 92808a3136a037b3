package load

import (
	"encoding/json"
	"path/filepath"
	"slices"

	"github.com/cloacina-go/cloacina/cmd/cloacina-gen/internal/cache"
)

// answers are what the go command has said. They are remembered, because asking
// takes longer than all the rest of the work. They do not depend on what stands
// below the imports of a file of which no export data is needed.
type answers struct {
	Env *goEnv
	// Named are the packages that the patterns name.
	Named []*listed
	// Deps are the packages that they import, dependencies first.
	Deps []*listed
	// Exports are the files of export data by import path.
	Exports map[string]string
}

// question is under what the answers of this Load are remembered.
func (l *loader) question() []string {
	return slices.Concat([]string{"answers of the go command", l.config.Dir}, l.config.Patterns)
}

// recall takes over the answers to an earlier Load if nothing has changed that
// they depend on.
func (l *loader) recall() {
	text, ok := l.config.Memory.Recall(l.question()...)
	if !ok {
		return
	}
	var a answers
	if err := json.Unmarshal(text, &a); err == nil {
		l.env, l.recalled = a.Env, &a
	}
}

// remember stores the answers of this Load.
func (l *loader) remember(named, order []*listed) {
	if l.config.Memory == nil || !l.asked || !l.describable() {
		return
	}
	w := newWitness(l.view)
	w.setting(l.env, l.config.Dir)
	for _, dir := range l.walked {
		w.heads(dir)
	}
	for _, p := range named {
		if p.Error != nil {
			return
		}
		w.heads(p.Dir)
	}
	for _, p := range order {
		switch {
		case p.Error != nil || p.Dir == "":
			return
		case l.env.fixed(p.Dir):
		case l.fromSource[p.ImportPath] && len(p.CgoFiles) == 0:
			w.heads(p.Dir)
		default:
			w.imported(p)
		}
	}
	if !l.exported(w) {
		return
	}
	a := answers{Env: l.env, Named: named, Deps: slices.Clone(order), Exports: l.exports}
	for i, p := range a.Deps {
		if p.Standard {
			a.Deps[i] = &listed{ImportPath: p.ImportPath, Dir: p.Dir, Standard: true}
		}
	}
	if text, err := json.Marshal(a); err == nil {
		l.config.Memory.Remember(w.Evidence, text, l.question()...)
	}
}

// exported adds the files of export data to the evidence. It is false if there
// are none for a package, because it cannot be built.
func (l *loader) exported(w *witness) bool {
	for path, file := range l.exports {
		switch {
		case path == "unsafe":
		case file == "":
			return false
		default:
			w.Exists(filepath.Clean(file))
		}
	}
	return true
}

// covers reports whether the recalled answers say everything about the imports.
func (a *answers) covers(imports []string) bool {
	known := map[string]bool{}
	for _, p := range a.Deps {
		known[p.ImportPath] = true
	}
	for _, path := range imports {
		if !known[path] {
			return false
		}
	}
	return true
}

// view returns what files are read through.
func (c Config) view() *cache.View {
	if c.Memory != nil {
		return c.Memory.View
	}
	view := cache.NewView()
	for path, text := range c.Overlay {
		view.Put(path, text)
	}
	return view
}
