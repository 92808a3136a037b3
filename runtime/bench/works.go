package main

import (
	"fmt"
	"slices"

	"github.com/cloacina-go/cloacina/runtime/bench/internal/limit"
	"github.com/cloacina-go/cloacina/runtime/bench/internal/shapes"
)

// sevenShape is how many of the seven tasks end with each of a run's transactions:
// those that are skipped end with the task before.
var sevenShape = limit.Shape{2, 2, 1, 1, 1}

// How often the limit copies its log into the file: seldom where many rows share a
// commit, often where each commit is flushed by itself.
const (
	longLog  = 1000
	shortLog = 100
)

// works are all that goes into the table.
func works(o *options) []*work {
	return slices.Concat(sevenWorks(o), shapeWorks(o), startWorks(o))
}

// sevenWorks are about many runs of seven tasks.
func sevenWorks(o *options) []*work {
	w1 := func(runs, inFlight int) limit.Load {
		return limit.Load{Shape: sevenShape, First: 1, Runs: runs, InFlight: inFlight}
	}
	alone := o.alone()
	return []*work{
		{
			name: "w1-full", title: "W1: 64 runs in flight", load: w1(o.runs, 64), checkpoint: longLog,
			engine: sevens(o.runs, 64), unit: perSecond, also: []unit{stored, issued, busy}, peer: 373,
			goals: []goal{
				speed(ours, theFloor, 0.75), peer(25),
				speed(theFloor, theLimit, 0.55), space(theFloor, theLimit, 2.2), speed(ours, theLimit, 0),
			},
		},
		{
			name: "w1-relaxed", title: "W1: 64 runs in flight", relaxed: true, load: w1(o.runs, 64),
			checkpoint: longLog, engine: sevens(o.runs, 64), unit: perSecond,
			also: []unit{stored, issued, busy}, peer: 605,
			goals: []goal{
				speed(ours, theFloor, 0.65), peer(0),
				speed(theFloor, theLimit, 0.45), space(theFloor, theLimit, 2.2), speed(ours, theLimit, 0),
			},
		},
		{
			name: "w1-alone", title: "W1: 1 run in flight", load: w1(alone, 1), checkpoint: shortLog,
			engine: sevens(alone, 1), unit: perSecond, also: []unit{median, busy}, peer: 438,
			goals: []goal{
				speed(ours, theLimit, 0.85), peer(0), speed(ours, theFloor, 0), speed(theFloor, theLimit, 0),
			},
		},
		{
			name: "w1-fsyncs", title: "W1: 64 runs in flight, flushes", load: w1(alone, 64), checkpoint: longLog,
			engine: sevens(alone, 64), unit: flushes, also: []unit{written}, peer: 6.5, counted: true,
			goals: []goal{atMost(0.5), peer(0)},
		},
	}
}

// shapeWorks are about runs of many tasks.
func shapeWorks(o *options) []*work {
	n, chains, fans := 1000, 3, 10
	if o.quick {
		n, chains, fans = 20, 1, 2
	}
	chain, fan := make(limit.Shape, n), limit.Shape{1, n, 1}
	for i := range chain {
		chain[i] = 1
	}
	w2 := work{
		title: fmt.Sprintf("W2: chain of %d", n), load: limit.Load{Shape: chain, First: 1, Runs: chains, InFlight: 1},
		engine: repeated(shapes.Chain(n), chains), unit: perRun,
	}
	full, relaxed := w2, w2
	full.name, full.checkpoint, full.peer = "w2-full", shortLog, 290
	full.goals = []goal{duration(ours, theLimit, 1.15), peer(0), duration(ours, theFloor, 0)}
	relaxed.name, relaxed.checkpoint, relaxed.peer, relaxed.relaxed = "w2-relaxed", longLog, 111, true
	relaxed.goals = []goal{duration(ours, theLimit, 2.5), peer(0), duration(ours, theFloor, 0)}
	return []*work{&full, &relaxed, {
		name: "w3-full", title: fmt.Sprintf("W3: 1 -> %d -> 1", n), checkpoint: longLog,
		load: limit.Load{Shape: fan, First: 1, Runs: fans, InFlight: 1}, engine: repeated(shapes.Fan(n), fans),
		unit: perRun, peer: 480,
		goals: []goal{duration(ours, theFloor, 1.5), peer(0), duration(theFloor, theLimit, 0)},
	}}
}
