package myogen

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"gomyogen/myogen/random"
	"gomyogen/myogen/units"
)

// Experiment is a protocol and a seed: all that a run needs.
type Experiment struct {
	Network  *Network
	Config   SimulationConfig
	Duration units.Time
}

// Simulation returns the simulation of the experiment, ready to run for Duration.
func (e *Experiment) Simulation() (*Simulation, error) { return NewSimulation(e.Network, e.Config) }

// Resume returns the simulation of the experiment, ready to go on from a saved state.
func (e *Experiment) Resume(state string) (*Simulation, error) {
	return Resume(e.Network, e.Config, state)
}

// String prints the experiment in a few lines.
func (e *Experiment) String() string {
	step := e.Config.Step
	if step == 0 {
		step = DefaultStep
	}
	return fmt.Sprintf("%v at steps of %v, %v, seed %d, %v\n%v", e.Duration, step, e.Config.Method, e.Config.Draws.Seed, e.Config.Draws.Order, e.Network)
}

// LoadExperiment reads an experiment file, whose keys cmd/myogen/NERLab.yaml
// explains. What it names without a folder lies beside it. The error names
// line and column of what is wrong.
func LoadExperiment(path string) (*Experiment, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("myogen: %w", err)
	}
	return ParseExperiment(path, text)
}

// ParseExperiment reads the text of an experiment file called name.
func ParseExperiment(name string, text []byte) (*Experiment, error) {
	r := experimentReader{yamlFile: yamlFile{name}, dir: filepath.Dir(name)}
	docs, err := r.parse(text)
	if err != nil {
		return nil, err
	}
	if len(docs) != 1 {
		return nil, fmt.Errorf("myogen: %s: %d documents, must be one", name, len(docs))
	}
	if err := r.read(docs[0]); err != nil {
		return nil, err
	}
	return r.build()
}

// experimentReader collects what an experiment file says, in its order, and
// builds it at the end: drives need the duration, which may come last.
type experimentReader struct {
	yamlFile
	dir         string
	experiment  Experiment
	populations []placed[Population]
	connections []placed[namedConnection]
	inputs      []placed[namedExternal]
	probes      []placed[Probe]
	injections  []placed[Injection]
}

// placed is a thing with its name, if it has one, and its place in the file.
type placed[T any] struct {
	at    ast.Node
	name  string
	thing T
}

func (r *experimentReader) read(n ast.Node) error {
	e := &r.experiment
	cfg := &e.Config
	return r.fields("the experiment", n, map[string]field{
		"seed": func(n ast.Node) (err error) {
			cfg.Draws.Seed, err = r.integer("seed", n, math.MaxUint64)
			return err
		},
		"draws":       choice(r, "draws", &cfg.Draws.Order, NamedStreams, MyoGenOrder),
		"duration":    quantity(r, "duration", &e.Duration, units.ParseTime, above0),
		"step":        quantity(r, "step", &cfg.Step, units.ParseTime, above0),
		"method":      choice(r, "method", &cfg.Method, CrankNicolson, BackwardEuler),
		"populations": r.readPopulations,
		"connections": func(n ast.Node) error { return r.list("connections", n, r.readConnection) },
		"inputs":      func(n ast.Node) error { return r.list("inputs", n, r.readInput) },
		"record":      func(n ast.Node) error { return r.list("record", n, r.readProbe) },
		"inject":      func(n ast.Node) error { return r.list("inject", n, r.readInjection) },
	})
}

func (r *experimentReader) build() (*Experiment, error) {
	e := &r.experiment
	if e.Duration == 0 {
		return nil, fmt.Errorf("myogen: %s: the experiment has no duration", r.name)
	}
	e.Network = &Network{}
	for _, p := range r.populations {
		if err := e.Network.Add(p.name, p.thing); err != nil {
			return nil, r.wrap(p.at, err)
		}
	}
	for _, x := range r.inputs {
		x.thing.Drive.Duration, x.thing.Drive.Step = e.Duration, e.Config.Step
		if err := e.Network.ConnectFromExternal(x.thing.source, x.thing.target, x.thing.External); err != nil {
			return nil, r.wrap(x.at, err)
		}
	}
	for _, c := range r.connections {
		if err := e.Network.Connect(c.thing.source, c.thing.target, c.thing.Connection); err != nil {
			return nil, r.wrap(c.at, err)
		}
	}
	for _, p := range r.probes {
		if _, err := e.Network.checkProbe(p.thing); err != nil {
			return nil, r.wrap(p.at, err)
		}
		e.Config.Record = append(e.Config.Record, p.thing)
	}
	for _, in := range r.injections {
		if _, err := e.Network.motorCell("injection", in.thing.Population, in.thing.Cell); err != nil {
			return nil, r.wrap(in.at, err)
		}
		e.Config.Inject = append(e.Config.Inject, in.thing)
	}
	return e, nil
}

