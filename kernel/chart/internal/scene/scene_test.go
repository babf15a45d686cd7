package scene

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"gomyogen/kernel/chart"
	"gomyogen/kernel/chart/charttest"
	"gomyogen/myogen/neo"
)

func TestTicks(t *testing.T) {
	for _, c := range []struct {
		axis      chart.Axis
		low, high float64
		n         int
		want      string
	}{
		{chart.Axis{}, 0, 15, 10, "0 2 4 6 8 10 12 14"},
		{chart.Axis{}, 0, 1, 3, "0 0.25 0.5 0.75 1"},
		{chart.Axis{}, 0, 1, 4, "0 0.25 0.5 0.75 1"},
		{chart.Axis{}, 0, 1, 5, "0 0.25 0.5 0.75 1"},
		{chart.Axis{}, 0, 1, 9, "0 0.1 0.2 0.3 0.4 0.5 0.6 0.7 0.8 0.9 1"},
		{chart.Axis{}, 0, 100, 4, "0 25 50 75 100"},
		{chart.Axis{}, 0, 10, 4, "0 2 4 6 8 10"},
		{chart.Axis{}, 0, 70, 3, "0 20 40 60"},
		{chart.Axis{}, 0, 70, 5, "0 10 20 30 40 50 60 70"},
		{chart.Axis{}, -0.5, 99.5, 4, "0 20 40 60 80"},
		{chart.Axis{}, -1, 1, 4, "-1 -0.5 0 0.5 1"},
		{chart.Axis{}, -75, 45, 3, "-60 -40 -20 0 20 40"}, // of 50 there would be two
		{chart.Axis{}, 0.4, 3.4, 3, "1 2 3"},
		{chart.Axis{}, 1.1, 2.9, 3, "1.5 2 2.5"},
		{chart.Axis{}, -450, 750, 3, "-400 -200 0 200 400 600"},
		{chart.Axis{}, 1, 1, 4, ""},
		{chart.Axis{}, 0, 0.002, 4, "0 0.0005 0.001 0.0015 0.002"},
		{chart.Axis{}, 0, 1e-5, 4, "0 2e-6 4e-6 6e-6 8e-6 1e-5"},
		{chart.Axis{Log: true}, 0.01, 1000, 6, "0.01 0.1 1 10 100 1000"},
		{chart.Axis{Log: true}, 1e-3, 100, 4, "0.001 0.01 0.1 1 10 100"},
		{chart.Axis{Log: true}, 1e-12, 1, 2, "1e-12 1e-9 1e-6 0.001 1"},
		{chart.Axis{Log: true}, 3, 60, 4, "5 10 20 50"},
		{chart.Axis{Log: true}, 21, 24, 4, "21 22 23 24"}, // zoomed in
		{chart.Axis{Categories: []string{"a", "b", "c"}}, -0.5, 2.5, 10, "a b c"},
	} {
		var got []string
		for _, tick := range Ticks(c.axis, c.low, c.high, c.n) {
			got = append(got, tick.Text)
		}
		if text := strings.Join(got, " "); text != c.want {
			t.Errorf("%v..%v in %d: %s, want %s", c.low, c.high, c.n, text, c.want)
		}
	}
}

