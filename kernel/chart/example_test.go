package chart_test

import (
	"fmt"
	"math"

	"gomyogen/kernel/chart"
	"gomyogen/kernel/chart/charttest"
	"gomyogen/myogen/neo"
	"gomyogen/myogen/units"
)

// drive is a trapezoid of 40 pps over 10 s with some noise, sampled at 100 Hz.
func drive() neo.AnalogSignal {
	s := neo.AnalogSignal{Name: "drive", Units: "pps", SamplingPeriod: 10 * units.Ms}
	for i := range 1000 {
		t := float64(i) / 100
		s.Values = append(s.Values, 40*min(1, max(0, t-1), max(0, 9-t)/1)+math.Sin(17*t)+math.Sin(31*t+1))
	}
	return s
}

// spikes are the spike trains of 40 motor neurons during 10 s.
func spikes() []neo.SpikeTrain {
	trains := charttest.Trains(40, 2000, 10)
	for i := range trains {
		trains[i].TStop = 10 * units.S
	}
	trains[39].Times = nil // one is silent
	return trains
}

// histogram is the mean firing rate of trains in bins of 0.5 s.
func histogram(name string, trains []neo.SpikeTrain) neo.AnalogSignal {
	s := neo.AnalogSignal{Name: name, Units: "pps", SamplingPeriod: 500 * units.Ms, Values: make([]float64, 20)}
	for _, t := range trains {
		for _, x := range t.Times {
			s.Values[int(x/s.SamplingPeriod)] += 2 / float64(len(trains))
		}
	}
	return s
}

// rates are smoothed firing rates of the trains that have spikes.
func rates(trains []neo.SpikeTrain) (all []neo.AnalogSignal) {
	for _, t := range trains {
		s := neo.AnalogSignal{Name: t.Name, Units: "pps", SamplingPeriod: 50 * units.Ms, Values: make([]float64, 200)}
		for i := range s.Values {
			for _, x := range t.Times {
				if d := float64((s.Time(i) - x) / units.S); math.Abs(d) < 0.5 {
					s.Values[i] += 1 + math.Cos(2*math.Pi*d)
				}
			}
		}
		if len(t.Times) > 0 {
			all = append(all, s)
		}
	}
	return all
}

func ExampleStack() {
	trains := spikes()
	kernel.Show(chart.Stack("Drive and motor neuron pool",
		chart.Signals("Drive", drive()),
		chart.Spikes(chart.Active("Motor neurons", trains), trains, chart.Reds),
		chart.Bins("Population rate", histogram("rate", trains))))
	// Output:
	// Figure Drive and motor neuron pool: Drive and motor neuron pool. Drive: line "drive" with 1000 points from -1.836 to 41.99. Vertical axis: Rate (pps). Motor neurons (39/40 active): 1950 spikes of 40 trains. Vertical axis: Neuron. Population rate: steps "rate" with 20 points from 0.1 to 7.6. Vertical axis: Rate (pps). Shared horizontal axis: Time (s), from 0 to 10.
}

func ExampleSignals() {
	soma := neo.AnalogSignal{Name: "soma", Units: "mV", SamplingPeriod: 0.1 * units.Ms}
	dendrite := neo.AnalogSignal{Name: "dendrite", Units: "mV", SamplingPeriod: 0.1 * units.Ms}
	for i := range 500 {
		t := float64(i) / 10
		rise := 15 * (1 - math.Exp(-t/8))
		soma.Values = append(soma.Values, -70+rise)
		dendrite.Values = append(dendrite.Values, -70+0.6*rise)
	}
	kernel.Show(chart.Stack("Charging of two compartments", chart.Signals("Membrane potential", soma, dendrite)))
	// Output:
	// Figure Charging of two compartments: Charging of two compartments. Membrane potential: line "soma" with 500 points from -70 to -55.03; line "dendrite" with 500 points from -70 to -61.02. Vertical axis: Potential (mV). Horizontal axis: Time (s), from 0 to 0.05.
}

