// Package membrane is the engine's cell: compartments, ion channels and
// synapses of motor neurons, advanced by one time step at a time.
//
// Inside it numbers are plain float64 in the units of the field:
//
//	time ms   voltage mV   current nA (points) or mA/cm2 (membrane)
//	length um   area um2   conductance uS (points) or S/cm2 (membrane)
//	capacitance uF/cm2   concentration mM
//
// Every operation stands in NEURON's order (Carnevale and Hines 2006, The
// NEURON Book), down to which conductance is added first, so that a trace
// agrees with NEURON's to the last bit. A product that is added to something
// is wrapped in float64(...): the language then forbids fusing the two, and
// the result is the same on every platform.
//
// # One description, several back ends
//
// The equations are written once, as Go: nerlab.go and powers2017.go with the
// parts they share, gate.go, cable.go, synapse.go, background.go. From this code
// package gen makes the kernels, which have the same bits: Go that runs everywhere
// (scalar), faster than the code as written because many operations overlap, and
// assembly that advances four (AVX2) or eight cells (AVX512) at once. The back end
// is chosen at run time by what the processor has; MYOGEN_BACKEND forces one. After
// a change to an equation run go generate.
//
// A step has two halves: advancePotentials solves the linear system, which is
// a long chain of operations that wait for each other, and lets synapses decay,
// so that they can take events before the second half; advanceGates computes
// exponentials, which are many and independent. A kernel runs the first half of one block
// of eight cells together with the second half of another, and leaves to the code as
// written what hardly ever happens: a singular rate, a potential out of range.
//
// The file README.md beside this one says where each current is and how a
// channel is added.
package membrane
