package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"gomyogen/myogen"
	"gomyogen/myogen/format/atomicfile"
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

const convertUsage = `  myogen convert [OPTIONS] IN OUT
        convert spike trains and signals between formats, by the names of the files

  reads                                      writes
  .npz      results of a run                 .npz      results, as a run writes them
  .nwb      units and series of any file (*) .nwb      Neurodata Without Borders (*)
  .mat      MATLAB: DEMUSE, MUedit,          .csv      a long table
            OTBiolab+; a cell array of       .parquet  the same, with units in the metadata
            discharge times or a matrix      .npy      recruitment thresholds of a .pkl
            of zeros and ones (*)
  .json     openhdemg
  .csv      a table with a row for each discharge: unit, time and perhaps population; or,
  .parquet  with -wide, with a column for each unit (.tsv and .txt, too); or signals: a
            column of times and one for each signal, "rate [pps]", "rate (pps)", "rate_pps";
            or a long table of them, as -what signals writes it
  .npy      two columns, unit and time, or zeros and ones, a row for each unit
  .npz      of other programs: the columns of such a table, or an array for each unit
  .pkl      thresholds of MyoGen; with -run-pickle whatever Neo's objects are in (*)

  (*) by Python's pynwb, SciPy and Neo, which "go run ./install nwb" adds once.
  NWB is HDF5; NWB on Zarr is not read or written: its own validator refuses what its
  library writes today. An .nwb of a run holds the report and the experiment beside IN.

  -what spikes|signals|statistics   what a table holds (default spikes). A .csv has no
                         place for cells without a spike; what is not in OUT is printed
  -unit s|ms|us          unit of times, where a file does not say it
  -value-unit pps        unit of signals, where a table does not say it
  -rate 2048             samples in a second, where times are samples or zeros and ones. The
                         first sample is 0, in MATLAB 1
  -columns unit=MU,time=onset,population=muscle
                         the columns of a table, where they have other names
  -wide                  each column of a table is a unit
  -no-header             the first row of a .csv has values; its columns are called 1, 2 ...
  -variable NAME         the variable of a MATLAB file, signal.MUPulses
  -run-pickle            let Python load a pickle. A pickle is a program: it can do whatever
                         you can. Only for files that you or people you trust have made.
  of an .nwb file; what is not given is not invented:
  -description TEXT  -identifier TEXT  -start 2026-05-01T10:00:00+02:00  -institution TEXT
  -lab TEXT  -experimenter "Last, First"  -keywords "motor unit,H-reflex"
  -subject ID  -species "Homo sapiens"  -sex F|M|U|O  -age P27Y
`

// hints say how to mend what a reader refuses, by the name of its option.
var hints = map[string]string{
	"TimeUnit":  "say it: -unit ms, or -rate 2048 where times are samples",
	"Rate":      "say it: -rate 2048",
	"Unit":      "say it: -columns unit=NAME,time=NAME, or -wide where each column is a unit",
	"Time":      "say it: -columns time=NAME, or -wide where each column is a unit",
	"NoHeader":  "-no-header -columns unit=1,time=2 reads a table without names",
	"Variable":  "say which: -variable NAME",
	"ValueUnit": "say it: -value-unit pps; or, where it names the units of spike times: -columns unit=NAME",
}

// hinted adds to an error how to mend it.
func hinted(err error) error {
	var refused interface{ Option() string }
	if errors.As(err, &refused) && hints[refused.Option()] != "" {
		return fmt.Errorf("%w; %s", err, hints[refused.Option()])
	}
	return err
}

// conversion is what the flags of convert say.
type conversion struct {
	what, variable string
	table          frame.Options
	csv            frame.CSV
	runPickle      bool
	session        nwb.Session
	subject        nwb.Subject
}

