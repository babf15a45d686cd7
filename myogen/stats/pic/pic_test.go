package pic

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"gomyogen/myogen/neo"
	"gomyogen/myogen/units"
)

// train returns the spikes of a unit whose rate, integrated from start, passes
// the whole numbers at the spikes. phase is that integral at t seconds; it rises
// from 0 at start to stop, in seconds.
func train(name string, phase func(t float64) float64, start, stop float64) neo.SpikeTrain {
	s := neo.SpikeTrain{Name: name, TStop: 20 * units.S}
	for n := 0; ; n++ {
		low, high := start, stop
		if phase(high) < float64(n)-1e-9 {
			return s
		}
		for range 80 {
			if m := (low + high) / 2; phase(m) < float64(n) {
				low = m
			} else {
				high = m
			}
		}
		s.Times = append(s.Times, units.Time(1000*high))
	}
}

// parabola returns a unit with the rate top - c (t - 10 s)² from start to stop.
func parabola(name string, top, c, start, stop float64) neo.SpikeTrain {
	integral := func(t float64) float64 { return top*t - c*math.Pow(t-10, 3)/3 }
	return train(name, func(t float64) float64 { return integral(t) - integral(start) }, start, stop)
}

// steady returns a unit with a constant rate.
func steady(name string, rate, start, stop float64) neo.SpikeTrain {
	return train(name, func(t float64) float64 { return rate * (t - start) }, start, stop)
}