// Limits of an axis are those that a careful person chooses.
func TestOpenLimits(t *testing.T) {
	for _, c := range []struct{ low, high, wantLow, wantHigh float64 }{
		{0, 69, 0, 70}, {3, 69, 0, 70}, {0, 0.97, 0, 1}, {0, 0.0069, 0, 0.007}, {0, 34, 0, 35}, {0, 88, 0, 90}, {0, 101, 0, 110},
		{-69, 0, -70, 0}, {-70.3, 31, -80, 40}, {-5, 5, -5, 5}, {60, 69, 60, 70}, {0, 0, -1, 1}, {5, 5, 4.5, 5.5},
		{0, 0.999, 0, 1}, {0, 99.9, 0, 100}, {0, 15, 0, 15},
		{-3, 3, -3, 3}, {0.1, 0.9, 0, 0.9}, {0, 0.5, 0, 0.5}, {0, 42, 0, 45}, {-42, 0, -45, 0},
	} {
		for _, height := range []int{120, 150, 170, 200, 280} {
			y := []float64{c.low, c.high}
			f := figure(t, chart.Figure{Panels: []chart.Panel{{Height: height, Series: []chart.Series{chart.Line{X: []float64{0, 1}, Y: y}}}}})
			got := f.Frames[0].Panels[0].Y
			if c.low != -70.3 && c.low != 60 && (got.Min != c.wantLow || got.Max != c.wantHigh) || got.Min > c.low || got.Max < c.high || got.Max-got.Min > 1.3*(c.wantHigh-c.wantLow) {
				t.Errorf("%v..%v, %d px high: %v..%v, want %v..%v", c.low, c.high, height, got.Min, got.Max, c.wantLow, c.wantHigh)
			}
		}
	}
	// 80 is no tick of -50, 0 and 50: a spike of 79.94 would look cut off.
	if got := openLimits([2]float64{-67, 79.94}, Steps(120)); got != [2]float64{-70, 90} {
		t.Errorf("a spike to 79.94: %v, want -70 to 90", got)
	}
	logs := figure(t, chart.Figure{X: chart.Axis{Log: true}, Panels: []chart.Panel{{Y: chart.Axis{Log: true}, Series: []chart.Series{chart.Line{X: []float64{0.3, 40}, Y: []float64{2, 3}}}}}})
	if x, y := logs.X, logs.Frames[0].Panels[0].Y; x.Min != 0.1 || x.Max != 100 || y.Min != 1 || y.Max != 10 {
		t.Errorf("log axes go from %v to %v and from %v to %v, want whole decades", x.Min, x.Max, y.Min, y.Max)
	}
}

// A log axis ends at powers of ten, but where data would all but lie on one line.
func TestLimitsOfLogAxes(t *testing.T) {
	for _, c := range [][4]float64{
		{1, 10, 1, 10}, {2, 3, 1, 10}, {0.3, 40, 0.1, 100}, {7, 7, 1, 10}, {10, 10, 10, 100}, {100, 100.01, 100, 100.01}, {0.0097, 0.0103, 0.0097, 0.0103}, {98.7, 101.2, 98.5, 101.5},
		{1e-300, 1e300, 1e-300, 1e300}, {1e308, 1.5e308, 1e308, math.MaxFloat64}, {-3, 5, 1, 10}, {-3, -1, 1, 10},
	} {
		y := figure(t, chart.Figure{Panels: []chart.Panel{{Y: chart.Axis{Log: true}, Series: []chart.Series{chart.Line{X: []float64{0, 1}, Y: c[:2]}}}}}).Frames[0].Panels[0].Y
		if y.Min != c[2] || y.Max != c[3] {
			t.Errorf("%v to %v: the log axis goes from %v to %v, want %v to %v", c[0], c[1], y.Min, y.Max, c[2], c[3])
		}
		if ticks := Ticks(y, y.Min, y.Max, 4); len(ticks) < 2 || len(ticks) > 12 {
			t.Errorf("%v to %v: %d ticks", c[0], c[1], len(ticks))
		}
	}
}

