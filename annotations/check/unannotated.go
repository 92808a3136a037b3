package check

import (
	"go/types"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/cloacina-go/cloacina/annotations"
)

// unannotated returns the function of the package, or method of the workflow's
// type, that would be a task of this name if it were annotated; nil if there is
// none. The name may be the id or that of the function.
func (c *checker) unannotated(w *workflow, name string) *types.Func {
	exported := camelCase(name)
	first, size := utf8.DecodeRuneInString(exported)
	for _, candidate := range []string{name, exported, string(unicode.ToLower(first)) + exported[size:]} {
		fn, ok := c.declaredFunc(w, candidate)
		if ok && !c.inGenerated(fn) && !w.hasTask(fn) {
			return fn
		}
	}
	return nil
}

// declaredFunc returns the function or method of a name that could be a task.
func (c *checker) declaredFunc(w *workflow, name string) (*types.Func, bool) {
	obj := c.src.Types.Scope().Lookup(name)
	if w.recv != nil {
		obj, _, _ = types.LookupFieldOrMethod(w.recv, true, c.src.Types, name)
	}
	fn, ok := obj.(*types.Func)
	return fn, ok
}

// camelCase is the name of an exported function whose id is the given one, but for
// the letters of initialisms: fetch_data gives FetchData.
func camelCase(id string) string {
	var b strings.Builder
	for word := range strings.SplitSeq(id, "_") {
		first, size := utf8.DecodeRuneInString(word)
		if size > 0 {
			b.WriteString(string(unicode.ToUpper(first)) + word[size:])
		}
	}
	return b.String()
}

// hasTask reports whether the function is a task of the workflow.
func (w *workflow) hasTask(fn *types.Func) bool {
	for _, t := range w.tasks {
		if t.fn == fn {
			return true
		}
	}
	return false
}

// sayUnannotated adds to a finding about an unknown name the function that lacks
// an annotation, and reports whether there is one.
func (c *checker) sayUnannotated(f *annotations.Finding, w *workflow, name string) bool {
	fn := c.unannotated(w, name)
	if fn == nil {
		return false
	}
	f.Message += "; func " + fn.Name() + " exists but has no //cloacina:task"
	if at, ours := c.object(fn); ours {
		f.Related = []annotations.Related{related(at, "func %s is declared here", fn.Name())}
	}
	return true
}
