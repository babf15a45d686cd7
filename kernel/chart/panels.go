package chart

import (
	"fmt"
	"math"
	"slices"

	"gomyogen/myogen/neo"
	"gomyogen/myogen/stats"
)

// Stack returns a figure of panels above each other over one time axis, from the
// earliest t_start to the latest t_stop of what they show.
func Stack(title string, panels ...Panel) Figure {
	f := Figure{Title: title, X: Axis{Label: "Time", Unit: "s"}, Panels: panels}
	start, stop := math.Inf(1), math.Inf(-1)
	for _, p := range panels {
		if p.start < p.stop {
			start, stop = min(start, p.start), max(stop, p.stop)
		}
	}
	if start < stop {
		f.X.Min, f.X.Max = start, stop
	}
	return f
}

// Signals returns a panel of analog signals as lines, or steps where they are
// binned, with a legend of their
// names when there are several. The signals must have one unit, and, in a legend,
// different names; [Figure.Validate] reports signals that do not.
func Signals(title string, signals ...neo.AnalogSignal) Panel {
	p := signalPanel(title, signals)
	for _, s := range signals {
		line := Signal(s)
		if len(signals) > manyLines {
			line.Width = 0.8
		}
		p.Series = append(p.Series, line)
	}
	return p
}

// Bins returns a panel of signals of which each value is a step as wide as its bin,
// such as [stats.TimeHistogram]. As in
// [Signals], the signals must have one unit and different names:
//
//	left.Name, right.Name = "left pool", "right pool"
//	chart.Bins("Population rates", left, right)
func Bins(title string, signals ...neo.AnalogSignal) Panel {
	p := signalPanel(title, signals)
	for _, s := range signals {
		s.Binned = true
		p.Series = append(p.Series, Signal(s))
	}
	return p
}

// Spikes returns a panel with a row of spikes for each train, the first train at
// the bottom.
func Spikes(title string, trains []neo.SpikeTrain, colors ColorMap) Panel {
	p := Panel{Title: title, Y: Axis{Label: "Neuron"}, Height: 200, Series: []Series{&Raster{Trains: trains, Colors: colors}}}
	p.covers(trains)
	return p
}

// Active returns a title with the number of trains that have spikes: "Motor
// neurons (78/100 active)".
func Active(title string, trains []neo.SpikeTrain) string {
	active := 0
	for _, t := range trains {
		if len(t.Times) > 0 {
			active++
		}
	}
	return fmt.Sprintf("%s (%d/%d active)", title, active, len(trains))
}

// Rates returns a heat map of firing rates, such as those of
// [stats.InstantaneousRates]: a row for each of the trains, the first at the
// bottom, which is the order of recruitment in a pool. Rates are matched to
// trains by name, and a train without a rate, a silent neuron, is a row of
// zeros. Without trains there is a row for each rate. The colours end at the 95th
// percentile of the rates.
func Rates(title string, rates []neo.AnalogSignal, trains []neo.SpikeTrain) Panel {
	p := signalPanel(title, rates)
	label := p.Y.Text()
	p.Y, p.Height, p.Legend = Axis{Label: "Neuron"}, 280, false
	p.covers(trains)
	rows, err := rateRows(rates, trains)
	if p.refused == nil {
		p.refused = err
	}
	if err != nil || len(rates) == 0 {
		return p
	}
	h := &HeatMap{Rows: rows, Colors: Hot, Label: label, X0: seconds(rates[0].TStart), X1: seconds(rates[0].TStop())}
	var all []float64
	for _, r := range rates {
		all = append(all, r.Values...)
	}
	h.Max = stats.Percentile(all, 95)
	if !(h.Max > 0) {
		h.Max = 0 // take it from the data
	}
	p.Series = []Series{h}
	return p
}

