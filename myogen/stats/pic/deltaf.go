package pic

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"gomyogen/myogen/neo"
	"gomyogen/myogen/units"
)

// DeltaF is the paired motor-unit estimate of the persistent inward current of
// a test unit. The smoothed rate F of a control unit of lower threshold stands
// for the common input, and
//
//	DeltaF = F(recruitment of the test unit) - F(its derecruitment)
//
// is by how much less input the test unit needs to go on firing than to begin
// (Gorassini, Yang, Siu and Bennett 2002, J Neurophysiol,
// doi:10.1152/jn.00024.2001). Recruitment and derecruitment are the first and the
// last spike of the test unit. Other programs name the control unit the reporter
// unit or the reference unit.
//
// It is an estimate: spike-frequency adaptation and spike-threshold
// accommodation make it positive without a persistent inward current (Revill and
// Fuglevand 2011, J Neurophysiol 106:1467-1479).
//
// It holds only for a pair that meets the criteria of the [Analysis].
// Failed lists those it does not meet. Values that can be computed are given
// all the same, the others are NaN: DeltaF is where Failed has EnoughSpikes, Overlap
// or Observed.
type DeltaF struct {
	Control, Test string
	DeltaF        units.Rate

	Recruitment, Derecruitment                   units.Time // of the test unit
	ControlAtRecruitment, ControlAtDerecruitment units.Rate // F at these times

	Correlation         float64    // r between the two smoothed rates while both fire; NaN if one is constant
	RecruitmentInterval units.Time // recruitment of the test unit minus that of the control unit
	Modulation          units.Rate // highest minus lowest F while the test unit fires

	Failed []NotMeasurable
}

// Err returns nil if the pair meets all criteria, else the first that fails, a
// NotMeasurable.
func (d DeltaF) Err() error {
	if len(d.Failed) == 0 {
		return nil
	}
	return d.Failed[0]
}

// String prints the estimate, or why there is none, in one line.
func (d DeltaF) String() string {
	if len(d.Failed) == 0 {
		return fmt.Sprintf("%s with control %s: delta-F %.2f pps (%.2f - %.2f), r %.2f", d.Test, d.Control,
			d.DeltaF, d.ControlAtRecruitment, d.ControlAtDerecruitment, d.Correlation)
	}
	reasons := make([]string, len(d.Failed))
	for i, f := range d.Failed {
		reasons[i] = f.Reason
	}
	return fmt.Sprintf("%s with control %s: not measurable: %s", d.Test, d.Control, strings.Join(reasons, "; "))
}

// unit is a motor unit ready for pairing.
type unit struct {
	firing
	curve
	rate   neo.AnalogSignal // samples of the curve, at multiples of the sampling period
	failed *NotMeasurable   // no rate could be had
}

// unit smooths the rate of a train. What cannot be measured is kept in the unit;
// the error is that of a bad train.
func (a Analysis) unit(t neo.SpikeTrain) (unit, error) {
	u := unit{}
	var err error
	if u.firing, err = a.firing(t); err == nil {
		u.curve, err = a.Smoothing.curve(u.firing)
	}
	if err == nil {
		u.rate, err = u.curve.sample(t.Name, a.Smoothing.SamplingPeriod)
	}
	if reason, ok := err.(NotMeasurable); ok {
		u.failed, err = &reason, nil
	}
	return u, err
}

// checkSpan returns an error if two trains are not of one recording.
func checkSpan(x, y neo.SpikeTrain) error {
	const same = 1e-6 // ms; times of a run are sums of steps
	if math.Abs(float64(x.TStart-y.TStart)) > same || math.Abs(float64(x.TStop-y.TStop)) > same {
		return fmt.Errorf("pic: spike train %q spans %v to %v, %q spans %v to %v; units of a pair must be of one recording",
			x.Name, x.TStart, x.TStop, y.Name, y.TStart, y.TStop)
	}
	return nil
}

// DeltaF returns the estimate for one pair of trains of equal span. The error is
// for bad input; criteria that the pair does not meet are in its field Failed.
func (a Analysis) DeltaF(control, test neo.SpikeTrain) (DeltaF, error) {
	a, err := a.withDefaults()
	if err != nil {
		return DeltaF{}, err
	}
	c, err := a.unit(control)
	if err != nil {
		return DeltaF{}, err
	}
	t, err := a.unit(test)
	if err != nil {
		return DeltaF{}, err
	}
	if err := checkSpan(control, test); err != nil {
		return DeltaF{}, err
	}
	return a.pair(c, t), nil
}

