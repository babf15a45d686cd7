package sweep_test

import (
	"context"
	"fmt"
	"log"
	"os"

	"gomyogen/myogen"
	"gomyogen/myogen/sweep"
	"gomyogen/myogen/units"
)

// How many motor neurons does a stronger drive recruit?
func Example() {
	plan, err := myogen.Sweep{
		Experiment: myogen.Experiment{
			Seed: 1, Duration: 300 * units.Ms,
			Populations: []myogen.Population{myogen.DescendingDrivePool{Name: "DD", N: 50}, myogen.AlphaMNPool{Name: "aMN", N: 10}},
			Inputs:      []myogen.Input{{Source: "cortex", Target: "DD", Shape: myogen.Step[units.Rate]{Level: 60 * units.Pps, Duration: 1 * units.S}}},
			Connections: []myogen.Connection{{Source: "DD", Target: "aMN", Probability: 0.5, Weight: 0.2 * units.MicroSiemens}},
		},
		Axes: []myogen.Axis{{Path: "inputs[0].step.level", From: "40 pps", To: "80 pps", N: 3}},
	}.Plan()
	if err != nil {
		log.Fatal(err)
	}
	dir, err := os.MkdirTemp("", "sweep")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	s, err := sweep.Open(dir, plan, sweep.Options{})
	if err != nil {
		log.Fatal(err)
	}
	if err := s.Run(context.Background()); err != nil {
		log.Fatal(err)
	}
	table, err := s.Table(context.Background()) // Merge makes files of it
	if err != nil {
		log.Fatal(err)
	}
	level, err := table.Floats("level")
	if err != nil {
		log.Fatal(err)
	}
	active, err := table.Floats("aMN.active")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(level)
	fmt.Println(active)
	// Output:
	// [40 60 80]
	// [3 6 7]
}