// A panel takes any other series beside those of its constructor.
func ExampleSignals_changed() {
	panel := chart.Signals("Drive", drive())
	panel.Height = 220
	panel.Series = append(panel.Series, chart.Rule{Name: "plateau", At: 40})
	kernel.Show(chart.Stack("Drive with its plateau", panel))
	// Output:
	// Figure Drive with its plateau: Drive with its plateau. Drive: line "drive" with 1000 points from -1.836 to 41.99; horizontal line "plateau" at 40. Vertical axis: Rate (pps). Horizontal axis: Time (s), from 0 to 10.
}

func ExampleSpikes() {
	trains := spikes()
	kernel.Show(chart.Stack("Spikes", chart.Spikes(chart.Active("Motor neurons", trains), trains, chart.Blues)))
	// Output:
	// Figure Spikes: Spikes. Motor neurons (39/40 active): 1950 spikes of 40 trains. Vertical axis: Neuron. Horizontal axis: Time (s), from 0 to 10.
}

func ExampleActive() {
	fmt.Println(chart.Active("Motor neurons", spikes()))
	// Output: Motor neurons (39/40 active)
}

func ExampleBins() {
	early, late := spikes()[:20], spikes()[20:]
	kernel.Show(chart.Stack("Rates of two halves of a pool",
		chart.Bins("Mean rate in bins of 0.5 s", histogram("recruited early", early), histogram("recruited late", late))))
	// Output:
	// Figure Rates of two halves of a pool: Rates of two halves of a pool. Mean rate in bins of 0.5 s: steps "recruited early" with 20 points from 0.1 to 7.8; steps "recruited late" with 20 points from 0.1 to 7.7. Vertical axis: Rate (pps). Horizontal axis: Time (s), from 0 to 10.
}

// The silent neuron, the last of the pool, is a row without a rate.
func ExampleRates() {
	trains := spikes()
	kernel.Show(chart.Stack("Firing rates of a pool", chart.Rates("Rate of each motor neuron", rates(trains), trains)))
	// Output:
	// Figure Firing rates of a pool: Firing rates of a pool. Rate of each motor neuron: heat map of 40 rows, colours from 0 to 7.865 Rate (pps). Vertical axis: Neuron. Horizontal axis: Time (s), from 0 to 10.
}

func ExamplePanel_Colored() {
	kernel.Show(chart.Stack("Firing rates of a pool",
		chart.Signals("Violet first, red last", rates(spikes())...).Colored(chart.Rainbow)))
	// Output:
	// Figure Firing rates of a pool: Firing rates of a pool. Violet first, red last: line "MN_0" with 200 points from 0 to 7.922; line "MN_1" with 200 points from 0 to 8.117; line "MN_2" with 200 points from 0 to 8.133; line "MN_3" with 200 points from 0 to 8.53; line "MN_4" with 200 points from 0 to 7.961; line "MN_5" with 200 points from 0 to 7.983; and 33 more. Vertical axis: Rate (pps). Horizontal axis: Time (s), from 0 to 10.
}

// Few points have markers, and here the standard error of each mean.
func ExampleLine() {
	kernel.Show(chart.Figure{
		Title: "Firing rate over injected current",
		X:     chart.Axis{Label: "Current", Unit: "nA"},
		Panels: []chart.Panel{{
			Y: chart.Axis{Label: "Rate", Unit: "pps"}, Legend: true,
			Series: []chart.Series{
				chart.Line{Name: "unit 0", X: []float64{5, 10, 15, 20}, Y: []float64{8, 15, 21, 26}, Error: []float64{0.8, 0.9, 1.1, 1.6}},
				chart.Line{Name: "unit 99", X: []float64{10, 15, 20}, Y: []float64{9, 19, 29}, Error: []float64{1.2, 1.1, 1.4}, Marker: chart.Square},
			},
		}},
	})
	// Output:
	// Figure Firing rate over injected current: Firing rate over injected current. Line "unit 0" with 4 points from 8 to 26, error bars up to 1.6; line "unit 99" with 3 points from 9 to 29, error bars up to 1.4. Vertical axis: Rate (pps). Horizontal axis: Current (nA), from 5 to 20.
}