// Pairs returns the estimates of all pairs of a pool, whose trains have one span. Of each pair the unit
// recruited first is the control unit; of two recruited together, the one that
// fires longer. Pairs with a unit that has too few spikes are included, with
// the reason.
func (a Analysis) Pairs(trains []neo.SpikeTrain) ([]DeltaF, error) {
	a, err := a.withDefaults()
	if err != nil {
		return nil, err
	}
	pool := make([]unit, len(trains))
	for i, t := range trains {
		if pool[i], err = a.unit(t); err != nil {
			return nil, fmt.Errorf("%w (spike train %d)", err, i)
		}
		if err := checkSpan(trains[0], t); err != nil {
			return nil, fmt.Errorf("%w (spike train %d)", err, i)
		}
	}
	var pairs []DeltaF
	for i, first := range pool {
		for _, second := range pool[i+1:] {
			c, t := first, second
			if c.failed == nil && t.failed == nil && before(t.firing, c.firing) {
				c, t = t, c
			}
			pairs = append(pairs, a.pair(c, t))
		}
	}
	return pairs, nil
}

// before reports whether x is recruited before y, or with it and fires longer.
func before(x, y firing) bool {
	if x.recruitment() != y.recruitment() {
		return x.recruitment() < y.recruitment()
	}
	return x.derecruitment() > y.derecruitment()
}

func (a Analysis) pair(c, t unit) DeltaF {
	none := math.NaN()
	d := DeltaF{
		Control: c.name, Test: t.name, DeltaF: units.Rate(none),
		Recruitment: units.Time(none), Derecruitment: units.Time(none),
		ControlAtRecruitment: units.Rate(none), ControlAtDerecruitment: units.Rate(none),
		Correlation: none, RecruitmentInterval: units.Time(none), Modulation: units.Rate(none),
	}
	fail := func(criterion Criterion, format string, args ...any) {
		d.Failed = append(d.Failed, NotMeasurable{criterion, fmt.Sprintf(format, args...)})
	}
	for _, u := range []unit{c, t} {
		if u.failed != nil {
			d.Failed = append(d.Failed, *u.failed)
		}
	}
	if len(d.Failed) > 0 {
		return d
	}
	d.Recruitment, d.Derecruitment = t.recruitment(), t.derecruitment()
	d.RecruitmentInterval = d.Recruitment - c.recruitment()
	start, stop := max(c.curve.start, t.curve.start), min(c.curve.stop, t.curve.stop)
	if d.Recruitment < c.curve.start || d.Recruitment >= c.curve.stop || start >= stop {
		fail(Overlap, "%q has a rate from %s to %s, %q from %s to %s after its recruitment at %s",
			c.name, seconds(c.curve.start), seconds(c.curve.stop),
			t.name, seconds(t.curve.start), seconds(t.curve.stop), seconds(d.Recruitment))
		return d
	}
	if t.observed != nil {
		d.Failed = append(d.Failed, *t.observed)
		return d
	}
	// A control unit that stops first gives a lower bound.
	end := min(d.Derecruitment, c.curve.stop)
	if end < d.Derecruitment {
		fail(ControlActive, "the rate of %q ends at %s, before %q is derecruited at %s: delta-F is a lower bound",
			c.name, seconds(c.curve.stop), t.name, seconds(d.Derecruitment))
	}
	d.ControlAtRecruitment, d.ControlAtDerecruitment = units.Rate(c.at(d.Recruitment)), units.Rate(c.at(end))
	d.DeltaF = d.ControlAtRecruitment - d.ControlAtDerecruitment

	low := min(d.ControlAtRecruitment, d.ControlAtDerecruitment)
	high := max(d.ControlAtRecruitment, d.ControlAtDerecruitment)
	for _, r := range c.between(d.Recruitment, end) {
		low, high = min(low, units.Rate(r)), max(high, units.Rate(r))
	}
	d.Modulation = high - low
	d.Correlation = correlation(c.between(start, stop), t.between(start, stop))

	if !(d.Correlation >= a.MinCorrelation) && a.MinCorrelation > -1 {
		fail(Correlation, "the rates of %q and %q have r = %.3f, must be at least %v",
			c.name, t.name, d.Correlation, a.MinCorrelation)
	}
	if !(d.RecruitmentInterval >= a.MinRecruitmentInterval) {
		fail(RecruitmentOrder, "%q is recruited %s after %q, must be at least %s",
			t.name, seconds(d.RecruitmentInterval), c.name, seconds(a.MinRecruitmentInterval))
	}
	if !(d.Modulation >= a.MinModulation) {
		fail(Modulation, "the rate of %q changes by %.3f pps while %q fires, must be at least %v",
			c.name, d.Modulation, t.name, a.MinModulation)
	}
	if !(d.Modulation-d.DeltaF >= a.SaturationMargin) {
		fail(Saturation, "the rate of %q rises by %.3f pps after %q is recruited, must be at least %v",
			c.name, d.Modulation-d.DeltaF, t.name, a.SaturationMargin)
	}
	return d
}

