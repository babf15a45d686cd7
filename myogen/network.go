package myogen

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"gomyogen/myogen/neo"
	"gomyogen/myogen/random"
	"gomyogen/myogen/units"
)

// Population is what a Network connects: an AlphaMNPool, a
// DescendingDrivePool or a SpikeSource.
type Population interface {
	size() int
	String() string
}

// Bounds of a network: what fits into memory, and a number for each cell that
// fits into 31 bits.
const (
	maxCells       = 1 << 20 // of a population
	maxPopulations = 1 << 10
)

// DescendingDrivePool describes cortical neurons that fire at a common rate.
type DescendingDrivePool struct {
	N       int            // neurons; 0 means 100
	Process random.Process // nil means Poisson; random.Erlang and random.Gamma fire more regularly
}

func (p DescendingDrivePool) size() int {
	if p.N == 0 {
		return 100
	}
	return p.N
}

func (p DescendingDrivePool) process() random.Process {
	if p.Process == nil {
		return random.Poisson{}
	}
	return p.Process
}

func (p DescendingDrivePool) String() string {
	return fmt.Sprintf("%d drive neurons, %v", p.size(), p.process())
}

// SpikeSource is a population whose spikes are given.
type SpikeSource struct {
	Trains []neo.SpikeTrain
	// Latency is from a spike to the terminals of its axon; 0 means 1 ms.
	Latency units.Time
}

func (p SpikeSource) size() int      { return len(p.Trains) }
func (p SpikeSource) String() string { return fmt.Sprintf("%d given spike trains", len(p.Trains)) }

func (p AlphaMNPool) String() string {
	model := NERLab
	if p.Config != nil {
		model = p.Config.Model
	}
	return fmt.Sprintf("%d motor neurons, %s", p.size(), model)
}

// Connection describes how the cells of one population reach those of another.
type Connection struct {
	Probability float64           // of each pair, in (0, 1]
	Weight      units.Conductance // peak of one event, > 0
	Delay       units.Time        // 0 means 1 ms
	Inhibitory  bool              // onto the inhibitory synapses
	// List gives the pairs instead of Probability: source, target and synapse
	// (an index of the target's Synapses) of each.
	List [][3]int
}

// DefaultDelay is the delay of a connection, and of the path from a drive
// neuron's spike to its terminals.
const DefaultDelay = 1 * units.Ms

func delayOr(d units.Time) units.Time {
	if d == 0 {
		return DefaultDelay
	}
	return d
}

// External describes an input from outside the network.
type External struct {
	Drive Drive // the rate at which a DescendingDrivePool fires
	// Latency is from a spike to the terminals of its axon; 0 means 1 ms.
	Latency units.Time
}

// Network describes named populations and their connections. It holds no
// running state.
type Network struct {
	err         error // the first refusal
	populations []namedPopulation
	connections []namedConnection
	externals   []namedExternal
}

type namedPopulation struct {
	name string
	Population
}

type namedConnection struct {
	source, target string
	nth            int // of the same kind between these two
	Connection
}

// purpose names the connection among those from source to target.
func (c namedConnection) purpose() string {
	p := "connect"
	if c.Inhibitory {
		p = "inhibit"
	}
	if c.nth > 0 {
		p += strconv.Itoa(c.nth)
	}
	return p + " "
}

type namedExternal struct {
	source, target string
	External
}

// refuse remembers the first error, so that a description whose errors were
// not looked at cannot be run without what it refused.
func (n *Network) refuse(err error) error {
	if n.err == nil {
		n.err = err
	}
	return err
}

func (n *Network) index(name string) (int, error) {
	names := make([]string, len(n.populations))
	for i, p := range n.populations {
		if p.name == name {
			return i, nil
		}
		names[i] = p.name
	}
	return 0, fmt.Errorf("myogen: there is no population %q; there are %q", name, names)
}

// motorCell returns the index of a population that has this motor neuron.
func (n *Network) motorCell(what, population string, cell int) (int, error) {
	i, err := n.index(population)
	if err != nil {
		return 0, err
	}
	pool, ok := n.populations[i].Population.(AlphaMNPool)
	switch {
	case !ok:
		return 0, fmt.Errorf("myogen: %s: %q has no motor neurons", what, population)
	case cell < 0 || cell >= pool.size():
		return 0, fmt.Errorf("myogen: %s: %q has cells 0 to %d, not %d", what, population, pool.size()-1, cell)
	}
	return i, nil
}

// checkProbe returns the index of the population that a probe belongs to.
func (n *Network) checkProbe(p Probe) (int, error) {
	i, err := n.motorCell("probe", p.Population, p.Cell)
	if err != nil {
		return 0, err
	}
	config, err := n.populations[i].Population.(AlphaMNPool).config()
	if err != nil {
		return 0, err
	}
	if last := config.Model.dendrites(); p.Compartment < 0 || p.Compartment > last {
		return 0, fmt.Errorf("myogen: probe: a cell of %q has compartments 0 to %d, not %d", p.Population, last, p.Compartment)
	}
	return i, nil
}

// Add adds a population under a name of its own.
func (n *Network) Add(name string, p Population) error {
	return n.refuse(n.add(name, p))
}

