package check

import "testing"

func TestPlatformSuffix(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"tasks.go":                "",
		"linux.go":                "",
		"tasks_linux.go":          "linux",
		"/a_linux/tasks.go":       "",
		"tasks_linux_arm64.go":    "linux_arm64",
		"tasks_arm64_linux.go":    "linux",
		"tasks_arm64.go":          "arm64",
		"tasks_unix.go":           "",
		"tasks_linux_test.go":     "linux",
		"tasks_test.go":           "",
		"linux_arm64.go":          "arm64",
		"tasks_windows_extra.go":  "",
		"a_b_c_wasip1_wasm.go":    "wasip1_wasm",
		"cloacina_gen_windows.go": "windows",
	} {
		if got := platformSuffix(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}
