package stats_test

import (
	_ "embed"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"gomyogen/myogen/internal/pythontest"
	"gomyogen/myogen/neo"
	"gomyogen/myogen/stats"
	"gomyogen/myogen/units"
)

//go:embed testdata/agreement.py
var agreement string

type number = pythontest.Number

// agreementCase is one call, of ours and of theirs.
type agreementCase struct {
	Function string        `json:"function"`
	Trains   []trainOfCase `json:"trains,omitempty"`
	X        []number      `json:"x"`
	Y        []number      `json:"y"`
	Edges    []number      `json:"edges"`
	Bin      number        `json:"bin,omitempty"`
	Window   number        `json:"window,omitempty"`
	Start    number        `json:"start"`
	Stop     number        `json:"stop"`
	TStart   number        `json:"t_start"`
	Period   number        `json:"period,omitempty"`
	P        number        `json:"p"`
	N        int           `json:"n,omitempty"`
	Every    int           `json:"every,omitempty"`
	Output   string        `json:"output,omitempty"`

	ours func() ([]number, error)
	// stricter says why ours refuses what theirs answers.
	stricter string
	// tolerance is relative to the largest value; 0 means 1e-12.
	tolerance float64
}

type trainOfCase struct {
	Times []number `json:"times"`
	Start number   `json:"start"`
	Stop  number   `json:"stop"`
}

func one[T ~float64](x T, err error) ([]number, error) { return []number{number(x)}, err }

func values(x []float64, err error) ([]number, error) { return pythontest.Numbers(x), err }

func signalValues(s neo.AnalogSignal, err error) ([]number, error) {
	return pythontest.Numbers(s.Values), err
}

// trainCases are trains of few spikes, of spikes that lie together, on edges,
// outside and out of order, and random ones.
func trainCases(r *rand.Rand) map[string]neo.SpikeTrain {
	of := func(start, stop units.Time, times ...units.Time) neo.SpikeTrain {
		return neo.SpikeTrain{Times: times, TStart: start, TStop: stop}
	}
	cases := map[string]neo.SpikeTrain{
		"empty":                   of(0, 1000),
		"one spike":               of(0, 1000, 300),
		"two spikes":              of(0, 1000, 300, 700),
		"two equal spikes":        of(0, 1000, 300, 300),
		"three equal spikes":      of(0, 1000, 300, 300, 300),
		"equal spikes within":     of(0, 1000, 100, 300, 300, 500),
		"three spikes":            of(0, 1000, 100, 300, 600),
		"on t_start and t_stop":   of(0, 1000, 0, 500, 1000),
		"negative times":          of(-500, 500, -500, -250, -0.1, 0, 250, 500),
		"late":                    of(700, 1700, 700, 800, 1100, 1699.9),
		"on edges":                of(0, 1000, 0, 100, 200, 300, 400, 500, 600, 700, 800, 900),
		"on edges by sums":        of(0, 1000, 0.1+0.2, 0.7+0.1, 99.99999999999999, 299.99999999999994, 700.0000000000001),
		"short of an edge":        of(0, 1000, 99.9999999, 199.99999999, 299.999999999, 399.9999999999),
		"ten equal spikes":        of(0, 1000, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5),
		"a long silence":          of(0, 9000, 1, 2, 3, 8998, 8999),
		"far from zero":           of(1e9, 1e9+1000, 1e9, 1e9+100, 1e9+250.5, 1e9+1000),
		"a doublet and a pause":   of(0, 1000, 100, 104, 900),
		"a span that is not even": of(0, 1234.5, 10, 1200, 1230, 1234.4),
		"all on t_start":          of(0, 1000, 0, 0, 0),
		"all on t_stop":           of(0, 1000, 1000, 1000, 1000),
		"a bit beside edges":      of(0, 1000, units.Time(math.Nextafter(100, 0)), units.Time(math.Nextafter(100, 200)), units.Time(math.Nextafter(250, 0)), units.Time(math.Nextafter(1000, 0))),
		"a millionth of a bin":    of(-33.3, 966.7, -33.3, -33.3+1e-6, 0, 0.7, 66.7-1e-7, 66.7),
		"on edges below zero":     of(-1000, 0, -1000, -900, -700, -699.9999999999999, -100, 0),
		"a short span":            of(5, 5.5, 5, 5.1, 5.3),
	}
	for i := range 10 {
		start := units.Time(r.IntN(3)-1) * 250
		stop := start + units.Time(500+r.Float64()*1000)
		var times []units.Time
		for range 2 + r.IntN(60) {
			times = append(times, (start + units.Time(r.Float64())*(stop-start)).Round(0.1))
		}
		slices.Sort(times)
		cases[fmt.Sprint("random ", i)] = of(start, stop.Round(0.1), times...)
		if times[0] < start || times[len(times)-1] > stop.Round(0.1) {
			delete(cases, fmt.Sprint("random ", i))
		}
	}
	return cases
}

