// Package scene prepares figures for drawing: every default filled in, the
// limits and ticks of all axes, the place of each panel, and the points of each
// series that can be seen. Both renderers draw from a [Figure] of this package,
// so that a live chart and a still picture agree.
package scene

import (
	"fmt"
	"image/color"
	"reflect"
	"slices"

	"gomyogen/kernel/chart"
)

// Figure is a [chart.Figure] prepared for drawing.
type Figure struct {
	Title, Alt string
	Slider     string // what it changes; empty in a figure without frames
	Frame      int    // shown first
	Columns    int
	X          chart.Axis // of panels without their own
	Frames     []Frame    // at least one
}

// Frame is the panels of one run.
type Frame struct {
	Label  string
	Words  string // what it shows, for readers who cannot see it
	Panels []Panel
}

// Panel is a data area. All its axes have limits.
type Panel struct {
	Title       string
	X, Y, Right chart.Axis
	OwnX        bool // X is not the figure's
	TwoAxes     bool // Right is in use
	Height      int
	Legend      bool
	Series      []Series
	Masked      int  // values that its log axes cannot show
	NoData      bool // none of its series has a value
}

// Series is one of *chart.Line, *chart.Band, *chart.Bars, *chart.Rule,
// *chart.Raster and *chart.HeatMap with what drawing it takes.
type Series struct {
	chart.Series
	Right bool // on the right axis
	Color color.RGBA
	Of    int  // points before some were thinned out
	Few   int  // up to so many points have markers
	log   bool // on a vertical log axis
}

const defaultHeight = 170

// New prepares a figure. The error is that of Validate. The data are shared
// with f, and never changed.
func New(f chart.Figure) (*Figure, error) {
	out, err := Unscaled(f)
	if err != nil {
		return nil, err
	}
	out.mask()
	out.findEmpty()
	ranges := out.rangesWords()
	for i := range out.Frames {
		out.Frames[i].Words = out.words(i, ranges)
	}
	out.title()
	if err := out.scale(); err != nil {
		return nil, err
	}
	return out, nil
}

// Unscaled prepares a figure with all of its own numbers, and without words and
// the limits of its axes: for a table.
func Unscaled(f chart.Figure) (*Figure, error) {
	if err := f.Validate(); err != nil {
		return nil, err
	}
	out := &Figure{Title: f.Title, Alt: f.Alt, Columns: max(f.Columns, 1), X: f.X, Frame: f.Frame}
	frames := f.Frames
	if len(frames) == 0 {
		frames = []chart.Frame{{Panels: f.Panels}}
	} else if out.Slider = f.Slider; out.Slider == "" {
		out.Slider = "Run"
	}
	for _, frame := range frames {
		g := Frame{Label: frame.Label}
		for _, p := range frame.Panels {
			g.Panels = append(g.Panels, newPanel(p, f.X))
		}
		out.Frames = append(out.Frames, g)
	}
	out.fillMaps()
	return out, nil
}

func newPanel(p chart.Panel, x chart.Axis) Panel {
	q := Panel{Title: p.Title, X: x, Y: p.Y, Right: p.Right, TwoAxes: len(p.RightSeries) > 0, Height: p.Height, Legend: p.Legend}
	if !reflect.ValueOf(p.X).IsZero() {
		q.X, q.OwnX = p.X, true
	}
	if q.Height == 0 {
		q.Height = defaultHeight
	}
	for _, s := range p.Series {
		q.Series = append(q.Series, newSeries(s, false))
	}
	for _, s := range p.RightSeries {
		q.Series = append(q.Series, newSeries(s, true))
	}
	colorSeries(q.Series, p.Colors)
	markSeries(q.Series)
	return q
}

// newSeries takes the address of a value. A line whose steps have edges gets as
// many values as edges.
func newSeries(s chart.Series, right bool) Series {
	if v := reflect.ValueOf(s); v.Kind() != reflect.Pointer {
		p := reflect.New(v.Type())
		p.Elem().Set(v)
		s = p.Interface().(chart.Series)
	}
	return Series{Series: s, Right: right, Of: kindOf(s).points()}
}

// markSeries sets up to how many points a line has markers: where one has them,
// a line with up to twice as many has them too, so that of two lines of nearly
// as many points not only one has.
func markSeries(all []Series) {
	const few = 30
	for i := range all {
		all[i].Few = few
	}
	if slices.ContainsFunc(all, func(s Series) bool { return s.Of > 1 && s.Marker() != chart.NoMarker }) {
		for i := range all {
			all[i].Few = 2 * few
		}
	}
}

// Marker returns the sign at each of the points of a line, chart.NoMarker for
// none.
func (s Series) Marker() chart.Marker {
	l, ok := s.Series.(*chart.Line)
	switch {
	case !ok:
		return chart.NoMarker
	case l.Marker == chart.AutoMarker && (l.Scatter || s.Of == 1 || s.Of > 2 && s.Of <= s.Few && !l.Dashed && !l.Step):
		return chart.Circle
	case l.Marker == chart.AutoMarker:
		return chart.NoMarker
	}
	return l.Marker
}

// FrameText names a frame of a figure with a slider: "Peak rate: 40 pps (2 of 5)".
func (f *Figure) FrameText(i int) string {
	if f.Slider == "" {
		return ""
	}
	return fmt.Sprintf("%s: %s (%d of %d)", f.Slider, f.Frames[i].Label, i+1, len(f.Frames))
}
