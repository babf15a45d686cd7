package muscle

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"testing"

	"gomyogen/myogen/format/npz"
	"gomyogen/myogen/neo"
	"gomyogen/myogen/units"
)

// golden holds forces computed by an independent program from the equations of
// the paper, and what MyoGen 0.12.0 makes of the same spikes. The comparison of
// the recursion with the closed form in that program is 3e-11.
type golden struct {
	P              []float64
	T              []float64 `json:"T_ms"`
	TetanusTwitch  float64   `json:"tetanus_twitch_ratio"`
	TwitchSlow     []float64 `json:"twitch_slow_every_20ms"` // spike at 10 ms
	TwitchFast     []float64 `json:"twitch_fast_every_20ms"`
	Slow5          []float64 `json:"train_slow_5Hz_every_20ms"`
	Slow40         []float64 `json:"train_slow_40Hz_every_20ms"`
	Fast10         []float64 `json:"train_fast_10Hz_every_20ms"`
	Fast60         []float64 `json:"train_fast_60Hz_every_20ms"`
	Regular        []regular `json:"regular_trains"`
	NERLab         pool      `json:"pool_NERLab"`
	Powers         pool      `json:"pool_Powers2017"`
	NERLabForce    []float64 `json:"pool_NERLab_every_100ms"`
	PowersForce    []float64 `json:"pool_Powers2017_every_100ms"`
	NERLabUnits    []float64 `json:"pool_NERLab_unit_mean"`
	PowersUnits    []float64 `json:"pool_Powers2017_unit_mean"`
	NERLabMyoGen   plateau   `json:"myogen_0.12.0_NERLab"`
	Powers17MyoGen plateau   `json:"myogen_0.12.0_Powers2017"`
}

type regular struct {
	Unit           string
	Index          int
	Hz             float64
	X, Gain        float64
	Mean, Min, Max float64
	MeanTheory     float64 `json:"mean_theory"`
	OverTetanus    float64 `json:"mean_over_tetanus"`
}

type plateau struct {
	Mean float64 `json:"plateau_mean"`
	CV   float64
}

type pool struct {
	Mean        float64 `json:"plateau_mean"`
	SD          float64 `json:"plateau_sd"`
	CV          float64 `json:"plateau_cv"`
	SettledMean float64 `json:"settled_5_to_10_s_mean"`
	SettledCV   float64 `json:"settled_cv"`
	Max         float64
	Tetanus     float64 `json:"max_pool_tetanus"`
}

func readGolden(t testing.TB) golden {
	t.Helper()
	b, err := os.ReadFile("testdata/fuglevand.json")
	if err != nil {
		t.Fatal(err)
	}
	var g golden
	if err := json.Unmarshal(b, &g); err != nil {
		t.Fatal(err)
	}
	return g
}

// tutorialTrains returns the motor neurons of the tutorial network, 15 s.
func tutorialTrains(t testing.TB, model string) []neo.SpikeTrain {
	t.Helper()
	f, err := npz.Read("../testdata/network_" + model + "_seed42.npz")
	if err != nil {
		t.Fatal(err)
	}
	times, err := f.Floats("mn_spike_times_ms")
	if err != nil {
		t.Fatal(err)
	}
	counts, err := f.Ints("mn_spike_counts")
	if err != nil {
		t.Fatal(err)
	}
	var trains []neo.SpikeTrain
	for i, n := range counts {
		train := neo.SpikeTrain{Name: fmt.Sprintf("MN_%d", i), TStop: 15 * units.S}
		for _, x := range times[:n] {
			train.Times = append(train.Times, units.Time(x))
		}
		times = times[n:]
		trains = append(trains, train)
	}
	return trains
}

func near(t *testing.T, what string, got, want, relative float64) {
	t.Helper()
	if !(math.Abs(got-want) <= relative*math.Abs(want)) {
		t.Errorf("%s is %v, want %v within %.0e of it", what, got, want, relative)
	}
}

