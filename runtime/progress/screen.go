package progress

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	cloacina "github.com/cloacina-go/cloacina/runtime"
)

const (
	// gather is how long changes are gathered before they are drawn together.
	gather = 50 * time.Millisecond
	// refresh is how often times are drawn anew.
	refresh = time.Second
)

// screen is the part of a terminal that is drawn again and again: the lines above
// the cursor.
type screen struct {
	w       io.Writer
	size    func() (columns, rows int)
	painted bool
	widths  []int // of the lines that were drawn last
}

// draw replaces what was drawn last. The terminal does not break lines meanwhile:
// what it takes for wider than it was counted is cut off. It is one Write.
func (s *screen) draw(frame []row) error {
	columns, _ := s.size()
	var b strings.Builder
	b.WriteString("\x1b[?7l\r")
	if up := s.height(columns); up > 0 {
		fmt.Fprintf(&b, "\x1b[%dA", up)
	}
	s.widths = s.widths[:0]
	for _, r := range frame {
		for _, sp := range r {
			if s.painted {
				sp.text = sp.style.Paint(sp.text)
			}
			b.WriteString(sp.text)
		}
		b.WriteString("\x1b[K\r\n")
		s.widths = append(s.widths, r.width())
	}
	b.WriteString("\x1b[J\x1b[?7h")
	_, err := io.WriteString(s.w, b.String())
	return err
}

// height is how many lines of the terminal were drawn. One that was made narrower
// has broken those that do not fit any more.
func (s *screen) height(columns int) int {
	n := 0
	for _, w := range s.widths {
		n += max(1, (w+columns-1)/max(columns, 1))
	}
	return n
}

// tree shows the run as a tree.
func tree(ctx context.Context, s *screen, watch watchFunc) error {
	ctx, cancel := context.WithCancel(ctx)
	changes := make(chan cloacina.Change)
	end := make(chan error, 1)
	go func() {
		defer close(changes)
		end <- forward(ctx, changes, watch)
	}()
	defer func() {
		cancel()
		// Until the other goroutine is gone.
		for range changes {
		}
	}()
	m := &model{}
	draw := func() error {
		if m.changes == 0 {
			return nil
		}
		columns, rows := s.size()
		return s.draw(m.frame(time.Now(), columns, rows))
	}
	timer := time.NewTimer(refresh)
	defer timer.Stop()
	soon := false
	for {
		select {
		case c, ok := <-changes:
			if !ok {
				if err := draw(); err != nil {
					return err
				}
				return <-end
			}
			if m.apply(c); !soon {
				soon = true
				timer.Reset(gather)
			}
		case <-timer.C:
			if err := draw(); err != nil {
				return err
			}
			soon = false
			timer.Reset(refresh)
		}
	}
}

// forward hands changes over and returns how the watch ended.
func forward(ctx context.Context, to chan<- cloacina.Change, watch watchFunc) error {
	for c, err := range watch(ctx) {
		if err != nil {
			return err
		}
		select {
		case to <- c:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}
