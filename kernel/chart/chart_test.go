package chart_test

import (
	"bytes"
	"encoding/csv"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"gomyogen/kernel/chart"
	"gomyogen/kernel/chart/charttest"
	_ "gomyogen/kernel/chart/draw"
	"gomyogen/kernel/chart/render"
	"gomyogen/myogen/format/npz"
	"gomyogen/myogen/neo"
	"gomyogen/myogen/stats"
	"gomyogen/myogen/units"
)

var update = flag.Bool("update", false, "write the pictures in testdata anew; look at them then")

// kernel stands for the package of that name, which imports this one: examples
// read as in a notebook. Its Show does what that of a program without a notebook
// does, and keeps the figure.
var kernel notebook

type notebook struct {
	quiet bool
	shown *chart.Figure
}

func (n *notebook) Show(f chart.Figure) {
	words, err := render.Words(f)
	if err != nil {
		panic(err)
	}
	if n.shown = &f; !n.quiet {
		fmt.Println("Figure " + f.Title + ": " + words)
	}
}

// examples are the examples that show a figure.
var examples = map[string]func(){
	"Stack": ExampleStack, "Signals": ExampleSignals, "Signals_changed": ExampleSignals_changed, "Spikes": ExampleSpikes, "Bins": ExampleBins, "Rates": ExampleRates,
	"Panel_Colored": ExamplePanel_Colored, "Panel_rightAxis": ExamplePanel_rightAxis, "Line": ExampleLine, "Line_histogram": ExampleLine_histogram, "Line_scatter": ExampleLine_scatter,
	"Band": ExampleBand, "Bars": ExampleBars, "Rule": ExampleRule, "Raster": ExampleRaster, "HeatMap": ExampleHeatMap, "Axis_log": ExampleAxis_log,
	"Figure_sideBySide": ExampleFigure_sideBySide, "Figure_frames": ExampleFigure_frames, "ColorMap": ExampleColorMap,
}

// Each example is the picture of its kind. The pictures in testdata were looked at.
func TestExamples(t *testing.T) {
	kernel.quiet = true
	defer func() { kernel.quiet = false }()
	for name, example := range examples {
		t.Run(name, func(t *testing.T) {
			kernel.shown = nil
			if example(); kernel.shown == nil {
				t.Fatal("it shows no figure")
			}
			p, err := render.Job{Figure: *kernel.shown, As: "png"}.Prepare()
			if err != nil {
				t.Fatal(err)
			}
			picture, err := render.Draw(p)
			if err != nil {
				t.Fatal(err)
			}
			charttest.Golden(t, filepath.Join("testdata", strings.ToLower(name)+".png"), picture, *update)
		})
	}
	// None is forgotten.
	file, err := parser.ParseFile(token.NewFileSet(), "example_test.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok {
			continue
		}
		if name, is := strings.CutPrefix(f.Name.Name, "Example"); is && examples[name] == nil && name != "Active" {
			t.Errorf("Example%s is in no picture", name)
		}
	}
}

// Signals and trains that package neo refuses are not drawn.
func TestOnlyValidDataAreDrawn(t *testing.T) {
	nan := units.Time(math.NaN())
	signal := neo.AnalogSignal{Name: "Vm", Units: "mV", Values: []float64{1, 2}}
	late := neo.AnalogSignal{Name: "Vm", Units: "mV", SamplingPeriod: 1, TStart: nan}
	spikes := func(t neo.SpikeTrain) chart.Panel { return chart.Spikes("p", []neo.SpikeTrain{t}, nil) }
	for _, c := range []struct {
		panel chart.Panel
		want  string
	}{
		{chart.Signals("p", signal), `signal "Vm": the sampling period is 0 ms, must be above 0`},
		{chart.Panel{Series: []chart.Series{chart.Signal(late)}}, `signal "Vm": t_start is NaN ms`},
		{chart.Rates("p", []neo.AnalogSignal{signal}, nil), `signal "Vm": the sampling period is 0 ms`},
		{spikes(neo.SpikeTrain{Name: "MN_1", TStart: nan, TStop: 5}), `train "MN_1": t_start is NaN ms`},
		{spikes(neo.SpikeTrain{Name: "MN_1", TStart: 9, TStop: 5}), `train "MN_1": t_start is 9 ms, t_stop 5 ms`},
		{spikes(neo.SpikeTrain{Name: "MN_1", Times: []units.Time{7}, TStop: 5}), `spike 0 is at 7 ms, outside`},
		{spikes(neo.SpikeTrain{Name: "MN_1", Times: []units.Time{7, nan}}), `train "MN_1": `},
		{spikes(neo.SpikeTrain{Name: "MN_1", Times: []units.Time{7, 8}}), ""}, // no span was given
	} {
		err := chart.Figure{Panels: []chart.Panel{c.panel}}.Validate()
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("error %v, want %q", err, c.want)
		}
	}
}

