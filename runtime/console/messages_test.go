package console

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"log/slog"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

const (
	database  = "cloacina::database"
	scheduler = "cloacina::scheduler"
	executor  = "cloacina::executor"
)

// say is a message of the runtime with its fields.
type say struct {
	level     slog.Level
	component string
	message   string
	attrs     []any
}

// aboutRun and aboutTask are the fields that the runtime gives.
func aboutRun(more ...any) []any {
	return append([]any{"run", "0190d6f0-0000-7000-8000-00000000beef", "workflow", "orders"}, more...)
}

func aboutTask(more ...any) []any { return append(aboutRun("task", "fetch"), more...) }

// messages are all that the runtime logs; TestMessagesAreAll holds that.
var messages = []say{
	{slog.LevelInfo, database, "Database opened", nil},
	{slog.LevelWarn, database, "Database has a weakness", []any{"reason", "/net/runs.db is on a network file system (nfs)"}},
	{slog.LevelInfo, database, "A weakness of the database is gone",
		[]any{"reason", "/net/runs.db is on a network file system (nfs)"}},
	{slog.LevelInfo, scheduler, "Starting recovery check for orphaned tasks", nil},
	{slog.LevelInfo, scheduler, "No orphaned tasks found", nil},
	{slog.LevelInfo, scheduler, "Found 2 open runs (1 orphaned task, which will run again), and 1 blocked run", nil},
	{slog.LevelInfo, scheduler, "Found 1 open run (no task was running)", nil},
	{slog.LevelWarn, scheduler, "1 open run waits for its workflow to be registered", []any{"workflow", "orders"}},
	{slog.LevelWarn, scheduler, "2 open runs wait for their workflow to be registered", []any{"workflow", "orders"}},
	{slog.LevelInfo, scheduler, "Found 1 callback, to be called again when their workflow is registered", nil},
	{slog.LevelInfo, executor, "Starting scheduler and executor background services", nil},
	{slog.LevelInfo, scheduler, "Resuming 2 runs", []any{"workflow", "orders"}},
	{slog.LevelInfo, scheduler, "Run goes on under a changed plan",
		aboutRun("differences", "task fetch: retry_attempts 3, now 5; task store is new")},
	{slog.LevelInfo, scheduler, "Task ready: fetch (dependencies satisfied, trigger rules passed)", aboutTask()},
	{slog.LevelInfo, scheduler, "Task ready: fetch (no trigger rule; collect failed)", aboutTask()},
	{slog.LevelInfo, scheduler, "Task skipped: fetch (dependencies satisfied, trigger rules failed)",
		aboutTask("reason", `trigger rule not satisfied: task_failed("a") is false`)},
	{slog.LevelInfo, executor, "Task completed: fetch (attempt 1)", aboutTask("attempt", 1)},
	{slog.LevelWarn, executor, "Task will be retried: fetch (attempt 1 failed, next attempt in 1.017s)",
		aboutTask("error", "connection refused", "attempt", 1, "delay", "1.017s")},
	{slog.LevelError, executor, "Task failed: fetch (attempt 2, no retry)",
		aboutTask("error", "task fetch panicked: bad", "stack", "goroutine 1 [running]:\nmain.fetch()\n\t/src/main.go:12 +0x1f\n",
			"attempt", 2)},
	{slog.LevelWarn, executor, "Task failed: fetch (attempt 2, no retry, may fail)",
		aboutTask("error", "connection refused", "attempt", 2)},
	{slog.LevelWarn, scheduler, "Task stopped: fetch (attempt 1 runs again)", aboutTask("attempt", 1)},
	{slog.LevelWarn, scheduler, "Task interrupted: fetch (attempt 1 runs again, interruption 2 of 3)", aboutTask("attempt", 1)},
	{slog.LevelError, executor, "Task abandoned: fetch (its function has not returned after the end of its attempt)",
		aboutTask("attempt", 1, "after", "30s")},
	{slog.LevelError, executor, "Callback panicked: fetch", aboutTask("error", "bad", "stack", "goroutine 1:\nmain.f()\n")},
	{slog.LevelError, executor, "Callback given up: fetch", aboutTask("error", "context deadline exceeded")},
	{slog.LevelWarn, executor, "Callback will be called again at the next start: fetch", aboutTask()},
	{slog.LevelInfo, executor, "Callback called again: fetch", aboutTask()},
	{slog.LevelWarn, executor, "Callback dropped: fetch (the registered code has none about this end of the task)", aboutTask()},
	{slog.LevelInfo, scheduler, "Pipeline completed (4 completed, 0 failed, 3 skipped)", aboutRun()},
	{slog.LevelError, scheduler, "Pipeline failed (4 completed, 1 failed, 2 skipped)", aboutRun()},
	{slog.LevelError, scheduler, "Pipeline failed (1 completed, 0 failed, 0 skipped, 6 cancelled)",
		aboutRun("error", "run timed out after 1m0s (timeout of the workflow)")},
	{slog.LevelWarn, scheduler, "Pipeline cancelled (1 completed, 0 failed, 0 skipped, 6 cancelled)",
		aboutRun("reason", "cancelled with Runner.Cancel")},
	{slog.LevelError, scheduler, "Pipeline blocked", aboutRun("reason", "the registered plan does not fit what it has done: "+
		`task "fetch" has completed and is gone from the plan; register the code it last ran under`)},
	{slog.LevelError, scheduler, "Pipeline blocked", aboutRun("error", "assertion failed", "dump", "run\n task 0\n",
		"stack", "goroutine 1:\nmain.f()\n")},
	{slog.LevelInfo, scheduler, "Pipeline unblocked", aboutRun()},
	{slog.LevelError, database, "Store is unavailable; what is to be stored is tried again", []any{"error", "disk is full"}},
	{slog.LevelInfo, database, "Store is available again", []any{"after", "1.5s"}},
	{slog.LevelInfo, database, "Removed 12 ended runs", []any{"workflow", "orders", "retention", "720h0m0s"}},
	{slog.LevelWarn, database, "Ended runs could not be removed; tried again every 1m0s",
		[]any{"workflow", "orders", "error", "database is locked"}},
	{slog.LevelInfo, database, "Ended runs can be removed again", []any{"workflow", "orders"}},
	{slog.LevelInfo, executor, "Shutting down", []any{"running", 2, "callbacks", 0}},
}