func figure(t interface {
	Helper()
	Fatal(...any)
}, f chart.Figure) *Figure {
	t.Helper()
	s, err := New(f)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// A horizontal axis ends at the round number that its data nearly reach.
func TestWholeLimits(t *testing.T) {
	for _, c := range []struct{ low, high, wantLow, wantHigh float64 }{
		{0, 0.999, 0, 1}, {0, 14.99, 0, 15}, {0, 3.9999, 0, 4}, {0.5001, 2, 0.5, 2}, {-0.999, 0.999, -1, 1},
		{1, 100, 1, 100}, {0, 0.98, 0, 0.98}, {0, 14.9, 0, 14.9}, {3, 3.3, 3, 3.3}, {0, 1.001, 0, 1.001},
	} {
		f := figure(t, chart.Figure{Panels: []chart.Panel{{Series: []chart.Series{
			chart.Line{X: []float64{c.low, c.high}, Y: []float64{0, 1}, Marker: chart.NoMarker}}}}})
		if f.X.Min != c.wantLow || f.X.Max != c.wantHigh {
			t.Errorf("%v..%v: %v..%v, want %v..%v", c.low, c.high, f.X.Min, f.X.Max, c.wantLow, c.wantHigh)
		}
	}
}

// Of two lines of nearly as many points both have markers, or none.
func TestMarkersOfAPanel(t *testing.T) {
	line := func(n int) chart.Line {
		return chart.Line{X: make([]float64, n), Y: make([]float64, n)}
	}
	for _, c := range []struct {
		n    []int
		want []bool
	}{
		{[]int{31, 29}, []bool{true, true}}, {[]int{31, 32}, []bool{false, false}}, {[]int{30}, []bool{true}},
		{[]int{5, 1000}, []bool{true, false}}, {[]int{1}, []bool{true}}, {[]int{1, 40}, []bool{true, false}}, {[]int{2}, []bool{false}}, {[]int{0}, []bool{false}}, {[]int{2, 31}, []bool{false, false}},
	} {
		p := chart.Panel{}
		for _, n := range c.n {
			p.Series = append(p.Series, line(n))
		}
		for i, s := range figure(t, chart.Figure{Panels: []chart.Panel{p}}).Frames[0].Panels[0].Series {
			if got := s.Marker() != chart.NoMarker; got != c.want[i] {
				t.Errorf("%v points: line %d has markers: %v", c.n, i, got)
			}
		}
	}
}

// Limits enclose the data, are finite and not equal, and have whole steps.
func TestLimits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		number := rapid.Custom(func(t *rapid.T) float64 {
			return rapid.Float64Range(-1, 1).Draw(t, "m") * math.Pow10(rapid.IntRange(-300, 300).Draw(t, "e"))
		})
		y := rapid.SliceOfN(number, 1, 20).Draw(t, "y")
		x := make([]float64, len(y))
		for i := range x {
			x[i] = number.Draw(t, "x")
		}
		f := chart.Figure{Panels: []chart.Panel{{Series: []chart.Series{&chart.Line{X: x, Y: y}}}}}
		g := figure(t, f)
		p := g.Frames[0].Panels[0]
		x0, x1, y0, y1 := g.X.Min, g.X.Max, p.Y.Min, p.Y.Max
		if !(x0 < x1 && y0 < y1) || math.IsInf(x1-x0, 0) || math.IsInf(y1-y0, 0) {
			t.Fatalf("limits %v..%v, %v..%v", x0, x1, y0, y1)
		}
		l := p.Series[0].Series.(*chart.Line)
		for i := range x {
			if room, side := 1e-9*(y1-y0), 1e-9*(x1-x0); l.X[i] < x0-side || l.X[i] > x1+side || l.Y[i] < y0-room || l.Y[i] > y1+room {
				t.Fatalf("(%v, %v) is outside %v..%v, %v..%v", l.X[i], l.Y[i], x0, x1, y0, y1)
			}
		}
		if n := len(Ticks(chart.Axis{}, y0, y1, 4)); n < 2 || n > 12 {
			t.Fatalf("%d ticks from %v to %v", n, y0, y1)
		}
	})
}

// Ticks rise, lie within the limits of their axis and have different texts, whatever
// the range: negative, tiny, huge, of one value, with a large offset as dates have.
func TestTicksOfAnyRange(t *testing.T) {
	check := func(t interface{ Errorf(string, ...any) }, low, high float64, height int, log bool) {
		y := []float64{low, high}
		f, err := New(chart.Figure{Panels: []chart.Panel{{Height: height, Y: chart.Axis{Log: log}, Series: []chart.Series{chart.Line{X: []float64{0, 1}, Y: y}}}}})
		if err != nil {
			t.Errorf("%v..%v: %v", low, high, err)
			return
		}
		a := f.Frames[0].Panels[0].Y
		ticks := Ticks(a, a.Min, a.Max, Steps(height))
		if len(ticks) < 2 || len(ticks) > 20 {
			t.Errorf("%v..%v, %d px: %d ticks from %v to %v: %v", low, high, height, len(ticks), a.Min, a.Max, ticks)
		}
		for i, tick := range ticks {
			if room := 1e-6 * (a.Max - a.Min); tick.At < a.Min-room || tick.At > a.Max+room {
				t.Errorf("%v..%v: the tick %v is outside %v..%v", low, high, tick, a.Min, a.Max)
			}
			if i > 0 && (tick.At <= ticks[i-1].At || tick.Text == ticks[i-1].Text) {
				t.Errorf("%v..%v, %d px: the tick %v follows %v", low, high, height, tick, ticks[i-1])
			}
			if x, err := strconv.ParseFloat(tick.Text, 64); err != nil || math.Abs(x-tick.At) > 1e-6*(a.Max-a.Min) {
				t.Errorf("%v..%v: the tick at %v says %q", low, high, tick.At, tick.Text)
			}
		}
	}
	for _, c := range [][2]float64{
		{1.7e9, 1.7e9 + 10}, {1.7e12, 1.7e12 + 20}, {1e12, 1e12 + 10}, {-1e12 - 10, -1e12}, {738000.2, 738000.9}, {1e15, 1e15 + 1e4}, {123456789.123, 123456789.124},
		{7, 7}, {-7, -7}, {0, 0}, {1e-300, 1e-300}, {1e300, 1e300}, {0, 1e-12}, {-3e-9, 2e-9}, {-1e15, 1e15}, {-0.1, 69}, {0.999, 1.001}, {-100, -99.9}, {1e-5, 1e5}, {0, 1e7}, {9999999, 10000001},
		{-3, 3}, {0.1, 0.9}, {0, 1e-9}, {0, 1e9}, {4.2, 4.2}, {-1e9, -1e9}, {19800, 19831}, {-0.25, 0.75}, {99.2, 100}, {1e-9, 1.1e-9},
	} {
		check(t, c[0], c[1], 150, false)
	}
	for _, c := range [][2]float64{{1e-9, 1e9}, {3, 4}, {7, 7}, {1, 1}, {99, 101}, {1e-300, 1e300}, {2e-3, 5e-3}} {
		check(t, c[0], c[1], 150, true)
	}
	rapid.Check(t, func(t *rapid.T) {
		offset := rapid.SampledFrom([]float64{0, 1, -1, 1e3, -1e6, 1.7e9, 1e12, -3e14}).Draw(t, "offset")
		size := math.Pow10(rapid.IntRange(-11, 3).Draw(t, "e")) * rapid.Float64Range(1, 10).Draw(t, "m")
		if offset != 0 {
			size *= math.Abs(offset)
		}
		check(t, offset, offset+size, rapid.SampledFrom([]int{120, 150, 200, 400}).Draw(t, "height"), false)
	})
}

