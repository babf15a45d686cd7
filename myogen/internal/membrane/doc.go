// Package membrane is the engine's cell: compartments, ion channels and
// synapses of one motor neuron, advanced by one time step at a time.
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
// To add a channel: a file with its rates, a field in the cell for each gate,
// its current in the cell's current function, its gates in advanceGates and
// settle.
package membrane
