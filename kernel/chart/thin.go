package chart

import (
	"math"
	"slices"
)

// lineColumns is how many columns of pixels the lines of a live chart share:
// what a few lines keep to be zoomed into, many need not.
const lineColumns, leastColumns = 30000, 1000

// mapCells is how many cells a heat map keeps.
const mapCells = 400000

// Columns returns for how many columns of pixels a live chart keeps points of
// each line, and whether they are the least that lines get.
func (f Figure) Columns() (n int, least bool) {
	lines := 0
	for _, frame := range f.Shown() {
		for _, p := range frame.Panels {
			lines += len(p.Series)
		}
	}
	n = max(leastColumns, lineColumns/max(lines, 1))
	return n, n == leastColumns
}

// Visible returns the figure scaled, and without what lies beyond the ends of
// the shared axis.
func (f Figure) Visible() Figure {
	f = f.Scaled()
	x0, x1, _, _ := f.Limits(0)
	return f.each(func(_ int, p Panel) Panel {
		for j, s := range p.Series {
			p.Series[j] = s.within(x0, x1)
		}
		return p
	})
}

// Thin returns what a live chart keeps of the figure: what is visible, with no
// more points than the columns of pixels need. Thin it once: again it would
// lose more.
func (f Figure) Thin() Figure {
	columns, _ := f.Columns()
	return f.Visible().each(func(_ int, p Panel) Panel {
		for j, s := range p.Series {
			p.Series[j] = s.thin(columns)
		}
		return p
	})
}

// inside returns the part from..to of points in order that a figure from x0 to
// x1 shows, with a neighbour on each side; of others all.
func inside(x []float64, x0, x1 float64) (from, to int) {
	if !slices.IsSorted(x) {
		return 0, len(x)
	}
	from, _ = slices.BinarySearch(x, x0)
	to = from
	for to < len(x) && x[to] <= x1 {
		to++
	}
	return max(from-1, 0), min(to+1, len(x))
}

func (l *Line) inside(x0, x1 float64) *Line {
	from, to := inside(l.X, x0, x1)
	if to-from == len(l.X) {
		return l
	}
	out := *l
	out.X, out.Y, out.Of = l.X[from:to], l.Y[from:to], max(l.Of, len(l.X))
	return &out
}

func (l *Line) within(x0, x1 float64) Series { return l.inside(x0, x1) }
func (s *Step) within(x0, x1 float64) Series { return (*Step)((*Line)(s).inside(x0, x1)) }

func (b *Band) within(x0, x1 float64) Series {
	from, to := inside(b.X, x0, x1)
	if to-from == len(b.X) {
		return b
	}
	out := *b
	out.X, out.Low, out.High, out.Of = b.X[from:to], b.Low[from:to], b.High[from:to], max(b.Of, len(b.X))
	return &out
}

func (b *Bars) within(_, _ float64) Series    { return b }
func (r *Rule) within(_, _ float64) Series    { return r }
func (r *Raster) within(_, _ float64) Series  { return r }
func (h *HeatMap) within(_, _ float64) Series { return h }

func (l *Line) thin(columns int) Series { return l.Thin(columns) }

func (s *Step) thin(columns int) Series { return (*Step)((*Line)(s).Thin(columns)) }
func (b *Band) thin(columns int) Series { return b.Thin(columns) }
func (b *Bars) thin(int) Series         { return b }
func (r *Rule) thin(int) Series         { return r }
func (r *Raster) thin(int) Series       { return r }

func (h *HeatMap) thin(int) Series {
	return h.Thin(max(200, min(2000, mapCells/max(len(h.Rows), 1))))
}

// Points returns the corners of the steps as a line.
func (s *Step) Points() *Line {
	l := &Line{Name: s.Name, Color: s.Color, Dashed: s.Dashed, Width: s.Width}
	l.X, l.Y = make([]float64, 0, 2*len(s.X)), make([]float64, 0, 2*len(s.X))
	for i, x := range s.X {
		if i > 0 {
			l.X, l.Y = append(l.X, x), append(l.Y, s.Y[i-1])
		}
		l.X, l.Y = append(l.X, x), append(l.Y, s.Y[i])
	}
	return l
}

// Thin returns the line with at most about 2*columns points that look the same
// drawn over so many columns of pixels: the lowest and the highest of each, and
// the outer ones beside a column without points. Of a line that turns back it
// leaves up to four times as many: the extremes of x and y of short stretches.
// A gap stays one.
func (l *Line) Thin(columns int) *Line {
	if len(l.X) <= 2*columns {
		return l
	}
	out := *l
	out.X, out.Y, out.Of = nil, nil, max(l.Of, len(l.X))
	sorted := slices.IsSorted(l.X)
	column := columnOf(l.X, columns)
	for from, end := 0, 0; from < len(l.X); from = end {
		end = endOf(column, from, len(l.X))
		keep := l.extremes(from, end, !sorted)
		if from > 0 && column(from)-column(from-1) > 1 && !math.IsNaN(l.Y[from]) {
			keep = append(keep, from)
		}
		if end < len(l.X) && column(end)-column(end-1) > 1 && !math.IsNaN(l.Y[end-1]) {
			keep = append(keep, end-1)
		}
		slices.Sort(keep)
		for _, i := range slices.Compact(keep) {
			out.X, out.Y = append(out.X, l.X[i]), append(out.Y, l.Y[i])
		}
	}
	return &out
}

// columnOf returns in which of so many columns a point is. A line that turns
// back has twice as many stretches of equally many points in their place.
func columnOf(x []float64, columns int) func(i int) int {
	if !slices.IsSorted(x) {
		per := (len(x) + 2*columns - 1) / (2 * columns)
		return func(i int) int { return i / per }
	}
	first, width := x[0], x[len(x)-1]-x[0]
	if width == 0 {
		return func(int) int { return 0 }
	}
	return func(i int) int { return min(columns-1, int((x[i]-first)/width*float64(columns))) }
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
func (l *Line) extremes(from, end int, both bool) (at []int) {
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

// Thin returns the band over at most so many columns: of each the widest room.
func (b *Band) Thin(columns int) *Band {
	if len(b.X) <= columns {
		return b
	}
	out := &Band{Name: b.Name, Color: b.Color, Of: max(b.Of, len(b.X))}
	column := columnOf(b.X, columns)
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

// Thin returns the map with at most so many columns, means of what they cover.
func (h *HeatMap) Thin(columns int) *HeatMap {
	if len(h.Rows) == 0 || len(h.Rows[0]) <= columns {
		return h
	}
	out := *h
	out.Of = max(h.Of, len(h.Rows)*len(h.Rows[0]))
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

// Alone returns the points of a line that no neighbour connects to: they are
// drawn as dots.
func Alone(x, y []float64) (ax, ay []float64) {
	for i := range x {
		if !math.IsNaN(y[i]) && (i == 0 || math.IsNaN(y[i-1])) && (i == len(y)-1 || math.IsNaN(y[i+1])) {
			ax, ay = append(ax, x[i]), append(ay, y[i])
		}
	}
	return ax, ay
}

// Pixels returns the width of the line.
func (l *Line) Pixels() float64 {
	if l.Width == 0 {
		return 1.5
	}
	return l.Width
}
