package muscle

import (
	"fmt"
	"math"

	"gomyogen/myogen/units"
)

// Stepper computes the force of a pool sample by sample while its spikes come, as
// a loop needs it in which the force decides later spikes. [Fuglevand.Stepper]
// makes one.
//
//	for { // each step
//		... simulate until force.Time(), and for each spike: force.Spike(unit, t)
//		f := force.Step()
//	}
//
// Its samples are those that [Fuglevand.Force] has of the same spikes, to the last
// bit. It keeps some 4 kB for each motor unit, however long it runs.
type Stepper struct {
	grid
	next  int // sample
	units []stepped
}

// stepped is a motor unit of a Stepper.
type stepped struct {
	sampler
	a, b   float64 // coefficients of the block
	from   int     // its first sample
	active bool    // whether there was a spike, and its force has not faded

	last    units.Time // spike that was given
	given   bool       // whether one was
	pending []units.Time
}

// Stepper returns the pool of n motor units at rest. Its first sample is at start,
// and the others follow every SamplingPeriod. n may be 0 where N or Twitches gives
// the number.
func (m Fuglevand) Stepper(n int, start units.Time) (*Stepper, error) {
	pool, err := m.Pool(n)
	if err != nil {
		return nil, err
	}
	period, err := m.period()
	if err != nil {
		return nil, err
	}
	if math.IsNaN(float64(start)) || math.IsInf(float64(start), 0) {
		return nil, fmt.Errorf("muscle: the first sample is at %v", start)
	}
	s := &Stepper{grid: grid{start, period}, units: make([]stepped, len(pool))}
	for i, w := range pool {
		if err := checkTwitchSampling(period, i, w); err != nil {
			return nil, err
		}
		s.units[i].reset(s.grid, w)
	}
	return s, nil
}

// Time returns the time of the next sample.
func (s *Stepper) Time() units.Time { return s.time(s.next) }

// Spike adds a spike of a motor unit at time t, which must be after the last
// sample: a spike that comes later than the next one, by the delay of its axon,
// waits. The spikes of a unit come in rising order, and two samples or more from
// one another.
func (s *Stepper) Spike(unit int, t units.Time) error {
	if unit < 0 || unit >= len(s.units) {
		return fmt.Errorf("muscle: spike of motor unit %d, the pool has 0 to %d", unit, len(s.units)-1)
	}
	u := &s.units[unit]
	switch {
	case math.IsNaN(float64(t)) || math.IsInf(float64(t), 0):
		return fmt.Errorf("muscle: motor unit %d: spike at %v", unit, t)
	case t < s.start || s.first(t) < s.next:
		return fmt.Errorf("muscle: motor unit %d: spike at %v, must not be before the sample that comes next, at %v",
			unit, t, s.Time())
	case u.given && t <= u.last:
		return fmt.Errorf("muscle: motor unit %d: spike at %v after the one at %v, must be later", unit, t, u.last)
	}
	if u.given {
		if err := checkInterval(s.period, u.last, t); err != nil {
			return fmt.Errorf("muscle: motor unit %d: %w", unit, err)
		}
	}
	u.last, u.given = t, true
	u.pending = append(u.pending, t)
	return nil
}

// Step returns the force at Time and goes on to the next sample.
func (s *Stepper) Step() float64 {
	var force [1]float64
	for i := range s.units {
		u := &s.units[i]
		due := len(u.pending) > 0 && s.first(u.pending[0]) <= s.next
		if due {
			u.unit.spike(u.pending[0])
			u.pending = append(u.pending[:0], u.pending[1:]...)
		}
		if due || u.active && s.next-u.from == block {
			u.from = s.next
			u.a, u.b, u.active = u.coefficients(s.next)
		}
		if u.active {
			u.add(force[:], u.a, u.b, s.next-u.from)
		}
	}
	s.next++
	return force[0]
}
