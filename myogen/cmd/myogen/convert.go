package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"gomyogen/myogen"
	"gomyogen/myogen/format/frame"
	"gomyogen/myogen/format/matlab"
	"gomyogen/myogen/format/npz"
	"gomyogen/myogen/format/nwb"
	"gomyogen/myogen/format/openhdemg"
	"gomyogen/myogen/format/parquet"
	"gomyogen/myogen/format/pickle"
	"gomyogen/myogen/neo"
	"gomyogen/myogen/stats"
	"gomyogen/myogen/units"
)

const convertUsage = `Converts spike trains and signals between formats, by the names of the files.

  myogen convert [OPTIONS] IN OUT

  reads                                       writes
  .npz      results of a run, or arrays of    .npz      results, as a run writes them
            our layout                        .nwb      Neurodata Without Borders (*)
  .nwb      units and series of any file (*)  .csv      a long table
  .csv      a long table: unit, time and      .parquet  the same, with units in the metadata
  .parquet  perhaps population                .npy      recruitment thresholds
  .npy      two columns: unit, time
  .mat      MATLAB 5: a cell array of discharge times, or a matrix of zeros and ones (*)
  .json     openhdemg
  .pkl      thresholds of MyoGen; with -run-pickle what Neo's objects are in (*)

  (*) by Python's pynwb, SciPy and Neo, which "go run ./install nwb" adds once.
  NWB is HDF5; NWB on Zarr is not read or written: its own validator refuses what its
  library writes today. An .nwb of a run holds the report and the experiment beside IN.

  -what spikes|signals|statistics   what a table holds (default spikes)
  -unit s|ms|us          unit of times, where a table or a MATLAB file does not say it
  -rate 2048             samples in a second, where discharge times of MATLAB are samples
  -variable NAME         the variable of a MATLAB file
  -run-pickle            let Python load a pickle. A pickle is a program: it can do whatever
                         you can. Only for files that you or people you trust have made.
  of an .nwb file; what is not given is not invented:
  -description TEXT  -identifier TEXT  -start 2026-05-01T10:00:00+02:00  -institution TEXT
  -lab TEXT  -experimenter "Last, First"  -subject ID  -species "Homo sapiens"  -sex F|M|U|O
  -age P27Y
`

// conversion is what the flags of convert say.
type conversion struct {
	what, unit, variable string
	rate                 float64
	runPickle            bool
	session              nwb.Session
	subject              nwb.Subject
}

func convert(_ context.Context, args []string, out io.Writer) error {
	f := flags("convert")
	var c conversion
	var experimenter string
	f.StringVar(&c.what, "what", "spikes", "")
	f.StringVar(&c.unit, "unit", "", "")
	f.Float64Var(&c.rate, "rate", 0, "")
	f.StringVar(&c.variable, "variable", "", "")
	f.BoolVar(&c.runPickle, "run-pickle", false, "")
	for name, p := range map[string]*string{
		"description": &c.session.Description, "identifier": &c.session.Identifier, "start": &c.session.Start, "institution": &c.session.Institution,
		"lab": &c.session.Lab, "experimenter": &experimenter,
		"subject": &c.subject.ID, "species": &c.subject.Species, "sex": &c.subject.Sex, "age": &c.subject.Age,
	} {
		f.StringVar(p, name, "", "")
	}
	if slices.ContainsFunc(args, func(a string) bool { return a == "-h" || a == "-help" || a == "--help" }) {
		_, err := fmt.Fprint(out, convertUsage)
		return err
	}
	files, err := parse(f, args, 2)
	if err != nil {
		return err
	}
	if experimenter != "" {
		c.session.Experimenter = []string{experimenter}
	}
	if c.subject != (nwb.Subject{}) {
		c.session.Subject = &c.subject
	}
	switch {
	case !slices.Contains([]string{"", "s", "ms", "us"}, c.unit):
		return fmt.Errorf("-unit is %q, must be s, ms or us", c.unit)
	case c.rate < 0 || math.IsNaN(c.rate) || math.IsInf(c.rate, 0):
		return fmt.Errorf("-rate is %v, must be above 0", c.rate)
	case !slices.Contains([]string{"spikes", "signals", "statistics"}, c.what):
		return fmt.Errorf("-what is %q, must be spikes, signals or statistics", c.what)
	}
	if err := checkFiles([]file{{"the input", files[0]}}, []file{{"the output", files[1]}}); err != nil {
		return err
	}
	if ending(files[0]) == ".pkl" && !c.runPickle {
		return thresholds(files[0], files[1], out)
	}
	b, err := c.read(files[0])
	if err != nil {
		return err
	}
	if err := c.write(files[0], files[1], b); err != nil {
		return err
	}
	return say(out, files[1], b)
}

