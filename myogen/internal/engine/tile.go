package engine

import (
	"fmt"
	"math"
	"math/bits"
	"runtime"
	"sync"
	"sync/atomic"

	"gomyogen/myogen/internal/membrane"
)

// tile is a block of cells with what surrounds them. It goes through an epoch
// on its own: its state stays in the nearest cache.
type tile struct {
	block   *membrane.Block
	neurons []*Neuron
	above   uint8 // lanes above threshold when the detector last looked

	// Of the epoch that runs:
	step   int // steps taken
	clock  Clock
	due    []delivery
	clamps []int // lanes with a clamp
	traces []*Trace
	failed bool
	errs   [membrane.Lanes]error
}

// begin prepares an epoch.
func (t *tile) begin(e *Engine, due []delivery) {
	t.step, t.clock, t.due = e.Step, e.Clock, due
	t.failed, t.errs = false, [membrane.Lanes]error{}
	t.clamps, t.traces = t.clamps[:0], t.traces[:0]
	for lane, n := range t.neurons {
		if n.Clamp != nil {
			t.clamps = append(t.clamps, lane)
		}
		t.traces = append(t.traces, n.Traces...)
	}
}

// pieces is how many pieces an epoch is cut into, so that workers with
// different numbers of tiles end together.
const pieces = 4

// run takes steps steps with every tile. It returns the error of each neuron.
//
// Workers take pieces of epochs of tiles in order; a piece waits for the one
// before it of the same tile, which another worker began long ago.
func (e *Engine) run(steps int, due []delivery) []error {
	for _, t := range e.tiles {
		t.begin(e, due)
	}
	done := make([]atomic.Int32, len(e.tiles)) // pieces
	var next atomic.Int64
	work := func() {
		for {
			i := int(next.Add(1) - 1)
			piece, t := i/len(e.tiles), i%len(e.tiles)
			if piece >= pieces {
				return
			}
			for int(done[t].Load()) < piece {
				runtime.Gosched()
			}
			e.advance(t, steps*(piece+1)/pieces-steps*piece/pieces)
			done[t].Add(1)
		}
	}
	workers := min(e.Workers, len(e.tiles))
	var wg sync.WaitGroup
	for range workers - 1 {
		wg.Go(work)
	}
	if workers > 0 {
		work()
	}
	wg.Wait()
	var errs []error
	for _, t := range e.tiles {
		errs = append(errs, t.errs[:len(t.neurons)]...)
	}
	return errs
}

// advance takes steps steps with tile number i.
func (e *Engine) advance(i, steps int) {
	t := e.tiles[i]
	b := t.block
	for range steps {
		if t.failed {
			return
		}
		for rising := b.Above &^ t.above; rising != 0; rising &= rising - 1 {
			n := t.neurons[bits.TrailingZeros8(rising)]
			n.Spikes = append(n.Spikes, Spike{Step: t.step, T: t.clock.T + detectorDelay})
		}
		t.above = b.Above
		for len(t.due) > 0 && t.due[0].step == t.step {
			e.terminals[t.due[0].terminal].deliver(i, b)
			t.due = t.due[1:]
		}
		for _, lane := range t.clamps {
			b.Inject(lane, t.neurons[lane].Clamp(t.step, t.clock.Middle()))
		}
		scalar := b.Step()
		t.clock = t.clock.Next()
		t.step++
		for _, trace := range t.traces {
			trace.Values = append(trace.Values, trace.Value())
		}
		if scalar {
			t.check()
		}
	}
}

// check keeps an error for each potential that is no number any more.
func (t *tile) check() {
	for lane, n := range t.neurons {
		if v := n.Cell.Voltage(0); math.IsNaN(v) || math.IsInf(v, 0) {
			t.failed = true
			t.errs[lane] = fmt.Errorf("membrane potential is %v at %.1f ms", v, t.clock.T)
		}
	}
}
