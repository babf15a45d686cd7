package stats

import (
	"encoding/json"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"gomyogen/myogen/format/npz"
	"gomyogen/myogen/neo"
	"gomyogen/myogen/units"
)

// reference holds what Elephant and NumPy make of the reference trains.
type reference struct {
	DD, MN struct {
		Active int
		Finite struct {
			N                   int
			Mean, Std, Min, Max float64
		}
		PSTH []float64 `json:"psth_rate_hz"`
	}
	PlateauRates []float64 `json:"plateau_rate_hz"`
	PlateauCVs   []float64 `json:"plateau_cv_isi"`
	Rate         float64   `json:"population_mean_rate_hz"`
	CV           float64   `json:"population_mean_cv"`
	Heatmap      struct {
		Top     float64   `json:"vmax_p95"`
		Max     float64   `json:"max"`
		RowMean []float64 `json:"row_mean"`
		RowMax  []float64 `json:"row_max"`
	}
}

const tolerance = 1e-9 // relative

func near(t *testing.T, what string, got, want float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance*math.Abs(want)) {
		t.Errorf("%s is %v, want %v", what, got, want)
	}
}

func readTrains(t testing.TB, model, prefix string) []neo.SpikeTrain {
	t.Helper()
	f, err := npz.Read("../testdata/network_" + model + "_seed42.npz")
	if err != nil {
		t.Fatal(err)
	}
	times, err := f.Floats(prefix + "_spike_times_ms")
	if err != nil {
		t.Fatal(err)
	}
	counts, err := f.Ints(prefix + "_spike_counts")
	if err != nil {
		t.Fatal(err)
	}
	var trains []neo.SpikeTrain
	for _, n := range counts {
		train := neo.SpikeTrain{TStop: 15 * units.S, SamplingPeriod: 0.1}
		for _, x := range times[:n] {
			train.Times = append(train.Times, units.Time(x))
		}
		times = times[n:]
		trains = append(trains, train)
	}
	return trains
}

func TestStatisticsEqualElephant(t *testing.T) {
	for _, model := range []string{"NERLab", "Powers2017"} {
		t.Run(model, func(t *testing.T) {
			b, err := os.ReadFile("testdata/stats_" + model + ".json")
			if err != nil {
				t.Fatal(err)
			}
			var ref reference
			if err := json.Unmarshal(b, &ref); err != nil {
				t.Fatal(err)
			}
			for prefix, want := range map[string]struct {
				Active int
				Finite struct {
					N                   int
					Mean, Std, Min, Max float64
				}
				PSTH []float64 `json:"psth_rate_hz"`
			}{"dd": ref.DD, "mn": ref.MN} {
				trains := readTrains(t, model, prefix)
				r := FiringRates(trains)
				if r.Active != want.Active || len(r.Rates) != want.Finite.N || r.OneSpike != r.Active-len(r.Rates) {
					t.Errorf("%s: %d active, %d rates, %d with one spike; want %d and %d", prefix, r.Active, len(r.Rates), r.OneSpike, want.Active, want.Finite.N)
				}
				near(t, prefix+" mean rate", float64(r.Mean), want.Finite.Mean)
				near(t, prefix+" SD", float64(r.SD), want.Finite.Std)
				near(t, prefix+" lowest rate", float64(r.Lowest), want.Finite.Min)
				near(t, prefix+" highest rate", float64(r.Highest), want.Finite.Max)
				p, err := TimeHistogram(trains, 100*units.Ms)
				if err != nil {
					t.Fatal(err)
				}
				if len(p.Values) != len(want.PSTH) {
					t.Fatalf("%d bins, want %d", len(p.Values), len(want.PSTH))
				}
				for i, w := range want.PSTH {
					near(t, prefix+" time histogram", p.Values[i], w)
				}
			}
			mn := readTrains(t, model, "mn")
			p, err := RatesWithin(mn, 1500, 11500)
			if err != nil {
				t.Fatal(err)
			}
			if len(p.Rates) != len(ref.PlateauRates) {
				t.Fatalf("%d trains on the plateau, want %d", len(p.Rates), len(ref.PlateauRates))
			}
			for i := range p.Rates {
				near(t, "plateau rate", p.Rates[i], ref.PlateauRates[i])
				near(t, "plateau CV", p.CVs[i], ref.PlateauCVs[i])
			}
			near(t, "population rate", float64(p.MeanRate), ref.Rate)
			near(t, "population CV", p.MeanCV, ref.CV)
			few := func(t neo.SpikeTrain) bool { return len(t.Times) <= 2 } // without a row in the reference
			mn = slices.DeleteFunc(mn, few)
			rates, err := InstantaneousRatesEvery(mn, 400, 0.1)
			if err != nil {
				t.Fatal(err)
			}
			var all []float64
			highest := 0.0
			for i, r := range rates {
				var sum, top float64
				for _, x := range r.Values {
					sum += x
					top = max(top, x)
				}
				near(t, "mean of a smoothed rate", sum/150000, ref.Heatmap.RowMean[i])
				near(t, "top of a smoothed rate", top, ref.Heatmap.RowMax[i])
				highest = max(highest, top)
				all = append(all, r.Values...)
			}
			near(t, "highest smoothed rate", highest, ref.Heatmap.Max)
			near(t, "95th percentile", Percentile(all, 95), ref.Heatmap.Top)
			thin, err := InstantaneousRates(mn, 400)
			if err != nil {
				t.Fatal(err)
			}
			for i, r := range thin {
				for k, x := range r.Values {
					if x != rates[i].Values[100*k] {
						t.Fatalf("train %d: kept sample %d is %v, want %v", i, k, x, rates[i].Values[100*k])
					}
				}
			}
		})
	}
}

