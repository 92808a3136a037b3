package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/pprof"
	"slices"
	"strings"
	"time"

	driver "modernc.org/sqlite"
)

// run measures what the arguments ask for and prints it.
func run(ctx context.Context, args []string, out io.Writer) (err error) {
	o, err := parse(args)
	if err != nil {
		return err
	}
	if o.child {
		return runChild(ctx, o.args, out)
	}
	// Our engine does this when it opens a file, which is too late for a process
	// that has opened one before.
	if _, err := driver.OFDLocking(true); err != nil {
		fmt.Fprintln(out, "locks as everyone has them:", err)
	}
	all, tables, err := o.choose()
	if err != nil {
		return err
	}
	stop, err := o.profile()
	if err != nil {
		return err
	}
	defer func() {
		if stopped := stop(); err == nil {
			err = stopped
		}
	}()
	fmt.Fprintln(out, machine(o.dir))
	fmt.Fprintln(out)
	if err := o.table(ctx, all, out); err != nil {
		return err
	}
	for _, g := range tables {
		o.progress(g.name)
		if err := g.print(ctx, &o, out); err != nil {
			return err
		}
	}
	fmt.Fprintln(out, "\nload at the end:", load())
	return nil
}

// table measures works and prints the table.
func (o *options) table(ctx context.Context, all []*work, out io.Writer) error {
	if len(all) == 0 {
		return nil
	}
	rows := [][]string{heading}
	for _, w := range all {
		o.progress(w.name)
		m, err := w.measure(ctx, o)
		if errors.Is(err, errors.ErrUnsupported) {
			fmt.Fprintln(out, "left out:", err)
			continue
		}
		if err != nil {
			return err
		}
		rows = append(rows, w.rows(&m)...)
	}
	print(out, rows)
	fmt.Fprintln(out, "\n* the best embeddable Go engine as it was measured elsewhere, on two cores and ext4.")
	return nil
}

// progress says what is measured now, since that takes minutes.
func (o *options) progress(name string) {
	if !o.quick {
		fmt.Fprintf(os.Stderr, "%s %s\n", time.Now().Format(time.TimeOnly), name)
	}
}

// choose returns what was asked for: everything, or what has the names.
func (o *options) choose() (all []*work, tables []*growth, err error) {
	all, tables = works(o), growths(o)
	if o.only == "" {
		return all, tables, nil
	}
	wanted := map[string]bool{}
	for name := range strings.SplitSeq(o.only, ",") {
		wanted[name] = true
	}
	var names []string
	all = slices.DeleteFunc(all, func(w *work) bool {
		names = append(names, w.name)
		return !wanted[w.name]
	})
	tables = slices.DeleteFunc(tables, func(g *growth) bool {
		names = append(names, g.name)
		return !wanted[g.name] && !wanted["growth"]
	})
	for name := range wanted {
		if name != "growth" && !slices.Contains(names, name) {
			return nil, nil, fmt.Errorf("nothing is called %q; there are growth, %s", name, strings.Join(names, ", "))
		}
	}
	return all, tables, nil
}

// measures reports whether a contender was asked for, and can do the work.
func (o *options) measures(w *work, c contender) bool {
	return (o.who == "" || slices.Contains(strings.Split(o.who, ","), contenderNames[c])) &&
		(w.only == nil || slices.Contains(w.only, c))
}

// profile begins to write the profiles that were asked for; stop ends that.
func (o *options) profile() (stop func() error, err error) {
	var cpu *os.File
	if o.cpuprofile != "" {
		if cpu, err = os.Create(o.cpuprofile); err != nil {
			return nil, err
		}
		if err := pprof.StartCPUProfile(cpu); err != nil {
			return nil, err
		}
	}
	if o.memprofile != "" {
		runtime.MemProfileRate = 64 << 10
	}
	return func() error {
		if cpu != nil {
			pprof.StopCPUProfile()
			if err := cpu.Close(); err != nil {
				return err
			}
		}
		if o.memprofile == "" {
			return nil
		}
		f, err := os.Create(o.memprofile)
		if err != nil {
			return err
		}
		if err := pprof.Lookup("allocs").WriteTo(f, 0); err != nil {
			return err
		}
		return f.Close()
	}, nil
}
