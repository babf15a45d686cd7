// Package myogen simulates a pool of spinal motor neurons recruited by a
// descending drive.
//
// An [Experiment] is plain data: populations of neurons, what drives and
// connects them, a duration and a seed. [Run] simulates it; a [Result] holds the
// spike trains.
//
//	package main
//
//	import (
//		"context"
//		"fmt"
//		"gomyogen/myogen"
//		"gomyogen/myogen/units"
//	)
//
//	func main() {
//		result, err := myogen.Run(context.Background(), myogen.Experiment{Seed: 42, Duration: 2 * units.S,
//			Populations: []myogen.Population{myogen.DescendingDrivePool{Name: "DD"}, myogen.AlphaMNPool{Name: "aMN"}},
//			Inputs:      []myogen.Input{{Source: "cortex", Target: "DD", Shape: myogen.Ramp[units.Rate]{To: 60, Duration: 2 * units.S}}},
//			Connections: []myogen.Connection{{Source: "DD", Target: "aMN", Probability: 0.5, Weight: 0.15 * units.MicroSiemens}},
//		}, nil)
//		if err != nil {
//			panic(err)
//		}
//		fmt.Println(result.Report())
//	}
//
// # Words
//
// A population is a number of cells of one kind: an [AlphaMNPool] of motor
// neurons, a [DescendingDrivePool] of cortical neurons, or a [SpikeSource] whose
// spikes are given. An [Input] drives a population from outside at a rate that
// changes over time, its [Shape]. A [Connection] leads from the cells of one
// population to the synapses of another, and a [Probe] or a [Recording] records
// a variable of a cell or of all cells. A [Modulation] changes a parameter of a
// pool while it runs.
//
// An [Experiment] can be read from a file and written to one ([LoadExperiment],
// [Experiment.YAML]); what Go can say, the file can say. Its [Fingerprint] is
// everything that decides the spikes of a run. A [Simulation] runs it, whole or
// in parts or step by step, and its state can be saved and resumed.
//
// # Exactness
//
// The models, their parameters and the order of operations are those of the
// Python package MyoGen 0.12 on NEURON 8.2, spike for spike. The same experiment
// gives the same spikes on any platform and any number of cores.
package myogen
