package myogen_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"gomyogen/myogen"
	"gomyogen/myogen/neo"
	"gomyogen/myogen/random"
	"gomyogen/myogen/units"
)

// short is a small pool that most examples run.
var short = myogen.Experiment{
	Seed: 1, Duration: 300 * units.Ms,
	Populations: []myogen.Population{myogen.DescendingDrivePool{Name: "DD", N: 50}, myogen.AlphaMNPool{Name: "aMN", N: 10}},
	Inputs:      []myogen.Input{{Source: "cortex", Target: "DD", Shape: myogen.Step[units.Rate]{Level: 60 * units.Pps, Duration: 1 * units.S}}},
	Connections: []myogen.Connection{{Source: "DD", Target: "aMN", Probability: 0.5, Weight: 0.2 * units.MicroSiemens}},
}

func ExampleRun() {
	result, err := myogen.Run(context.Background(), short, func(done, total units.Time) {
		if done == total {
			fmt.Println("simulated", total)
		}
	})
	if err != nil {
		log.Fatal(err)
	}
	trains, err := result.SpikeTrains("aMN")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(trains[0])
	// Output:
	// simulated 300 ms
	// MN_0: 4 spikes in 0 ms .. 300 ms
}

func ExampleExperiment() {
	e := myogen.Experiment{
		Seed: 42, Duration: 5 * units.S,
		Populations: []myogen.Population{
			myogen.DescendingDrivePool{Name: "DD", Process: random.Erlang{Order: 5}},
			myogen.AlphaMNPool{Name: "aMN", Model: myogen.Powers2017},
		},
		Inputs: []myogen.Input{{
			Source: "cortex", Target: "DD", Noise: 1 * units.Pps,
			Shape: myogen.Sinusoid[units.Rate]{Mean: 40 * units.Pps, Amplitude: 20 * units.Pps, Frequency: 1 * units.Hz},
		}},
		Connections: []myogen.Connection{{Source: "DD", Target: "aMN", Probability: 0.5, Weight: 0.15 * units.MicroSiemens}},
		Record:      []myogen.Probe{{Population: "aMN", Cell: 0}},
	}
	fmt.Println(e)
	// Output:
	// 5 s at steps of 0.1 ms, Crank-Nicolson, seed 42, named streams
	//   DD         100 drive neurons, Erlang process of order 5
	//   aMN        100 motor neurons, Powers2017
	//   cortex -> DD: sinusoid of 1 Hz, 20 pps around 40 pps, noise 1 pps
	//   DD -> aMN: excitatory, probability 0.5, 0.15 uS, delay 1 ms
}

func ExampleExperiment_Check() {
	e := short
	e.Connections = []myogen.Connection{{Source: "DD", Target: "MN", Probability: 0.5, Weight: 0.15 * units.MicroSiemens}}
	fmt.Println(e.Check())
	// Output:
	// myogen: connection "DD" to "MN": there is no population "MN"; there are ["DD" "aMN"]
}

// A path names a value as it stands in the experiment's file.
func ExampleExperiment_With() {
	strong, err := short.With("connections[0].weight", "0.4 uS")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(short.Connections[0].Weight, strong.Connections[0].Weight)

	_, err = short.With("populations.aMN.parameters.NERLab.soma.gnabarr", "30")
	fmt.Println(err)
	// Output:
	// 0.2 uS 0.4 uS
	// myogen: populations.aMN.parameters.NERLab.soma: there is no parameter "NERLab.soma.gnabarr"; here there are Ra, cm, diameter, ek, el, ena, gkfbar, gksbar, gl, gnabar, gnapbar, mact, rinact, vtraub
}

func ExampleExperiment_YAML() {
	text, err := short.YAML()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Print(text)
	// Output:
	// seed: 1
	// duration: 300 ms
	// populations:
	//   DD:
	//     drive_neurons: {n: 50}
	//   aMN:
	//     motor_neurons: {n: 10, thresholds: {}}
	// inputs:
	//   - source: cortex
	//     target: DD
	//     step: {level: 60 pps, duration: 1 s}
	// connections:
	//   - {source: DD, target: aMN, probability: 0.5, weight: 0.2 uS}
}

func ExampleParseExperiment() {
	_, err := myogen.ParseExperiment("mine.yaml", []byte(`duration: 1 s
populations:
  aMN: {motor_neurons: {n: 100, thresholds: {}}}
inject:
  - {population: aMN, cell: 100, amplitude: 10 nA, duration: 500 ms}
`))
	fmt.Println(err)
	// Output:
	// myogen: mine.yaml:5:29: injection into cell 100 of "aMN": "aMN" has cells 0 to 99, not 100
}