// wrap adds a place to an error.
func (r *experimentReader) wrap(n ast.Node, err error) error {
	return r.errorAt(n, "%s", strings.TrimPrefix(err.Error(), "myogen: "))
}

// bound is a condition on a quantity, in words and as a test.
type bound struct {
	words string
	holds func(float64) bool
}

var (
	above0   = bound{"must be above 0", func(x float64) bool { return x > 0 }}
	notBelow = bound{"must not be negative", func(x float64) bool { return x >= 0 }}
	anything = bound{"", func(float64) bool { return true }}
)

// quantity reads a number with a unit.
func quantity[T ~float64](r *experimentReader, what string, to *T, parse func(string) (T, error), b bound) field {
	return func(n ast.Node) error {
		x, err := parse(n.GetToken().Value)
		switch {
		case err != nil:
			return r.errorAt(n, "%s: %s", what, strings.TrimPrefix(err.Error(), "units: "))
		case !b.holds(float64(x)):
			return r.errorAt(n, "%s is %v, %s", what, x, b.words)
		}
		*to = x
		return nil
	}
}

// choice reads one of the names of values.
func choice[T fmt.Stringer](r *experimentReader, what string, to *T, values ...T) field {
	return func(n ast.Node) error {
		var names []string
		for _, v := range values {
			if v.String() == n.GetToken().Value {
				*to = v
				return nil
			}
			names = append(names, v.String())
		}
		return r.errorAt(n, "%s is %q, must be one of %q", what, n.String(), names)
	}
}

func (r *experimentReader) count(what string, to *int, most uint64) field {
	return func(n ast.Node) error {
		x, err := r.integer(what, n, most)
		*to = int(x)
		return err
	}
}

func (r *experimentReader) float(what string, to *float64) field {
	return func(n ast.Node) (err error) {
		*to, err = r.number(what, n)
		return err
	}
}

func (r *experimentReader) string(what string, to *string) field {
	return func(n ast.Node) (err error) {
		*to, err = r.text(what, n)
		return err
	}
}

func (r *experimentReader) readPopulations(n ast.Node) error {
	entries, err := r.entries("populations", n)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		name := key(entry)
		kinds, err := r.entries("population "+name, entry.Value)
		if err != nil {
			return err
		}
		if len(kinds) != 1 {
			return r.errorAt(entry.Key, "population %s must have one key, drive_neurons or motor_neurons, it has %d", name, len(kinds))
		}
		var p Population
		switch kind := kinds[0]; key(kind) {
		case "drive_neurons":
			p, err = r.readDrivePool("population "+name, kind.Value)
		case "motor_neurons":
			p, err = r.readMotorPool("population "+name, kind.Value)
		default:
			err = r.errorAt(kind.Key, "population %s is of kind %q, must be drive_neurons or motor_neurons", name, key(kind))
		}
		if err != nil {
			return err
		}
		r.populations = append(r.populations, placed[Population]{entry.Key, name, p})
	}
	return nil
}

func (r *experimentReader) readDrivePool(what string, n ast.Node) (Population, error) {
	var p DescendingDrivePool
	err := r.fields(what, n, map[string]field{
		"n":       r.positiveCount("n", &p.N),
		"process": func(n ast.Node) error { return r.readProcess(n, &p.Process) },
	})
	return p, err
}

// positiveCount reads a number of cells.
func (r *experimentReader) positiveCount(what string, to *int) field {
	return func(n ast.Node) error {
		if err := r.count(what, to, maxCells)(n); err != nil {
			return err
		}
		if *to == 0 {
			return r.errorAt(n, "%s is 0, must be above 0", what)
		}
		return nil
	}
}

