package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"gomyogen/myogen"
	"gomyogen/myogen/format/npz"
	"gomyogen/myogen/units"
)

// replay simulates the motor neurons of a network file. It reads thresholds,
// connections (n, 3: drive neuron, motor neuron, synapse),
// dd_spike_times_ms with dd_spike_counts, conn_weight_uS, conn_delay_ms and
// T_ms, and if they are there dt_ms and threshold_mV; it writes
// mn_spike_times_ms and mn_spike_counts, and beside them the drive spikes.
func replay(ctx context.Context, args []string, out io.Writer) error {
	f := flags("replay")
	model := f.String("model", string(myogen.NERLab), "NERLab or Powers2017")
	in := f.String("in", "", "network file, .npz")
	to := f.String("out", "", "spike file to write, .npz")
	if _, err := parse(f, args, 0); err != nil {
		return err
	}
	if *in == "" || *to == "" {
		return errors.New("replay needs -in and -out")
	}
	if err := checkFiles([]file{{"-in", *in}}, []file{{"-out", *to}}); err != nil {
		return fmt.Errorf("replay: %w", err)
	}
	file, err := npz.Read(*in)
	if err != nil {
		return err
	}
	e, err := readNetwork(file, myogen.Model(*model))
	if err != nil {
		return fmt.Errorf("%s: %w", *in, err)
	}
	sim, err := myogen.NewSimulation(ctx, e)
	if err != nil {
		return err
	}
	result, err := sim.Run(ctx, nil)
	if err != nil {
		return err
	}
	if result.Partial() {
		return fmt.Errorf("stopped at %v of %v; nothing was written", result.Simulated.Round(units.Us), e.Duration)
	}
	saved := npz.File{}
	for prefix, population := range map[string]string{"dd": "DD", "mn": "aMN"} {
		trains, err := result.SpikeTrains(population)
		if err != nil {
			return err
		}
		times, counts := []float64{}, []int64{}
		for _, t := range trains {
			for _, x := range t.Times {
				times = append(times, float64(x))
			}
			counts = append(counts, int64(len(t.Times)))
		}
		saved[prefix+"_spike_times_ms"], saved[prefix+"_spike_counts"] = npz.Floats(times), npz.Ints(counts)
	}
	if err := npz.Write(*to, saved); err != nil {
		return err
	}
	fmt.Fprintln(out, result.Report())
	fmt.Fprintf(out, "written to %s; to compare: myogen compare %s %s\n", *to, *in, *to)
	return nil
}

// readNetwork returns the experiment that a network file describes.
func readNetwork(file npz.File, model myogen.Model) (myogen.Experiment, error) {
	var e myogen.Experiment
	var first error
	floats := func(name string) []float64 {
		x, err := file.Floats(name)
		if first == nil {
			first = err
		}
		return x
	}
	one := func(name string) float64 {
		x := floats(name)
		if first == nil && len(x) != 1 {
			first = fmt.Errorf("array %q has %d values, must have one", name, len(x))
		}
		if first != nil {
			return 0
		}
		return x[0]
	}
	ints := func(name string) []int64 {
		x, err := file.Ints(name)
		if first == nil {
			first = err
		}
		return x
	}
	thresholds, pairs := floats("thresholds"), ints("connections")
	weight, delay, duration := one("conn_weight_uS"), one("conn_delay_ms"), one("T_ms")
	pool := myogen.AlphaMNPool{Name: "aMN", Model: model, Thresholds: thresholds}
	if _, ok := file["dt_ms"]; ok {
		e.Step = units.Time(one("dt_ms"))
	}
	if _, ok := file["threshold_mV"]; ok {
		v := units.Voltage(one("threshold_mV"))
		pool.SpikeThreshold = &v
	}
	if first != nil {
		return e, first
	}
	if len(pairs)%3 != 0 {
		return e, fmt.Errorf("array \"connections\" has %d numbers, must have three for each connection", len(pairs))
	}
	driven, err := readTrains(file, "dd")
	if err != nil {
		return e, err
	}
	c := myogen.Connection{
		Source: "DD", Target: "aMN", Weight: units.Conductance(weight), Delay: units.Time(delay), Pairs: make([]myogen.Link, len(pairs)/3),
	}
	for i := range c.Pairs {
		c.Pairs[i] = myogen.Link{Source: int(pairs[3*i]), Target: int(pairs[3*i+1]), Synapse: int(pairs[3*i+2])}
	}
	e.Duration = units.Time(duration)
	e.Populations = []myogen.Population{myogen.SpikeSource{Name: "DD", Trains: driven}, pool}
	e.Connections = []myogen.Connection{c}
	return e, nil
}