// Experiments with the same fingerprint have the same spikes.
func ExampleFingerprint() {
	other := short
	other.Seed = 2
	a, err := short.Fingerprint()
	if err != nil {
		log.Fatal(err)
	}
	b, err := other.Fingerprint()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(a.Difference(b))
	// Output:
	// seed is 1, and 2
}

func ExampleAlphaMNPool() {
	pool := myogen.AlphaMNPool{Name: "aMN", N: 3, Model: myogen.Powers2017}
	cells, err := pool.Cells()
	if err != nil {
		log.Fatal(err)
	}
	for _, c := range cells {
		soma := c.(*myogen.Powers2017Cell).Soma
		fmt.Printf("soma of %.1f um\n", soma.Diam)
	}
	// Output:
	// soma of 22.1 um
	// soma of 23.7 um
	// soma of 30.0 um
}

// What is not named keeps its default; a range goes from the first cell of a
// pool to the last.
func ExampleParameters() {
	pool := myogen.AlphaMNPool{N: 2, Parameters: myogen.Parameters{
		"gamma":          myogen.Constant(0.1),
		"NERLab.soma.gl": {First: 1e-3, Last: 2e-3},
	}}
	cells, err := pool.Cells()
	if err != nil {
		log.Fatal(err)
	}
	last := cells[1].(*myogen.NERLabCell)
	fmt.Println(last.Soma.Gl, last.Dendrite.Gama)
	// Output:
	// 0.002 0.1
}

func ExampleDescendingDrivePool() {
	fmt.Println(myogen.DescendingDrivePool{Name: "DD", Process: random.Gamma{Shape: 3}})
	// Output:
	// 100 drive neurons, gamma process of shape 3
}

// A single motor neuron under given presynaptic spikes.
func ExampleSpikeSource() {
	result, err := myogen.Run(context.Background(), myogen.Experiment{
		Duration: 200 * units.Ms,
		Populations: []myogen.Population{
			myogen.SpikeSource{Name: "Ia", Trains: []neo.SpikeTrain{{Times: []units.Time{100, 101, 102}}}},
			myogen.AlphaMNPool{Name: "aMN", Thresholds: []float64{0.05}},
		},
		Connections: []myogen.Connection{{Source: "Ia", Target: "aMN", Probability: 1, Weight: 2 * units.MicroSiemens}},
	}, nil)
	if err != nil {
		log.Fatal(err)
	}
	trains, err := result.SpikeTrains("aMN")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(trains[0])
	// Output:
	// MN_0: 1 spikes in 0 ms .. 200 ms
}

func ExampleInput() {
	x := myogen.Input{
		Source: "cortex", Target: "DD", Noise: 1 * units.Pps,
		Shape: myogen.Trapezoid[units.Rate]{Peak: 65 * units.Pps, Rest: 1 * units.S, Ramp: 500 * units.Ms, Plateau: 10 * units.S},
	}
	fmt.Println(x)
	// Output:
	// cortex -> DD: trapezoid from 0 pps to 65 pps, up 1 s .. 1.5 s, down 11.5 s .. 12 s, noise 1 pps
}

func ExampleExperiment_CleanDrive() {
	clean, err := short.CleanDrive("DD")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(clean.Values), clean.Values[0], clean.Units)
	// Output:
	// 3000 60 pps
}

// Any function of time is a shape.
func ExampleShapeFunc() {
	burst := myogen.ShapeFunc[units.Rate](func(t units.Time) units.Rate {
		if int(t/(100*units.Ms))%2 == 0 {
			return 80 * units.Pps
		}
		return 0
	})
	fmt.Println(burst.At(50*units.Ms), burst.At(150*units.Ms))
	// Output:
	// 80 pps 0 pps
}

// A recorded signal drives a pool, or is injected.
func ExampleSamplesOf() {
	signal := neo.AnalogSignal{Name: "force", Units: "pps", SamplingPeriod: 1 * units.Ms, Values: []float64{10, 20, 30}}
	shape, err := myogen.SamplesOf[units.Rate](signal)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(shape, "-", shape.At(1.5*units.Ms))
	// Output:
	// 3 samples at steps of 1 ms - 20 pps
}

