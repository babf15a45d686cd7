package scene

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"gomyogen/kernel/chart"
	"gomyogen/myogen/units"
)

// Step returns the step of 1, 2 or 5 times a power of ten that divides a range
// into about n steps.
func Step(size float64, n int) float64 {
	x := size / float64(n)
	e := math.Pow(10, math.Floor(math.Log10(x)))
	switch f := x / e; { // geometric means of neighbours
	case f < math.Sqrt2:
		return e
	case f < math.Sqrt(10):
		return 2 * e
	case f < math.Sqrt(50):
		return 5 * e
	}
	return 10 * e
}

// Tick is a position on an axis with its text.
type Tick struct {
	At   float64 `json:"at"`
	Text string  `json:"text"`
}

// Ticks returns the ticks from low to high, about n steps: multiples of 1, 2 or 5
// times a power of ten, or quarters of 1 or 100. An axis
// with categories has a tick for each, as far as there is room; a log axis has
// them at powers of ten.
func Ticks(a chart.Axis, low, high float64, n int) []Tick {
	if !(high > low) || n < 1 {
		return nil
	}
	if a.Log && low > 0 {
		if ticks := logTicks(low, high, n); len(ticks) > 1 {
			return ticks
		}
	}
	step := Step(high-low, n)
	if size := round(high - low); n >= 3 && n <= 5 && (size == 1 || size == 100) && whole(4*low/size) {
		step = size / 4
	}
	if len(a.Categories) > 0 {
		step = max(1, math.Round(step))
	}
	var ticks []Tick
	for i := math.Ceil(low/step - 1e-9); i*step <= high+1e-9*step && len(ticks) < 100; i++ {
		at := round(i * step)
		text := number(at)
		if len(a.Categories) > 0 {
			if at < 0 || int(at) >= len(a.Categories) {
				continue
			}
			text = a.Categories[int(at)]
		}
		ticks = append(ticks, Tick{at, text})
	}
	return ticks
}

// logTicks returns powers of ten, thinned to 2n, or, where there are fewer than
// two, also their doubles and fives.
func logTicks(low, high float64, n int) (ticks []Tick) {
	from, to := int(math.Floor(math.Log10(low)+1e-9)), int(math.Ceil(math.Log10(high)-1e-9))
	for _, factors := range [][]float64{{1}, {1, 2, 5}} {
		every := max(1, (to-from+2*n-1)/(2*n))
		ticks = nil
		for e := from; e <= to; e++ {
			if e%every != 0 {
				continue
			}
			for _, f := range factors {
				at := round(f * math.Pow10(e))
				if at >= low*(1-1e-9) && at <= high*(1+1e-9) {
					ticks = append(ticks, Tick{at, number(at)})
				}
			}
		}
		if len(ticks) > 1 {
			break
		}
	}
	return ticks
}

func whole(x float64) bool { return math.Abs(x-math.Round(x)) < 1e-9 }

// number returns the text of a tick.
func number(x float64) string {
	if x == 0 {
		return "0" // never -0
	}
	if a := math.Abs(x); a < 1e-4 || a >= 1e7 {
		return strings.NewReplacer("e-0", "e-", "e+0", "e", "e+", "e").Replace(strconv.FormatFloat(x, 'g', -1, 64))
	}
	return strconv.FormatFloat(x, 'f', -1, 64)
}

// Steps returns into about how many steps an axis of so many px is divided.
func Steps(height int) int { return max(3, height/40) }

// XSteps is Steps for a horizontal axis.
func XSteps(width int) int { return max(2, int(math.Round(float64(width)/110))) }

// openLimits returns limits for data, rounded out to half a step of the ticks:
// 70 for data up to 69 and ticks at 0, 20, 40, 60. Steps of five stay whole, or,
// where that leaves too much room, are divided by five. Data that come near zero
// begin there.
func openLimits(data [2]float64, n int) [2]float64 {
	const room = 0.12 // of the data, beyond each end
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
	end := func(at float64, whole func(float64) float64) float64 {
		unit := step / 2
		if fives {
			if unit = step; math.Abs(unit*whole(at/unit)-at) > room*(high-low) {
				unit = step / 5
			}
		}
		return round(unit*whole(at/unit)) + 0 // never -0
	}
	down := func(x float64) float64 { return math.Floor(x + 1e-9) }
	up := func(x float64) float64 { return math.Ceil(x - 1e-9) }
	return [2]float64{end(low, down), end(high, up)}
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

// decades returns limits for data on a log axis: powers of ten.
func decades(data [2]float64) [2]float64 {
	if !(data[0] > 0 && data[0] <= data[1]) {
		return [2]float64{1, 10}
	}
	from, to := math.Floor(math.Log10(data[0])+1e-9), math.Ceil(math.Log10(data[1])-1e-9)
	if from == to {
		to++
	}
	return [2]float64{max(math.Pow(10, from), math.SmallestNonzeroFloat64), min(math.Pow(10, to), math.MaxFloat64)}
}

// round leaves 12 digits, so that limits do not miss a tick by the last one.
func round(x float64) float64 {
	x, _ = strconv.ParseFloat(strconv.FormatFloat(x, 'g', 12, 64), 64)
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
			switch t.Series.(type) {
			case *chart.Raster, *chart.HeatMap:
			default:
				rows = false
			}
			b := bounds(t.Series, true, t.log)
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

// scale sets the limits of all axes. Axes whose numbers nobody can read, below
// 1e-4 or from 1e7 on, are shown in a power of ten of their unit: "1e-300 s".
func (f *Figure) scale() {
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
		if a.Min != a.Max {
			data = [2]float64{a.Min, a.Max}
		}
		if e := exponent(spread(data)); e != 0 && !a.Log {
			exponents[i], by = e, math.Pow10(e)
			a.Unit = strings.TrimSpace(fmt.Sprintf("1e%d %s", e, a.Unit))
			data = [2]float64{data[0] / by, data[1] / by}
		}
		switch {
		case a.Min != a.Max:
		case a.Log:
			data = decades(data)
		case s.x && f.marked(s):
			data = openLimits(data, XSteps(StillWidth))
		case s.x || rows:
			data = spread(data)
		default:
			data = openLimits(data, Steps(panels[0].Height))
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
					t.Series = divide(t.Series, by, 1)
				case t.Right == s.right:
					t.Series = divide(t.Series, 1, by)
				}
			}
		}
	}
	f.scaleMaps()
	f.clipBands()
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