func rateRows(rates []neo.AnalogSignal, trains []neo.SpikeTrain) ([][]float64, error) {
	of := map[string]int{}
	for i, r := range rates {
		if err := r.Validate(); err != nil {
			return nil, err
		}
		first := rates[0]
		if len(r.Values) != len(first.Values) || r.TStart != first.TStart || r.SamplingPeriod != first.SamplingPeriod {
			return nil, fmt.Errorf("rate %d (%q) has %d samples each %v from %v, rate 0 has %d each %v from %v; the columns of a heat map are one time each",
				i, r.Name, len(r.Values), r.SamplingPeriod, r.TStart, len(first.Values), first.SamplingPeriod, first.TStart)
		}
		if _, twice := of[r.Name]; twice && trains != nil {
			return nil, fmt.Errorf("two rates are called %q; which train has which?", r.Name)
		}
		of[r.Name] = i
	}
	var rows [][]float64
	if trains == nil {
		for _, r := range rates {
			rows = append(rows, r.Values)
		}
		return rows, nil
	}
	found := 0
	for i, t := range trains {
		at, ok := of[t.Name]
		if slices.ContainsFunc(trains[:i], func(u neo.SpikeTrain) bool { return u.Name == t.Name }) && ok {
			return nil, fmt.Errorf("two trains are called %q; which rate is whose?", t.Name)
		}
		if !ok {
			if len(rates) > 0 {
				rows = append(rows, make([]float64, len(rates[0].Values)))
			}
			continue
		}
		found++
		rows = append(rows, rates[at].Values)
	}
	if found < len(rates) {
		return nil, fmt.Errorf("%d of %d rates have the name of no train", len(rates)-found, len(rates))
	}
	return rows, nil
}

// manyLines is the number of lines above which a panel has thin lines and no
// legend.
const manyLines = 12

// quantities are the names of what signals in these units measure.
var quantities = map[string]string{
	"pps": "Rate", "Hz": "Frequency", "mV": "Potential", "nA": "Current", "pA": "Current", "uS": "Conductance", "nS": "Conductance",
	"S/cm2": "Conductance", "mA/cm2": "Current", "N": "Force", "mN": "Force", "smallest twitch": "Force", "Nm": "Torque", "mM": "Concentration",
}

// signalPanel returns a panel for signals of one unit, without series.
func signalPanel(title string, signals []neo.AnalogSignal) Panel {
	p := Panel{Title: title, Height: 150, Legend: len(signals) > 1 && len(signals) <= manyLines}
	for i, s := range signals {
		if first := signals[0]; s.Units != first.Units && p.refused == nil {
			p.refused = fmt.Errorf("signal %d (%q) is in %q, signal 0 (%q) in %q; an axis has one unit: use another panel, or RightSeries", i, s.Name, s.Units, first.Name, first.Units)
		}
		if len(s.Values) > 0 {
			p.cover(seconds(s.TStart), seconds(s.TStop()))
		}
	}
	if p.Legend && p.refused == nil {
		p.refused = sameName(signals)
	}
	if len(signals) == 0 {
		return p
	}
	p.Y = Axis{Label: quantities[signals[0].Units], Unit: signals[0].Units}
	if p.Y.Label == "" && len(signals) == 1 {
		p.Y.Label = signals[0].Name
	}
	return p
}

// sameName returns an error if a legend could not tell signals apart.
func sameName(signals []neo.AnalogSignal) error {
	first := map[string]int{}
	for i, s := range signals {
		if j, again := first[s.Name]; again {
			return fmt.Errorf("signals %d and %d are both called %q: give each its own Name for the legend", j, i, s.Name)
		}
		first[s.Name] = i
	}
	return nil
}

// cover extends the time that the panel covers.
func (p *Panel) cover(start, stop float64) {
	if p.start == p.stop {
		p.start, p.stop = start, stop
		return
	}
	p.start, p.stop = min(p.start, start), max(p.stop, stop)
}

// covers extends the time that the panel covers by that of trains, or, where
// they have no t_stop, of their spikes.
func (p *Panel) covers(trains []neo.SpikeTrain) {
	for _, t := range trains {
		start, stop := t.TStart, t.TStop
		if !(start < stop) && len(t.Times) > 0 {
			start, stop = min(start, slices.Min(t.Times)), slices.Max(t.Times)
		}
		if start < stop {
			p.cover(seconds(start), seconds(stop))
		}
	}
}