// Pairs are given, as a network that was drawn elsewhere has them.
func ExampleConnection() {
	c := myogen.Connection{
		Source: "Ia", Target: "aMN", Weight: 0.3 * units.MicroSiemens,
		Pairs: []myogen.Link{{Source: 0, Target: 0, Synapse: 0}, {Source: 0, Target: 1, Synapse: 0}},
	}
	fmt.Println(c)
	// Output:
	// Ia -> aMN: 2 given pairs, 0.3 uS, delay 1 ms
}

// The potential of a soma under an injected current, and a gate of it.
func ExampleProbe() {
	result, err := myogen.Run(context.Background(), myogen.Experiment{
		Duration:    200 * units.Ms,
		Populations: []myogen.Population{myogen.AlphaMNPool{Name: "aMN", Thresholds: []float64{0.1}}},
		Record:      []myogen.Probe{{Population: "aMN", Cell: 0}, {Population: "aMN", Cell: 0, Variable: "m"}},
		Inject:      []myogen.Injection{{Population: "aMN", Cell: 0, Amplitude: 10 * units.NA, Start: 100 * units.Ms, Duration: 50 * units.Ms}},
	}, nil)
	if err != nil {
		log.Fatal(err)
	}
	signals, err := result.Signals("aMN")
	if err != nil {
		log.Fatal(err)
	}
	for _, s := range signals {
		fmt.Printf("%s: %d samples in %s\n", s.Name, len(s.Values), s.Units)
	}
	// Output:
	// MN_0 soma: 2001 samples in mV
	// MN_0 soma m: 2001 samples in 1
}

func ExampleBackground() {
	e := short
	e.Populations = []myogen.Population{e.Populations[0], myogen.AlphaMNPool{Name: "aMN", N: 10, Background: &myogen.Background{
		Excitatory: myogen.Fluctuation{Mean: 0.1 * units.MicroSiemens, SD: 0.03 * units.MicroSiemens},
	}}}
	text, err := e.YAML()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(text) > 0, e.Check())
	// Output:
	// true <nil>
}

func ExampleRecruitmentThresholds() {
	rt, err := myogen.RecruitmentThresholds{N: 5, Model: myogen.Fuglevand, RangeRatio: 50}.Values()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%.3f\n", rt)
	// Output:
	// [0.022 0.048 0.105 0.229 0.500]
}

// A step by hand: drive neurons integrate a rate, their spikes are delivered,
// and the membranes advance.
func ExampleSimulation() {
	e := short
	e.Inputs = nil
	sim, err := myogen.NewSimulation(context.Background(), e)
	if err != nil {
		log.Fatal(err)
	}
	for sim.Time() < e.Duration {
		for cell := range 50 {
			fires, err := sim.Integrate("DD", cell, 60*units.Pps)
			if err != nil {
				log.Fatal(err)
			}
			if fires {
				if err := sim.Deliver("DD", cell, sim.Time()+myogen.DefaultDelay); err != nil {
					log.Fatal(err)
				}
			}
		}
		if err := sim.Advance(); err != nil {
			log.Fatal(err)
		}
	}
	trains, err := sim.Result().SpikeTrains("aMN")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(trains[0])
	// Output:
	// MN_0: 4 spikes in 0 ms .. 300 ms
}

// A run is stopped, saved, and goes on elsewhere to the same spikes.
func ExampleResumeState() {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	state := filepath.Join(dir, "run.state")
	ctx := context.Background()

	sim, err := myogen.NewSimulation(ctx, short)
	if err != nil {
		log.Fatal(err)
	}
	first, err := sim.RunUntil(ctx, 100*units.Ms, nil)
	if err != nil {
		log.Fatal(err)
	}
	if err := sim.SaveState(state); err != nil {
		log.Fatal(err)
	}
	fmt.Println("partial:", first.Partial())

	sim, err = myogen.ResumeState(ctx, short, state)
	if err != nil {
		log.Fatal(err)
	}
	whole, err := sim.Run(ctx, nil)
	if err != nil {
		log.Fatal(err)
	}
	trains, err := whole.SpikeTrains("aMN")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(trains[0])
	// Output:
	// partial: true
	// MN_0: 4 spikes in 0 ms .. 300 ms
}

func ExampleCheckStep() {
	check, err := myogen.CheckStep(context.Background(), short, nil)
	if err != nil {
		log.Fatal(err)
	}
	for _, row := range check.Rows {
		fmt.Println(row.Population, row.Step, row.Active)
	}
	// Output:
	// aMN 0.1 ms 6
	// aMN 0.05 ms 6
	// aMN 0.025 ms 6
}