// agreementFunctions are what TestAgreement compares.
var agreementFunctions = []string{"ISI", "CV", "CV2", "LV", "mean firing rate", "time histogram", "slice of a train", "cross-correlogram", "Fano factor",
	"instantaneous rates", "slice of a signal", "mean", "SD", "SEM", "median", "percentile", "histogram", "linear regression", "spectrum"}

func TestAgreement(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	var cases []agreementCase
	add := func(c agreementCase, trains ...neo.SpikeTrain) {
		for _, t := range trains {
			c.Trains = append(c.Trains, trainOfCase{pythontest.Numbers(t.Times), number(t.TStart), number(t.TStop)})
		}
		cases = append(cases, c)
	}
	trains := trainCases(r)
	for _, x := range trains {
		add(agreementCase{Function: "ISI", ours: func() ([]number, error) { return pythontest.Numbers(stats.ISI(x)), nil }}, x)
		if len(x.Times) != 2 { // one interval: SciPy has 0
			add(agreementCase{Function: "CV", ours: func() ([]number, error) { return one(stats.CV(x), nil) }}, x)
		}
		add(agreementCase{Function: "CV2", ours: func() ([]number, error) { return one(stats.CV2(x), nil) }}, x)
		add(agreementCase{Function: "LV", ours: func() ([]number, error) { return one(stats.LV(x), nil) }}, x)
		add(agreementCase{Function: "mean firing rate", ours: func() ([]number, error) { return one(stats.MeanFiringRate(x)) }}, x)
		for _, bin := range []units.Time{100, 0.1, 1, 33.3, 0.7, 250, 800, 2000} {
			add(agreementCase{Function: "time histogram", Output: "rate", Bin: number(bin),
				ours: func() ([]number, error) { return signalValues(stats.TimeHistogram([]neo.SpikeTrain{x}, bin)) }}, x)
			three := []neo.SpikeTrain{x, {TStart: x.TStart, TStop: x.TStop}, x}
			add(agreementCase{Function: "time histogram", Output: "counts", Bin: number(bin),
				ours: func() ([]number, error) { return signalValues(stats.CumulativeSpikeTrain(three, bin)) }}, three...)
		}
		for _, span := range [][2]units.Time{{0, 1000}, {300, 300}, {300, 700}, {-1e6, 1e6}, {-900, 100}, {100, 99}, {1e6, 2e6}, {-2e6, -1e6}, {x.TStop, 1e6}, {-1e6, x.TStart}} {
			c := agreementCase{Function: "slice of a train", Start: number(span[0]), Stop: number(span[1]), ours: func() ([]number, error) {
				s, err := x.Slice(span[0], span[1])
				return append([]number{number(s.TStart), number(s.TStop)}, pythontest.Numbers(s.Times)...), err
			}}
			if span[0] > span[1] {
				c.stricter = "start after stop"
			}
			add(c, x)
		}
		for _, y := range []neo.SpikeTrain{x, {TStart: x.TStart, TStop: x.TStop}, {TStart: x.TStart, TStop: x.TStop, Times: []units.Time{x.TStart + 10, x.TStart + 333, x.TStart + 334}}} {
			for _, window := range []units.Time{50, 300, 5000} {
				add(agreementCase{Function: "cross-correlogram", Bin: 10, Window: number(window), ours: func() ([]number, error) {
					s, err := stats.CrossCorrelogram(x, y, 10, window)
					return append([]number{number(s.TStart)}, pythontest.Numbers(s.Values)...), err
				}}, x, y)
			}
		}
		fano := []neo.SpikeTrain{x, {TStart: x.TStart, TStop: x.TStop}}
		add(agreementCase{Function: "Fano factor", ours: func() ([]number, error) { return one(stats.FanoFactor(fano)) }}, fano...)
		longer := []neo.SpikeTrain{x, {TStart: x.TStart, TStop: x.TStop + 100, Times: []units.Time{x.TStop}}}
		add(agreementCase{Function: "Fano factor", stricter: "other spans", ours: func() ([]number, error) { return one(stats.FanoFactor(longer)) }}, longer...)
		grid := x
		grid.TStop = x.TStart + (x.Duration() + 1).Round(1) // after a multiple of the sampling period
		grid.SamplingPeriod = 0.5
		for _, every := range []int{1, 7} {
			c := agreementCase{Function: "instantaneous rates", Window: 100, Period: 0.5, Every: every, ours: func() ([]number, error) {
				all, err := stats.InstantaneousRatesEvery([]neo.SpikeTrain{grid, grid}, 100, units.Time(every)*0.5)
				var x []number
				for _, s := range all {
					x = append(x, pythontest.Numbers(s.Values)...)
				}
				return x, err
			}}
			if grid.Duration() < 100 {
				c.stricter = "shorter than the window"
			}
			add(c, grid, grid)
		}
	}
	outside := neo.SpikeTrain{Times: []units.Time{-100, 50, 3100}, TStop: 3000}
	add(agreementCase{Function: "time histogram", Output: "rate", Bin: 1000,
		ours: func() ([]number, error) { return signalValues(stats.TimeHistogram([]neo.SpikeTrain{outside}, 1000)) }}, outside)
	unsorted := neo.SpikeTrain{Times: []units.Time{700, 50, 2100, 60}, TStop: 3000}
	add(agreementCase{Function: "time histogram", Output: "rate", Bin: 1000, stricter: "unsorted",
		ours: func() ([]number, error) { return signalValues(stats.TimeHistogram([]neo.SpikeTrain{unsorted}, 1000)) }}, unsorted)
	add(agreementCase{Function: "mean firing rate", stricter: "unsorted", ours: func() ([]number, error) { return one(stats.MeanFiringRate(unsorted)) }}, unsorted)
	nan := neo.SpikeTrain{Times: []units.Time{100, units.Time(math.NaN())}, TStop: 3000}
	for _, x := range []neo.SpikeTrain{{Times: []units.Time{-300, -200, -50}, TStart: -400, TStop: -1}} {
		add(agreementCase{Function: "ISI", ours: func() ([]number, error) { return pythontest.Numbers(stats.ISI(x)), nil }}, x)
		add(agreementCase{Function: "CV", ours: func() ([]number, error) { return one(stats.CV(x), nil) }}, x)
		add(agreementCase{Function: "CV2", ours: func() ([]number, error) { return one(stats.CV2(x), nil) }}, x)
		add(agreementCase{Function: "LV", ours: func() ([]number, error) { return one(stats.LV(x), nil) }}, x)
		add(agreementCase{Function: "mean firing rate", ours: func() ([]number, error) { return one(stats.MeanFiringRate(x)) }}, x)
	}
	add(agreementCase{Function: "mean firing rate", stricter: "NaN", ours: func() ([]number, error) { return one(stats.MeanFiringRate(nan)) }}, nan)
	add(agreementCase{Function: "time histogram", Output: "rate", Bin: 1000, stricter: "NaN",
		ours: func() ([]number, error) { return signalValues(stats.TimeHistogram([]neo.SpikeTrain{nan}, 1000)) }}, nan)
	add(agreementCase{Function: "slice of a train", Start: 0, Stop: 500, stricter: "NaN", ours: func() ([]number, error) {
		s, err := nan.Slice(0, 500)
		return pythontest.Numbers(s.Times), err
	}}, nan)
	add(agreementCase{Function: "mean firing rate", stricter: "no span", ours: func() ([]number, error) { return one(stats.MeanFiringRate(neo.SpikeTrain{})) }}, neo.SpikeTrain{})
	add(agreementCase{Function: "Fano factor", stricter: "NaN", ours: func() ([]number, error) { return one(stats.FanoFactor([]neo.SpikeTrain{nan, nan})) }}, nan, nan)

	// Slices of signals, on samples; where Neo refuses a slice that only
	// overlaps, ours is documented to clip.
	s := neo.AnalogSignal{Name: "v", Units: "mV", TStart: 20, SamplingPeriod: 0.1}
	for i := range 1000 {
		s.Values = append(s.Values, float64(i))
	}
	for _, span := range [][2]int{{0, 1000}, {0, 1}, {0, 0}, {999, 1000}, {1000, 1000}, {3, 7}, {123, 987}, {2000, 3000}, {-300, -200}} {
		start, stop := s.Time(span[0]), s.Time(span[1])
		add(agreementCase{Function: "slice of a signal", X: pythontest.Numbers(s.Values), TStart: 20, Period: 0.1, Start: number(start), Stop: number(stop),
			ours: func() ([]number, error) {
				cut, err := s.Slice(start, stop)
				return append([]number{number(cut.TStart)}, pythontest.Numbers(cut.Values)...), err
			}})
	}

	lists := [][]float64{{}, {3}, {3, 5}, {3, 3}, {3, 3, 3}, {-1, -5, 2, 0}, {9, 1, 5, 3, 7}, {1e9, 1e9 + 1, 1e9 + 2}, {1, math.NaN(), 2}, {1, math.Inf(1), 2}, {math.NaN()},
		{1e15, 1e15 + 1, 1e15 + 2, 1e15 + 7}, {1e-300, 2e-300, 5e-300}, {1e-320, 3e-320}, {0.1, 0.1, 0.1, 0.1}, {math.Copysign(0, -1), 0, 0}, {1e150, -1e150, 2e150},
		{1e300, 2e300, 4e300}, {1e300, 1e300}, {-1e300, 1e300, 1e-300}, {1.7e308, 1.7e308}, {-1.7e308, 1.7e308, 1.6e308}, {5e-324}, {0, 5e-324, 5e-324}, {-1e-300, 1e-300, 0},
		{math.Inf(1), math.Inf(1)}, {math.Inf(-1)}, {math.NaN(), math.NaN()}, {math.NaN(), math.Inf(1), 0}, {5, 4, 3, 2, 1}, {-7, -7, -7}, {1e16, 1, -1e16},
		{1e200, -1e200}, {math.Inf(1), math.Inf(-1), 0}, {7, 7, 7, 7, 7, 7, 8}, {0.1, 0.2, 0.30000000000000004, 0.3, 0.7, 0.7999999999999999}}
	for range 5 {
		var x []float64
		for range 1 + r.IntN(200) {
			x = append(x, r.NormFloat64()*10)
		}
		lists = append(lists, x)
	}
	for _, x := range lists {
		in := pythontest.Numbers(x)
		for name, f := range map[string]func([]float64) float64{"mean": stats.Mean[float64], "SD": stats.SD[float64], "SEM": stats.SEM[float64], "median": stats.Median[float64]} {
			if name == "median" && slices.Contains(x, 1.7e308) {
				continue // the sum or the difference of two ranks overflows in NumPy, see TestPercentileOfLargeNumbers
			}
			add(agreementCase{Function: name, X: in, ours: func() ([]number, error) { return one(f(x), nil) }})
		}
		for _, p := range []float64{0, 1, 25, 50, 95, 99.9, 100, -1, 101, math.NaN()} {
			if slices.ContainsFunc(x, func(v float64) bool { return math.IsInf(v, 0) }) || slices.Contains(x, 1.7e308) {
				break // ours is documented to count it; and see median
			}
			add(agreementCase{Function: "percentile", X: in, P: number(p), ours: func() ([]number, error) {
				v := stats.Percentile(x, p)
				if math.IsNaN(v) && (len(x) == 0 || !(p >= 0 && p <= 100)) {
					return nil, errors.New("NaN stands for what NumPy refuses")
				}
				return one(v, nil)
			}})
		}
		for _, edges := range [][]float64{{0, 1}, {-10, 0, 10}, {-10, 0, 0, 10}, {3, 5, 7, 9}, {1}, {}, {5, 3}, {0, math.NaN()},
			{0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8}, {7, 7, 8, 8}, {-1e300, 0, 1e300}, {math.Inf(-1), 0, math.Inf(1)}, {math.Inf(-1), math.Inf(1)}, {5, 5}, {-7, -7, -7, -6}, {1e-300, 2e-300, 5e-300}, {0, 5e-324, 1e-320},
			{3, 3.0000000000000004, 5}, {math.NaN(), 0, 1}, {0, 1, math.NaN()}, {-5, -4, -3, -2, -1, 0}, {math.Inf(1), math.Inf(1)}} {
			c := agreementCase{Function: "histogram", X: in, Edges: pythontest.Numbers(edges), ours: func() ([]number, error) {
				n, err := stats.Histogram(x, edges)
				var out []number
				for _, v := range n {
					out = append(out, number(v))
				}
				return out, err
			}}
			switch {
			case slices.ContainsFunc(x, math.IsNaN):
				c.stricter = "NaN"
			case len(edges) < 2:
				c.stricter = "too few edges"
			case slices.ContainsFunc(edges, math.IsNaN):
				c.stricter = "an edge that is NaN"
			}
			add(c)
		}
		y := make([]float64, len(x))
		for i := range y {
			y[i] = 3 - 2*x[i] + r.NormFloat64()
		}
		c := agreementCase{Function: "linear regression", X: in, Y: pythontest.Numbers(y), tolerance: 1e-9, ours: func() ([]number, error) {
			l, err := stats.LinearRegression(x, y)
			return []number{number(l.Intercept), number(l.Slope), number(l.R2)}, err
		}}
		if slices.ContainsFunc(x, func(v float64) bool { return math.IsNaN(v) || math.IsInf(v, 0) }) {
			c.stricter = "not finite"
		} else if len(x) < 2 {
			c.stricter = "too few points"
		} else if r := slices.Max(x) - slices.Min(x); r > 0 && r < 1e-160 || r > 1e154 {
			c.stricter = "squares that are no numbers"
		} else if r > 1e77 {
			continue // SciPy's product of the squares overflows: its R2 is 0
		}
		add(c)
	}
	rising := []float64{1, 2, 3, 4}
	for _, c := range []struct {
		x, y     []float64
		stricter string
	}{
		{x: rising, y: []float64{5, 5, 5, 5}}, {x: rising, y: []float64{0, 0, 0, 0}}, {x: rising, y: []float64{0.1, 0.1, 0.1, 0.1}}, {x: append(rising[:4:4], 5, 6, 7, 8, 9, 10), y: slices.Repeat([]float64{0.1}, 10)}, {x: rising, y: []float64{1, 2, 3}},
		{x: rising, y: []float64{-1, -2, -3, -4}}, {x: rising, y: []float64{1, -1, -1, 1}}, {x: []float64{4, 1, 3, 2}, y: []float64{7, 1, 5, 2}}, {x: []float64{1, 1, 2}, y: []float64{0, 1, 5}},
		{x: []float64{-3, -1}, y: []float64{4, 8}}, {x: []float64{1e9, 1e9 + 1, 1e9 + 2}, y: []float64{1e-3, 2e-3, 4e-3}}, {x: []float64{1, 2}, y: []float64{3, 3}},
		{x: rising, y: []float64{1e100, 3e100, 2e100, 5e100}}, {x: rising, y: []float64{1e-100, 3e-100, 2e-100, 5e-100}}, {x: []float64{1, 3, 2, 6, 5}, y: []float64{0.1, 0.3, 0.2, 0.6, 0.5}},
		{rising, []float64{1e200, 3e200, 2e200, 5e200}, "squares that are no numbers"}, {rising, []float64{1e-200, 3e-200, 2e-200, 5e-200}, "squares that are no numbers"},
		{rising, []float64{1, 2, math.NaN(), 4}, "not finite"}, {rising, []float64{1, 2, math.Inf(-1), 4}, "not finite"},
	} {
		add(agreementCase{Function: "linear regression", X: pythontest.Numbers(c.x), Y: pythontest.Numbers(c.y), stricter: c.stricter, ours: func() ([]number, error) {
			l, err := stats.LinearRegression(c.x, c.y)
			return []number{number(l.Intercept), number(l.Slope), number(l.R2)}, err
		}})
	}
	for _, n := range []int{64, 100, 333} {
		x, y := make([]float64, 1000), make([]float64, 1000)
		for i := range x {
			x[i] = r.NormFloat64() + 5
			y[i] = x[i]/2 + r.NormFloat64()
		}
		add(agreementCase{Function: "spectrum", X: pythontest.Numbers(x), Y: pythontest.Numbers(y), Period: 2, N: n, ours: func() ([]number, error) {
			a, b := neo.AnalogSignal{SamplingPeriod: 2, Values: x}, neo.AnalogSignal{SamplingPeriod: 2, Values: y}
			c, err := stats.NewCrossSpectrum(a, b, units.Time(2*n))
			out := slices.Concat(c.Frequencies, c.X, c.Y)
			for _, z := range c.XY {
				out = append(out, real(z))
			}
			for _, z := range c.XY {
				out = append(out, imag(z))
			}
			return values(append(out, c.Coherence()...), err)
		}})
	}

	var theirs []struct {
		Values []number
		Error  string
	}
	pythontest.Run(t, agreement, cases, &theirs)
	compared, refused := map[string]int{}, map[string]int{}
	for i, c := range cases {
		got, err := c.ours()
		want := theirs[i]
		describe := func() string {
			c.X, c.Y = c.X[:min(len(c.X), 10)], c.Y[:min(len(c.Y), 10)]
			return strings.ReplaceAll(fmt.Sprintf("%s: trains %v, x %v, y %v, edges %v, bin %v, window %v, start %v, stop %v, p %v",
				c.Function, c.Trains, c.X, c.Y, c.Edges, c.Bin, c.Window, c.Start, c.Stop, c.P), "\n", " ")
		}
		switch {
		case err != nil && (want.Error != "" || c.stricter != ""):
			refused[c.Function]++
		case err != nil:
			t.Errorf("%s\n  ours refuses: %v\n  theirs is %v", describe(), err, want.Values)
		case c.stricter != "":
			t.Errorf("%s\n  ours must refuse (%s), has %v", describe(), c.stricter, got)
		case want.Error != "":
			t.Errorf("%s\n  ours is %v\n  theirs refuses: %s", describe(), got, want.Error)
		case !pythontest.Near(got, want.Values, max(c.tolerance, 1e-12)):
			t.Errorf("%s\n  ours is   %v\n  theirs is %v", describe(), got[:min(len(got), 20)], want.Values[:min(len(want.Values), 20)])
		default:
			compared[c.Function]++
		}
	}
	t.Logf("compared %v\nrefused %v", compared, refused)
	for _, f := range agreementFunctions {
		if compared[f] == 0 {
			t.Errorf("%s: no value was compared", f)
		}
	}
	if len(compared) != len(agreementFunctions) {
		t.Errorf("compared %d functions, listed are %d", len(compared), len(agreementFunctions))
	}
}
