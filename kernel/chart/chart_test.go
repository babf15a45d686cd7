package chart_test

import (
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"gomyogen/kernel/chart"
	"gomyogen/kernel/chart/charttest"
)

func TestTicks(t *testing.T) {
	for _, c := range []struct {
		low, high float64
		n         int
		want      string
	}{
		{0, 15, 10, "0 2 4 6 8 10 12 14"},
		{0, 1, 3, "0.0 0.3 0.6 0.9"},
		{-0.5, 99.5, 5, "0 20 40 60 80"},
		{-1, 1, 4, "-1.0 -0.5 0.0 0.5 1.0"},
		{1, 1, 4, ""},
		{0, 0.002, 4, "0.0000 0.0005 0.0010 0.0015 0.0020"},
	} {
		var got []string
		for _, tick := range (chart.Axis{}).Ticks(c.low, c.high, c.n) {
			got = append(got, tick.Text)
		}
		if text := strings.Join(got, " "); text != c.want {
			t.Errorf("%v..%v in %d: %s, want %s", c.low, c.high, c.n, text, c.want)
		}
	}
	a := chart.Axis{Categories: []string{"a", "b", "c"}}
	if ticks := a.Ticks(-0.5, 2.5, 10); len(ticks) != 3 || ticks[2].Text != "c" {
		t.Errorf("categories give %v", ticks)
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
		if err := f.Validate(); err != nil {
			t.Fatal(err)
		}
		f = f.Scaled()
		x0, x1, y0, y1 := f.Limits(0)
		if !(x0 < x1 && y0 < y1) || math.IsInf(x1-x0, 0) || math.IsInf(y1-y0, 0) {
			t.Fatalf("limits %v..%v, %v..%v", x0, x1, y0, y1)
		}
		l := f.Panels[0].Series[0].(*chart.Line)
		for i := range x {
			if room := 1e-9 * (y1 - y0); l.X[i] < x0 || l.X[i] > x1 || l.Y[i] < y0-room || l.Y[i] > y1+room {
				t.Fatalf("(%v, %v) is outside %v..%v, %v..%v", l.X[i], l.Y[i], x0, x1, y0, y1)
			}
		}
		if n := len((chart.Axis{}).Ticks(y0, y1, 4)); n < 2 || n > 12 {
			t.Fatalf("%d ticks from %v to %v", n, y0, y1)
		}
	})
}

func TestScaled(t *testing.T) {
	f := charttest.Odd()["tiny"].Scaled()
	if f.X.Unit != "1e-300 s" || f.Panels[0].Y.Unit != "1e-300 mV" {
		t.Errorf("the units are %q and %q", f.X.Unit, f.Panels[0].Y.Unit)
	}
	if y := f.Panels[0].Series[0].(*chart.Line).Y[1]; math.Abs(y-3) > 1e-12 {
		t.Errorf("3e-300 became %v", y)
	}
	same := charttest.Sheet()
	if got := same.Scaled(); got.X.Unit != "s" || got.Panels[0].Series[1].(*chart.Line).Y[7] != same.Panels[0].Series[1].(*chart.Line).Y[7] {
		t.Error("a figure that needs no scaling was scaled")
	}
}

