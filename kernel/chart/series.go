package chart

import (
	"fmt"
	"image/color"
	"math"

	"gomyogen/myogen/neo"
	"gomyogen/myogen/units"
)

// Series is what a panel shows: a [Line], [Band], [Bars], [Rule], [Raster] or
// [HeatMap], as a value or a pointer.
type Series interface {
	check(x Axis) error // over the horizontal axis x
}

// Line connects points. NaN in Y is a gap.
type Line struct {
	Name    string
	X, Y    []float64
	Error   []float64  // half the length of an error bar at each point, an SD or SEM; nil or NaN means none
	Color   color.RGBA // zero means the panel's next colour
	Width   float64    // px; 0 means 1.5
	Dashed  bool
	Step    bool   // hold each Y until the next X; X may have one value more, the end of the last step
	Marker  Marker // at each point
	Scatter bool   // markers alone, with no line between them

	refused error // of the signal that it was made of
}

// Marker is the sign at each point of a [Line].
type Marker int

// Markers. AutoMarker, the zero value, draws circles on a point that is alone and on
// solid lines of 3 to 30 points, and beside such a line on those of up to 60; none on
// others.
const (
	AutoMarker Marker = iota
	NoMarker
	Circle
	Square
	Triangle
	Diamond
)

// Band fills the area between two values at each X: a mean plus and minus a
// standard deviation, say. NaN is a gap.
type Band struct {
	Name         string
	X, Low, High []float64
	Color        color.RGBA // of the edges, the area is lighter; zero means the panel's next colour
}

// Bars are vertical bars from zero to Y, centreed on X; on a log axis they start
// at the axis.
type Bars struct {
	Name  string
	X, Y  []float64
	Error []float64  // half the length of the error bar on each bar; nil or NaN means none
	Width float64    // in units of X; 0 means 0.8 of the smallest distance
	Color color.RGBA // zero means the panel's next colour
}

// Rule is a reference line across the panel: horizontal at a Y, or, when
// Vertical, at an X.
type Rule struct {
	Name     string // written beside the line
	At       float64
	Vertical bool
	Color    color.RGBA // zero means Grey
	Solid    bool       // dashed otherwise
}

// Raster marks each spike of each train in a row of its own, the first train at
// the bottom. Times are shown in seconds.
type Raster struct {
	Trains []neo.SpikeTrain
	Colors ColorMap // of the rows, first to last; nil means Viridis
}

// HeatMap shows values as colours in rows, the first row at the bottom. Each row
// holds evenly spaced values from X0 to X1. NaN stays empty.
type HeatMap struct {
	Rows     [][]float64
	X0, X1   float64
	Min, Max float64  // values of the first and the last colour; equal means from the data
	Colors   ColorMap // nil means Viridis
	Label    string   // of the colour bar, with the unit: "Rate (pps)"
}

// Signal returns a line of an analog signal over time in seconds. One that is Binned,
// such as a time histogram, is steps as wide as its bins.
func Signal(s neo.AnalogSignal) *Line {
	if err := s.Validate(); err != nil {
		return &Line{Name: s.Name, refused: err}
	}
	l := &Line{Name: s.Name, X: make([]float64, len(s.Values)), Y: s.Values, Step: s.Binned}
	for i := range s.Values {
		l.X[i] = seconds(s.Time(i))
	}
	if s.Binned && len(s.Values) > 0 {
		l.X = append(l.X, seconds(s.TStop()))
	}
	return l
}

// seconds returns a time in seconds to a tenth of a nanosecond, so that the sample
// at 3*0.1 ms is at 0.0003 s and not at 0.00030000000000000003.
func seconds(t units.Time) float64 { return math.Round(t.Seconds()*1e10) / 1e10 }

