package myogen

import (
	"fmt"

	"gomyogen/myogen/internal/fields"
	"gomyogen/myogen/internal/watch"
	"gomyogen/myogen/neo"
	"gomyogen/myogen/random"
	"gomyogen/myogen/units"
)

// maxRecorded is the most samples of the rate of an input that a run records
// and holds: 28 min at 0.1 ms, 128 MiB. The rates of longer runs are computed
// while they go on.
var maxRecorded = 1 << 24

// maxChecked is the most samples that are kept from the check of an experiment to
// its run, which would else compute them again: 8 MiB.
const maxChecked = 1 << 20

// driveRate is the rate of an input at each step of a run, in pps, with its
// noise.
type driveRate struct {
	Input
	follows        *driveRate // nil unless it follows another rate
	n              int        // samples; the last is held after the end
	duration, step units.Time

	begin random.Generator // of the noise, at sample 0
	noise random.Generator // at sample next
	next  int
	last  float64 // sample next - 1

	checked []float64 // all samples without noise, from check to withNoise; nil where there are many
	values  []float64 // all samples; nil in runs that do not record them
	err     error     // the first of fill
}

// driveRate returns the rate of an input without its noise.
func (x Input) driveRate(duration, step units.Time) (*driveRate, error) {
	n, err := countSteps(duration, step)
	if err != nil {
		return nil, err
	}
	if err := checkShape(x.Shape); err != nil {
		return nil, err
	}
	if err := lasts(x.Shape, duration, step); err != nil {
		return nil, err
	}
	x.Noise = 0
	return &driveRate{Input: x, n: n, duration: duration, step: step}, checkLong(x.Shape, n)
}

// linspace returns when sample i of n of a drive is taken: at i duration/(n-1),
// as numpy.linspace does, so that the last is the end of the shape. MyoGen does
// so too, although its signal says i step; both are kept.
func linspace(i, n int, duration units.Time) units.Time {
	if i > 0 && i == n-1 {
		return duration
	}
	spacing := duration / units.Time(max(n-1, 1))
	return units.Time(float64(i) * float64(spacing))
}

// clean returns sample i without its noise.
func (d *driveRate) clean(i int) (float64, error) {
	if d.checked != nil {
		return d.checked[i], nil
	}
	if d.follows != nil {
		var other [1]float64
		d.follows.fill(i, other[:])
		if d.follows.err != nil {
			return 0, d.follows.err
		}
		r := d.Follow.of(other[0])
		if !rates.Holds(r) {
			return 0, fields.At("follow", checkValue(fmt.Sprintf("the rate at %v", linspace(i, d.n, d.duration)), units.Rate(r)))
		}
		return r, nil
	}
	t := linspace(i, d.n, d.duration)
	if _, sampled := d.Shape.(Samples[units.Rate]); sampled { // sample i of the shape is sample i of the signal
		t = units.Time(i) * d.step
	}
	r := d.Shape.At(t)
	if !rates.Holds(float64(r)) {
		return 0, checkValue(fmt.Sprintf("the rate at %v", t), r)
	}
	return float64(r), nil
}

// check returns the highest rate without noise, or an error unless the samples
// are rates. It looks at maxRecorded of them, and at the others when they are
// used.
func (d *driveRate) check(w *watch.Watch) (highest float64, err error) {
	stride := (d.n-1)/maxRecorded + 1
	var all []float64
	if stride == 1 && d.n <= maxChecked && d.follows == nil {
		all = make([]float64, 0, d.n)
	}
	w.Begin("checking rates", d.n/stride)
	for i := 0; i < d.n; i += stride {
		if i/stride%lookEvery == lookEvery-1 {
			if err := w.Did(lookEvery); err != nil {
				return 0, err
			}
		}
		r, err := d.clean(i)
		if err != nil {
			return 0, err
		}
		highest = max(highest, r)
		if all != nil {
			all = append(all, r)
		}
	}
	d.checked = all
	return highest, nil
}

// lookEvery is the number of samples between two looks at a context: some ms.
const lookEvery = 1 << 16

// withNoise gives the rate the noise of an input, which begins with the next
// number of g. In runs whose rates are recorded it takes the numbers of all samples
// from g.
func (d *driveRate) withNoise(w *watch.Watch, x Input, g *random.Generator) error {
	w.Begin("computing rates", d.n)
	d.Noise, d.begin, d.noise, d.next = x.Noise, *g, *g, 0
	if d.n <= maxRecorded {
		d.values = make([]float64, d.n)
		err := d.compute(w, d.values)
		*g = d.noise
		return err
	}
	return nil
}

// draw takes n normal numbers from a generator.
func draw(w *watch.Watch, g *random.Generator, n int) error {
	for i := range n {
		if i%lookEvery == lookEvery-1 {
			if err := w.Did(lookEvery); err != nil {
				return err
			}
		}
		g.Normal()
	}
	return nil
}

// compute computes the next samples.
func (d *driveRate) compute(w *watch.Watch, rates []float64) error {
	sd := float64(d.Noise)
	for i := range rates {
		if i%lookEvery == lookEvery-1 {
			if err := w.Did(lookEvery); err != nil {
				return err
			}
		}
		if d.next < d.n {
			r, err := d.clean(d.next)
			if err != nil {
				return err
			}
			d.last = r + max(0, float64(sd*d.noise.Normal()))
			d.next++
		}
		rates[i] = d.last
	}
	return nil
}

// seek goes to a sample.
func (d *driveRate) seek(w *watch.Watch, sample int) error {
	if d.values != nil || d.next == min(sample, d.n) {
		return nil
	}
	if sample < d.next || d.next == 0 {
		d.noise, d.next = d.begin, 0
	}
	skip := max(min(sample, d.n)-1-d.next, 0)
	if err := draw(w, &d.noise, skip); err != nil {
		return err
	}
	d.next += skip
	var last [1]float64
	return d.compute(w, last[:min(sample, d.n)-d.next])
}

// fill sets rates to the samples from first on, or to 0 with an error that it
// keeps.
func (d *driveRate) fill(first int, rates []float64) {
	if d.values != nil {
		for k := range rates {
			rates[k] = d.values[min(first+k, d.n-1)]
		}
		return
	}
	err := d.seek(nil, first)
	if err == nil {
		err = d.compute(nil, rates)
	}
	if err != nil {
		clear(rates)
		if d.err == nil {
			d.err = err
		}
	}
}

// signal returns all samples.
func (d *driveRate) signal() (neo.AnalogSignal, error) {
	s := neo.AnalogSignal{Name: d.Source, Units: "pps", SamplingPeriod: d.step, Values: d.values}
	if d.values != nil {
		return s, nil
	}
	if d.n > maxSamples {
		return neo.AnalogSignal{}, fmt.Errorf("its rate over %v at steps of %v has %d samples, a signal at most %d", d.duration, d.step, d.n, maxSamples)
	}
	s.Values = make([]float64, d.n)
	again := *d
	again.noise, again.next = d.begin, 0
	return s, again.compute(nil, s.Values)
}
