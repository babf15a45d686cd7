package muscle

import (
	"fmt"
	"math"

	"gomyogen/myogen/neo"
	"gomyogen/myogen/units"
)

// Fuglevand describes the isometric force of a pool of motor units after
// Fuglevand, Winter and Patla (1993), from spikes to force. Its zero value has
// the parameters of the paper and a motor unit for each spike train.
//
// Motor unit i = 1 ... n, the first recruited first, has a twitch with
//
//	amplitude         P(i) = exp(ln(RP) i/n)
//	contraction time  T(i) = T_L (1/P(i))^(1/c),  c = ln RP / ln RT
//
// which makes T(i) = T_L RT^(-i/n). The force of a unit is the sum of its
// twitches, each multiplied by [Twitch.Gain] of the interval before its spike
// (1 for the first), and the force of the pool is the sum over its units.
type Fuglevand struct {
	N                      int        // motor units n; 0 is one for each spike train
	TwitchRange            float64    // RP, largest over smallest twitch; 0 is 100
	ContractionTimeRange   float64    // RT, longest over shortest contraction time; 0 is 3
	LongestContractionTime units.Time // T_L; 0 is 90 ms

	// LargestTwitch is the amplitude of the largest twitch. It scales all twitches,
	// and forces are in newtons. With 0, forces are in units of the smallest twitch.
	LargestTwitch units.Force

	// Twitches gives the twitches one by one, in the order of the spike trains,
	// instead of the four fields at the top, which must then be 0.
	Twitches []Twitch

	SamplingPeriod units.Time // of the force; 0 is 1 ms
}

// ForceUnits returns the unit of the forces: "N" or "smallest twitch".
func (m Fuglevand) ForceUnits() string {
	if m.LargestTwitch != 0 {
		return "N"
	}
	return "smallest twitch"
}

// Pool returns the twitches of a pool of n motor units, in the order of
// recruitment. n may be 0 where N or Twitches gives the number.
func (m Fuglevand) Pool(n int) ([]Twitch, error) {
	if f := float64(m.LargestTwitch); !(f >= 0 && f <= MaxTwitch) {
		return nil, fmt.Errorf("muscle: largest twitch is %v, must be above 0 and at most %v", m.LargestTwitch, units.Force(MaxTwitch))
	}
	pool := m.Twitches
	if pool == nil {
		var err error
		if pool, err = m.spread(n); err != nil {
			return nil, err
		}
	} else if m.N != 0 || m.TwitchRange != 0 || m.ContractionTimeRange != 0 || m.LongestContractionTime != 0 {
		return nil, fmt.Errorf("muscle: %d twitches are given and also N %d, TwitchRange %v, "+
			"ContractionTimeRange %v, LongestContractionTime %v: give one or the other",
			len(pool), m.N, m.TwitchRange, m.ContractionTimeRange, m.LongestContractionTime)
	}
	largest := 0.0
	for i, w := range pool {
		if err := w.check(); err != nil {
			return nil, fmt.Errorf("muscle: motor unit %d: %w", i, err)
		}
		largest = max(largest, w.Amplitude)
	}
	if n != 0 && n != len(pool) {
		return nil, fmt.Errorf("muscle: %d spike trains are given for a pool of %d", n, len(pool))
	}
	if len(pool) == 0 {
		return nil, fmt.Errorf("muscle: the pool has no motor units")
	}
	if m.LargestTwitch != 0 {
		scaled := make([]Twitch, len(pool))
		for i, w := range pool {
			scaled[i] = Twitch{float64(m.LargestTwitch) * (w.Amplitude / largest), w.ContractionTime}
		}
		return scaled, nil
	}
	return append([]Twitch(nil), pool...), nil
}

// maxUnits is the number of motor units above which a pool is refused.
const maxUnits = 1 << 20

// spread returns the twitches by the two ranges of the paper.
func (m Fuglevand) spread(n int) ([]Twitch, error) {
	if m.N != 0 {
		n = m.N
	}
	if n < 0 || n > maxUnits {
		return nil, fmt.Errorf("muscle: a pool of %d motor units, must be 1 to %d", n, maxUnits)
	}
	rp, rt, longest := 100.0, 3.0, 90*units.Ms
	if m.TwitchRange != 0 {
		rp = m.TwitchRange
	}
	if m.ContractionTimeRange != 0 {
		rt = m.ContractionTimeRange
	}
	if m.LongestContractionTime != 0 {
		longest = m.LongestContractionTime
	}
	for _, err := range []error{
		checkRatio("TwitchRange", rp, MaxTwitchRange), checkRatio("ContractionTimeRange", rt, MaxContractionTimeRange),
		checkContractionTime("LongestContractionTime", longest),
	} {
		if err != nil {
			return nil, fmt.Errorf("muscle: %w", err)
		}
	}
	pool := make([]Twitch, n)
	for i := range pool {
		rank := float64(i+1) / float64(n)
		pool[i] = Twitch{
			Amplitude:       math.Pow(rp, rank),
			ContractionTime: longest / units.Time(math.Pow(rt, rank)),
		}
	}
	return pool, nil
}

