package scene

import (
	"image/color"
	"math"
	"slices"

	"gomyogen/kernel/chart"
)

type line struct{ *chart.Line }

func (l line) points() int               { return len(l.Y) }
func (l line) label() string             { return l.Name }
func (l line) color() (color.RGBA, bool) { return l.Color, true }
func (l line) rows() bool                { return false }

func (l line) bounds(_, log bool) box {
	b := empty()
	for i, y := range l.Y {
		b.addWithError(l.X[i], y, l.Error, i, log)
	}
	if n := len(l.Y); len(l.X) > n && n > 0 { // the end of the last step
		b.add(l.X[n], l.Y[n-1])
	}
	return b
}

func (l line) divided(x, y float64) chart.Series {
	c := *l.Line
	c.X, c.Y, c.Error = divided(l.X, x), divided(l.Y, y), divided(l.Error, y)
	return &c
}

func (l line) masked(x, y bool) (shown chart.Series, n int) {
	out := *l.Line
	out.X, out.Y, out.Error = nil, nil, nil
	for i, v := range l.Y {
		if below(l.X[i], x) {
			n++
			continue
		}
		if below(v, y) {
			v = math.NaN()
			n++
		}
		out.X, out.Y = append(out.X, l.X[i]), append(out.Y, v)
		if l.Error != nil {
			out.Error = append(out.Error, l.Error[i])
		}
	}
	if m := len(l.Y); len(l.X) > m && len(out.Y) > 0 { // the end of the last step
		out.X = append(out.X, l.X[m])
	}
	return &out, n
}

func (l line) within(x0, x1 float64) chart.Series {
	n := len(l.Y)
	start, stop := inside(l.X[:n], x0, x1)
	if stop-start == n {
		return l.Line
	}
	c := *l.Line
	c.X, c.Y = l.X[start:min(stop+len(l.X)-n, len(l.X))], l.Y[start:stop]
	if l.Error != nil {
		c.Error = l.Error[start:stop]
	}
	return &c
}

func (l line) thin(columns int, log bool) chart.Series { return ThinLine(l.Line, columns, log) }

func (l line) words(points int) string {
	kind := "line"
	switch {
	case l.Step:
		kind = "steps"
	case l.Scatter:
		kind = "points"
	}
	return pointsWords(kind, l.Name, points, l.Error, l.Y)
}

// Corners returns the line with the corners of its steps.
func Corners(l *chart.Line) *chart.Line {
	if !l.Step {
		return l
	}
	c := *l
	c.X, c.Y, c.Error = make([]float64, 0, 2*len(l.X)), make([]float64, 0, 2*len(l.X)), nil
	for i, x := range l.X {
		if i > 0 {
			c.X, c.Y = append(c.X, x), append(c.Y, l.Y[i-1])
		}
		if i < len(l.Y) {
			c.X, c.Y = append(c.X, x), append(c.Y, l.Y[i])
		}
	}
	return &c
}

// Width returns the width of a line in px.
func Width(l *chart.Line) float64 {
	if l.Width == 0 {
		return 1.5
	}
	return l.Width
}

// ThinLine returns the line with at most about 2*columns points that look the
// same drawn over so many columns of pixels: the lowest and the highest of each,
// and the outer ones beside a column without points. A line that turns back keeps
// up to four times as many: the extremes of x and y of short stretches. A gap
// stays one. Points without a line between them are all kept.
func ThinLine(l *chart.Line, columns int, log bool) *chart.Line {
	n := len(l.Y)
	if n <= 2*columns || l.Scatter {
		return l
	}
	out := *l
	out.X, out.Y, out.Error = nil, nil, nil
	x := l.X[:n]
	sorted := slices.IsSorted(x)
	column := columnOf(x, columns, log)
	for from, end := 0, 0; from < n; from = end {
		end = endOf(column, from, n)
		keep := extremes(l, from, end, !sorted)
		if from > 0 && column(from)-column(from-1) > 1 && !math.IsNaN(l.Y[from]) {
			keep = append(keep, from)
		}
		if end < n && column(end)-column(end-1) > 1 && !math.IsNaN(l.Y[end-1]) {
			keep = append(keep, end-1)
		}
		slices.Sort(keep)
		for _, i := range slices.Compact(keep) {
			out.X, out.Y = append(out.X, x[i]), append(out.Y, l.Y[i])
			if l.Error != nil {
				out.Error = append(out.Error, l.Error[i])
			}
		}
	}
	if len(l.X) > n { // the end of the last step
		out.X = append(out.X, l.X[n])
	}
	return &out
}

// extremes returns where the lowest and the highest y of from..end are, with
// those of x if both is true, and the last gap.
func extremes(l *chart.Line, from, end int, both bool) (at []int) {
	low, high, left, right, gap := -1, -1, -1, -1, -1
	for i := from; i < end; i++ {
		if math.IsNaN(l.Y[i]) {
			gap = i
			continue
		}
		if low < 0 {
			low, high, left, right = i, i, i, i
		}
		if l.Y[i] < l.Y[low] {
			low = i
		}
		if l.Y[i] > l.Y[high] {
			high = i
		}
		if l.X[i] < l.X[left] {
			left = i
		}
		if l.X[i] > l.X[right] {
			right = i
		}
	}
	if low >= 0 {
		at = append(at, low, high)
	}
	if low >= 0 && both {
		at = append(at, left, right)
	}
	if gap >= 0 {
		at = append(at, gap)
	}
	return at
}

// Alone returns the points of a line that no neighbour connects to; they are drawn
// as dots.
func Alone(x, y []float64) (ax, ay []float64) {
	for i := range x {
		if !math.IsNaN(y[i]) && (i == 0 || math.IsNaN(y[i-1])) && (i == len(y)-1 || math.IsNaN(y[i+1])) {
			ax, ay = append(ax, x[i]), append(ay, y[i])
		}
	}
	return ax, ay
}