func convert(ctx context.Context, args []string, out io.Writer) error {
	f := flags("convert")
	var c conversion
	var experimenter, keywords, columns string
	var rate float64
	f.StringVar(&c.what, "what", "spikes", "")
	f.StringVar(&c.table.TimeUnit, "unit", "", "")
	f.StringVar(&c.table.ValueUnit, "value-unit", "", "")
	f.Float64Var(&rate, "rate", 0, "")
	f.StringVar(&columns, "columns", "", "")
	f.BoolVar(&c.table.Wide, "wide", false, "")
	f.BoolVar(&c.csv.NoHeader, "no-header", false, "")
	f.StringVar(&c.variable, "variable", "", "")
	f.BoolVar(&c.runPickle, "run-pickle", false, "")
	for name, p := range map[string]*string{
		"description": &c.session.Description, "identifier": &c.session.Identifier, "start": &c.session.Start, "institution": &c.session.Institution,
		"lab": &c.session.Lab, "experimenter": &experimenter, "keywords": &keywords,
		"subject": &c.subject.ID, "species": &c.subject.Species, "sex": &c.subject.Sex, "age": &c.subject.Age,
	} {
		f.StringVar(p, name, "", "")
	}
	files, err := parse(f, args, 2)
	if err != nil {
		return err
	}
	if experimenter != "" {
		c.session.Experimenter = []string{experimenter}
	}
	if keywords != "" {
		c.session.Keywords = strings.Split(keywords, ",")
	}
	if c.subject != (nwb.Subject{}) {
		c.session.Subject = &c.subject
	}
	switch {
	case !slices.Contains([]string{"", "s", "ms", "us"}, c.table.TimeUnit):
		return fmt.Errorf("-unit is %q, must be s, ms or us", c.table.TimeUnit)
	case rate < 0 || math.IsNaN(rate) || math.IsInf(rate, 0):
		return fmt.Errorf("-rate is %v, must be above 0", rate)
	case rate > 0 && c.table.TimeUnit != "":
		return fmt.Errorf("-unit %s is for times, -rate %v for samples: not both", c.table.TimeUnit, rate)
	case !slices.Contains([]string{"spikes", "signals", "statistics"}, c.what):
		return fmt.Errorf("-what is %q, must be spikes, signals or statistics", c.what)
	}
	c.table.Rate = units.Frequency(rate)
	if err := c.columns(columns); err != nil {
		return err
	}
	in, path := files[0], files[1]
	isThresholds := ending(in) == ".pkl" && !c.runPickle
	if err := checkEndings(in, path, isThresholds); err != nil {
		return err
	}
	if err := checkFiles([]file{{"the input", in}}, []file{{"the output", path}}); err != nil {
		return err
	}
	if isThresholds {
		return thresholds(in, path, out)
	}
	if ending(in) == ".pkl" {
		if _, err := fmt.Fprintf(out, "Python runs %s: a pickle is a program\n", in); err != nil {
			return err
		}
	}
	b, err := interruptible(ctx, func() (*neo.Block, error) { return c.read(ctx, in) })
	if err != nil {
		return hinted(err)
	}
	table, err := c.write(ctx, in, path, b)
	if err != nil {
		return err
	}
	if err := say(out, path, b); err != nil {
		return err
	}
	lost, err := interruptible(ctx, func() ([]string, error) { return c.lost(path, b, table) })
	if err != nil || lost == nil {
		return err
	}
	_, err = fmt.Fprintf(out, "not in %s: %s; .npz and .nwb hold all\n", path, strings.Join(lost, "; "))
	return err
}

// columns reads the flag -columns.
func (c *conversion) columns(text string) error {
	if text == "" {
		return nil
	}
	for pair := range strings.SplitSeq(text, ",") {
		role, name, ok := strings.Cut(pair, "=")
		to, known := map[string]*string{"unit": &c.table.Unit, "time": &c.table.Time, "population": &c.table.Population}[strings.TrimSpace(role)]
		if !ok || !known || name == "" {
			return fmt.Errorf("-columns has %q, must be like unit=MU,time=onset,population=muscle", pair)
		}
		*to = name
	}
	return nil
}

// Endings of files that are read and written.
var (
	readable = []string{".npz", ".nwb", ".csv", ".tsv", ".txt", ".parquet", ".npy", ".mat", ".json", ".pkl"}
	writable = []string{".npz", ".nwb", ".csv", ".parquet"}
)

// checkEndings returns an error, before anything is read, unless IN can be read and
// OUT be written.
func checkEndings(in, out string, isThresholds bool) error {
	const more = "\nmyogen convert -h lists what goes where"
	switch {
	case !slices.Contains(readable, ending(in)):
		return fmt.Errorf("%s: convert reads %s"+more, in, strings.Join(readable, ", "))
	case isThresholds && ending(out) != ".npy":
		return fmt.Errorf("%s: MyoGen's thresholds are written to .npy; with -run-pickle Python loads what else is in a pickle, which can run any code", out)
	case !isThresholds && ending(out) == ".npy":
		return fmt.Errorf("%s: only MyoGen's thresholds, a .pkl, are written to .npy"+more, out)
	case !isThresholds && !slices.Contains(writable, ending(out)):
		return fmt.Errorf("%s: convert writes %s"+more, out, strings.Join(writable, ", "))
	}
	return nil
}

// interruptible returns what f returns, or the context's error when it ends first.
// Then f is left to itself: it must not write.
func interruptible[T any](ctx context.Context, f func() (T, error)) (T, error) {
	type answer struct {
		x   T
		err error
	}
	done := make(chan answer, 1)
	go func() {
		x, err := f()
		done <- answer{x, err}
	}()
	select {
	case a := <-done:
		return a.x, a.err
	case <-ctx.Done():
		// Python ends with the context, and leaves no folder behind.
		select {
		case a := <-done:
			return a.x, a.err
		case <-time.After(time.Second):
		}
		var none T
		return none, context.Cause(ctx)
	}
}

// stoppable is a writer that fails once its context has ended.
type stoppable struct {
	ctx context.Context
	w   io.Writer
}

