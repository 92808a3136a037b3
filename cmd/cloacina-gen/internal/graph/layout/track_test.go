package layout

import "testing"

// Where a line comes down at the place at which another one leaves, it is above,
// even if that costs crossings: else the two would run into each other.
func TestLinesDoNotRunIntoEachOther(t *testing.T) {
	t.Parallel()
	for name, more := range map[string]int{"compared": 0, "too many to compare": comparable} {
		c := &channel{nets: []net{
			{tops: []int{0}, bottoms: []int{10}, left: 0, right: 10},
			{tops: []int{10}, bottoms: []int{1, 2, 3}, left: 1, right: 10},
		}}
		for i := range more {
			at := 1000 * (i + 1)
			c.nets = append(c.nets, net{tops: []int{at}, bottoms: []int{at + 1}, left: at, right: at + 1})
		}
		s := &state{opt: roomy}
		s.assign(c)
		if c.nets[1].track >= c.nets[0].track {
			t.Errorf("%s: the line that comes down at 10 has track %d, the one that leaves there %d",
				name, c.nets[1].track, c.nets[0].track)
		}
	}
}

// Lines that go to the same side are nested, and do not cross.
func TestLinesAreNested(t *testing.T) {
	t.Parallel()
	c := &channel{nets: []net{
		{tops: []int{0}, bottoms: []int{20}, left: 0, right: 20},
		{tops: []int{10}, bottoms: []int{30}, left: 10, right: 30},
	}}
	s := &state{opt: roomy}
	s.assign(c)
	if c.nets[0].track != 1 || c.nets[1].track != 0 {
		t.Errorf("tracks are %d and %d", c.nets[0].track, c.nets[1].track)
	}
}

// Two lines that exchange their places wait for each other, and still get tracks.
func TestLinesThatExchangePlaces(t *testing.T) {
	t.Parallel()
	c := &channel{nets: []net{
		{tops: []int{0}, bottoms: []int{10}, left: 0, right: 10},
		{tops: []int{10}, bottoms: []int{0}, left: 0, right: 10},
	}}
	s := &state{opt: roomy}
	s.assign(c)
	if c.tracks != 2 || c.nets[0].track == c.nets[1].track {
		t.Errorf("%d tracks: %d and %d", c.tracks, c.nets[0].track, c.nets[1].track)
	}
}
