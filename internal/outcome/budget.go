package outcome

const (
	// maxSteps bounds all searches of a model together. A step takes some
	// nanoseconds.
	maxSteps = 100_000_000
	// questionShare is which part of what is left the search for one answer may take,
	// so that there is always something left for the next.
	questionShare = 8
	// maxShow bounds what is spent on smallest runs, apart from that.
	maxShow = 20_000_000
	// buildSteps is what a node costs before anything is asked.
	buildSteps = 10
	// maxListed bounds the writers of all sources of values together, as they are
	// listed for each reader.
	maxListed = 1_000_000
)

// Size is how much it takes to make the model of a plan, in parts of which a task of a
// plain chain takes about five.
func (m *Model) Size() int { return m.circuit.nodes() }

// budget is what may still be spent, in steps.
type budget struct {
	left     int64
	firmLeft int64 // see [maxFirm]
	showLeft int64 // see [maxShow]
}
