// Package charttest holds figures that tests of both renderers draw.
package charttest

import (
	"fmt"
	"math"
	"math/rand/v2"
	"sort"

	"gomyogen/kernel/chart"
	"gomyogen/myogen/neo"
	"gomyogen/myogen/units"
)

// Sheet is a figure with every kind of series.
func Sheet() chart.Figure {
	const n = 400
	x, sine, low, high := make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n)
	for i := range x {
		x[i] = 10 * float64(i) / (n - 1)
		sine[i] = 10 + 6*math.Sin(x[i])
		low[i], high[i] = sine[i]-2, sine[i]+2
	}
	gap := make([]float64, n)
	for i := range gap {
		gap[i] = 4 + 2*math.Cos(x[i])
		if i >= 150 && i < 200 && i != 175 {
			gap[i] = math.NaN()
		}
	}
	rows := make([][]float64, 12)
	for r := range rows {
		rows[r] = make([]float64, 50)
		for c := range rows[r] {
			rows[r][c] = 20 * math.Exp(-math.Pow(float64(c)-4*float64(r), 2)/60)
		}
	}
	rows[11][0] = math.NaN()
	y := chart.Axis{Label: "Rate", Unit: "pps"}
	neuron := chart.Axis{Label: "Neuron"}
	return chart.Figure{
		Title: "Every kind of series", Alt: "A sheet of all series that figures are made of",
		X: chart.Axis{Label: "Time", Unit: "s", Min: 0, Max: 10},
		Panels: []chart.Panel{
			{Title: "Line, band, gap and reference lines", Y: y, Height: 150, Legend: true, Series: []chart.Series{
				&chart.Band{Name: "mean and SD", X: x, Low: low, High: high, Color: chart.Blue},
				&chart.Line{Name: "mean", X: x, Y: sine, Color: chart.Blue},
				&chart.Line{Name: "with a gap", X: x, Y: gap, Color: chart.Red, Dashed: true},
				&chart.Rule{Name: "threshold", At: 18},
				&chart.Rule{Name: "onset", At: 3, Vertical: true, Solid: true},
			}},
			{Title: "Steps and bars", Y: y, Height: 120, Legend: true, Series: []chart.Series{
				&chart.Bars{Name: "count", X: []float64{1, 2, 3, 4, 5, 6, 7, 8, 9}, Y: []float64{2, 4, 8, 12, -3, 12, 8, 4, 2}},
				&chart.Line{Name: "drive", X: []float64{0, 2, 5, 8, 10}, Y: []float64{1, 9, 14, 5, 5}, Step: true},
			}},
			{Title: "Raster, blues", Y: neuron, Height: 120, Series: []chart.Series{&chart.Raster{Trains: Trains(20, 200, 10), Colors: chart.Blues}}},
			{Title: "Raster, reds", Y: neuron, Height: 120, Series: []chart.Series{&chart.Raster{Trains: Trains(20, 200, 10), Colors: chart.Reds}}},
			{Title: "Heat map, viridis", Y: neuron, Height: 120, Series: []chart.Series{&chart.HeatMap{Rows: rows, X0: 0, X1: 10, Max: 20, Label: "Rate (pps)"}}},
			{Title: "Heat map, hot", Y: neuron, Height: 120, Series: []chart.Series{&chart.HeatMap{Rows: rows, X0: 0, X1: 10, Max: 20, Label: "Rate (pps)", Colors: chart.Hot}}},
			{Title: "Heat map, rainbow", Y: neuron, Height: 120, Series: []chart.Series{&chart.HeatMap{Rows: rows, X0: 0, X1: 10, Max: 20, Label: "Rate (pps)", Colors: chart.Rainbow}}},
		},
	}
}

