package myogen

import (
	"fmt"
	"strings"
	"testing"

	"gomyogen/myogen/internal/golden"
)

// One short network for each model and order of draws, to the last bit.
func TestNetworksAreFrozen(t *testing.T) {
	var b strings.Builder
	for _, m := range []Model{NERLab, Powers2017} {
		for _, order := range []DrawOrder{NamedStreams, MyoGenOrder} {
			e := closedLoop(m)
			e.Draws = order
			r := run(t, e)
			fmt.Fprintf(&b, "%s, %v: spikes %s\n", m, order, r.Block.SpikeSHA256())
			for i, times := range spikeTimes(t, r, "aMN") {
				fmt.Fprintf(&b, "  MN_%d %x\n", i, times)
			}
			s, err := r.Block.Segment("aMN")
			if err != nil {
				t.Fatal(err)
			}
			for _, v := range s.AnalogSignals {
				fmt.Fprintf(&b, "  %s ends at %x mV\n", v.Name, v.Values[len(v.Values)-1])
			}
		}
	}
	golden.Check(t, "testdata/frozen.txt", b.String())
}
