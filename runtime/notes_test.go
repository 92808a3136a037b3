package cloacina

import (
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/cloacina-go/cloacina/internal/store"
	"github.com/cloacina-go/cloacina/internal/store/memory"
)

// remarking is a store with something to say about its file.
type remarking struct {
	store.Store
	mu    sync.Mutex
	notes []string
}

func (s *remarking) Notes() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.notes
}

func (s *remarking) set(notes ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.notes = notes
}

// What the store has to say about its file is logged when the file is opened,
// and from then on with the commit that it comes or goes with: once, although
// its figures change.
func TestNotesOfTheStoreAreLoggedAsTheyCome(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, log := &remarking{Store: memory.New()}, &logs{}
		s.set("it is on a share")
		r := place{":memory:", Config{store: s, Handler: log}}.open(t, flow("w", plain("a", nothing)))
		defer shutdown(t, r)
		check := func(step string, weak, gone int) {
			t.Helper()
			synctest.Wait()
			text := log.String()
			if n, m := strings.Count(text, "Database has a weakness"), strings.Count(text, "A weakness of the database is gone"); n != weak || m != gone {
				t.Errorf("%s: logged %d weaknesses, %d of them gone, want %d and %d", step, n, m, weak, gone)
			}
		}
		execute := func() {
			t.Helper()
			if _, err := r.Execute(t.Context(), "w", nil); err != nil {
				t.Fatal(err)
			}
		}
		check("opened", 1, 0)
		execute()
		check("nothing new", 1, 0)
		s.set("it is on a share", "its log has grown to 17 MiB")
		check("no commit", 1, 0)
		execute()
		check("a note comes", 2, 0)
		s.set("it is on a share", "its log has grown to 18 MiB")
		execute()
		check("another figure", 2, 0)
		s.set("it is on a share")
		execute()
		check("a note goes", 2, 1)
		s.set("it is on a share", "its log has grown to 17 MiB")
		execute()
		check("it comes back", 3, 1)
	})
}
