package myogen

import (
	"context"
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

// small is a network of two populations that are not connected.
func small(t *testing.T) *Network {
	t.Helper()
	n := &Network{}
	for _, err := range []error{n.Add("DD", DescendingDrivePool{N: 3}), n.Add("aMN", AlphaMNPool{N: 2})} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return n
}

func rest() Drive { return Drive{Shape: Step[units.Rate]{Level: 10, Duration: 100}, Duration: 100} }

// refused checks that err names what is wrong.
func refused(t *testing.T, want string, err error) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "myogen: ") {
		t.Errorf("error %v, want it to say %q", err, want)
	}
}

func TestAddRefuses(t *testing.T) {
	n := small(t)
	train := func(times ...units.Time) SpikeSource { return SpikeSource{Trains: []neo.SpikeTrain{{Times: times}}} }
	for _, c := range []struct {
		name string
		p    Population
		want string
	}{
		{"", DescendingDrivePool{}, "a population needs a name"},
		{"a\x00b", DescendingDrivePool{}, `the name "a\x00b" of a population must be printable`},
		{"a\xff", DescendingDrivePool{}, "must be printable"},
		{"DD", DescendingDrivePool{}, `there is already a population "DD"`},
		{"x", nil, `population "x" is nil`},
		{"x", DescendingDrivePool{N: -3}, `population "x": N = -3, must be at least 1`},
		{"x", DescendingDrivePool{N: 1 << 29}, "536870912 cells, must be at most 1048576"},
		{"x", DescendingDrivePool{Process: random.Gamma{Shape: -1}}, "gamma shape is -1"},
		{"x", DescendingDrivePool{Process: random.Erlang{}}, "Erlang order is 0"},
		{"x", AlphaMNPool{}, `population "x": a pool needs thresholds or N > 0`},
		{"x", AlphaMNPool{N: 1 << 30}, "1073741824 cells"},
		{"x", AlphaMNPool{Thresholds: []float64{}}, "a pool needs thresholds"},
		{"x", AlphaMNPool{Thresholds: []float64{0.1, nan}}, "number 1 is NaN"},
		{"x", AlphaMNPool{Thresholds: []float64{0.1, inf}}, "number 1 is +Inf"},
		{"x", AlphaMNPool{Thresholds: []float64{0.2, 0.1}}, "they must rise"},
		{"x", train(1, 0.5), "train 0: the spikes are not in rising order"},
		{"x", train(-1), "train 0: spike 0 is at -1 ms"},
		{"x", train(units.Time(nan)), "spike 0 is at NaN ms"},
		{"x", train(units.Time(inf)), "spike 0 is at +Inf ms"},
		{"x", SpikeSource{Latency: -1}, "latency is -1 ms, must not be negative"},
	} {
		refused(t, c.want, n.Add(c.name, c.p))
	}
	if len(n.populations) != 2 {
		t.Errorf("the network has %d populations, want 2", len(n.populations))
	}
}

func TestConnectRefuses(t *testing.T) {
	n := small(t)
	good := Connection{Probability: 0.5, Weight: 0.1}
	with := func(change func(*Connection)) Connection {
		c := good
		change(&c)
		return c
	}
	for _, c := range []struct {
		source, target string
		c              Connection
		want           string
	}{
		{"D", "aMN", good, `there is no population "D"; there are ["DD" "aMN"]`},
		{"DD", "MN", good, `there is no population "MN"`},
		{"aMN", "DD", good, `connection "aMN" to "DD": the target has no synapses`},
		{"DD", "aMN", with(func(c *Connection) { c.Probability = 0 }), `connection "DD" to "aMN": probability is 0, must be above 0 and at most 1`},
		{"DD", "aMN", with(func(c *Connection) { c.Probability = -0.1 }), "probability is -0.1"},
		{"DD", "aMN", with(func(c *Connection) { c.Probability = 1.01 }), "probability is 1.01"},
		{"DD", "aMN", with(func(c *Connection) { c.Probability = nan }), "probability is NaN"},
		{"DD", "aMN", with(func(c *Connection) { c.Weight = 0 }), "weight is 0 uS, must be above 0"},
		{"DD", "aMN", with(func(c *Connection) { c.Weight = -0.1 }), "weight is -0.1 uS"},
		{"DD", "aMN", with(func(c *Connection) { c.Weight = units.Conductance(nan) }), "weight is NaN uS"},
		{"DD", "aMN", with(func(c *Connection) { c.Weight = units.Conductance(inf) }), "weight is +Inf uS"},
		{"DD", "aMN", with(func(c *Connection) { c.Delay = -1 }), "delay is -1 ms, must not be negative"},
		{"DD", "aMN", with(func(c *Connection) { c.Delay = units.Time(nan) }), "delay is NaN ms"},
		{"DD", "aMN", with(func(c *Connection) { c.List = [][3]int{{0, 0, 0}, {3, 0, 0}} }), "pair 1: source is 3, must be 0 to 2"},
		{"DD", "aMN", with(func(c *Connection) { c.List = [][3]int{{0, -1, 0}} }), "pair 0: target is -1, must be 0 to 1"},
		{"DD", "aMN", with(func(c *Connection) { c.List = [][3]int{{0, 0, 9}} }), "pair 0: synapse is 9, must be 0 to 1"},
	} {
		refused(t, c.want, n.Connect(c.source, c.target, c.c))
	}
	if len(n.connections) != 0 {
		t.Errorf("the network has %d connections, want none", len(n.connections))
	}
}

