package myogen

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"gomyogen/myogen/neo"
	"gomyogen/myogen/random"
	"gomyogen/myogen/units"
)

var (
	nan = math.NaN()
	inf = math.Inf(1)
)

// small is an experiment with two populations that are not connected.
func small() Experiment {
	return Experiment{
		Duration:    100,
		Populations: []Population{DescendingDrivePool{Name: "DD", N: 3}, AlphaMNPool{Name: "aMN", N: 2}},
		Inputs:      []Input{{Source: "cortex", Target: "DD", Shape: Step[units.Rate]{Level: 10, Duration: 100}}},
	}
}

// refused checks that err names what is wrong.
func refused(t *testing.T, want string, err error) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "myogen: ") {
		t.Errorf("error %v, want it to say %q", err, want)
	}
}

// What Check refuses does not start.
func refusedToRun(t *testing.T, want string, e Experiment) {
	t.Helper()
	refused(t, want, e.Check())
	_, err := NewSimulation(t.Context(), e)
	refused(t, want, err)
}

// borrowed has the methods of a population, a shape and a process without being one
// of this package's.
type (
	borrowedPool    struct{ AlphaMNPool }
	borrowedSource  struct{ *SpikeSource }
	borrowedProcess struct{ random.Erlang }
)

// What has the methods of an interface of this package is taken as what it is, or
// refused by name: a pointer as what it points to, a nil pointer and a struct around
// one of the kinds not at all.
func TestWhatOnlyLooksLikeAKindIsRefused(t *testing.T) {
	for _, c := range []struct {
		want   string
		change func(e *Experiment)
	}{
		{"population 1: a myogen.borrowedPool is no population", func(e *Experiment) { e.Populations[1] = borrowedPool{AlphaMNPool{Name: "aMN"}} }},
		{"population 1: a *myogen.borrowedPool is no population", func(e *Experiment) { e.Populations[1] = &borrowedPool{AlphaMNPool{Name: "aMN"}} }},
		{"population 1: a myogen.borrowedSource is no population", func(e *Experiment) { e.Populations[1] = borrowedSource{} }},
		{"population 1: a *myogen.AlphaMNPool is no population (nil", func(e *Experiment) { e.Populations[1] = (*AlphaMNPool)(nil) }},
		{"population 0: a *myogen.DescendingDrivePool is no population (nil", func(e *Experiment) { e.Populations[0] = (*DescendingDrivePool)(nil) }},
		{"thresholds: number 1 is -3, must not be negative", func(e *Experiment) { e.Populations[1] = &AlphaMNPool{Name: "aMN", Thresholds: []float64{5, -3}} }},
		{`population "DD": process is a myogen.borrowedProcess`, func(e *Experiment) {
			e.Populations[0] = DescendingDrivePool{Name: "DD", Process: borrowedProcess{random.Erlang{Order: 5}}}
		}},
		{`population "DD": process is a *random.Gamma`, func(e *Experiment) { e.Populations[0] = DescendingDrivePool{Name: "DD", Process: (*random.Gamma)(nil)} }},
		{`input "cortex": shape is a *myogen.Trapezoid[`, func(e *Experiment) { e.Inputs[0].Shape = (*Trapezoid[units.Rate])(nil) }},
		{`input "cortex": shape is a myogen.ShapeFunc[`, func(e *Experiment) { e.Inputs[0].Shape = ShapeFunc[units.Rate](nil) }},
		{`input "cortex": trapezoid: peak is -5 pps`, func(e *Experiment) { e.Inputs[0].Shape = &Trapezoid[units.Rate]{Peak: -5, Plateau: 10} }},
		{`input "cortex": ramp: duration is -3 ms`, func(e *Experiment) { e.Inputs[0].Shape = &Ramp[units.Rate]{To: 5, Duration: -3} }},
		{`input "cortex": triangles: peaks: there are none`, func(e *Experiment) { e.Inputs[0].Shape = &Triangles[units.Rate]{Ramp: 5} }},
		{`input "cortex": sinusoid: frequency is 0 Hz`, func(e *Experiment) { e.Inputs[0].Shape = &Sinusoid[units.Rate]{Mean: 5, Amplitude: 2} }},
	} {
		e := small()
		c.change(&e)
		refusedToRun(t, c.want, e)
	}
	for _, process := range []random.Process{&random.Erlang{Order: 5}, &random.Gamma{Shape: 2}, &random.Poisson{}} {
		e := small()
		e.Populations[0] = &DescendingDrivePool{Name: "DD", N: 3, Process: process}
		if err := e.Check(); err != nil {
			t.Errorf("%T: %v", process, err)
		}
	}
}