func (r *experimentReader) readProcess(n ast.Node, to *random.Process) error {
	if n.GetToken().Value == "poisson" {
		*to = random.Poisson{}
		return nil
	}
	var order int
	var shape float64
	err := r.fields("process (poisson, {erlang: order} or {gamma: shape})", n, map[string]field{
		"erlang": func(n ast.Node) error {
			err := r.count("erlang", &order, 1000)(n)
			*to = random.Erlang{Order: order}
			return err
		},
		"gamma": func(n ast.Node) error {
			err := r.float("gamma", &shape)(n)
			*to = random.Gamma{Shape: shape}
			if err == nil && shape == 0 {
				err = r.errorAt(n, "gamma is 0, must be above 0")
			}
			return err
		},
	})
	if err == nil && *to != nil {
		if err := (*to).Validate(); err != nil {
			return r.wrap(n, err)
		}
	}
	return err
}

func (r *experimentReader) readMotorPool(what string, n ast.Node) (Population, error) {
	var p AlphaMNPool
	config, err := DefaultAlphaMNConfig(NERLab)
	if err != nil {
		return p, err
	}
	var model Model
	var parameters ast.Node
	var threshold units.Voltage
	var celsius units.Temperature
	err = r.fields(what, n, map[string]field{
		"n":          r.positiveCount("n", &p.N),
		"thresholds": func(n ast.Node) error { return r.readThresholds(n, &p.Thresholds) },
		"model":      choice(r, "model", &model, NERLab, Powers2017),
		"parameters": func(n ast.Node) error {
			parameters = n
			return nil
		},
		"parameter_file": func(n ast.Node) error {
			path, err := r.text("parameter_file", n)
			if err == nil {
				config, err = LoadAlphaMNConfig(r.beside(path))
			}
			if err != nil {
				return r.wrap(n, err)
			}
			return nil
		},
		"spike_threshold": func(n ast.Node) error {
			p.SpikeThreshold = &threshold
			return quantity(r, "spike_threshold", &threshold, units.ParseVoltage, anything)(n)
		},
		"temperature": func(n ast.Node) error {
			p.Celsius = &celsius
			return quantity(r, "temperature", &celsius, units.ParseTemperature, anything)(n)
		},
	})
	if err == nil && parameters != nil { // over those of the file
		err = config.mergeNode(r.yamlFile, parameters)
	}
	if model != "" {
		config.Model = model
	}
	p.Config = &config
	return p, err
}

// beside returns the path of a file that the experiment names.
func (r *experimentReader) beside(path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(r.dir, path)
}

// readThresholds reads a model of thresholds, a list of them or the name of a .npy file.
func (r *experimentReader) readThresholds(n ast.Node, to *[]float64) (err error) {
	var t RecruitmentThresholds
	switch v := n.(type) {
	case *ast.SequenceNode:
		err = r.list("thresholds", n, func(n ast.Node) error {
			x, err := r.number("a threshold", n)
			*to = append(*to, x)
			return err
		})
		if err == nil {
			err = CheckThresholds(*to)
		}
	case *ast.StringNode:
		*to, err = LoadThresholds(r.beside(v.Value))
	default:
		err = r.fields("thresholds", n, map[string]field{
			"model":       choice(r, "model", &t.Model, Combined, Fuglevand, DeLuca, Konstantin),
			"n":           r.positiveCount("n", &t.N),
			"range_ratio": r.float("range_ratio", &t.RangeRatio),
			"slope":       r.float("slope", &t.Slope),
			"max":         r.float("max", &t.Max),
		})
		if err != nil {
			return err
		}
		*to, err = t.Values()
	}
	if err != nil && !strings.HasPrefix(err.Error(), "myogen: "+r.name+":") {
		err = r.wrap(n, err)
	}
	return err
}

func (r *experimentReader) readConnection(n ast.Node) error {
	var c namedConnection
	err := r.fields("a connection", n, map[string]field{
		"source": r.string("source", &c.source),
		"target": r.string("target", &c.target),
		"probability": func(n ast.Node) error {
			err := r.float("probability", &c.Probability)(n)
			if err == nil && !(c.Probability > 0 && c.Probability <= 1) {
				err = r.errorAt(n, "probability is %v, must be above 0 and at most 1", c.Probability)
			}
			return err
		},
		"weight": quantity(r, "weight", &c.Weight, units.ParseConductance, above0),
		"delay":  quantity(r, "delay", &c.Delay, units.ParseTime, above0),
		"inhibitory": func(n ast.Node) (err error) {
			c.Inhibitory, err = r.boolean("inhibitory", n)
			return err
		},
	})
	r.connections = append(r.connections, placed[namedConnection]{at: n, thing: c})
	return err
}

