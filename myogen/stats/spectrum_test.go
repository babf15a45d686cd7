package stats

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"gomyogen/myogen/neo"
	"gomyogen/myogen/units"
)

func signal(n int, at func(i int) float64) neo.AnalogSignal {
	s := neo.AnalogSignal{SamplingPeriod: 10 * units.Ms, Values: make([]float64, n)}
	for i := range s.Values {
		s.Values[i] = at(i)
	}
	return s
}

// A sine of amplitude A at a frequency of the grid has power A²/2, a delayed
// copy the phase of the delay.
func TestCrossSpectrumOfSines(t *testing.T) {
	const f, gain, delay = 2.0, 0.3, 0.05 // Hz, 1, s
	sine := func(a, lag float64) neo.AnalogSignal {
		return signal(4000, func(i int) float64 { return 7 + a*math.Sin(2*math.Pi*f*(float64(i)*0.01-lag)) })
	}
	c, err := NewCrossSpectrum(sine(5, 0), sine(5*gain, delay), 4*units.S)
	if err != nil {
		t.Fatal(err)
	}
	power := 0.0
	for _, p := range c.X {
		power += p * (c.Frequencies[1] - c.Frequencies[0])
	}
	if math.Abs(power-12.5) > 0.05 {
		t.Errorf("power is %v, want 12.5", power)
	}
	g, phase := c.Transfer(2)
	if math.Abs(g-gain) > 1e-9 || math.Abs(phase+2*math.Pi*f*delay) > 1e-9 {
		t.Errorf("gain %v and phase %v, want %v and %v", g, phase, gain, -2*math.Pi*f*delay)
	}
	if c.Segments != 10 || c.Frequencies[8] != 2 {
		t.Errorf("%d segments, bin 8 at %v Hz; want 10 and 2", c.Segments, c.Frequencies[8])
	}
}

// y = x + noise of the same power has coherence 1/2; independent signals
// exceed the confidence level about as often as it says.
func TestCoherence(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	x := signal(400000, func(int) float64 { return r.NormFloat64() })
	y := signal(400000, func(i int) float64 { return x.Values[i] + r.NormFloat64() })
	z := signal(400000, func(int) float64 { return r.NormFloat64() })
	c, err := NewCrossSpectrum(x, y, 1*units.S)
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range c.Coherence() {
		if math.Abs(v-0.5) > 0.06 && i > 1 && i < len(c.XY)-2 { // 5 standard errors of 4000 segments
			t.Errorf("coherence at %v Hz is %v, want 0.5", c.Frequencies[i], v)
		}
	}
	if c, err = NewCrossSpectrum(x, z, 10*units.S); err != nil {
		t.Fatal(err)
	}
	above, limit := 0, c.Confidence(0.05)
	for _, v := range c.Coherence() {
		if v > limit {
			above++
		}
	}
	if share := float64(above) / float64(len(c.XY)); share < 0.02 || share > 0.08 {
		t.Errorf("%.3f of the frequencies exceed the 5 %% level", share)
	}
}

func TestCrossSpectrumRefuses(t *testing.T) {
	x := signal(100, func(i int) float64 { return float64(i) })
	x.Name = "drive"
	slow, late, short := x, x, x
	slow.Name, slow.SamplingPeriod = "slow", 20
	late.Name, late.TStart = "late", 50
	short.Name, short.Values = "short", x.Values[:99]
	for _, c := range []struct {
		y       neo.AnalogSignal
		segment units.Time
		want    string
	}{
		{x, 0, "the segment is 0 ms"},
		{x, units.Time(math.NaN()), "the segment is NaN ms"},
		{x, 2 * units.S, "200 samples, must be 4 to 100"},
		{slow, 500, `signal "drive" is sampled every 10 ms, "slow" every 20 ms`},
		{late, 500, `signal "drive" starts at 0 ms, "late" at 50 ms`},
		{short, 500, `signal "drive" has 100 samples and ends at 1 s, "short" has 99 and ends at 990 ms`},
		{neo.AnalogSignal{Name: "none"}, 500, `signal "none": the sampling period is 0 ms`},
	} {
		if _, err := NewCrossSpectrum(x, c.y, c.segment); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want %q", err, c.want)
		}
	}
}