// The edges of steps are one more than their values.
func ExampleLine_histogram() {
	kernel.Show(chart.Figure{
		Title: "Intervals between spikes",
		X:     chart.Axis{Label: "Interval", Unit: "ms"},
		Panels: []chart.Panel{{
			Y:      chart.Axis{Label: "Intervals"},
			Series: []chart.Series{chart.Line{Name: "intervals", X: []float64{60, 80, 100, 120, 160, 200}, Y: []float64{3, 31, 69, 40, 6}, Step: true}},
		}},
	})
	// Output:
	// Figure Intervals between spikes: Intervals between spikes. Steps "intervals" with 5 points from 3 to 69. Vertical axis: Intervals. Horizontal axis: Interval (ms), from 60 to 200.
}

func ExampleLine_scatter() {
	points := chart.Line{Name: "motor unit", Scatter: true}
	for i := range 60 {
		x := float64(i) / 60
		points.X, points.Y = append(points.X, 100*x), append(points.Y, 85*x*x+8*math.Sin(40*x)*x)
	}
	kernel.Show(chart.Figure{
		Title: "Derecruitment over recruitment",
		X:     chart.Axis{Label: "Recruited at", Unit: "% of drive"},
		Panels: []chart.Panel{{
			Y:      chart.Axis{Label: "Derecruited at", Unit: "% of drive"},
			Series: []chart.Series{points},
		}},
	})
	// Output:
	// Figure Derecruitment over recruitment: Derecruitment over recruitment. Points "motor unit" with 60 points from 0 to 90.04. Vertical axis: Derecruited at (% of drive). Horizontal axis: Recruited at (% of drive), from 0 to 98.33.
}

func ExampleBand() {
	mean, band := chart.Line{Name: "mean"}, chart.Band{Name: "mean and SD"}
	for i := range 101 {
		x := float64(i) / 10
		y := 20 * (1 - math.Exp(-x))
		mean.X, mean.Y = append(mean.X, x), append(mean.Y, y)
		band.X, band.Low, band.High = append(band.X, x), append(band.Low, y-0.15*y), append(band.High, y+0.15*y)
	}
	mean.Color, band.Color = chart.Blue, chart.Blue
	kernel.Show(chart.Figure{
		Title:  "Rate of a population",
		X:      chart.Axis{Label: "Time", Unit: "s"},
		Panels: []chart.Panel{{Y: chart.Axis{Label: "Rate", Unit: "pps"}, Legend: true, Series: []chart.Series{band, mean}}},
	})
	// Output:
	// Figure Rate of a population: Rate of a population. Band "mean and SD" with 101 points from 0 to 23; line "mean" with 101 points from 0 to 20. Vertical axis: Rate (pps). Horizontal axis: Time (s), from 0 to 10.
}

func ExampleBars() {
	kernel.Show(chart.Figure{
		Title: "Active motor neurons of two models",
		X:     chart.Axis{Categories: []string{"NERLab", "Powers 2017"}},
		Panels: []chart.Panel{{
			Y:      chart.Axis{Label: "Neurons"},
			Series: []chart.Series{chart.Bars{Name: "active", X: []float64{0, 1}, Y: []float64{78, 64}, Error: []float64{3, 5}}},
		}},
	})
	// Output:
	// Figure Active motor neurons of two models: Active motor neurons of two models. Bars "active" with 2 points from 64 to 78, error bars up to 5. Vertical axis: Neurons. Horizontal axis: NERLab, Powers 2017.
}