// Axes is a figure with panels side by side, their own horizontal axes, log axes, a
// right axis, markers and error bars.
func Axes() chart.Figure {
	power := chart.Line{Name: "power"}
	for f := 0.25; f <= 100; f += 0.25 {
		power.X, power.Y = append(power.X, f), append(power.Y, 50/(1+math.Pow(f/4, 3)))
	}
	peaks := []float64{20, 30, 40, 50, 60, 70}
	return chart.Figure{Title: "All axes", Columns: 2, X: chart.Axis{Label: "Time", Unit: "s", Max: 10}, Panels: []chart.Panel{
		{Title: "Motor neurons", Height: 200, Y: chart.Axis{Label: "Neuron"}, Series: []chart.Series{chart.Raster{Trains: Trains(40, 2000, 10), Colors: chart.Reds}}},
		{Title: "Intervals", Height: 200, X: chart.Axis{Label: "Interval", Unit: "ms"}, Y: chart.Axis{Label: "Intervals"}, Series: []chart.Series{
			chart.Line{Name: "intervals", X: []float64{100, 140, 180, 220, 260}, Y: []float64{120, 690, 810, 270}, Step: true}}},
		{Title: "Spectrum", X: chart.Axis{Label: "Frequency", Unit: "Hz", Log: true}, Y: chart.Axis{Label: "Power", Log: true}, Series: []chart.Series{power}},
		{Title: "Recruitment", X: chart.Axis{Label: "Peak", Unit: "pps"}, Y: chart.Axis{Label: "Active neurons"}, Legend: true,
			Series:      []chart.Series{chart.Line{Name: "active", X: peaks, Y: []float64{2, 21, 43, 60, 71, 78}, Error: []float64{1, 3, 4, 3, 2, 2}}},
			Right:       chart.Axis{Label: "Mean rate", Unit: "pps"},
			RightSeries: []chart.Series{chart.Line{Name: "rate", X: peaks, Y: []float64{6.1, 7.8, 9.9, 11.7, 13.6, 15.2}, Marker: chart.Diamond}}},
		{Title: "Markers", X: chart.Axis{Categories: []string{"a", "b", "c"}}, Y: chart.Axis{Label: "y"}, Legend: true, Series: []chart.Series{
			chart.Bars{Name: "bars", X: []float64{0, 1, 2}, Y: []float64{3, 5, 4}, Error: []float64{1, 0.5, 0.3}},
			chart.Line{Name: "square", X: []float64{0, 1, 2}, Y: []float64{1, 2, 3}, Marker: chart.Square},
			chart.Line{Name: "triangle", X: []float64{0, 1, 2}, Y: []float64{2, 3, 6}, Marker: chart.Triangle},
			chart.Line{Name: "diamond", X: []float64{0, 1, 2}, Y: []float64{6, 1, 2}, Marker: chart.Diamond, Scatter: true}}},
		{Title: "Rate", Y: chart.Axis{Label: "Rate", Unit: "pps"}, Series: []chart.Series{chart.Line{Name: "drive", X: []float64{0, 2, 5, 8, 10}, Y: []float64{0, 12, 69, 12, 0}}}},
	}}
}

// contraction is how much of a trial's drive there is at a part 0..1 of it.
func contraction(x float64) float64 {
	return min(1, max(0.04, min(12*x-1, 10-12*x)))
}

// Trains returns the spikes of a contraction of duration s, on a grid of 0.1 ms.
func Trains(trains, spikes int, duration float64) []neo.SpikeTrain {
	r := rand.New(rand.NewPCG(1, 2))
	area := make([]float64, 1001) // of the drive until then
	for i := range 1000 {
		area[i+1] = area[i] + contraction(float64(i)/1000)
	}
	out := make([]neo.SpikeTrain, trains)
	for i := range out {
		out[i].Name = fmt.Sprintf("MN_%d", i)
		n := spikes*(i+1)/trains - spikes*i/trains
		for j := range n {
			part := (float64(j) + 0.1 + 0.8*r.Float64()) / float64(n) * area[1000]
			k := sort.SearchFloat64s(area, part)
			t := (float64(k) - (area[k]-part)/(area[k]-area[k-1])) * duration
			out[i].Times = append(out[i].Times, units.Time(math.Round(10*t)/10))
		}
	}
	return out
}

// Spikes is a raster of many spikes with their rate.
func Spikes(trains, spikes int) chart.Figure {
	t := Trains(trains, spikes, 15)
	rate := &chart.Line{Name: "rate", X: make([]float64, 150), Y: make([]float64, 150)}
	for i := range rate.X {
		rate.X[i] = float64(i) / 10
	}
	for _, train := range t {
		for _, x := range train.Times {
			rate.Y[min(149, int(x/100))] += 10 / float64(trains)
		}
	}
	return chart.Figure{Title: fmt.Sprintf("%d spikes", spikes), X: chart.Axis{Label: "Time", Unit: "s", Min: 0, Max: 15}, Panels: []chart.Panel{
		{Title: fmt.Sprintf("%d trains", trains), Y: chart.Axis{Label: "Neuron"}, Height: 300, Series: []chart.Series{&chart.Raster{Trains: t, Colors: chart.Reds}}},
		{Title: "Population rate", Y: chart.Axis{Label: "Rate", Unit: "pps"}, Height: 120, Series: []chart.Series{rate}},
	}}
}