func (s stoppable) Write(p []byte) (int, error) {
	if s.ctx.Err() != nil {
		return 0, context.Cause(s.ctx)
	}
	return s.w.Write(p)
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
	for _, x := range [][2]string{{"not read", "not_read"}, {"note", "note"}} {
		if text := b.Annotations[x[1]]; text != "" {
			if _, err := fmt.Fprintf(out, "%s: %s\n", x[0], text); err != nil {
				return err
			}
		}
	}
	_, err := fmt.Fprintln(out, "wrote", path)
	return err
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// lost returns what of a block a table of spikes or signals does not hold: what is not
// there when it is read back. f is the table, nil for files that hold all. Statistics are
// no copy.
func (c conversion) lost(path string, b *neo.Block, f *frame.Frame) (lost []string, err error) {
	if f == nil || c.what == "statistics" {
		return nil, nil
	}
	if ending(path) == ".csv" {
		f.Metadata = nil
	}
	back, err := frame.Table(f, frame.Options{})
	if err != nil { // as of no rows
		back = &neo.Block{}
		if f.Len() > 0 {
			lost = append(lost, "what would make it readable for convert: "+strings.TrimPrefix(err.Error(), "frame: "))
		}
	}
	trains, signals, silent := 0, 0, []string(nil)
	var span, period string
	for _, s := range b.Segments {
		there, err := back.Segment(s.Name)
		if err != nil {
			there = &neo.Segment{}
		}
		signals += max(0, len(s.AnalogSignals)-len(there.AnalogSignals))
		missing := 0
		for _, t := range s.SpikeTrains {
			again, err := there.SpikeTrain(t.Name)
			switch {
			case err != nil:
				missing++
			case span == "" && (again.TStart != t.TStart || again.TStop != t.TStop):
				span = fmt.Sprintf("begin and end of the trains, as %v to %v of %s, which is %v to %v when it is read", t.TStart.Round(units.Us), t.TStop.Round(units.Us), t.Name, again.TStart.Round(units.Us), again.TStop.Round(units.Us))
			}
			if err == nil && again.SamplingPeriod != t.SamplingPeriod {
				period = "the sampling period of spike times"
			}
		}
		if missing > 0 && c.what == "spikes" {
			silent = append(silent, fmt.Sprintf("%d of the %d cells of %s, which have no spike", missing, len(s.SpikeTrains), s.Name))
		}
		trains += missing
	}
	lost = append(lost, silent...)
	if c.what == "signals" && trains > 0 {
		lost = append(lost, fmt.Sprintf("%s, which -what spikes writes", plural(trains, "spike train")))
	}
	if signals > 0 && c.what == "spikes" {
		lost = append(lost, fmt.Sprintf("%s, which -what signals writes", plural(signals, "signal")))
	}
	for _, text := range []string{span, period} {
		if text != "" {
			lost = append(lost, text)
		}
	}
	if !maps.Equal(b.Annotations, back.Annotations) && len(b.Annotations) > 0 {
		lost = append(lost, "annotations: "+strings.Join(slices.Sorted(maps.Keys(b.Annotations)), ", "))
	}
	return lost, nil
}

// thresholds writes MyoGen's thresholds as .npy, without running the pickle.
func thresholds(in, path string, out io.Writer) error {
	x, err := pickle.ReadFloats(in)
	if err != nil {
		return fmt.Errorf("%w; -run-pickle lets Python load what else is in a pickle, which can run any code", err)
	}
	if err := myogen.SaveThresholds(path, x); err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "wrote %d thresholds to %s\n", len(x), path)
	return err
}

func (c conversion) read(ctx context.Context, path string) (*neo.Block, error) {
	switch ending(path) {
	case ".nwb":
		return nwb.Read(ctx, path)
	case ".mat":
		return matlab.Read(ctx, path, matlab.Options{Variable: c.variable, Rate: c.table.Rate, TimeUnit: c.table.TimeUnit})
	case ".json":
		return openhdemg.Read(path)
	case ".pkl":
		return pickle.ReadBlockUnsafe(ctx, path)
	case ".npy", ".npz":
		return frame.ReadNumPy(path, c.table)
	}
	if ending(path) != ".parquet" {
		return c.csv.ReadBlock(path, c.table)
	}
	f, err := parquet.Read(path)
	if err != nil {
		return nil, err
	}
	b, err := frame.Table(f, c.table)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return b, nil
}

// write writes a block, and returns the table of which the file consists, nil for files
// that hold all of it.
func (c conversion) write(ctx context.Context, in, path string, b *neo.Block) (*frame.Frame, error) {
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	switch ending(path) {
	case ".npz":
		return nil, npz.WriteBlock(path, b)
	case ".nwb":
		if ending(in) != ".npz" {
			return nil, nwb.Write(ctx, path, b, c.session)
		}
		rt, err := poolThresholds(in, b)
		if err != nil {
			return nil, err
		}
		c.session.Thresholds = rt
		return nil, nwb.WriteResults(ctx, in, b, path, c.session)
	}
	f, err := interruptible(ctx, func() (*frame.Frame, error) { return c.frame(b) })
	if err != nil {
		return nil, err
	}
	return f, atomicfile.WriteFunc(path, func(w io.Writer) error {
		if w = (stoppable{ctx, w}); ending(path) == ".csv" {
			return f.EncodeCSV(w)
		}
		return parquet.Encode(w, f)
	})
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
