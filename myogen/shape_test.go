package myogen

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gomyogen/myogen/units"
)

func TestShapes(t *testing.T) {
	trapezoid := Trapezoid[units.Current]{Baseline: 1, Peak: 5, Rest: 100, Ramp: 200, Plateau: 300}
	for _, c := range []struct {
		name  string
		shape Shape[units.Current]
		want  map[units.Time]units.Current
	}{
		{"trapezoid", trapezoid, map[units.Time]units.Current{0: 1, 99: 1, 200: 3, 300: 5, 599: 5, 700: 3, 800: 1, 900: 1}},
		{"sinusoid", Sinusoid[units.Current]{Mean: 10, Amplitude: 4, Frequency: 2}, map[units.Time]units.Current{0: 10, 125: 14, 375: 6}},
		{"ramp", Ramp[units.Current]{From: 2, To: 6, Start: 100, Duration: 400}, map[units.Time]units.Current{0: 2, 100: 2, 300: 4, 500: 6, 900: 6}},
		{"falling ramp", Ramp[units.Current]{From: 6, To: 2, Duration: 400}, map[units.Time]units.Current{0: 6, 300: 3, 400: 2}},
		{"step", Step[units.Current]{Baseline: 1, Level: 7, Start: 100, Duration: 50}, map[units.Time]units.Current{99: 1, 100: 7, 149: 7, 150: 1}},
		{"sawtooth", Sawtooth[units.Current]{Low: 1, High: 5, Frequency: 4}, map[units.Time]units.Current{0: 1, 125: 3, 250: 1, 375: 3}},
		{"samples", Samples[units.Current]{Values: []units.Current{4, 5, 6}, Period: 10}, map[units.Time]units.Current{-1: 4, 0: 4, 9.99: 4, 10: 5, 29: 6, 99: 6}},
		{"samples at the default step", Samples[units.Current]{Values: []units.Current{4, 5, 6, 7}}, map[units.Time]units.Current{0.1: 5, 0.29999999: 7, 0.3: 7}},
		{"no samples", Samples[units.Current]{}, map[units.Time]units.Current{0: 0, 5: 0}},
		{"function", ShapeFunc[units.Current](func(t units.Time) units.Current { return units.Current(t) }), map[units.Time]units.Current{3: 3}},
	} {
		for at, want := range c.want {
			if got := c.shape.At(at); math.Abs(float64(got-want)) > 1e-12 {
				t.Errorf("%s at %v is %v, want %v", c.name, at, got, want)
			}
		}
	}
}

func TestSample(t *testing.T) {
	s, err := Sample("current", Ramp[units.Current]{To: 10, Duration: 100}, 100, 10)
	if err != nil || s.Units != "nA" || len(s.Values) != 10 || s.Values[3] != 3 {
		t.Errorf("%+v, error %v", s, err)
	}
	if s, err := Sample("rate", Step[units.Rate]{Level: 3, Duration: 1}, 1, 0); err != nil || s.Units != "pps" || len(s.Values) != 10 {
		t.Errorf("%+v, error %v", s, err)
	}
	bad := ShapeFunc[units.Rate](func(t units.Time) units.Rate {
		if t == 5 {
			return units.Rate(math.NaN())
		}
		return 1
	})
	if _, err := Sample("drive", bad, 10, 1); err == nil || !strings.Contains(err.Error(), "drive is NaN pps at 5 ms") {
		t.Errorf("error %v, want it to name the time", err)
	}
	for _, d := range []units.Time{0, -1, units.Time(math.NaN()), units.Time(math.Inf(1))} {
		if _, err := Sample("drive", bad, d, 1); err == nil {
			t.Errorf("a duration of %v was accepted", d)
		}
	}
	_, err = Sample[units.Rate]("drive", nil, 1, 1)
	refused(t, "drive: shape is missing", err)
	_, err = Sample[units.Rate]("drive", (*Step[units.Rate])(nil), 1, 1)
	refused(t, "that is nil", err)
}

// A signal becomes a shape that gives its samples again.
func TestSamplesOf(t *testing.T) {
	signal, err := Sample("ramp", Ramp[units.Current]{To: 10, Duration: 100}, 100, 0.3)
	if err != nil {
		t.Fatal(err)
	}
	shape, err := SamplesOf[units.Current](signal)
	if err != nil {
		t.Fatal(err)
	}
	again, err := Sample("ramp", shape, 100, 0.3)
	if d := cmp.Diff(signal, again); d != "" || err != nil {
		t.Errorf("error %v (-signal +again):\n%s", err, d)
	}
	_, err = SamplesOf[units.Rate](signal)
	refused(t, `signal "ramp" is in "nA", must be in pps`, err)
	late := signal
	late.TStart = 2 * units.S
	_, err = SamplesOf[units.Current](late)
	refused(t, `signal "ramp" starts at 2 s, a shape at 0 ms`, err)
	late.TStart, late.SamplingPeriod = 0, 0
	_, err = SamplesOf[units.Current](late)
	refused(t, `sampling period`, err)
}
