package myogen

import (
	"fmt"
	"strconv"

	"github.com/goccy/go-yaml/ast"

	"gomyogen/myogen/format/npz"
	"gomyogen/myogen/internal/fields"
	"gomyogen/myogen/units"
)

// Connection describes how the cells of one population reach those of another,
// whose cells have synapses.
type Connection struct {
	Source, Target string
	Probability    float64           // of each pair, in (0, 1]
	Weight         units.Conductance // peak of one event, > 0
	Delay          units.Time        // 0 means 1 ms
	// Inhibitory connects onto the inhibitory synapses. Their reversal potential,
	// e_inhibitory, is -75 mV by default as in MyoGen. For NERLab, whose potentials are
	// relative to rest, that is 75 mV below rest; parameter files of ReMoto (Cisi and
	// Kohn 2008, J Comput Neurosci 25:520) have -16 mV.
	Inhibitory bool
	Pairs      []Link // given pairs instead of Probability
}

// Link is a connection of one cell to another.
type Link struct {
	Source, Target, Synapse int // Synapse is an index of the target's Synapses
}

func (c *Connection) fields() []fields.Field {
	return []fields.Field{
		{Name: "source", Doc: "population that fires", Required: true, Value: fields.Name(&c.Source)},
		{Name: "target", Doc: "population with the synapses", Required: true, Value: fields.Name(&c.Target)},
		{Name: "probability", Doc: "probability of each pair of cells", Value: fields.Float(&c.Probability, fields.Share)},
		{Name: "weight", Doc: "peak conductance of one event", Required: true, Value: conductance(&c.Weight, fields.Positive.AtMost(maxConductance))},
		{Name: "delay", Doc: "time from the terminals to the synapses", Default: "1 ms", Value: duration(&c.Delay, delays)},
		{Name: "inhibitory", Doc: "onto the inhibitory synapses, whose e_inhibitory of -75 mV is 75 mV below the rest of NERLab", Default: "false", Value: fields.Bool(&c.Inhibitory)},
		{Name: "pairs", Doc: "instead of a probability: [source, target, synapse] of each pair, or a .npy file", Value: pairsValue{&c.Pairs}},
	}
}

// needs is an error unless a file gives a probability or pairs.
func (c *Connection) needs(given func(key string) bool) error {
	switch {
	case given("probability") && given("pairs"):
		return fmt.Errorf("has both a probability and pairs")
	case !given("probability") && !given("pairs"):
		return fmt.Errorf("probability is missing (or pairs)")
	}
	return nil
}

// words names a connection in errors.
func (c Connection) words() string { return fmt.Sprintf("connection %q to %q", c.Source, c.Target) }

// check checks what the fields do not say.
func (c Connection) check() error {
	switch {
	case c.Pairs != nil && c.Probability != 0:
		return fmt.Errorf("has both a probability and pairs")
	case c.Pairs == nil && c.Probability == 0:
		return fields.At("probability", fmt.Errorf("probability is 0, must be above 0 and at most 1"))
	}
	return nil
}

// String describes the connection: "DD -> aMN: excitatory, probability 0.5,
// 0.15 uS, delay 1 ms".
func (c Connection) String() string {
	kind := "excitatory"
	if c.Inhibitory {
		kind = "inhibitory"
	}
	pairs := fmt.Sprintf("%s, probability %v", kind, c.Probability)
	if c.Pairs != nil {
		pairs = fmt.Sprintf("%d given pairs", len(c.Pairs))
	}
	return fmt.Sprintf("%s -> %s: %s, %v, delay %v", c.Source, c.Target, pairs, c.Weight, delayOr(c.Delay))
}

// purposes names the streams of connections: those of the same kind between
// the same two populations are numbered.
func purposes(all []Connection) []string {
	out := make([]string, len(all))
	count := map[[3]string]int{}
	for i, c := range all {
		p := "connect"
		if c.Inhibitory {
			p = "inhibit"
		}
		key := [3]string{p, c.Source, c.Target}
		if n := count[key]; n > 0 {
			p += strconv.Itoa(n)
		}
		count[key]++
		out[i] = p + " "
	}
	return out
}

// pairsValue is a list of pairs, or the name of a .npy file with three columns.
type pairsValue struct{ p *[]Link }

func (v pairsValue) Zero() bool { return *v.p == nil }

func (v pairsValue) Read(f *fields.File, what string, n ast.Node) error {
	*v.p = []Link{}
	if f.Kind(n) != fields.Sequence {
		path, err := f.Scalar(what, n)
		if err == nil {
			*v.p, err = loadPairs(f.Beside(path))
		}
		if err != nil {
			return f.ErrorAt(n, "%s", withoutPrefix(err))
		}
		return nil
	}
	nodes, err := f.Sequence(what, n)
	if err != nil {
		return err
	}
	for _, n := range nodes {
		numbers, err := f.Sequence("a pair", n)
		if err != nil {
			return err
		}
		if len(numbers) != 3 {
			return f.ErrorAt(n, "a pair has %d numbers, must have three: source, target, synapse", len(numbers))
		}
		var l Link
		for i, to := range []*int{&l.Source, &l.Target, &l.Synapse} {
			x, err := f.Integer("a pair", numbers[i], 0, maxCells)
			if err != nil {
				return err
			}
			*to = int(x)
		}
		*v.p = append(*v.p, l)
	}
	return nil
}

func loadPairs(path string) ([]Link, error) {
	a, err := npz.ReadArray(path)
	if err != nil {
		return nil, err
	}
	if a.Int == nil || len(a.Shape) != 2 || a.Shape[1] != 3 {
		return nil, fmt.Errorf("%s: pairs must be three columns of whole numbers, the shape is %v", path, a.Shape)
	}
	links := make([]Link, a.Shape[0])
	for i := range links {
		links[i] = Link{int(a.Int[3*i]), int(a.Int[3*i+1]), int(a.Int[3*i+2])}
	}
	return links, nil
}

func (v pairsValue) Write(bool) fields.Node {
	if *v.p == nil {
		return nil
	}
	pairs := *v.p
	return fields.List{N: len(pairs), Item: func(i int) string {
		return fmt.Sprintf("[%d, %d, %d]", pairs[i].Source, pairs[i].Target, pairs[i].Synapse)
	}}
}

func (v pairsValue) Check(string) error { return nil }

func (v pairsValue) Schema() fields.Schema {
	number := fields.Schema{"type": "integer", "minimum": 0}
	return fields.Schema{"oneOf": []any{
		fields.Schema{"type": "string", "pattern": `\.npy$`},
		fields.Schema{"type": "array", "items": fields.Schema{"type": "array", "items": number, "minItems": 3, "maxItems": 3}},
	}}
}

func (v pairsValue) Child(element string) (fields.Value, error) {
	return nil, fmt.Errorf("there is no %q: pairs are set as a whole", element)
}