func TestPopulationsAreRefused(t *testing.T) {
	train := func(times ...units.Time) SpikeSource {
		return SpikeSource{Name: "x", Trains: []neo.SpikeTrain{{Times: times}}}
	}
	for _, c := range []struct {
		p    Population
		want string
	}{
		{DescendingDrivePool{}, "a population needs a name"},
		{DescendingDrivePool{Name: "a\x00b"}, `the name "a\x00b" of a population must be printable`},
		{DescendingDrivePool{Name: "a\xff"}, "must be printable"},
		{DescendingDrivePool{Name: "DD"}, `there are two populations "DD"`},
		{nil, "population 2: there is none, it is nil"},
		{DescendingDrivePool{Name: "x", N: -3}, `population "x": n is -3, must be 1 to 1048576`},
		{DescendingDrivePool{Name: "x", N: 1 << 29}, "n is 536870912, must be 1 to 1048576"},
		{DescendingDrivePool{Name: "x", Process: random.Gamma{Shape: -1}}, `population "x": gamma is -1, must be from 0.1 to 1000`},
		{DescendingDrivePool{Name: "x", Process: random.Erlang{}}, `population "x": erlang is 0, must be 1 to 1000`},
		{train(1, 0.5), `population "x": trains[0]: spike 1 is at 0.5 ms, before the one at 1 ms; the spikes must be in rising order`},
		{train(-1), "trains[0]: spike 0 is at -1 ms"},
		{train(units.Time(nan)), "spike 0 is at NaN ms"},
		{train(units.Time(inf)), "spike 0 is at +Inf ms"},
		{SpikeSource{Name: "x"}, `population "x": there are no spike trains; a cell that is silent is an empty one`},
		{SpikeSource{Name: "x", Trains: []neo.SpikeTrain{}}, "there are no spike trains"},
		{&SpikeSource{Name: "x"}, "there are no spike trains"},
		{SpikeSource{Name: "x", Trains: train(1).Trains, Latency: -1}, "latency is -1 ms, must be above 0"},
	} {
		e := small()
		e.Populations = append(e.Populations, c.p)
		refusedToRun(t, c.want, e)
	}
}

