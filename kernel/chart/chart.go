// Package chart describes figures: panels on one shared horizontal axis, with
// series of a few kinds. A description is drawn twice, alive in a web page by
// chart/live and as a still picture by chart/still.
package chart

import (
	"fmt"
	"image/color"
	"math"

	"gomyogen/myogen/neo"
)

// Figure is panels above each other on one shared horizontal axis.
type Figure struct {
	Title  string
	Alt    string // what the figure shows, for readers who cannot see it
	X      Axis
	Panels []Panel
}

// Axis is an axis with its label ("Time"), unit ("s") and limits; equal limits
// stand for those of the data.
type Axis struct {
	Label, Unit string
	Min, Max    float64
}

// Text returns label and unit: "Time (s)".
func (a Axis) Text() string {
	if a.Unit == "" {
		return a.Label
	}
	return a.Label + " (" + a.Unit + ")"
}

// Panel is one pair of axes.
type Panel struct {
	Title  string
	Y      Axis
	Height int // px; 0 means 170
	Series []Series
	Legend bool
}

// Pixels returns the height of the panel.
func (p Panel) Pixels() int {
	if p.Height == 0 {
		return 170
	}
	return p.Height
}

// Series is a *Line, a *Raster or a *HeatMap.
type Series interface {
	check() error
	bounds() (x0, x1, y0, y1 float64)
}

// Line connects points. NaN in Y is a gap.
type Line struct {
	Name   string
	X, Y   []float64
	Color  color.RGBA // zero means the panel's next colour
	Dashed bool
	Width  float64 // px; 0 means 1.5
}

// Raster marks each spike of each train in a row of its own, the first at the
// bottom. Times are shown in seconds.
type Raster struct {
	Trains []neo.SpikeTrain
	Colors ColorMap
}

// HeatMap shows the values of rows as colours, the first row at the bottom,
// from X0 to X1.
type HeatMap struct {
	Rows     [][]float64
	X0, X1   float64
	Min, Max float64 // values of the first and the last colour
	Colors   ColorMap
	Label    string // of the colour bar
}

// Signal returns a line of an analog signal over time in seconds.
func Signal(s neo.AnalogSignal) *Line {
	l := &Line{Name: s.Name, X: make([]float64, len(s.Values)), Y: s.Values}
	for i := range s.Values {
		l.X[i] = s.Time(i).Seconds()
	}
	return l
}