func near(t testing.TB, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf("%s is %v, want %v within %v", what, got, want, tolerance)
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

// fails checks that err is a NotMeasurable for a criterion, with a reason.
func fails(t *testing.T, what string, err error, want Criterion, reason string) {
	t.Helper()
	var n NotMeasurable
	if !errors.As(err, &n) || n.Criterion != want || !strings.Contains(n.Reason, reason) {
		t.Errorf("%s: %v, want not measurable (%s): %s", what, err, want, reason)
	}
}

// The rate of a parabola over an interval of d seconds is that at the middle of
// the interval minus c d²/12, which is 3e-4 pps here. A polynomial of fifth order
// contains it, so delta-F is known.
func TestDeltaFOfAKnownPair(t *testing.T) {
	const c = 0.2
	control := parabola("MN_0", 16, c, 3.1, 16.9)
	test := parabola("MN_1", 12, c, 6, 15.7)
	recruited, derecruited := test.Times[0].Seconds(), test.Times[len(test.Times)-1].Seconds()
	f := func(t float64) float64 { return 16 - c*(t-10)*(t-10) }
	want := f(recruited) - f(derecruited)

	a := Analysis{Smoothing: Smoothing{Midpoint: true}}
	d := must[DeltaF](t)(a.DeltaF(control, test))
	if err := d.Err(); err != nil {
		t.Errorf("not measurable: %v", err)
	}
	near(t, "delta-F", float64(d.DeltaF), want, 2e-3)
	near(t, "control rate at recruitment", float64(d.ControlAtRecruitment), f(recruited), 2e-3)
	near(t, "modulation", float64(d.Modulation), 16-f(derecruited), 2e-3)
	near(t, "recruitment interval", float64(d.RecruitmentInterval), 2900, 1e-6)
	near(t, "correlation", d.Correlation, 1, 1e-5)

	// A rate at its later spike comes half an interval late: F(t) is that of t - d/2.
	late := func(t float64) float64 { return f(t - 0.5/f(t)) }
	d = must[DeltaF](t)(Analysis{}.DeltaF(control, test))
	near(t, "delta-F at the later spikes", float64(d.DeltaF), late(recruited)-late(derecruited), 0.02)
	if bias := float64(d.DeltaF) - want; !(bias < -0.1) {
		t.Errorf("rates at the later spikes change delta-F by %v, want less by 0.1 or more", bias)
	}

	// The Hann window lowers a parabola by c times the variance of the window,
	// everywhere inside, and so keeps differences.
	a.Smoothing.Method = Hann
	d = must[DeltaF](t)(a.DeltaF(control, test))
	near(t, "delta-F with a Hann window", float64(d.DeltaF), want, 0.05)
}

func TestNoHysteresisIsNoDeltaF(t *testing.T) {
	control, test := parabola("MN_0", 16, 0.2, 3, 17), parabola("MN_1", 12, 0.2, 6, 14)
	d := must[DeltaF](t)(Analysis{Smoothing: Smoothing{Midpoint: true}}.DeltaF(control, test))
	recruited, derecruited := test.Times[0].Seconds()-10, test.Times[len(test.Times)-1].Seconds()-10
	near(t, "delta-F", float64(d.DeltaF), 0.2*(derecruited*derecruited-recruited*recruited), 2e-3)
	near(t, "delta-F", float64(d.DeltaF), 0, 0.2)
}

func TestPairsThatDoNotMeetACriterion(t *testing.T) {
	control, test := parabola("MN_0", 16, 0.2, 3, 17), parabola("MN_1", 12, 0.2, 6, 15)
	early := parabola("MN_2", 12, 0.2, 3.5, 15)
	falling := train("MN_3", func(t float64) float64 { return 20*(t-6) - 0.7*(t-6)*(t-6) }, 6, 15)
	short := control
	short.Times = slices.DeleteFunc(slices.Clone(control.Times), func(x units.Time) bool { return x > 12*units.S })
	cut := test
	cut.Times = slices.DeleteFunc(slices.Clone(test.Times), func(x units.Time) bool { return x > 12*units.S })
	cut.TStop = 12 * units.S
	stopped := short
	stopped.TStop = cut.TStop
	// A control unit that rises until the test unit begins and then stays.
	saturated := train("MN_4", func(t float64) float64 {
		u := min(t, 6) - 3
		return 8*(t-3) + u*u + 6*max(0, t-6)
	}, 3, 17)
	for _, c := range []struct {
		name          string
		control, test neo.SpikeTrain
		want          []Criterion
		reason        string
	}{
		{"no overlap", steady("MN_5", 10, 1, 5), steady("MN_6", 10, 6, 15), []Criterion{Overlap},
			`"MN_5" has a rate from 1.100 s to 5.000 s, "MN_6" from 6.100 s to 15.000 s after its recruitment at 6.000 s`},
		{"one spike", control, neo.SpikeTrain{Name: "MN_7", Times: []units.Time{9000}, TStop: 20000}, []Criterion{EnoughSpikes},
			`the longest period of firing of "MN_7" has 1 spike, needs 2`},
		{"no spike", neo.SpikeTrain{Name: "MN_8", TStop: 20000}, test, []Criterion{EnoughSpikes},
			`"MN_8" has 0 spikes, needs 2`},
		{"few spikes", control, steady("MN_9", 10, 9, 9.6), []Criterion{EnoughSpikes},
			`"MN_9" has 6 intervals, smoothing (polynomial) needs 7`},
		{"still firing", stopped, cut, []Criterion{Observed}, "its derecruitment is not seen"},
		{"control stops", short, test, []Criterion{ControlActive}, `before "MN_1" is derecruited at`},
		{"recruited together", control, early, []Criterion{RecruitmentOrder},
			`"MN_2" is recruited 0.500 s after "MN_0", must be at least 1.000 s`},
		{"other input", control, falling, []Criterion{Correlation}, "have r ="},
		{"saturated", saturated, test, []Criterion{Correlation, Modulation, Saturation},
			`after "MN_1" is recruited, must be at least 0.5 pps`},
	} {
		a := Analysis{}
		if c.name == "saturated" {
			// Of straight lines the polynomial would swing by more than the criterion.
			a.Smoothing = Smoothing{Method: Hann, Window: 400 * units.Ms}
		}
		d := must[DeltaF](t)(a.DeltaF(c.control, c.test))
		var got []Criterion
		var reasons strings.Builder
		for _, f := range d.Failed {
			got = append(got, f.Criterion)
			reasons.WriteString(f.Reason)
		}
		if !slices.Equal(got, c.want) || !strings.Contains(reasons.String(), c.reason) {
			t.Errorf("%s: %v, want %v and the reason %q", c.name, d, c.want, c.reason)
		}
		if len(d.Failed) > 0 {
			fails(t, c.name, d.Err(), c.want[0], "")
		}
	}
	// Switched off, a criterion does not count.
	off := Analysis{MinCorrelation: -1, MinRecruitmentInterval: -1, MinModulation: -1, SaturationMargin: -1}
	for _, test := range []neo.SpikeTrain{early, falling} {
		if err := must[DeltaF](t)(off.DeltaF(control, test)).Err(); err != nil {
			t.Errorf("%s: %v", test.Name, err)
		}
	}
}

func TestPairsOfAPool(t *testing.T) {
	pool := []neo.SpikeTrain{
		parabola("MN_2", 10, 0.2, 7, 15.5), parabola("MN_0", 16, 0.2, 3, 17), parabola("MN_1", 12, 0.2, 5, 16),
		{Name: "MN_3", TStop: 20 * units.S},
	}
	a := Analysis{Smoothing: Smoothing{Midpoint: true}}
	pairs := must[[]DeltaF](t)(a.Pairs(pool))
	var got []string
	for _, d := range pairs {
		got = append(got, fmt.Sprintf("%s-%s %v", d.Control, d.Test, len(d.Failed) == 0))
	}
	want := []string{"MN_0-MN_2 true", "MN_1-MN_2 true", "MN_2-MN_3 false",
		"MN_0-MN_1 true", "MN_0-MN_3 false", "MN_1-MN_3 false"}
	if !slices.Equal(got, want) {
		t.Fatalf("pairs are %q, want %q", got, want)
	}
	for _, d := range pairs[:2] {
		alone := must[DeltaF](t)(a.DeltaF(pool[map[string]int{"MN_0": 1, "MN_1": 2}[d.Control]], pool[0]))
		if alone.DeltaF != d.DeltaF {
			t.Errorf("%v alone, %v in the pool", alone, d)
		}
	}
	byUnit := ByTestUnit(pairs)
	if len(byUnit) != 3 ||
		byUnit[0].Test != "MN_2" || byUnit[0].Measured != 2 ||
		byUnit[1].Test != "MN_3" || byUnit[1].Failed != 3 || byUnit[2].Measured != 1 {
		t.Errorf("by test unit: %+v", byUnit)
	}
	if !math.IsNaN(float64(byUnit[1].DeltaF)) {
		t.Errorf("the mean delta-F of no pair is %v", byUnit[1].DeltaF)
	}
	near(t, "mean of MN_2", float64(byUnit[0].DeltaF), float64(pairs[0].DeltaF+pairs[1].DeltaF)/2, 1e-12)
	s := must[Summary](t)(Summarize(pairs))
	mean := (byUnit[0].DeltaF + pairs[3].DeltaF) / 2
	if s.Units != 2 || s.Measured != 3 || s.Pairs != 6 || s.Failed[EnoughSpikes] != 3 {
		t.Errorf("summary: %+v", s)
	}
	near(t, "mean", float64(s.Mean), float64(mean), 1e-12)
	near(t, "SD", float64(s.SD), math.Abs(float64(byUnit[0].DeltaF-mean)), 1e-12)

	s, err := Summarize(must[[]DeltaF](t)(a.Pairs(pool[3:])))
	fails(t, "one train", err, Overlap, "none of 0 pairs")
	_, err = Summarize(pairs[4:])
	fails(t, "silent pairs", err, EnoughSpikes, "none of 2 pairs meets the criteria (not met: enough spikes 2)")
	if !strings.Contains(s.String(), "not measurable") || !math.IsNaN(float64(s.Mean)) || !math.IsNaN(float64(s.SD)) {
		t.Errorf("summary prints as %q", s)
	}
}

// Delta-F does not depend on when the recording starts, and is a rate: in slow
// motion by a factor it is smaller by that factor.
func TestDeltaFFollowsTimeScale(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		stop := rapid.Float64Range(13, 16.5).Draw(t, "derecruitment")
		method := rapid.SampledFrom([]Method{Polynomial, Hann}).Draw(t, "method")
		shift := units.Time(100 * rapid.IntRange(-500, 500).Draw(t, "shift"))
		scale := units.Time(rapid.IntRange(1, 4).Draw(t, "scale"))
		control, test := parabola("MN_0", 16, 0.2, 3, 17), parabola("MN_1", 12, 0.2, 6, stop)
		moved := func(s neo.SpikeTrain) neo.SpikeTrain {
			m := s
			m.TStart, m.TStop, m.Times = s.TStart*scale+shift, s.TStop*scale+shift, nil
			for _, x := range s.Times {
				m.Times = append(m.Times, x*scale+shift)
			}
			return m
		}
		d, err := Analysis{Smoothing: Smoothing{Method: method}}.DeltaF(control, test)
		if err != nil {
			t.Fatal(err)
		}
		slow := Smoothing{Method: method, Window: 2 * units.S * scale, SamplingPeriod: 10 * scale}
		m, err := Analysis{MaxInterval: scale * units.S, Smoothing: slow}.DeltaF(moved(control), moved(test))
		if err != nil {
			t.Fatal(err)
		}
		if !(math.Abs(float64(m.DeltaF)*float64(scale)-float64(d.DeltaF)) <= 1e-6) {
			t.Errorf("delta-F is %v, moved by %v and slower by %v %v", d.DeltaF, shift, scale, m.DeltaF)
		}
	})
}

