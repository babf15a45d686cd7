package myogen

import (
	"fmt"
	"math"

	"gomyogen/myogen/neo"
	"gomyogen/myogen/random"
	"gomyogen/myogen/units"
)

// Draws says where the random numbers of a run come from.
type Draws struct {
	Seed  uint64
	Order DrawOrder
}

// DrawOrder is the way random numbers are handed out.
type DrawOrder int

const (
	// NamedStreams gives every random choice a stream of its own, named by
	// seed, purpose, population and cell. The default.
	NamedStreams DrawOrder = iota
	// MyoGenOrder takes one NumPy generator in the order in which MyoGen 0.12's
	// example does - noise, then connections - and seeds the drive neurons as
	// it does: the same seed gives the same spikes as in Python.
	MyoGenOrder
)

func (o DrawOrder) String() string {
	if o == MyoGenOrder {
		return "MyoGen order"
	}
	return "named streams"
}

// Drive describes the rate at which a descending drive pool fires: a shape and
// rectified Gaussian noise, max(0, N(0, Noise)), added to every sample.
type Drive struct {
	Shape    Shape[units.Rate]
	Noise    units.Rate // standard deviation before rectification
	Duration units.Time
	Step     units.Time // sampling period; 0 means 0.1 ms
}

// DefaultStep is the time step of drives and simulations.
const DefaultStep = 0.1 * units.Ms

func (d Drive) step() units.Time {
	if d.Step == 0 {
		return DefaultStep
	}
	return d.Step
}

// positive is an error unless x is an ordinary number above 0.
func positive[T ~float64](what string, x T) error {
	if !(x > 0) || math.IsInf(float64(x), 0) {
		return fmt.Errorf("myogen: %s is %v, must be above 0", what, x)
	}
	return nil
}

// maxSamples bounds a signal to what fits into memory.
const maxSamples = 1 << 27

// samples returns how many samples a duration has.
func samples(duration, step units.Time) (int, error) {
	if err := positive("the duration", duration); err != nil {
		return 0, err
	}
	if err := positive("the time step", step); err != nil {
		return 0, err
	}
	n := math.Round(float64(duration / step))
	if n < 1 || n > maxSamples {
		return 0, fmt.Errorf("myogen: %v at steps of %v is %.0f samples, must be 1 to %d", duration, step, n, maxSamples)
	}
	return int(n), nil
}

// Clean returns the shape without noise, in pps. Sample i of n is the shape
// at i Duration/(n-1), so that the last sample is the end of the shape
// (numpy.linspace); the record says i Step.
func (d Drive) Clean() (neo.AnalogSignal, error) {
	n, err := samples(d.Duration, d.step())
	if err != nil {
		return neo.AnalogSignal{}, err
	}
	if d.Shape == nil {
		return neo.AnalogSignal{}, fmt.Errorf("myogen: the drive has no shape")
	}
	s := neo.AnalogSignal{Name: "drive", Units: "pps", SamplingPeriod: d.step(), Values: make([]float64, n)}
	spacing := d.Duration / units.Time(max(n-1, 1))
	for i := range s.Values {
		t := units.Time(float64(i) * float64(spacing))
		if i > 0 && i == n-1 {
			t = d.Duration
		}
		x := float64(d.Shape.At(t))
		if math.IsNaN(x) || math.IsInf(x, 0) || x < 0 {
			return neo.AnalogSignal{}, fmt.Errorf("myogen: the drive is %v pps at %v; a rate must be a number and not negative", x, t)
		}
		s.Values[i] = x
	}
	return s, nil
}

// Signal returns the drive with its noise, in pps, as a network has it from
// the external of that name. Externals of different names have different noise.
func (d Drive) Signal(draws Draws, external string) (neo.AnalogSignal, error) {
	return d.signal(draws.noise(external))
}

// noise returns the generator of the noise of an external.
func (d Draws) noise(external string) *random.Generator {
	if d.Order == MyoGenOrder {
		return random.New(d.Seed)
	}
	return random.Stream(d.Seed, "noise", external, 0)
}

func (d Drive) signal(g *random.Generator) (neo.AnalogSignal, error) {
	s, err := d.Clean()
	if err != nil {
		return s, err
	}
	sd := float64(d.Noise)
	if math.IsNaN(sd) || math.IsInf(sd, 0) || sd < 0 {
		return s, fmt.Errorf("myogen: the drive's noise is %v, must not be negative", d.Noise)
	}
	for i := range s.Values {
		s.Values[i] += max(0, float64(sd*g.Normal()))
	}
	return s, nil
}

// String describes the drive in a few lines.
func (d Drive) String() string {
	s := fmt.Sprintf("Drive of %v at steps of %v, noise %v", d.Duration, d.step(), d.Noise)
	t, ok := d.Shape.(Trapezoid[units.Rate])
	if !ok {
		return fmt.Sprintf("%s\n  %v", s, d.Shape)
	}
	p := t.Phases()
	return fmt.Sprintf(`%s
  rest      0 ms .. %v at %v
  ramp up   %v .. %v to %v
  plateau   %v .. %v
  ramp down %v .. %v
  rest      %v .. %v at %v`, s, p[0], t.Baseline, p[0], p[1], t.Peak, p[1], p[2], p[2], p[3], p[3], d.Duration, t.Baseline)
}
