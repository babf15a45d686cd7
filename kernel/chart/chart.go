// Package chart describes figures: panels on one shared horizontal axis, with
// series of a few kinds. A description is drawn twice, alive in a web page by
// chart/live and as a still picture by chart/still; chart/draw calls both.
package chart

import (
	"fmt"
	"math"
	"slices"
)

// Figure is panels above each other on one shared horizontal axis. A figure of
// several runs has Frames in place of Panels: one is shown at a time, and a
// slider in the page moves through them.
type Figure struct {
	Title  string
	Alt    string // what the figure shows, for readers who cannot see it
	X      Axis
	Panels []Panel

	Frames []Frame // panels of the same number, heights and axes each
	Slider string  // what the slider changes: "Peak rate"
	Frame  int     // the frame to begin with, and the one of a still picture
}

// Frame is the panels of one run and the value of the slider: "40 pps".
type Frame struct {
	Label  string
	Panels []Panel
}

// Panel is one pair of axes.
type Panel struct {
	Title  string
	Y      Axis
	Height int // px of the data area; 0 means 170
	Series []Series
	Legend bool
}

// Pixels returns the height of the data area.
func (p Panel) Pixels() int {
	if p.Height == 0 {
		return 170
	}
	return p.Height
}

// maxHeight and maxFrames bound what a page has to hold.
const maxHeight, maxFrames = 2000, 200

// Shown returns the panels of each frame; a figure without frames has one.
func (f Figure) Shown() []Frame {
	if len(f.Frames) > 0 {
		return f.Frames
	}
	return []Frame{{Panels: f.Panels}}
}

// each returns the figure with what change makes of each panel, counted from 0
// in its frame; the series of a panel may be replaced.
func (f Figure) each(change func(i int, p Panel) Panel) Figure {
	panels := func(all []Panel) []Panel {
		out := slices.Clone(all)
		for i, p := range out {
			p.Series = slices.Clone(p.Series)
			out[i] = change(i, p)
		}
		return out
	}
	f.Panels, f.Frames = panels(f.Panels), slices.Clone(f.Frames)
	for i, frame := range f.Frames {
		f.Frames[i].Panels = panels(frame.Panels)
	}
	return f
}

// FrameText names frame i of a figure with frames: "Peak rate: 40 pps (2 of 5)".
func (f Figure) FrameText(i int) string {
	if len(f.Frames) == 0 {
		return ""
	}
	name := f.Slider
	if name == "" {
		name = "Run"
	}
	return fmt.Sprintf("%s: %s (%d of %d)", name, f.Frames[i].Label, i+1, len(f.Frames))
}

// Validate tells what cannot be drawn, naming frame, panel, series, index and
// value.
func (f Figure) Validate() error {
	if err := f.validate(); err != nil {
		return fmt.Errorf("chart: figure %q: %w", f.Title, err)
	}
	return nil
}

func (f Figure) validate() error {
	frames := f.Shown()
	switch {
	case len(f.Frames) > 0 && len(f.Panels) > 0:
		return fmt.Errorf("it has both panels and frames; give one of them")
	case len(frames) > maxFrames:
		return fmt.Errorf("%d frames are more than %d", len(frames), maxFrames)
	case f.Frame != 0 && (f.Frame < 0 || f.Frame >= len(frames)):
		return fmt.Errorf("it begins with frame %d of %d", f.Frame, len(frames))
	case len(frames[0].Panels) == 0:
		return fmt.Errorf("it has no panels")
	}
	if err := f.X.check(); err != nil {
		return err
	}
	for i, frame := range frames {
		if err := frame.check(frames[0]); err != nil {
			if len(f.Frames) > 0 {
				return fmt.Errorf("frame %d (%q): %w", i, frame.Label, err)
			}
			return err
		}
	}
	return nil
}

// check tells what cannot be drawn in a frame and what sets it apart from the
// first one, whose place it takes.
func (f Frame) check(first Frame) error {
	if len(f.Panels) != len(first.Panels) {
		return fmt.Errorf("%d panels, the first frame has %d", len(f.Panels), len(first.Panels))
	}
	for i, p := range f.Panels {
		wrap := func(err error) error { return fmt.Errorf("panel %d (%q): %w", i, p.Title, err) }
		switch q := first.Panels[i]; {
		case p.Height < 0 || p.Height > maxHeight:
			return wrap(fmt.Errorf("a height of %d px is not in 0..%d", p.Height, maxHeight))
		case p.Height != q.Height || p.Legend != q.Legend:
			return wrap(fmt.Errorf("its height or legend is not that of the first frame"))
		}
		if err := p.Y.check(); err != nil {
			return wrap(err)
		}
		if err := p.Y.same(first.Panels[i].Y); err != nil {
			return wrap(err)
		}
		for j, s := range p.Series {
			if isNil(s) {
				return wrap(fmt.Errorf("series %d is nil", j))
			}
			if err := s.check(); err != nil {
				return wrap(fmt.Errorf("series %d: %w", j, err))
			}
		}
	}
	return nil
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
