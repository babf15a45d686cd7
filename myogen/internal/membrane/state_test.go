package membrane

import (
	"math"
	"slices"
	"testing"
)

// firing returns cells of each model, several so that one is not the first of
// its block.
func firing() map[string][]Description {
	nerlab, powers := testNERLab(), testPowers()
	return map[string][]Description{"NERLab": {nerlab, nerlab, nerlab}, "Powers2017": {powers, powers, powers}}
}

// A cell that takes over the state of another goes on as that one does.
func TestStateIsAllThatMatters(t *testing.T) {
	for name, cells := range firing() {
		last := len(cells) - 1
		thresholds := make([]float64, len(cells))
		scheme := Scheme{Dt: 0.1, SecondOrder: true}
		all := Backends()
		a, b := Start(cells, thresholds, scheme, all[0], nil)[last], Start(cells, thresholds, scheme, all[len(all)-1], nil)[last]
		a.Settle(-67)
		b.Settle(0)
		advance := func(c Cell, k int) {
			if k%20 == 0 {
				c.Receive(0, 1)
				c.Receive(1, 0.3)
			}
			c.Block.Inject(c.Lane, 20)
			step(c.Block)
		}
		spikes := false
		for k := range 1333 {
			advance(a, k)
			spikes = spikes || a.Voltage(0) > 10
		}
		if !spikes {
			t.Errorf("%s: the cell did not fire", name)
		}
		if err := b.SetState(a.State()); err != nil {
			t.Fatal(err)
		}
		for k := range 1000 {
			advance(a, k)
			advance(b, k)
			if !slices.Equal(a.State(), b.State()) {
				t.Fatalf("%s: after %d steps the states are\n%v\n%v", name, k+1, a.State(), b.State())
			}
		}
		s := a.State()
		if err := b.SetState(s[1:]); err == nil {
			t.Errorf("%s: a state that lacks a number was accepted", name)
		}
		s[3] = math.NaN()
		if err := b.SetState(s); err == nil {
			t.Errorf("%s: NaN was accepted", name)
		}
	}
}
