package membrane

import (
	"slices"
	"unsafe"

	"gomyogen/myogen/internal/membrane/kernels"
)

// Lanes is how many cells a block has.
const Lanes = kernels.Stride

// Block is up to eight cells of one model that advance together. The values of a slot
// stand side by side for all cells, so that one vector instruction works on eight (or
// four) cells.
type Block struct {
	Used  int   // lanes with a cell; the others repeat the last one
	Above uint8 // lanes whose soma is above the detector's threshold
	// quiet reports whether the states with the tag usually:"0" are 0: no lane has
	// inhibition or background.
	quiet    bool
	open     int           // kernels that have begun a step of their lanes and not ended it
	fellBack bool          // see FellBack
	limits   [Lanes]limits // of the somas' potentials
	model    *model
	kernel   *kernels.Kernel
	data     []float64 // all slots
	buffer   []float64 // one cell, for the reference code; nil until it is needed
}

// Cell is one motor neuron while it runs: a lane of a block.
type Cell struct {
	Block *Block
	Lane  int
}

// Start returns running cells in blocks of the same model, in the order of
// their descriptions. They must be settled before they run. Did, which may
// be nil, learns of each few of them; after its error they are not whole.
func Start(cells []Description, thresholds []float64, s Scheme, backend Backend, did func(n int) error) []Cell {
	out := make([]Cell, len(cells))
	for first := 0; first < len(cells); {
		m := cells[first].model()
		n := 1
		for first+n < len(cells) && cells[first+n].model() == m {
			n++
		}
		count := (n + Lanes - 1) / Lanes
		size := m.slots * Lanes
		each := max(1, slab/size) // blocks
		var memory []float64
		blocks := make([]Block, count)
		for i := range blocks {
			if i%each == 0 {
				memory = aligned(min(each, count-i) * size)
			}
			b := &blocks[i]
			*b = Block{Used: min(Lanes, n-i*Lanes), model: m, kernel: m.kernels[backend.String()], data: memory[i%each*size:][:size:size]}
			for lane := range Lanes {
				j := first + i*Lanes + min(lane, b.Used-1)
				cell := make([]float64, m.slots)
				cells[j].start(&cell[0], s)
				cell[m.threshold] = thresholds[j]
				b.put(lane, cell)
				b.limits[lane] = cells[j].limits()
				if lane < b.Used {
					out[j] = Cell{b, lane}
				}
			}
			if did != nil && did(b.Used) != nil {
				return out
			}
		}
		first += n
	}
	return out
}

// slab is about how many numbers are allocated at once: to clear the memory of 100,000
// cells takes a tenth of a second, in which did would learn nothing.
const slab = 1 << 20

// aligned returns n numbers that begin at a cache line.
func aligned(n int) []float64 {
	x := make([]float64, n+7)
	off := -uintptr(unsafe.Pointer(&x[0])) / 8 % 8
	return x[off:][:n]
}

func (b *Block) at(slot, lane int) *float64 { return &b.data[slot*Lanes+lane] }

func (b *Block) get(lane int, cell []float64) {
	for i := range cell {
		cell[i] = *b.at(i, lane)
	}
}

func (b *Block) put(lane int, cell []float64) {
	for i, x := range cell {
		*b.at(i, lane) = x
	}
}

// half runs half a step of count lanes from first on in the reference code and returns
// the bits of the lanes for which advance returns true.
func (b *Block) half(first, count int, advance func(cell *float64) bool) (bits uint8) {
	if b.buffer == nil {
		b.buffer = make([]float64, b.model.slots)
	}
	for lane := first; lane < first+count; lane++ {
		b.get(lane, b.buffer)
		if advance(&b.buffer[0]) {
			bits |= 1 << lane
		}
		b.put(lane, b.buffer)
	}
	return bits
}

func (b *Block) referencePotentials(first, count int) (above uint8) {
	return b.half(first, count, b.model.potentials)
}

