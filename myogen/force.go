package myogen

import (
	"cmp"
	"errors"
	"fmt"
	"strings"

	"gomyogen/myogen/internal/fields"
	"gomyogen/myogen/internal/population"
	"gomyogen/myogen/muscle"
	"gomyogen/myogen/neo"
	"gomyogen/myogen/units"
)

// Force asks for the isometric force that a muscle makes of the spikes of a
// pool, after Fuglevand, Winter and Patla (1993): a signal of the pool, read by
// [Result.Force] and saved with the result. It decides no spike.
type Force struct {
	Population string
	Muscle     muscle.Fuglevand // the zero value has the parameters of the paper, sampled every 1 ms
	// Start and Stop are between which its statistics are taken. A Stop of 0 means the end
	// of the run.
	Start, Stop units.Time
}

func (f *Force) fields() []fields.Field {
	m := &f.Muscle
	ratio := func(p *float64, most float64) fields.Value { return fields.Float(p, fields.Between(1, most)) }
	contraction := fields.Positive.AtMost(float64(muscle.MaxContractionTime))
	return []fields.Field{
		{Name: "population", Doc: "pool of motor neurons, in the order of recruitment", Required: true, Value: fields.Name(&f.Population)},
		{Name: "n", Doc: "motor units; one for each cell unless it is given", Value: fields.Int(&m.N, 1, maxCells)},
		{Name: "twitch_range", Doc: "largest over smallest twitch", Default: "100", Value: ratio(&m.TwitchRange, muscle.MaxTwitchRange)},
		{Name: "contraction_time_range", Doc: "longest over shortest contraction time", Default: "3", Value: ratio(&m.ContractionTimeRange, muscle.MaxContractionTimeRange)},
		{Name: "longest_contraction_time", Doc: "of the first motor unit", Default: "90 ms", Value: duration(&m.LongestContractionTime, contraction)},
		{Name: "largest_twitch", Doc: "of the last motor unit; with it forces are in newtons, without it in units of the smallest twitch",
			Value: fields.Quantity(&m.LargestTwitch, units.ParseForce, fields.Positive.AtMost(muscle.MaxTwitch), "N", "mN")},
		{Name: "twitches", Doc: "twitches one by one, instead of the fields above", Value: fields.ListOf(&m.Twitches, "a twitch", twitchValue)},
		{Name: "sampling_period", Doc: "of the force", Default: "1 ms", Value: duration(&m.SamplingPeriod, fields.Positive)},
		{Name: "start", Doc: "begin of the statistics", Default: "0 ms", Value: duration(&f.Start, fields.NotNegative)},
		{Name: "stop", Doc: "end of the statistics; that of the run unless it is given", Value: duration(&f.Stop, fields.Positive)},
	}
}

func twitchValue(w *muscle.Twitch) fields.Value {
	return fields.Struct(func() []fields.Field {
		return []fields.Field{
			{Name: "amplitude", Doc: "peak force, in newtons or units of the smallest twitch", Required: true, Value: fields.Float(&w.Amplitude, fields.Positive.AtMost(muscle.MaxTwitch))},
			{Name: "contraction_time", Doc: "from the spike to the peak", Required: true, Value: duration(&w.ContractionTime, fields.Positive.AtMost(float64(muscle.MaxContractionTime)))},
		}
	})
}

// words names a force in errors.
func (f Force) words() string { return fmt.Sprintf("force of %q", f.Population) }

// String describes the force: "force of aMN, every 1 ms".
func (f Force) String() string {
	period := f.Muscle.SamplingPeriod
	if period == 0 {
		period = units.Ms
	}
	return fmt.Sprintf("force of %s, every %v", f.Population, period)
}

// force checks a force.
func (r *resolved) force(i int) error {
	f := r.Force[i]
	at, err := r.find(f.Population)
	if err != nil {
		return within(f.words(), fields.At("population", err))
	}
	if _, driven := r.plans[at].Plan.(population.Driven); driven {
		return within(f.words(), fields.At("population", fmt.Errorf("the cells of %q have no muscle: they are %s", f.Population, r.plans[at].kind())))
	}
	for _, other := range r.Force[:i] {
		if other.Population == f.Population {
			return within(f.words(), fields.At("population", errors.New("it is asked for twice")))
		}
	}
	if err := f.Muscle.Check(r.plans[at].size(), r.Duration); err != nil {
		return within(f.words(), errors.New(strings.TrimPrefix(err.Error(), "muscle: ")))
	}
	if period := cmp.Or(f.Muscle.SamplingPeriod, units.Ms); f.window(r.Duration) > f.Start && f.window(r.Duration)-f.Start < period {
		return within(f.words(), fields.At("stop", fmt.Errorf("the statistics are from %v to %v, shorter than the sampling period of %v",
			f.Start, f.window(r.Duration), period)))
	}
	if f.Stop > r.Duration || f.window(r.Duration) <= f.Start {
		return within(f.words(), fields.At("stop", fmt.Errorf("the statistics are from %v to %v, must be within the run of %v",
			f.Start, f.window(r.Duration), r.Duration)))
	}
	return nil
}

// window returns the end of the statistics.
func (f Force) window(duration units.Time) units.Time {
	if f.Stop == 0 {
		return duration
	}
	return f.Stop
}

// forceName is the name of the signal.
const forceName = "force"

// forces adds the forces to the segments of a block and returns why one could
// not be computed.
func (r *resolved) forces(b *neo.Block) (problems []string) {
	for _, f := range r.Force {
		seg, err := b.Segment(f.Population)
		if err != nil || len(seg.SpikeTrains) == 0 || !(seg.SpikeTrains[0].TStop > 0) {
			continue // nothing was run
		}
		signal, err := f.Muscle.Force(seg.SpikeTrains)
		if err != nil {
			problems = append(problems, fmt.Sprintf("there is no %s: %s", f.words(), strings.TrimPrefix(err.Error(), "muscle: ")))
			continue
		}
		signal.Name = forceName
		seg.AnalogSignals = append(seg.AnalogSignals, signal)
	}
	return problems
}

// Force returns the force of a pool, which [Experiment.Force] asks for, in
// newtons or in units of the smallest twitch.
func (r *Result) Force(population string) (neo.AnalogSignal, error) {
	all, err := r.Signals(population)
	if err != nil {
		return neo.AnalogSignal{}, err
	}
	for i := len(all) - 1; i >= 0; i-- { // after drive and probes
		if all[i].Name == forceName {
			return all[i], nil
		}
	}
	for _, w := range r.Origin.Warnings {
		if strings.HasPrefix(w, fmt.Sprintf("there is no force of %q", population)) {
			return neo.AnalogSignal{}, fmt.Errorf("myogen: %s", w)
		}
	}
	return neo.AnalogSignal{}, fmt.Errorf("myogen: there is no force of %q; Experiment.Force asks for it", population)
}

// Steadiness returns mean, SD and CV of the force of a run between Start and
// Stop, and the mean as a share of the pool's maximum.
func (f Force) Steadiness(r *Result) (s muscle.Steadiness, ofMaximum float64, err error) {
	signal, err := r.Force(f.Population)
	if err != nil {
		return s, 0, err
	}
	if s, err = muscle.NewSteadiness(signal, f.Start, f.window(r.Simulated)); err != nil {
		return s, 0, err
	}
	trains, err := r.SpikeTrains(f.Population)
	if err != nil {
		return s, 0, err
	}
	maximum, err := f.Muscle.Tetanus(len(trains))
	return s, s.Mean / maximum, err
}