func TestRateOfASteadyUnitIsItsRate(t *testing.T) {
	for _, s := range []Smoothing{{}, {Method: Hann}, {Order: 1}, {Midpoint: true}, {Method: Hann, Window: 1 * units.Ms}} {
		r := must[neo.AnalogSignal](t)(Analysis{Smoothing: s}.Rate(steady("MN_0", 12.5, 2, 8)))
		if r.Name != "MN_0" || r.Units != "pps" || len(r.Values) < 580 {
			t.Errorf("%+v: %q in %s, %d samples", s, r.Name, r.Units, len(r.Values))
		}
		for i, v := range r.Values {
			if !(math.Abs(v-12.5) <= 1e-6) {
				t.Fatalf("%+v: rate at %v is %v, want 12.5", s, r.Time(i), v)
			}
		}
	}
}

// A polynomial of order k through points of a polynomial of order k is that one.
func TestPolynomialIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		order := rapid.IntRange(1, 7).Draw(t, "order")
		c := rapid.SliceOfN(rapid.Float64Range(-1, 1), order+1, order+1).Draw(t, "coefficients")
		times := make([]units.Time, rapid.IntRange(order+2, 60).Draw(t, "points"))
		value := func(t units.Time) float64 {
			x, sum := float64(t)/5000-1, 0.0
			for _, k := range c {
				sum = sum*x + k
			}
			return sum
		}
		rates, at := make([]float64, len(times)), 0.0
		for i := range times {
			at += rapid.Float64Range(50, 150).Draw(t, "interval")
			times[i] = units.Time(at)
			rates[i] = value(times[i])
		}
		f := polynomial(times, rates, order)
		for x := times[0]; x <= times[len(times)-1]; x += 37 {
			if got, want := f(x), value(x); !(math.Abs(got-want) <= 1e-9) {
				t.Fatalf("order %d at %v: %v, want %v", order, x, got, want)
			}
		}
	})
}