func (b *Block) referenceGates(first, count int) {
	b.half(first, count, func(cell *float64) bool { b.model.advanceGates(cell); return false })
}

// Pipeline advances blocks of one model by steps. A kernel computes the first half
// of the step of some lanes together with the second half of the step of the same
// lanes of another block, so blocks should take turns. Lanes without a cell are
// left out where the kernel's width allows it.
type Pipeline struct {
	open [Lanes]*Block // by the first lane of a kernel: its step is half done there
	idle *Block        // for the half that has no partner
}

// Advance begins a step of b, which must not be half done, and ends the steps of the
// same lanes that were open.
func (p *Pipeline) Advance(b *Block) {
	var above uint8
	for first := 0; first < b.Used; first += b.kernel.Lanes {
		partner := p.open[first]
		if partner == nil {
			partner = p.idler(b)
		} else {
			partner.open--
		}
		above |= advance(b, partner, first)
		p.open[first] = b
		b.open++
	}
	b.Above = above & (1<<b.Used - 1)
}

// End ends the step of b if it is half done.
func (p *Pipeline) End(b *Block) {
	for first := 0; first < b.Used && b.open > 0; first += b.kernel.Lanes {
		if p.open[first] == b {
			advance(p.idler(b), b, first)
			p.open[first] = nil
			b.open--
		}
	}
}

// HalfDone reports whether a step of the block was begun and has not ended.
func (b *Block) HalfDone() bool { return b.open > 0 }

// FellBack reports whether the reference code took part in the second half of a step
// since the last call: only then can a potential be out of range.
func (b *Block) FellBack() bool {
	x := b.fellBack
	b.fellBack = false
	return x
}

// idler returns a block for the half of a kernel that has no partner. Its state is
// like that of b and belongs to no cell.
func (p *Pipeline) idler(b *Block) *Block {
	if p.idle == nil || p.idle.model != b.model || p.idle.kernel != b.kernel {
		idle := *b
		idle.data = aligned(len(b.data))
		copy(idle.data, b.data)
		idle.buffer, idle.open = nil, 0
		p.idle = &idle
	}
	return p.idle
}

// Inject sets the current into the soma of a lane, in nA, from the next step on.
func (b *Block) Inject(lane int, current float64) {
	*b.at(b.model.injected, lane) = current * *b.at(b.model.perSoma, lane)
}

// Background sets the background conductances of a lane, in uS, from the next
// step on.
func (b *Block) Background(lane int, excitatory, inhibitory float64) {
	*b.at(b.model.background, lane), *b.at(b.model.background+1, lane) = excitatory, inhibitory
	b.quiet = false
}

// Input is the place of a synapse of a cell in its block.
type Input uint16

// Input returns the place of a synapse.
func (c Cell) Input(synapse int) Input {
	return Input(c.Block.model.synapse[synapse]*Lanes + c.Lane)
}

// Synapse returns the lane and the synapse that an Input is of.
func (b *Block) Synapse(at Input) (lane, synapse int) {
	return int(at) % Lanes, slices.Index(b.model.synapse, int(at)/Lanes)
}

// Receive takes an event of the given amount (uS), see Synapse.Amount.
func (b *Block) Receive(at Input, amount float64) {
	b.data[at] += amount
	b.data[at+Lanes] += amount
}

// silent is a conductance in uS too small to change a potential. Without events a
// conductance falls to it within 70 ms of its peak, and 140 ms later to subnormal
// numbers, with which processors are slow.
const silent = 1e-100

// Quieten sets conductances below silent to 0 and looks whether the block is quiet.
func (b *Block) Quieten() {
	b.quiet = true
	for i, slot := range b.model.synapse {
		for lane := range Lanes {
			s := b.at(slot+1, lane)
			if *s > 0 && *s < silent {
				*s, *b.at(slot, lane) = 0, 0
			}
			b.quiet = b.quiet && (i%2 == 0 || *s == 0)
		}
	}
	for lane := range Lanes {
		b.quiet = b.quiet && *b.at(b.model.background, lane) == 0 && *b.at(b.model.background+1, lane) == 0
	}
}

