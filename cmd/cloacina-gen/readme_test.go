package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/cloacina-go/cloacina/annotations"
	"github.com/cloacina-go/cloacina/cmd/cloacina-gen/internal/report"
	"github.com/cloacina-go/cloacina/internal/testmodule"
	"github.com/google/go-cmp/cmp"
)

// green is what the way from an empty directory to a green run may take
// on this machine, whose module cache is filled.
const green = time.Minute

// readme returns the README by section; the first one has no heading.
func readme(t *testing.T) map[string]string {
	t.Helper()
	root, err := testmodule.Root()
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	sections := map[string]string{}
	for i, section := range strings.Split("\n"+string(text), "\n## ") {
		heading, body, _ := strings.Cut(section, "\n")
		if i == 0 {
			heading, body = "", section
		}
		sections[heading] = body
	}
	return sections
}

var (
	// fenced is a block, with the line above it that says what it shows.
	fenced = regexp.MustCompile("(?s)(<!-- (?:recorded|source): \\S+[^\n]* -->\n)?```.*?\n```\n")
	// next are the commands at the end of what init prints.
	next = regexp.MustCompile(`(?s)\nNext:\n\n(.*)`)
)

// commands are the commands of a text: its indented lines, without comments.
func commands(text string) []string {
	var list []string
	for line := range strings.Lines(fenced.ReplaceAllString(text, "")) {
		if command, ok := strings.CutPrefix(line, "    "); ok {
			command, _, _ = strings.Cut(command, "  #")
			list = append(list, strings.TrimSpace(command))
		}
	}
	return list
}

const (
	first      = ""
	project    = "A project with a test"
	repository = "This repository"
)

// Each command of the README is one that a test here executes, and each block is
// held against a file, see TestReadmes of the examples.
func TestReadmeHasNothingUntested(t *testing.T) {
	t.Parallel()
	for heading, text := range readme(t) {
		if list := commands(text); len(list) > 0 && heading != first && heading != project && heading != repository {
			t.Errorf("section %q has commands that no test executes: %q", heading, list)
		}
		for _, block := range fenced.FindAllStringSubmatch(text, -1) {
			if block[1] == "" {
				t.Errorf("section %q has a block without the file that it shows:\n%s", heading, block[0])
			}
		}
	}
}

// The first screen: from an empty directory to what the program prints.
func TestReadmeProgram(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile(filepath.Join("testdata", "readme", "main.go"))
	if err != nil {
		t.Fatal(err)
	}
	s := newShell(t)
	testmodule.Write(t, s.dir, map[string]string{"main.go": string(source)})
	printed := s.run(commands(readme(t)[first]))
	compareRecorded(t, "run.txt", printed["go generate && go run ."])
	compareRecorded(t, "simulate.txt", printed["go tool cloacina-gen simulate"])

	testmodule.Write(t, s.dir, map[string]string{
		"main.go": replaceOnce(t, string(source), `trigger_rules=one_success`, `trigger_rules=always`),
	})
	compareRecorded(t, "finding.txt", onTerminal(t, s.dir))
}

// The project of init: the commands that it prints lead to a run, and the run
// survives the death of its process.
func TestReadmeProject(t *testing.T) {
	t.Parallel()
	list := commands(readme(t)[project])
	const init, run, build, kill, again = 0, "go run .", "go build", 2, "./forecast"
	if len(list) != 4 || list[1] != build || list[3] != again {
		t.Fatalf("the commands of the section are %q", list)
	}
	s := newShell(t)
	// A release names its own version; the README shows what is in a checkout.
	written := strings.Replace(s.run(list[:1])[list[init]], toolPackage+releaseSuffix(version()), toolPackage, 1)
	compareRecorded(t, "init.txt", written)
	commands := commands(next.FindStringSubmatch(written)[1])
	if last := commands[len(commands)-1]; last != run {
		t.Fatalf("the last command of init is %q, want %q", last, run)
	}
	printed := s.run(append(commands, list[1:]...))
	compareRecorded(t, "project.txt", printed[run])
	compareRecorded(t, "kill.txt", printed[list[kill]]+printed[again])
}

// The commands for the repository are targets that exist.
func TestReadmeTargets(t *testing.T) {
	t.Parallel()
	root, err := testmodule.Root()
	if err != nil {
		t.Fatal(err)
	}
	makefile, err := os.ReadFile(filepath.Join(root, "Makefile"))
	if err != nil {
		t.Fatal(err)
	}
	for _, command := range commands(readme(t)[repository]) {
		target, ok := strings.CutPrefix(command, "make ")
		if !ok || !strings.Contains(string(makefile), "\n"+target+": ") {
			t.Errorf("%q names no target of the Makefile", command)
		}
	}
}

