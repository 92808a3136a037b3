package outcome

// favour sets the usual values of the inputs of a division: the regions that make
// most rules true.
func (c *circuit) favour(d *division, votes []int) {
	parts := d.partition.Parts
	own := make([][]int, len(parts)) // by part and region
	for i := range parts {
		own[i] = make([]int, len(parts[i].Regions))
	}
	for i, place := range d.places {
		if votes[i] == 0 {
			continue
		}
		for r, region := range parts[place.Part].Regions {
			if region.Truths[place.Index] != 0 {
				own[place.Part][r] += votes[i]
			}
		}
	}
	for i := len(parts) - 1; i >= 0; i-- {
		for j := range d.lines[i] {
			l := &d.lines[i][j]
			if len(l.regions) == 0 {
				continue
			}
			best := l.best(own[i])
			l.usual = best
			for n := 1; n < len(l.beyond); n++ {
				c.usual[l.inputs[n].node()] = n <= best
			}
			for u, under := range l.under {
				if under {
					own[parts[i].Parent][u] += own[i][l.regions[best]]
				}
			}
		}
	}
}

// best is the place on a line with the most votes, the first of equals.
func (l *line) best(votes []int) int {
	best := 0
	for i, r := range l.regions {
		if votes[r] > votes[l.regions[best]] {
			best = i
		}
	}
	return best
}
