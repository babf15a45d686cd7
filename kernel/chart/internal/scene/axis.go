package scene

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"gomyogen/kernel/chart"
)

// openLimits returns limits for data, rounded out to half a step of the ticks:
// 70 for data up to 69 and ticks at 0, 20, 40, 60. Steps of five stay whole, or,
// where that leaves too much room, are divided by five. Data that come near zero
// begin there. Data that all but touch an end without a tick look cut off there
// and get a little more.
func openLimits(data [2]float64, n int) [2]float64 {
	const room, near = 0.12, 0.004 // of the data, beyond each end
	data = spread(data)
	low, high := data[0], data[1]
	if low > 0 && low <= high/4 {
		low = 0
	}
	if high < 0 && high >= low/4 {
		high = 0
	}
	step := Step(high-low, n)
	fives := step/math.Pow(10, math.Floor(math.Log10(step)+1e-9)) > 4
	end := func(at float64, outward func(float64) float64) float64 {
		unit := step / 2
		if fives {
			if unit = step; math.Abs(unit*outward(at/unit)-at) > room*(high-low) {
				unit = step / 5
			}
		}
		end := roundTo(unit*outward(at/unit), unit)
		gap := math.Abs(end-at) / (high - low)
		if gap > 1e-9 && gap < near && !whole(end/step) {
			end = roundTo(end+math.Copysign(unit, end-at), unit)
		}
		return end + 0 // never -0
	}
	down := func(x float64) float64 { return math.Floor(x + 1e-9) }
	up := func(x float64) float64 { return math.Ceil(x - 1e-9) }
	return [2]float64{end(low, down), end(high, up)}
}

// wholeLimits moves limits that nearly reach a round number onto it: the last
// sample of a second at 1 kHz is at 0.999 s, and its axis ends at 1 s.
func wholeLimits(data [2]float64, n int) [2]float64 {
	const near = 0.0025 // of the data, so little that no gap is seen
	unit, room := Step(data[1]-data[0], n)/2, near*(data[1]-data[0])
	low, high := round(unit*math.Floor(data[0]/unit+1e-9))+0, round(unit*math.Ceil(data[1]/unit-1e-9))+0
	if data[0]-low <= room {
		data[0] = low
	}
	if high-data[1] <= room {
		data[1] = high
	}
	return data
}

// spread returns limits that differ.
func spread(data [2]float64) [2]float64 {
	low, high := data[0], data[1]
	size := max(math.Abs(low), math.Abs(high))
	switch {
	case !(low <= high): // nothing to show
		return [2]float64{0, 1}
	case size < tiny:
		return [2]float64{-1, 1}
	case high/2-low/2 <= 1e-12*size: // numbers have no ticks in between
		return [2]float64{round(low - size/10), round(high + size/10)}
	}
	return data
}

// decades returns limits for data on a log axis: powers of ten, or, for data that lie so
// near together that they would look equal, those of any axis.
func decades(data [2]float64) [2]float64 {
	if !(data[0] > 0 && data[0] <= data[1]) {
		return [2]float64{1, 10}
	}
	if ratio := data[1] / data[0]; ratio > 1+1e-12 && ratio < 1.3 {
		if near := openLimits(data, 4); near[0] > 0 {
			return near
		}
	}
	from, to := math.Floor(math.Log10(data[0])+1e-9), math.Ceil(math.Log10(data[1])-1e-9)
	if from == to {
		to++
	}
	return [2]float64{max(math.Pow10(int(from)), math.SmallestNonzeroFloat64), min(math.Pow10(int(to)), math.MaxFloat64)}
}

// round leaves 12 digits, so that limits do not miss a tick by the last one.
func round(x float64) float64 { return roundTo(x, x) }

// roundTo leaves 12 digits of a multiple of a step, and more where the steps need
// them: far from zero, as dates are.
func roundTo(x, step float64) float64 {
	digits := 12
	if d := math.Ceil(math.Log10(math.Abs(x/step))) + 2; d > 12 {
		digits = int(min(d, 15))
	}
	x, _ = strconv.ParseFloat(strconv.FormatFloat(x, 'g', digits, 64), 64)
	return x
}

// side names an axis of the panels with index i: the shared one has no panel.
type side struct {
	panel int // -1: all that share the figure's axis
	axis  func(*Panel) *chart.Axis
	x     bool
	right bool
}

// sides returns all axes of a figure.
func (f *Figure) sides() []side {
	x := func(p *Panel) *chart.Axis { return &p.X }
	all := []side{{panel: -1, axis: x, x: true}}
	for i, p := range f.Frames[0].Panels {
		if p.OwnX {
			all = append(all, side{panel: i, axis: x, x: true})
		}
		all = append(all, side{panel: i, axis: func(p *Panel) *chart.Axis { return &p.Y }})
		if p.TwoAxes {
			all = append(all, side{panel: i, axis: func(p *Panel) *chart.Axis { return &p.Right }, right: true})
		}
	}
	return all
}

// panels returns the panels that have an axis, of all frames.
func (f *Figure) panels(s side) (all []*Panel) {
	for i := range f.Frames {
		for j := range f.Frames[i].Panels {
			p := &f.Frames[i].Panels[j]
			if s.panel == j || s.panel < 0 && !p.OwnX {
				all = append(all, p)
			}
		}
	}
	return all
}

