package load

import (
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/cloacina-go/cloacina/cmd/cloacina-gen/internal/cache"
)

// witness gathers what an answer rests on.
type witness struct {
	*cache.Evidence
	view *cache.View
	// above are the directories whose modules have been added.
	above map[string]bool
}

func newWitness(view *cache.View) *witness {
	return &witness{Evidence: cache.NewEvidence(view), view: view, above: map[string]bool{}}
}

// setting adds what decides about the modules: the files of the go command's
// environment, of the modules and workspaces in and above each directory, and of
// the modules that these name by their directory.
func (w *witness) setting(env *goEnv, dir string) {
	w.File(filepath.Join(env.GOROOT, "VERSION"))
	for _, name := range []string{env.GOENV, env.GOMOD, env.GOWORK} {
		if filepath.IsAbs(name) {
			w.File(name)
			w.module(filepath.Dir(name))
		}
	}
	if filepath.IsAbs(env.GOMOD) {
		w.File(filepath.Join(filepath.Dir(env.GOMOD), "vendor", "modules.txt"))
	}
	for _, flag := range strings.Fields(env.GOFLAGS) {
		if name, ok := strings.CutPrefix(strings.TrimLeft(flag, "-"), "modfile="); ok {
			if !filepath.IsAbs(name) {
				name = filepath.Join(dir, name)
			}
			w.File(name)
			w.File(strings.TrimSuffix(name, ".mod") + ".sum")
			w.named(name)
		}
	}
	w.boundaries(dir)
}

// module adds the files that make a directory a module or a workspace, and
// those of the modules that they name by their directory.
func (w *witness) module(dir string) {
	for _, name := range []string{"go.mod", "go.sum", "go.work", "go.work.sum"} {
		w.File(filepath.Join(dir, name))
	}
	w.named(filepath.Join(dir, "go.mod"))
	w.named(filepath.Join(dir, "go.work"))
}

// named adds the modules in directories that a go.mod or go.work file names.
func (w *witness) named(file string) {
	text, err := w.view.ReadFile(file)
	if err != nil {
		return
	}
	for _, word := range strings.Fields(string(text)) {
		if s, err := strconv.Unquote(word); err == nil {
			word = s
		}
		slashed := filepath.ToSlash(word)
		switch {
		case filepath.IsAbs(word):
		case slashed == "." || slashed == ".." || strings.HasPrefix(slashed, "./") || strings.HasPrefix(slashed, "../"):
			word = filepath.Join(filepath.Dir(file), filepath.FromSlash(slashed))
		default:
			continue
		}
		w.File(filepath.Join(word, "go.mod"))
		w.File(filepath.Join(word, "go.sum"))
	}
}

// boundaries adds, for a directory and all above it, whether a module or
// workspace begins there.
func (w *witness) boundaries(dir string) {
	for ; !w.above[dir]; dir = filepath.Dir(dir) {
		w.above[dir] = true
		w.module(dir)
	}
}

// sources adds the .go files of a directory, and that there are no others.
func (w *witness) sources(dir string) {
	w.List(dir)
	w.files(dir, func(name string) bool { return strings.HasSuffix(name, ".go") }, w.File)
}

// heads adds the heads of the .go files of a directory but for those of ours, and
// that there are no others.
func (w *witness) heads(dir string) {
	w.ListOthers(dir, FileName, TestFileName)
	w.files(dir, func(name string) bool {
		if name != FileName && name != TestFileName {
			return strings.HasSuffix(name, ".go")
		}
		src, err := w.view.ReadFile(filepath.Join(dir, name))
		return err != nil || !ours(name, src)
	}, w.Head)
}

// imported adds the files of a package that is only imported: its tests mean
// nothing to others. Of a package with cgo every file counts.
func (w *witness) imported(p *listed) {
	w.List(p.Dir)
	w.files(p.Dir, func(name string) bool {
		return len(p.CgoFiles) > 0 || strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go")
	}, w.File)
}

// files adds those of the files of a directory that are wanted.
func (w *witness) files(dir string, wanted func(name string) bool, add func(path string)) {
	w.boundaries(dir)
	entries, err := w.view.ReadDir(dir)
	if err != nil {
		return
	}
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		if isFile(path, e.Type()) && wanted(e.Name()) {
			add(path)
		}
	}
}

// describable reports whether evidence can say what the answer of the go
// command rests on. It cannot for a Go distribution that is being worked on, for
// files that -overlay replaces, and for patterns that stand for directories
// which this package does not know.
func (l *loader) describable() bool {
	if l.env == nil || strings.HasPrefix(l.env.GOVERSION, "devel") || strings.Contains(l.env.GOFLAGS, "-overlay") {
		return false
	}
	return !slices.ContainsFunc(l.config.Patterns, func(p string) bool {
		return strings.Contains(p, "...") && !local(p) || p == "all" || p == "work" || p == "tool"
	})
}

// evidence returns what the findings and outputs of this Load rest on; nil if
// that is not known.
func (l *loader) evidence(named []*listed) *cache.Evidence {
	if !l.describable() {
		return nil
	}
	w := newWitness(l.view)
	w.setting(l.env, l.config.Dir)
	for _, dir := range l.walked {
		w.sources(dir)
	}
	for _, p := range named {
		w.sources(p.Dir)
	}
	for _, p := range l.deps {
		switch {
		case p.Error != nil || p.Dir == "":
			return nil
		case l.env.fixed(p.Dir):
		default:
			w.imported(p)
		}
	}
	return w.Evidence
}