func TestConnectionsAreRefused(t *testing.T) {
	for _, c := range []struct {
		change func(*Connection)
		want   string
	}{
		{func(c *Connection) { c.Source = "D" }, `connection "D" to "aMN": there is no population "D"; there are ["DD" "aMN"]`},
		{func(c *Connection) { c.Target = "MN" }, `there is no population "MN"`},
		{func(c *Connection) { c.Source = "" }, "source is missing"},
		{func(c *Connection) { c.Source, c.Target = "aMN", "DD" }, `connection "aMN" to "DD": the target has no synapses: it is drive neurons`},
		{func(c *Connection) { c.Probability = 0 }, `connection "DD" to "aMN": probability is 0, must be above 0 and at most 1`},
		{func(c *Connection) { c.Probability = -0.1 }, `connection "DD" to "aMN": probability is -0.1`},
		{func(c *Connection) { c.Probability = 1.01 }, "probability is 1.01, must be above 0 and at most 1"},
		{func(c *Connection) { c.Probability = nan }, "probability is NaN"},
		{func(c *Connection) { c.Weight = 0 }, `connection "DD" to "aMN": weight is 0 uS, must be above 0`},
		{func(c *Connection) { c.Weight = -0.1 }, "weight is -0.1 uS"},
		{func(c *Connection) { c.Weight = units.Conductance(nan) }, "weight is NaN uS"},
		{func(c *Connection) { c.Weight = units.Conductance(inf) }, "weight is +Inf uS"},
		{func(c *Connection) { c.Delay = -1 }, "delay is -1 ms, must be above 0"},
		{func(c *Connection) { c.Delay = units.Time(nan) }, "delay is NaN ms"},
		{func(c *Connection) { c.Pairs = []Link{{0, 0, 0}} }, "has both a probability and pairs"},
		{func(c *Connection) { c.Probability, c.Pairs = 0, []Link{{0, 0, 0}, {3, 0, 0}} }, `connection "DD" to "aMN": pair 1: source is 3, must be 0 to 2`},
		{func(c *Connection) { c.Probability, c.Pairs = 0, []Link{{0, -1, 0}} }, "pair 0: target is -1, must be 0 to 1"},
		{func(c *Connection) { c.Probability, c.Pairs = 0, []Link{{0, 0, 9}} }, "pair 0: synapse is 9, must be 0 to 1"},
	} {
		e := small()
		x := Connection{Source: "DD", Target: "aMN", Probability: 0.5, Weight: 0.1}
		c.change(&x)
		e.Connections = []Connection{x}
		refusedToRun(t, c.want, e)
	}
}

func TestInputsAreRefused(t *testing.T) {
	level := func(l float64) Shape[units.Rate] { return Step[units.Rate]{Level: units.Rate(l), Duration: 100} }
	for _, c := range []struct {
		change func(*Input)
		want   string
	}{
		{func(x *Input) { x.Target = "D" }, `input "cortex": there is no population "D"; there are ["DD" "aMN"]`},
		{func(x *Input) { x.Target = "aMN" }, `input "cortex": "aMN" takes no input: it is NERLab motor neurons`},
		{func(x *Input) { x.Source = "" }, "source is missing"},
		{func(x *Input) { x.Source = "a\xff" }, `source is "a\xff", must be UTF-8`},
		{func(x *Input) { x.Shape = nil }, `input "cortex": shape is missing`},
		{func(x *Input) { x.Latency = -1 }, `input "cortex": latency is -1 ms`},
		{func(x *Input) { x.Latency = units.Time(nan) }, "latency is NaN ms"},
		{func(x *Input) { x.Noise = -1 }, "noise is -1 pps, must not be negative"},
		{func(x *Input) { x.Noise = units.Rate(nan) }, "noise is NaN pps"},
		{func(x *Input) { x.Shape = level(-1) }, `input "cortex": step: level is -1 pps, must not be negative`},
		{func(x *Input) { x.Shape = level(nan) }, "level is NaN pps"},
		{func(x *Input) { x.Shape = level(inf) }, "level is +Inf pps"},
		{func(x *Input) {
			x.Shape = ShapeFunc[units.Rate](func(t units.Time) units.Rate { return 1 - units.Rate(t) })
		},
			`input "cortex": the rate at 1.001001001001001 ms is -0.00`},
		{func(x *Input) {
			x.Shape = ShapeFunc[units.Rate](func(units.Time) units.Rate { return units.Rate(nan) })
		},
			"the rate at 0 ms is NaN pps, must be from 0 to 100000 pps"},
		{func(x *Input) { x.Shape = Samples[units.Rate]{Values: make([]units.Rate, 500)} }, `input "cortex": the samples end at 50 ms, the run at 100 ms`},
		{func(x *Input) { x.Shape = Samples[units.Rate]{} }, `input "cortex": samples: values: there are none`},
	} {
		e := small()
		c.change(&e.Inputs[0])
		refusedToRun(t, c.want, e)
	}
	e := small()
	e.Inputs = append(e.Inputs, Input{Source: "cerebellum", Target: "DD", Shape: level(1)})
	refusedToRun(t, `input "cerebellum": "DD" is already driven by "cortex"`, e)
}