// What the README links to is there.
func TestReadmeLinks(t *testing.T) {
	t.Parallel()
	root, err := testmodule.Root()
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range readme(t) {
		text = fenced.ReplaceAllString(text, "")
		for _, link := range regexp.MustCompile(`\]\(([^)#]+)`).FindAllStringSubmatch(text, -1) {
			if strings.HasPrefix(link[1], "https://") {
				continue
			}
			if _, err := os.Stat(filepath.Join(root, filepath.FromSlash(link[1]))); err != nil {
				t.Errorf("broken link: %v", err)
			}
		}
	}
}

// shell executes commands of the README as they are written. In it the published
// module is this repository, and sleep waits for what the reader would see
// meanwhile. Nothing comes from the network.
type shell struct {
	t   *testing.T
	dir string
	env []string
}

// prelude is what stands for the network and for time.
const prelude = `set -eu
go() {
	case "$*" in
	"run $TOOL@latest "*) shift 2; cloacina-gen "$@" ;;
	"get -tool $TOOL"*) command go mod edit -replace "$MODULE=$ROOT"; command go get -tool "$TOOL" ;;
	*) command go "$@" ;;
	esac
}
sleep() { read -r _ <&3; }
`

// awaited is what sleep waits for.
const awaited = "ask: attempt 2"

func newShell(t *testing.T) *shell {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("the commands of the README are for the shell of Unix")
	}
	root, err := testmodule.Root()
	if err != nil {
		t.Fatal(err)
	}
	s := &shell{t: t, dir: filepath.Join(t.TempDir(), "forecast"), env: append(os.Environ(),
		"MODULE="+modulePath, "TOOL="+toolPackage, "ROOT="+root,
		"GOPROXY=off", "GOSUMDB=off", "GOFLAGS=", "GOWORK=off", "GOTOOLCHAIN=local")}
	if err := os.Mkdir(s.dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return s
}

// run executes commands one after the other in one shell, in time, and returns
// what each printed on its standard output. A cd lasts for later calls, too.
func (s *shell) run(list []string) map[string]string {
	s.t.Helper()
	const mark = "--- "
	var script strings.Builder
	script.WriteString(prelude)
	for i, command := range list {
		fmt.Fprintf(&script, "echo '%s%d'\n%s\n", mark, i, command)
	}
	cmd := exec.CommandContext(s.t.Context(), "sh", "-c", script.String())
	cmd.Dir, cmd.Env = s.dir, s.env
	var stderr strings.Builder
	cmd.Stderr = &stderr
	asleep, wake, err := os.Pipe()
	if err != nil {
		s.t.Fatal(err)
	}
	cmd.ExtraFiles = []*os.File{asleep}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		s.t.Fatal(err)
	}
	begin := time.Now()
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	printed, current := map[string]string{}, -1
	for lines := bufio.NewScanner(stdout); lines.Scan(); {
		line := lines.Text()
		if strings.HasPrefix(line, mark) {
			current++
			continue
		}
		printed[list[current]] += line + "\n"
		if line == awaited && strings.Contains(list[current], "sleep") {
			if _, err := io.WriteString(wake, "\n"); err != nil {
				s.t.Error(err)
			}
		}
	}
	if err := cmd.Wait(); err != nil {
		s.t.Fatalf("%v in %q\n%v\n%s", err, list, printed, stderr.String())
	}
	if err := asleep.Close(); err != nil {
		s.t.Error(err)
	}
	if err := wake.Close(); err != nil {
		s.t.Error(err)
	}
	if took := time.Since(begin); took > green {
		s.t.Errorf("it took %v, want at most %v", took, green)
	}
	return printed
}

// onTerminal returns what the tool prints on a terminal without colours about
// the package in a directory.
func onTerminal(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	s := &session{dir: dir, format: report.Text, stdout: io.Discard, stderr: &b}
	packages, err := s.load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var findings []annotations.Finding
	for _, p := range packages {
		findings = append(findings, p.Findings...)
	}
	printer := s.printer(nil)
	printer.Block = true
	if err := printer.Print(report.Sort(findings)); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// compareRecorded compares what was printed with testdata/readme/name, which the
// README shows, or records it under -update.
func compareRecorded(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", "readme", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got; if it is right: make golden):\n%s", path, diff)
	}
}

func replaceOnce(t *testing.T, text, old, replacement string) string {
	t.Helper()
	if strings.Count(text, old) != 1 {
		t.Fatalf("%q does not stand once in the program", old)
	}
	return strings.Replace(text, old, replacement, 1)
}
