package load

import (
	"context"
	"errors"
	"fmt"
	"go/types"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/cloacina-go/cloacina/annotations"
	"github.com/cloacina-go/cloacina/annotations/check"
	"github.com/cloacina-go/cloacina/internal/testmodule"
	"github.com/google/go-cmp/cmp"
)

// fake stands for checker and emitter: it generates a result type of one field
// and notes what it was given.
type fake struct {
	sources []*check.Source
	// field is the field of the generated result types. Defaults to Count.
	field string
	// body replaces the generated declarations.
	body string
	// findings are said about each package.
	findings []annotations.Finding
	err      error
}

func (f *fake) generate(src *check.Source) (*Generated, []annotations.Finding, error) {
	f.sources = append(f.sources, src)
	if f.err != nil || failed(f.findings) {
		return nil, f.findings, f.err
	}
	field := f.field
	if field == "" {
		field = "Count"
	}
	body := f.body
	if body == "" {
		body = fmt.Sprintf(`
import (
	context "context"
	cloacina "github.com/cloacina-go/cloacina/runtime"
)
func Workflow() *cloacina.Workflow { return nil }
type Result struct { %s int }
func Run(context.Context, *cloacina.Runner, cloacina.Values) (Result, error) { panic(1) }
`, field)
	}
	text := Header + "\n\npackage " + src.Types.Name() + "\n" + body
	return &Generated{Content: []byte(text)}, f.findings, nil
}

// paths returns the packages it was given, in order.
func (f *fake) paths() string {
	var list []string
	for _, s := range f.sources {
		path := strings.TrimPrefix(s.Types.Path(), "example.com/m/")
		if s.Test {
			path += "(test)"
		}
		list = append(list, path)
	}
	return strings.Join(list, " ")
}

// flow is a package with a workflow.
func flow(name string, more ...string) string {
	return "//cloacina:workflow name=" + name + "\npackage " + name + "\n" + strings.Join(more, "\n")
}

func loadFiles(t *testing.T, f *fake, files map[string]string, patterns ...string) ([]*Package, error) {
	t.Helper()
	dir := t.TempDir()
	if err := testmodule.Init(dir, "example.com/m"); err != nil {
		t.Fatal(err)
	}
	testmodule.Write(t, dir, files)
	return Load(context.Background(), Config{
		Dir: dir, Env: append(os.Environ(), "GOWORK=off", "GOPROXY=off", "GOFLAGS=-mod=mod"),
		Patterns: patterns, Generate: f.generate,
	})
}

// summary returns what was loaded, one line a package.
func summary(packages []*Package) string {
	var b strings.Builder
	for _, p := range packages {
		fmt.Fprintf(&b, "%s:", strings.TrimPrefix(p.Path, "example.com/m/"))
		for _, o := range p.Outputs {
			verb := "write"
			if o.Content == nil {
				verb = "remove"
			}
			fmt.Fprintf(&b, " %s %s", verb, filepath.Base(o.Path))
		}
		for _, f := range p.Findings {
			fmt.Fprintf(&b, " %s:%d %s", filepath.Base(f.Span.File), f.Span.Start.Line, f.Message)
			for _, r := range f.Related {
				fmt.Fprintf(&b, " (%s:%d %s)", filepath.Base(r.Span.File), r.Span.Start.Line, r.Message)
			}
		}
		b.WriteString("\n")
	}
	return b.String()
}

const useFields = `
import "context"
import "example.com/m/inner"
func use() int { r, _ := inner.Run(context.Background(), nil, nil); return r.Count }
`