// extent returns the limits of the data on an axis, and whether only rows of
// rasters and maps are on it.
func (f *Figure) extent(s side) (data [2]float64, rows bool) {
	data, rows = [2]float64{math.Inf(1), math.Inf(-1)}, true
	for _, p := range f.panels(s) {
		for _, t := range p.Series {
			if !s.x && t.Right != s.right {
				continue
			}
			k := kindOf(t.Series)
			rows = rows && k.rows()
			b := k.bounds(true, t.log)
			if s.x {
				data = [2]float64{min(data[0], b.x0), max(data[1], b.x1)}
			} else {
				data = [2]float64{min(data[0], b.y0), max(data[1], b.y1)}
			}
		}
	}
	return data, rows
}

// marked reports whether points with markers stand on an axis, which ends at a
// round number then.
func (f *Figure) marked(s side) bool {
	for _, p := range f.panels(s) {
		for _, t := range p.Series {
			if t.Marker() != chart.NoMarker {
				return true
			}
		}
	}
	return false
}

// counts reports whether a histogram or bars stand on an axis, which begins at zero
// then.
func (f *Figure) counts(s side) bool {
	for _, p := range f.panels(s) {
		for _, t := range p.Series {
			if t.Right != s.right {
				continue
			}
			switch k := t.Series.(type) {
			case *chart.Bars:
				return true
			case *chart.Line:
				if k.Step && len(k.X) > len(k.Y) {
					return true
				}
			}
		}
	}
	return false
}

// halfOpen reports whether one limit of an axis is given and the other is that of
// the data.
func halfOpen(a chart.Axis) bool { return a.Min > a.Max }

// withGiven returns the limits of data on an axis with those that are given.
func withGiven(a chart.Axis, data [2]float64) ([2]float64, error) {
	given := max(a.Min, -a.Max) // on one side of zero
	switch up := a.Min > 0; {
	case !halfOpen(a) && a.Min != a.Max:
		return [2]float64{a.Min, a.Max}, nil
	case !halfOpen(a):
		return data, nil
	case !(data[0] <= data[1]) && up: // no data
		return [2]float64{a.Min, a.Min + given}, nil
	case !(data[0] <= data[1]):
		return [2]float64{a.Max - given, a.Max}, nil
	case up && data[1] <= a.Min:
		return data, fmt.Errorf("the axis %q begins at %v, and all data are below that: up to %v", a.Text(), a.Min, data[1])
	case !up && data[0] >= a.Max:
		return data, fmt.Errorf("the axis %q ends at %v, and all data are above that: from %v", a.Text(), a.Max, data[0])
	case up:
		return [2]float64{a.Min, data[1]}, nil
	}
	return [2]float64{data[0], a.Max}, nil
}

// scale sets the limits of all axes. Axes whose numbers nobody can read, below
// 1e-4 or from 1e7 on, are shown in a power of ten of their unit: "1e-300 s".
func (f *Figure) scale() error {
	all := f.sides()
	exponents := make([]int, len(all))
	for i, s := range all {
		panels := f.panels(s)
		if len(panels) == 0 { // each has its own
			continue
		}
		a := *s.axis(panels[0])
		data, rows := f.extent(s)
		if n := len(a.Categories); n > 0 && s.x {
			data = [2]float64{min(data[0], -0.5), max(data[1], float64(n)-0.5)}
		}
		by := 1.0
		data, err := withGiven(a, data)
		if err != nil {
			return fmt.Errorf("chart: figure %q: %w", f.Title, err)
		}
		if e := exponent(spread(data)); e != 0 && !a.Log {
			exponents[i], by = e, math.Pow10(e)
			a.Unit = strings.TrimSpace(fmt.Sprintf("1e%d %s", e, a.Unit))
			data = [2]float64{data[0] / by, data[1] / by}
		}
		switch {
		case a.Min < a.Max:
		case a.Log:
			data = decades(data)
		case s.x && f.marked(s):
			data = openLimits(data, XSteps(StillWidth))
		case s.x:
			data = wholeLimits(spread(data), XSteps(StillWidth))
		case rows:
			data = spread(data)
		default:
			if data[0] > 0 && f.counts(s) {
				data[0] = 0
			}
			data = openLimits(data, Steps(panels[0].Height))
		}
		switch {
		case halfOpen(a) && a.Min > 0:
			data[0] = a.Min / by
		case halfOpen(a):
			data[1] = a.Max / by
		}
		a.Min, a.Max = data[0], data[1]
		if s.panel < 0 {
			f.X = a
		}
		for _, p := range panels {
			*s.axis(p) = a
		}
	}
	for i, s := range all {
		if exponents[i] == 0 {
			continue
		}
		by := math.Pow10(exponents[i])
		for _, p := range f.panels(s) {
			for j := range p.Series {
				t := &p.Series[j]
				switch {
				case s.x:
					t.Series = kindOf(t.Series).divided(by, 1)
				case t.Right == s.right:
					t.Series = kindOf(t.Series).divided(1, by)
				}
			}
		}
	}
	f.scaleMaps()
	f.clipBands()
	return nil
}

// tiny is what counts as zero: smaller numbers have lost digits.
const tiny = 1e-305

// exponent returns the power of ten that an axis is shown in.
func exponent(limits [2]float64) int {
	size := max(math.Abs(limits[0]), math.Abs(limits[1]))
	if size < tiny || size >= 1e-4 && size < 1e7 {
		return 0
	}
	return int(math.Floor(math.Log10(size)))
}
