package npz

import (
	"archive/zip"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"gomyogen/myogen/neo"
	"gomyogen/myogen/units"
)

// blockFormat and blockVersion mark a file that holds a block.
const (
	blockFormat  = "gomyogen block"
	blockVersion = 1
)

// WriteBlock writes a block to the .npz file at path, complete or not at all.
// It refuses a block that [neo.Block.Validate] refuses, as [ReadBlock] would.
//
// For segment i the file holds the arrays
//
//	i/spike_names, i/spike_counts   one entry for each train
//	i/spike_times_ms                all spikes, one train after the other
//	i/spike_spans_ms                t_start, t_stop and sampling period of each train
//	i/signal_names, i/signal_units, i/signal_spans_ms   likewise, t_start and sampling period
//	i/signal_counts, i/signal_values
//	i/signal_binned                 1 for each signal of bins; not there if there is none
//
// and beside them format, name, segments and annotations (key, value, key,
// value ...). numpy.load reads it; spikes of train j are those from
// sum(counts[:j]) to sum(counts[:j+1]).
func WriteBlock(path string, b *neo.Block) error { return Writer{}.WriteBlock(path, b) }

// WriteBlock is the function [WriteBlock] with the writer's Look.
func (w Writer) WriteBlock(path string, b *neo.Block) error {
	var arrays map[string]source
	err := beside(w.Look, func() error {
		arrays = encodeBlock(b)
		return b.Validate()
	})
	if err != nil {
		return fmt.Errorf("npz: %s: %w", path, err)
	}
	return w.write(path, arrays)
}

// EncodeBlock writes the block to w as an .npz file whose arrays are not compressed.
func EncodeBlock(w io.Writer, b *neo.Block) error {
	if err := b.Validate(); err != nil {
		return fmt.Errorf("npz: %w", err)
	}
	a, err := newContents(encodeBlock(b))
	if err == nil {
		_, err = a.encode(w, zip.Store)
	}
	if err != nil {
		return fmt.Errorf("npz: %w", err)
	}
	return nil
}

// encodeBlock returns the arrays of a block, of which spikes and samples are not
// copied: there may be gigabytes.
func encodeBlock(b *neo.Block) map[string]source {
	f := File{
		"format":   Texts([]string{fmt.Sprintf("%s %d", blockFormat, blockVersion)}),
		"name":     Texts([]string{b.Name}),
		"segments": Texts(make([]string, len(b.Segments))),
	}
	notes := []string{}
	for _, k := range slices.Sorted(maps.Keys(b.Annotations)) {
		notes = append(notes, k, b.Annotations[k])
	}
	f["annotations"] = Texts(notes)
	long := map[string]source{}
	for i, s := range b.Segments {
		f["segments"].Text[i] = s.Name
		p := fmt.Sprintf("%d/", i)
		names, signals, unit := []string{}, []string{}, []string{} // not nil, so that each array has its type
		counts, signalCounts := []int64{}, []int64{}
		spans, signalSpans := []float64{}, []float64{}
		for _, t := range s.SpikeTrains {
			names, counts = append(names, t.Name), append(counts, int64(len(t.Times)))
			spans = append(spans, float64(t.TStart), float64(t.TStop), float64(t.SamplingPeriod))
		}
		for _, a := range s.AnalogSignals {
			signals, unit = append(signals, a.Name), append(unit, a.Units)
			signalCounts = append(signalCounts, int64(len(a.Values)))
			signalSpans = append(signalSpans, float64(a.TStart), float64(a.SamplingPeriod))
		}
		if slices.ContainsFunc(s.AnalogSignals, func(a neo.AnalogSignal) bool { return a.Binned }) {
			binned := []int64{}
			for _, a := range s.AnalogSignals {
				x := int64(0)
				if a.Binned {
					x = 1
				}
				binned = append(binned, x)
			}
			f[p+"signal_binned"] = Ints(binned)
		}
		f[p+"spike_names"], f[p+"spike_counts"] = Texts(names), Ints(counts)
		f[p+"spike_spans_ms"] = Floats(spans)
		f[p+"signal_names"], f[p+"signal_units"] = Texts(signals), Texts(unit)
		f[p+"signal_counts"], f[p+"signal_spans_ms"] = Ints(signalCounts), Floats(signalSpans)
		long[p+"spike_times_ms"] = source{row: true, each: func(yield func(Array) error) error {
			var times []float64 // used again and again
			for _, t := range s.SpikeTrains {
				for piece := range slices.Chunk(t.Times, 1<<13) {
					times = times[:0]
					for _, x := range piece {
						times = append(times, float64(x))
					}
					if err := yield(Floats(times)); err != nil {
						return err
					}
				}
			}
			return nil
		}}
		long[p+"signal_values"] = source{row: true, each: func(yield func(Array) error) error {
			for _, a := range s.AnalogSignals {
				if err := yield(Floats(a.Values)); err != nil {
					return err
				}
			}
			return nil
		}}
	}
	all := f.sources()
	maps.Copy(all, long)
	return all
}