func TestLoad(t *testing.T) {
	t.Parallel()
	inner := map[string]string{"inner/inner.go": flow("inner")}
	with := func(files map[string]string) map[string]string {
		all := map[string]string{}
		for _, m := range []map[string]string{inner, files} {
			for name, text := range m {
				all[name] = text
			}
		}
		return all
	}
	tests := []struct {
		name     string
		fake     fake
		files    map[string]string
		patterns string
		given    string
		want     string
	}{
		{
			name: "only packages with directives", patterns: "./...", given: "inner",
			files: with(map[string]string{"other/other.go": "package other\nvar x int = undefined\n"}),
			want:  "inner: write cloacina_gen.go\n",
		},
		{
			name: "dependencies first", patterns: "./...", given: "inner alpha",
			files: with(map[string]string{"alpha/alpha.go": flow("alpha", useFields)}),
			want:  "alpha: write cloacina_gen.go\ninner: write cloacina_gen.go\n",
		},
		{
			name: "imports that are not named are not written", patterns: "./alpha", given: "inner alpha",
			files: with(map[string]string{"alpha/alpha.go": flow("alpha", useFields)}),
			want:  "alpha: write cloacina_gen.go\n",
		},
		{
			name: "result without the field", patterns: "./alpha", given: "inner alpha", fake: fake{field: "Total"},
			files: with(map[string]string{"alpha/alpha.go": flow("alpha", useFields)}),
			want:  "alpha: alpha.go:6 r.Count undefined (type inner.Result has no field or method Count)\n",
		},
		{
			name: "tests apart", patterns: "./inner", given: "inner inner(test)", fake: fake{body: "\n"},
			files: with(map[string]string{"inner/x_test.go": "package inner\n\n//cloacina:workflow\ntype T struct{}\n"}),
			want:  "inner: write cloacina_gen.go write cloacina_gen_test.go\n",
		},
		{
			name: "only tests", patterns: "./p", given: "p(test)", fake: fake{body: "\n"},
			files: map[string]string{
				"p/p.go": "package p\n", "p/x_test.go": "package p\n\n//cloacina:workflow\ntype T struct{}\n",
			},
			want: "p: write cloacina_gen_test.go\n",
		},
		{
			name: "orphans", patterns: "./p", given: "",
			files: map[string]string{"p/p.go": "package p\n", "p/" + FileName: Header, "p/" + TestFileName: ""},
			want:  "p: remove cloacina_gen.go remove cloacina_gen_test.go\n",
		},
		{
			name: "leftover", patterns: "./inner", given: "inner",
			files: with(map[string]string{"inner/" + TestFileName: Header + "\npackage inner\n"}),
			want: "inner: cloacina_gen_test.go:1 cloacina_gen_test.go is left over, " +
				"because no _test.go file holds a directive any more; delete it\n",
		},
		{
			name: "import cycle", patterns: "./...", given: "b a",
			files: map[string]string{
				"a/a.go": flow("a", `import _ "example.com/m/b"`), "b/b.go": flow("b", `import _ "example.com/m/a"`),
			},
			want: "a:\nb: b.go:3 could not import example.com/m/a (import cycle not allowed)\n",
		},
		{
			name: "an import with errors blocks", patterns: "./...", given: "inner alpha",
			fake:  fake{findings: []annotations.Finding{{Code: annotations.CodeCycle, Message: "bad"}}},
			files: with(map[string]string{"alpha/alpha.go": flow("alpha", useFields)}),
			want:  "alpha: .:0 bad\ninner: .:0 bad\n",
		},
		{
			name: "body of an import", patterns: "./alpha", given: "alpha",
			files: map[string]string{
				"alpha/alpha.go": flow("alpha", `import _ "example.com/m/half"`),
				"half/half.go":   "package half\nimport \"fmt\"\nfunc f() { fmt.Println(undefined) }\n",
			},
			want: "alpha: write cloacina_gen.go\n",
		},
		{
			name: "declarations of an import", patterns: "./alpha", given: "alpha",
			files: map[string]string{
				"alpha/alpha.go": flow("alpha", `import _ "example.com/m/half"`),
				"half/half.go":   "package half\nvar x undefined\n",
			},
			want: "alpha: alpha.go:3 could not import example.com/m/half " +
				"(it does not compile: half/half.go:2:7: undefined: undefined)\n",
		},
		{
			name: "syntax error", patterns: "./inner", given: "",
			files: map[string]string{"inner/inner.go": flow("inner", "func {")},
			want:  "inner: inner.go:3 syntax error: expected 'IDENT', found '{'\n",
		},
		{
			name: "our file first and of another package", patterns: "./zz", given: "zz",
			files: map[string]string{"zz/zz.go": flow("zz"), "zz/" + FileName: Header + "\npackage aa\n"},
			want:  "zz: write cloacina_gen.go\n",
		},
		{
			name: "declared twice", patterns: "./inner", given: "inner",
			files: map[string]string{"inner/inner.go": flow("inner", "func a() {}", "var a int")},
			want:  "inner: inner.go:4 a redeclared in this block (inner.go:3 other declaration of a)\n",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			packages, err := loadFiles(t, &tt.fake, tt.files, tt.patterns)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, summary(packages)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if got := tt.fake.paths(); got != tt.given {
				t.Errorf("the generator was given %q, want %q", got, tt.given)
			}
		})
	}
}

