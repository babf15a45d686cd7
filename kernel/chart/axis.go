package chart

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Axis is an axis with its label ("Time"), unit ("s") and limits; equal limits
// stand for those of the data. With Categories, whole numbers from 0 carry
// these names in place of ticks.
type Axis struct {
	Label, Unit string
	Min, Max    float64
	Categories  []string
}

// Text returns label and unit: "Time (s)".
func (a Axis) Text() string {
	if a.Unit == "" {
		return a.Label
	}
	if a.Label == "" {
		return a.Unit
	}
	return a.Label + " (" + a.Unit + ")"
}

// same tells what sets an axis apart from that of the first frame.
func (a Axis) same(first Axis) error {
	switch {
	case a.Label != first.Label || a.Unit != first.Unit || a.Min != first.Min || a.Max != first.Max:
		return fmt.Errorf("its axis %q from %v to %v is not the first frame's %q from %v to %v", a.Text(), a.Min, a.Max, first.Text(), first.Min, first.Max)
	case !slices.Equal(a.Categories, first.Categories):
		return fmt.Errorf("its axis %q has the categories %q, in the first frame %q", a.Text(), a.Categories, first.Categories)
	}
	return nil
}

func (a Axis) check() error {
	if !finite(a.Min) || !finite(a.Max) || a.Min > a.Max {
		return fmt.Errorf("the axis %q goes from %v to %v", a.Label, a.Min, a.Max)
	}
	return nil
}

// Nice returns the step of 1, 2, 3 or 5 times a power of ten that comes
// nearest to x; ECharts divides its axes by the same rule.
func Nice(x float64) float64 {
	e := math.Floor(math.Log10(x))
	f := x / math.Pow(10, e)
	switch {
	case f < 1.5:
		f = 1
	case f < 2.5:
		f = 2
	case f < 4:
		f = 3
	case f < 7:
		f = 5
	default:
		f = 10
	}
	return f * math.Pow(10, e)
}

// Tick is a place on an axis with its text.
type Tick struct {
	At   float64 `json:"at"`
	Text string  `json:"text"`
}

// Ticks divides low..high into about n nice steps. An axis with categories has
// a tick for each, thinned to what n steps leave room for.
func (a Axis) Ticks(low, high float64, n int) []Tick {
	if !(high > low) || n < 1 {
		return nil
	}
	step := Nice((high - low) / float64(n))
	if len(a.Categories) > 0 {
		step = max(1, math.Round(step))
	}
	digits := max(0, int(-math.Floor(math.Log10(step)+1e-9)))
	var ticks []Tick
	for i := math.Ceil(low/step - 1e-9); i*step <= high+1e-9*step && len(ticks) < 100; i++ {
		at := i * step
		text := strconv.FormatFloat(at, 'f', digits, 64)
		if i == 0 {
			text = strconv.FormatFloat(0, 'f', digits, 64) // never -0
		}
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

// Steps is how many steps a panel's own axis is divided into.
func (p Panel) Steps() int { return max(3, p.Pixels()/40) }

// Limits returns the limits of the shared axis and of a panel's own over all
// frames. Where the description leaves them open they enclose the data; those
// of lines, bands and bars are then rounded out to whole steps.
func (f Figure) Limits(panel int) (x0, x1, y0, y1 float64) {
	x, y := f.limits()
	return x[0], x[1], y[panel][0], y[panel][1]
}

// limits returns the limits of the shared axis and of those of the panels.
func (f Figure) limits() (x [2]float64, y [][2]float64) {
	x, y, exact := f.extent()
	for i, p := range f.Shown()[0].Panels {
		for range 3 { // a wider axis may have wider steps
			if p.Y.Min != p.Y.Max || exact[i] {
				break
			}
			step := Nice((y[i][1] - y[i][0]) / float64(p.Steps()))
			y[i] = [2]float64{step * math.Floor(y[i][0]/step+1e-9), step * math.Ceil(y[i][1]/step-1e-9)}
		}
	}
	return x, y
}

// extent returns the limits before rounding, and whether the rows of a raster
// or map are all that a panel shows.
func (f Figure) extent() (x [2]float64, y [][2]float64, exact []bool) {
	open := [2]float64{math.Inf(1), math.Inf(-1)}
	wider := func(a [2]float64, low, high float64) [2]float64 { return [2]float64{min(a[0], low), max(a[1], high)} }
	frames := f.Shown()
	x = open
	for i := range frames[0].Panels {
		y, exact = append(y, open), append(exact, true)
		for _, frame := range frames {
			p := frame.Panels[i]
			for _, s := range p.Series {
				switch s.(type) {
				case *Raster, *HeatMap:
				default:
					exact[i] = false
				}
				if f.X.Min != f.X.Max && p.Y.Min != p.Y.Max {
					continue // the data do not matter
				}
				x0, x1, y0, y1 := s.bounds()
				x, y[i] = wider(x, x0, x1), wider(y[i], y0, y1)
			}
		}
		y[i] = limits(frames[0].Panels[i].Y, y[i])
	}
	if n := len(f.X.Categories); n > 0 {
		x = wider(x, -0.5, float64(n)-0.5)
	}
	return limits(f.X, x), y, exact
}

func limits(a Axis, data [2]float64) [2]float64 {
	low, high := data[0], data[1]
	if a.Min != a.Max {
		low, high = a.Min, a.Max
	}
	size := max(math.Abs(low), math.Abs(high))
	switch {
	case !(low <= high): // nothing to show
		return [2]float64{0, 1}
	case size < tiny:
		return [2]float64{-1, 1}
	case high/2-low/2 <= 1e-12*size: // numbers have no ticks in between
		return [2]float64{round(low - size/10), round(high + size/10)}
	}
	return [2]float64{low, high}
}

// round leaves 12 digits, so that limits do not miss a tick by the last one.
func round(x float64) float64 {
	x, _ = strconv.ParseFloat(strconv.FormatFloat(x, 'g', 12, 64), 64)
	return x
}

// Scaled returns the figure with the limits of all axes in place, and with
// axes whose numbers nobody can read, below 1e-4 or from 1e7 on, shown in a
// power of ten of their unit: "1e-300 s". The data of the others are shared
// with f.
func (f Figure) Scaled() Figure {
	x, y, _ := f.extent()
	ex, ey := exponent(x), make([]int, len(y))
	for i := range ey {
		ey[i] = exponent(y[i])
	}
	out := f.each(func(i int, p Panel) Panel {
		p.Y = p.Y.scaled(ey[i])
		for j, s := range p.Series {
			p.Series[j] = s.scaled(math.Pow10(ex), math.Pow10(ey[i]))
		}
		return p
	})
	out.X = f.X.scaled(ex)
	x, y = out.limits()
	out.X.Min, out.X.Max = x[0], x[1]
	return out.each(func(i int, p Panel) Panel {
		p.Y.Min, p.Y.Max = y[i][0], y[i][1]
		return p
	})
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

func (a Axis) scaled(e int) Axis {
	if e == 0 {
		return a
	}
	by := math.Pow10(e)
	a.Min, a.Max = a.Min/by, a.Max/by
	a.Unit = strings.TrimSpace(fmt.Sprintf("1e%d %s", e, a.Unit))
	return a
}
