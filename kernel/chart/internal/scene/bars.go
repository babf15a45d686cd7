package scene

import (
	"image/color"
	"math"
	"slices"

	"gomyogen/kernel/chart"
)

type bars struct{ *chart.Bars }

func (s bars) points() int               { return len(s.X) }
func (s bars) label() string             { return s.Name }
func (s bars) color() (color.RGBA, bool) { return s.Color, true }
func (s bars) rows() bool                { return false }

func (s bars) bounds(foot, log bool) box {
	b, half := empty(), BarWidth(s.Bars)/2
	for i, y := range s.Y {
		if math.IsNaN(y) {
			continue
		}
		if foot && !log {
			b.add(s.X[i], 0)
		}
		b.addWithError(s.X[i]-half, y, s.Error, i, log)
		b.addWithError(s.X[i]+half, y, s.Error, i, log)
	}
	return b
}

func (s bars) divided(x, y float64) chart.Series {
	c := *s.Bars
	c.X, c.Y, c.Error, c.Width = divided(s.X, x), divided(s.Y, y), divided(s.Error, y), BarWidth(s.Bars)/x
	return &c
}

func (s bars) masked(_, y bool) (shown chart.Series, n int) {
	out := *s.Bars
	out.Y = slices.Clone(s.Y)
	for i, v := range out.Y {
		if below(v, y) {
			out.Y[i] = math.NaN()
			n++
		}
	}
	return &out, n
}

func (s bars) within(float64, float64) chart.Series { return s.Bars }
func (s bars) thin(int, bool) chart.Series          { return s.Bars }

func (s bars) words(points int) string {
	return pointsWords("bars", s.Name, points, s.Error, s.Y)
}

// BarWidth returns the width of bars in units of x.
func BarWidth(b *chart.Bars) float64 {
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
