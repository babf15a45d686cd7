package myogen_test

import (
	"fmt"

	"gomyogen/myogen"
	"gomyogen/myogen/muscle"
	"gomyogen/myogen/units"
)

func ExampleModulation() {
	e := myogen.Experiment{
		Duration:    2 * units.S,
		Populations: []myogen.Population{myogen.AlphaMNPool{Name: "aMN"}},
		Modulate: []myogen.Modulation{{
			Population: "aMN", Parameter: "gamma",
			Shape: myogen.Step[myogen.Factor]{Baseline: 1, Level: 0, Start: 1 * units.S, Duration: 1 * units.S},
		}},
	}
	fmt.Println(e.Modulate[0], e.Check())
	// Output: gamma of aMN times step from 1 to 0, 1 s .. 2 s <nil>
}

func ExampleForce() {
	f := myogen.Force{Population: "aMN", Muscle: muscle.Fuglevand{LargestTwitch: 0.5 * units.Newton}}
	e := myogen.Experiment{
		Duration: 1 * units.S, Populations: []myogen.Population{myogen.AlphaMNPool{Name: "aMN"}}, Force: []myogen.Force{f},
	}
	fmt.Println(f, e.Check())
	// Output: force of aMN, every 1 ms <nil>
}

func ExampleFollow() {
	contraction := myogen.Triangles[units.Rate]{Peaks: []units.Rate{40}, Rest: 1 * units.S, Ramp: 5 * units.S}
	e := myogen.Experiment{
		Duration:    12 * units.S,
		Populations: []myogen.Population{myogen.DescendingDrivePool{Name: "DD"}, myogen.DescendingDrivePool{Name: "IN"}},
		Inputs: []myogen.Input{
			{Source: "cortex", Target: "DD", Shape: contraction, Noise: 1},
			{Source: "interneurons", Target: "IN", Follow: &myogen.Follow{Population: "DD", Gain: -0.5, Baseline: 20}},
		},
	}
	fmt.Println(e.Inputs[1], e.Check())
	rate, err := e.CleanDrive("IN")
	fmt.Println(rate.Values[0], rate.Values[35000], err) // at rest and half-way up, 3.5 s
	// Output:
	// interneurons -> IN: 20 pps - 0.5 times the rate of DD, noise 0 pps <nil>
	// 20 9.999883332361104 <nil>
}

func ExampleTriangles() {
	s := myogen.Triangles[units.Rate]{Peaks: []units.Rate{20, 40}, Rest: 1 * units.S, Ramp: 5 * units.S}
	fmt.Println(s.At(6*units.S), s.At(17*units.S), s.At(25*units.S))
	// Output: 20 pps 40 pps 0 pps
}