func ExampleRule() {
	coherence := chart.Line{Name: "coherence"}
	for f := 0.5; f < 40; f += 0.5 {
		coherence.X, coherence.Y = append(coherence.X, f), append(coherence.Y, 0.9*math.Exp(-f/12))
	}
	kernel.Show(chart.Figure{
		Title: "Coherence of drive and pool",
		X:     chart.Axis{Label: "Frequency", Unit: "Hz", Max: 40},
		Panels: []chart.Panel{{
			Y:      chart.Axis{Label: "Coherence", Max: 1},
			Series: []chart.Series{coherence, chart.Rule{Name: "95 % by chance", At: 0.1}, chart.Rule{Name: "beta", At: 15, Vertical: true}},
		}},
	})
	// Output:
	// Figure Coherence of drive and pool: Coherence of drive and pool. Line "coherence" with 79 points from 0.03347 to 0.8633; horizontal line "95 % by chance" at 0.1; vertical line "beta" at 15. Vertical axis: Coherence. Horizontal axis: Frequency (Hz), from 0 to 40.
}

func ExampleRaster() {
	kernel.Show(chart.Figure{
		Title: "The first two seconds",
		X:     chart.Axis{Label: "Time", Unit: "s", Max: 2},
		Panels: []chart.Panel{{
			Y: chart.Axis{Label: "Neuron"}, Height: 120,
			Series: []chart.Series{chart.Raster{Trains: spikes(), Colors: chart.Viridis}},
		}},
	})
	// Output:
	// Figure The first two seconds: The first two seconds. 1950 spikes of 40 trains. Vertical axis: Neuron. Horizontal axis: Time (s), from 0 to 2.
}

func ExampleHeatMap() {
	var rows [][]float64
	for i := range 8 {
		row := make([]float64, 12)
		for j := range row {
			row[j] = 10 * math.Exp(-math.Pow(float64(j-i), 2)/8)
		}
		rows = append(rows, row)
	}
	kernel.Show(chart.Figure{
		Title: "Gain over frequency and peak",
		X:     chart.Axis{Label: "Frequency", Unit: "Hz"},
		Panels: []chart.Panel{{
			Y:      chart.Axis{Label: "Peak", Categories: []string{"20 pps", "30 pps", "40 pps", "50 pps", "60 pps", "70 pps", "80 pps", "90 pps"}},
			Series: []chart.Series{chart.HeatMap{Rows: rows, X1: 12, Label: "Gain"}},
		}},
	})
	// Output:
	// Figure Gain over frequency and peak: Gain over frequency and peak. Heat map of 8 rows, colours from 0 to 10 Gain. Vertical axis: Peak, 8 categories from 20 pps to 90 pps. Horizontal axis: Frequency (Hz), from 0 to 12.
}

func ExampleAxis_log() {
	power := chart.Line{Name: "power"}
	for f := 0.25; f <= 100; f += 0.25 {
		power.X, power.Y = append(power.X, f), append(power.Y, 50/(1+math.Pow(f/4, 3)))
	}
	kernel.Show(chart.Figure{
		Title: "Power spectrum of the pool",
		X:     chart.Axis{Label: "Frequency", Unit: "Hz", Log: true},
		Panels: []chart.Panel{{
			Y:      chart.Axis{Label: "Power", Unit: "pps²/Hz", Log: true},
			Series: []chart.Series{power},
		}},
	})
	// Output:
	// Figure Power spectrum of the pool: Power spectrum of the pool. Line "power" with 400 points from 0.0032 to 49.99. Vertical axis: Power (pps²/Hz), log axis. Horizontal axis: Frequency (Hz), from 0.25 to 100, log axis.
}

