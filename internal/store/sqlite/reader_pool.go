package sqlite

import (
	"context"
	"database/sql"
	"sync"

	"github.com/cloacina-go/cloacina/internal/store"
	sqlite "modernc.org/sqlite"
)

// pool are connections that read. It is made when it is first needed, as it has a
// goroutine of its own: a process that starts, and may have nothing to read, goes on
// sooner. It is safe for concurrent use.
type pool struct {
	name       string // of the driver, with the settings
	most, idle int    // connections

	mu     sync.Mutex
	db     *sql.DB
	closed bool
}

// conn returns a connection of the pool.
func (p *pool) conn(ctx context.Context) (*sql.Conn, error) {
	db, err := p.open()
	if err != nil {
		return nil, err
	}
	return db.Conn(ctx)
}

func (p *pool) open() (*sql.DB, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return nil, store.ErrClosed
	}
	if p.db == nil {
		connector, err := sqlite.NewConnector(p.name)
		if err != nil {
			return nil, err
		}
		p.db = sql.OpenDB(keeping{connector})
		p.db.SetMaxOpenConns(p.most)
		p.db.SetMaxIdleConns(p.idle)
	}
	return p.db, nil
}

// close closes the connections, once those who have one give it back.
func (p *pool) close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	if p.db == nil {
		return nil
	}
	return p.db.Close()
}
