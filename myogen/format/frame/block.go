package frame

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"gomyogen/myogen/neo"
	"gomyogen/myogen/units"
)

// trainsKey is the metadata in which Spikes keeps what a list of spikes does not
// say: silent cells, spans, time steps.
const trainsKey = "gomyogen trains"

// trainsVersion is the version of that text.
const trainsVersion = 1

type trainsText struct {
	Version     int
	Name        string
	Annotations map[string]string
	Populations []populationText
}

type populationText struct {
	Name  string
	Units []unitText
}

type unitText struct {
	Name                  string
	Spikes                int
	Start, Stop, PeriodMs float64
}

// Spikes returns all spikes of a block as a long frame with the columns
// population, unit and time (ms), a row for each spike. Metadata hold the names
// and spans of all trains, so that [Block] gives the block again, without its
// signals; a CSV file loses them.
func Spikes(b *neo.Block) (*Frame, error) {
	if err := b.Validate(); err != nil {
		return nil, err
	}
	text := trainsText{Version: trainsVersion, Name: b.Name, Annotations: b.Annotations}
	populations, names, times := Texts{}, Texts{}, Floats{}
	for _, s := range b.Segments {
		p := populationText{Name: s.Name}
		for _, t := range s.SpikeTrains {
			p.Units = append(p.Units, unitText{t.Name, len(t.Times), float64(t.TStart), float64(t.TStop), float64(t.SamplingPeriod)})
			for _, x := range t.Times {
				populations, names, times = append(populations, s.Name), append(names, t.Name), append(times, float64(x))
			}
		}
		text.Populations = append(text.Populations, p)
	}
	metadata, err := json.Marshal(text)
	if err != nil {
		return nil, fmt.Errorf("frame: %w", err)
	}
	return &Frame{
		Columns:  []Column{{"population", "", populations}, {"unit", "", names}, {"time", "ms", times}},
		Metadata: map[string]string{trainsKey: string(metadata)},
	}, nil
}

// Signals returns all signals of a block as a long frame with the columns
// population, signal, quantity (the unit of the value), time (ms) and value, a
// row for each sample.
func Signals(b *neo.Block) (*Frame, error) {
	if err := b.Validate(); err != nil {
		return nil, err
	}
	populations, names, quantities := Texts{}, Texts{}, Texts{}
	times, values := Floats{}, Floats{}
	for _, s := range b.Segments {
		for _, a := range s.AnalogSignals {
			for i, v := range a.Values {
				populations, names, quantities = append(populations, s.Name), append(names, a.Name), append(quantities, a.Units)
				times, values = append(times, float64(a.Time(i))), append(values, v)
			}
		}
	}
	return &Frame{Columns: []Column{
		{"population", "", populations}, {"signal", "", names}, {"quantity", "", quantities}, {"time", "ms", times}, {"value", "", values},
	}}, nil
}

// Block returns a long frame of spikes as a block: a column unit (or mu, train,
// neuron, name), a column time (or times, spike_time, discharge) in s, ms or us,
// and perhaps a column population, which makes the segments; without it there is
// one, "units". The order of rows does not matter. Trains of a frame that
// [Spikes] made are as they were; others span 0 to the last spike of all.
// timeUnit is the unit of a time that names none; "" refuses it.
func Block(f *Frame, timeUnit string) (*neo.Block, error) {
	if err := f.Validate(); err != nil {
		return nil, err
	}
	times, err := f.times(timeUnit)
	if err != nil {
		return nil, err
	}
	unit, err := f.oneOf("unit", "mu", "train", "neuron", "name", "unit_name")
	if err != nil {
		return nil, err
	}
	names, err := f.Texts(unit.Name)
	if err != nil {
		return nil, err
	}
	var populations []string
	if c, err := f.oneOf("population"); err == nil {
		if populations, err = f.Texts(c.Name); err != nil {
			return nil, err
		}
	}
	if text, ok := f.Metadata[trainsKey]; ok {
		if b, err := blockAsItWas(text, names, populations, times); b != nil || err != nil {
			return b, err
		}
	}
	return blockOf(names, populations, times)
}