// A figure is thinned once: what is left has the limits, the words and the
// numbers of points of the whole.
func TestFiguresAreThinned(t *testing.T) {
	const n = 100000
	x, y, low := make([]float64, n), make([]float64, n), make([]float64, n)
	for i := range x {
		x[i], y[i], low[i] = float64(i), math.Sin(float64(i)/3000)*float64(i)+0.3, -float64(i)
		if i/1000 == 50 {
			y[i] = math.NaN()
		}
	}
	long := chart.Figure{Title: "long", Panels: []chart.Panel{
		{Series: []chart.Series{&chart.Line{Name: "line", X: x, Y: y}, &chart.Step{Name: "step", X: x, Y: y}, &chart.Rule{At: 3}}},
		{Series: []chart.Series{&chart.Band{Name: "band", X: x, Low: low, High: y}, &chart.Bars{X: x[:9], Y: y[:9]}}},
		{Series: []chart.Series{&chart.HeatMap{Rows: [][]float64{x, y}, X1: n, Max: n}, &chart.Raster{Trains: charttest.Trains(3, 300, 15)}}},
	}}
	thin := long.Thin()
	if got := thin.Summary(); got != long.Summary() {
		t.Errorf("the thinned figure is %q, the whole one %q", got, long.Summary())
	}
	for i := range long.Panels {
		x0, x1, y0, y1 := long.Limits(i)
		if a, b, c, d := thin.Limits(i); a != x0 || b != x1 || c != y0 || d != y1 {
			t.Errorf("panel %d: the limits %v..%v, %v..%v became %v..%v, %v..%v", i, x0, x1, y0, y1, a, b, c, d)
		}
	}
	if l := thin.Panels[0].Series[0].(*chart.Line); l.Of != len(long.Panels[0].Series[0].(*chart.Line).X) || len(l.X) > l.Of/5 {
		t.Errorf("of %d points, it says %d, %d are left", len(long.Panels[0].Series[0].(*chart.Line).X), l.Of, len(l.X))
	}
	job := chart.Job{Figure: long, As: "cell"}.Thinned()
	if len(job.Figure.Panels[0].Series[0].(*chart.Line).X) != len(thin.Panels[0].Series[0].(*chart.Line).X) || !reflect.DeepEqual(job.Thinned(), job) {
		t.Error("a job is not thinned once")
	}
	if all := (chart.Job{Figure: long, As: "png"}); !reflect.DeepEqual(all.Thinned(), all) {
		t.Error("a picture gets less than all")
	}
	if s := charttest.Sheet(); len(s.Thin().Panels[0].Series) != len(s.Panels[0].Series) || s.Thin().Summary() != s.Summary() {
		t.Error("a short figure lost something")
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
	f := chart.Figure{X: chart.Axis{Min: 50, Max: 51}, Panels: []chart.Panel{{Series: []chart.Series{
		&chart.Line{Name: "line", X: x, Y: y}, &chart.Step{Name: "step", X: x, Y: y}, &chart.Band{Name: "band", X: x, Low: low, High: y}}}}}
	s := f.Thin().Panels[0].Series
	line, step, band := s[0].(*chart.Line), s[1].(*chart.Step), s[2].(*chart.Band)
	for name, part := range map[string][]float64{"line": line.X, "step": step.X, "band": band.X} {
		if n := len(part); n != 2003 || part[0] >= 50 || part[1] != 50 || part[n-2] != 51 || part[n-1] <= 51 {
			t.Errorf("%s: %d points from %v to %v are left", name, n, part[0], part[n-1])
		}
	}
	if line.Of != len(x) || step.Of != len(x) || band.Of != len(x) {
		t.Errorf("they say there were %d, %d and %d points", line.Of, step.Of, band.Of)
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
		thin := l.Thin(columns)
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
		thin := l.Thin(columns)
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
	p := chart.Panel{Series: []chart.Series{&chart.Line{}, &chart.Step{}, &chart.Band{}, &chart.Bars{}, &chart.Line{Color: chart.Red}}}
	colors := p.SeriesColors()
	seen := map[any]bool{}
	for _, c := range colors {
		seen[c] = true
	}
	if len(seen) != len(colors) || colors[4] != chart.Red {
		t.Errorf("the colours are %v", colors)
	}
}

// Bars do not cover each other, in whatever order they come.
func TestBarsAreNarrowerThanTheirDistance(t *testing.T) {
	for _, x := range [][]float64{{1, 2, 3}, {1, 4, 2, 5, 3}, {3, 1, 4, 1, 2}} {
		b := &chart.Bars{X: slices.Clone(x), Y: make([]float64, len(x))}
		if got := b.Wide(); math.Abs(got-0.8) > 1e-12 {
			t.Errorf("bars at %v are %v wide, want 0.8", x, got)
		}
		if !slices.Equal(b.X, x) {
			t.Errorf("bars at %v moved to %v", x, b.X)
		}
	}
}