func TestExperimentsAreRefused(t *testing.T) {
	refusedToRun(t, "the experiment has no populations", Experiment{Duration: 1})
	aMN := func(in Injection) func(*Experiment) {
		in.Population = "aMN"
		return func(e *Experiment) { e.Inject = []Injection{in} }
	}
	probe := func(p Probe) func(*Experiment) { return func(e *Experiment) { e.Record = []Probe{p} } }
	for _, c := range []struct {
		change func(*Experiment)
		want   string
	}{
		{func(e *Experiment) { e.Duration = 0 }, "duration is 0 ms, must be above 0"},
		{func(e *Experiment) { e.Duration = -5 }, "duration is -5 ms, must be above 0"},
		{func(e *Experiment) { e.Duration = units.Time(inf) }, "duration is +Inf ms"},
		{func(e *Experiment) { e.Duration = units.Time(nan) }, "duration is NaN ms"},
		{func(e *Experiment) { e.Duration = 1e15 }, "samples, must be 1 to"},
		{func(e *Experiment) { e.Step = -0.1 }, "step is -0.1 ms, must be above 0"},
		{func(e *Experiment) { e.Step = units.Time(nan) }, "step is NaN ms"},
		{func(e *Experiment) { e.Step = units.Time(inf) }, "step is +Inf ms"},
		{func(e *Experiment) { e.Step = 51 }, "the time step is 51 ms, must be at most 50 ms"},
		{func(e *Experiment) { e.Method = 7 }, `method is "Method(7)", must be one of ["Crank-Nicolson" "backward Euler"]`},
		{func(e *Experiment) { e.Draws = 7 }, `draws is "DrawOrder(7)", must be one of ["named streams" "MyoGen order"]`},
		{probe(Probe{Population: "MN"}), `probe: there is no population "MN"`},
		{probe(Probe{Population: "DD"}), `probe: the cells of "DD" have no membrane: they are drive neurons`},
		{probe(Probe{Population: "aMN", Cell: 2}), `probe: "aMN" has cells 0 to 1, not 2`},
		{probe(Probe{Population: "aMN", Compartment: 2}), `probe: a cell of "aMN" has compartments 0 to 1, not 2`},
		{probe(Probe{Population: "aMN", Variable: "x"}), `probe: compartment 0 of a cell of "aMN" has no "x"; it has v, m, h`},
		{aMN(Injection{Cell: -1, Duration: 1}), `injection into cell -1 of "aMN": cell is -1, must be 0 to`},
		{aMN(Injection{Cell: 2, Duration: 1}), `injection into cell 2 of "aMN": "aMN" has cells 0 to 1, not 2`},
		{aMN(Injection{Amplitude: 1}), `injection into cell 0 of "aMN": duration is missing`},
		{aMN(Injection{Duration: 1, Shape: Level[units.Current]{}}), "has both an amplitude and a shape"},
		{aMN(Injection{Duration: 1, Amplitude: units.Current(nan)}), `injection into cell 0 of "aMN": amplitude is NaN nA, must be from -1000 nA to 1000 nA`},
		{aMN(Injection{Shape: Ramp[units.Current]{To: units.Current(inf)}}), `injection into cell 0 of "aMN": ramp: to is +Inf nA`},
		{aMN(Injection{Shape: Samples[units.Current]{Values: []units.Current{0, units.Current(inf)}, Period: 50}}),
			`injection into cell 0 of "aMN": samples: values: number 1 is +Inf nA, must be from -1000 nA to 1000 nA`},
		{aMN(Injection{Shape: Samples[units.Current]{Values: make([]units.Current, 500)}}), `injection into cell 0 of "aMN": the samples end at 50 ms, the run at 100 ms`},
	} {
		e := small()
		c.change(&e)
		refusedToRun(t, c.want, e)
	}
}