// Runs is a figure of three runs, each of half as many spikes as the next.
func Runs() chart.Figure {
	f := chart.Figure{Title: "Three runs", Alt: "Spikes of 20 neurons at three drives", X: chart.Axis{Label: "Time", Unit: "s", Min: 0, Max: 10}, Slider: "Peak rate", Frame: 1}
	for i, peak := range []int{20, 40, 80} {
		level := float64(peak)
		f.Frames = append(f.Frames, chart.Frame{Label: fmt.Sprintf("%d pps", peak), Panels: []chart.Panel{
			{Title: fmt.Sprintf("Spikes at %d pps", peak), Y: chart.Axis{Label: "Neuron"}, Height: 120, Series: []chart.Series{&chart.Raster{Trains: Trains(20, 100<<i, 10)}}},
			{Title: "Drive", Y: chart.Axis{Label: "Rate", Unit: "pps"}, Height: 100, Legend: true, Series: []chart.Series{
				&chart.Line{Name: "drive", X: []float64{0, 2, 8, 10}, Y: []float64{0, level, level, 0}}}},
		}})
	}
	return f
}

// Odd are figures that are right and unlike any other.
func Odd() map[string]chart.Figure {
	one := func(title string, s ...chart.Series) chart.Figure {
		return chart.Figure{Title: title, X: chart.Axis{Label: "Time", Unit: "s"}, Panels: []chart.Panel{{Title: title, Y: chart.Axis{Label: "y", Unit: "mV"}, Height: 80, Series: s, Legend: true}}}
	}
	nan := math.NaN()
	return map[string]chart.Figure{
		"nothing":     one("no series"),
		"empty":       one("empty series", &chart.Line{Name: "l"}, &chart.Line{Name: "s", Step: true}, &chart.Band{Name: "b"}, &chart.Bars{Name: "c"}, &chart.Raster{}, &chart.HeatMap{X1: 1, Max: 1}),
		"emptyfirst":  one("an empty line before a full one", &chart.Line{Name: "none"}, &chart.Line{Name: "full", X: []float64{0, 1, 2}, Y: []float64{1, 3, 2}}),
		"silent":      one("trains without spikes", &chart.Raster{Trains: make([]neo.SpikeTrain, 3)}),
		"point":       one("one point", &chart.Line{Name: "p", X: []float64{3}, Y: []float64{7}}),
		"nan":         one("only gaps", &chart.Line{Name: "l", X: []float64{0, 1, 2}, Y: []float64{nan, nan, nan}}, &chart.HeatMap{Rows: [][]float64{{nan, nan}}, X1: 2, Max: 1}),
		"flat":        one("equal values", &chart.Line{Name: "l", X: []float64{0, 1, 2}, Y: []float64{5, 5, 5}}),
		"zero":        one("zeros", &chart.Line{Name: "l", X: []float64{0, 1, 2}, Y: []float64{0, 0, 0}}),
		"tiny":        one("1e-300", &chart.Line{Name: "l", X: []float64{0, 1e-300, 2e-300}, Y: []float64{1e-300, 3e-300, 2e-300}}),
		"denormal":    one("5e-324", &chart.Line{Name: "l", X: []float64{0, 1}, Y: []float64{0, 5e-324}}),
		"huge":        one("1e300", &chart.Line{Name: "l", X: []float64{-1e300, 0, 1e300}, Y: []float64{-1e308, 1e300, 1e308}}),
		"wide":        one("1e-300 to 1e300", &chart.Line{Name: "l", X: []float64{0, 1, 2}, Y: []float64{1e-300, 1e300, 1e-300}}),
		"far":         one("1e15 and its neighbour", &chart.Line{Name: "l", X: []float64{1e15, 1e15 + 1}, Y: []float64{0, 1}}),
		"hugeheat":    one("heat of 1e300", &chart.HeatMap{Rows: [][]float64{{0, 1e300}}, X1: 1, Max: 1e300, Label: "J"}),
		"script":      one("</script><b>\"'&amp;`${x}\\", &chart.Line{Name: "</script>\"'<i>", X: []float64{0, 1}, Y: []float64{0, 1}}),
		"emoji":       one("Motor neurons 🧠⚡ firing", &chart.Line{Name: "🧠", X: []float64{0, 1}, Y: []float64{0, 1}}),
		"righttoleft": one("שלום עולם 65 Hz", &chart.Line{Name: "קצב", X: []float64{0, 1}, Y: []float64{0, 1}}),
		"long":        one("A title that says a great deal more about the experiment, its drive, its network and its seeds than fits into the width of any page that people read on a telephone or a narrow screen", &chart.Line{Name: "a legend entry that goes on and on", X: []float64{0, 1}, Y: []float64{0, 1}}, &chart.Line{Name: "another legend entry that goes on and on, and then some more", X: []float64{0, 1}, Y: []float64{1, 0}}, &chart.Line{Name: "a third entry of the same length or more", X: []float64{0, 1}, Y: []float64{1, 0}}, &chart.Line{Name: "a fourth", X: []float64{0, 1}, Y: []float64{1, 0}}),
		"categories": {Title: "Bars with names", X: chart.Axis{Label: "Model", Categories: []string{"Fuglevand", "De Luca", "Konstantin", "combined"}}, Panels: []chart.Panel{
			{Y: chart.Axis{Label: "Threshold"}, Series: []chart.Series{&chart.Bars{X: []float64{0, 1, 2, 3}, Y: []float64{1, 4, 2, 3}}}}}},
	}
}

