package emit

import (
	"go/types"

	"github.com/cloacina-go/cloacina/annotations/check"
)

// file is the state of one generated file: what it imports and calls its local
// variables, and what it was given to write, which the rendered source is
// compared with.
type file struct {
	types   *types.Package
	imports *imports
	locals  map[string]string
	// receivers are what the methods that build workflows call their receivers.
	receivers map[*check.Workflow]string
	// idents are the identifiers that may occur in the source.
	idents map[string]bool
	// texts counts the string literals that must occur in the source.
	texts map[string]int
	// guarded are the structs that have a guard.
	guarded []types.Type
	// err is why the file cannot be written.
	err error
}

// localNames are the local variables of the generated functions and what they hold.
var localNames = []string{
	"ctx",  // context.Context
	"r",    // *cloacina.Runner
	"in",   // the input of a run or of a task
	"out",  // the output of a task or the result of a run
	"opts", // cloacina.StartOptions
	"run",  // *cloacina.RunOf
	"err",  // error
	"k",    // *cloacina.Keys
	"v",    // *cloacina.View
}

func newFile(pkg *check.Package) *file {
	f := &file{
		types:     pkg.Types,
		locals:    map[string]string{},
		receivers: map[*check.Workflow]string{},
		idents:    map[string]bool{},
		texts:     map[string]int{},
	}
	generated := append(generatedNames(pkg), f.nameLocals(pkg)...)
	f.imports = newImports(pkg.Types, generated)
	return f
}

// nameLocals names the local variables and the receivers, and returns the names.
func (f *file) nameLocals(pkg *check.Package) []string {
	var names []string
	taken := mentions(pkg)
	free := func(name string) string {
		name = unique(name, func(s string) bool { return taken[s] })
		names = append(names, name)
		return name
	}
	for _, name := range localsOf(pkg) {
		f.locals[name] = free(name)
	}
	taken[f.locals["tasks"]], taken[f.locals["code"]] = true, true
	for _, w := range pkg.Workflows {
		if w.Receiver != nil {
			f.receivers[w] = free(receiverName(w))
		}
	}
	return names
}

// fail keeps the first error.
func (f *file) fail(err error) {
	if f.err == nil {
		f.err = err
	}
}

// receiverName is what the tasks of a type call their receiver, as all methods
// of a type should call it alike.
func receiverName(w *check.Workflow) string {
	for _, t := range w.Tasks {
		if recv := t.Func.Signature().Recv(); recv != nil && recv.Name() != "" && recv.Name() != "_" {
			return recv.Name()
		}
	}
	return "w"
}

// localsOf are the local variables that the file of a package needs.
func localsOf(pkg *check.Package) []string {
	for _, w := range pkg.Workflows {
		if len(w.Tasks) > maxLiteral {
			return append(localNames[:len(localNames):len(localNames)], "tasks", "code")
		}
	}
	return localNames
}

// mentions are the names in the package's scope that the generated functions
// may mention, so that no local variable may hide them.
func mentions(pkg *check.Package) map[string]bool {
	out := map[string]bool{}
	scope := pkg.Types.Scope()
	for _, name := range scope.Names() {
		if _, ok := scope.Lookup(name).(*types.TypeName); ok {
			out[name] = true
		}
	}
	for _, w := range pkg.Workflows {
		for _, t := range w.Tasks {
			for _, fn := range []*types.Func{t.Func, t.RetryIf, t.OnSuccess, t.OnFailure} {
				if fn != nil {
					out[fn.Name()] = true
				}
			}
		}
	}
	return out
}

// generatedNames are the names that the file itself declares in the package.
func generatedNames(pkg *check.Package) []string {
	var out []string
	for _, w := range pkg.Workflows {
		out = append(out, namesOf(w).PackageLevel(w.Receiver != nil)...)
	}
	return out
}

func namesOf(w *check.Workflow) check.Names {
	if w.Receiver == nil {
		return check.NamesFor("")
	}
	return check.NamesFor(w.Receiver.Obj().Name())
}

// receiver returns the receiver of the method that builds a workflow.
func (f *file) receiver(w *check.Workflow) word { return f.id(f.receivers[w]) }

// local returns one of the local variables.
func (f *file) local(name string) word { return f.id(f.locals[name]) }

// str returns a string literal.
func (f *file) str(s string) text {
	f.texts[s]++
	return text(s)
}

// call returns a call of a function.
func call(fn doc, args ...doc) doc { return seq{fn, list{open: "(", close: ")", items: args}} }

// closure returns a function literal.
func closure(params, results doc, body ...doc) doc {
	head := seq{op("func"), params, space}
	if results != nil {
		head = append(head, results, space)
	}
	return append(head, list{open: "{", close: "}", items: body, lines: true})
}