// ReadBlock reads a block that [WriteBlock] wrote, with the limits of the zero
// [Reader]. The error names the file and what is wrong in it.
func ReadBlock(path string) (*neo.Block, error) { return Reader{}.ReadBlock(path) }

// ReadBlock reads a block that [WriteBlock] wrote. The error names the file
// and what is wrong in it.
func (r Reader) ReadBlock(path string) (*neo.Block, error) {
	f, err := r.Read(path)
	if err != nil {
		return nil, err
	}
	b, err := DecodeBlock(f)
	if err != nil {
		return nil, fmt.Errorf("npz: %s: %w", path, err)
	}
	return b, nil
}

// arrays takes arrays out of a file and keeps the first error.
type arrays struct {
	f   File
	err error
}

func take[T any](a *arrays, get func(string) ([]T, error), name string) []T {
	x, err := get(name)
	if shape := a.f[name].Shape; err == nil && len(shape) > 1 {
		err = fmt.Errorf("array %q: its shape is %v, must be a list", name, shape)
	}
	if a.err == nil {
		a.err = err
	}
	return x
}

func (a *arrays) texts(name string) []string   { return take(a, a.f.Texts, name) }
func (a *arrays) floats(name string) []float64 { return take(a, a.f.Floats, name) }
func (a *arrays) ints(name string) []int64     { return take(a, a.f.Ints, name) }

// DecodeBlock returns the block that the arrays of a file hold.
func DecodeBlock(f File) (*neo.Block, error) {
	a := &arrays{f: f}
	if err := checkFormat(a.texts("format")); err != nil {
		return nil, err
	}
	name, notes := a.texts("name"), a.texts("annotations")
	segments := a.texts("segments")
	switch {
	case a.err != nil:
		return nil, a.err
	case len(name) != 1:
		return nil, fmt.Errorf(`array "name": it holds %d texts, want 1`, len(name))
	case len(notes)%2 != 0:
		return nil, fmt.Errorf(`array "annotations": it holds %d texts, want keys and values in turn`, len(notes))
	}
	b := &neo.Block{Name: name[0]}
	for i := 0; i < len(notes); i += 2 {
		if b.Annotations == nil {
			b.Annotations = map[string]string{}
		}
		if _, twice := b.Annotations[notes[i]]; twice {
			return nil, fmt.Errorf(`array "annotations": the key %q is there twice`, notes[i])
		}
		b.Annotations[notes[i]] = notes[i+1]
	}
	if err := checkKnown(f, len(segments)); err != nil {
		return nil, err
	}
	for i, name := range segments {
		s, err := a.segment(fmt.Sprintf("%d/", i), name)
		if err != nil {
			return nil, err
		}
		b.Segments = append(b.Segments, s)
	}
	return b, b.Validate()
}

// segmentArrays are the arrays of a segment.
var segmentArrays = []string{"spike_names", "spike_counts", "spike_times_ms", "spike_spans_ms",
	"signal_names", "signal_units", "signal_spans_ms", "signal_counts", "signal_values", "signal_binned"}

