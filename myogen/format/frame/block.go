package frame

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"gomyogen/myogen/format/internal/inorder"
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
// signals; a CSV file loses them, and with them cells without a spike.
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
func blockOf(names, populations []string, times []units.Time, period units.Time) (*neo.Block, error) {
	if len(times) == 0 {
		return nil, errors.New("frame: it has no discharges: no rows, or none with a time")
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
		b.Segments[i].SpikeTrains = append(b.Segments[i].SpikeTrains, neo.SpikeTrain{
			Name: k.unit, Times: trains[k], TStart: start, TStop: stop, SamplingPeriod: period,
		})
	}
	inorder.Sort(b)
	return b, b.Validate()
}
