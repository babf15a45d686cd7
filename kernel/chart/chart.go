package chart

import (
	"fmt"
	"math"
	"reflect"
	"slices"
)

// Figure is a set of panels that share a horizontal axis. [Stack] makes one of
// signals and spike trains over time. A figure of several runs has Frames in
// place of Panels: it shows one at a time, with a slider to choose which.
type Figure struct {
	Title   string
	Alt     string // what the figure shows, for readers who cannot see it
	X       Axis
	Panels  []Panel
	Columns int // panels side by side in a row; 0 means 1, each panel below the last

	Frames []Frame // alike in their panels' number, heights and axes
	Slider string  // what the slider changes: "Peak rate"
	Frame  int     // index of the frame shown first, and of the one in a still picture
}

// Frame is one run of a [Figure] with a slider.
type Frame struct {
	Label  string // the slider's value: "40 pps"
	Panels []Panel
}

// Panel is one data area with its axes and series. It is made by [Signals],
// [Spikes], [Bins] or [Rates], or as a literal; any field can be set afterwards.
type Panel struct {
	Title  string
	X      Axis // the panel's own horizontal axis; the zero Axis means that of the figure
	Y      Axis
	Height int // of the data area in px; 0 means 170
	Series []Series
	Legend bool
	Colors ColorMap // of series without a colour, first to last; nil means distinct colours

	Right       Axis // a second vertical axis, on the right, for RightSeries
	RightSeries []Series

	start, stop float64 // s; the time covered by what a constructor was given
	refused     error   // why a constructor could not show what it was given
}

// Colored returns the panel with lines coloured from the first to the last colour
// of a map, as in chart.Signals("Rates", rates...).Colored(chart.Rainbow).
func (p Panel) Colored(m ColorMap) Panel {
	p.Colors = m
	return p
}

// Limits of what a page can hold.
const (
	maxHeight  = 2000 // px of a panel
	maxFrames  = 200
	maxColumns = 6
)

// shown returns the panels of each frame; a figure without frames has one.
func (f Figure) shown() []Frame {
	if len(f.Frames) > 0 {
		return f.Frames
	}
	return []Frame{{Panels: f.Panels}}
}

// Validate reports what cannot be drawn. The error names the figure, frame,
// panel, series, index and value.
func (f Figure) Validate() error {
	if err := f.validate(); err != nil {
		return fmt.Errorf("chart: figure %q: %w", f.Title, err)
	}
	return nil
}

func (f Figure) validate() error {
	frames := f.shown()
	switch {
	case len(f.Frames) > 0 && len(f.Panels) > 0:
		return fmt.Errorf("it has both panels and frames; give one of them")
	case len(frames) > maxFrames:
		return fmt.Errorf("%d frames are more than %d", len(frames), maxFrames)
	case f.Frame != 0 && (f.Frame < 0 || f.Frame >= len(frames)):
		return fmt.Errorf("it begins with frame %d of %d", f.Frame, len(frames))
	case len(frames[0].Panels) == 0:
		return fmt.Errorf("it has no panels")
	case f.Columns < 0 || f.Columns > maxColumns:
		return fmt.Errorf("%d columns are not in 0..%d", f.Columns, maxColumns)
	}
	if err := f.X.check(); err != nil {
		return err
	}
	for i, frame := range frames {
		if err := frame.check(f.X, frames[0]); err != nil {
			if len(f.Frames) > 0 {
				return fmt.Errorf("frame %d (%q): %w", i, frame.Label, err)
			}
			return err
		}
	}
	return nil
}

// check reports what cannot be drawn in a frame, and how it differs from the
// first one, whose axes it uses.
func (f Frame) check(x Axis, first Frame) error {
	if len(f.Panels) != len(first.Panels) {
		return fmt.Errorf("%d panels, the first frame has %d", len(f.Panels), len(first.Panels))
	}
	for i, p := range f.Panels {
		if err := p.check(x, first.Panels[i]); err != nil {
			return fmt.Errorf("panel %d (%q): %w", i, p.Title, err)
		}
	}
	return nil
}

