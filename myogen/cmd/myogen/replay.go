package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"gomyogen/myogen"
	"gomyogen/myogen/neo"
	"gomyogen/myogen/neo/npz"
	"gomyogen/myogen/units"
)

// replay simulates the motor neurons of a network file. It reads thresholds,
// connections (n, 3: drive neuron, motor neuron, synapse),
// dd_spike_times_ms with dd_spike_counts, conn_weight_uS, conn_delay_ms and
// T_ms, and if they are there dt_ms and threshold_mV; it writes
// mn_spike_times_ms and mn_spike_counts.
func replay(ctx context.Context, args []string, out io.Writer) error {
	f := flags("replay")
	model := f.String("model", string(myogen.NERLab), "NERLab or Powers2017")
	in := f.String("in", "", "network file, .npz")
	to := f.String("out", "", "spike file to write, .npz")
	if err := f.Parse(args); err != nil {
		return err
	}
	if *in == "" || *to == "" {
		return errors.New("replay needs -in and -out")
	}
	file, err := npz.Read(*in)
	if err != nil {
		return err
	}
	network, cfg, duration, err := readNetwork(file, myogen.Model(*model))
	if err != nil {
		return fmt.Errorf("%s: %w", *in, err)
	}
	sim, err := myogen.NewSimulation(network, cfg)
	if err != nil {
		return err
	}
	start := time.Now()
	result, err := sim.Run(ctx, duration, nil)
	if err != nil {
		return err
	}
	if result.Partial() {
		return fmt.Errorf("stopped at %v of %v; nothing was written", result.Simulated, duration)
	}
	trains, err := result.SpikeTrains("aMN")
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
	if err := npz.Write(*to, npz.File{"mn_spike_times_ms": npz.Floats(times), "mn_spike_counts": npz.Ints(counts)}); err != nil {
		return err
	}
	fmt.Fprintf(out, "%d spikes of %d motor neurons (%s), %d steps in %.1f s, written to %s\n",
		len(times), len(trains), *model, result.Steps, time.Since(start).Seconds(), *to)
	return nil
}

// readNetwork builds what a network file describes.
func readNetwork(file npz.File, model myogen.Model) (*myogen.Network, myogen.SimulationConfig, units.Time, error) {
	var cfg myogen.SimulationConfig
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
	thresholds, times, counts, pairs := floats("thresholds"), floats("dd_spike_times_ms"), ints("dd_spike_counts"), ints("connections")
	weight, delay, duration := one("conn_weight_uS"), one("conn_delay_ms"), one("T_ms")
	pool := myogen.AlphaMNPool{Thresholds: thresholds}
	if _, ok := file["dt_ms"]; ok {
		cfg.Step = units.Time(one("dt_ms"))
	}
	if _, ok := file["threshold_mV"]; ok {
		v := units.Voltage(one("threshold_mV"))
		pool.SpikeThreshold = &v
	}
	if first != nil {
		return nil, cfg, 0, first
	}
	if len(pairs)%3 != 0 {
		return nil, cfg, 0, fmt.Errorf("array \"connections\" has %d numbers, must have three for each connection", len(pairs))
	}
	var source myogen.SpikeSource
	for i, n := range counts {
		if n < 0 || n > int64(len(times)) {
			return nil, cfg, 0, fmt.Errorf("dd_spike_counts[%d] is %d, there are %d spikes left", i, n, len(times))
		}
		var t neo.SpikeTrain
		for _, x := range times[:n] {
			t.Times = append(t.Times, units.Time(x))
		}
		times = times[n:]
		source.Trains = append(source.Trains, t)
	}
	if len(times) > 0 {
		return nil, cfg, 0, fmt.Errorf("dd_spike_counts leaves %d spikes over", len(times))
	}
	list := make([][3]int, 0, len(pairs)/3)
	for ; len(pairs) > 0; pairs = pairs[3:] {
		list = append(list, [3]int{int(pairs[0]), int(pairs[1]), int(pairs[2])})
	}
	config, err := myogen.DefaultAlphaMNConfig(model)
	if err != nil {
		return nil, cfg, 0, err
	}
	pool.Config = &config
	n := &myogen.Network{}
	if err := n.Add("DD", source); err != nil {
		return nil, cfg, 0, err
	}
	if err := n.Add("aMN", pool); err != nil {
		return nil, cfg, 0, err
	}
	err = n.Connect("DD", "aMN", myogen.Connection{List: list, Weight: units.Conductance(weight), Delay: units.Time(delay)})
	return n, cfg, units.Time(duration), err
}