func must[T any](t testing.TB) func(T, error) T {
	return func(x T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
}

func TestPoolHasTheTwitchesOfThePaper(t *testing.T) {
	g := readGolden(t)
	twitches := must[[]Twitch](t)(Fuglevand{}.Pool(100))
	for i, w := range twitches {
		near(t, fmt.Sprintf("amplitude %d", i), w.Amplitude, g.P[i], 1e-14)
		near(t, fmt.Sprintf("contraction time %d", i), float64(w.ContractionTime), g.T[i], 1e-14)
	}
	near(t, "tetanus over twitch", 1/TwitchTetanusRatio, g.TetanusTwitch, 1e-14)
	near(t, "tetanus of the pool", must[float64](t)(Fuglevand{}.Tetanus(100)), g.NERLab.Tetanus, 1e-14)
	newtons := must[[]Twitch](t)(Fuglevand{LargestTwitch: 0.5 * units.Newton}.Pool(100))
	near(t, "largest twitch", newtons[99].Amplitude, 0.5, 1e-15)
	near(t, "smallest twitch", newtons[0].Amplitude, 0.005*g.P[0], 1e-14)
}

// every returns spike times from 0, a whole number of them in the span.
func every(interval, span units.Time) []units.Time {
	var times []units.Time
	for k := 0; float64(k)*float64(interval) < float64(span); k++ {
		times = append(times, units.Time(float64(k)*float64(interval)))
	}
	return times
}

func TestTwitchesAndRegularTrainsEqualTheReference(t *testing.T) {
	g := readGolden(t)
	twitches := must[[]Twitch](t)(Fuglevand{}.Pool(100))
	for _, c := range []struct {
		name  string
		unit  int
		times []units.Time
		want  []float64
	}{
		{"slow twitch", 0, []units.Time{10}, g.TwitchSlow},
		{"fast twitch", 99, []units.Time{10}, g.TwitchFast},
		{"slow unit at 5 Hz", 0, every(200, 1000), g.Slow5},
		{"slow unit at 40 Hz", 0, every(25, 1000), g.Slow40},
		{"fast unit at 10 Hz", 99, every(100, 1000), g.Fast10},
		{"fast unit at 60 Hz", 99, every(1000./60, 1000), g.Fast60},
	} {
		train := neo.SpikeTrain{Name: c.name, Times: c.times, TStop: 1000}
		force := must[neo.AnalogSignal](t)(Fuglevand{Twitches: twitches[c.unit : c.unit+1]}.Force([]neo.SpikeTrain{train}))
		for k, want := range c.want {
			if got := force.Values[20*k]; !(math.Abs(got-want) <= 1e-12*max(1, want)) {
				t.Errorf("%s at %d ms is %v, want %v", c.name, 20*k, got, want)
			}
		}
	}
	for _, r := range g.Regular {
		name := fmt.Sprintf("%s unit at %v Hz", r.Unit, r.Hz)
		s := must[SteadyForce](t)(twitches[r.Index].Steady(units.Rate(r.Hz)))
		near(t, name+": normalised rate", s.NormalizedRate, r.X, 1e-14)
		near(t, name+": gain", s.Gain, r.Gain, 1e-13)
		near(t, name+": mean", s.Mean, r.MeanTheory, 1e-13)
		near(t, name+": over tetanus", s.TetanusFraction, r.OverTetanus, 1e-13)
		// The reference has samples every 0.1 ms of the last of 3 s.
		near(t, name+": sampled mean", s.Mean, r.Mean, 2e-6)
		near(t, name+": minimum", s.Min, r.Min, 1e-8)
		near(t, name+": maximum", s.Max, r.Max, 2e-6)
	}
}

func TestPoolForceEqualsTheReference(t *testing.T) {
	g := readGolden(t)
	for _, c := range []struct {
		model        string
		want         pool
		force, means []float64
	}{{"NERLab", g.NERLab, g.NERLabForce, g.NERLabUnits}, {"Powers2017", g.Powers, g.PowersForce, g.PowersUnits}} {
		t.Run(c.model, func(t *testing.T) {
			trains := tutorialTrains(t, c.model)
			m := Fuglevand{SamplingPeriod: 0.1 * units.Ms}
			force := must[neo.AnalogSignal](t)(m.Force(trains))
			if len(force.Values) != 150000 {
				t.Fatalf("%d samples, want 150000", len(force.Values))
			}
			const tolerance = 1e-9 // relative; the reference itself is exact to 3e-11
			highest := 0.0
			for _, v := range force.Values {
				highest = max(highest, v)
			}
			near(t, "maximum", highest, c.want.Max, tolerance)
			for k, want := range c.force {
				if k < 150 && !(math.Abs(force.Values[1000*k]-want) <= tolerance*c.want.Max) {
					t.Errorf("force at %d ms is %v, want %v", 100*k, force.Values[1000*k], want)
				}
			}
			s := must[Steadiness](t)(NewSteadiness(force, 1.5*units.S, 11.5*units.S))
			if s.Samples != 100001 {
				t.Errorf("the plateau has %d samples, want 100001", s.Samples)
			}
			near(t, "mean", s.Mean, c.want.Mean, tolerance)
			near(t, "SD", s.SD, c.want.SD, tolerance)
			near(t, "CV", s.CV, c.want.CV, tolerance)
			s = must[Steadiness](t)(NewSteadiness(force, 5*units.S, 10*units.S))
			near(t, "mean from 5 to 10 s", s.Mean, c.want.SettledMean, tolerance)
			near(t, "CV from 5 to 10 s", s.CV, c.want.SettledCV, tolerance)
			fraction := must[float64](t)(m.FractionOfMaximum(trains, 1.5*units.S, 11.5*units.S))
			near(t, "fraction of maximum", fraction, c.want.Mean/c.want.Tetanus, tolerance)
			for i, f := range must[[]neo.AnalogSignal](t)(m.UnitForces(trains)) {
				s := must[Steadiness](t)(NewSteadiness(f, 1.5*units.S, 11.5*units.S))
				near(t, "mean force of "+f.Name, s.Mean, c.means[i], tolerance)
			}
		})
	}
}

// MyoGen 0.12.0 takes the interval before each spike as one sample, here 1 ms,
// and ends a twitch after five contraction times. The mean force that follows
// from these two is MyoGen's; with the true intervals it is the paper's.
func TestGainHasTheIntervalAndNotOneSample(t *testing.T) {
	g := readGolden(t)
	for _, c := range []struct {
		model  string
		paper  pool
		myogen plateau
	}{{"NERLab", g.NERLab, g.NERLabMyoGen}, {"Powers2017", g.Powers, g.Powers17MyoGen}} {
		trains := tutorialTrains(t, c.model)
		const start, stop = 1500 * units.Ms, 11500 * units.Ms
		paper, sample := 0.0, 0.0
		for i, w := range must[[]Twitch](t)(Fuglevand{}.Pool(100)) {
			area := math.E * w.Amplitude * float64(w.ContractionTime)
			for j, x := range trains[i].Times {
				if x < start || x > stop {
					continue
				}
				gain := 1.0
				if j > 0 {
					gain = w.Gain(x - trains[i].Times[j-1])
				}
				paper += gain * area
				sample += w.Gain(1*units.Ms) * area * (1 - 6*math.Exp(-5))
			}
		}
		// Twitches that reach over the ends of the plateau make up the difference.
		near(t, c.model+": mean by the interval", paper/float64(stop-start), c.paper.Mean, 5e-3)
		near(t, c.model+": mean by one sample", sample/float64(stop-start), c.myogen.Mean, 5e-3)
	}
}

func BenchmarkStepsOfAPool(b *testing.B) {
	trains := tutorialTrains(b, "NERLab")
	for b.Loop() {
		stepwise(b, Fuglevand{}, trains, 0, 15_000)
	}
}

func BenchmarkForceOfAPool(b *testing.B) {
	trains := tutorialTrains(b, "NERLab")
	for _, period := range []units.Time{1, 0.1} {
		b.Run(fmt.Sprintf("15s_100units_every_%vms", float64(period)), func(b *testing.B) {
			m := Fuglevand{SamplingPeriod: period}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := m.Force(trains); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
