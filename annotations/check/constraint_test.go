package check

import (
	"go/parser"
	"go/token"
	"testing"
)

func TestConstrainedBy(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, text, want string }{
		{"a.go", "package p\n", ""},
		{"a_test.go", "package p\n", ""},
		{"linux.go", "package p\n", ""},
		{"a_b_c.go", "package p\n", ""},
		{"a_linux_b.go", "package p\n", ""},
		{"a_unix.go", "package p\n", ""},
		{"a_linux.go", "package p\n", "file name suffix _linux"},
		{"a_linux_test.go", "package p\n", "file name suffix _linux"},
		{"a_amd64.go", "package p\n", "file name suffix _amd64"},
		{"a_windows_arm64.go", "package p\n", "file name suffix _windows_arm64"},
		{"a_b_darwin.go", "package p\n", "file name suffix _darwin"},
		{"a.go", "//go:build linux && !cgo\n\npackage p\n", "build constraint linux && !cgo"},
		{"a.go", "// License\n\n// +build linux,cgo\n\npackage p\n", "build constraint linux,cgo"},
		{"a.go", "//go:build x\r\n\r\npackage p\r\n", "build constraint x"},
		{"a.go", "package p\n\n//go:build linux\n", ""},
		{"a.go", "// +build linux\npackage p\n", ""},
		{"a.go", "/*\n//go:build linux\n*/\npackage p\n", ""},
		{"a.go", "// +build linux\n\n//go:build plan9\n\npackage p\n", "build constraint plan9"},
		{"linux_arm64.go", "package p\n", "file name suffix _arm64"},
		{"a_wasip1_wasm.go", "package p\n", "file name suffix _wasip1_wasm"},
		{"a.go", "package p\n\nimport \"C\"\n", `import of "C"`},
		{"a.go", "package p\n\nimport \"context\"\n", ""},
		{"a_js.go", "//go:build y\n\npackage p\n", "file name suffix _js"},
	}
	for _, tt := range tests {
		tree, err := parser.ParseFile(token.NewFileSet(), tt.name, tt.text, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		if got := ConstrainedBy("/src/my_linux/"+tt.name, tree); got != tt.want {
			t.Errorf("%s %q: got %q, want %q", tt.name, tt.text, got, tt.want)
		}
	}
}