// OddAxes are figures of odd values on log axes, right axes, and panels side by side.
func OddAxes() map[string]chart.Figure {
	nan := math.NaN()
	log := chart.Axis{Label: "Power", Unit: "mV2/Hz", Log: true}
	rate := chart.Axis{Label: "Rate", Unit: "pps"}
	one := func(title string, p chart.Panel) chart.Figure {
		p.Title, p.Height, p.Legend = title, 120, true
		return chart.Figure{Title: title, X: chart.Axis{Label: "Frequency", Unit: "Hz"}, Panels: []chart.Panel{p}}
	}
	series := func(y chart.Axis, s ...chart.Series) chart.Panel { return chart.Panel{Y: y, Series: s} }
	line := func(name string, y ...float64) chart.Line {
		l := chart.Line{Name: name, Y: y}
		for i := range y {
			l.X = append(l.X, float64(i))
		}
		return l
	}
	below := line("below 0", 1, 10, 100, 1000)
	below.Error = []float64{1, 15, 50, nan}
	nothing := line("nothing above 0", -1, 0, nan)
	nothing.Error = []float64{0.5, 2, 1}
	point := line("one point", 7)
	point.Error = []float64{9}
	gaps := line("gaps", 1, nan, 3, nan, nan, 2, 4, nan)
	gaps.Error = []float64{0.5, 1, nan, nan, 1, 0, 0.5, 1}
	right := func(p chart.Panel, axis chart.Axis, s ...chart.Series) chart.Panel {
		p.Right, p.RightSeries = axis, s
		return p
	}
	long := chart.Axis{Label: "The mean firing rate of all motor neurons that were active in the plateau of the contraction", Unit: "pulses per second"}
	side := chart.Figure{Title: "five panels", Columns: 3, X: chart.Axis{Label: "Time", Unit: "s"}}
	for i := range 5 {
		p := right(series(rate, line("left", 1, 3, 2)), chart.Axis{Label: "Force", Unit: "N"}, line("right", float64(i), 20, 30))
		p.Title, p.Legend = fmt.Sprint("Panel ", i), true
		side.Panels = append(side.Panels, p)
	}
	six := side
	six.Title, six.Columns = "five in a row", 6
	return map[string]chart.Figure{
		"errorsbelow":  one("error bars that reach below 0 on a log axis", series(log, below)),
		"lognothing":   one("nothing above 0", series(log, nothing)),
		"logmixed":     one("some above 0", series(log, line("mixed", 0, -3, 0.02, 5), chart.Bars{Name: "bars", X: []float64{0, 1, 2, 3}, Y: []float64{0.1, 0, -1, 2}, Error: []float64{0.2, 1, 1, 1}})),
		"subdecade":    one("2 to 3", series(log, line("sub-decade", 2, 2.5, 3))),
		"narrow":       one("100 to 100.01", series(log, line("narrow", 100, 100.005, 100.01))),
		"decade":       one("1 to 10", series(log, line("decade", 1, 4, 10))),
		"hugespan":     one("1e-300 to 1e300 on a log axis", series(log, line("span", 1e-300, 1, 1e300))),
		"logpoint":     one("a point on a log axis", series(log, point)),
		"rightlog":     one("a log axis on the right", right(series(rate, gaps), log, line("power", 1e-3, 1, nan, 1e4, 0, -2, 7, 8))),
		"rightempty":   one("an empty series on the right", right(series(rate, line("left", 1, 2, 3)), log, chart.Line{Name: "none"})),
		"leftempty":    one("nothing on the left", right(series(rate), chart.Axis{Label: "Force", Unit: "N"}, line("force", 1, 2, 3))),
		"gaps":         one("markers beside gaps", series(rate, gaps)),
		"onemarker":    one("one point with an error bar", series(rate, point)),
		"longlabels":   one("long labels", right(series(long, line("a name that goes on and on and on and on", 1, 3, 2)), long, line("another name that goes on and on and on", 10, 30, 20))),
		"fivepanels":   side,
		"fiveinarow":   six,
		"logbothempty": {Title: "empty log axes", X: chart.Axis{Label: "Frequency", Unit: "Hz", Log: true}, Panels: []chart.Panel{{Title: "empty log axes", Y: log, Series: []chart.Series{chart.Line{Name: "none"}}}}},
	}
}