// Validate tells what cannot be drawn, naming panel, series, index and value.
func (f Figure) Validate() error {
	if len(f.Panels) == 0 {
		return fmt.Errorf("chart: figure %q has no panels", f.Title)
	}
	for i, p := range f.Panels {
		for j, s := range p.Series {
			if s == nil {
				return fmt.Errorf("chart: panel %d, series %d is nil", i, j)
			}
			if err := s.check(); err != nil {
				return fmt.Errorf("chart: panel %d (%q), series %d: %w", i, p.Title, j, err)
			}
		}
		for _, a := range []Axis{p.Y, f.X} {
			if !finite(a.Min) || !finite(a.Max) || a.Min > a.Max {
				return fmt.Errorf("chart: panel %d (%q): the axis %q goes from %v to %v", i, p.Title, a.Label, a.Min, a.Max)
			}
		}
	}
	return nil
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

func (l *Line) check() error {
	if len(l.X) != len(l.Y) {
		return fmt.Errorf("%d x values and %d y values", len(l.X), len(l.Y))
	}
	for i := range l.X {
		if !finite(l.X[i]) || math.IsInf(l.Y[i], 0) {
			return fmt.Errorf("point %d is (%v, %v)", i, l.X[i], l.Y[i])
		}
	}
	return nil
}

func (r *Raster) check() error {
	for i, t := range r.Trains {
		for j, x := range t.Times {
			if !finite(float64(x)) {
				return fmt.Errorf("train %d, spike %d is at %v", i, j, x)
			}
		}
	}
	return nil
}

func (h *HeatMap) check() error {
	if !finite(h.X0) || !finite(h.X1) || !(h.X1 > h.X0) {
		return fmt.Errorf("the map goes from %v to %v", h.X0, h.X1)
	}
	if !finite(h.Min) || !finite(h.Max) || !(h.Max > h.Min) {
		return fmt.Errorf("the colours go from %v to %v", h.Min, h.Max)
	}
	for i, row := range h.Rows {
		if len(row) != len(h.Rows[0]) || len(row) == 0 {
			return fmt.Errorf("row %d has %d values, row 0 has %d", i, len(row), len(h.Rows[0]))
		}
		for j, x := range row {
			if !finite(x) {
				return fmt.Errorf("row %d, value %d is %v", i, j, x)
			}
		}
	}
	return nil
}

func (l *Line) bounds() (x0, x1, y0, y1 float64) {
	x0, y0 = math.Inf(1), math.Inf(1)
	x1, y1 = math.Inf(-1), math.Inf(-1)
	for i, y := range l.Y {
		if !math.IsNaN(y) {
			x0, x1, y0, y1 = min(x0, l.X[i]), max(x1, l.X[i]), min(y0, y), max(y1, y)
		}
	}
	return x0, x1, y0, y1
}

func (r *Raster) bounds() (x0, x1, y0, y1 float64) {
	x0, x1 = math.Inf(1), math.Inf(-1)
	for _, t := range r.Trains {
		for _, x := range t.Times {
			x0, x1 = min(x0, x.Seconds()), max(x1, x.Seconds())
		}
	}
	return x0, x1, -0.5, max(float64(len(r.Trains))-0.5, 0.5)
}

func (h *HeatMap) bounds() (x0, x1, y0, y1 float64) {
	return h.X0, h.X1, -0.5, max(float64(len(h.Rows))-0.5, 0.5)
}

// Limits returns the limits of the shared axis and of a panel's own, with room
// around the data where the description leaves them open.
func (f Figure) Limits(panel int) (x0, x1, y0, y1 float64) {
	x0, x1, y0, y1 = math.Inf(1), math.Inf(-1), math.Inf(1), math.Inf(-1)
	for i, p := range f.Panels {
		for _, s := range p.Series {
			a, b, c, d := s.bounds()
			x0, x1 = min(x0, a), max(x1, b)
			if i == panel {
				y0, y1 = min(y0, c), max(y1, d)
				if _, ok := s.(*Line); ok && c < d {
					y1 = max(y1, d+0.05*(d-c))
				}
			}
		}
	}
	x0, x1 = limits(f.X, x0, x1)
	y0, y1 = limits(f.Panels[panel].Y, y0, y1)
	return x0, x1, y0, y1
}

func limits(a Axis, low, high float64) (float64, float64) {
	switch {
	case a.Min != a.Max:
		return a.Min, a.Max
	case !(low <= high): // nothing to show
		return 0, 1
	case low == high:
		room := max(math.Abs(low)/10, math.SmallestNonzeroFloat64*1e10)
		return low - room, high + room
	}
	return low, high
}

// Thin returns at most about 2*columns points of the line that look the same
// drawn over so many columns of pixels: the lowest and the highest of each.
func (l *Line) Thin(columns int) (x, y []float64) {
	if len(l.X) <= 2*columns {
		return l.X, l.Y
	}
	per := (len(l.X) + columns - 1) / columns
	for i := 0; i < len(l.X); i += per {
		end := min(i+per, len(l.X))
		low, high := i, i
		for j := i; j < end; j++ {
			if l.Y[j] < l.Y[low] || math.IsNaN(l.Y[low]) {
				low = j
			}
			if l.Y[j] > l.Y[high] || math.IsNaN(l.Y[high]) {
				high = j
			}
		}
		first, second := min(low, high), max(low, high)
		x, y = append(x, l.X[first]), append(y, l.Y[first])
		if second != first {
			x, y = append(x, l.X[second]), append(y, l.Y[second])
		}
	}
	return x, y
}