// checkKnown refuses an array of a segment that is not one of them, or of a segment that
// is not there: with its name misspelt, what it says would be lost. Other arrays may be
// anything.
func checkKnown(f File, segments int) error {
	for _, name := range slices.Sorted(maps.Keys(f)) {
		number, array, ok := strings.Cut(name, "/")
		i, err := strconv.Atoi(number)
		switch {
		case !ok || err != nil:
		case i < 0 || i >= segments || number != strconv.Itoa(i):
			return fmt.Errorf("array %q: there is no segment %s; there are %d", name, number, segments)
		case !slices.Contains(segmentArrays, array):
			return fmt.Errorf("array %q: a segment has no %q; it has %s", name, array, strings.Join(segmentArrays, ", "))
		}
	}
	return nil
}

func checkFormat(format []string) error {
	if len(format) == 1 {
		if number, ok := strings.CutPrefix(format[0], blockFormat+" "); ok {
			switch version, err := strconv.Atoi(number); {
			case err == nil && version == blockVersion:
				return nil
			case err == nil && version > blockVersion:
				return fmt.Errorf("it has version %d of the block format, written by newer software; this reads version %d", version, blockVersion)
			}
		}
	}
	return fmt.Errorf("not a saved block: its format is %q, want %q", format, fmt.Sprintf("%s %d", blockFormat, blockVersion))
}

func (a *arrays) segment(p, name string) (s neo.Segment, err error) {
	names, counts := a.texts(p+"spike_names"), a.ints(p+"spike_counts")
	times, spans := a.floats(p+"spike_times_ms"), a.floats(p+"spike_spans_ms")
	signals, unit := a.texts(p+"signal_names"), a.texts(p+"signal_units")
	signalCounts, values := a.ints(p+"signal_counts"), a.floats(p+"signal_values")
	signalSpans := a.floats(p + "signal_spans_ms")
	binned := make([]int64, len(signals))
	if _, ok := a.f[p+"signal_binned"]; ok {
		binned = a.ints(p + "signal_binned")
	}
	s.Name = name
	for _, err := range []error{
		a.err,
		checkLength(p+"spike_counts", len(counts), len(names)),
		checkLength(p+"spike_spans_ms", len(spans), 3*len(names)),
		checkCounts(p+"spike_counts", counts, p+"spike_times_ms", len(times)),
		checkLength(p+"signal_units", len(unit), len(signals)),
		checkLength(p+"signal_counts", len(signalCounts), len(signals)),
		checkLength(p+"signal_spans_ms", len(signalSpans), 2*len(signals)),
		checkLength(p+"signal_binned", len(binned), len(signals)),
		checkCounts(p+"signal_counts", signalCounts, p+"signal_values", len(values)),
	} {
		if err != nil {
			return s, err
		}
	}
	for j, x := range binned {
		if x != 0 && x != 1 {
			return s, fmt.Errorf("array %q: value %d is %d, must be 0 or 1", p+"signal_binned", j, x)
		}
	}
	for j, n := range counts {
		t := neo.SpikeTrain{Name: names[j], TStart: units.Time(spans[3*j]), TStop: units.Time(spans[3*j+1]), SamplingPeriod: units.Time(spans[3*j+2])}
		if n > 0 {
			t.Times = make([]units.Time, n)
		}
		for k := range t.Times {
			t.Times[k] = units.Time(times[k])
		}
		times = times[n:]
		s.SpikeTrains = append(s.SpikeTrains, t)
	}
	for j, n := range signalCounts {
		s.AnalogSignals = append(s.AnalogSignals, neo.AnalogSignal{Name: signals[j], Units: unit[j],
			TStart: units.Time(signalSpans[2*j]), SamplingPeriod: units.Time(signalSpans[2*j+1]), Values: values[:n:n], Binned: binned[j] != 0})
		values = values[n:]
	}
	return s, nil
}

func checkLength(name string, have, want int) error {
	if have != want {
		return fmt.Errorf("array %q: it has %d values, want %d", name, have, want)
	}
	return nil
}

// checkCounts returns an error unless the counts are not negative and add up
// to the length of another array.
func checkCounts(name string, counts []int64, other string, length int) error {
	left := int64(length)
	for i, n := range counts {
		if n < 0 || n > left {
			return fmt.Errorf("array %q: value %d is %d, and array %q has %d values left", name, i, n, other, left)
		}
		left -= n
	}
	if left > 0 {
		return fmt.Errorf("array %q: the counts leave %d values of array %q over", name, left, other)
	}
	return nil
}