// Every line that the runtime emits, as a person sees it.
func TestMessages(t *testing.T) {
	t.Parallel()
	for name, color := range map[string]Color{"messages.txt": Never, "messages_color.txt": Always} {
		var buf bytes.Buffer
		log := slogOf(NewWith(&buf, Options{Format: Lines, Color: color, NoTime: true}))
		for _, m := range messages {
			log.Log(t.Context(), m.level, m.message, append([]any{"component", m.component}, m.attrs...)...)
		}
		recorded(t, name, buf.String())
	}
}

// loggers are the names of the functions of the runtime that log.
var loggers = regexp.MustCompile(`^(log([A-Z].*)?|tell|LogAttrs)$`)

// verb is a verb of fmt.
var verb = regexp.MustCompile(`%[a-z]`)

// TestMessagesAreAll holds the list above against the source of the runtime: each
// text that it hands to one of its functions that log has to be in the list.
func TestMessagesAreAll(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../*.go")
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, m := range messages {
		fmt.Fprintln(&all, m.message)
	}
	found := 0
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || !loggers.MatchString(calledName(call)) {
				return true
			}
			for _, text := range messagesIn(call) {
				found++
				parts := verb.Split(text, -1)
				for i := range parts {
					parts[i] = regexp.QuoteMeta(parts[i])
				}
				if !regexp.MustCompile(strings.Join(parts, ".+")).MatchString(all.String()) {
					t.Errorf("%s logs %q, which is not in the list here; add it, and: make golden", file, text)
				}
			}
			return true
		})
	}
	if found < 25 {
		t.Errorf("only %d messages found", found)
	}
}

func calledName(call *ast.CallExpr) string {
	switch f := call.Fun.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		return f.Sel.Name
	default:
		return ""
	}
}

// messagesIn returns the texts among the arguments that begin like a message.
func messagesIn(call *ast.CallExpr) (texts []string) {
	for _, arg := range call.Args {
		ast.Inspect(arg, func(n ast.Node) bool {
			if inner, ok := n.(*ast.CallExpr); ok && strings.HasPrefix(calledName(inner), "String") {
				return false // an attribute
			}
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				text, err := strconv.Unquote(lit.Value)
				if err == nil && text != "" && text[0] >= 'A' && text[0] <= 'Z' {
					texts = append(texts, text)
				}
			}
			return true
		})
	}
	return texts
}

// Every outcome is one that the runtime speaks of.
func TestOutcomesExist(t *testing.T) {
	t.Parallel()
	for _, o := range outcomes {
		found := false
		for _, m := range messages {
			found = found || strings.HasPrefix(m.message, o.message)
		}
		if !found {
			t.Errorf("no message begins with %q", o.message)
		}
	}
}