func ending(path string) string { return strings.ToLower(filepath.Ext(path)) }

// say prints what is in a file that was written.
func say(out io.Writer, path string, b *neo.Block) error {
	for _, s := range b.Segments {
		spikes := 0
		for _, t := range s.SpikeTrains {
			spikes += len(t.Times)
		}
		if _, err := fmt.Fprintf(out, "%s: %d cells, %d spikes, %d signals\n", s.Name, len(s.SpikeTrains), spikes, len(s.AnalogSignals)); err != nil {
			return err
		}
	}
	if left := b.Annotations["not_read"]; left != "" {
		if _, err := fmt.Fprintf(out, "not read: %s\n", left); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintln(out, "wrote", path)
	return err
}

// thresholds writes MyoGen's thresholds as .npy, without running the pickle.
func thresholds(in, path string, out io.Writer) error {
	x, err := pickle.ReadFloats(in)
	if err != nil {
		return fmt.Errorf("%w; -run-pickle lets Python load what else is in a pickle, which can run any code", err)
	}
	if ending(path) != ".npy" {
		return fmt.Errorf("%s holds thresholds, which are written to .npy, not %q", in, ending(path))
	}
	if err := myogen.SaveThresholds(path, x); err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "wrote %d thresholds to %s\n", len(x), path)
	return err
}

func (c conversion) read(path string) (*neo.Block, error) {
	switch ending(path) {
	case ".npz":
		return npz.ReadBlock(path)
	case ".nwb":
		return nwb.Read(path)
	case ".csv", ".parquet", ".npy":
		f, err := readFrame(path)
		if err != nil {
			return nil, err
		}
		b, err := frame.Block(f, c.unit)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		return b, nil
	case ".mat":
		if c.unit == "us" {
			return nil, errors.New("-unit is us; discharge times of MATLAB are in s or ms")
		}
		return matlab.Read(path, matlab.Options{Variable: c.variable, Rate: units.Frequency(c.rate), Milliseconds: c.unit == "ms"})
	case ".json":
		return openhdemg.Read(path)
	case ".pkl":
		return pickle.ReadBlockUnsafe(path)
	}
	return nil, fmt.Errorf("%s: convert reads .npz, .nwb, .csv, .parquet, .npy, .mat, .json and .pkl", path)
}

func readFrame(path string) (*frame.Frame, error) {
	switch ending(path) {
	case ".csv":
		return frame.ReadCSV(path)
	case ".parquet":
		return parquet.Read(path)
	}
	a, err := npz.ReadArray(path)
	if err != nil {
		return nil, err
	}
	x, err := a.Numbers()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if len(a.Shape) != 2 || a.Shape[1] != 2 {
		return nil, fmt.Errorf("%s: shape %v, must have two columns, unit and time", path, a.Shape)
	}
	unit, times := make(frame.Texts, len(x)/2), make(frame.Floats, len(x)/2)
	for i := range unit {
		unit[i], times[i] = fmt.Sprintf("MU_%v", x[2*i]), x[2*i+1]
	}
	return &frame.Frame{Columns: []frame.Column{{Name: "unit", Values: unit}, {Name: "time", Values: times}}}, nil
}