// A delay below the time step would bring a spike into the past.
func TestDelaysBelowTheStepAreRefused(t *testing.T) {
	e := small()
	e.Step = 50
	e.Connections = []Connection{{Source: "aMN", Target: "aMN", Probability: 1, Weight: 0.1}}
	_, err := NewSimulation(t.Context(), e)
	refused(t, `connection "aMN" to "aMN": the delay is`, err)
}

// Pointers stand for what they point to.
func TestPointersCountAsValues(t *testing.T) {
	values := closedLoop(NERLab)
	values.Inputs[0].Shape = Trapezoid[units.Rate]{Peak: 90, Ramp: 50, Plateau: 200}
	values.Inject = append(values.Inject, Injection{Population: "aMN", Cell: 0, Shape: Samples[units.Current]{Values: []units.Current{1, 2, 3}, Period: 100}})
	pointers := values
	pointers.Populations = nil
	for _, p := range values.Populations {
		switch p := p.(type) {
		case AlphaMNPool:
			pointers.Populations = append(pointers.Populations, &p)
		case SpikeSource:
			pointers.Populations = append(pointers.Populations, &p)
		case DescendingDrivePool:
			p.Process = &random.Poisson{}
			pointers.Populations = append(pointers.Populations, &p)
		}
	}
	pointers.Inputs = []Input{values.Inputs[0]}
	pointers.Inputs[0].Shape = &Trapezoid[units.Rate]{Peak: 90, Ramp: 50, Plateau: 200}
	pointers.Inject = []Injection{values.Inject[0], values.Inject[1]}
	pointers.Inject[1].Shape = &Samples[units.Current]{Values: []units.Current{1, 2, 3}, Period: 100}
	a, b := run(t, values), run(t, pointers)
	if x, y := a.Block.SpikeSHA256(), b.Block.SpikeSHA256(); x != y {
		t.Errorf("the spikes are %s, of pointers %s", x, y)
	}
	values.Populations[0] = DescendingDrivePool{Name: "DD", N: 40, Process: random.Poisson{}}
	for name, f := range map[string]func(Experiment) (string, error){
		"YAML":        Experiment.YAML,
		"Fingerprint": func(e Experiment) (string, error) { f, err := e.Fingerprint(); return f.Hash(), err },
		"String":      func(e Experiment) (string, error) { return e.String(), nil },
		"Get":         func(e Experiment) (string, error) { return e.Get("populations.aMN.n") },
		"With": func(e Experiment) (string, error) {
			e, err := e.With("inputs[0].trapezoid.peak", "80 pps")
			if err != nil {
				return "", err
			}
			return e.YAML()
		},
	} {
		a, err := f(values)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if b, err := f(pointers); a != b || err != nil {
			t.Errorf("%s of pointers is\n%s\nwant\n%s\n%v", name, b, a, err)
		}
	}
	if _, ok := pointers.Populations[2].(*AlphaMNPool); !ok {
		t.Errorf("a run has changed its experiment: there is now a %T", pointers.Populations[2])
	}
}

// stranger is a population of no kind in the table.
type stranger struct{ Population }

// strange is a process of no kind in the table.
type strange struct{ random.Poisson }

