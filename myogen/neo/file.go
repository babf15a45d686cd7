package neo

import (
	"fmt"
	"maps"
	"slices"

	"gomyogen/myogen/neo/npz"
	"gomyogen/myogen/units"
)

// fileFormat marks a saved block.
const fileFormat = "gomyogen block 1"

// Save writes the block as an .npz file, complete or not at all. For segment
// i it holds the arrays
//
//	i/spike_names, i/spike_counts   one entry for each train
//	i/spike_times_ms                all spikes, one train after the other
//	i/spike_spans_ms                t_start, t_stop and sampling period of each train
//	i/signal_names, i/signal_units, i/signal_spans_ms   likewise, t_start and sampling period
//	i/signal_counts, i/signal_values
//
// and beside them format, name, segments and annotations. numpy.load reads it.
func (b *Block) Save(path string) error {
	f := npz.File{
		"format":   npz.Texts([]string{fileFormat}),
		"name":     npz.Texts([]string{b.Name}),
		"segments": texts(len(b.Segments)),
	}
	keys := slices.Sorted(maps.Keys(b.Annotations))
	notes := texts(0)
	for _, k := range keys {
		notes.Text = append(notes.Text, k, b.Annotations[k])
	}
	notes.Shape = []int{len(notes.Text)}
	f["annotations"] = notes
	for i, s := range b.Segments {
		f["segments"].Text[i] = s.Name
		p := fmt.Sprintf("%d/", i)
		var names, signals, unit []string
		var counts, signalCounts []int64
		var times, spans, values, signalSpans []float64
		for _, t := range s.SpikeTrains {
			names, counts = append(names, t.Name), append(counts, int64(len(t.Times)))
			spans = append(spans, float64(t.TStart), float64(t.TStop), float64(t.SamplingPeriod))
			for _, x := range t.Times {
				times = append(times, float64(x))
			}
		}
		for _, a := range s.AnalogSignals {
			signals, unit = append(signals, a.Name), append(unit, a.Units)
			signalCounts = append(signalCounts, int64(len(a.Values)))
			signalSpans = append(signalSpans, float64(a.TStart), float64(a.SamplingPeriod))
			values = append(values, a.Values...)
		}
		f[p+"spike_names"], f[p+"spike_counts"] = npz.Texts(orEmpty(names)), npz.Ints(orEmpty(counts))
		f[p+"spike_times_ms"], f[p+"spike_spans_ms"] = npz.Floats(orEmpty(times)), npz.Floats(orEmpty(spans))
		f[p+"signal_names"], f[p+"signal_units"] = npz.Texts(orEmpty(signals)), npz.Texts(orEmpty(unit))
		f[p+"signal_counts"], f[p+"signal_values"] = npz.Ints(orEmpty(signalCounts)), npz.Floats(orEmpty(values))
		f[p+"signal_spans_ms"] = npz.Floats(orEmpty(signalSpans))
	}
	return npz.Write(path, f)
}

func texts(n int) npz.Array { return npz.Array{Shape: []int{n}, Text: make([]string, n)} }

// orEmpty makes nil an empty slice, so that an array has its type.
func orEmpty[T any](x []T) []T {
	if x == nil {
		return []T{}
	}
	return x
}

// Load reads a block that Save wrote. The error names the file and what is
// wrong in it.
func Load(path string) (*Block, error) {
	f, err := npz.Read(path)
	if err != nil {
		return nil, err
	}
	b, err := decode(f)
	if err != nil {
		return nil, fmt.Errorf("neo: %s: %w", path, err)
	}
	return b, nil
}

// reader takes arrays out of a file and keeps the first error.
type reader struct {
	f   npz.File
	err error
}

func (r *reader) texts(name string) []string {
	a, ok := r.f[name]
	if !ok && r.err == nil {
		r.err = fmt.Errorf("array %q is missing", name)
	}
	return a.Text
}

func (r *reader) floats(name string) []float64 {
	x, err := r.f.Floats(name)
	if r.err == nil {
		r.err = err
	}
	return x
}

func (r *reader) ints(name string) []int64 {
	x, err := r.f.Ints(name)
	if r.err == nil {
		r.err = err
	}
	return x
}

func decode(f npz.File) (*Block, error) {
	r := &reader{f: f}
	if format := r.texts("format"); len(format) != 1 || format[0] != fileFormat {
		return nil, fmt.Errorf("not a saved block: its format is %q, want %q", format, fileFormat)
	}
	name, notes := r.texts("name"), r.texts("annotations")
	if len(name) != 1 || len(notes)%2 != 0 {
		return nil, fmt.Errorf("the name %q or the annotations are damaged", name)
	}
	b := &Block{Name: name[0]}
	for i := 0; i < len(notes); i += 2 {
		if b.Annotations == nil {
			b.Annotations = map[string]string{}
		}
		b.Annotations[notes[i]] = notes[i+1]
	}
	for i, name := range r.texts("segments") {
		s := Segment{Name: name}
		p := fmt.Sprintf("%d/", i)
		names, counts := r.texts(p+"spike_names"), r.ints(p+"spike_counts")
		times, spans := r.floats(p+"spike_times_ms"), r.floats(p+"spike_spans_ms")
		signals, unit := r.texts(p+"signal_names"), r.texts(p+"signal_units")
		signalCounts, values, signalSpans := r.ints(p+"signal_counts"), r.floats(p+"signal_values"), r.floats(p+"signal_spans_ms")
		if r.err != nil {
			return nil, r.err
		}
		if len(counts) != len(names) || len(spans) != 3*len(names) || !fits(counts, len(times)) {
			return nil, fmt.Errorf("segment %q: %d names, %d counts, %d spans and %d spikes do not belong together", name, len(names), len(counts), len(spans)/3, len(times))
		}
		if len(signalCounts) != len(signals) || len(unit) != len(signals) || len(signalSpans) != 2*len(signals) || !fits(signalCounts, len(values)) {
			return nil, fmt.Errorf("segment %q: %d signal names, %d units, %d counts and %d values do not belong together", name, len(signals), len(unit), len(signalCounts), len(values))
		}
		for j, n := range counts {
			t := SpikeTrain{Name: names[j], TStart: units.Time(spans[3*j]), TStop: units.Time(spans[3*j+1]), SamplingPeriod: units.Time(spans[3*j+2])}
			for _, x := range times[:n] {
				t.Times = append(t.Times, units.Time(x))
			}
			times = times[n:]
			s.SpikeTrains = append(s.SpikeTrains, t)
		}
		for j, n := range signalCounts {
			s.AnalogSignals = append(s.AnalogSignals, AnalogSignal{Name: signals[j], Units: unit[j],
				TStart: units.Time(signalSpans[2*j]), SamplingPeriod: units.Time(signalSpans[2*j+1]), Values: values[:n:n]})
			values = values[n:]
		}
		b.Segments = append(b.Segments, s)
	}
	return b, r.err
}

// fits tells whether counts are not negative and add up to total.
func fits(counts []int64, total int) bool {
	for _, n := range counts {
		if n < 0 || n > int64(total) {
			return false
		}
		total -= int(n)
	}
	return total == 0
}