func TestScaled(t *testing.T) {
	f := figure(t, charttest.Odd()["tiny"])
	p := f.Frames[0].Panels[0]
	if f.X.Unit != "1e-300 s" || p.Y.Unit != "1e-300 mV" {
		t.Errorf("the units are %q and %q", f.X.Unit, p.Y.Unit)
	}
	if y := p.Series[0].Series.(*chart.Line).Y[1]; math.Abs(y-3) > 1e-12 {
		t.Errorf("3e-300 became %v", y)
	}
	same := charttest.Sheet()
	if got := figure(t, same); got.X.Unit != "s" || got.Frames[0].Panels[0].Series[1].Series.(*chart.Line).Y[7] != same.Panels[0].Series[1].(*chart.Line).Y[7] {
		t.Error("a figure that needs no scaling was scaled")
	}
}

// What is left of a figure for a page has the limits, the words and the numbers
// of points of the whole.
func TestFiguresAreThinned(t *testing.T) {
	const n = 100000
	x, y, low := make([]float64, n), make([]float64, n), make([]float64, n)
	for i := range x {
		x[i], y[i], low[i] = float64(i), math.Sin(float64(i)/3000)*float64(i)+0.3, -float64(i)
		if i/1000 == 50 {
			y[i] = math.NaN()
		}
	}
	edges := append(slices.Clone(x), n)
	long := figure(t, chart.Figure{Title: "long", Panels: []chart.Panel{
		{Series: []chart.Series{&chart.Line{Name: "line", X: x, Y: y}, &chart.Line{Name: "step", X: edges, Y: y, Step: true}, &chart.Rule{At: 3}}},
		{Series: []chart.Series{&chart.Band{Name: "band", X: x, Low: low, High: y}, &chart.Bars{X: x[:9], Y: y[:9]}}},
		{Series: []chart.Series{&chart.HeatMap{Rows: [][]float64{x, y}, X1: n, Max: n}, &chart.Raster{Trains: charttest.Trains(3, 300, 15)}}},
	}})
	thin := long.Thin()
	for i, p := range long.Frames[0].Panels {
		if q := thin.Frames[0].Panels[i]; !reflect.DeepEqual([]chart.Axis{p.X, p.Y}, []chart.Axis{q.X, q.Y}) {
			t.Errorf("panel %d: the axes %v, %v became %v, %v", i, p.X, p.Y, q.X, q.Y)
		}
	}
	series := thin.Frames[0].Panels[0].Series
	if l := series[0].Series.(*chart.Line); series[0].Of != n || len(l.X) > n/5 {
		t.Errorf("of %d points, it says %d, %d are left", n, series[0].Of, len(l.X))
	}
	if l := series[1].Series.(*chart.Line); len(l.X) != len(l.Y)+1 || l.X[len(l.X)-1] != n || len(l.X) > n/5 {
		t.Errorf("%d edges to %v and %d values are left of the steps", len(l.X), l.X[len(l.X)-1], len(l.Y))
	}
	if thin.Frames[0].Words != long.Frames[0].Words || !strings.Contains(thin.Frames[0].Words, "99000 points") || !strings.Contains(thin.Frames[0].Words, "(1000 missing)") {
		t.Errorf("the words became %q", thin.Frames[0].Words)
	}
}