// Wrong are figures that cannot be drawn, by what the error has to name.
func Wrong() map[string]chart.Figure {
	inf := math.Inf(1)
	one := func(s chart.Series) chart.Figure {
		return chart.Figure{Title: "wrong", Panels: []chart.Panel{{Title: "p", Series: []chart.Series{s}}}}
	}
	onCategories := func(s chart.Series) chart.Figure {
		f := one(s)
		f.X.Categories = []string{"a", "b"}
		return f
	}
	var none *chart.Line
	frames := Runs()
	frames.Frames[2].Panels = frames.Frames[2].Panels[:1]
	unit := Runs()
	unit.Frames[1].Panels[1].Y.Unit = "Hz"
	ends := Runs()
	ends.Frames[2].Panels[0].Y.Max = 30
	both := Runs()
	both.Panels = Sheet().Panels
	return map[string]chart.Figure{
		`figure "wrong": it has no panels`:                                                                                          {Title: "wrong"},
		`panel 0 ("p"): series 0: point 1 is (1, +Inf)`:                                                                             one(&chart.Line{X: []float64{0, 1}, Y: []float64{0, inf}}),
		`panel 0 ("p"): series 0: point 0 is (NaN, 0)`:                                                                              one(&chart.Line{X: []float64{math.NaN()}, Y: []float64{0}, Step: true}),
		`panel 0 ("p"): series 0: 1 x values and 2 y values`:                                                                        one(&chart.Bars{X: []float64{0}, Y: []float64{0, 1}}),
		`panel 0 ("p"): series 0: point 0 goes from 2 to 1 at 0`:                                                                    one(&chart.Band{X: []float64{0}, Low: []float64{2}, High: []float64{1}}),
		`panel 0 ("p"): series 0: the line "r" is at +Inf`:                                                                          one(&chart.Rule{Name: "r", At: inf}),
		`panel 0 ("p"): series 0: bar 3 of 3 is at 2 on the axis "", whose 2 categories are at 0 to 1`:                              onCategories(&chart.Bars{X: []float64{0, 1, 2}, Y: []float64{1, 2, 3}}),
		`panel 0 ("p"): series 0: row 0: neo: train "": spike 1 is at NaN`:                                                          one(&chart.Raster{Trains: []neo.SpikeTrain{{Times: []units.Time{0, units.Time(math.NaN())}}}}),
		`panel 0 ("p"): series 0: row 1 has 2 values, row 0 has 1`:                                                                  one(&chart.HeatMap{Rows: [][]float64{{0}, {0, 1}}, X1: 1, Max: 1}),
		`panel 0 ("p"): series 0: row 0, value 0 is -Inf`:                                                                           one(&chart.HeatMap{Rows: [][]float64{{-inf}}, X1: 1, Max: 1}),
		`panel 0 ("p"): series 0: the colours go from 1 to 1`:                                                                       one(&chart.HeatMap{Rows: [][]float64{{0}}, X1: 1, Min: 1, Max: 1}),
		`panel 0 ("p"): series 0: it is a nil *chart.Line`:                                                                          one(none),
		`the axis "Time" goes from 2 to 1`:                                                                                          {Title: "wrong", X: chart.Axis{Label: "Time", Min: 2, Max: 1}, Panels: []chart.Panel{{}}},
		`frame 2 ("80 pps"): 1 panels, the first frame has 2`:                                                                       frames,
		`frame 1 ("40 pps"): panel 1 ("Drive"): its axis "Rate (Hz)" from 0 to 0 is not the first frame's "Rate (pps)" from 0 to 0`: unit,
		`frame 2 ("80 pps"): panel 0 ("Spikes at 80 pps"): its axis "Neuron" from 0 to 30 is not`:                                   ends,
		`figure "Three runs": it has both panels and frames`:                                                                        both,
		`a height of 5000 px is not in 0..2000`:                                                                                     {Title: "wrong", Panels: []chart.Panel{{Height: 5000}}},
	}
}