// Input rises by 1 a second to 10 and falls again; the unit fires from 4 to 18 s.
func TestThresholdsOfATriangle(t *testing.T) {
	triangle := neo.AnalogSignal{Name: "drive", Units: "pps", SamplingPeriod: 100 * units.Ms}
	for i := range 201 {
		triangle.Values = append(triangle.Values, 10-math.Abs(float64(i)/10-10))
	}
	for _, c := range []struct {
		name                          string
		start, stop                   float64
		in, out, hysteresis, sustains float64
	}{
		{"self-sustained", 4, 18, 4, 2, 2, 2000},
		{"off the grid", 4.03, 17.03, 4.03, 2.97, 1.06, 1060},
		{"no hysteresis", 4, 16, 4, 4, 0, 0},
		{"stops early", 4, 14, 4, 6, -2, 0},
		{"recruited on the way down", 12, 15, 8, 5, 3, 3000},
	} {
		h := must[Thresholds](t)(Analysis{}.Thresholds(steady("MN_0", 10, c.start, c.stop), triangle))
		near(t, c.name+": recruitment input", h.RecruitmentInput, c.in, 1e-9)
		near(t, c.name+": derecruitment input", h.DerecruitmentInput, c.out, 1e-9)
		near(t, c.name+": hysteresis", h.Hysteresis, c.hysteresis, 1e-9)
		near(t, c.name+": self-sustained firing", float64(h.SelfSustained), c.sustains, 1e-6)
		near(t, c.name+": recruitment", float64(h.Recruitment), 1000*c.start, 1e-6)
		near(t, c.name+": derecruitment", float64(h.Derecruitment), 1000*c.stop, 1e-6)
		if h.Unit != "MN_0" || h.Units != "pps" {
			t.Errorf("%s: %+v", c.name, h)
		}
	}
	// A stray spike 1.5 s before is not the recruitment.
	stray := steady("MN_0", 10, 4, 18)
	stray.Times = append([]units.Time{2500}, stray.Times...)
	h := must[Thresholds](t)(Analysis{}.Thresholds(stray, triangle))
	near(t, "recruitment after a stray spike", h.RecruitmentInput, 4, 1e-9)
	h = must[Thresholds](t)(Analysis{MaxInterval: 2 * units.S}.Thresholds(stray, triangle))
	near(t, "recruitment with a longer interval", h.RecruitmentInput, 2.5, 1e-9)

	_, err := Analysis{}.Thresholds(neo.SpikeTrain{Name: "MN_1", Times: []units.Time{5}, TStop: 10}, triangle)
	fails(t, "one spike", err, EnoughSpikes, `"MN_1" has 1 spike,`)
	on := steady("MN_2", 10, 0.05, 5)
	_, err = Analysis{}.Thresholds(on, triangle)
	fails(t, "on from the start", err, Observed, "its recruitment is not seen")
	on = steady("MN_2", 10, 10, 19.95)
	_, err = Analysis{}.Thresholds(on, triangle)
	fails(t, "on at the end", err, Observed, "its derecruitment is not seen")
}

