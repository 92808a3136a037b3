package trust

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// foreignReader reads a store with nothing but SQLite, and does not wait for
// locks. It comes and goes, and now and then reads for a long time.
func foreignReader(p *parent, j job) error {
	return foreign(p, "reads", func(n int) error {
		<-time.After(2 * time.Millisecond)
		return readAsForeigner(j.Path, n%100 == 99)
	})
}

// foreign does something again and again until the test says stop, and then how
// often it did.
func foreign(p *parent, what string, do func(n int) error) error {
	p.say("ready")
	for n := 0; ; n++ {
		select {
		case <-p.orders:
			p.say("%s %d", what, n)
			return nil
		default:
		}
		if err := do(n); err != nil {
			return fmt.Errorf("%s %d: %w", what, n, err)
		}
	}
}

func readAsForeigner(path string, long bool) error {
	db, err := sql.Open("sqlite", "file:"+path+"?mode=ro")
	if err != nil {
		return err
	}
	query := "SELECT count(*), max(num) FROM (SELECT num FROM runs ORDER BY num DESC LIMIT 50)"
	if long {
		query = "SELECT count(*), max(run.num) FROM run JOIN step ON step.run = run.num"
	}
	var count, last sql.NullInt64
	for range 5 {
		if err = db.QueryRow(query).Scan(&count, &last); err != nil {
			break
		}
	}
	return errors.Join(err, db.Close())
}

// foreignCheckpoints copies the log into the file in all the ways that SQLite
// has, of which all but the first keep the writer waiting, and reads in between.
func foreignCheckpoints(p *parent, j job) (err error) {
	db, err := sql.Open("sqlite", "file:"+j.Path+"?_busy_timeout=10")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	db.SetMaxOpenConns(1)
	rng := j.random()
	modes := []string{"PASSIVE", "PASSIVE", "PASSIVE", "FULL", "PASSIVE", "RESTART", "PASSIVE", "TRUNCATE"}
	return foreign(p, "checkpoints", func(int) error {
		<-time.After(time.Duration(rng.IntN(80)) * time.Millisecond)
		var busy, pages, copied int64
		mode := modes[rng.IntN(len(modes))]
		if err := db.QueryRow("PRAGMA wal_checkpoint("+mode+")").Scan(&busy, &pages, &copied); err != nil {
			return err // one that has to give way says so in the row
		}
		return db.QueryRow("SELECT count(*) FROM (SELECT 1 FROM run LIMIT 1000)").Scan(&copied)
	})
}

// foreignWriter keeps a table of its own in the file. It makes short transactions
// one behind the other, and now and then one that it does not end at once.
func foreignWriter(p *parent, j job) (err error) {
	ctx := context.Background()
	db, err := sql.Open("sqlite", "file:"+j.Path+"?_busy_timeout=20000&_synchronous=NORMAL&_txlock=immediate")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	db.SetMaxOpenConns(1)
	if _, err := db.ExecContext(ctx, "CREATE TABLE IF NOT EXISTS scribe (id INTEGER PRIMARY KEY, text TEXT)"); err != nil {
		return err
	}
	rng := j.random()
	err = foreign(p, "commits", func(n int) error {
		tx, err := db.BeginTx(ctx, nil)
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "INSERT OR REPLACE INTO scribe VALUES (?, 'written by somebody else')", n%100); err != nil {
			return errors.Join(err, tx.Rollback())
		}
		if n%10 == 0 {
			<-time.After(time.Duration(rng.IntN(8)) * time.Millisecond)
		}
		if err := tx.Commit(); err != nil {
			return err
		}
		<-time.After(time.Duration(rng.IntN(3)) * time.Millisecond)
		return nil
	})
	_, dropped := db.ExecContext(ctx, "DROP TABLE scribe")
	return errors.Join(err, dropped)
}
