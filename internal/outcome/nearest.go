package outcome

import "slices"

// maxMoves bounds how often a failure is moved.
const maxMoves = 8

// nearest moves failures towards the question: where a task is skipped because of a
// failure far above it, it is simpler if a task next to it fails. A run with fewer
// tasks that do not end as usual is better.
func (s *smaller) nearest() {
	for range maxMoves {
		if s.m.left <= 0 {
			return
		}
		failed, unusual := s.deviating()
		if len(failed) == 0 || len(unusual) <= len(failed) {
			return
		}
		moved := false
		for _, f := range failed {
			moved = moved || s.move(f, unusual)
		}
		if !moved {
			return
		}
	}
}

// deviating lists the tasks that fail, and all that do not end as in the usual run,
// the last ones of the plan first.
func (s *smaller) deviating() (failed, unusual []int) {
	now, usual := &witness{block: s.run}, s.m.usually()
	for _, t := range s.tasks {
		o := s.m.outcome(t, now)
		if o == TaskFailed {
			failed = append(failed, t)
		}
		if o != s.m.outcome(t, usual) {
			unusual = append(unusual, t)
		}
	}
	slices.Sort(unusual)
	slices.Reverse(unusual)
	return failed, unusual
}

// move tries which of some tasks can fail instead of one, and takes the best.
func (s *smaller) move(failed int, instead []int) bool {
	instead = instead[:min(len(instead), 64)]
	b := s.lanes(0, nil)
	defer s.free(b)
	for lane, t := range instead {
		b.put(s.m.tasks[failed].works, lane, true)
		b.put(s.m.tasks[t].works, lane, false)
	}
	b.evaluateOnly(s.cone)
	s.m.left -= int64(len(instead) * len(s.tasks))
	best, most := -1, s.countUnusual(&witness{block: s.run})
	for lane := range instead {
		if !s.fits(b, lane) || s.failing(b, lane) > s.failing(s.run, 0) {
			continue
		}
		if n := s.countUnusual(&witness{block: b, lane: lane}); n < most {
			best, most = lane, n
		}
	}
	if best < 0 {
		return false
	}
	s.become(s.only(b, best))
	return true
}

func (s *smaller) countUnusual(w *witness) int {
	usual, n := s.m.usually(), 0
	for _, t := range s.tasks {
		if s.m.outcome(t, w) != s.m.outcome(t, usual) {
			n++
		}
	}
	return n
}