// Two straight lines: 5 pps at 1 s, 15 at 2 s, 20 at 6 s, then down.
func TestBraceOfTwoLines(t *testing.T) {
	rate := neo.AnalogSignal{Name: "MN_0", Units: "pps", TStart: 1 * units.S, SamplingPeriod: 10 * units.Ms}
	for i := range 801 {
		x := float64(i) / 100
		rate.Values = append(rate.Values, min(5+10*x, 15+1.25*(x-1), 20-2*(x-5)))
	}
	b := must[Brace](t)(NewBrace(rate))
	near(t, "brace height", b.Height, 100*(10./15-1./5), 1e-9)
	near(t, "acceleration", b.AccelerationSlope, 10, 1e-9)
	near(t, "attenuation", b.AttenuationSlope, 1.25, 1e-9)
	near(t, "angle", b.Angle, 180-(math.Atan(10)-math.Atan(1.25))*180/math.Pi, 1e-9)
	near(t, "time of the vertex", float64(b.Vertex.Time), 2000, 1e-9)
	near(t, "time of the peak", float64(b.Peak.Time), 6000, 1e-9)
	near(t, "rate at the peak", float64(b.Peak.Rate), 20, 1e-9)

	// Brace height does not depend on the units of the axes.
	other := rate
	other.SamplingPeriod = 3
	other.Values = slices.Clone(rate.Values)
	for i := range other.Values {
		other.Values[i] = 7*other.Values[i] - 30
	}
	near(t, "brace height in other units", must[Brace](t)(NewBrace(other)).Height, b.Height, 1e-9)

	// A line and a discharge below the line have no brace.
	for name, shape := range map[string]func(float64) float64{
		"line":   func(x float64) float64 { return 3 * x },
		"square": func(x float64) float64 { return x * x },
	} {
		bent := neo.AnalogSignal{Name: name, SamplingPeriod: 10}
		for i := range 500 {
			bent.Values = append(bent.Values, shape(float64(i)/100))
		}
		bent.Values = append(bent.Values, 0)
		b := must[Brace](t)(NewBrace(bent))
		near(t, name+": brace height", b.Height, 0, 1e-9)
		near(t, name+": angle", b.Angle, 180, 40)
	}
	up := neo.AnalogSignal{Name: "MN_1", SamplingPeriod: 10, Values: []float64{1, 2, 3}}
	_, err := NewBrace(up)
	fails(t, "rising to the end", err, RisingRate, "highest at its last sample, 0.020 s")
	down := neo.AnalogSignal{Name: "MN_1", SamplingPeriod: 10, Values: []float64{3, 2, 1}}
	_, err = NewBrace(down)
	fails(t, "falling", err, RisingRate, "does not rise")
	_, err = NewBrace(neo.AnalogSignal{Name: "MN_1", SamplingPeriod: 10})
	fails(t, "no samples", err, EnoughSpikes, "has 0 samples")
}

