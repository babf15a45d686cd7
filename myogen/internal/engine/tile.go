package engine

import (
	"math/bits"

	"gomyogen/myogen/internal/membrane"
)

// tile is a block of cells with their clamps, traces and spike detectors. It advances
// through an epoch independently of the others.
type tile struct {
	number  int // of the tile
	block   *membrane.Block
	neurons []*Neuron
	above   uint8 // lanes above threshold when the detector last looked

	// Of the epoch that runs:
	next   int  // step of the epoch to start
	ended  int  // steps
	open   bool // a step was begun, and has not ended
	due    []delivery
	taken  int   // deliveries
	clamps uint8 // lanes with a clamp
	noisy  uint8 // lanes with a background
	varied uint8 // lanes with a modulation
	traces []*Trace
	fault  *CellError // the first; its Cell is a lane
}

// begin prepares an epoch.
func (t *tile) begin(due []delivery) {
	t.next, t.ended, t.due, t.taken = 0, 0, due, 0
	t.fault = nil
	t.clamps, t.noisy, t.varied, t.traces = 0, 0, 0, t.traces[:0]
	for lane, n := range t.neurons {
		if n.Clamp != nil {
			t.clamps |= 1 << lane
		}
		if n.Background != nil {
			t.noisy |= 1 << lane
		}
		if n.Modulate != nil {
			t.varied |= 1 << lane
		}
		t.traces = append(t.traces, n.Traces...)
	}
}

// quietenEvery is the number of steps between two searches for conductances that have
// died away.
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
	for ; t.taken < len(t.due) && t.due[t.taken].step == k; t.taken++ {
		e.terminals[t.due[t.taken].Terminal].deliver(t.number, b)
	}
	for lanes := t.clamps; lanes != 0; lanes &= lanes - 1 {
		lane := bits.TrailingZeros8(lanes)
		b.Inject(lane, t.neurons[lane].Clamp(e.Step+k, e.middle[k]))
	}
	for lanes := t.noisy; lanes != 0; lanes &= lanes - 1 {
		lane := bits.TrailingZeros8(lanes)
		excitatory, inhibitory := t.neurons[lane].Background()
		b.Background(lane, excitatory, inhibitory)
	}
}

// modulate sets the parameters of the step that was started. Unlike the rest of
// start it waits for the end of the step before, whose recorded currents have the
// parameters of that step.
func (t *tile) modulate(e *Engine) {
	for lanes := t.varied; lanes != 0; lanes &= lanes - 1 {
		t.neurons[bits.TrailingZeros8(lanes)].Modulate(e.Step + t.next - 1)
	}
}

// end does what comes after a step: it records traces and checks the cells, now and
// then and after a step in which the reference code took part.
func (t *tile) end(e *Engine) {
	t.ended++
	for _, trace := range t.traces {
		trace.Values = append(trace.Values, trace.Value())
	}
	if t.block.FellBack() || (e.Step+t.ended)%checkEvery == 0 {
		t.check(e)
	}
}
