package scene

import (
	"math"
	"slices"

	"gomyogen/kernel/chart"
)

// lineColumns is how many columns of pixels the lines of a live chart share: a
// few lines keep enough to be zoomed into, many need not.
const lineColumns, leastColumns = 30000, 1000

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
	return f.each(func(p Panel, s Series) chart.Series { return kindOf(s.Series).within(p.X.Min, p.X.Max) })
}

// Thin returns what a live chart keeps of the figure: what is visible, with no
// more points than the columns of pixels need. It must be applied once: again it
// would leave out more.
func (f *Figure) Thin() *Figure {
	columns, _ := f.PixelColumns()
	return f.Visible().each(func(p Panel, s Series) chart.Series { return kindOf(s.Series).thin(columns, p.X.Log) })
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