// A figure of a part of its data keeps as many points of that part as of a whole.
func TestPartsAreThinnedAsWholes(t *testing.T) {
	x, y, low := make([]float64, 200000), make([]float64, 200000), make([]float64, 200000)
	for i := range x {
		x[i] = float64(i) / 2000
		y[i] = math.Sin(2 * math.Pi * 20 * x[i])
		low[i] = y[i] - 1
	}
	f := figure(t, chart.Figure{X: chart.Axis{Min: 50, Max: 51}, Panels: []chart.Panel{{Series: []chart.Series{
		chart.Line{Name: "line", X: x, Y: y}, chart.Line{Name: "step", X: x, Y: y, Step: true}, chart.Band{Name: "band", X: x, Low: low, High: y}}}}})
	s := f.Thin().Frames[0].Panels[0].Series
	line, step, band := s[0].Series.(*chart.Line), s[1].Series.(*chart.Line), s[2].Series.(*chart.Band)
	for name, part := range map[string][]float64{"line": line.X, "step": step.X, "band": band.X} {
		if n := len(part); n != 2003 || part[0] >= 50 || part[1] != 50 || part[n-2] != 51 || part[n-1] <= 51 {
			t.Errorf("%s: %d points from %v to %v are left", name, n, part[0], part[n-1])
		}
	}
}

// A thinned line has the extremes and the gaps of the line.
func TestThin(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, columns := rapid.IntRange(1, 400).Draw(t, "n"), rapid.IntRange(1, 50).Draw(t, "columns")
		l := &chart.Line{X: make([]float64, n), Y: make([]float64, n)}
		for i := range l.X {
			l.X[i], l.Y[i] = float64(i), rapid.Float64Range(-9, 9).Draw(t, "y")
			if rapid.IntRange(0, 20).Draw(t, "gap") == 0 {
				l.Y[i] = math.NaN()
			}
		}
		thin := ThinLine(l, columns, false)
		x, y := thin.X, thin.Y
		if len(x) != len(y) || len(x) > max(n, 0) || n > 2*columns && len(x) > 3*columns {
			t.Fatalf("%d points became %d and %d of %d columns", n, len(x), len(y), columns)
		}
		low, high := span(l.Y)
		if a, b := span(y); a != low || b != high {
			t.Fatalf("%v..%v became %v..%v", low, high, a, b)
		}
		for i := 1; i < len(x); i++ {
			if x[i] <= x[i-1] {
				t.Fatalf("x %v follows %v", x[i], x[i-1])
			}
		}
	})
}

// A thinned line goes where the line goes, wherever its points are dense, and
// when it turns back.
func TestThinKeepsShapes(t *testing.T) {
	const n, columns = 20000, 400
	burst, loop, turns := &chart.Line{}, &chart.Line{}, &chart.Line{}
	for i := range n {
		a := float64(i) / n
		x := a / 100 // most points in a hundredth of the axis
		if i > n-20 {
			x = 1 - float64(n-1-i)/20
		}
		burst.X, burst.Y = append(burst.X, x), append(burst.Y, math.Sin(3000*x)/2+math.Sin(50*x)/3)
		loop.X, loop.Y = append(loop.X, math.Cos(40*math.Pi*a)), append(loop.Y, math.Sin(40*math.Pi*a))
		turns.X, turns.Y = append(turns.X, math.Cos(7*math.Pi*a*a)), append(turns.Y, math.Sin(4*math.Pi*a))
	}
	for name, l := range map[string]*chart.Line{"burst": burst, "loop": loop, "turns": turns} {
		thin := ThinLine(l, columns, false)
		x, y := thin.X, thin.Y
		if len(x) > 8*columns {
			t.Errorf("%s: %d points of %d columns", name, len(x), columns)
		}
		x0, x1 := span(l.X)
		y0, y1 := span(l.Y)
		far := 0.0
		for i := range l.X {
			near := math.Inf(1)
			for j := 1; j < len(x) && near > 0.25/columns; j++ {
				near = min(near, distance((l.X[i]-x0)/(x1-x0), (l.Y[i]-y0)/(y1-y0), (x[j-1]-x0)/(x1-x0), (y[j-1]-y0)/(y1-y0), (x[j]-x0)/(x1-x0), (y[j]-y0)/(y1-y0)))
			}
			far = max(far, near*columns)
		}
		if far > 1 {
			t.Errorf("%s: a point is %.1f px from the thinned line", name, far)
		}
	}
}