// The number of active neurons has the left axis, their rate the right one.
func ExamplePanel_rightAxis() {
	peaks := []float64{20, 30, 40, 50, 60, 70}
	kernel.Show(chart.Figure{
		Title: "Recruitment and rate over the peak of the drive",
		X:     chart.Axis{Label: "Peak of the drive", Unit: "pps"},
		Panels: []chart.Panel{{
			Y: chart.Axis{Label: "Active neurons"}, Legend: true,
			Series:      []chart.Series{chart.Line{Name: "active", X: peaks, Y: []float64{2, 21, 43, 60, 71, 78}}},
			Right:       chart.Axis{Label: "Mean rate", Unit: "pps"},
			RightSeries: []chart.Series{chart.Line{Name: "rate", X: peaks, Y: []float64{6.1, 7.8, 9.9, 11.7, 13.6, 15.2}, Marker: chart.Diamond}},
		}},
	})
	// Output:
	// Figure Recruitment and rate over the peak of the drive: Recruitment and rate over the peak of the drive. Line "active" with 6 points from 2 to 78; line "rate" with 6 points from 6.1 to 15.2 on the right axis. Left axis: Active neurons. Right axis: Mean rate (pps). Horizontal axis: Peak of the drive (pps), from 20 to 70.
}

// Panels beside each other may have axes of their own.
func ExampleFigure_sideBySide() {
	kernel.Show(chart.Figure{
		Title: "Spikes and their intervals", Columns: 2,
		X: chart.Axis{Label: "Time", Unit: "s", Max: 10},
		Panels: []chart.Panel{
			chart.Spikes("Motor neurons", spikes(), chart.Reds),
			{
				Title: "Intervals", Height: 200,
				X: chart.Axis{Label: "Interval", Unit: "ms"}, Y: chart.Axis{Label: "Intervals"},
				Series: []chart.Series{chart.Line{Name: "intervals", X: []float64{100, 140, 180, 220, 260}, Y: []float64{120, 690, 810, 270}, Step: true}},
			},
		},
	})
	// Output:
	// Figure Spikes and their intervals: Spikes and their intervals. Row 1, column 1: Motor neurons: 1950 spikes of 40 trains. Vertical axis: Neuron. Horizontal axis: Time (s), from 0 to 10. Row 1, column 2: Intervals: steps "intervals" with 4 points from 120 to 810. Vertical axis: Intervals. Horizontal axis: Interval (ms), from 100 to 260.
}

// A slider goes through the runs.
func ExampleFigure_frames() {
	fig := chart.Figure{Title: "Three drives", Slider: "Peak", X: chart.Axis{Label: "Time", Unit: "s"}, Frame: 1}
	for _, peak := range []float64{20, 40, 60} {
		fig.Frames = append(fig.Frames, chart.Frame{
			Label: fmt.Sprintf("%g pps", peak),
			Panels: []chart.Panel{{
				Y:      chart.Axis{Label: "Rate", Unit: "pps"},
				Series: []chart.Series{chart.Line{Name: "drive", X: []float64{0, 1, 2, 8, 9, 10}, Y: []float64{0, 0, peak, peak, 0, 0}, Marker: chart.NoMarker}},
			}},
		})
	}
	kernel.Show(fig)
	// Output:
	// Figure Three drives: Three drives. Peak: 40 pps (2 of 3). Line "drive" with 6 points from 0 to 40. Vertical axis: Rate (pps). Horizontal axis: Time (s), from 0 to 10.
}

// Colours of a map, here for lines of one family.
func ExampleColorMap() {
	panel := chart.Panel{Y: chart.Axis{Label: "Force", Unit: "N"}, Legend: true, Colors: chart.Viridis[:4]}
	for _, rate := range []float64{5, 10, 20} {
		line := chart.Line{Name: fmt.Sprintf("%g pps", rate), Width: 2}
		for i := range 101 {
			x := float64(i) / 100
			line.X, line.Y = append(line.X, x), append(line.Y, rate*(1-math.Exp(-rate*x/2)))
		}
		panel.Series = append(panel.Series, line)
	}
	kernel.Show(chart.Figure{Title: "Build-up of force", X: chart.Axis{Label: "Time", Unit: "s"}, Panels: []chart.Panel{panel}})
	// Output:
	// Figure Build-up of force: Build-up of force. Line "5 pps" with 101 points from 0 to 4.59; line "10 pps" with 101 points from 0 to 9.933; line "20 pps" with 101 points from 0 to 20. Vertical axis: Force (N). Horizontal axis: Time (s), from 0 to 1.
}
