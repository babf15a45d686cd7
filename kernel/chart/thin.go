package chart

import "math"

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

// Thin returns at most about 2*columns points of the line that look the same
// drawn over so many columns of pixels: the lowest and the highest of each.
// A gap stays one.
func (l *Line) Thin(columns int) (x, y []float64) {
	if len(l.X) <= 2*columns {
		return l.X, l.Y
	}
	per := (len(l.X) + columns - 1) / columns
	for i := 0; i < len(l.X); i += per {
		end := min(i+per, len(l.X))
		low, high, gap := -1, -1, -1
		for j := i; j < end; j++ {
			switch {
			case math.IsNaN(l.Y[j]):
				gap = j
			case low < 0:
				low, high = j, j
			case l.Y[j] < l.Y[low]:
				low = j
			case l.Y[j] > l.Y[high]:
				high = j
			}
		}
		if low >= 0 {
			first, second := min(low, high), max(low, high)
			if gap >= 0 && gap < first {
				x, y = append(x, l.X[gap]), append(y, math.NaN())
			}
			x, y = append(x, l.X[first]), append(y, l.Y[first])
			if gap > first && gap < second {
				x, y = append(x, l.X[gap]), append(y, math.NaN())
			}
			if second != first {
				x, y = append(x, l.X[second]), append(y, l.Y[second])
			}
			if gap <= second {
				continue
			}
		}
		if gap >= 0 {
			x, y = append(x, l.X[gap]), append(y, math.NaN())
		}
	}
	return x, y
}

// Thin returns the band over at most so many columns: of each the widest room.
func (b *Band) Thin(columns int) *Band {
	if len(b.X) <= columns {
		return b
	}
	out := &Band{Name: b.Name, Color: b.Color}
	per := (len(b.X) + columns - 1) / columns
	for i := 0; i < len(b.X); i += per {
		low, high := math.Inf(1), math.Inf(-1)
		for j := i; j < min(i+per, len(b.X)); j++ {
			if b.Low[j] <= b.High[j] {
				low, high = min(low, b.Low[j]), max(high, b.High[j])
			}
		}
		if low > high {
			low, high = math.NaN(), math.NaN()
		}
		out.X, out.Low, out.High = append(out.X, b.X[i]), append(out.Low, low), append(out.High, high)
	}
	return out
}

// Thin returns the map with at most so many columns, means of what they cover.
func (h *HeatMap) Thin(columns int) *HeatMap {
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