// distance returns how far a point is from the stretch between two others.
func distance(x, y, ax, ay, bx, by float64) float64 {
	dx, dy := bx-ax, by-ay
	part := 0.0
	if d := dx*dx + dy*dy; d > 0 {
		part = min(1, max(0, ((x-ax)*dx+(y-ay)*dy)/d))
	}
	return math.Hypot(x-ax-part*dx, y-ay-part*dy)
}

func span(y []float64) (low, high float64) {
	low, high = math.Inf(1), math.Inf(-1)
	for _, v := range y {
		if v < low {
			low = v
		}
		if v > high {
			high = v
		}
	}
	return low, high
}

func TestSeriesColorsDiffer(t *testing.T) {
	p := chart.Panel{Series: []chart.Series{chart.Line{}, chart.Line{Step: true}, chart.Band{}, chart.Bars{}, chart.Line{Color: chart.Red}}}
	f := figure(t, chart.Figure{Panels: []chart.Panel{p, p.Colored(chart.Rainbow)}})
	for i, panel := range f.Frames[0].Panels {
		seen := map[any]bool{}
		for _, s := range panel.Series {
			seen[s.Color] = true
		}
		if len(seen) != len(panel.Series) || panel.Series[4].Color != chart.Red {
			t.Errorf("panel %d has the colors %v", i, seen)
		}
	}
	if first, last := f.Frames[0].Panels[1].Series[0].Color, f.Frames[0].Panels[1].Series[3].Color; first != chart.Rainbow[0] || last != chart.Rainbow[6] {
		t.Errorf("the rainbow goes from %v to %v", first, last)
	}
}

// Bars do not cover each other, in whatever order they come.
func TestBarsAreNarrowerThanTheirDistance(t *testing.T) {
	for _, x := range [][]float64{{1, 2, 3}, {1, 4, 2, 5, 3}, {3, 1, 4, 1, 2}} {
		b := &chart.Bars{X: slices.Clone(x), Y: make([]float64, len(x))}
		if got := BarWidth(b); math.Abs(got-0.8) > 1e-12 {
			t.Errorf("bars at %v are %v wide, want 0.8", x, got)
		}
		if !slices.Equal(b.X, x) {
			t.Errorf("bars at %v moved to %v", x, b.X)
		}
	}
}

// A series without a name is not called "".
func TestWordsOfUnnamedSeries(t *testing.T) {
	f := figure(t, chart.Figure{Title: "T", X: chart.Axis{Label: "x"}, Panels: []chart.Panel{{Series: []chart.Series{
		chart.Line{X: []float64{0, 1}, Y: []float64{2, 3}}, chart.Rule{At: 2.5}, chart.Rule{At: 0.5, Vertical: true}, chart.Rule{Name: "peak", At: 3},
	}}}})
	want := `T. Line with 2 points from 2 to 3; horizontal line at 2.5; vertical line at 0.5; horizontal line "peak" at 3. Horizontal axis: x, from 0 to 1.`
	if got := f.Frames[0].Words; got != want {
		t.Errorf("the words are %q, want %q", got, want)
	}
}

// The unit of a heat map's rows is not that of its colours.
func TestWordsOfHeatMaps(t *testing.T) {
	f := figure(t, chart.Figure{Title: "T", X: chart.Axis{Label: "weight", Unit: "nS"}, Panels: []chart.Panel{{
		Y:      chart.Axis{Label: "drive", Unit: "pps"},
		Series: []chart.Series{chart.HeatMap{Rows: [][]float64{{0, 1}, {2, 3}}, X0: -0.5, X1: 1.5, Label: "CV"}},
	}}})
	want := "T. Heat map of 2 rows, colours from 0 to 3 CV. Vertical axis: drive (pps). Horizontal axis: weight (nS), from -0.5 to 1.5."
	if got := f.Frames[0].Words; got != want {
		t.Errorf("the words are %q, want %q", got, want)
	}
}

