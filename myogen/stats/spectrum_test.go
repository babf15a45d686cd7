package stats

import (
	"math"
	"math/rand/v2"
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
	slow := x
	slow.SamplingPeriod = 20
	for _, c := range []struct {
		y       neo.AnalogSignal
		segment units.Time
		want    string
	}{
		{x, 0, "the segment is 0 ms"},
		{x, units.Time(math.NaN()), "the segment is NaN ms"},
		{x, 2 * units.S, "200 samples, must be 4 to 100"},
		{slow, 500, "every 20 ms"},
		{neo.AnalogSignal{SamplingPeriod: 10}, 500, "must be 4 to 0"},
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
	for _, bad := range [][]neo.AnalogSignal{nil, {a, signal(2, func(int) float64 { return 0 })}} {
		if _, err := PopulationMean(bad); err == nil {
			t.Errorf("%d signals were averaged", len(bad))
		}
	}
}