func TestBinningKeepsEverySpike(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		times := rapid.SliceOf(rapid.Float64Range(0, 999)).Draw(t, "times")
		train := neo.SpikeTrain{TStop: 1 * units.S}
		for _, x := range times {
			train.Times = append(train.Times, units.Time(x))
		}
		slices.Sort(train.Times)
		p, err := TimeHistogram([]neo.SpikeTrain{train}, 10)
		if err != nil {
			t.Fatal(err)
		}
		var sum float64
		for _, x := range p.Values {
			sum += x * 0.01
		}
		if math.Abs(sum-float64(len(times))) > 1e-9 {
			t.Fatalf("%v spikes in bins, want %d", sum, len(times))
		}
	})
}

func TestFewSpikes(t *testing.T) {
	r := FiringRates([]neo.SpikeTrain{{}, {Times: []units.Time{5}}, {Times: []units.Time{0, 1000}}})
	if r.Active != 2 || r.OneSpike != 1 || r.Mean != 2 || r.SD != 0 {
		t.Errorf("rates are %+v, want 2 active, 1 with one spike, mean 2 pps", r)
	}
	// NumPy has NaN for the mean, the SD and the range of nothing.
	nan := func(what string, values ...float64) {
		for i, x := range values {
			if !math.IsNaN(x) {
				t.Errorf("%s: value %d is %v, want NaN", what, i, x)
			}
		}
	}
	r = FiringRates([]neo.SpikeTrain{{}})
	if r.String() != "0 of 1 active" {
		t.Errorf("a silent train: %v", r)
	}
	nan("rates of a silent train", float64(r.Mean), float64(r.SD), float64(r.Lowest), float64(r.Highest))
	w, err := RatesWithin([]neo.SpikeTrain{{TStop: 1000}}, 0, 1000)
	if err != nil {
		t.Error(err)
	}
	nan("rates within a silent train", float64(w.MeanRate), w.MeanCV)
	flat := neo.AnalogSignal{SamplingPeriod: 1, Values: make([]float64, 40)}
	c, err := NewCrossSpectrum(flat, flat, 10)
	if err != nil {
		t.Error(err)
	}
	nan("coherence of no power", c.Coherence()...)
	nan("confidence", c.Confidence(95), c.Confidence(-1), c.Confidence(0), c.Confidence(1), c.Confidence(math.NaN()))
	if limit := (CrossSpectrum{Segments: 10}).Confidence(0.05); math.Abs(limit-0.283) > 0.0005 {
		t.Errorf("the 95 %% limit of 10 segments is %v, want 0.283", limit)
	}
	if !math.IsNaN(Percentile[float64](nil, 50)) {
		t.Error("a percentile of nothing")
	}
}