func TestExternalRefuses(t *testing.T) {
	n := small(t)
	with := func(change func(*External)) External {
		e := External{Drive: rest()}
		change(&e)
		return e
	}
	for _, c := range []struct {
		target string
		e      External
		want   string
	}{
		{"D", External{Drive: rest()}, `there is no population "D"`},
		{"aMN", External{Drive: rest()}, `external "cortex": "aMN" is not a DescendingDrivePool`},
		{"DD", External{}, `external "cortex": the duration is 0 ms`},
		{"DD", with(func(e *External) { e.Drive.Shape = nil }), "the drive has no shape"},
		{"DD", with(func(e *External) { e.Latency = -1 }), "latency is -1 ms"},
		{"DD", with(func(e *External) { e.Latency = units.Time(nan) }), "latency is NaN ms"},
		{"DD", with(func(e *External) { e.Drive.Noise = -1 }), "noise is -1 pps, must not be negative"},
		{"DD", with(func(e *External) { e.Drive.Noise = units.Rate(nan) }), "noise is NaN pps"},
		{"DD", with(func(e *External) { e.Drive.Duration = -5 }), "the duration is -5 ms, must be above 0"},
		{"DD", with(func(e *External) { e.Drive.Duration = units.Time(inf) }), "the duration is +Inf ms"},
		{"DD", with(func(e *External) { e.Drive.Duration = 1e15 }), "samples, must be 1 to"},
		{"DD", with(func(e *External) { e.Drive.Step = -0.1 }), "the time step is -0.1 ms"},
		{"DD", with(func(e *External) { e.Drive.Step = units.Time(nan) }), "the time step is NaN ms"},
		{"DD", with(func(e *External) { e.Drive.Shape = Step[units.Rate]{Level: -1, Duration: 100} }), "the drive is -1 pps at 0 ms"},
		{"DD", with(func(e *External) { e.Drive.Shape = Step[units.Rate]{Level: units.Rate(nan), Duration: 100} }), "the drive is NaN pps at 0 ms"},
		{"DD", with(func(e *External) { e.Drive.Shape = Step[units.Rate]{Level: units.Rate(inf), Duration: 100} }), "the drive is +Inf pps"},
	} {
		refused(t, c.want, n.ConnectFromExternal("cortex", c.target, c.e))
	}
	if err := n.ConnectFromExternal("cortex", "DD", External{Drive: rest()}); err != nil {
		t.Fatal(err)
	}
	refused(t, `"DD" is already driven by "cortex"`, n.ConnectFromExternal("cerebellum", "DD", External{Drive: rest()}))
}

func TestSimulationRefuses(t *testing.T) {
	_, err := NewSimulation(&Network{}, SimulationConfig{})
	refused(t, "the network has no populations", err)
	aMN := func(in Injection) SimulationConfig {
		in.Population = "aMN"
		return SimulationConfig{Inject: []Injection{in}}
	}
	for _, c := range []struct {
		cfg  SimulationConfig
		want string
	}{
		{SimulationConfig{Step: -0.1}, "the time step is -0.1 ms, must be above 0"},
		{SimulationConfig{Step: units.Time(nan)}, "the time step is NaN ms"},
		{SimulationConfig{Step: units.Time(inf)}, "the time step is +Inf ms"},
		{SimulationConfig{Step: 51}, "the time step is 51 ms, must be at most 50 ms"},
		{SimulationConfig{Workers: -1}, "-1 workers"},
		{SimulationConfig{Method: 7}, "there is no method 7"},
		{SimulationConfig{Draws: Draws{Order: 7}}, "there is no order of draws 7"},
		{SimulationConfig{Record: []Probe{{Population: "MN", Cell: 0, Compartment: 0}}}, `there is no population "MN"`},
		{SimulationConfig{Record: []Probe{{Population: "DD", Cell: 0, Compartment: 0}}}, `probe: "DD" has no motor neurons`},
		{SimulationConfig{Record: []Probe{{Population: "aMN", Cell: 2, Compartment: 0}}}, `probe: "aMN" has cells 0 to 1, not 2`},
		{SimulationConfig{Record: []Probe{{Population: "aMN", Cell: 0, Compartment: 2}}}, "compartments 0 to 1, not 2"},
		{aMN(Injection{Cell: -1}), `injection: "aMN" has cells 0 to 1, not -1`},
		{aMN(Injection{Amplitude: units.Current(nan)}), `injection into cell 0 of "aMN": NaN`},
		{aMN(Injection{Signal: []float64{0, inf}}), `injection into cell 0 of "aMN": +Inf`},
		{SimulationConfig{Step: 0.05}, "the drive is sampled at 0.1 ms, the simulation's step is 0.05 ms"},
	} {
		n := small(t)
		if err := n.ConnectFromExternal("cortex", "DD", External{Drive: rest()}); err != nil {
			t.Fatal(err)
		}
		_, err := NewSimulation(n, c.cfg)
		refused(t, c.want, err)
	}
}