func (c conversion) write(in, path string, b *neo.Block) error {
	switch ending(path) {
	case ".npz":
		return npz.WriteBlock(path, b)
	case ".nwb":
		if ending(in) != ".npz" {
			return nwb.Write(path, b, c.session)
		}
		rt, err := poolThresholds(in, b)
		if err != nil {
			return err
		}
		c.session.Thresholds = rt
		return nwb.Convert(in, path, c.session)
	case ".csv", ".parquet":
		f, err := c.frame(b)
		if err != nil {
			return err
		}
		if ending(path) == ".csv" {
			return f.WriteCSV(path)
		}
		return parquet.Write(path, f)
	}
	return fmt.Errorf("%s: convert writes .npz, .nwb, .csv and .parquet", path)
}

func (c conversion) frame(b *neo.Block) (*frame.Frame, error) {
	switch c.what {
	case "signals":
		return frame.Signals(b)
	case "statistics":
		return statistics(b), nil
	}
	return frame.Spikes(b)
}

// statistics returns a row for each cell.
func statistics(b *neo.Block) *frame.Frame {
	populations, names, spikes := frame.Texts{}, frame.Texts{}, frame.Ints{}
	var rates, cv, cv2, lv, first, last frame.Floats
	for _, s := range b.Segments {
		for _, t := range s.SpikeTrains {
			populations, names, spikes = append(populations, s.Name), append(names, t.Name), append(spikes, int64(len(t.Times)))
			rate, start, stop := math.NaN(), math.NaN(), math.NaN()
			if r, err := stats.MeanFiringRate(t); err == nil {
				rate = float64(r)
			}
			if n := len(t.Times); n > 0 {
				start, stop = float64(t.Times[0]), float64(t.Times[n-1])
			}
			rates, first, last = append(rates, rate), append(first, start), append(last, stop)
			cv, cv2, lv = append(cv, stats.CV(t)), append(cv2, stats.CV2(t)), append(lv, stats.LV(t))
		}
	}
	column := func(name, unit string, x frame.Floats) frame.Column {
		return frame.Column{Name: name, Unit: unit, Values: x}
	}
	return &frame.Frame{Columns: []frame.Column{
		{Name: "population", Values: populations}, {Name: "unit", Values: names}, {Name: "spikes", Values: spikes},
		column("mean_firing_rate", "pps", rates), column("CV", "", cv), column("CV2", "", cv2), column("LV", "", lv),
		column("first_spike", "ms", first), column("last_spike", "ms", last),
	}}
}

// poolThresholds returns the recruitment thresholds of the pools of the
// experiment beside results, if there is one.
func poolThresholds(results string, b *neo.Block) (map[string][]float64, error) {
	path := strings.TrimSuffix(results, filepath.Ext(results)) + ".yaml"
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	e, err := myogen.LoadExperiment(path)
	if err != nil {
		return nil, err
	}
	rt := map[string][]float64{}
	for _, p := range e.Populations {
		pool, ok := p.(myogen.AlphaMNPool)
		if !ok || pool.Curves {
			continue
		}
		s, err := b.Segment(pool.Name)
		if err != nil {
			continue // it was not recorded
		}
		x := pool.Thresholds
		if x == nil {
			formula := pool.Recruitment
			formula.N = len(s.SpikeTrains)
			if x, err = formula.Values(); err != nil {
				return nil, fmt.Errorf("%s: population %q: %w", path, pool.Name, err)
			}
		}
		if len(x) != len(s.SpikeTrains) {
			return nil, fmt.Errorf("%s: population %q has %d thresholds, the results have %d cells", path, pool.Name, len(x), len(s.SpikeTrains))
		}
		rt[pool.Name] = x
	}
	return rt, nil
}