func (r *experimentReader) readInput(n ast.Node) error {
	var x namedExternal
	shapes := 0
	set := map[string]field{
		"source":  r.string("source", &x.source),
		"target":  r.string("target", &x.target),
		"noise":   quantity(r, "noise", &x.Drive.Noise, units.ParseRate, notBelow),
		"latency": quantity(r, "latency", &x.Latency, units.ParseTime, above0),
	}
	for name, read := range r.shapes(&x.Drive.Shape) {
		set[name] = func(n ast.Node) error {
			shapes++
			return read(n)
		}
	}
	if err := r.fields("an input", n, set); err != nil {
		return err
	}
	if shapes != 1 {
		return r.errorAt(n, "the input has %d shapes, must have one of %s", shapes, strings.Join(shapeNames, ", "))
	}
	r.inputs = append(r.inputs, placed[namedExternal]{at: n, thing: x})
	return nil
}

var shapeNames = []string{"trapezoid", "sinusoid", "ramp", "step", "sawtooth"}

// shapes reads the shapes of a drive.
func (r *experimentReader) shapes(to *Shape[units.Rate]) map[string]field {
	rate := func(what string, x *units.Rate) field { return quantity(r, what, x, units.ParseRate, notBelow) }
	time := func(what string, x *units.Time) field { return quantity(r, what, x, units.ParseTime, notBelow) }
	frequency := func(x *units.Frequency) field {
		return quantity(r, "frequency", x, units.ParseFrequency, above0)
	}
	return map[string]field{
		"trapezoid": func(n ast.Node) error {
			var s Trapezoid[units.Rate]
			err := r.fields("trapezoid", n, map[string]field{
				"baseline": rate("baseline", &s.Baseline), "peak": rate("peak", &s.Peak),
				"rest": time("rest", &s.Rest), "ramp": time("ramp", &s.Ramp), "plateau": time("plateau", &s.Plateau),
			})
			*to = s
			return err
		},
		"sinusoid": func(n ast.Node) error {
			var s Sinusoid[units.Rate]
			err := r.fields("sinusoid", n, map[string]field{
				"mean": rate("mean", &s.Mean), "amplitude": rate("amplitude", &s.Amplitude), "frequency": frequency(&s.Frequency),
			})
			*to = s
			return err
		},
		"ramp": func(n ast.Node) error {
			var s Ramp[units.Rate]
			err := r.fields("ramp", n, map[string]field{
				"from": rate("from", &s.From), "to": rate("to", &s.To),
				"start": time("start", &s.Start), "duration": time("duration", &s.Duration),
			})
			*to = s
			return err
		},
		"step": func(n ast.Node) error {
			var s Step[units.Rate]
			err := r.fields("step", n, map[string]field{
				"baseline": rate("baseline", &s.Baseline), "level": rate("level", &s.Level),
				"start": time("start", &s.Start), "duration": time("duration", &s.Duration),
			})
			*to = s
			return err
		},
		"sawtooth": func(n ast.Node) error {
			var s Sawtooth[units.Rate]
			err := r.fields("sawtooth", n, map[string]field{
				"low": rate("low", &s.Low), "high": rate("high", &s.High), "frequency": frequency(&s.Frequency),
			})
			*to = s
			return err
		},
	}
}

func (r *experimentReader) readProbe(n ast.Node) error {
	var p Probe
	err := r.fields("a probe", n, map[string]field{
		"population":  r.string("population", &p.Population),
		"cell":        r.count("cell", &p.Cell, maxCells),
		"compartment": r.count("compartment", &p.Compartment, 4),
	})
	r.probes = append(r.probes, placed[Probe]{at: n, thing: p})
	return err
}

func (r *experimentReader) readInjection(n ast.Node) error {
	var in Injection
	err := r.fields("an injection", n, map[string]field{
		"population": r.string("population", &in.Population),
		"cell":       r.count("cell", &in.Cell, maxCells),
		"amplitude":  quantity(r, "amplitude", &in.Amplitude, units.ParseCurrent, anything),
		"start":      quantity(r, "start", &in.Start, units.ParseTime, notBelow),
		"duration":   quantity(r, "duration", &in.Duration, units.ParseTime, notBelow),
	})
	r.injections = append(r.injections, placed[Injection]{at: n, thing: in})
	return err
}