func TestLoadErrors(t *testing.T) {
	t.Parallel()
	inner := map[string]string{"inner/inner.go": flow("inner")}
	tests := []struct {
		name     string
		fake     fake
		files    map[string]string
		patterns string
		want     string
	}{
		{"no such directory", fake{}, inner, "./gone", "gone"},
		{"no such package", fake{}, inner, "example.com/m/gone", "example.com/m/gone"},
		{"files", fake{}, inner, "inner/inner.go", "name its directory instead of its files"},
		{"generator", fake{err: errors.New("torn")}, inner, "./inner", "generate for package example.com/m/inner: torn"},
		{"no Go", fake{body: "func {"}, inner, "./inner", "the file generated for example.com/m/inner is not Go"},
		{"no sense", fake{body: "var X = undefined"}, inner, "./inner",
			"does not compile with its runtime: undefined: undefined"},
		{"taken", fake{}, map[string]string{"inner/inner.go": flow("inner"), "inner/" + FileName: "package inner\n"},
			"./inner", "was not written by cloacina-gen"},
		{"somebody else's", fake{}, map[string]string{"inner/inner.go": flow("inner")}, "no.such.host/module", "no.such.host"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			packages, err := loadFiles(t, &tt.fake, tt.files, tt.patterns)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want an error with %q", err, tt.want)
			}
			if packages != nil {
				t.Errorf("got packages, too: %s", summary(packages))
			}
		})
	}
}

// Without the runtime in go.mod the error says what is missing.
func TestLoadWithoutRuntime(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	testmodule.Write(t, dir, map[string]string{"go.mod": "module example.com/m\n\ngo 1.26\n", "p.go": flow("p")})
	f := &fake{}
	_, err := Load(context.Background(), Config{
		Dir: dir, Env: append(os.Environ(), "GOWORK=off", "GOPROXY=off", "GOFLAGS="), Generate: f.generate,
	})
	if err == nil || !strings.Contains(err.Error(), "generated code needs "+Runtime+": ") {
		t.Errorf("got %v", err)
	}
}

func TestLoadStopsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancelCause(context.Background())
	stop := errors.New("stop")
	cancel(stop)
	if _, err := Load(ctx, Config{Dir: t.TempDir()}); !errors.Is(err, stop) {
		t.Errorf("got %v", err)
	}
}

