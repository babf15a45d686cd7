package chart

import (
	"fmt"
	"image/color"
	"math"
	"reflect"
	"slices"
	"strings"

	"gomyogen/myogen/neo"
	"gomyogen/myogen/units"
)

// Series is a *Line, *Step, *Band, *Bars, *Rule, *Raster or *HeatMap.
type Series interface {
	check() error
	bounds() (x0, x1, y0, y1 float64)
	scaled(x, y float64) Series // in units of x and y
	within(x0, x1 float64) Series
	thin(columns int) Series // with what a live chart keeps
	label() string           // what a legend calls it; empty if it stays out
	summary() string         // in words, for readers who cannot see it
}

// Line connects points. NaN in Y is a gap.
type Line struct {
	Name   string
	X, Y   []float64
	Color  color.RGBA // zero means the panel's next colour
	Dashed bool
	Width  float64 // px; 0 means 1.5
	Of     int     // points before Thin left some out, which sets it
}

// Step holds each value until the next x. NaN in Y is a gap. Its fields are those
// of a Line, into which it can be converted.
type Step struct {
	Name   string
	X, Y   []float64
	Color  color.RGBA // zero means the panel's next colour
	Dashed bool
	Width  float64 // px; 0 means 1.5
	Of     int     // points before Thin left some out, which sets it
}

// Band fills the room between two values at each x: a standard deviation, say.
// NaN is a gap.
type Band struct {
	Name         string
	X, Low, High []float64
	Color        color.RGBA // of its edge, the filling is lighter; zero means the panel's next colour
	Of           int        // points before Thin left some out, which sets it
}

// Bars stand on zero, centred on their x.
type Bars struct {
	Name  string
	X, Y  []float64
	Width float64    // in units of x; 0 means 0.8 of the smallest distance
	Color color.RGBA // zero means the panel's next colour
}

// Rule is a reference line across the panel: at a y, or, when Vertical, at an x.
type Rule struct {
	Name     string // written at the line
	At       float64
	Vertical bool
	Color    color.RGBA // zero means Grey
	Solid    bool       // dashed otherwise
}

// Raster marks each spike of each train in a row of its own, the first at the
// bottom. Times are shown in seconds.
type Raster struct {
	Trains []neo.SpikeTrain
	Colors ColorMap
}

// HeatMap shows the values of rows as colours, the first row at the bottom,
// from X0 to X1. NaN stays empty.
type HeatMap struct {
	Rows     [][]float64
	X0, X1   float64
	Min, Max float64 // values of the first and the last colour
	Colors   ColorMap
	Label    string // of the colour bar, with the unit: "Rate (pps)"
	Of       int    // values before Thin took their means, which sets it
}

// Signal returns a line of an analog signal over time in seconds.
func Signal(s neo.AnalogSignal) *Line {
	l := &Line{Name: s.Name, X: make([]float64, len(s.Values)), Y: s.Values}
	for i := range s.Values {
		l.X[i] = s.Time(i).Seconds()
	}
	return l
}

func isNil(s Series) bool { return s == nil || reflect.ValueOf(s).IsNil() }

func (l *Line) check() error { return checkPoints(l.X, l.Y) }
func (s *Step) check() error { return checkPoints(s.X, s.Y) }

// checkPoints allows gaps in y, and nothing infinite.
func checkPoints(x, y []float64) error {
	if len(x) != len(y) {
		return fmt.Errorf("%d x values and %d y values", len(x), len(y))
	}
	for i := range x {
		if !finite(x[i]) || math.IsInf(y[i], 0) {
			return fmt.Errorf("point %d is (%v, %v)", i, x[i], y[i])
		}
	}
	return nil
}