type mine struct{ chart.Line }

// A series is drawn, as a value or a pointer, or refused by its name.
func TestSeriesAreDrawnOrRefused(t *testing.T) {
	x, y := []float64{0, 1}, []float64{2, 3}
	trains := []neo.SpikeTrain{{Times: []units.Time{1, 2}}}
	pairs := [][2]chart.Series{
		{chart.Line{X: x, Y: y}, &chart.Line{X: x, Y: y}}, {chart.Band{X: x, Low: x, High: y}, &chart.Band{X: x, Low: x, High: y}}, {chart.Bars{X: x, Y: y}, &chart.Bars{X: x, Y: y}},
		{chart.Rule{At: 1}, &chart.Rule{At: 1}}, {chart.Raster{Trains: trains}, &chart.Raster{Trains: trains}}, {chart.HeatMap{Rows: [][]float64{x}, X1: 1}, &chart.HeatMap{Rows: [][]float64{x}, X1: 1}},
	}
	for _, pair := range pairs {
		var drawn [2]string
		for i, s := range pair {
			p, err := render.Job{Figure: chart.Figure{Panels: []chart.Panel{{Series: []chart.Series{s}}}}, As: "csv"}.Prepare()
			if err != nil {
				t.Fatal(err)
			}
			b, err := render.Draw(p)
			if err != nil {
				t.Fatal(err)
			}
			drawn[i] = string(b)
		}
		if drawn[0] != drawn[1] || strings.Count(drawn[0], "\n") < 2 {
			t.Errorf("%T gives\n%s\nand %T\n%s", pair[0], drawn[0], pair[1], drawn[1])
		}
	}
	other := neo.AnalogSignal{Name: "v", Units: "mV", SamplingPeriod: 1, Values: []float64{1}}
	for want, p := range map[string]chart.Panel{
		`panel 1 ("p"): series 0: a chart_test.mine cannot be drawn`:                 {Title: "p", Series: []chart.Series{mine{}}},
		`panel 1 ("p"): series 0: it is a nil *chart.HeatMap`:                        {Title: "p", Series: []chart.Series{(*chart.HeatMap)(nil)}},
		`panel 1 ("p"): right series 1: it is nil`:                                   {Title: "p", RightSeries: []chart.Series{chart.Line{}, nil}},
		`the log axis "P" goes from 0 to 10`:                                         {Title: "p", Y: chart.Axis{Label: "P", Log: true, Max: 10}},
		`a chart.Raster has rows, which a log axis cannot number`:                    {Title: "p", Y: chart.Axis{Log: true}, Series: []chart.Series{chart.Raster{}}},
		`a chart.HeatMap stands in a panel without a right axis`:                     {Title: "p", Series: []chart.Series{chart.HeatMap{X1: 1}}, RightSeries: []chart.Series{chart.Line{}}},
		`series 0: the error of point 1 is -1`:                                       {Title: "p", Series: []chart.Series{chart.Line{X: x, Y: y, Error: []float64{0, -1}}}},
		`series 0: 1 errors and 2 y values`:                                          {Title: "p", Series: []chart.Series{chart.Bars{X: x, Y: y, Error: []float64{1}}}},
		`series 0: the line "l" has the marker 9`:                                    {Title: "p", Series: []chart.Series{chart.Line{Name: "l", Marker: 9}}},
		`panel 1 ("two"): signal 1 ("v") is in "mV", signal 0 ("drive") in "pps"`:    chart.Signals("two", drive(), other),
		`panel 1 ("bins"): signal 1 ("v") is in "mV", signal 0 ("drive") in "pps"`:   chart.Bins("bins", drive(), other),
		`panel 1 ("rates"): 1 of 1 rates have the name of no train`:                  chart.Rates("rates", []neo.AnalogSignal{other}, spikes()),
		`panel 1 ("rates"): rate 1 ("v") has 1 samples each 1 ms from 0 ms, rate 0 `: chart.Rates("rates", []neo.AnalogSignal{{Units: "mV", SamplingPeriod: 1, Values: y}, other}, nil),
	} {
		f := chart.Figure{Title: "wrong", Panels: []chart.Panel{chart.Signals("good", drive()), p}}
		if err := f.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

// A log axis leaves out what is not above 0, and says so in the title and in
// words; a table has all.
func TestLogAxesMaskWhatIsNotAboveZero(t *testing.T) {
	x, y := []float64{0, 1, 2, 3}, []float64{4, 0, -2, 8}
	log := chart.Axis{Label: "P", Log: true}
	for name, c := range map[string]struct {
		panel        chart.Panel
		title, words string
		low, high    float64 // limits of y
	}{
		"a zero and a negative y": {chart.Panel{Title: "p", Y: log, Series: []chart.Series{chart.Line{X: x, Y: y}}},
			"p (2 values not above 0 left out)", "line with 2 points from 4 to 8, 2 values not above 0 left out. Vertical axis: P, log axis.", 1, 10},
		"a zero x": {chart.Panel{X: log, Series: []chart.Series{chart.Line{X: x, Y: y}}},
			"1 value not above 0 left out", "Line with 3 points from -2 to 8, 1 value not above 0 left out. Horizontal axis: P, from 1 to 3, log axis.", -2, 8},
		"steps with edges from 0": {chart.Panel{Title: "p", X: log, Y: chart.Axis{Max: 9}, Series: []chart.Series{chart.Line{X: []float64{0, 1, 10, 100}, Y: []float64{5, 6, 7}, Step: true}}},
			"p (1 value not above 0 left out)", "steps with 2 points from 6 to 7", 0, 9},
		"points alone": {chart.Panel{Title: "p", X: log, Y: log, Series: []chart.Series{chart.Line{X: x, Y: y, Scatter: true}}},
			"p (3 values not above 0 left out)", "points with 1 point at 8", 1, 10},
		"an error bar across 0": {chart.Panel{Title: "p", Y: log, Series: []chart.Series{chart.Line{X: x[:2], Y: []float64{5, 8}, Error: []float64{6, 1}}}},
			"p", "line with 2 points from 5 to 8, error bars up to 6. Vertical axis: P, log axis.", 1, 100},
		"bars": {chart.Panel{Title: "p", Y: log, Series: []chart.Series{chart.Bars{X: x, Y: y}}},
			"p (2 values not above 0 left out)", "bars with 2 points from 4 to 8", 1, 10},
		"a band across 0": {chart.Panel{Title: "p", Y: log, Series: []chart.Series{chart.Band{X: x, Low: []float64{-1, -2, 3, 2}, High: []float64{5, -1, 4, 70}}}},
			"p (1 value not above 0 left out)", "band with 3 points from -1 to 70", 1, 100},
		"a rule at 0": {chart.Panel{Title: "p", Y: log, Series: []chart.Series{chart.Line{X: x, Y: x[1:], Step: false}, chart.Rule{Name: "zero"}}}, "", "4 x values and 3 y values", 0, 0},
		"rules": {chart.Panel{Title: "p", Y: log, Series: []chart.Series{chart.Line{X: x[:3], Y: x[1:]}, chart.Rule{Name: "zero"}, chart.Rule{Name: "one", At: 1}}},
			"p (1 value not above 0 left out)", `line with 3 points from 1 to 3; horizontal line "one" at 1, 1 value not above 0 left out. Vertical axis: P, log axis.`, 1, 10},
		"the right axis": {chart.Panel{Title: "p", Series: []chart.Series{chart.Line{X: x, Y: y}}, Right: log, RightSeries: []chart.Series{chart.Line{X: x, Y: y}}},
			"p (2 values not above 0 left out)", "line with 4 points from -2 to 8; line with 2 points from 4 to 8 on the right axis, 2 values not above 0 left out. Right axis: P, log axis.", -2, 8},
		"spikes": {chart.Panel{Title: "p", X: log, Series: []chart.Series{chart.Raster{Trains: []neo.SpikeTrain{{Times: []units.Time{-1, 0, 10, 20}}}}}},
			"p (2 values not above 0 left out)", "2 spikes of 1 train, 2 values not above 0 left out. Horizontal axis: P, from 0.01 to 0.02, log axis.", -0.5, 0.5},
		"nothing above 0": {chart.Panel{Title: "p", X: log, Y: log, Series: []chart.Series{chart.Line{X: []float64{-1, 0}, Y: []float64{0, -1}}}},
			"p (no data: 2 values not above 0 left out)", "line without points", 1, 10},
		"gaps are gaps": {chart.Panel{Title: "p", Y: log, Series: []chart.Series{chart.Line{X: x, Y: []float64{1, math.NaN(), 2, 3}}}},
			"p", "line with 3 points from 1 to 3 (1 missing). Vertical axis: P, log axis.", 1, 10},
	} {
		f := chart.Figure{Title: "f", Panels: []chart.Panel{c.panel}}
		words, err := render.Words(f)
		if err != nil {
			words = err.Error()
		}
		if !strings.Contains(words, c.words) {
			t.Errorf("%s: the words are %q, want %q", name, words, c.words)
		}
		if err != nil {
			continue
		}
		p, err := render.Job{Figure: f, As: "svg"}.Prepare()
		if err != nil {
			t.Fatal(err)
		}
		shown := p.Scene.Frames[0].Panels[0]
		if shown.Title != c.title || shown.Y.Min != c.low || shown.Y.Max != c.high {
			t.Errorf("%s: the title is %q, the axis goes from %v to %v; want %q, %v to %v", name, shown.Title, shown.Y.Min, shown.Y.Max, c.title, c.low, c.high)
		}
		for _, as := range []string{"svg", "cell", "csv"} {
			p, err := render.Job{Figure: f, As: as}.Prepare()
			if err != nil {
				t.Fatal(err)
			}
			text, err := render.Draw(p)
			if err != nil {
				t.Errorf("%s as %s: %v", name, as, err)
			}
			if as == "svg" && (bytes.Contains(text, []byte("NaN")) || bytes.Contains(text, []byte("Inf"))) {
				t.Errorf("%s: the picture has a NaN or an infinity", name)
			}
			if name == "a zero and a negative y" && as == "csv" && !bytes.Contains(text, []byte(",1,0,")) {
				t.Errorf("the table lacks what the figure leaves out:\n%s", text)
			}
		}
	}
}

// Stack goes from the first t_start to the last t_stop of all that it shows.
func TestStackTakesItsAxisFromTheData(t *testing.T) {
	late := neo.AnalogSignal{Units: "pps", TStart: 2 * units.S, SamplingPeriod: 500 * units.Ms, Values: []float64{1, 2, 3}}
	trains := []neo.SpikeTrain{{Times: []units.Time{1000}, TStart: 500, TStop: 3000}}
	unknown := []neo.SpikeTrain{{Times: []units.Time{1000, 2500}}}
	for i, c := range []struct {
		panels   []chart.Panel
		min, max float64
	}{
		{[]chart.Panel{chart.Signals("s", late)}, 2, 3.5},
		{[]chart.Panel{chart.Bins("b", late), chart.Spikes("t", trains, nil)}, 0.5, 3.5},
		{[]chart.Panel{chart.Spikes("t", unknown, nil)}, 0, 2.5},
		{[]chart.Panel{chart.Rates("r", []neo.AnalogSignal{late}, nil)}, 2, 3.5},
		{[]chart.Panel{{Title: "literal"}, chart.Spikes("t", nil, nil), chart.Signals("s"), chart.Bins("b"), chart.Rates("r", nil, nil)}, 0, 0},
	} {
		f := chart.Stack("f", c.panels...)
		if f.X.Min != c.min || f.X.Max != c.max || f.X.Text() != "Time (s)" {
			t.Errorf("%d: the axis %q goes from %v to %v, want %v to %v", i, f.X.Text(), f.X.Min, f.X.Max, c.min, c.max)
		}
		if err := f.Validate(); err != nil {
			t.Error(err)
		}
	}
}

// A row of rates is a neuron: a silent one has a row of zeros, where it stands
// among the trains.
func TestRatesHaveARowForEachNeuron(t *testing.T) {
	rate := func(name string, v float64) neo.AnalogSignal {
		return neo.AnalogSignal{Name: name, Units: "pps", SamplingPeriod: 1000, Values: []float64{v, v}}
	}
	p := chart.Rates("r", []neo.AnalogSignal{rate("c", 3), rate("a", 1)}, []neo.SpikeTrain{{Name: "a"}, {Name: "b"}, {Name: "c"}})
	h := p.Series[0].(*chart.HeatMap)
	if got, want := fmt.Sprint(h.Rows), "[[1 1] [0 0] [3 3]]"; got != want || h.Label != "Rate (pps)" || h.X1 != 2 {
		t.Errorf("the rows are %s, want %s; %q to %v", got, want, h.Label, h.X1)
	}
}

// A heat map has a row for each neuron whatever the rates are, in the figure, its
// words and its table, where numbers have the digits of the data.
func TestRowsOfHeatMaps(t *testing.T) {
	nan := math.NaN()
	rate := func(name string, values ...float64) neo.AnalogSignal {
		return neo.AnalogSignal{Name: name, Units: "pps", TStart: 100, SamplingPeriod: 0.7, Values: values}
	}
	trains := []neo.SpikeTrain{{Name: "MN_0"}, {Name: "MN_1"}, {Name: "MN_2"}}
	for name, c := range map[string]struct {
		rates  []neo.AnalogSignal
		trains []neo.SpikeTrain
		words  string
		table  string
	}{
		"one row":            {[]neo.AnalogSignal{rate("MN_0", 0.0021, 0.1)}, nil, "heat map of 1 row,", "0,0.10035,0.0021|0,0.10105,0.1"},
		"all silent":         {[]neo.AnalogSignal{rate("MN_1", 0, 0)}, trains, "heat map of 3 rows", "0,0.10035,0|0,0.10105,0|1,0.10035,0|1,0.10105,0|2,0.10035,0|2,0.10105,0"},
		"a row of NaN":       {[]neo.AnalogSignal{rate("MN_2", nan, nan), rate("MN_0", 1e-7, 3)}, trains, "heat map of 3 rows", "0,0.10035,1e-07|0,0.10105,3|1,0.10035,0|1,0.10105,0|2,0.10035,|2,0.10105,"},
		"all NaN":            {[]neo.AnalogSignal{rate("MN_0", nan)}, nil, "heat map of 1 row without values, no data", "0,0.10035,"},
		"no rates":           {nil, trains, "f. r.", ""},
		"nothing":            {nil, nil, "f. r.", ""},
		"no trains, a slice": {[]neo.AnalogSignal{rate("MN_0", 5)}, []neo.SpikeTrain{}, "1 of 1 rates have the name of no train", ""},
	} {
		f := chart.Stack("f", chart.Rates("r", c.rates, c.trains))
		words, err := render.Words(f)
		if err != nil {
			words = err.Error()
		}
		if !strings.Contains(words, c.words) {
			t.Errorf("%s: the words are %q, want %q", name, words, c.words)
		}
		if c.table == "" {
			continue
		}
		var rows []string
		for _, row := range table(t, f)[1:] {
			rows = append(rows, strings.Join(row[1:4], ","))
			if row[6] != "Rate (pps)" {
				t.Errorf("%s: the quantity is %q", name, row[6])
			}
		}
		if got := strings.Join(rows, "|"); got != c.table {
			t.Errorf("%s: the table has %s, want %s", name, got, c.table)
		}
	}
}

// table returns the rows of a figure's table.
func table(t *testing.T, f chart.Figure) [][]string {
	t.Helper()
	p, err := render.Job{Figure: f, As: "csv"}.Prepare()
	if err != nil {
		t.Fatal(err)
	}
	text, err := render.Draw(p)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// Bins are steps as wide as they are wherever a histogram is shown: as a series of
// either axis or of a frame, among signals, sliced or read from a file.
func TestBinsAreSteps(t *testing.T) {
	trains := []neo.SpikeTrain{{Name: "MN_0", Times: []units.Time{10, 150, 160, 420}, TStop: 500}, {Name: "MN_1", Times: []units.Time{20}, TStop: 500}}
	rate, err := stats.TimeHistogram(trains, 100*units.Ms)
	if err != nil {
		t.Fatal(err)
	}
	rate.Name = "rate"
	count, err := stats.CumulativeSpikeTrain(trains, 50*units.Ms)
	if err != nil {
		t.Fatal(err)
	}
	cut, err := rate.Slice(100, 300)
	if err != nil {
		t.Fatal(err)
	}
	drive := neo.AnalogSignal{Name: "drive", Units: "pps", SamplingPeriod: 1, Values: make([]float64, 500)}
	path := filepath.Join(t.TempDir(), "r.npz")
	if err := npz.WriteBlock(path, &neo.Block{Segments: []neo.Segment{{Name: "aMN", AnalogSignals: []neo.AnalogSignal{drive, rate}}}}); err != nil {
		t.Fatal(err)
	}
	saved, err := npz.ReadBlock(path)
	if err != nil {
		t.Fatal(err)
	}
	mean, err := stats.PopulationMean([]neo.AnalogSignal{rate, rate})
	if err != nil {
		t.Fatal(err)
	}
	panel := func(series ...chart.Series) chart.Panel { return chart.Panel{Title: "p", Series: series} }
	right := chart.Panel{Title: "p", Series: []chart.Series{chart.Signal(drive)}, Right: chart.Axis{Label: "Rate"}, RightSeries: []chart.Series{chart.Signal(rate)}}
	for name, c := range map[string]struct {
		p      chart.Panel
		points int
	}{
		"left":           {panel(chart.Signal(rate)), 5},
		"right":          {right, 5},
		"among signals":  {chart.Signals("p", drive, rate), 5},
		"counts":         {panel(chart.Signal(count)), 10},
		"a slice":        {panel(chart.Signal(cut)), 2},
		"saved":          {panel(chart.Signal(saved.Segments[0].AnalogSignals[1])), 5},
		"a mean":         {panel(chart.Signal(mean)), 5},
		"Bins of others": {chart.Bins("p", drive), 500},
	} {
		f := chart.Figure{Panels: []chart.Panel{c.p}}
		series := append(c.p.Series[len(c.p.Series)-1:], c.p.RightSeries...)
		line := series[len(series)-1].(*chart.Line)
		if !line.Step || len(line.X) != c.points+1 || len(line.Y) != c.points {
			t.Errorf("%s: step %v, %d edges, %d values; want %d bins", name, line.Step, len(line.X), len(line.Y), c.points)
		}
		words, err := render.Words(f)
		if want := fmt.Sprintf("steps %q with %d points", line.Name, c.points); err != nil || !strings.Contains(strings.ToLower(words), want) {
			t.Errorf("%s: %v: the words are %q, want %q", name, err, words, want)
		}
	}
	if line := chart.Signal(saved.Segments[0].AnalogSignals[0]); line.Step {
		t.Error("samples of a drive are steps")
	}
}