func TestNilPointersAndStrangersAreRefused(t *testing.T) {
	for want, change := range map[string]func(*Experiment){
		"population 1: a *myogen.AlphaMNPool is no population (nil, or of an unknown kind)": func(e *Experiment) { e.Populations[1] = (*AlphaMNPool)(nil) },
		"population 0: a *myogen.SpikeSource is no population":                              func(e *Experiment) { e.Populations[0] = (*SpikeSource)(nil) },
		"population 1: a myogen.stranger is no population":                                  func(e *Experiment) { e.Populations[1] = stranger{e.Populations[1]} },
		`population "DD": process is a myogen.strange, must be one of poisson, erlang, gamma`: func(e *Experiment) {
			e.Populations[0] = DescendingDrivePool{Name: "DD", Process: strange{}}
		},
		`population "DD": process is a *random.Erlang`: func(e *Experiment) {
			e.Populations[0] = DescendingDrivePool{Name: "DD", Process: (*random.Erlang)(nil)}
		},
		`input "cortex": shape is a *myogen.Trapezoid[gomyogen/myogen/units.Rate] that is nil`: func(e *Experiment) { e.Inputs[0].Shape = (*Trapezoid[units.Rate])(nil) },
		`input "cortex": shape is a myogen.ShapeFunc[gomyogen/myogen/units.Rate] that is nil`:  func(e *Experiment) { e.Inputs[0].Shape = ShapeFunc[units.Rate](nil) },
		`injection into cell 0 of "aMN": shape is a *myogen.Ramp[gomyogen/myogen/units.Current] that is nil`: func(e *Experiment) {
			e.Inject = []Injection{{Population: "aMN", Shape: (*Ramp[units.Current])(nil)}}
		},
	} {
		e := small()
		change(&e)
		refusedToRun(t, want, e)
		for what, call := range map[string]func() error{
			"YAML":        func() error { _, err := e.YAML(); return err },
			"Fingerprint": func() error { _, err := e.Fingerprint(); return err },
		} {
			if err := call(); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: error %v, want it to say %q", what, err, want)
			}
		}
		_ = e.String() // does not panic
		_, _ = e.With("seed", "2")
		_, _ = e.Get("seed")
		_, _ = e.Drive("DD")
	}
}

func TestDescriptionsReadWell(t *testing.T) {
	for _, c := range []struct {
		what fmt.Stringer
		want string
	}{
		{DescendingDrivePool{Process: random.Erlang{Order: 5}}, "100 drive neurons, Erlang process of order 5"},
		{DescendingDrivePool{}, "100 drive neurons, Poisson process"},
		{DescendingDrivePool{N: 3, Process: random.Gamma{}}, "3 drive neurons, gamma process of shape 3"},
		{AlphaMNPool{}, "100 motor neurons, NERLab"},
		{SpikeSource{Trains: make([]neo.SpikeTrain, 2)}, "2 given spike trains"},
		{Sinusoid[units.Rate]{Mean: 45, Amplitude: 20, Frequency: 1}, "sinusoid of 1 Hz, 20 pps around 45 pps"},
		{Ramp[units.Current]{To: 25, Start: 500, Duration: 3000}, "ramp from 0 nA to 25 nA, 500 ms .. 3.5 s"},
		{Step[units.Current]{Level: 20, Duration: 500}, "step from 0 nA to 20 nA, 0 ms .. 500 ms"},
		{Sawtooth[units.Rate]{High: 9, Frequency: 2}, "sawtooth of 2 Hz from 0 pps to 9 pps"},
		{Samples[units.Rate]{Values: make([]units.Rate, 3)}, "3 samples at steps of 0.1 ms"},
		{Input{Source: "cortex", Target: "DD"}, "cortex -> DD: no shape, noise 0 pps"},
		{Input{Source: "cortex", Target: "DD", Shape: (*Ramp[units.Rate])(nil)}, "cortex -> DD: no shape, noise 0 pps"},
		{Input{Source: "c", Target: "IN", Follow: &Follow{Population: "DD", Gain: 1}}, "c -> IN: 0 pps + 1 times the rate of DD, noise 0 pps"},
		{Modulation{Population: "aMN", Parameter: "gamma"}, "gamma of aMN times no shape"},
		{Experiment{Populations: []Population{nil, (*AlphaMNPool)(nil), &DescendingDrivePool{Name: "DD"}}},
			"0 ms at steps of 0.1 ms, Crank-Nicolson, seed 0, named streams\n  population 0 is none, a <nil>\n" +
				"  population 1 is none, a *myogen.AlphaMNPool\n  DD         100 drive neurons, Poisson process"},
		{Connection{Source: "a", Target: "b", Probability: 0.5, Weight: 0.1, Inhibitory: true}, "a -> b: inhibitory, probability 0.5, 0.1 uS, delay 1 ms"},
	} {
		if got := c.what.String(); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}