// Of the parabola from 3 to 17 s, the vertex lies where it is parallel to the
// line to its peak at 10 s: at half the time and three quarters of the rate.
func TestBraceOfAParabola(t *testing.T) {
	a := Analysis{Smoothing: Smoothing{Midpoint: true}}
	b := must[Brace](t)(a.Brace(parabola("MN_0", 16, 0.2, 3, 17)))
	near(t, "brace height", b.Height, 25, 0.3)
	near(t, "time of the peak", float64(b.Peak.Time), 10000, 15)
	near(t, "acceleration over attenuation", b.AccelerationSlope/b.AttenuationSlope, 3, 0.1)
	on := parabola("MN_0", 16, 0.2, 3, 17)
	on.TStart = on.Times[0]
	_, err := a.Brace(on)
	fails(t, "on from the start", err, Observed, "its recruitment is not seen")
}

// Whatever the trains, an answer is finite or not measurable.
func TestEveryAnswerIsFinite(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var pool []neo.SpikeTrain
		for i := range 3 {
			s := neo.SpikeTrain{Name: fmt.Sprint("MN_", i), TStop: 10 * units.S}
			for at := rapid.Float64Range(0, 6000).Draw(t, "first"); at <= 10000; {
				s.Times = append(s.Times, units.Time(at))
				at += rapid.OneOf(rapid.Float64Range(40, 200), rapid.Float64Range(1e-3, 3000)).Draw(t, "interval")
			}
			pool = append(pool, s)
		}
		a := Analysis{Smoothing: Smoothing{
			Method: rapid.SampledFrom([]Method{Polynomial, Hann}).Draw(t, "method"),
			Order:  rapid.IntRange(1, 20).Draw(t, "order"),
			Window: units.Time(rapid.Float64Range(1e-3, 5000).Draw(t, "window")),
		}}
		finite := func(what string, values ...float64) {
			for i, v := range values {
				if math.IsNaN(v) || math.IsInf(v, 0) {
					t.Errorf("%s: value %d is %v", what, i, v)
				}
			}
		}
		pairs, err := a.Pairs(pool)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range pairs {
			none := slices.ContainsFunc(d.Failed, func(f NotMeasurable) bool {
				return f.Criterion == EnoughSpikes || f.Criterion == Overlap || f.Criterion == Observed
			})
			if none {
				for i, x := range []float64{float64(d.DeltaF), d.Correlation, float64(d.Modulation), float64(d.ControlAtRecruitment)} {
					if !math.IsNaN(x) {
						t.Errorf("%v: value %d is %v, want NaN", d, i, x)
					}
				}
				continue
			}
			finite(d.String(), float64(d.DeltaF), float64(d.Modulation),
				float64(d.ControlAtRecruitment), float64(d.ControlAtDerecruitment))
			if constant := slices.ContainsFunc(d.Failed, func(f NotMeasurable) bool { return f.Criterion == Correlation }); !constant {
				finite(d.String(), d.Correlation)
			}
			if math.Abs(d.Correlation) > 1+1e-9 || d.Modulation < 0 || d.Modulation < d.DeltaF-1e-9*max(1, d.Modulation) {
				t.Errorf("%+v", d)
			}
		}
		var reason NotMeasurable
		drive := neo.AnalogSignal{SamplingPeriod: 500, Values: rapid.SliceOfN(rapid.Float64Range(-1, 1), 21, 21).Draw(t, "drive")}
		for _, s := range pool {
			if b, err := a.Brace(s); err == nil {
				finite(b.String(), b.Height, b.AccelerationSlope, b.AttenuationSlope, b.Angle)
				if b.Height < 0 || b.Height > 100 {
					t.Errorf("brace height is %v", b.Height)
				}
			} else if !errors.As(err, &reason) {
				t.Error(err)
			}
			if h, err := a.Thresholds(s, drive); err == nil {
				finite(h.String(), h.Hysteresis, float64(h.SelfSustained))
				if h.SelfSustained < 0 || h.SelfSustained > h.Derecruitment-h.Recruitment {
					t.Errorf("%+v", h)
				}
			} else if !errors.As(err, &reason) {
				t.Error(err)
			}
		}
	})
}

