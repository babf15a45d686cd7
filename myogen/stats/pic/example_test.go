package pic_test

import (
	"errors"
	"fmt"
	"math"

	"gomyogen/myogen/neo"
	"gomyogen/myogen/stats/pic"
	"gomyogen/myogen/units"
)

// unit returns a motor unit that fires from start to stop (s) at a rate that
// follows the common input, 4 pps + gain times input.
func unit(name string, gain, start, stop float64) neo.SpikeTrain {
	train := neo.SpikeTrain{Name: name, TStop: 20 * units.S}
	for t := start; t <= stop; t += 1 / (4 + gain*input(t)) {
		train.Times = append(train.Times, units.Time(1000*t))
	}
	return train
}

// input rises from 0 to 10 at 10 s and falls again.
func input(t float64) float64 { return 10 * math.Sin(math.Pi*t/20) * math.Sin(math.Pi*t/20) }

func drive() neo.AnalogSignal {
	s := neo.AnalogSignal{Name: "drive", Units: "pps", SamplingPeriod: 10 * units.Ms}
	for i := range 2001 {
		s.Values = append(s.Values, input(float64(i)/100))
	}
	return s
}

func ExampleAnalysis() {
	trains := []neo.SpikeTrain{unit("MN_0", 1.2, 3, 17.2), unit("MN_1", 1, 5, 16.2), unit("MN_2", 0.9, 7, 15)}
	pairs, err := pic.Analysis{Smoothing: pic.Smoothing{Midpoint: true}}.Pairs(trains)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, d := range pairs {
		fmt.Println(d)
	}
	fmt.Println(pic.Summarize(pairs))
	// Output:
	// MN_1 with control MN_0: delta-F 1.86 pps (9.89 - 8.03), r 1.00
	// MN_2 with control MN_0: delta-F 3.40 pps (13.49 - 10.09), r 1.00
	// MN_2 with control MN_1: delta-F 2.80 pps (11.89 - 9.09), r 1.00
	// delta-F 2.48 pps, SD 0.62, of 2 test units in 3 of 3 pairs <nil>
}

func ExampleDeltaF() {
	d, err := pic.Analysis{}.DeltaF(unit("MN_0", 1.2, 3, 17.2), unit("MN_1", 1, 5, 16.2))
	if err != nil {
		fmt.Println(err)
		return
	}
	if d.Err() == nil {
		fmt.Printf("delta-F %.2f pps, r %.3f\n", d.DeltaF, d.Correlation)
	}
	// Output:
	// delta-F 1.66 pps, r 1.000
}

func ExampleNotMeasurable() {
	d, err := pic.Analysis{}.DeltaF(unit("MN_0", 1.2, 3, 8), unit("MN_1", 1, 9, 16))
	if err != nil {
		fmt.Println(err)
		return
	}
	var reason pic.NotMeasurable
	if errors.As(d.Err(), &reason) {
		fmt.Println(reason.Criterion)
		fmt.Println(reason.Reason)
	}
	// Output:
	// overlap
	// "MN_0" has a rate from 3.154 s to 7.945 s, "MN_1" from 9.073 s to 15.953 s after its recruitment at 9.000 s
}

func ExampleUnitDeltaF() {
	trains := []neo.SpikeTrain{unit("MN_0", 1.2, 3, 17.2), unit("MN_1", 1, 5, 16.2), unit("MN_2", 0.9, 7, 15)}
	pairs, err := pic.Analysis{}.Pairs(trains)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, u := range pic.ByTestUnit(pairs) {
		fmt.Printf("%s: %.2f pps from %d pairs\n", u.Test, u.DeltaF, u.Measured)
	}
	// Output:
	// MN_1: 1.66 pps from 1 pairs
	// MN_2: 2.95 pps from 2 pairs
}

func ExampleSummary() {
	s, err := pic.Summarize(nil)
	fmt.Println(s.Units, err)
	// Output:
	// 0 pic: not measurable (overlap): none of 0 pairs meets the criteria
}

func ExampleThresholds() {
	h, err := pic.Analysis{}.Thresholds(unit("MN_1", 1, 5, 16.2), drive())
	fmt.Println(h, err)
	// Output:
	// MN_1: recruited at 5 pps, derecruited at 3.284, hysteresis 1.716, self-sustained for 1.11 s <nil>
}

func ExampleBrace() {
	rate := neo.AnalogSignal{Name: "MN_0", Units: "pps", SamplingPeriod: 1 * units.S,
		Values: []float64{5, 11, 17, 18, 19, 20, 21, 16, 11}}
	fmt.Println(pic.NewBrace(rate))
	// Output:
	// MN_0: brace height 41.7 %, acceleration 6.00 pps/s, attenuation 1.00 pps/s, angle 144 degrees <nil>
}

func ExampleSmoothing() {
	train := unit("MN_0", 1.2, 3, 17.2) // 10 pps at 5 s
	for _, s := range []pic.Smoothing{{}, {Midpoint: true}, {Method: pic.Hann, Midpoint: true}} {
		rate, err := pic.Analysis{Smoothing: s}.Rate(train)
		if err != nil {
			fmt.Println(err)
			return
		}
		at := int((5*units.S - rate.TStart) / rate.SamplingPeriod)
		fmt.Printf("%.2f pps at %v\n", rate.Values[at], rate.Time(at))
	}
	// Output:
	// 9.79 pps at 5 s
	// 9.89 pps at 5 s
	// 9.95 pps at 5 s
}