// Receive takes an event of the given amount (uS) at a synapse.
func (c Cell) Receive(synapse int, amount float64) {
	c.Block.Receive(c.Input(synapse), amount)
	if c.Inhibitory(synapse) {
		c.Block.Wake()
	}
}

// Inhibitory reports whether a synapse is inhibitory. Its block must be woken when it
// takes an event.
func (c Cell) Inhibitory(synapse int) bool { return synapse%2 == 1 }

// Wake ends the quiet of a block: from now on the kernel for all currents runs.
func (b *Block) Wake() { b.quiet = false }

// Settle puts every compartment at v (mV) and every gate at its steady state
// there, and empties the synapses.
func (c Cell) Settle(v float64) {
	cell := make([]float64, c.Block.model.slots)
	c.each(func(lane int) {
		c.Block.get(lane, cell)
		c.Block.model.settle(&cell[0], v)
		c.Block.put(lane, cell)
	})
	c.Block.look()
}

// each calls f with the lane of the cell and with those that repeat it.
func (c Cell) each(f func(lane int)) {
	f(c.Lane)
	for lane := c.Block.Used; c.Lane == c.Block.Used-1 && lane < Lanes; lane++ {
		f(lane)
	}
}

// SameModel reports whether two blocks have cells of the same model.
func (b *Block) SameModel(other *Block) bool { return b.model == other.model }

// look compares the somas with their thresholds.
func (b *Block) look() {
	b.Above, b.quiet = 0, false
	for lane := range b.Used {
		if *b.at(b.model.voltage[0], lane) > *b.at(b.model.threshold, lane) {
			b.Above |= 1 << lane
		}
	}
}

// Voltage returns the potential in mV of compartment 0, the soma, or 1..., the
// dendrites.
func (c Cell) Voltage(compartment int) float64 {
	return *c.Block.at(c.Block.model.voltage[compartment], c.Lane)
}

// Compartments returns how many compartments the cell has.
func (c Cell) Compartments() int { return len(c.Block.model.voltage) }

// Conductance returns the conductance in uS that a synapse has in the next step.
func (c Cell) Conductance(synapse int) float64 {
	a := c.Block.model.synapse[synapse]
	return *c.Block.at(a+1, c.Lane) - *c.Block.at(a, c.Lane)
}

// Variables returns the names that Variable knows in a compartment.
func (c Cell) Variables(compartment int) []string { return c.Block.model.variables(compartment) }

// Variable returns a function that reads a variable of a compartment: "" is
// the potential in mV, the name of a gate its open share (or mM of calcium), the
// name of a mechanism its outward current in mA/cm2. It returns nil for
// another name.
func (c Cell) Variable(compartment int, name string) func() float64 {
	m := c.Block.model
	if name == "" {
		return c.reader(m.voltage[compartment])
	}
	for _, g := range m.gates {
		if g.compartment == compartment && g.name == name {
			return c.reader(g.slot)
		}
	}
	cell := make([]float64, m.slots)
	for i, current := range m.current(&cell[0], compartment) {
		if current.Name == name {
			return func() float64 {
				c.Block.get(c.Lane, cell)
				return m.current(&cell[0], compartment)[i].Value
			}
		}
	}
	return nil
}

// Units returns the units of a variable.
func Units(name string) string {
	if name == "" {
		return "mV"
	}
	for _, m := range []*model{nerlabModel, powersModel} {
		for _, g := range m.gates {
			if g.name == name {
				return g.units()
			}
		}
	}
	return "mA/cm2"
}

func (c Cell) reader(slot int) func() float64 {
	at := c.Block.at(slot, c.Lane)
	return func() float64 { return *at }
}