// The checker gets the files without those of ours, with their bytes, and what
// the build leaves out, on the side it belongs to.
func TestSource(t *testing.T) {
	t.Parallel()
	f := &fake{body: "\n"}
	_, err := loadFiles(t, f, map[string]string{
		"p/p.go":           flow("p"),
		"p/other.go":       "package p\r\n",
		"p/x_test.go":      "package p\n\n//cloacina:workflow\ntype T struct{}\n",
		"p/" + FileName:    Header + "\npackage p\nvar Old int\n",
		"p/a_plan9.go":     "package p\n\n//cloacina:task\nfunc A() {}\n",
		"p/b_test.go":      "//go:build never\n\npackage p\n\n//cloacina:task\nfunc B() {}\n",
		"p/c_test.go":      "package p_test\n\n//cloacina:task\nfunc C() {}\n",
		"p/plain_plan9.go": "package p\n",
	}, "./p")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, s := range f.sources {
		var names, excluded []string
		for name := range s.Bytes {
			names = append(names, filepath.Base(name))
		}
		slices.Sort(names)
		for _, e := range s.Excluded {
			excluded = append(excluded, filepath.Base(e.Name)+" ("+e.Reason+")")
		}
		got = append(got, fmt.Sprintf("test=%v %d files: %s; excluded: %s",
			s.Test, len(s.Files), strings.Join(names, " "), strings.Join(excluded, " ")))
		if s.Types.Scope().Lookup("Old") != nil {
			t.Error("what the old generated file declares was loaded")
		}
	}
	want := []string{
		"test=false 2 files: other.go p.go; excluded: a_plan9.go (file name suffix _plan9)",
		"test=true 3 files: other.go p.go x_test.go; excluded: " +
			"b_test.go (build constraint never) c_test.go (it belongs to the external test package p_test)",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// The checker gets the declarations of files that are not in this build, but not
// of files of other packages or of what nobody builds.
func TestSourceHasTheFilesBeside(t *testing.T) {
	t.Parallel()
	f := &fake{body: "\n"}
	_, err := loadFiles(t, f, map[string]string{
		"p/p.go":            flow("p"),
		"p/a_plan9.go":      "package p\n",
		"p/ignored.go":      "//go:build ignore\n\npackage p\n",
		"p/main.go":         "//go:build never\n\npackage main\n",
		"p/p_test.go":       "package p\n",
		"p/x_test.go":       "package p_test\n",
		"p/" + TestFileName: Header + "\npackage p\n",
	}, "./p")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, s := range f.sources {
		for _, file := range s.Beside {
			got = append(got, filepath.Base(s.Fset.Position(file.Package).Filename))
		}
	}
	if diff := cmp.Diff([]string{"a_plan9.go", "p_test.go"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// What is wrong is said on every system in the same words.
func TestFindingsDoNotDependOnTheSystem(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := testmodule.Init(dir, "example.com/m"); err != nil {
		t.Fatal(err)
	}
	task := "//cloacina:task\nfunc F%s(ctx context.Context) error { return nil }\n"
	file := func(head, name string) string {
		return head + "package p\n\nimport \"context\"\n\n" + fmt.Sprintf(task, name)
	}
	testmodule.Write(t, dir, map[string]string{
		"p/p.go":         file("//cloacina:workflow\n", "P"),
		"p/a_linux.go":   file("", "A"),
		"p/b_windows.go": file("", "B"),
		"p/c_test.go":    file("//go:build linux\n\n", "C"),
		"p/d.go":         file("// +build linux\n\n", "D"),
	})
	said := map[string]string{}
	for _, system := range []string{"linux", "windows"} {
		packages, err := Load(t.Context(), Config{
			Dir: dir, Patterns: []string{"./p"}, Env: append(os.Environ(), "GOOS="+system, "CGO_ENABLED=0"),
			Generate: func(src *check.Source) (*Generated, []annotations.Finding, error) {
				_, found := check.Check(src)
				return nil, found, nil
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range packages[0].Findings {
			said[system] += fmt.Sprintln(f.Span, f.Code, f.Message)
		}
	}
	if diff := cmp.Diff(said["linux"], said["windows"]); diff != "" || said["linux"] == "" {
		t.Errorf("(-linux +windows):\n%s", diff)
	}
}

func TestSizesAreThoseOfTheTarget(t *testing.T) {
	t.Parallel()
	for arch, want := range map[string]int64{"386": 4, "amd64": 8, "arm": 4} {
		l := &loader{config: Config{Dir: t.TempDir(), Env: append(os.Environ(), "GOARCH="+arch)}}
		if err := l.findEnv(context.Background()); err != nil {
			t.Fatal(err)
		}
		if got := l.sizes.Sizeof(uintType); got != want {
			t.Errorf("%s: a uint has %d bytes, want %d", arch, got, want)
		}
	}
}

var uintType = types.Typ[types.Uint]