func (p Panel) check(x Axis, first Panel) error {
	switch {
	case p.refused != nil:
		return p.refused
	case p.Height < 0 || p.Height > maxHeight:
		return fmt.Errorf("a height of %d px is not in 0..%d", p.Height, maxHeight)
	case p.Height != first.Height || p.Legend != first.Legend:
		return fmt.Errorf("its height or legend is not that of the first frame")
	case (len(p.RightSeries) > 0) != (len(first.RightSeries) > 0):
		return fmt.Errorf("only one of it and the first frame has series on the right axis")
	}
	for _, a := range []struct{ this, first Axis }{{p.X, first.X}, {p.Y, first.Y}, {p.Right, first.Right}} {
		if err := a.this.check(); err != nil {
			return err
		}
		if err := a.this.same(a.first); err != nil {
			return err
		}
	}
	if !p.X.isZero() {
		x = p.X
	}
	for j, s := range p.Series {
		if err := checkSeries(s, x, p.Y, len(p.RightSeries) > 0); err != nil {
			return fmt.Errorf("series %d: %w", j, err)
		}
	}
	for j, s := range p.RightSeries {
		if err := checkSeries(s, x, p.Right, true); err != nil {
			return fmt.Errorf("right series %d: %w", j, err)
		}
	}
	return nil
}

// checkSeries reports what cannot be drawn of a series on two axes, of which
// the vertical one may have another beside it.
func checkSeries(s Series, x, y Axis, twoAxes bool) error {
	if s == nil {
		return fmt.Errorf("it is nil")
	}
	if v := reflect.ValueOf(s); v.Kind() == reflect.Pointer && v.IsNil() {
		return fmt.Errorf("it is a nil %T", s)
	}
	switch s.(type) {
	case Line, *Line, Band, *Band, Bars, *Bars, Rule, *Rule:
	case Raster, *Raster, HeatMap, *HeatMap:
		if y.Log {
			return fmt.Errorf("a %T has rows, which a log axis cannot number", s)
		}
		if twoAxes {
			return fmt.Errorf("a %T stands in a panel without a right axis", s)
		}
	default: // a struct that embeds one
		return fmt.Errorf("a %T cannot be drawn; use a Line, Band, Bars, Rule, Raster or HeatMap of package chart", s)
	}
	if err := s.check(x); err != nil {
		return err
	}
	return checkCategories(s, x, y)
}

// checkCategories refuses bars and rows beyond the categories of their axis, which
// would have no name.
func checkCategories(s Series, x, y Axis) error {
	if v := reflect.ValueOf(s); v.Kind() == reflect.Pointer {
		s, _ = v.Elem().Interface().(Series)
	}
	switch t := s.(type) {
	case Bars:
		n := float64(len(x.Categories))
		for i, at := range t.X {
			if n > 0 && !(at > -0.5 && at < n-0.5) {
				return fmt.Errorf("bar %d of %d is at %v on the axis %q, whose %d categories are at 0 to %v", i+1, len(t.X), at, x.Text(), len(x.Categories), n-1)
			}
		}
	case HeatMap:
		if n := len(y.Categories); n > 0 && len(t.Rows) > n {
			return fmt.Errorf("the map has %d rows, the axis %q %d categories", len(t.Rows), y.Text(), n)
		}
	case Raster:
		if n := len(y.Categories); n > 0 && len(t.Trains) > n {
			return fmt.Errorf("the raster has %d rows, the axis %q %d categories", len(t.Trains), y.Text(), n)
		}
	}
	return nil
}

// same reports how an axis differs from that of the first frame.
func (a Axis) same(first Axis) error {
	switch {
	case a.Label != first.Label || a.Unit != first.Unit || a.Min != first.Min || a.Max != first.Max || a.Log != first.Log:
		return fmt.Errorf("its axis %q from %v to %v is not the first frame's %q from %v to %v", a.Text(), a.Min, a.Max, first.Text(), first.Min, first.Max)
	case !slices.Equal(a.Categories, first.Categories):
		return fmt.Errorf("its axis %q has the categories %q, in the first frame %q", a.Text(), a.Categories, first.Categories)
	}
	return nil
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
