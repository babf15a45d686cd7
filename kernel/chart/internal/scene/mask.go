package scene

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"gomyogen/kernel/chart"
)

// mask leaves out what log axes cannot show: a y that is not above 0 leaves a
// gap, a point whose x is not above 0, or a line there, is gone.
func (f *Figure) mask() {
	for i := range f.Frames {
		for j := range f.Frames[i].Panels {
			p := &f.Frames[i].Panels[j]
			var shown []Series
			for _, s := range p.Series {
				s.log = p.Y.Log
				if s.Right {
					s.log = p.Right.Log
				}
				n := 0
				if p.X.Log || s.log {
					s.Series, n = kindOf(s.Series).masked(p.X.Log, s.log)
				}
				s.Of -= n
				p.Masked += n
				if s.Series != nil {
					shown = append(shown, s)
				}
			}
			p.Series = shown
		}
	}
}

// below reports whether a value is not above 0 on a log axis.
func below(v float64, log bool) bool { return log && v <= 0 }

func maskedWords(n int) string {
	if n == 1 {
		return "1 value not above 0 left out"
	}
	return fmt.Sprintf("%d values not above 0 left out", n)
}

// findEmpty finds the panels whose series have no value: neither points nor rows,
// or NaN alone. A raster without spikes shows silent neurons.
func (f *Figure) findEmpty() {
	for i := range f.Frames {
		for j := range f.Frames[i].Panels {
			p := &f.Frames[i].Panels[j]
			n := 0
			p.NoData = !slices.ContainsFunc(p.Series, func(s Series) bool {
				if _, ok := s.Series.(*chart.Rule); ok { // it is beside data
					return false
				}
				n++
				return hasData(s.Series)
			}) && (n > 0 || p.Masked > 0)
		}
	}
}

func hasData(s chart.Series) bool {
	switch s := s.(type) {
	case *chart.HeatMap:
		return slices.ContainsFunc(s.Rows, func(row []float64) bool {
			return slices.ContainsFunc(row, func(v float64) bool { return !math.IsNaN(v) })
		})
	case *chart.Raster:
		return len(s.Trains) > 0
	}
	b := kindOf(s).bounds(false, false)
	return b.x0 <= b.x1 && b.y0 <= b.y1
}

// lacks says what a panel leaves out, or that it has no data.
func (p Panel) lacks() string {
	var all []string
	if p.NoData {
		all = append(all, "no data")
	}
	if p.Masked > 0 {
		all = append(all, maskedWords(p.Masked))
	}
	return strings.Join(all, ": ")
}

// title says in the titles of panels what they lack, for those who see them.
func (f *Figure) title() {
	for i := range f.Frames {
		for j := range f.Frames[i].Panels {
			switch p := &f.Frames[i].Panels[j]; {
			case p.lacks() != "" && p.Title != "":
				p.Title += " (" + p.lacks() + ")"
			case p.lacks() != "":
				p.Title = p.lacks()
			}
		}
	}
}

// clipBands lets bands that reach below 0 begin at the lower end of a log axis.
func (f *Figure) clipBands() {
	for _, frame := range f.Frames {
		for _, p := range frame.Panels {
			for j, s := range p.Series {
				b, ok := s.Series.(*chart.Band)
				if !ok || !s.log {
					continue
				}
				low := p.Y.Min
				if s.Right {
					low = p.Right.Min
				}
				c := *b
				c.Low = slices.Clone(b.Low)
				for i, v := range c.Low {
					if v <= 0 {
						c.Low[i] = min(low, c.High[i])
					}
				}
				p.Series[j].Series = &c
			}
		}
	}
}
