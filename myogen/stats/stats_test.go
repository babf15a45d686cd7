package stats

import (
	"encoding/json"
	"math"
	"os"
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
		var train neo.SpikeTrain
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
				p, err := PSTH(trains, 100*units.Ms, 15*units.S)
				if err != nil {
					t.Fatal(err)
				}
				if len(p.Values) != len(want.PSTH) {
					t.Fatalf("%d bins, want %d", len(p.Values), len(want.PSTH))
				}
				for i, w := range want.PSTH {
					near(t, prefix+" PSTH", p.Values[i], w)
				}
			}
			mn := readTrains(t, model, "mn")
			p, err := PlateauRates(mn, 1500, 11500)
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
			rates, err := SmoothedRates(mn, 400, 0.1, 150000, 1)
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
			thin, err := SmoothedRates(mn, 400, 0.1, 150000, 100)
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
		var train neo.SpikeTrain
		for _, x := range times {
			train.Times = append(train.Times, units.Time(x))
		}
		p, err := PSTH([]neo.SpikeTrain{train}, 10, 1000)
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
	if r := FiringRates(nil); r.Mean != 0 || r.String() != "0 of 0 active" {
		t.Errorf("no trains: %v", r)
	}
	if !math.IsNaN(Percentile(nil, 50)) {
		t.Error("a percentile of nothing")
	}
}

func TestRefuse(t *testing.T) {
	nan := units.Time(math.NaN())
	for _, bad := range []units.Time{0, -1, nan, units.Time(math.Inf(1))} {
		if _, err := PSTH(nil, bad, 100); err == nil {
			t.Errorf("PSTH took a bin of %v", bad)
		}
		if _, err := SmoothedRates(nil, bad, 0.1, 1000, 1); err == nil {
			t.Errorf("SmoothedRates took a window of %v", bad)
		}
		if _, err := SmoothedRates(nil, 10, bad, 1000, 1); err == nil {
			t.Errorf("SmoothedRates took a period of %v", bad)
		}
	}
	if _, err := PlateauRates(nil, 10, 10); err == nil {
		t.Error("an empty plateau was taken")
	}
}

// The statistics of a 15 s run have to be ready while the reader looks away:
// 100 trains of 150 000 samples.
func BenchmarkSmoothedRates(b *testing.B) {
	trains := readTrains(b, "NERLab", "mn")
	for b.Loop() {
		if _, err := SmoothedRates(trains, 400, 0.1, 150000, 1); err != nil {
			b.Fatal(err)
		}
	}
}
