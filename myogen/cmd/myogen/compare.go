package main

import (
	"context"
	"fmt"
	"io"

	"gomyogen/myogen/format/npz"
	"gomyogen/myogen/neo"
	"gomyogen/myogen/stats"
	"gomyogen/myogen/units"
)

// compare compares two saved results.
func compare(_ context.Context, args []string, out io.Writer) error {
	files, err := parse(flags("compare"), args, 2)
	if err != nil {
		return err
	}
	var blocks [2]*neo.Block
	for i, path := range files {
		if blocks[i], err = readBlock(path); err != nil {
			return err
		}
		fmt.Fprintf(out, "%c: %s\n", 'A'+i, path)
	}
	c := stats.Compare(blocks[0], blocks[1])
	fmt.Fprintln(out, c)
	if !c.Identical() {
		return errDifferent
	}
	return nil
}

// readBlock reads a saved block, or the spike trains of a network file as the
// populations DD and aMN.
func readBlock(path string) (*neo.Block, error) {
	f, err := npz.Read(path)
	if err != nil {
		return nil, err
	}
	if _, ok := f["mn_spike_counts"]; !ok {
		b, err := npz.DecodeBlock(f)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		return b, nil
	}
	b := &neo.Block{}
	var duration, step float64 // 0 if the file does not have them
	for name, x := range map[string]*float64{"T_ms": &duration, "dt_ms": &step} {
		if values, err := f.Floats(name); err == nil && len(values) == 1 {
			*x = values[0]
		}
	}
	for _, p := range []struct{ prefix, name string }{{"dd", "DD"}, {"mn", "aMN"}} {
		if _, ok := f[p.prefix+"_spike_counts"]; !ok {
			continue
		}
		trains, err := readTrains(f, p.prefix)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		for i := range trains {
			trains[i].TStop, trains[i].SamplingPeriod = units.Time(duration), units.Time(step)
		}
		b.Segments = append(b.Segments, neo.Segment{Name: p.name, SpikeTrains: trains})
	}
	return b, nil
}

// readTrains cuts the concatenated spikes of a network file into trains.
func readTrains(f npz.File, prefix string) ([]neo.SpikeTrain, error) {
	times, err := f.Floats(prefix + "_spike_times_ms")
	if err != nil {
		return nil, err
	}
	counts, err := f.Ints(prefix + "_spike_counts")
	if err != nil {
		return nil, err
	}
	trains := make([]neo.SpikeTrain, len(counts))
	for i, n := range counts {
		if n < 0 || n > int64(len(times)) {
			return nil, fmt.Errorf("%s_spike_counts[%d] is %d, there are %d spikes left", prefix, i, n, len(times))
		}
		for _, x := range times[:n] {
			trains[i].Times = append(trains[i].Times, units.Time(x))
		}
		times = times[n:]
	}
	if len(times) > 0 {
		return nil, fmt.Errorf("%s_spike_counts leaves %d spikes over", prefix, len(times))
	}
	return trains, nil
}
