package scene

import (
	"fmt"
	"slices"

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

// title says in the titles of panels what is left out, for those who see them.
func (f *Figure) title() {
	for i := range f.Frames {
		for j := range f.Frames[i].Panels {
			switch p := &f.Frames[i].Panels[j]; {
			case p.Masked > 0 && p.Title != "":
				p.Title += " (" + maskedWords(p.Masked) + ")"
			case p.Masked > 0:
				p.Title = maskedWords(p.Masked)
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
