// Package membrane implements the membrane models of motor neurons: compartments,
// ion channels and synapses, advanced by one time step at a time.
//
// Numbers are plain float64 in the units of the field:
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
// The equations are written once, as Go, the reference code: nerlab.go and
// powers2017.go with the parts that they share, gate.go, cable.go, synapse.go and
// background.go. From it the generator (folder gen) writes package kernels, which
// computes the same bits: Go for every processor (scalar), faster than the reference
// code because many operations overlap, and assembly that advances four (AVX2) or
// eight cells (AVX512) at once. The processor decides at run time which back end is
// used; the environment variable MYOGEN_BACKEND forces one. Run go generate after a
// change to an equation.
//
// A step has two halves. The first, advancePotentials, solves the linear system, a
// long chain of operations of which each needs the one before; synapses decay in it
// too, so that they can take events before the second half. The second, advanceGates,
// computes exponentials, which are many and independent. A kernel runs the first half of
// one block together with the second half of another, so that the two fill each
// other's gaps.
//
// # What can go wrong
//
// Kernels leave to the reference code what hardly ever happens: a singular rate, or a
// potential that a neuron cannot have. [Block.Check] looks at the cells after such a
// step and finds potentials, gates and concentrations out of range. [LargestStep] is
// the time step up to which a model fires at the right rate.
//
// # Glossary
//
//	back end        one way to compute a step: scalar, AVX2 or AVX512
//	block           eight cells of one model that advance together
//	lane            the place of a cell in a block
//	slot            the place of a number of a cell: a constant or a state
//	reference code  the equations as Go, which define the result of every back end
//	fall back       to compute a step with the reference code, which a kernel has left
//	quiet block     one without inhibition and background conductance, for which a kernel
//	                without these currents runs
//	probe           the 0.001 mV by which NEURON shifts a potential to differentiate a
//	                current numerically
//
// README.md beside this file says where each current is and how a channel is added.
package membrane