func TestRunRefuses(t *testing.T) {
	ctx := context.Background()
	s, err := NewSimulation(small(t), SimulationConfig{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.Run(ctx, 10, nil)
	refused(t, `population "DD" has no drive`, err)
	n := small(t)
	if err := n.ConnectFromExternal("cortex", "DD", External{Drive: rest()}); err != nil {
		t.Fatal(err)
	}
	s, err = NewSimulation(n, SimulationConfig{Inject: []Injection{{Population: "aMN", Signal: make([]float64, 500)}}})
	if err != nil {
		t.Fatal(err)
	}
	for d, want := range map[units.Time]string{
		0: "the duration is 0 ms", -1: "the duration is -1 ms", units.Time(inf): "the duration is +Inf ms", 1e15: "samples, must be",
		100.1: `population "DD": the drive ends at 100 ms, the run at 100.1 ms`, 60: `injection into cell 0 of "aMN" ends at 50 ms, the run at 60 ms`,
	} {
		_, err := s.Run(ctx, d, nil)
		refused(t, want, err)
	}
	_, err = s.Run(ctx, units.Time(nan), nil)
	refused(t, "the duration is NaN ms", err)
	if s.Time() != 0 {
		t.Errorf("runs that were refused took the simulation to %v", s.Time())
	}
	_, err = s.Integrate("aMN", 0, 10)
	refused(t, `"aMN" has no drive neurons`, err)
	_, err = s.Integrate("DD", 3, 10)
	refused(t, `"DD" has cells 0 to 2, not 3`, err)
	_, err = s.Integrate("DD", 1, units.Rate(nan))
	refused(t, `the rate of cell 1 of "DD" is NaN pps`, err)
	refused(t, `there is no population "D"`, s.Deliver("D", 0, 1))
	refused(t, `"DD" has cells 0 to 2, not -1`, s.Deliver("DD", -1, 1))
	refused(t, "an event at -1 ms is before the present, 0 ms", s.Deliver("DD", 0, -1))
	refused(t, "an event at NaN ms", s.Deliver("DD", 0, units.Time(nan)))
	_, err = s.Connections("DD", "aMN")
	refused(t, `"DD" is not connected to "aMN"`, err)
	_, err = s.Drive("aMN")
	refused(t, `"aMN" is not driven`, err)
}

// A cell whose voltage leaves the numbers is named, with the time.
func TestCellThatFails(t *testing.T) {
	n := small(t)
	if err := n.ConnectFromExternal("cortex", "DD", External{Drive: rest()}); err != nil {
		t.Fatal(err)
	}
	s, err := NewSimulation(n, SimulationConfig{Inject: []Injection{{Population: "aMN", Cell: 1, Amplitude: 1e300, Start: 20, Duration: 10}}})
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.Run(context.Background(), 50, nil)
	refused(t, `population "aMN", cell 1: membrane potential is `, err)
}

// What a network refused is not left out in silence: it cannot be run.
func TestRefusedNetworkDoesNotRun(t *testing.T) {
	n := &Network{}
	_ = n.Add("aMN", AlphaMNPool{N: 2})
	_ = n.Add("DD", DescendingDrivePool{})
	_ = n.Connect("DD", "aMN", Connection{Probability: 0.5, Weight: -0.15})
	_ = n.Connect("DD", "none", Connection{Probability: 0.5, Weight: 0.15})
	if _, err := NewSimulation(n, SimulationConfig{}); err == nil || !strings.Contains(err.Error(), "weight is -0.15 uS") {
		t.Errorf("error %v, want the first refusal", err)
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
		{Sinusoid[units.Rate]{Mean: 45, Amplitude: 20, Frequency: 1}, "sinusoid of 1 Hz, 20 pps around 45 pps"},
		{Ramp[units.Current]{To: 25, Start: 500, Duration: 3000}, "ramp from 0 nA to 25 nA, 500 ms .. 3.5 s"},
		{Step[units.Current]{Level: 20, Duration: 500}, "step from 0 nA to 20 nA, 0 ms .. 500 ms"},
		{Sawtooth[units.Rate]{High: 9, Frequency: 2}, "sawtooth of 2 Hz from 0 pps to 9 pps"},
	} {
		if got := c.what.String(); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}
