package cloacina_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	cloacina "github.com/cloacina-go/cloacina/runtime"
)

// Runs that ended more than 30 days ago are removed. A workflow that says so
// itself, with //cloacina:workflow retention=720h, needs no such call.
func ExampleRunner_Purge() {
	ctx := context.Background()
	r := open(ctx)
	defer func() { _ = r.Shutdown(ctx) }()

	run, err := r.Start(ctx, "greeting", cloacina.Values{"name": "world"}, cloacina.StartOptions{ID: "order-42"})
	if err == nil {
		_, err = run.Wait(ctx)
	}
	if err != nil {
		fmt.Println(err)
		return
	}
	removed, err := r.Purge(ctx, cloacina.PurgeOptions{EndedBefore: time.Now().AddDate(0, 0, -30)})
	fmt.Println(removed, err)

	// Everything that has ended, however long ago.
	removed, err = r.Purge(ctx, cloacina.PurgeOptions{Workflow: "greeting"})
	fmt.Println(removed, err)
	_, err = r.Run(ctx, "order-42")
	fmt.Println(errors.Is(err, cloacina.ErrRunNotFound))
	// Output:
	// 0 <nil>
	// 1 <nil>
	// true
}

// A copy is made and checked while the runner goes on.
func ExampleRunner_Backup() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "cloacina")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = os.RemoveAll(dir) }()
	r, err := cloacina.Open(ctx, filepath.Join(dir, "orders.db"), cloacina.Config{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = r.Shutdown(ctx) }()
	if err := r.Register(greeting()); err != nil {
		fmt.Println(err)
		return
	}
	if _, err := r.Execute(ctx, "greeting", cloacina.Values{"name": "world"}); err != nil {
		fmt.Println(err)
		return
	}

	copied := filepath.Join(dir, "orders-backup.db")
	if err := r.Backup(ctx, copied); err != nil {
		fmt.Println(err)
		return
	}
	found, err := cloacina.Verify(ctx, copied)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(found.OK(), found.Runs, found.Tasks)
	// Output:
	// true 1 2
}

// What is wrong with a file is told run by run, and what to do about it.
func ExampleVerification() {
	found := &cloacina.Verification{Path: "orders.db", Runs: 3, Tasks: 6, Attempts: 7, Problems: []cloacina.Problem{
		{Run: "order-42", Task: "shout", Table: "step", Text: "the row does not fit its checksum"},
	}}
	if !found.OK() {
		fmt.Println(found)
	}
	// Output:
	// orders.db: 3 runs, 6 tasks and 7 attempts checked, 1 problem
	//   run "order-42", task shout, table step: the row does not fit its checksum
	// To repair, stop the program, remove FILE-wal and FILE-shm, then put the last copy that
	// Runner.Backup made in the place of FILE. Without one, do not rely on what the named
	// runs have stored; the others are sound. Remove those that have ended with Runner.Purge.
	// Those that have not stay blocked until the file is repaired, and keep none of the others
	// from going on.
}

func ExampleVerify() {
	ctx := context.Background()
	found, err := cloacina.Verify(ctx, "no such file.db")
	switch {
	case errors.Is(err, os.ErrNotExist):
		fmt.Println("there is no file")
	case err != nil:
		fmt.Println(err) // it is no store of runs, or cannot be read
	default:
		fmt.Println(found)
	}
	// Output: there is no file
}
