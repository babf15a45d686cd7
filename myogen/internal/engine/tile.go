package engine

import (
	"fmt"
	"math"
	"math/bits"
	"sync"

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
	pieces int // done
	failed bool
	errs   [membrane.Lanes]error
}

// begin prepares an epoch.
func (t *tile) begin(e *Engine, due []delivery) {
	t.step, t.clock, t.due = e.Step, e.Clock, due
	t.pieces, t.failed, t.errs = 0, false, [membrane.Lanes]error{}
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
func (e *Engine) run(steps int, due []delivery) []error {
	waiting := make(chan int, len(e.tiles)) // tiles with pieces left
	for i, t := range e.tiles {
		t.begin(e, due)
		waiting <- i
	}
	work := func() {
		for {
			select {
			case i := <-waiting:
				t := e.tiles[i]
				e.advance(i, steps*(t.pieces+1)/pieces-steps*t.pieces/pieces)
				if t.pieces++; t.pieces < pieces {
					waiting <- i
				}
			default:
				return // other workers finish what they have
			}
		}
	}
	var wg sync.WaitGroup
	for range min(e.Workers, len(e.tiles)) - 1 {
		wg.Go(work)
	}
	work()
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
