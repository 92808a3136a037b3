package layout

import (
	"cmp"
	"slices"
)

// channel is the space between two ranks.
type channel struct {
	nets   []net
	tracks int
}

// net are links that share a horizontal line: those of one group below an item,
// or above it if they end at one place.
type net struct {
	links []int
	// tops and bottoms are where vertical lines come to it from above and leave
	// it downwards, ascending; left and right are its ends.
	tops, bottoms []int
	left, right   int
	track         int
}

// track gives every horizontal line a track in its channel, and ranks their y.
func (s *state) track() {
	s.channels = make([]channel, max(0, len(s.ranks)-1))
	s.gather()
	s.top, s.height = make([]int, len(s.ranks)), make([]int, len(s.ranks))
	y := 0
	for r, rank := range s.ranks {
		s.top[r] = y
		for _, i := range rank {
			s.height[r] = max(s.height[r], s.items[i].height)
		}
		y += s.height[r]
		if r == len(s.channels) {
			break
		}
		c := &s.channels[r]
		s.assign(c)
		for _, n := range c.nets {
			for _, l := range n.links {
				s.links[l].y = y + s.opt.Below + n.track*s.opt.TrackGap
			}
		}
		y += s.opt.Below + s.opt.Above
		if c.tracks > 1 {
			y += (c.tracks - 1) * s.opt.TrackGap
		}
	}
}

// gather sorts the links that are not straight into nets.
func (s *state) gather() {
	type key struct {
		item, group int
		above       bool
	}
	index := map[key]int{}
	for l := range s.links {
		k := &s.links[l]
		if k.out == k.in {
			continue
		}
		id := key{item: k.upper, group: k.group}
		if s.endsTogether(k.lower) {
			id = key{k.lower, k.group, true}
		}
		c := &s.channels[s.items[k.upper].rank]
		n, ok := index[id]
		if !ok {
			n = len(c.nets)
			index[id] = n
			c.nets = append(c.nets, net{})
		}
		c.nets[n].links = append(c.nets[n].links, l)
	}
	for i := range s.channels {
		for j := range s.channels[i].nets {
			s.measure(&s.channels[i].nets[j])
		}
	}
}

// endsTogether says that several lines end at one place of an item.
func (s *state) endsTogether(i int) bool {
	it := &s.items[i]
	return it.kind == isBend && len(it.up) > 1 || it.kind == isNode && s.bundled(i)
}

// measure finds the places and ends of a net.
func (s *state) measure(n *net) {
	for _, l := range n.links {
		n.tops = append(n.tops, s.links[l].out)
		n.bottoms = append(n.bottoms, s.links[l].in)
	}
	slices.Sort(n.tops)
	slices.Sort(n.bottoms)
	n.tops, n.bottoms = slices.Compact(n.tops), slices.Compact(n.bottoms)
	n.left = min(n.tops[0], n.bottoms[0])
	n.right = max(n.tops[len(n.tops)-1], n.bottoms[len(n.bottoms)-1])
}

// comparable bounds the nets of a channel that are compared with each other.
const comparable = 200

// assign gives the nets of a channel their tracks: from the top, each track takes
// what fits from left to right, of the nets that may not be below another one any more.
func (s *state) assign(c *channel) {
	before := s.precedence(c)
	left := make([]int, len(c.nets)) // by their left ends
	for i := range left {
		left[i] = i
	}
	slices.SortStableFunc(left, func(a, b int) int { return cmp.Compare(c.nets[a].left, c.nets[b].left) })
	for len(left) > 0 {
		taken := s.fill(c, left, before)
		for _, i := range taken {
			for _, j := range before.after[i] {
				before.waiting[j]--
			}
		}
		left = slices.DeleteFunc(left, func(i int) bool { return slices.Contains(taken, i) })
		c.tracks++
	}
}

// fill puts nets on the next track and returns them. If all that is left waits for each
// other, the one that waits for least goes first.
func (s *state) fill(c *channel, left []int, before *precedence) []int {
	var taken []int
	end := 0
	for _, i := range left {
		n := &c.nets[i]
		if before.waiting[i] == 0 && (len(taken) == 0 || n.left > end+s.opt.LineGap/2) {
			n.track = c.tracks
			taken = append(taken, i)
			end = n.right
		}
	}
	if len(taken) > 0 {
		return taken
	}
	first := slices.MinFunc(left, func(a, b int) int { return cmp.Compare(before.waiting[a], before.waiting[b]) })
	c.nets[first].track = c.tracks
	return []int{first}
}
