// Package population runs the kinds of cells that a network is made of, a file
// for each kind. What all kinds have in common is a [Plan], made of a checked
// description, and a [Group], the cells while they run.
//
// # How to add a kind
//
// A kind of population is two files and a line. The file that describes it
// stands in package myogen: a struct with exported fields, its table of fields
// and a method that makes a plan of it. The file that runs it stands here: a
// Plan and a Group; cells of a new membrane model need none, [Neurons] runs them
// all. The line is its case in the table populationKinds of package myogen.
// Nothing else asks what kind a population is: what a kind can
// do beyond firing is one of the interfaces [Driven], [Synaptic] and
// [Integrator], which are found by looking for them.
//
// The metronome of package myogen's tests is a kind in a single file.
package population

import (
	"gomyogen/myogen/internal/engine"
	"gomyogen/myogen/internal/membrane"
	"gomyogen/myogen/internal/state"
	"gomyogen/myogen/internal/watch"
	"gomyogen/myogen/random"
)

// Plan is a population that can be started any number of times.
type Plan interface {
	// Membranes returns the cells that the engine integrates; nil for cells
	// without a membrane.
	Membranes() []Membrane
	// Generators returns how many seeds of MyoGen's order of draws it takes.
	Generators() int
	// Earliest returns the earliest time at which a cell can fire, and the least time
	// from a spike to the terminals of its axon, in ms.
	Earliest() (fires, latency float64)
	// Start returns the cells at their initial state.
	Start(Env) Group
}

// Membrane is a cell that the engine integrates.
type Membrane struct {
	membrane.Description
	Threshold float64 // mV, of the spike detector
	VInit     float64 // mV
}

// Driven is a plan whose cells fire at a rate that is given from outside.
type Driven interface {
	// Drive sets what fills in the rates. Latency in ms is from a spike to the
	// terminals of its axon.
	Drive(fill Rates, latency float64)
}

// Rates fills in the rates in pps from a step on. A run asks for each step once,
// in order, when all spikes that can act before those steps are known: a rate may
// depend on what the cells have done.
type Rates func(first int, rates []float64)

// Synaptic is a plan whose cells have synapses.
type Synaptic interface {
	// Synapses returns those of each cell.
	Synapses() []membrane.Synapse
}

// Env is the simulation in which a population starts.
type Env struct {
	Name   string
	Seed   uint64
	MyoGen bool           // MyoGen's order of draws
	Engine *engine.Engine // settled
	Watch  *watch.Watch   // its error ends Start
	First  int            // index of the first membrane in the engine
	// Membranes is how many the network has, and Generator the number of the
	// population's first in MyoGen's order of draws.
	Membranes, Generator int
}

// neuronSeed returns the seed of the spikes of cell i; purpose names its kind.
func (e Env) neuronSeed(purpose string, i int) uint64 {
	if e.MyoGen { // it numbers the motor neurons first, then the drive neurons
		class := e.Generator + i
		return uint64(random.DeriveSubseed(e.Seed, uint64(class), uint64(e.Membranes+class)))
	}
	return uint64(random.StreamSeed(e.Seed, purpose, e.Name, i))
}

// Steps are the steps that a run takes next.
type Steps struct {
	First int       // number of the first
	Begin []float64 // ms, of each step and of the one after
}

// Len returns the number of steps.
func (s Steps) Len() int { return len(s.Begin) - 1 }

// Send puts a spike of a cell on its way.
type Send func(cell int, s engine.Spike)

// Group is the cells of a population while they run.
type Group interface {
	// Ready returns what is missing for a run.
	Ready() error
	// Fire sends the spikes of cells without a membrane in the next steps.
	Fire(next Steps, send Send)
	// Collect sends the spikes of membranes since it was last called.
	Collect(send Send)
	// Spikes returns the spikes of a cell so far.
	Spikes(cell int) []engine.Spike
	// Latency returns the time in ms from a spike of a cell to the terminals of
	// its axon.
	Latency(cell int) float64
	// Save writes everything that the next spikes depend on, and looks at the
	// writer's Watch at each cell.
	Save(w *state.Writer) error
	// Restore takes over what Save has written; an error leaves the group unusable.
	Restore(r *state.Reader) error
}

// Integrator is a group whose cells can be stepped by hand.
type Integrator interface {
	// Integrate lets a cell integrate a rate in pps over the step that begins
	// now and reports whether it fires.
	Integrate(cell int, rate, dt float64, now engine.Spike) bool
}

// sources holds the spikes that the cells of a group without membranes have fired.
type sources [][]engine.Spike

func (s sources) Spikes(cell int) []engine.Spike { return s[cell] }

// Collect has nothing to send: Fire did.
func (s sources) Collect(Send) {}

func (s sources) emit(cell int, spike engine.Spike, send Send) {
	s[cell] = append(s[cell], spike)
	send(cell, spike)
}

func (s sources) save(w *state.Writer) error {
	for _, spikes := range s {
		if err := w.Spikes("source", spikes); err != nil {
			return err
		}
	}
	return nil
}

func (s sources) restore(r *state.Reader) {
	for i := range s {
		s[i] = r.Spikes("source")
	}
}