// Tetanus returns the maximum force of a pool of n motor units, the sum of
// their tetani. n may be 0 where N or Twitches gives the number.
func (m Fuglevand) Tetanus(n int) (float64, error) {
	pool, err := m.Pool(n)
	if err != nil {
		return 0, err
	}
	sum := 0.0
	for _, w := range pool {
		sum += w.Tetanus()
	}
	return sum, nil
}

// Force returns the force of the pool from the spike trains of its motor
// neurons, one for each motor unit in the order of recruitment. The signal has
// a sample every SamplingPeriod in [t_start, t_stop) of the trains, which must
// have one span. A sample is the exact sum of the twitches at its time, so that
// a finer sampling adds samples and changes none; spikes need not lie on the
// grid. It is computed by recursion: a motor unit is a state of second order,
// which each spike continues from the one before. The time taken is proportional
// to samples times units; beyond the output, memory does not depend on the
// duration.
//
// A sampling rate below twice the highest frequency is an error. Frequencies
// that count are the instantaneous firing rates and, for each twitch, those up to
// 1/(2 T), where its spectrum, 1/(1 + (2 pi f T)²), has fallen to 9 %: a sampling
// period is at most a contraction time.
func (m Fuglevand) Force(trains []neo.SpikeTrain) (neo.AnalogSignal, error) {
	force := neo.AnalogSignal{Name: "force", Units: m.ForceUnits()}
	pool, err := m.prepare(trains, 1, &force)
	if err != nil {
		return neo.AnalogSignal{}, err
	}
	var s sampler
	for i, t := range trains {
		s.reset(grid{force.TStart, force.SamplingPeriod}, pool[i])
		s.addAll(force.Values, t.Times)
	}
	return force, nil
}

// UnitForces returns the force of each motor unit, under the name of its spike
// train. See [Fuglevand.Force].
func (m Fuglevand) UnitForces(trains []neo.SpikeTrain) ([]neo.AnalogSignal, error) {
	empty := neo.AnalogSignal{Units: m.ForceUnits()}
	pool, err := m.prepare(trains, len(trains), &empty)
	if err != nil {
		return nil, err
	}
	var s sampler
	forces := make([]neo.AnalogSignal, len(trains))
	for i, t := range trains {
		forces[i] = empty
		forces[i].Name = t.Name
		forces[i].Values = make([]float64, len(empty.Values))
		s.reset(grid{empty.TStart, empty.SamplingPeriod}, pool[i])
		s.addAll(forces[i].Values, t.Times)
	}
	return forces, nil
}

// FractionOfMaximum returns the mean force in [start, stop] over the maximum force of
// the pool, as a sweep or a fit needs it: 0.2 is 20 % of maximum.
func (m Fuglevand) FractionOfMaximum(trains []neo.SpikeTrain, start, stop units.Time) (float64, error) {
	force, err := m.Force(trains)
	if err != nil {
		return 0, err
	}
	steady, err := NewSteadiness(force, start, stop)
	if err != nil {
		return 0, err
	}
	maximum, err := m.Tetanus(len(trains))
	return steady.Mean / maximum, err
}

// Check returns what is wrong with the parameters for a pool of n motor units and
// a recording of some duration: what [Fuglevand.Force] would refuse whatever the
// spikes. n may be 0 where N or Twitches gives the number.
func (m Fuglevand) Check(n int, duration units.Time) error {
	pool, err := m.Pool(n)
	if err != nil {
		return err
	}
	trains := make([]neo.SpikeTrain, len(pool))
	for i := range trains {
		trains[i].TStop = duration
	}
	_, _, err = m.grid(pool, trains, 1)
	return err
}

// maxSamples is the number of samples of all signals above which a force is
// refused: 1 GiB.
const maxSamples = 1 << 27

