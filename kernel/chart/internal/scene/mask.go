package scene

import (
	"fmt"
	"math"
	"slices"

	"gomyogen/kernel/chart"
	"gomyogen/myogen/neo"
	"gomyogen/myogen/units"
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
					s.Series, n = positive(s.Series, p.X.Log, s.log)
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

// positive returns what a series has above 0, nil for a line that is not, and
// how many values are left out.
func positive(s chart.Series, x, y bool) (shown chart.Series, masked int) {
	below := func(v float64, log bool) bool { return log && v <= 0 }
	switch s := s.(type) {
	case *chart.Line:
		out := *s
		out.X, out.Y, out.Error = nil, nil, nil
		for i, v := range s.Y {
			if below(s.X[i], x) {
				masked++
				continue
			}
			if below(v, y) {
				v = math.NaN()
				masked++
			}
			out.X, out.Y = append(out.X, s.X[i]), append(out.Y, v)
			if s.Error != nil {
				out.Error = append(out.Error, s.Error[i])
			}
		}
		if n := len(s.Y); len(s.X) > n && len(out.Y) > 0 { // the end of the last step
			out.X = append(out.X, s.X[n])
		}
		return &out, masked
	case *chart.Band:
		out := *s
		out.X, out.Low, out.High = nil, nil, nil
		for i, high := range s.High {
			if below(s.X[i], x) {
				masked++
				continue
			}
			if below(high, y) {
				high = math.NaN()
				masked++
			}
			out.X, out.Low, out.High = append(out.X, s.X[i]), append(out.Low, s.Low[i]), append(out.High, high)
		}
		return &out, masked
	case *chart.Bars:
		out := *s
		out.Y = slices.Clone(s.Y)
		for i, v := range out.Y {
			if below(v, y) {
				out.Y[i] = math.NaN()
				masked++
			}
		}
		return &out, masked
	case *chart.Rule:
		if below(s.At, s.Vertical && x || !s.Vertical && y) {
			return nil, 1
		}
	case *chart.Raster:
		out := *s
		out.Trains = make([]neo.SpikeTrain, len(s.Trains))
		for i, t := range s.Trains {
			n := len(t.Times)
			t.Times = slices.DeleteFunc(slices.Clone(t.Times), func(at units.Time) bool { return below(float64(at), x) })
			out.Trains[i] = t
			masked += n - len(t.Times)
		}
		return &out, masked
	}
	return s, 0
}

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
