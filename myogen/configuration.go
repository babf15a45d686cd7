package myogen

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"gomyogen/myogen/units"
)

// Configuration is everything that decides the spikes of a run, as text by
// name: "populations.aMN.NERLab.soma.gl" -> "[0.000952381, 0.001538462]".
// A long list stands as the SHA-256 of its numbers.
type Configuration map[string]string

// Hash returns the SHA-256 of the configuration in hexadecimal digits.
func (c Configuration) Hash() string {
	h := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(c)) {
		fmt.Fprintf(h, "%q = %q\n", name, c[name])
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Difference names the first entry in which c and other differ, with both
// values; it is empty if there is none.
func (c Configuration) Difference(other Configuration) string {
	all := maps.Clone(c)
	maps.Copy(all, other)
	names := slices.SortedFunc(maps.Keys(all), func(a, b string) int { // the run before its parts
		return cmp.Or(cmp.Compare(strings.Count(a, "."), strings.Count(b, ".")), cmp.Compare(a, b))
	})
	for _, name := range names {
		a, inC := c[name]
		b, inOther := other[name]
		switch {
		case !inC:
			return fmt.Sprintf("%s is missing, and %s", name, b)
		case !inOther:
			return fmt.Sprintf("%s is %s, and missing", name, a)
		case a != b:
			return fmt.Sprintf("%s is %s, and %s", name, a, b)
		}
	}
	return ""
}

// Configuration returns what decides the spikes of the simulation.
func (s *Simulation) Configuration() Configuration { return s.configuration }

// configure describes a network and how it is run.
func configure(n *Network, cfg SimulationConfig) (Configuration, error) {
	c := Configuration{
		"seed":   strconv.FormatUint(cfg.Draws.Seed, 10),
		"draws":  cfg.Draws.Order.String(),
		"step":   cfg.Step.String(),
		"method": cfg.Method.String(),
	}
	names := make([]string, len(n.populations))
	for i, p := range n.populations {
		names[i] = p.name
		c.population("populations."+p.name, p.Population)
	}
	if cfg.Draws.Order == NamedStreams {
		slices.Sort(names) // the order decides nothing
	}
	c["populations"] = fmt.Sprintf("%q", names)
	for i, k := range n.connections {
		key := fmt.Sprintf("connections.%s -> %s, %s%d", k.source, k.target, strings.TrimRight(k.purpose(), "0123456789 "), k.nth)
		if cfg.Draws.Order == MyoGenOrder {
			key = fmt.Sprintf("connections.%d, %s -> %s", i, k.source, k.target)
		}
		kind := "excitatory"
		if k.Inhibitory {
			kind = "inhibitory"
		}
		c[key] = fmt.Sprintf("%s, probability %v, weight %v, delay %v", kind, k.Probability, k.Weight, delayOr(k.Delay))
		if k.List != nil {
			c[key] = fmt.Sprintf("pairs %s, weight %v, delay %v", hashed(k.List), k.Weight, delayOr(k.Delay))
		}
	}
	for _, x := range n.externals {
		clean, err := x.Drive.Clean()
		if err != nil {
			return nil, err
		}
		c["externals."+x.target] = fmt.Sprintf("%s, latency %v, noise %v, duration %v, step %v, shape %s",
			x.source, delayOr(x.Latency), x.Drive.Noise, x.Drive.Duration, x.Drive.step(), hashed(clean.Values))
	}
	for i, p := range cfg.Record {
		c[fmt.Sprintf("record.%d", i)] = fmt.Sprintf("%s, cell %d, compartment %d, %s", p.Population, p.Cell, p.Compartment, cmp.Or(p.Variable, "v"))
	}
	for i, in := range cfg.Inject {
		text := fmt.Sprintf("%s, cell %d, %v from %v for %v", in.Population, in.Cell, in.Amplitude, in.Start, in.Duration)
		if in.Signal != nil {
			text = fmt.Sprintf("%s, cell %d, signal %s", in.Population, in.Cell, hashed(in.Signal))
		}
		c[fmt.Sprintf("inject.%d", i)] = text
	}
	return c, nil
}

func (c Configuration) population(key string, p Population) {
	c[key] = p.String()
	switch p := p.(type) {
	case SpikeSource:
		times := make([][]units.Time, len(p.Trains))
		for i, t := range p.Trains {
			times[i] = t.Times
		}
		c[key+".spikes"] = hashed(times)
		c[key+".latency"] = delayOr(p.Latency).String()
	case AlphaMNPool:
		c[key+".thresholds"] = "none"
		if p.Thresholds != nil {
			c[key+".thresholds"] = fmt.Sprintf("%v to %v, %s", p.Thresholds[0], p.Thresholds[len(p.Thresholds)-1], hashed(p.Thresholds))
		}
		if p.SpikeThreshold != nil {
			c[key+".spike threshold"] = p.SpikeThreshold.String()
		}
		celsius := units.Temperature(defaultCelsius)
		if p.Celsius != nil {
			celsius = *p.Celsius
		}
		c[key+".temperature"] = celsius.String()
		if b := p.Background; b != nil {
			c[key+".background"] = fmt.Sprintf("excitatory %v; inhibitory %v", b.Excitatory, b.Inhibitory)
		}
		config, err := p.config()
		if err != nil {
			return // Add has refused such a pool
		}
		for path, r := range config.ranges {
			if group, _, ok := strings.Cut(path, "."); !ok || group == string(config.Model) {
				c[key+"."+path] = r.String()
			}
		}
	}
}

// hashed stands for a long list: its SHA-256, of the bits of numbers.
func hashed(list any) string {
	var text []byte
	number := func(x float64) { text = append(strconv.AppendUint(text, math.Float64bits(x), 16), ',') }
	switch list := list.(type) {
	case []float64:
		text = slices.Grow(text, 17*len(list))
		for _, x := range list {
			number(x)
		}
	case [][]units.Time:
		for _, t := range list {
			for _, x := range t {
				number(float64(x))
			}
			text = append(text, '\n')
		}
	case [][3]int:
		for _, l := range list {
			for _, x := range l {
				text = append(strconv.AppendInt(text, int64(x), 10), ' ')
			}
		}
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}
