package myogen

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"gomyogen/myogen/internal/fields"
	"gomyogen/myogen/random"
	"gomyogen/myogen/units"
)

// full is an experiment with every kind of thing.
func full(t *testing.T) Experiment {
	t.Helper()
	e, err := ParseExperiment("full.yaml", []byte(fullExperiment))
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// With sets a value at a path and leaves the experiment that it is called on
// alone, with all that the two share.
func TestWith(t *testing.T) {
	for _, c := range []struct {
		path, value string
		change      func(*Experiment)
	}{
		{"seed", "7", func(e *Experiment) { e.Seed = 7 }},
		{"draws", "MyoGen order", func(e *Experiment) { e.Draws = MyoGenOrder }},
		{"duration", "2 s", func(e *Experiment) { e.Duration = 2000 }},
		{"step", "0.2 ms", func(e *Experiment) { e.Step = 0.2 }},
		{"method", "Crank-Nicolson", func(e *Experiment) { e.Method = CrankNicolson }},
		{"populations.DD.n", "3", func(e *Experiment) {
			e.Populations[0] = DescendingDrivePool{Name: "DD", N: 3, Process: random.Erlang{Order: 5}}
		}},
		{`populations["DD"].drive_neurons.process`, "{gamma: 2}", func(e *Experiment) {
			e.Populations[0] = DescendingDrivePool{Name: "DD", N: 20, Process: random.Gamma{Shape: 2}}
		}},
		{"populations.DD.process.erlang", "9", func(e *Experiment) {
			e.Populations[0] = DescendingDrivePool{Name: "DD", N: 20, Process: random.Erlang{Order: 9}}
		}},
		{"populations.DD", "{spike_source: {trains: [[1, 2]]}}", func(e *Experiment) {
			e.Populations[0] = SpikeSource{Name: "DD", Trains: trainsAt(1, 2)}
		}},
		{"populations.aMN.model", "NERLab", changedPool(2, func(p *AlphaMNPool) { p.Model = NERLab })},
		{"populations.aMN.thresholds", "[0.3, 0.4]", changedPool(2, func(p *AlphaMNPool) { p.Thresholds = []float64{0.3, 0.4} })},
		{"populations.aMN.thresholds", "{slope: 3}", changedPool(2, func(p *AlphaMNPool) { p.Thresholds, p.Recruitment.Slope = nil, 3 })},
		{"populations.aMN.parameters.gamma", "0.7", changedPool(2, func(p *AlphaMNPool) { p.Parameters["gamma"] = Constant(0.7) })},
		{"populations.aMN.parameters.Powers2017.soma.cm", "[1, 2, 0.3, true]", changedPool(2, func(p *AlphaMNPool) {
			p.Parameters["Powers2017.soma.cm"] = Range{First: 1, Last: 2, Curve: 0.3, Reversed: true}
		})},
		{"populations.aMN.motor_neurons.parameters.Powers2017.soma", "{ek: -90, ena: 55}", changedPool(2, func(p *AlphaMNPool) {
			p.Parameters["Powers2017.soma.ek"], p.Parameters["Powers2017.soma.ena"] = Constant(-90), Constant(55)
		})},
		{"populations.FDI.parameters.gamma", "0.7", changedPool(3, func(p *AlphaMNPool) { p.Parameters = Parameters{"gamma": Constant(0.7)} })},
		{"populations.aMN.spike_threshold", "-20 mV", changedPool(2, func(p *AlphaMNPool) { *p.SpikeThreshold = -20 })},
		{"populations.FDI.temperature", "30 degC", changedPool(3, func(p *AlphaMNPool) { p.Celsius = new(units.Temperature); *p.Celsius = 30 })},
		{"populations.FDI.background.excitatory.mean", "0.3 uS", changedPool(3, func(p *AlphaMNPool) { p.Background.Excitatory.Mean = 0.3 })},
		{"populations.FDI.background.inhibitory.tau", "7 ms", changedPool(3, func(p *AlphaMNPool) { p.Background.Inhibitory.Tau = 7 })},
		{"populations.aMN.background.inhibitory.sd", "0.1 uS", changedPool(2, func(p *AlphaMNPool) { p.Background = &Background{Inhibitory: Fluctuation{SD: 0.1}} })},
		{"inputs[1].noise", "3 pps", func(e *Experiment) { e.Inputs[1].Noise = 3 }},
		{"inputs[0].sinusoid.frequency", "4 Hz", func(e *Experiment) { e.Inputs[0].Shape = Sinusoid[units.Rate]{40, 20, 4} }},
		{"connections[0].weight", "0.2 uS", func(e *Experiment) { e.Connections[0].Weight = 0.2 }},
		{"connections[1].inhibitory", "false", func(e *Experiment) { e.Connections[1].Inhibitory = false }},
		{"record[0].variable", "na3rp", func(e *Experiment) { e.Record[0].Variable = "na3rp" }},
		{"record", "[]", func(e *Experiment) { e.Record = nil }},
		{"record_all[0].path", "x.npy", func(e *Experiment) { e.RecordAll[0].Path = "x.npy" }},
		{"inject[0].amplitude", "0 nA", func(e *Experiment) { e.Inject[0].Amplitude = 0 }},
		{"inject[1].ramp.to", "9 nA", func(e *Experiment) { e.Inject[1].Shape = Ramp[units.Current]{To: 9, Start: 10, Duration: 100} }},
	} {
		e, want := full(t), full(t)
		c.change(&want)
		got, err := e.With(c.path, c.value)
		if err != nil {
			t.Errorf("%s: %v", c.path, err)
			continue
		}
		if d := cmp.Diff(want, got, cmpopts.EquateEmpty()); d != "" {
			t.Errorf("%s (-want +got):\n%s", c.path, d)
		}
		if d := cmp.Diff(full(t), e); d != "" {
			t.Errorf("%s has changed the experiment that it was set for (-before +after):\n%s", c.path, d)
		}
	}
}

// changedPool is a change of a pool of motor neurons.
func changedPool(i int, change func(*AlphaMNPool)) func(*Experiment) {
	return func(e *Experiment) {
		p := e.Populations[i].(AlphaMNPool)
		change(&p)
		e.Populations[i] = p
	}
}

// Every value of an experiment has a path: to set it to what it is changes
// nothing, to set it to nonsense is refused, and neither changes what there was.
func TestEveryValueHasAPath(t *testing.T) {
	e := full(t)
	paths := 0
	fields.Flatten(fields.Struct(e.fields).Write(true), nil, func(p fields.Path, n fields.Node) {
		paths++
		value, err := e.Get(p.String())
		if err != nil {
			t.Fatalf("%s: %v", p, err)
		}
		same, err := e.With(p.String(), value)
		if err != nil {
			t.Errorf("%s at %q: %v", p, value, err)
			return
		}
		sameFingerprint(t, e, same)
		if _, err := e.With(p.String(), "{none: {of: {this: 1}}}"); err == nil {
			t.Errorf("%s is a mapping of nothing", p)
		}
		_, err = e.With(p.String()+".none", "1")
		refused(t, "none", err)
		if d := cmp.Diff(full(t), e); d != "" {
			t.Fatalf("%s has changed the experiment (-before +after):\n%s", p, d)
		}
	})
	if paths < 80 {
		t.Errorf("%d paths", paths)
	}
}

// A path that leads nowhere is refused with what there is.
func TestWithRefuses(t *testing.T) {
	for _, c := range []struct{ path, value, want string }{
		{"", "1", "the path is empty"},
		{".seed", "1", "a name is empty"},
		{"seed..x", "1", "a name is empty"},
		{"seed.", "1", "a name is empty"},
		{"connections[", "1", `path "connections[": "[" has no end`},
		{"connections[-1].weight", "1", `"[-1]" is not an index`},
		{"connections[x].weight", "1", `"[x]" is not an index`},
		{`populations["aMN`, "1", "a name in quotes must end with"},
		{"connections[0]weight", "1 uS", "must begin with a dot"},
		{"sead", "1", `there is no "sead"; there are connections, draws, duration, force, inject`},
		{"connections[2].weight", "1 uS", "connections: there is no item [2]; there are [0] to [1]"},
		{"connections.weight", "1 uS", "connections: there is no item weight; there are [0] to [1]"},
		{"connections[0].wait", "1 uS", `connections[0]: there is no "wait"; there are delay, inhibitory`},
		{"connections[0].weight.unit", "1", `connections[0].weight: there is no "unit": the value has no parts`},
		{"connections[0].weight", "1 mV", `connections[0].weight: weight: "1 mV" is not a number with one of the units nS, uS`},
		{"connections[0].weight", "-1 uS", "connections[0].weight: weight is -1 uS, must be above 0"},
		{"connections[0].weight", "", `connections[0].weight: "" is not one value`},
		{"connections[0].weight", "1 uS\n---\n2 uS", "is not one value"},
		{"connections[0].pairs[0]", "1", "pairs are set as a whole"},
		{"populations.MN.n", "1", `populations: there is no population "MN"; there are ["DD" "Ia" "aMN" "FDI"]`},
		{"populations.aMN.m", "1", `populations.aMN: there is no "m"; there are background, model, n, parameter_file`},
		{"populations.aMN.drive_neurons.n", "1", `there is no "drive_neurons"`},
		{"populations.DD.process.gamma", "1", `there is no "gamma"`},
		{"populations.aMN.parameters.NERLab.soma.x", "1", `there is no parameter "NERLab.soma.x"; here there are Ra, cm, diameter`},
		{"populations.aMN.parameters.x", "1", `there is no parameter "x"; here there are NERLab, Powers2017, axon_length`},
		{"populations.aMN.parameters.gamma", "-1", "gamma is -1, must not be negative"},
		{"inputs[0].ramp.to", "1 pps", `there is no "to": ramp is not set`},
		{"inputs[0].ramp", "{to: 1 pps, duration: 1 s}", "of these there must be one"},
		{"inputs[0].samples.values", "[1]", `there is no "values": samples is not set`},
	} {
		e := full(t)
		_, err := e.With(c.path, c.value)
		refused(t, c.want, err)
		if d := cmp.Diff(full(t), e); d != "" {
			t.Fatalf("%s has changed the experiment (-before +after):\n%s", c.path, d)
		}
	}
}

func TestGetAndNumber(t *testing.T) {
	e := full(t)
	for _, c := range []struct {
		path, text string
		number     float64
		unit       string
	}{
		{"seed", "18446744073709551615", 1 << 64, ""},
		{"duration", "500 ms", 500, "ms"},
		{"populations.DD.n", "20", 20, ""},
		{"connections[0].weight", "0.15 uS", 0.15, "uS"},
		{"connections[0].probability", "0.5", 0.5, ""},
		{"inject[0].amplitude", "-2 nA", -2, "nA"},
		{"inputs[0].sinusoid.frequency", "3 Hz", 3, "Hz"},
		{"populations.aMN.temperature", "36 degC", 36, "degC"},
	} {
		if text, err := e.Get(c.path); text != c.text || err != nil {
			t.Errorf("%s is %q, want %q; %v", c.path, text, c.text, err)
		}
		if x, unit, err := e.Number(c.path); x != c.number || unit != c.unit || err != nil {
			t.Errorf("%s is %v in %q, want %v in %q; %v", c.path, x, unit, c.number, c.unit, err)
		}
	}
	_, _, err := e.Number("method")
	refused(t, "the value at method is no number", err)
	_, err = e.Get("populations.MN")
	refused(t, `there is no population "MN"`, err)
}

func TestDriveOfAPopulation(t *testing.T) {
	e := closedLoop(NERLab)
	clean, err := e.CleanDrive("DD")
	if err != nil {
		t.Fatal(err)
	}
	noisy, err := e.Drive("DD")
	if err != nil {
		t.Fatal(err)
	}
	ran, err := start(t, e).Drive("DD")
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(ran, noisy); d != "" {
		t.Errorf("(-run +Drive):\n%s", d)
	}
	above := 0
	for i, x := range clean.Values {
		switch {
		case noisy.Values[i] < x:
			t.Fatalf("sample %d: noise makes %v of %v", i, noisy.Values[i], x)
		case noisy.Values[i] > x:
			above++
		}
	}
	if n := len(clean.Values); n != 3000 || clean.Units != "pps" || clean.Values[0] != 60 || clean.Values[n-1] != 120 || above < n/3 || above > 2*n/3 {
		t.Errorf("%d samples in %s from %v to %v, %d of them with noise", n, clean.Units, clean.Values[0], clean.Values[n-1], above)
	}
	for _, f := range []func(Experiment, string) error{
		func(e Experiment, name string) error { _, err := e.Drive(name); return err },
		func(e Experiment, name string) error { _, err := e.CleanDrive(name); return err },
	} {
		refused(t, `no input drives "aMN"; inputs drive ["DD"]`, f(e, "aMN"))
		bad := e
		bad.Duration = 0
		refused(t, "the duration is 0 ms", f(bad, "DD"))
		bad = e
		bad.Inputs = []Input{{Source: "x", Target: "DD", Shape: (*Ramp[units.Rate])(nil)}}
		refused(t, "that is nil", f(bad, "DD"))
		bad.Inputs = []Input{{Source: "x", Target: "DD"}}
		refused(t, "shape is missing", f(bad, "DD"))
	}
}