func (l Line) check(Axis) error {
	switch {
	case l.refused != nil:
		return l.refused
	case l.Marker < AutoMarker || l.Marker > Diamond:
		return fmt.Errorf("the line %q has the marker %d", l.Name, l.Marker)
	case l.Scatter && l.Marker == NoMarker:
		return fmt.Errorf("the line %q is Scatter with NoMarker: nothing to draw", l.Name)
	case l.Scatter && l.Step:
		return fmt.Errorf("the line %q is both Scatter and Step", l.Name)
	case !finite(l.Width) || l.Width < 0:
		return fmt.Errorf("the line %q is %v px wide", l.Name, l.Width)
	}
	edges := l.X
	if n := len(l.Y); l.Step && n > 0 && len(edges) == n+1 {
		if end := edges[n]; !finite(end) || end < edges[n-1] {
			return fmt.Errorf("the last step ends at %v, it begins at %v", end, edges[n-1])
		}
		edges = edges[:n]
	}
	return checkPoints(edges, l.Y, l.Error)
}

// checkPoints allows gaps in y, and nothing infinite.
func checkPoints(xs, ys, half []float64) error {
	if len(xs) != len(ys) {
		return fmt.Errorf("%d x values and %d y values", len(xs), len(ys))
	}
	if half != nil && len(half) != len(ys) {
		return fmt.Errorf("%d errors and %d y values", len(half), len(ys))
	}
	for i := range xs {
		if !finite(xs[i]) || math.IsInf(ys[i], 0) {
			return fmt.Errorf("point %d is (%v, %v)", i, xs[i], ys[i])
		}
		if half != nil && (math.IsInf(half[i], 0) || half[i] < 0) {
			return fmt.Errorf("the error of point %d is %v", i, half[i])
		}
	}
	return nil
}

func (b Band) check(Axis) error {
	if len(b.X) != len(b.Low) || len(b.X) != len(b.High) {
		return fmt.Errorf("%d x values, %d low and %d high ones", len(b.X), len(b.Low), len(b.High))
	}
	for i := range b.X {
		if !finite(b.X[i]) || math.IsInf(b.Low[i], 0) || math.IsInf(b.High[i], 0) || b.Low[i] > b.High[i] || i > 0 && b.X[i] < b.X[i-1] {
			return fmt.Errorf("point %d goes from %v to %v at %v", i, b.Low[i], b.High[i], b.X[i])
		}
	}
	return nil
}

func (b Bars) check(x Axis) error {
	if !finite(b.Width) || b.Width < 0 {
		return fmt.Errorf("bars are %v wide", b.Width)
	}
	if x.Log {
		return fmt.Errorf("bars have one width, which the log axis %q cannot show; use a Line with Step", x.Text())
	}
	return checkPoints(b.X, b.Y, b.Error)
}

func (r Rule) check(Axis) error {
	if !finite(r.At) {
		return fmt.Errorf("the line %q is at %v", r.Name, r.At)
	}
	return nil
}

func (r Raster) check(Axis) error {
	for i, t := range r.Trains {
		if t.TStart == 0 && t.TStop == 0 { // no span was given: it is that of the spikes
			for _, at := range t.Times {
				if finite(float64(at)) {
					t.TStart, t.TStop = min(t.TStart, at), max(t.TStop, at)
				}
			}
		}
		if err := t.Validate(); err != nil {
			return fmt.Errorf("row %d: %w", i, err)
		}
	}
	return nil
}

func (h HeatMap) check(x Axis) error {
	switch {
	case !finite(h.X0) || !finite(h.X1) || !(h.X1 > h.X0):
		return fmt.Errorf("the map goes from %v to %v", h.X0, h.X1)
	case !finite(h.Min) || !finite(h.Max) || h.Max < h.Min || h.Max == h.Min && h.Max != 0:
		return fmt.Errorf("the colours go from %v to %v", h.Min, h.Max)
	case x.Log:
		return fmt.Errorf("a map has even columns, which the log axis %q cannot show", x.Text())
	}
	for i, row := range h.Rows {
		if len(row) != len(h.Rows[0]) || len(row) == 0 {
			return fmt.Errorf("row %d has %d values, row 0 has %d", i, len(row), len(h.Rows[0]))
		}
		for j, v := range row {
			if math.IsInf(v, 0) {
				return fmt.Errorf("row %d, value %d is %v", i, j, v)
			}
		}
	}
	return nil
}