func (b *Band) check() error {
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

func (b *Bars) check() error {
	if !finite(b.Width) || b.Width < 0 {
		return fmt.Errorf("bars are %v wide", b.Width)
	}
	if err := checkPoints(b.X, b.Y); err != nil {
		return err
	}
	return nil
}

func (r *Rule) check() error {
	if !finite(r.At) {
		return fmt.Errorf("the line %q is at %v", r.Name, r.At)
	}
	return nil
}

func (r *Raster) check() error {
	for i, t := range r.Trains {
		for j, x := range t.Times {
			if !finite(float64(x)) {
				return fmt.Errorf("train %d, spike %d is at %v", i, j, float64(x))
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
			if math.IsInf(x, 0) {
				return fmt.Errorf("row %d, value %d is %v", i, j, x)
			}
		}
	}
	return nil
}

// box grows around values that are not NaN.
type box struct{ x0, x1, y0, y1 float64 }

func newBox() *box {
	return &box{math.Inf(1), math.Inf(-1), math.Inf(1), math.Inf(-1)}
}

func (b *box) add(x, y float64) {
	if !math.IsNaN(x) && !math.IsNaN(y) {
		b.x0, b.x1, b.y0, b.y1 = min(b.x0, x), max(b.x1, x), min(b.y0, y), max(b.y1, y)
	}
}

func (b *box) limits() (x0, x1, y0, y1 float64) { return b.x0, b.x1, b.y0, b.y1 }

func pointBounds(x, y []float64) (x0, x1, y0, y1 float64) {
	b := newBox()
	for i := range x {
		b.add(x[i], y[i])
	}
	return b.limits()
}

func (l *Line) bounds() (x0, x1, y0, y1 float64) { return pointBounds(l.X, l.Y) }
func (s *Step) bounds() (x0, x1, y0, y1 float64) { return pointBounds(s.X, s.Y) }

func (b *Band) bounds() (x0, x1, y0, y1 float64) {
	r := newBox()
	for i, x := range b.X {
		if b.Low[i] <= b.High[i] {
			r.add(x, b.Low[i])
			r.add(x, b.High[i])
		}
	}
	return r.limits()
}

func (b *Bars) bounds() (x0, x1, y0, y1 float64) {
	r, half := newBox(), b.Wide()/2
	for i, y := range b.Y {
		if !math.IsNaN(y) {
			r.add(b.X[i]-half, min(y, 0))
			r.add(b.X[i]+half, max(y, 0))
		}
	}
	return r.limits()
}

func (r *Rule) bounds() (x0, x1, y0, y1 float64) {
	if r.Vertical {
		return r.At, r.At, math.Inf(1), math.Inf(-1)
	}
	return math.Inf(1), math.Inf(-1), r.At, r.At
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

// Wide returns the width of the bars in units of x.
func (b *Bars) Wide() float64 {
	if b.Width > 0 || len(b.X) == 0 {
		return b.Width
	}
	near := math.Inf(1)
	x := slices.Sorted(slices.Values(b.X))
	for i := 1; i < len(x); i++ {
		if d := x[i] - x[i-1]; d > 0 {
			near = min(near, d)
		}
	}
	if math.IsInf(near, 1) {
		near = 1
	}
	return 0.8 * near
}

func divided(x []float64, by float64) []float64 {
	if by == 1 {
		return x
	}
	out := make([]float64, len(x))
	for i := range x {
		out[i] = x[i] / by
	}
	return out
}

func (l *Line) scaled(x, y float64) Series {
	c := *l
	c.X, c.Y = divided(l.X, x), divided(l.Y, y)
	return &c
}

func (s *Step) scaled(x, y float64) Series {
	c := *s
	c.X, c.Y = divided(s.X, x), divided(s.Y, y)
	return &c
}

func (b *Band) scaled(x, y float64) Series {
	c := *b
	c.X, c.Low, c.High = divided(b.X, x), divided(b.Low, y), divided(b.High, y)
	return &c
}

func (b *Bars) scaled(x, y float64) Series {
	c := *b
	c.X, c.Y, c.Width = divided(b.X, x), divided(b.Y, y), b.Wide()/x
	return &c
}

func (r *Rule) scaled(x, y float64) Series {
	c := *r
	if c.Vertical {
		c.At /= x
	} else {
		c.At /= y
	}
	return &c
}

// A row stays a row: only times are scaled.
func (r *Raster) scaled(x, _ float64) Series {
	if x == 1 {
		return r
	}
	c := Raster{Colors: r.Colors}
	for _, t := range r.Trains {
		times := make([]units.Time, len(t.Times))
		for i := range times {
			times[i] = units.Time(float64(t.Times[i]) / x)
		}
		t.Times = times
		c.Trains = append(c.Trains, t)
	}
	return &c
}

func (h *HeatMap) scaled(x, _ float64) Series {
	c := *h
	c.X0, c.X1 = h.X0/x, h.X1/x
	if e := exponent([2]float64{h.Min, h.Max}); e != 0 {
		by := math.Pow10(e)
		c.Min, c.Max, c.Label = h.Min/by, h.Max/by, strings.TrimSpace(fmt.Sprintf("%s 1e%d", h.Label, e))
		c.Rows = make([][]float64, len(h.Rows))
		for i, row := range h.Rows {
			c.Rows[i] = divided(row, by)
		}
	}
	return &c
}

func (l *Line) label() string  { return l.Name }
func (s *Step) label() string  { return s.Name }
func (b *Band) label() string  { return b.Name }
func (b *Bars) label() string  { return b.Name }
func (*Rule) label() string    { return "" }
func (*Raster) label() string  { return "" }
func (*HeatMap) label() string { return "" }

// Label returns what a legend calls the series, empty if it stays out.
func Label(s Series) string { return s.label() }

func pointSummary(kind, name string, s Series, n int) string {
	_, _, y0, y1 := s.bounds()
	if y0 > y1 {
		return fmt.Sprintf("%s %q without points", kind, name)
	}
	return fmt.Sprintf("%s %q with %d points from %.4g to %.4g", kind, name, n, y0, y1)
}

func (l *Line) summary() string { return pointSummary("line", l.Name, l, max(l.Of, len(l.X))) }
func (s *Step) summary() string { return pointSummary("steps", s.Name, s, max(s.Of, len(s.X))) }
func (b *Band) summary() string { return pointSummary("band", b.Name, b, max(b.Of, len(b.X))) }
func (b *Bars) summary() string { return pointSummary("bars", b.Name, b, len(b.X)) }

func (r *Rule) summary() string {
	if r.Vertical {
		return fmt.Sprintf("vertical line %q at %.4g", r.Name, r.At)
	}
	return fmt.Sprintf("horizontal line %q at %.4g", r.Name, r.At)
}

func (r *Raster) summary() string {
	spikes := 0
	for _, t := range r.Trains {
		spikes += len(t.Times)
	}
	return fmt.Sprintf("%d spikes of %d trains", spikes, len(r.Trains))
}

func (h *HeatMap) summary() string {
	return fmt.Sprintf("heat map of %d rows, colours from %.4g to %.4g %s", len(h.Rows), h.Min, h.Max, h.Label)
}

// manySeries is how many series of a panel the summary names.
const manySeries = 6

// Summary returns the figure in words: its Alt, then what each panel holds.
func (f Figure) Summary() string {
	var b strings.Builder
	alt := f.Alt
	if alt == "" {
		alt = f.Title
	}
	b.WriteString(alt)
	if n := len(f.Frames); n > 0 {
		fmt.Fprintf(&b, ". %s", f.FrameText(f.Frame))
	}
	for _, p := range f.Shown()[f.Frame].Panels {
		fmt.Fprintf(&b, ". %s", p.Title)
		for j, s := range p.Series {
			if j == manySeries {
				fmt.Fprintf(&b, "; and %d more", len(p.Series)-j)
				break
			}
			sep := ": "
			if j > 0 {
				sep = "; "
			}
			b.WriteString(sep + strings.TrimSpace(s.summary()))
		}
		if p.Y.Unit != "" {
			b.WriteString(" (" + p.Y.Unit + ")")
		}
	}
	return b.String() + "."
}