func TestBadInputIsRefused(t *testing.T) {
	nan := math.NaN()
	good := parabola("MN_0", 16, 0.2, 3, 17)
	drive := neo.AnalogSignal{Name: "drive", SamplingPeriod: 1000, Values: make([]float64, 21)}
	bad := func(change func(*neo.SpikeTrain)) neo.SpikeTrain {
		s := good
		s.Name, s.Times = "MN_1", slices.Clone(good.Times)
		change(&s)
		return s
	}
	pairs := func(s neo.SpikeTrain) func() error {
		return func() error { _, err := Analysis{}.Pairs([]neo.SpikeTrain{good, s}); return err }
	}
	with := func(a Analysis) func() error {
		return func() error { _, err := a.DeltaF(good, good); return err }
	}
	for _, c := range []struct {
		want string
		do   func() error
	}{
		{`"MN_1" starts at 20 s and stops at 0 ms (spike train 1)`, pairs(bad(func(s *neo.SpikeTrain) { s.TStart, s.TStop = s.TStop, 0 }))},
		{`spike train "MN_1": spike 3 is at NaN ms, outside 0 ms to 20 s`, pairs(bad(func(s *neo.SpikeTrain) { s.Times[3] = units.Time(nan) }))},
		{`spike 1 is at 1 ms, must be after the one before at 3 s`, pairs(bad(func(s *neo.SpikeTrain) { s.Times[1] = 1 }))},
		{`outside 0 ms to 10 s`, pairs(bad(func(s *neo.SpikeTrain) { s.TStop = 10 * units.S }))},
		{`smoothing method is "spline", must be "polynomial" or "Hann"`, with(Analysis{Smoothing: Smoothing{Method: "spline"}})},
		{"order of the polynomial is -2, must be 1 to 20", with(Analysis{Smoothing: Smoothing{Order: -2}})},
		{"window is -1 ms", with(Analysis{Smoothing: Smoothing{Window: -1}})},
		{"sampling period of the rate is NaN ms", with(Analysis{Smoothing: Smoothing{SamplingPeriod: units.Time(nan)}})},
		{"samples, at most", with(Analysis{Smoothing: Smoothing{SamplingPeriod: 1e-7}})},
		{"MaxInterval is -5, must be", with(Analysis{MaxInterval: -5})},
		{"MinCorrelation is 1.5, must be at most 1", with(Analysis{MinCorrelation: 1.5})},
		{"MinCorrelation is -2", with(Analysis{MinCorrelation: -2})},
		{"SaturationMargin is NaN", with(Analysis{SaturationMargin: units.Rate(nan)})},
		{`"drive" is NaN at 1 s`, func() error {
			broken := drive
			broken.Values = []float64{0, nan}
			_, err := Analysis{}.Thresholds(good, broken)
			return err
		}},
		{`input "drive" has samples from 0 ms to 9 s, "MN_0" fires from 3 s to`, func() error {
			short := drive
			short.Values = short.Values[:10]
			_, err := Analysis{}.Thresholds(good, short)
			return err
		}},
		{`"drive" is sampled every 0 ms`, func() error {
			broken := drive
			broken.SamplingPeriod = 0
			_, err := Analysis{}.Thresholds(good, broken)
			return err
		}},
		{`"" is sampled every 0 ms`, func() error { _, err := NewBrace(neo.AnalogSignal{}); return err }},
		{`the rate of "v" is in "mV", must be in pps`, func() error {
			_, err := NewBrace(neo.AnalogSignal{Name: "v", Units: "mV", SamplingPeriod: 10, Values: []float64{1, 3, 2}})
			return err
		}},
		{`"MN_1" starts at 0 ms and stops at +Inf`, pairs(bad(func(s *neo.SpikeTrain) { s.TStop = units.Time(math.Inf(1)) }))},
		{`spike 2 is at -Inf`, pairs(bad(func(s *neo.SpikeTrain) { s.Times[2] = units.Time(math.Inf(-1)) }))},
		{`"drive" is +Inf at 0 ms`, func() error {
			broken := drive
			broken.Values = []float64{math.Inf(1)}
			_, err := Analysis{}.Thresholds(good, broken)
			return err
		}},
	} {
		err := c.do()
		var reason NotMeasurable
		if err == nil || !strings.Contains(err.Error(), c.want) || errors.As(err, &reason) {
			t.Errorf("the error is %v, want it to say %q", err, c.want)
		}
	}
}

