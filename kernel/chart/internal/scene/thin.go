package scene

import (
	"math"
	"slices"

	"gomyogen/kernel/chart"
)

// lineColumns is how many columns of pixels the lines of a live chart share: a
// few lines keep enough to be zoomed into, many need not.
const lineColumns, leastColumns = 30000, 1000

// mapCells is how many cells a heat map keeps.
const mapCells = 400000

// PixelColumns returns the number of columns of pixels for which a live chart
// keeps points of each line, and whether it is the least that lines get.
func (f *Figure) PixelColumns() (n int, least bool) {
	lines := 0
	for _, frame := range f.Frames {
		for _, p := range frame.Panels {
			lines += len(p.Series)
		}
	}
	n = max(leastColumns, lineColumns/max(lines, 1))
	return n, n == leastColumns
}

// each replaces all series; the figure shares its data with the one before.
func (f *Figure) each(change func(p Panel, s Series) chart.Series) *Figure {
	out := *f
	out.Frames = slices.Clone(f.Frames)
	for i := range out.Frames {
		panels := slices.Clone(out.Frames[i].Panels)
		for j, p := range panels {
			panels[j].Series = slices.Clone(p.Series)
			for k, s := range p.Series {
				panels[j].Series[k].Series = change(p, s)
			}
		}
		out.Frames[i].Panels = panels
	}
	return &out
}

// Visible returns the figure without the points beyond the ends of horizontal axes.
func (f *Figure) Visible() *Figure {
	return f.each(func(p Panel, s Series) chart.Series { return within(s.Series, p.X.Min, p.X.Max) })
}

// Thin returns what a live chart keeps of the figure: what is visible, with no
// more points than the columns of pixels need. It must be applied once: again it
// would leave out more.
func (f *Figure) Thin() *Figure {
	columns, _ := f.PixelColumns()
	return f.Visible().each(func(p Panel, s Series) chart.Series {
		switch s := s.Series.(type) {
		case *chart.Line:
			return ThinLine(s, columns, p.X.Log)
		case *chart.Band:
			return ThinBand(s, columns, p.X.Log)
		case *chart.HeatMap:
			return thinMap(s, max(200, min(2000, mapCells/max(len(s.Rows), 1))))
		}
		return s.Series
	})
}

// inside returns the part start..stop of points in order that a figure from x0 to
// x1 shows, with a neighbour on each side; of points in another order all.
func inside(x []float64, x0, x1 float64) (start, stop int) {
	if !slices.IsSorted(x) {
		return 0, len(x)
	}
	start, _ = slices.BinarySearch(x, x0)
	stop = start
	for stop < len(x) && x[stop] <= x1 {
		stop++
	}
	return max(start-1, 0), min(stop+1, len(x))
}

// within returns the part of a series from x0 to x1.
func within(s chart.Series, x0, x1 float64) chart.Series {
	switch s := s.(type) {
	case *chart.Line:
		n := len(s.Y)
		start, stop := inside(s.X[:n], x0, x1)
		if stop-start == n {
			return s
		}
		c := *s
		c.X, c.Y = s.X[start:min(stop+len(s.X)-n, len(s.X))], s.Y[start:stop]
		if s.Error != nil {
			c.Error = s.Error[start:stop]
		}
		return &c
	case *chart.Band:
		start, stop := inside(s.X, x0, x1)
		if stop-start == len(s.X) {
			return s
		}
		c := *s
		c.X, c.Low, c.High = s.X[start:stop], s.Low[start:stop], s.High[start:stop]
		return &c
	}
	return s
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

// columnOf returns in which of so many columns a point is. A line that turns
// back has twice as many stretches of equally many points in their place.
func columnOf(x []float64, columns int, log bool) func(i int) int {
	if !slices.IsSorted(x) {
		per := (len(x) + 2*columns - 1) / (2 * columns)
		return func(i int) int { return i / per }
	}
	at := func(i int) float64 { return x[i] }
	if log {
		at = func(i int) float64 { return math.Log10(x[i]) }
	}
	first, width := at(0), at(len(x)-1)-at(0)
	if width == 0 {
		return func(int) int { return 0 }
	}
	return func(i int) int { return min(columns-1, int((at(i)-first)/width*float64(columns))) }
}

// endOf returns the first point after from, of n, that is in another column.
func endOf(column func(int) int, from, n int) int {
	end := from + 1
	for end < n && column(end) == column(from) {
		end++
	}
	return end
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

// thinMap returns the map with at most so many columns, means of what they cover.
func thinMap(h *chart.HeatMap, columns int) *chart.HeatMap {
	if len(h.Rows) == 0 || len(h.Rows[0]) <= columns {
		return h
	}
	out := *h
	out.Rows = make([][]float64, len(h.Rows))
	n := len(h.Rows[0])
	for r, row := range h.Rows {
		out.Rows[r] = make([]float64, columns)
		for c := range columns {
			sum, count := 0.0, 0
			for _, v := range row[c*n/columns : (c+1)*n/columns] {
				if !math.IsNaN(v) {
					sum, count = sum+v, count+1
				}
			}
			out.Rows[r][c] = sum / float64(count) // NaN where nothing is
		}
	}
	return &out
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
