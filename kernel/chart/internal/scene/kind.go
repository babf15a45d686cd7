package scene

import (
	"fmt"
	"image/color"
	"math"

	"gomyogen/kernel/chart"
)

// kind is a kind of series; each has a file. Series are shared with the caller's
// figure, so methods that change one return a copy.
type kind interface {
	points() int   // that it has
	label() string // in a legend; "" if it stays out
	// color returns its own colour, zero for none, and whether it takes the
	// panel's next one then.
	color() (c color.RGBA, next bool)
	rows() bool // whether its y are numbers of rows
	// bounds is around what it shows, with the foot of bars or without, on an y axis
	// that may be a log axis.
	bounds(foot, log bool) box
	// divided returns it in units of x and y. A row stays a row.
	divided(x, y float64) chart.Series
	// masked returns what log axes can show of it, nil for nothing, and how many
	// values are left out: those that are not above 0.
	masked(x, y bool) (chart.Series, int)
	// within returns the part that a figure from x0 to x1 shows.
	within(x0, x1 float64) chart.Series
	// thin returns what looks the same over so many columns of pixels.
	thin(columns int, log bool) chart.Series
	// words describes it for readers who cannot see it, with the points it had.
	words(points int) string
}

// kindOf returns the kind of a series that newSeries has made.
func kindOf(s chart.Series) kind {
	switch s := s.(type) {
	case *chart.Line:
		return line{s}
	case *chart.Band:
		return band{s}
	case *chart.Bars:
		return bars{s}
	case *chart.Rule:
		return rule{s}
	case *chart.Raster:
		return raster{s}
	case *chart.HeatMap:
		return heatMap{s}
	}
	panic(fmt.Sprintf("scene: a series of type %T", s)) // chart.Series has no others
}

// Label returns what a legend calls the series, empty if it stays out.
func (s Series) Label() string { return kindOf(s.Series).label() }

// box grows around values that are not NaN.
type box struct{ x0, x1, y0, y1 float64 }

func (b *box) add(x, y float64) {
	if math.IsNaN(x) || math.IsNaN(y) {
		return
	}
	// Not min and max, which where there is no instruction for them are slow calls.
	if x < b.x0 {
		b.x0 = x
	}
	if x > b.x1 {
		b.x1 = x
	}
	if y < b.y0 {
		b.y0 = y
	}
	if y > b.y1 {
		b.y1 = y
	}
}

// empty is a box around nothing.
func empty() box { return box{math.Inf(1), math.Inf(-1), math.Inf(1), math.Inf(-1)} }

// addWithError adds point i, whose error bars have the half lengths half.
func (b *box) addWithError(x, y float64, half []float64, i int, log bool) {
	b.add(x, y)
	if e, ok := ErrorAt(half, i); ok {
		b.add(x, y+e)
		if !log || y > e {
			b.add(x, y-e)
		}
	}
}

// ErrorAt returns the length of the half error bar of point i, and whether it
// has one.
func ErrorAt(half []float64, i int) (float64, bool) {
	if half == nil || math.IsNaN(half[i]) {
		return 0, false
	}
	return half[i], true
}

// divided returns numbers in another unit.
func divided(x []float64, by float64) []float64 {
	if by == 1 || x == nil {
		return x
	}
	out := make([]float64, len(x))
	for i := range x {
		out[i] = x[i] / by
	}
	return out
}

// named returns words for a series with a name.
func named(kind, name string) string {
	if name == "" {
		return kind
	}
	return fmt.Sprintf("%s %q", kind, name)
}

// pointsWords describes a series of points, of which some may be NaN, with the limits
// of the others and, if half is not nil, the half lengths of their error bars.
func pointsWords(kind, name string, points int, half []float64, y ...[]float64) string {
	low, high, most, n := math.Inf(1), math.Inf(-1), 0.0, 0
	for i := range y[0] {
		least, greatest := y[0][i], y[len(y)-1][i]
		if math.IsNaN(least) || math.IsNaN(greatest) {
			continue
		}
		n++
		low, high = min(low, least), max(high, greatest)
		if e, ok := ErrorAt(half, i); ok {
			most = max(most, e)
		}
	}
	if n == 0 {
		return named(kind, name) + " without points"
	}
	text := named(kind, name) + " with " + counted(n, "point") + " " + limitsWords(low, high)
	if points > n {
		text += fmt.Sprintf(" (%d missing)", points-n)
	}
	if most > 0 {
		text += fmt.Sprintf(", error bars up to %.4g", most)
	}
	return text
}
