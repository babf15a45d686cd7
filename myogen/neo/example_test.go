package neo_test

import (
	"fmt"

	"gomyogen/myogen/neo"
	"gomyogen/myogen/units"
)

func ExampleSpikeTrain() {
	t := neo.SpikeTrain{Name: "MN_0", Times: []units.Time{120, 240, 350}, TStop: 1 * units.S}
	fmt.Println(t)
	fmt.Println(t.Duration())
	// Output:
	// MN_0: 3 spikes in 0 ms .. 1 s
	// 1 s
}

// A slice knows the span that it covers; where nothing was recorded, there is
// none.
func ExampleSpikeTrain_Slice() {
	t := neo.SpikeTrain{Name: "MN_0", Times: []units.Time{120, 240, 350}, TStop: 1 * units.S}
	part, err := t.Slice(200*units.Ms, 2*units.S)
	fmt.Println(part, err)
	_, err = t.Slice(4*units.S, 9*units.S)
	fmt.Println(err)
	// Output:
	// MN_0: 2 spikes in 200 ms .. 1 s <nil>
	// neo: train "MN_0": the slice from 4 s to 9 s is outside of t_start 0 ms to t_stop 1 s
}

func ExampleSpikeTrain_Validate() {
	t := neo.SpikeTrain{Name: "MN_0", Times: []units.Time{240, 120}, TStop: 1 * units.S}
	fmt.Println(t.Validate())
	// Output:
	// neo: train "MN_0": spike 1 is at 120 ms, before spike 0 at 240 ms; spikes must rise
}

func ExampleAnalogSignal() {
	s := neo.AnalogSignal{Name: "drive", Units: "pps", SamplingPeriod: 0.5 * units.Ms, Values: []float64{0, 20, 40, 65}}
	fmt.Println(s)
	fmt.Println("sample 3 is", s.Values[3], s.Units, "at", s.Time(3))
	// Output:
	// drive: 4 samples in pps, every 0.5 ms from 0 ms
	// sample 3 is 65 pps at 1.5 ms
}

func ExampleAnalogSignal_Slice() {
	s := neo.AnalogSignal{Name: "drive", Units: "pps", SamplingPeriod: 0.5 * units.Ms, Values: []float64{0, 20, 40, 65}}
	part, err := s.Slice(0.5*units.Ms, 1.5*units.Ms)
	fmt.Println(part.Values, "from", part.TStart, err)
	// Output:
	// [20 40] from 0.5 ms <nil>
}

// recording is a run with two motor neurons and their drive.
func recording() *neo.Block {
	return &neo.Block{Name: "contraction", Segments: []neo.Segment{
		{Name: "DD", AnalogSignals: []neo.AnalogSignal{{Name: "drive", Units: "pps", SamplingPeriod: 250 * units.Ms, Values: []float64{0, 30, 30, 0}}}},
		{Name: "aMN", SpikeTrains: []neo.SpikeTrain{
			{Name: "MN_0", Times: []units.Time{310, 400, 480, 560, 650}, TStop: 1 * units.S},
			{Name: "MN_1", Times: []units.Time{370, 520}, TStop: 1 * units.S},
		}},
	}}
}

func ExampleBlock() {
	b := recording()
	for _, s := range b.Segments {
		fmt.Println(s.Name, len(s.SpikeTrains), "trains,", len(s.AnalogSignals), "signals")
	}
	// Output:
	// DD 0 trains, 1 signals
	// aMN 2 trains, 0 signals
}

func ExampleBlock_Segment() {
	b := recording()
	s, err := b.Segment("aMN")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(s.SpikeTrains[1])
	_, err = b.Segment("MN")
	fmt.Println(err)
	// Output:
	// MN_1: 2 spikes in 0 ms .. 1 s
	// neo: block "contraction" has no segment "MN"; it has ["DD" "aMN"]
}

func ExampleBlock_Slice() {
	b, err := recording().Slice(250*units.Ms, 500*units.Ms)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(b.Segments[0].AnalogSignals[0].Values)
	fmt.Println(b.Segments[1].SpikeTrains[0])
	// Output:
	// [30]
	// MN_0: 3 spikes in 250 ms .. 500 ms
}

// Two blocks with the same spikes have the same sum, to the last bit.
func ExampleBlock_SpikeSHA256() {
	a, b := recording(), recording()
	b.Segments[1].SpikeTrains[0].Times[0] += 1e-12
	fmt.Println(a.SpikeSHA256() == recording().SpikeSHA256(), a.SpikeSHA256() == b.SpikeSHA256())
	// Output:
	// true false
}

func ExampleSegment_SpikeTrain() {
	s, err := recording().Segment("aMN")
	if err != nil {
		fmt.Println(err)
		return
	}
	t, err := s.SpikeTrain("MN_1")
	fmt.Println(t.Times, err)
	// Output:
	// [370 ms 520 ms] <nil>
}

func ExampleSegment_AnalogSignal() {
	s, err := recording().Segment("DD")
	if err != nil {
		fmt.Println(err)
		return
	}
	a, err := s.AnalogSignal("drive")
	fmt.Println(a.Values, err)
	// Output:
	// [0 30 30 0] <nil>
}