func TestPopulationMean(t *testing.T) {
	a, b := signal(3, func(i int) float64 { return float64(i) }), signal(3, func(int) float64 { return 4 })
	m, err := PopulationMean([]neo.AnalogSignal{a, b})
	if err != nil || m.Values[0] != 2 || m.Values[2] != 3 {
		t.Errorf("mean %v, error %v", m.Values, err)
	}
	other := b
	other.Name, other.Units = "drive", "pps"
	late := b
	late.TStart = 10
	binned := b
	binned.Binned = true
	for want, bad := range map[string][]neo.AnalogSignal{
		"no signals": nil, "has 3 samples and ends at 30 ms": {a, signal(2, func(int) float64 { return 0 })},
		`signal "" is in "", "drive" in "pps"`: {a, other}, "starts at 0 ms": {a, late},
		"hold for a bin (false), \"\" (true)": {a, binned},
	} {
		if _, err := PopulationMean(bad); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

// Two groups with half of their input in common are coherent, independent ones
// are not.
func TestPooledCoherence(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	group := func(name string, modulation []float64) []neo.SpikeTrain {
		var trains []neo.SpikeTrain
		for i := range 20 {
			train := neo.SpikeTrain{Name: fmt.Sprint(name, i), TStop: units.Time(len(modulation))}
			for ms, m := range modulation {
				if r.Float64() < 0.02*(1+m) {
					train.Times = append(train.Times, units.Time(ms))
				}
			}
			trains = append(trains, train)
		}
		return trains
	}
	common, own := make([]float64, 60_000), make([]float64, 60_000)
	for i := range common {
		common[i] = 0.5 * math.Sin(2*math.Pi*10*float64(i)/1000)
	}
	a, b, c := group("a", common), group("b", common), group("c", own)
	together, err := PooledCoherence(a, b, 1*units.Ms, 1*units.S)
	if err != nil {
		t.Fatal(err)
	}
	apart, err := PooledCoherence(a, c, 1*units.Ms, 1*units.S)
	if err != nil {
		t.Fatal(err)
	}
	if x, limit := together.Coherence(), together.Confidence(0.01); together.Frequencies[10] != 10 || x[10] < 0.8 || x[17] > 2*limit {
		t.Errorf("coherence at 10 Hz is %v, at 17 Hz %v; limit %v", x[10], x[17], limit)
	}
	if x := apart.Coherence(); x[10] > 2*apart.Confidence(0.01) {
		t.Errorf("independent groups have coherence %v at 10 Hz", x[10])
	}
	if _, err := PooledCoherence(a, a[3:4], 1, 1*units.S); err == nil || !strings.Contains(err.Error(), `train "a3" is in both groups, number 3 of one and 0 of the other`) {
		t.Errorf("a unit in both groups: %v", err)
	}
	short := slices.Clone(b)
	short[1].TStop = 50 * units.S
	if _, err := PooledCoherence(a, short, 1, 1*units.S); err == nil || !strings.Contains(err.Error(), "0 ms to 50 s") {
		t.Errorf("another span: %v", err)
	}
}

// What a spectrum does not reach has no gain, and what is no probability no confidence.
func TestBeyondASpectrum(t *testing.T) {
	x := neo.AnalogSignal{Name: "x", SamplingPeriod: 1 * units.Ms}
	for i := range 4000 {
		x.Values = append(x.Values, math.Sin(float64(i)))
	}
	c, err := NewCrossSpectrum(x, x, 1*units.S)
	if err != nil {
		t.Fatal(err)
	}
	nan := math.NaN()
	for _, f := range []units.Frequency{-1, 501, 5000, units.Frequency(nan), units.Frequency(math.Inf(1)), units.Frequency(math.Inf(-1))} {
		if gain, phase := c.Transfer(f); !math.IsNaN(gain) || !math.IsNaN(phase) {
			t.Errorf("at %v the gain is %v, the phase %v", f, gain, phase)
		}
	}
	for _, f := range []units.Frequency{0.4, 159, 500, 500.4} {
		if gain, _ := c.Transfer(f); math.Abs(gain-1) > 1e-9 {
			t.Errorf("at %v the gain is %v", f, gain)
		}
	}
	if gain, _ := (CrossSpectrum{}).Transfer(1); !math.IsNaN(gain) {
		t.Errorf("of no spectrum the gain is %v", gain)
	}
	for _, alpha := range []float64{-0.1, 1.1, 5, nan} {
		if limit := c.Confidence(alpha); !math.IsNaN(limit) {
			t.Errorf("the confidence at %v is %v", alpha, limit)
		}
	}
}
