package load

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// tree is a pattern with "..." that names directories.
type tree struct {
	root    string
	matches *regexp.Regexp // of the slashed path below root
}

// trees returns the patterns that name directories with "...". go list leaves
// out what they match when every file of it is excluded by a build constraint;
// such directories are looked at nevertheless.
func trees(dir string, patterns []string) []tree {
	var list []tree
	for _, p := range patterns {
		p = filepath.ToSlash(p)
		prefix, _, dots := strings.Cut(p, "...")
		if !dots || !local(prefix) {
			continue
		}
		cut := strings.LastIndex(prefix, "/") + 1
		root := filepath.FromSlash(prefix[:cut])
		if !filepath.IsAbs(root) {
			root = filepath.Join(dir, root)
		}
		list = append(list, tree{filepath.Clean(root), wildcard(p[cut:])})
	}
	return list
}

// local reports whether a pattern names directories by their path, and not
// packages by that of their import.
func local(pattern string) bool {
	slashed := filepath.ToSlash(pattern)
	return filepath.IsAbs(pattern) || strings.HasPrefix(slashed, "./") || strings.HasPrefix(slashed, "../")
}

// Directories returns the directories that patterns name by their path, and all
// below those with "...", whether or not there are packages in them.
func Directories(dir string, patterns []string) []string {
	var list []string
	for _, p := range patterns {
		switch {
		case strings.Contains(p, "..."):
		case filepath.IsAbs(p):
			list = append(list, filepath.Clean(p))
		case local(p):
			list = append(list, filepath.Join(dir, p))
		}
	}
	for _, t := range trees(dir, patterns) {
		walked, err := t.walk(func(string) {})
		if err == nil {
			list = append(list, walked...)
		}
	}
	return list
}

// wildcard returns the pattern as a regular expression, with the meaning that
// go help packages gives it: "..." is any string, and a last "/..." also none.
func wildcard(pattern string) *regexp.Regexp {
	expr := strings.ReplaceAll(regexp.QuoteMeta(pattern), `\.\.\.`, `.*`)
	if rest, ok := strings.CutSuffix(expr, "/.*"); ok {
		expr = rest + `(/.*)?`
	}
	return regexp.MustCompile("^" + expr + "$")
}

// walk calls visit for each matching directory that go would look at: not
// testdata, vendor, names with a leading "." or "_", and other modules. An
// unreadable directory is passed over, as go passes over it. It returns all
// directories that it looked into, matching or not.
func (t tree) walk(visit func(dir string)) (walked []string, err error) {
	err = filepath.WalkDir(t.root, func(path string, e fs.DirEntry, err error) error {
		if err != nil && e != nil && e.IsDir() {
			return fs.SkipDir
		}
		if err != nil || !e.IsDir() {
			return nil
		}
		if path != t.root && unseen(path, e.Name()) {
			return fs.SkipDir
		}
		rel, err := filepath.Rel(t.root, path)
		if err != nil {
			return err
		}
		if rel == "." {
			rel = ""
		}
		walked = append(walked, path)
		if t.matches.MatchString(filepath.ToSlash(rel)) {
			visit(path)
		}
		return nil
	})
	return walked, err
}

func unseen(path, name string) bool {
	if name == "testdata" || name == "vendor" || strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_") {
		return true
	}
	_, err := os.Stat(filepath.Join(path, "go.mod"))
	return err == nil
}