func (n *Network) add(name string, p Population) error {
	switch _, err := n.index(name); {
	case name == "":
		return fmt.Errorf("myogen: a population needs a name")
	case strings.ContainsFunc(name, func(r rune) bool { return r == utf8.RuneError || !unicode.IsPrint(r) }):
		return fmt.Errorf("myogen: the name %q of a population must be printable text", name)
	case p != nil && p.size() > maxCells:
		return fmt.Errorf("myogen: population %q: %d cells, must be at most %d", name, p.size(), maxCells)
	case len(n.populations) == maxPopulations:
		return fmt.Errorf("myogen: population %q is one more than %d", name, maxPopulations)
	case err == nil:
		return fmt.Errorf("myogen: there is already a population %q", name)
	case p == nil:
		return fmt.Errorf("myogen: population %q is nil", name)
	}
	switch p := p.(type) {
	case AlphaMNPool:
		if _, err := p.build(); err != nil {
			return fmt.Errorf("myogen: population %q: %s", name, strings.TrimPrefix(err.Error(), "myogen: "))
		}
	case DescendingDrivePool:
		if p.size() < 1 {
			return fmt.Errorf("myogen: population %q: N = %d, must be at least 1", name, p.N)
		}
		if err := p.process().Validate(); err != nil {
			return fmt.Errorf("myogen: population %q: %w", name, err)
		}
	case SpikeSource:
		if !(p.Latency >= 0) || math.IsInf(float64(p.Latency), 0) {
			return fmt.Errorf("myogen: population %q: latency is %v, must not be negative", name, p.Latency)
		}
		for i, train := range p.Trains {
			if j := slices.IndexFunc(train.Times, func(t units.Time) bool {
				return !(t >= 0) || math.IsInf(float64(t), 0)
			}); j >= 0 {
				return fmt.Errorf("myogen: population %q: train %d: spike %d is at %v", name, i, j, train.Times[j])
			}
			if !slices.IsSorted(train.Times) {
				return fmt.Errorf("myogen: population %q: train %d: the spikes are not in rising order", name, i)
			}
		}
	}
	n.populations = append(n.populations, namedPopulation{name, p})
	return nil
}

// Connect connects two populations. The target must be an AlphaMNPool.
func (n *Network) Connect(source, target string, c Connection) error {
	return n.refuse(n.connect(source, target, c))
}

func (n *Network) connect(source, target string, c Connection) error {
	s, err := n.index(source)
	if err != nil {
		return err
	}
	t, err := n.index(target)
	if err != nil {
		return err
	}
	where := fmt.Sprintf("myogen: connection %q to %q: ", source, target)
	pool, ok := n.populations[t].Population.(AlphaMNPool)
	switch {
	case !ok:
		return fmt.Errorf("%sthe target has no synapses; only an AlphaMNPool has", where)
	case c.List == nil && !(c.Probability > 0 && c.Probability <= 1):
		return fmt.Errorf("%sprobability is %v, must be above 0 and at most 1", where, c.Probability)
	case !(c.Weight > 0) || math.IsInf(float64(c.Weight), 0):
		return fmt.Errorf("%sweight is %v, must be above 0", where, c.Weight)
	case !(c.Delay >= 0) || math.IsInf(float64(c.Delay), 0):
		return fmt.Errorf("%sdelay is %v, must not be negative", where, c.Delay)
	}
	built, err := pool.build()
	if err != nil {
		return err
	}
	for i, l := range c.List {
		for j, size := range []int{n.populations[s].size(), pool.size(), len(built.synapses)} {
			if l[j] < 0 || l[j] >= size {
				return fmt.Errorf("%spair %d: %s is %d, must be 0 to %d", where, i,
					[]string{"source", "target", "synapse"}[j], l[j], size-1)
			}
		}
	}
	nth := 0
	for _, o := range n.connections {
		if o.source == source && o.target == target && o.Inhibitory == c.Inhibitory {
			nth++
		}
	}
	n.connections = append(n.connections, namedConnection{source, target, nth, c})
	return nil
}

// ConnectFromExternal lets a source outside the network drive a
// DescendingDrivePool.
func (n *Network) ConnectFromExternal(source, target string, e External) error {
	return n.refuse(n.connectFromExternal(source, target, e))
}

func (n *Network) connectFromExternal(source, target string, e External) error {
	t, err := n.index(target)
	if err != nil {
		return err
	}
	if _, ok := n.populations[t].Population.(DescendingDrivePool); !ok {
		return fmt.Errorf("myogen: external %q: %q is not a DescendingDrivePool", source, target)
	}
	for _, x := range n.externals {
		if x.target == target {
			return fmt.Errorf("myogen: external %q: %q is already driven by %q", source, target, x.source)
		}
	}
	if !(e.Latency >= 0) || math.IsInf(float64(e.Latency), 0) {
		return fmt.Errorf("myogen: external %q: latency is %v, must not be negative", source, e.Latency)
	}
	if _, err := e.Drive.signal(Draws{}.noise(source)); err != nil {
		return fmt.Errorf("myogen: external %q: %s", source, strings.TrimPrefix(err.Error(), "myogen: "))
	}
	n.externals = append(n.externals, namedExternal{source, target, e})
	return nil
}

// String lists populations and connections.
func (n *Network) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "Network of %d populations\n", len(n.populations))
	for _, p := range n.populations {
		fmt.Fprintf(&b, "  %-10s %s\n", p.name, p.Population)
	}
	for _, e := range n.externals {
		fmt.Fprintf(&b, "  %s -> %s: rate\n", e.source, e.target)
	}
	for _, c := range n.connections {
		kind := "excitatory"
		if c.Inhibitory {
			kind = "inhibitory"
		}
		if c.List != nil {
			fmt.Fprintf(&b, "  %s -> %s: %d given pairs, %v, delay %v\n", c.source, c.target, len(c.List), c.Weight, delayOr(c.Delay))
			continue
		}
		fmt.Fprintf(&b, "  %s -> %s: %s, probability %v, %v, delay %v\n", c.source, c.target, kind, c.Probability, c.Weight, delayOr(c.Delay))
	}
	return strings.TrimSuffix(b.String(), "\n")
}