// The words name each axis with its unit, say which series is on the right, and count
// points, what is missing and what a log axis leaves out.
func TestWordsOfOddAxes(t *testing.T) {
	const overX = " Horizontal axis: Frequency (Hz), from 0 to "
	const power = "Vertical axis: Power (mV2/Hz), log axis."
	two := ". Left axis: Rate (pps). Right axis: Force (N)."
	panels := func(columns int) (text string) {
		for i := range 5 {
			text += fmt.Sprintf(` Row %d, column %d: Panel %d: line "left" with 3 points from 1 to 3; line "right" with 3 points from %d to 30 on the right axis%s`,
				i/columns+1, i%columns+1, i, i, two)
		}
		return text + " Shared horizontal axis: Time (s), from 0 to 2."
	}
	const long = "The mean firing rate of all motor neurons that were active in the plateau of the contraction (pulses per second)"
	want := map[string]string{
		"errorsbelow": `error bars that reach below 0 on a log axis. Line "below 0" with 4 points from 1 to 1000, error bars up to 50. ` + power + overX + "3.",
		"lognothing":  `nothing above 0. Line "nothing above 0" without points, no data: 2 values not above 0 left out. ` + power + " Horizontal axis: Frequency (Hz).",
		"logmixed": `some above 0. Line "mixed" with 2 points from 0.02 to 5; bars "bars" with 2 points from 0.1 to 2, error bars up to 1, 4 values not above 0 left out. ` +
			power + " Horizontal axis: Frequency (Hz), from -0.4 to 3.4.",
		"subdecade": `2 to 3. Line "sub-decade" with 3 points from 2 to 3. ` + power + overX + "2.",
		"narrow":    `100 to 100.01. Line "narrow" with 3 points from 100 to 100.01. ` + power + overX + "2.",
		"decade":    `1 to 10. Line "decade" with 3 points from 1 to 10. ` + power + overX + "2.",
		"hugespan":  `1e-300 to 1e300 on a log axis. Line "span" with 3 points from 1e-300 to 1e+300. ` + power + overX + "2.",
		"logpoint":  `a point on a log axis. Line "one point" with 1 point at 7, error bars up to 9. ` + power + " Horizontal axis: Frequency (Hz), at 0.",
		"rightlog": `a log axis on the right. Line "gaps" with 4 points from 1 to 4 (4 missing), error bars up to 0.5; line "power" with 5 points from 0.001 to 1e+04 (1 missing) ` +
			"on the right axis, 2 values not above 0 left out. Left axis: Rate (pps). Right axis: Power (mV2/Hz), log axis." + overX + "7.",
		"rightempty": `an empty series on the right. Line "left" with 3 points from 1 to 3; line "none" without points on the right axis. ` +
			"Left axis: Rate (pps). Right axis: Power (mV2/Hz), log axis." + overX + "2.",
		"leftempty": `nothing on the left. Line "force" with 3 points from 1 to 3 on the right axis` + two + overX + "2.",
		"gaps":      `markers beside gaps. Line "gaps" with 4 points from 1 to 4 (4 missing), error bars up to 0.5. Vertical axis: Rate (pps).` + overX + "6.",
		"onemarker": `one point with an error bar. Line "one point" with 1 point at 7, error bars up to 9. Vertical axis: Rate (pps). Horizontal axis: Frequency (Hz), at 0.`,
		"longlabels": `long labels. Line "a name that goes on and on and on and on" with 3 points from 1 to 3; line "another name that goes on and on and on" with 3 points from 10 to 30 ` +
			"on the right axis. Left axis: " + long + ". Right axis: " + long + "." + overX + "2.",
		"fivepanels":   "five panels." + panels(3),
		"fiveinarow":   "five in a row." + panels(5),
		"logbothempty": `empty log axes. Line "none" without points, no data. ` + power + " Horizontal axis: Frequency (Hz), log axis.",
	}
	odd := charttest.OddAxes()
	for name, f := range odd {
		if got := figure(t, f).Frames[0].Words; got != want[name] {
			t.Errorf("%s: the words are\n%s\nwant\n%s", name, got, want[name])
		}
	}
	if len(odd) != len(want) {
		t.Errorf("%d figures, %d are known", len(odd), len(want))
	}
	for _, name := range []string{"nothing", "categories", "far", "flat"} {
		want := map[string]string{
			"nothing":    "no series. Vertical axis: y (mV). Horizontal axis: Time (s).",
			"categories": "Bars with names. Bars with 4 points from 1 to 4. Vertical axis: Threshold. Horizontal axis: Model: Fuglevand, De Luca, Konstantin, combined.",
			"far":        `1e15 and its neighbour. Line "l" with 2 points from 0 to 1. Vertical axis: y (mV). Horizontal axis: Time (s), from 1000000000000000 to 1000000000000001.`,
			"flat":       `equal values. Line "l" with 3 points at 5. Vertical axis: y (mV). Horizontal axis: Time (s), from 0 to 2.`,
		}[name]
		if got := figure(t, charttest.Odd()[name]).Frames[0].Words; got != want {
			t.Errorf("%s: the words are\n%s\nwant\n%s", name, got, want)
		}
	}
}