// prepare checks the trains, gives the signal its grid, of which the caller will
// hold a number of copies, and returns the twitches.
func (m Fuglevand) prepare(trains []neo.SpikeTrain, copies int, signal *neo.AnalogSignal) ([]Twitch, error) {
	if len(trains) == 0 {
		return nil, fmt.Errorf("muscle: there are no spike trains")
	}
	pool, err := m.Pool(len(trains))
	if err != nil {
		return nil, err
	}
	period, samples, err := m.grid(pool, trains, copies)
	if err != nil {
		return nil, err
	}
	signal.TStart, signal.SamplingPeriod = trains[0].TStart, period
	signal.Values = make([]float64, samples)
	return pool, nil
}

// period returns the sampling period.
func (m Fuglevand) period() (units.Time, error) {
	if m.SamplingPeriod == 0 {
		return units.Ms, nil
	}
	if !(m.SamplingPeriod > 0) || math.IsInf(float64(m.SamplingPeriod), 0) {
		return 0, fmt.Errorf("muscle: SamplingPeriod is %v, must be above 0", m.SamplingPeriod)
	}
	return m.SamplingPeriod, nil
}

// grid checks the trains and returns the sampling period and the number of
// samples of a signal.
func (m Fuglevand) grid(pool []Twitch, trains []neo.SpikeTrain, copies int) (units.Time, int, error) {
	period, err := m.period()
	if err != nil {
		return 0, 0, err
	}
	for i, t := range trains {
		if err := checkTrain(i, t); err != nil {
			return 0, 0, err
		}
		if t.TStart != trains[0].TStart || t.TStop != trains[0].TStop {
			return 0, 0, fmt.Errorf("muscle: spike train %d (%q) spans %v to %v, the first %v to %v",
				i, t.Name, t.TStart, t.TStop, trains[0].TStart, trains[0].TStop)
		}
		if err := checkSampling(period, i, t, pool[i]); err != nil {
			return 0, 0, err
		}
	}
	n := math.Ceil(float64((trains[0].TStop-trains[0].TStart)/period) - 1e-6)
	if n*float64(copies) > maxSamples {
		return 0, 0, fmt.Errorf("muscle: %v to %v sampled every %v is %.15g samples, times %d signals, at most %d in all",
			trains[0].TStart, trains[0].TStop, period, n, copies, maxSamples)
	}
	return period, int(n), nil
}

// checkTrain returns an error for a train whose spikes are not in rising order
// within its span.
func checkTrain(i int, t neo.SpikeTrain) error {
	span := float64(t.TStop - t.TStart)
	if !(span > 0) || math.IsInf(span, 0) {
		return fmt.Errorf("muscle: spike train %d (%q) starts at %v and stops at %v, must stop later",
			i, t.Name, t.TStart, t.TStop)
	}
	for j, x := range t.Times {
		if !(x >= t.TStart && x <= t.TStop) {
			return fmt.Errorf("muscle: spike train %d (%q): spike %d is at %v, outside %v to %v",
				i, t.Name, j, x, t.TStart, t.TStop)
		}
		if j > 0 && x <= t.Times[j-1] {
			return fmt.Errorf("muscle: spike train %d (%q): spike %d is at %v, must be after the one before at %v",
				i, t.Name, j, x, t.Times[j-1])
		}
	}
	return nil
}

// slack is the rounding of times that are multiples of a step.
const slack = 1 + 1e-9

// checkSampling returns an error if samples every period are too few for the
// firing rates of the train or for the twitch.
func checkSampling(period units.Time, i int, t neo.SpikeTrain, w Twitch) error {
	if err := checkTwitchSampling(period, i, w); err != nil {
		return err
	}
	for j := 1; j < len(t.Times); j++ {
		if err := checkInterval(period, t.Times[j-1], t.Times[j]); err != nil {
			return fmt.Errorf("muscle: spike train %d (%q): %w", i, t.Name, err)
		}
	}
	return nil
}

// checkTwitchSampling returns an error if samples every period are too few for
// the twitch of a motor unit.
func checkTwitchSampling(period units.Time, i int, w Twitch) error {
	if period > w.ContractionTime*slack {
		return fmt.Errorf("muscle: a sampling rate of %.4g Hz is below twice the highest frequency: "+
			"the twitch of motor unit %d (contraction time %v) has frequencies up to %.4g Hz",
			1/period.Seconds(), i, w.ContractionTime, 1/(2*w.ContractionTime.Seconds()))
	}
	return nil
}

// checkInterval returns an error if samples every period are too few for two
// spikes.
func checkInterval(period, a, b units.Time) error {
	if interval := b - a; 2*period > interval*slack {
		return fmt.Errorf("a sampling rate of %.4g Hz is below twice the highest frequency: spikes at %v and %v, %.4g Hz",
			1/period.Seconds(), a, b, 1/interval.Seconds())
	}
	return nil
}
