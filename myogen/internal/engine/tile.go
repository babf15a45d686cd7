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
	number  int // of the tile
	block   *membrane.Block
	neurons []*Neuron
	above   uint8 // lanes above threshold when the detector last looked

	// Of the epoch that runs:
	next   int // step of the epoch to start
	ended  int // steps
	due    []delivery
	clamps []int // lanes with a clamp
	noisy  []int // lanes with a background
	traces []*Trace
	errs   map[int]error // by lane
}

// begin prepares an epoch.
func (t *tile) begin(e *Engine, due []delivery) {
	t.next, t.ended, t.due = 0, 0, due
	t.errs = nil
	t.clamps, t.noisy, t.traces = t.clamps[:0], t.noisy[:0], t.traces[:0]
	for lane, n := range t.neurons {
		if n.Clamp != nil {
			t.clamps = append(t.clamps, lane)
		}
		if n.Background != nil {
			t.noisy = append(t.noisy, lane)
		}
		t.traces = append(t.traces, n.Traces...)
	}
}

// group is tiles that one worker advances in turns.
type group struct {
	tiles  []*tile
	pieces int // of the epoch that are done
}

// groups pairs tiles of the same model; one that is left over makes a pair a
// group of three.
func groups(tiles []*tile) (out []*group) {
	for first := 0; first < len(tiles); {
		n := 1
		for first+n < len(tiles) && tiles[first+n].block.SameModel(tiles[first].block) {
			n++
		}
		for same := tiles[first : first+n]; len(same) > 0; {
			size := 2
			if len(same) == 3 || len(same) == 1 {
				size = len(same)
			}
			out = append(out, &group{tiles: same[:size:size]})
			same = same[size:]
		}
		first += n
	}
	return out
}

// pieces is how many pieces an epoch is cut into, so that workers with
// different numbers of groups end together.
const pieces = 4

// run takes steps steps with every group. It returns the first error in the
// order of the neurons.
func (e *Engine) run(steps int, due []delivery) error {
	waiting := make(chan *group, len(e.groups)) // those with pieces left
	for _, g := range e.groups {
		g.pieces = 0
		for _, t := range g.tiles {
			t.begin(e, due)
		}
		waiting <- g
	}
	work := func(p *membrane.Pipeline) {
		for {
			select {
			case g := <-waiting:
				g.advance(e, p, steps*(g.pieces+1)/pieces-steps*g.pieces/pieces)
				if g.pieces++; g.pieces < pieces {
					waiting <- g
				}
			default:
				return // other workers finish what they have
			}
		}
	}
	for len(e.pipelines) < max(1, min(e.Workers, len(e.groups))) {
		e.pipelines = append(e.pipelines, new(membrane.Pipeline))
	}
	var wg sync.WaitGroup
	for _, p := range e.pipelines[1:] {
		wg.Go(func() { work(p) })
	}
	work(e.pipelines[0])
	wg.Wait()
	first := 0
	for _, t := range e.tiles {
		for lane := range t.neurons {
			if err := t.errs[lane]; err != nil {
				return &CellError{Cell: first + lane, Err: err}
			}
		}
		first += len(t.neurons)
	}
	return nil
}

// advance takes steps steps with every tile.
func (g *group) advance(e *Engine, p *membrane.Pipeline, steps int) {
	if steps == 0 {
		return
	}
	for _, t := range g.tiles {
		t.start(e)
	}
	var open *tile // its step is half done
	for k := range steps {
		for _, t := range g.tiles {
			switch done, scalar := p.Advance(t.block); done {
			case nil:
			case t.block:
				t.end(e, scalar)
			default:
				open.end(e, scalar)
			}
			open = t
			if len(g.tiles) == 1 {
				open.finish(e, p)
			}
			if k < steps-1 {
				// Already now: what events write should have arrived when it is read.
				t.start(e)
			}
		}
	}
	open.finish(e, p)
}

// finish ends the step of the tile if it is open.
func (t *tile) finish(e *Engine, p *membrane.Pipeline) {
	if done, scalar := p.Finish(); done != nil {
		t.end(e, scalar)
	}
}

// quietenEvery is how often, in steps, conductances are looked through for
// those that have died away.
const quietenEvery = 128

// start does what comes before a step: it detects spikes, delivers events and
// sets the clamps.
func (t *tile) start(e *Engine) {
	b := t.block
	k := t.next
	t.next++
	if (e.Step+k)%quietenEvery == 0 {
		b.Quieten()
	}
	for rising := b.Above &^ t.above; rising != 0; rising &= rising - 1 {
		n := t.neurons[bits.TrailingZeros8(rising)]
		n.Spikes = append(n.Spikes, Spike{Step: e.Step + k, T: e.begin[k] + detectorDelay})
	}
	t.above = b.Above
	for len(t.due) > 0 && t.due[0].step == k {
		e.terminals[t.due[0].terminal].deliver(t.number, b)
		t.due = t.due[1:]
	}
	for _, lane := range t.clamps {
		b.Inject(lane, t.neurons[lane].Clamp(e.Step+k, Clock{e.begin[k], e.Dt}.Middle()))
	}
	for _, lane := range t.noisy {
		excitatory, inhibitory := t.neurons[lane].Background()
		b.Background(lane, excitatory, inhibitory)
	}
}

// end does what comes after a step: it records traces and, if scalar code has
// computed the step, looks for potentials that are no numbers.
func (t *tile) end(e *Engine, scalar bool) {
	t.ended++
	for _, trace := range t.traces {
		trace.Values = append(trace.Values, trace.Value())
	}
	if scalar {
		t.check(e.begin[t.ended])
	}
}

// check keeps an error for each potential that is no number any more, at time now in ms.
func (t *tile) check(now float64) {
	for lane, n := range t.neurons {
		if v := n.Cell.Voltage(0); (math.IsNaN(v) || math.IsInf(v, 0)) && t.errs[lane] == nil {
			if t.errs == nil {
				t.errs = map[int]error{}
			}
			t.errs[lane] = fmt.Errorf("membrane potential is %v at %.1f ms", v, now)
		}
	}
}