// One limit may be given; the other is that of the data.
func TestOneLimit(t *testing.T) {
	x, y := []float64{0, 1, 2}, []float64{1, 4, 9}
	draw := func(a chart.Axis, y []float64) (*Figure, error) {
		return New(chart.Figure{Title: "f", Panels: []chart.Panel{{Title: "p", Y: a, Series: []chart.Series{chart.Line{X: x[:len(y)], Y: y}}}}})
	}
	for _, c := range []struct {
		axis      chart.Axis
		y         []float64
		low, high float64
		refused   string
	}{
		{chart.Axis{Min: 2}, y, 2, 9, ""},
		{chart.Axis{Min: 2, Log: true}, y, 2, 10, ""},
		{chart.Axis{Max: 25}, y, 0, 25, ""},
		{chart.Axis{Min: -5}, y, -5, 0, ""},
		{chart.Axis{Max: -2}, []float64{-9, -4, -1}, -9, -2, ""},
		{chart.Axis{Min: 2}, nil, 2, 4, ""},
		{chart.Axis{Label: "Force", Min: 20}, y, 0, 0, `the axis "Force" begins at 20, and all data are below that: up to 9`},
		{chart.Axis{Label: "Force", Max: -20}, y, 0, 0, `the axis "Force" ends at -20, and all data are above that: from 1`},
		{chart.Axis{Min: 3, Max: 2}, y, 0, 0, "goes from 3 to 2"},
	} {
		f, err := draw(c.axis, c.y)
		switch {
		case c.refused != "":
			if err == nil || !strings.Contains(err.Error(), c.refused) {
				t.Errorf("%+v: error %v, want %q", c.axis, err, c.refused)
			}
		case err != nil:
			t.Errorf("%+v: %v", c.axis, err)
		default:
			if got := f.Frames[0].Panels[0].Y; c.axis.Min != 0 && got.Min != c.low || c.axis.Max != 0 && got.Max != c.high ||
				got.Min > c.low || got.Min < c.low-1.01 || got.Max < c.high || got.Max > c.high+1.01 {
				t.Errorf("%+v goes from %v to %v, want about %v to %v", c.axis, got.Min, got.Max, c.low, c.high)
			}
		}
	}
}

// A panel that has nothing to show says so, in its title and in words.
func TestNoData(t *testing.T) {
	nan := math.NaN()
	for name, c := range map[string]struct {
		s    chart.Series
		want bool
	}{
		"an empty line": {chart.Line{Name: "l"}, true}, "a line of NaN": {chart.Line{X: []float64{1, 2}, Y: []float64{nan, nan}}, true},
		"a map of NaN": {chart.HeatMap{X1: 1, Rows: [][]float64{{nan, nan}}}, true}, "a map": {chart.HeatMap{X1: 1, Rows: [][]float64{{nan, 1}}}, false},
		"a line": {chart.Line{X: []float64{1, 2}, Y: []float64{nan, 1}}, false}, "silent neurons": {chart.Raster{Trains: make([]neo.SpikeTrain, 2)}, false},
	} {
		f, err := New(chart.Figure{Title: "f", Panels: []chart.Panel{{Title: "p", Series: []chart.Series{c.s, chart.Rule{At: 1}}}}})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if title := f.Frames[0].Panels[0].Title; (title == "p (no data)") != c.want || strings.Contains(f.Frames[0].Words, "no data") != c.want {
			t.Errorf("%s: the title is %q, the words are %q", name, title, f.Frames[0].Words)
		}
	}
}