// oneOf returns the first column of one of these names, in upper or lower case.
func (f *Frame) oneOf(names ...string) (Column, error) {
	for _, name := range names {
		for _, c := range f.Columns {
			if strings.EqualFold(c.Name, name) {
				return c, nil
			}
		}
	}
	_, err := f.Column(names[0])
	return Column{}, err
}

// times returns the times of all rows in ms.
func (f *Frame) times(timeUnit string) ([]units.Time, error) {
	c, err := f.oneOf("time", "times", "spike_time", "spike_times", "discharge")
	if err != nil {
		return nil, err
	}
	values, err := f.Floats(c.Name)
	if err != nil {
		return nil, err
	}
	unit := c.Unit
	if unit == "" {
		unit = timeUnit
	}
	factor, ok := map[string]float64{"s": 1000, "ms": 1, "us": 1e-3, "µs": 1e-3}[unit]
	if !ok {
		return nil, fmt.Errorf("frame: column %q has the unit %q; a time is in s, ms or us: name it \"%s [s]\", or say the unit", c.Name, unit, c.Name)
	}
	times := make([]units.Time, len(values))
	for i, x := range values {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return nil, fmt.Errorf("frame: column %q row %d: %v is not a time", c.Name, i, x)
		}
		times[i] = units.Time(x * factor)
	}
	return times, nil
}

// blockAsItWas returns the block that Spikes made a frame of, or nil if the
// frame has changed since.
func blockAsItWas(text string, names, populations []string, times []units.Time) (*neo.Block, error) {
	var x trainsText
	if err := json.Unmarshal([]byte(text), &x); err != nil {
		return nil, fmt.Errorf("frame: metadata %q: %w", trainsKey, err)
	}
	if x.Version > trainsVersion {
		return nil, fmt.Errorf("frame: it has version %d of %q; this program reads up to version %d: update it", x.Version, trainsKey, trainsVersion)
	}
	b := &neo.Block{Name: x.Name, Annotations: x.Annotations}
	row := 0
	for _, p := range x.Populations {
		s := neo.Segment{Name: p.Name}
		for _, u := range p.Units {
			if u.Spikes < 0 || u.Spikes > len(times)-row {
				return nil, nil
			}
			for i := row; i < row+u.Spikes; i++ {
				if populations == nil || names[i] != u.Name || populations[i] != p.Name {
					return nil, nil
				}
			}
			s.SpikeTrains = append(s.SpikeTrains, neo.SpikeTrain{
				Name: u.Name, Times: slices.Clone(times[row : row+u.Spikes]),
				TStart: units.Time(u.Start), TStop: units.Time(u.Stop), SamplingPeriod: units.Time(u.PeriodMs),
			})
			row += u.Spikes
		}
		b.Segments = append(b.Segments, s)
	}
	if row != len(times) {
		return nil, nil
	}
	return b, b.Validate()
}

// blockOf groups rows by population and unit, in the order in which they first
// appear.
func blockOf(names, populations []string, times []units.Time) (*neo.Block, error) {
	if len(times) == 0 {
		return nil, errors.New("frame: it has no spikes")
	}
	start, stop := min(0, slices.Min(times)), max(0, slices.Max(times))
	type key struct{ population, unit string }
	trains := map[key][]units.Time{}
	var order []key
	for i, t := range times {
		k := key{"units", names[i]}
		if populations != nil {
			k.population = populations[i]
		}
		if _, seen := trains[k]; !seen {
			order = append(order, k)
		}
		trains[k] = append(trains[k], t)
	}
	b := &neo.Block{Annotations: map[string]string{}}
	at := map[string]int{}
	for _, k := range order {
		i, seen := at[k.population]
		if !seen {
			i = len(b.Segments)
			at[k.population] = i
			b.Segments = append(b.Segments, neo.Segment{Name: k.population})
		}
		t := trains[k]
		slices.Sort(t)
		b.Segments[i].SpikeTrains = append(b.Segments[i].SpikeTrains, neo.SpikeTrain{Name: k.unit, Times: t, TStart: start, TStop: stop})
	}
	return b, b.Validate()
}