func divided(x []float64, by float64) []float64 {
	if by == 1 || x == nil {
		return x
	}
	out := make([]float64, len(x))
	for i := range x {
		out[i] = x[i] / by
	}
	return out
}

// divide returns a series in units of x and y. A row stays a row.
func divide(s chart.Series, x, y float64) chart.Series {
	switch s := s.(type) {
	case *chart.Line:
		c := *s
		c.X, c.Y, c.Error = divided(s.X, x), divided(s.Y, y), divided(s.Error, y)
		return &c
	case *chart.Band:
		c := *s
		c.X, c.Low, c.High = divided(s.X, x), divided(s.Low, y), divided(s.High, y)
		return &c
	case *chart.Bars:
		c := *s
		c.X, c.Y, c.Error, c.Width = divided(s.X, x), divided(s.Y, y), divided(s.Error, y), BarWidth(s)/x
		return &c
	case *chart.Rule:
		c := *s
		if c.Vertical {
			c.At /= x
		} else {
			c.At /= y
		}
		return &c
	case *chart.Raster:
		if x == 1 {
			return s
		}
		c := chart.Raster{Colors: s.Colors}
		for _, t := range s.Trains {
			times := make([]units.Time, len(t.Times))
			for i := range times {
				times[i] = units.Time(float64(t.Times[i]) / x)
			}
			t.Times = times
			c.Trains = append(c.Trains, t)
		}
		return &c
	case *chart.HeatMap:
		c := *s
		c.X0, c.X1 = s.X0/x, s.X1/x
		return &c
	}
	return s
}

// scaleMaps shows the values of heat maps in a power of ten likewise.
func (f *Figure) scaleMaps() {
	for _, frame := range f.Frames {
		for _, p := range frame.Panels {
			for j, s := range p.Series {
				h, ok := s.Series.(*chart.HeatMap)
				if !ok {
					continue
				}
				e := exponent([2]float64{h.Min, h.Max})
				if e == 0 {
					continue
				}
				c, by := *h, math.Pow10(e)
				c.Min, c.Max, c.Label = h.Min/by, h.Max/by, strings.TrimSpace(fmt.Sprintf("%s 1e%d", h.Label, e))
				c.Rows = make([][]float64, len(h.Rows))
				for i, row := range h.Rows {
					c.Rows[i] = divided(row, by)
				}
				p.Series[j].Series = &c
			}
		}
	}
}

// box grows around values that are not NaN.
type box struct{ x0, x1, y0, y1 float64 }

func (b *box) add(x, y float64) {
	if !math.IsNaN(x) && !math.IsNaN(y) {
		b.x0, b.x1, b.y0, b.y1 = min(b.x0, x), max(b.x1, x), min(b.y0, y), max(b.y1, y)
	}
}

// bounds returns the limits of what a series shows, with the foot of bars, and
// on a log axis.
func bounds(s chart.Series, foot, log bool) box {
	open := math.Inf(1)
	b := box{open, -open, open, -open}
	add := func(x, y float64, half []float64, i int) {
		b.add(x, y)
		if e, ok := ErrorAt(half, i); ok {
			b.add(x, y+e)
			if !log || y > e {
				b.add(x, y-e)
			}
		}
	}
	switch s := s.(type) {
	case *chart.Line:
		for i, y := range s.Y {
			add(s.X[i], y, s.Error, i)
		}
		if n := len(s.Y); len(s.X) > n && n > 0 { // the end of the last step
			b.add(s.X[n], s.Y[n-1])
		}
	case *chart.Band:
		for i, x := range s.X {
			if s.Low[i] <= s.High[i] {
				b.add(x, s.High[i])
				if !log || s.Low[i] > 0 {
					b.add(x, s.Low[i])
				}
			}
		}
	case *chart.Bars:
		half := BarWidth(s) / 2
		for i, y := range s.Y {
			if math.IsNaN(y) {
				continue
			}
			if foot && !log {
				b.add(s.X[i], 0)
			}
			add(s.X[i]-half, y, s.Error, i)
			add(s.X[i]+half, y, s.Error, i)
		}
	case *chart.Rule:
		if s.Vertical {
			b.x0, b.x1 = s.At, s.At
		} else {
			b.y0, b.y1 = s.At, s.At
		}
	case *chart.Raster:
		for _, t := range s.Trains {
			for _, x := range t.Times {
				b.x0, b.x1 = min(b.x0, x.Seconds()), max(b.x1, x.Seconds())
			}
		}
		b.y0, b.y1 = -0.5, max(float64(len(s.Trains))-0.5, 0.5)
	case *chart.HeatMap:
		b = box{s.X0, s.X1, -0.5, max(float64(len(s.Rows))-0.5, 0.5)}
	}
	return b
}