// between returns the samples of the rate in [start, stop], at the same times
// for all units that have a rate there.
func (u unit) between(start, stop units.Time) []float64 {
	first, n, err := grid(start, stop, u.rate.SamplingPeriod)
	if err != nil || n == 0 {
		return nil
	}
	first -= math.Round(float64(u.rate.TStart / u.rate.SamplingPeriod))
	all := float64(len(u.rate.Values))
	last := min(first+float64(n), all)
	first = min(max(first, 0), all)
	return u.rate.Values[int(first):int(max(first, last))]
}

// correlation returns Pearson's r, NaN where a rate does not vary or there are
// fewer than two samples.
func correlation(x, y []float64) float64 {
	n := float64(len(x))
	if n < 2 {
		return math.NaN()
	}
	var mx, my, xx, yy, xy float64
	for i := range x {
		mx, my = mx+x[i]/n, my+y[i]/n
	}
	for i := range x {
		dx, dy := x[i]-mx, y[i]-my
		xx, yy, xy = xx+dx*dx, yy+dy*dy, xy+dx*dy
	}
	// A constant rate varies by rounding alone.
	if xx <= n*1e-20*mx*mx || yy <= n*1e-20*my*my {
		return math.NaN()
	}
	return xy / math.Sqrt(xx*yy)
}

// UnitDeltaF is the mean delta-F of a test unit over the control units with
// which it meets the criteria.
type UnitDeltaF struct {
	Test     string
	DeltaF   units.Rate // NaN if Measured is 0
	Measured int        // pairs in the mean
	Failed   int        // pairs that do not meet a criterion
}

// ByTestUnit returns the mean of each test unit, in the order of the pairs.
func ByTestUnit(pairs []DeltaF) []UnitDeltaF {
	var all []UnitDeltaF
	index := map[string]int{}
	for _, d := range pairs {
		i, known := index[d.Test]
		if !known {
			i = len(all)
			index[d.Test] = i
			all = append(all, UnitDeltaF{Test: d.Test})
		}
		if len(d.Failed) > 0 {
			all[i].Failed++
			continue
		}
		all[i].Measured++
		all[i].DeltaF += (d.DeltaF - all[i].DeltaF) / units.Rate(all[i].Measured)
	}
	for i := range all {
		if all[i].Measured == 0 {
			all[i].DeltaF = units.Rate(math.NaN())
		}
	}
	return all
}

// Summary is the delta-F of a pool as one number: the mean over test units, each
// the mean of its pairs.
type Summary struct {
	Mean, SD units.Rate // over test units, SD with ddof 0; NaN if Units is 0
	Units    int        // test units with a delta-F
	Measured int        // pairs that meet all criteria
	Pairs    int
	Failed   map[Criterion]int // pairs that do not meet a criterion; a pair can count to several
}

// Summarize returns the delta-F of a pool. If no pair meets the criteria, the
// error is a NotMeasurable that counts why, and the counts are returned.
func Summarize(pairs []DeltaF) (Summary, error) {
	s := Summary{Pairs: len(pairs), Failed: map[Criterion]int{}}
	for _, d := range pairs {
		seen := map[Criterion]bool{}
		for _, f := range d.Failed {
			if !seen[f.Criterion] {
				s.Failed[f.Criterion]++
			}
			seen[f.Criterion] = true
		}
	}
	var squares float64
	for _, u := range ByTestUnit(pairs) {
		if u.Measured == 0 {
			continue
		}
		s.Measured += u.Measured
		s.Units++
		delta := u.DeltaF - s.Mean
		s.Mean += delta / units.Rate(s.Units)
		squares += float64(delta * (u.DeltaF - s.Mean))
	}
	if s.Units == 0 {
		s.Mean, s.SD = units.Rate(math.NaN()), units.Rate(math.NaN())
		return s, NotMeasurable{s.mostFailed(), fmt.Sprintf("none of %d pairs meets the criteria%s", s.Pairs, s.why())}
	}
	s.SD = units.Rate(math.Sqrt(squares / float64(s.Units)))
	return s, nil
}

func (s Summary) mostFailed() Criterion {
	most := Overlap
	for _, c := range slices.Sorted(maps.Keys(s.Failed)) {
		if s.Failed[c] > s.Failed[most] {
			most = c
		}
	}
	return most
}

func (s Summary) why() string {
	var counts []string
	for _, c := range slices.Sorted(maps.Keys(s.Failed)) {
		counts = append(counts, fmt.Sprintf("%s %d", c, s.Failed[c]))
	}
	if counts == nil {
		return ""
	}
	return " (not met: " + strings.Join(counts, ", ") + ")"
}

// String prints the summary in one line.
func (s Summary) String() string {
	if s.Units == 0 {
		return fmt.Sprintf("delta-F not measurable: none of %d pairs%s", s.Pairs, s.why())
	}
	return fmt.Sprintf("delta-F %.2f pps, SD %.2f, of %d test units in %d of %d pairs%s",
		s.Mean, s.SD, s.Units, s.Measured, s.Pairs, s.why())
}
