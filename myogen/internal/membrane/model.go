package membrane

import (
	"slices"
	"unsafe"

	"gomyogen/myogen/internal/membrane/kernels"
)

// model describes a cell model to the engine, which handles a cell as a row of
// numbers, its slots. The first slots are constants of the cell, the rest its
// state.
type model struct {
	name       string
	slots      int
	state      int        // first slot of the state
	threshold  int        // slot of the spike detector's threshold
	injected   int        // slot of the current into the soma, mA/cm2
	voltage    []int      // slots of the potentials: soma, dendrites
	synapse    []int      // first of the two slots of each synapse, excitatory and inhibitory in turns
	background int        // first of the two slots of the background conductances
	perSoma    int        // slot of 100/area of the soma: from nA to mA/cm2
	gates      []variable // every gate, by compartment
	parameters []parameter
	variable   []int // slots of a cell's saved state, see state.go

	largestStep steps // see LargestStep

	potentials   func(cell *float64) (above bool) // first half of a step
	advanceGates func(cell *float64)              // second half
	settle       func(cell *float64, v float64)
	current      func(cell *float64, compartment int) []Current
	kernels      map[string]*kernels.Kernel // by the name of the back end
}

// variable is a slot with a name.
type variable struct {
	compartment int
	name        string
	slot        int
}

// units are those of a gate's open share, or of the one concentration.
func (v variable) units() string {
	if v.name == calciumOfMAHP {
		return "mM"
	}
	return "1"
}

// calciumOfMAHP is the name of the one variable that is a concentration.
const calciumOfMAHP = "mAHP_cai"

// Current is a membrane current by the name of its mechanism.
type Current struct {
	Name  string
	Value float64 // mA/cm2, outward
}

// Description is the parameters of one cell: a *NERLab or a *Powers2017.
type Description interface {
	model() *model
	start(cell *float64, s Scheme)
	limits() limits // of the soma's potential
}

// slotIn returns the slot of a field of a cell.
func slotIn[C any](cell *C, field *float64) int {
	return int(uintptr(unsafe.Pointer(field))-uintptr(unsafe.Pointer(cell))) / 8
}

func slotsOf[C any]() int { var c C; return int(unsafe.Sizeof(c)) / 8 }

var nerlabModel = func() *model {
	var c nerlab
	at := func(f *float64) int { return slotIn(&c, f) }
	m := &model{
		name: "NERLab", slots: slotsOf[nerlab](), state: slotsOf[nerlabConstants](),
		threshold: at(&c.threshold), injected: at(&c.injected), background: at(&c.background.excitatory), perSoma: at(&c.perSoma),
		voltage: []int{at(&c.vSoma), at(&c.vDend)},
		gates: []variable{
			{0, "m", at(&c.m)}, {0, "h", at(&c.h)}, {0, "p", at(&c.p)}, {0, "n", at(&c.n)}, {0, "r", at(&c.r)},
			{1, "L", at(&c.l)},
		},
		potentials:   func(c *float64) bool { return (*nerlab)(unsafe.Pointer(c)).advancePotentials() },
		advanceGates: func(c *float64) { (*nerlab)(unsafe.Pointer(c)).advanceGates() },
		settle:       func(c *float64, v float64) { (*nerlab)(unsafe.Pointer(c)).settle(v) },
		current:      func(c *float64, i int) []Current { return (*nerlab)(unsafe.Pointer(c)).currents(i) },
		kernels:      kernels.Models["nerlab"],
		parameters:   nerlabParameters,
		largestStep:  steps{crankNicolson: 0.125, backwardEuler: 0.08},
	}
	m.variable = slotsIn(&c, c.variables())
	m.synapse = []int{at(&c.excitation.a), at(&c.inhibition.a)}
	return m
}()

func (p *NERLab) model() *model { return nerlabModel }
func (p *NERLab) start(cell *float64, s Scheme) {
	(*nerlab)(unsafe.Pointer(cell)).start(p, s)
}

var powersModel = func() *model {
	var c powers
	at := func(f *float64) int { return slotIn(&c, f) }
	m := &model{
		name: "Powers2017", slots: slotsOf[powers](), state: slotsOf[powersConstants](),
		threshold: at(&c.threshold), injected: at(&c.injected), background: at(&c.background.excitatory), perSoma: at(&c.perSoma),
		voltage: []int{at(&c.vSoma)},
		gates: []variable{
			{0, "na3rp_m", at(&c.m)}, {0, "na3rp_h", at(&c.h)}, {0, "naps_m", at(&c.naps)}, {0, "kdrRL_m", at(&c.kdr)},
			{0, "mAHP_mca", at(&c.mca)}, {0, "mAHP_n", at(&c.kca)}, {0, calciumOfMAHP, at(&c.cai)}, {0, "gh_n", at(&c.somaH)},
		},
		potentials:   func(c *float64) bool { return (*powers)(unsafe.Pointer(c)).advancePotentials() },
		advanceGates: func(c *float64) { (*powers)(unsafe.Pointer(c)).advanceGates() },
		settle:       func(c *float64, v float64) { (*powers)(unsafe.Pointer(c)).settle(v) },
		current:      func(c *float64, i int) []Current { return (*powers)(unsafe.Pointer(c)).currents(i) },
		kernels:      kernels.Models["powers"],
		parameters:   powersParameters,
		largestStep:  steps{crankNicolson: 0.25, backwardEuler: 0.25},
	}
	m.variable = slotsIn(&c, c.variables())
	for i := range c.dends {
		d := &c.dends[i]
		m.voltage = append(m.voltage, at(&d.v))
		m.gates = append(m.gates, variable{1 + i, "L_Ca_inact_m", at(&d.caM)}, variable{1 + i, "L_Ca_inact_h", at(&d.caH)}, variable{1 + i, "gh_n", at(&d.h)})
		m.synapse = append(m.synapse, at(&d.excitation.a), at(&d.inhibition.a))
	}
	return m
}()

func (p *Powers2017) model() *model { return powersModel }
func (p *Powers2017) start(cell *float64, s Scheme) {
	(*powers)(unsafe.Pointer(cell)).start(p, s)
}

// variables returns the names of what a compartment has to record.
func (m *model) variables(compartment int) (names []string) {
	for _, g := range m.gates {
		if g.compartment == compartment {
			names = append(names, g.name)
		}
	}
	cell := make([]float64, m.slots)
	for _, c := range m.current(&cell[0], compartment) {
		names = append(names, c.Name)
	}
	return slices.Clip(names)
}

// Compartments returns how many compartments a cell has: the soma and its
// dendrites.
func Compartments(d Description) int { return len(d.model().voltage) }

// Variables returns the names of what a compartment of a cell has to record,
// besides its potential.
func Variables(d Description, compartment int) []string { return d.model().variables(compartment) }
