package scene

import (
	"image/color"
	"math"

	"gomyogen/kernel/chart"
)

type band struct{ *chart.Band }

func (s band) points() int               { return len(s.X) }
func (s band) label() string             { return s.Name }
func (s band) color() (color.RGBA, bool) { return s.Color, true }
func (s band) rows() bool                { return false }

func (s band) bounds(_, log bool) box {
	b := empty()
	for i, x := range s.X {
		if s.Low[i] <= s.High[i] {
			b.add(x, s.High[i])
			if !log || s.Low[i] > 0 {
				b.add(x, s.Low[i])
			}
		}
	}
	return b
}

func (s band) divided(x, y float64) chart.Series {
	c := *s.Band
	c.X, c.Low, c.High = divided(s.X, x), divided(s.Low, y), divided(s.High, y)
	return &c
}

func (s band) masked(x, y bool) (shown chart.Series, n int) {
	out := *s.Band
	out.X, out.Low, out.High = nil, nil, nil
	for i, high := range s.High {
		if below(s.X[i], x) {
			n++
			continue
		}
		if below(high, y) {
			high = math.NaN()
			n++
		}
		out.X, out.Low, out.High = append(out.X, s.X[i]), append(out.Low, s.Low[i]), append(out.High, high)
	}
	return &out, n
}

func (s band) within(x0, x1 float64) chart.Series {
	start, stop := inside(s.X, x0, x1)
	if stop-start == len(s.X) {
		return s.Band
	}
	c := *s.Band
	c.X, c.Low, c.High = s.X[start:stop], s.Low[start:stop], s.High[start:stop]
	return &c
}

func (s band) thin(columns int, log bool) chart.Series { return ThinBand(s.Band, columns, log) }

func (s band) words(points int) string {
	return pointsWords("band", s.Name, points, nil, s.Low, s.High)
}

// ThinBand returns the band over at most so many columns: the widest area of each.
func ThinBand(b *chart.Band, columns int, log bool) *chart.Band {
	if len(b.X) <= columns {
		return b
	}
	out := &chart.Band{Name: b.Name, Color: b.Color}
	column := columnOf(b.X, columns, log)
	for from, end := 0, 0; from < len(b.X); from = end {
		end = endOf(column, from, len(b.X))
		low, high := math.Inf(1), math.Inf(-1)
		for j := from; j < end; j++ {
			if b.Low[j] <= b.High[j] {
				low, high = min(low, b.Low[j]), max(high, b.High[j])
			}
		}
		if low > high {
			low, high = math.NaN(), math.NaN()
		}
		out.X, out.Low, out.High = append(out.X, b.X[from]), append(out.Low, low), append(out.High, high)
	}
	return out
}