func BenchmarkPairs(b *testing.B) {
	var pool []neo.SpikeTrain
	for i := range 100 {
		pool = append(pool, parabola(fmt.Sprint("MN_", i), 16, 0.2, 3+0.04*float64(i), 17-0.03*float64(i)))
	}
	for _, m := range []Method{Polynomial, Hann} {
		b.Run(string(m), func(b *testing.B) {
			for b.Loop() {
				if _, err := (Analysis{Smoothing: Smoothing{Method: m}}).Pairs(pool); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// Spikes that are a rounding away from a multiple of the sampling period give
// both units of a pair the same samples.
func TestSpikesOnTheGridOfTheRate(t *testing.T) {
	for _, off := range []float64{-1e-6, -1e-7, -1e-8, -1e-10, 0, 1e-10, 1e-8, 1e-7, 1e-6} {
		train := func(name string, start, stop units.Time) neo.SpikeTrain {
			s := neo.SpikeTrain{Name: name, TStop: 12 * units.S}
			for x := start; x <= stop; x += 100 * units.Ms {
				s.Times = append(s.Times, x+units.Time(off))
			}
			return s
		}
		control, test := train("MN_0", 1*units.S, 10*units.S), train("MN_1", 3*units.S, 8*units.S)
		for _, pair := range [][2]neo.SpikeTrain{{control, test}, {test, control}} {
			if _, err := (Analysis{}).DeltaF(pair[0], pair[1]); err != nil {
				t.Errorf("spikes %v ms off the grid: %v", off, err)
			}
		}
		if _, err := (Analysis{}).Pairs([]neo.SpikeTrain{control, test, train("MN_2", 2*units.S, 9*units.S)}); err != nil {
			t.Errorf("spikes %v ms off the grid: %v", off, err)
		}
	}
}