func train(stop units.Time, times ...units.Time) neo.SpikeTrain {
	return neo.SpikeTrain{Name: "MN_1", Times: times, TStop: stop}
}

func TestRefuse(t *testing.T) {
	nan := units.Time(math.NaN())
	good := []neo.SpikeTrain{train(1*units.S, 5, 50)}
	for _, bad := range []units.Time{0, -1, nan, units.Time(math.Inf(1))} {
		if _, err := TimeHistogram(good, bad); err == nil {
			t.Errorf("TimeHistogram took a bin of %v", bad)
		}
		if _, err := InstantaneousRates(good, bad); err == nil {
			t.Errorf("InstantaneousRates took a window of %v", bad)
		}
		if _, err := InstantaneousRatesEvery(good, 10, bad); err == nil {
			t.Errorf("InstantaneousRatesEvery took a step of %v", bad)
		}
		if _, err := CrossCorrelogram(good[0], good[0], 1, bad); err == nil {
			t.Errorf("CrossCorrelogram took a window of %v", bad)
		}
	}
	other := train(2*units.S, 5)
	other.Name = "MN_2"
	stepped := train(1*units.S, 5)
	stepped.SamplingPeriod = 0.1
	for want, err := range map[string]error{
		"there are no spike trains":                             second(TimeHistogram(nil, 10)),
		`train "MN_1": t_start is 0 ms, t_stop 0 ms`:            second(TimeHistogram([]neo.SpikeTrain{train(0)}, 10)),
		"0 ms to 1 s holds 0 whole bins of 2 s":                 second(TimeHistogram(good, 2*units.S)),
		`train "MN_1": spike 1 is at NaN ms`:                    second(TimeHistogram([]neo.SpikeTrain{train(10, 1, nan)}, 10)),
		`spans 0 ms to 1 s, train 1, "MN_2", 0 ms to 2 s`:       second(TimeHistogram([]neo.SpikeTrain{good[0], other}, 10)),
		`train 0, "MN_1", spans`:                                second(FanoFactor([]neo.SpikeTrain{good[0], other})),
		`is sampled every 0 ms, train 1, "MN_1", every 0.1 ms`:  second(InstantaneousRates([]neo.SpikeTrain{good[0], stepped}, 10)),
		"must be at least the 4000 of the window of 2 s":        second(InstantaneousRates(good, 2*units.S)),
		"the window goes from 10 ms to 10 ms":                   second(RatesWithin(nil, 10, 10)),
		`to 1.1 s is not within t_start 0 ms to t_stop 1 s`:     second(RatesWithin(good, 10, 1100)),
		"spike 1 is at 1 ms, before spike 0 at 3 ms":            second(RatesWithin([]neo.SpikeTrain{train(10, 3, 1, 2)}, 0, 10)),
		"spike 2 is at NaN ms":                                  second(RatesWithin([]neo.SpikeTrain{train(10, 1, 2, nan)}, 0, 10)),
		"a rate needs a time span":                              second(MeanFiringRates([]neo.SpikeTrain{train(nan)})),
		"a window of 1 s is 100 bins of 10 ms, must be 1 to 99": second(CrossCorrelogram(good[0], good[0], 10, 1000)),
	} {
		if err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "stats: ") {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

func second[T any](_ T, err error) error { return err }

// Whole bins only, and only spikes within the span.
func TestTimeHistogramEdges(t *testing.T) {
	for _, c := range []struct {
		times     []units.Time
		bin, stop units.Time
		want      []float64
	}{
		{[]units.Time{2500}, 2000, 3000, []float64{0}},
		{[]units.Time{2900}, 800, 3000, []float64{0, 0, 0}},
		{[]units.Time{-100, 50}, 1000, 3000, []float64{1, 0, 0}},
		{[]units.Time{0, 1000, 1000, 3000, 3001}, 1000, 3000, []float64{1, 2, 0}},
		{[]units.Time{999.999999999, 1999.9}, 1000, 2000, []float64{0, 2}},
		{[]units.Time{30, 10, 20}, 15, 40, []float64{1 / 0.015, 1 / 0.015}},
	} {
		s, err := TimeHistogram([]neo.SpikeTrain{train(c.stop, c.times...)}, c.bin)
		if err != nil || !slices.Equal(s.Values, c.want) || s.SamplingPeriod != c.bin || s.TStart != 0 {
			t.Errorf("%v in bins of %v to %v: %v, %v; want %v", c.times, c.bin, c.stop, s, err, c.want)
		}
	}
	late := train(5000, 4100, 4900)
	late.TStart = 4000
	if s, err := TimeHistogram([]neo.SpikeTrain{late, late}, 500); err != nil || s.TStart != 4000 || !slices.Equal(s.Values, []float64{2, 2}) {
		t.Errorf("from 4 s: %v, %v", s, err)
	}
}

// A silent neuron keeps its row, and rates begin where trains do.
func TestInstantaneousRatesKeepRows(t *testing.T) {
	trains := []neo.SpikeTrain{train(1000, 500), train(1000), train(1000, 500)}
	for i := range trains {
		trains[i].TStart, trains[i].TStop = 200, 1200
	}
	trains[2].Times = []units.Time{100, 500, 1300}
	rates, err := InstantaneousRates(trains, 100)
	if err != nil || len(rates) != 3 {
		t.Fatalf("%d rates, %v", len(rates), err)
	}
	peak := func(s neo.AnalogSignal) units.Time {
		return s.Time(slices.Index(s.Values, slices.Max(s.Values)))
	}
	if len(rates[1].Values) != 400 || slices.Max(rates[1].Values) != 0 || rates[0].SamplingPeriod != 2.5 || !slices.Equal(rates[0].Values, rates[2].Values) {
		t.Errorf("a silent neuron: %v, largest %v", rates[1], slices.Max(rates[1].Values))
	}
	if at := peak(rates[0]); at != 500 {
		t.Errorf("the rate is highest at %v, want 500 ms", at)
	}
	if area := Mean(rates[0].Values) * 1; math.Abs(area-1) > 1e-3 {
		t.Errorf("the rate sums up to %v spikes, want 1", area)
	}
}

func TestFieldDefinitions(t *testing.T) {
	x := train(10*units.S, 300, 4500, 6700, 9300)
	if r, err := MeanFiringRate(x); err != nil || r != 0.4 {
		t.Errorf("the mean firing rate is %v, %v; want 0.4 pps", r, err)
	}
	for name, f := range map[string]func(neo.SpikeTrain) float64{"CV": CV, "CV2": CV2, "LV": LV} {
		for _, few := range []neo.SpikeTrain{train(1), train(1, 0), train(1, 0, 1)} {
			if v := f(few); !math.IsNaN(v) {
				t.Errorf("%s of %d spikes is %v, want NaN", name, len(few.Times), v)
			}
		}
		if v := f(train(10, 1, 2, 3, 4)); v != 0 {
			t.Errorf("%s of a regular train is %v, want 0", name, v)
		}
	}
	times, rates := DischargeRates(train(1*units.S, 100, 200, 250))
	if !slices.Equal(times, []units.Time{200, 250}) || !slices.Equal(rates, []units.Rate{10, 20}) {
		t.Errorf("discharge rates are %v at %v, want 10 and 20 pps at 200 and 250 ms", rates, times)
	}
}

func TestRecruitment(t *testing.T) {
	x := train(10*units.S, 100, 2000, 2100, 2200, 5000, 5100, 9000)
	for _, c := range []struct {
		longest, first, last units.Time
	}{{0, 100, 9000}, {200, 2000, 5100}, {1 * units.Min, 100, 9000}} {
		if first, last, ok := Recruitment(x, c.longest); !ok || first != c.first || last != c.last {
			t.Errorf("longest %v: %v to %v, %v; want %v to %v", c.longest, first, last, ok, c.first, c.last)
		}
	}
	for _, silent := range []neo.SpikeTrain{train(10), train(1000, 100), train(1000, 100, 900)} {
		if _, _, ok := Recruitment(silent, 200); ok {
			t.Errorf("%v is recruited", silent)
		}
	}
}

func TestOddRecruitment(t *testing.T) {
	nan, inf := units.Time(math.NaN()), units.Time(math.Inf(1))
	late := train(9*units.S, 4000, 4100, 4200) // of a recording that begins on the ramp
	late.TStart = 4 * units.S
	for name, c := range map[string]struct {
		train       neo.SpikeTrain
		longest     units.Time
		first, last units.Time
		ok          bool
	}{
		"a pair just near enough":       {train(1000, 100, 300), 200, 100, 300, true},
		"a pair just too far":           {train(1000, 100, 300.001), 200, 0, 0, false},
		"two spikes at one time":        {train(1000, 500, 500), 200, 500, 500, true},
		"a doublet, a pause, a doublet": {train(9000, 100, 105, 4000, 8000, 8004), 50, 100, 8004, true},
		"from the start":                {late, 200, 4000, 4200, true},
		"unsorted":                      {train(1000, 300, 100, 200), 200, 0, 0, false},
		"unsorted, any spike":           {train(1000, 300, 100, 200), 0, 0, 0, false},
		"NaN among them":                {train(1000, 100, nan, 200), 200, 0, 0, false},
		"one spike, any":                {train(1000, 100), 0, 100, 100, true},
		"silent, any":                   {train(1000), 0, 0, 0, false},
		"a longest of NaN":              {train(1000, 100, 200), nan, 0, 0, false},
		"a negative longest":            {train(1000, 100, 100), -1, 0, 0, false},
		"without a longest":             {train(9000, 100, 9000), inf, 100, 9000, true},
	} {
		if first, last, ok := Recruitment(c.train, c.longest); ok != c.ok || first != c.first || last != c.last {
			t.Errorf("%s: %v to %v, %v; want %v to %v, %v", name, first, last, ok, c.first, c.last, c.ok)
		}
	}
}

func TestOddDischargeRates(t *testing.T) {
	nan := math.NaN()
	for _, c := range []struct {
		times []units.Time
		want  []float64
	}{
		{nil, nil}, {[]units.Time{5}, nil}, {[]units.Time{5, 5}, []float64{math.Inf(1)}}, {[]units.Time{100, 50, 150}, []float64{nan, 10}},
		{[]units.Time{0, units.Time(nan), 100}, []float64{nan, nan}}, {[]units.Time{-1000, -500, 0}, []float64{2, 2}}, {[]units.Time{0, 0.1}, []float64{10000}},
	} {
		times, rates := DischargeRates(train(1000, c.times...))
		if len(rates) != len(c.want) || len(times) != len(rates) {
			t.Errorf("%v: %v at %v, want %v", c.times, rates, times, c.want)
			continue
		}
		for i, r := range rates {
			if w := c.want[i]; float64(r) != w && !(math.IsNaN(w) && math.IsNaN(float64(r))) || !(times[i] == c.times[i+1] || math.IsNaN(float64(c.times[i+1]))) {
				t.Errorf("%v: rate %d is %v at %v, want %v", c.times, i, r, times[i], w)
			}
		}
	}
}

// The statistics of a 15 s run have to be ready while the reader looks away:
// 100 trains of 150 000 samples.
func BenchmarkInstantaneousRates(b *testing.B) {
	trains := readTrains(b, "NERLab", "mn")
	for b.Loop() {
		if _, err := InstantaneousRatesEvery(trains, 400, 0.1); err != nil {
			b.Fatal(err)
		}
	}
}
