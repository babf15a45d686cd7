package myogen

import (
	"fmt"
	"slices"
	"strings"

	"gomyogen/myogen/internal/engine"
	"gomyogen/myogen/internal/fields"
	"gomyogen/myogen/internal/membrane"
	"gomyogen/myogen/internal/watch"
	"gomyogen/myogen/units"
)

// Modulation changes a parameter of all cells of a pool of motor neurons over
// the time of the run: neuromodulation, or a drug that blocks a channel. In each
// step the cells have the parameter that the pool gives them times the value of
// Shape at the begin of the step, i Step: 1 leaves it as it is, 0 blocks the
// current. A recorded current has the conductance of the step that it ends.
//
// Parameters are those that a current is proportional to, by their paths in
// alpha_mn_default.yaml: the conductances, and gamma and lambda, the shares of
// the persistent calcium and (Powers2017) the persistent sodium conductance that
// are there. gamma is the neuromodulation of Elias et al. (2012, J Comput
// Neurosci 33:515-531), and what sets the persistent calcium currents of Powers and
// Heckman (2017, J Neurophysiol 117:1171-1184).
// Modulations of different parameters multiply where they meet.
type Modulation struct {
	Population string
	Parameter  string // "gamma", "NERLab.soma.gksbar"; the error for another lists those there are
	Shape      Shape[Factor]
}

func (m *Modulation) fields() []fields.Field {
	return append([]fields.Field{
		{Name: "population", Doc: "pool of motor neurons", Required: true, Value: fields.Name(&m.Population)},
		{Name: "parameter", Doc: "gamma, lambda or the path of a conductance; multiplied by the shape", Required: true, Value: fields.Name(&m.Parameter)},
	}, shapeFields(&m.Shape)...)
}

// needs is an error unless a file gives a shape.
func (m *Modulation) needs(func(key string) bool) error { return needsShape(m.Shape) }

// words names a modulation in errors.
func (m Modulation) words() string {
	return fmt.Sprintf("modulation of %s of %q", m.Parameter, m.Population)
}

// String describes the modulation: "gamma of aMN times a step from 1 to 0, ...".
func (m Modulation) String() string {
	return fmt.Sprintf("%s of %s times %s", m.Parameter, m.Population, shapeWords(m.Shape))
}

// modulation checks a modulation.
func (r *resolved) modulation(i int) error {
	m := r.Modulate[i]
	at, err := r.membrane(m.Population, 0, 0)
	if err == nil {
		names := membrane.Modulated(r.plans[at].cells[0].Description)
		if !slices.Contains(names, m.Parameter) {
			err = fields.At("parameter", fmt.Errorf("%s have no parameter %q that can be modulated; they have %s",
				r.plans[at].kind(), m.Parameter, strings.Join(names, ", ")))
		}
	}
	for _, other := range r.Modulate[:i] {
		if err == nil && other.Population == m.Population && other.Parameter == m.Parameter {
			err = fields.At("parameter", fmt.Errorf("it is modulated twice"))
		}
	}
	if err == nil {
		_, err = m.factors(r.Duration, r.step(), r.watch)
	}
	r.modulations = append(r.modulations, at)
	return within(m.words(), err)
}

// factors are the factors of a modulation in the next steps.
type factors struct {
	Modulation
	n      int // steps of the run; the last may begin after its end by a rounding
	step   units.Time
	first  int       // step of values[0]
	values []float64 // of some steps
}

// factors returns the factors of a run, whose first is there. It looks at
// maxRecorded of the others, and at the rest when they are used.
func (m Modulation) factors(duration, step units.Time, w *watch.Watch) (*factors, error) {
	if err := checkShape(m.Shape); err != nil {
		return nil, err
	}
	if err := lasts(m.Shape, duration, step); err != nil {
		return nil, err
	}
	n, err := countSteps(duration, step)
	if err == nil {
		err = checkLong(m.Shape, n)
	}
	if err != nil {
		return nil, err
	}
	f := &factors{Modulation: m, n: n, step: step}
	w.Begin("checking modulations", n)
	stride := n/maxRecorded + 1
	for i := 0; i <= n; i += stride {
		if i/stride%lookEvery == lookEvery-1 {
			if err := w.Did(lookEvery * stride); err != nil {
				return nil, err
			}
		}
		if _, err := f.at(i); err != nil {
			return nil, err
		}
	}
	return f, f.fill(0, 1)
}

// at returns the factor of a step.
func (f *factors) at(step int) (float64, error) {
	t := units.Time(min(step, f.n)) * f.step
	x := f.Shape.At(t)
	if !factorBound.Holds(float64(x)) {
		return 0, checkValue(fmt.Sprintf("the factor at %v", t), x)
	}
	return float64(x), nil
}

// fill computes the factors of the next steps.
func (f *factors) fill(first, steps int) error {
	f.first, f.values = first, f.values[:0]
	for i := range steps {
		x, err := f.at(first + i)
		if err != nil {
			return within(f.words(), err)
		}
		f.values = append(f.values, x)
	}
	return nil
}

// modulate gives the cells what sets their parameters, and the parameters of the
// first step.
func (s *Simulation) modulate(w *watch.Watch) error {
	names, all := map[int][]string{}, map[int][]*factors{} // by population
	for k, m := range s.experiment.Modulate {
		f, err := m.factors(s.experiment.Duration, s.step(), w)
		if err != nil {
			return err
		}
		s.factors = append(s.factors, f)
		i := s.experiment.modulations[k]
		names[i], all[i] = append(names[i], m.Parameter), append(all[i], f)
	}
	for i := range names {
		for c := range s.pops[i].size {
			n := s.neuron(i, c)
			n.Modulate = modulator(n, names[i], all[i])
			n.Modulate(0)
		}
	}
	return nil
}

// modulator returns what sets parameters of a cell to the factors of a step.
func modulator(n *engine.Neuron, names []string, all []*factors) func(step int) {
	set := n.Cell.Modulator(names)
	now := make([]float64, len(names))
	for k := range now {
		now[k] = 1
	}
	return func(step int) {
		changed := false
		for k, f := range all {
			if x := f.values[step-f.first]; x != now[k] {
				now[k], changed = x, true
			}
		}
		if changed {
			set(now)
		}
	}
}
