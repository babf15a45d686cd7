package units

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

func TestParse(t *testing.T) {
	for s, want := range map[string]Time{"15 s": 15000, "500ms": 500, "0.1 ms": 0.1, "1e2 us": 0.1, " -2 min": -120000, "+5 ms": 5, ".5 ms": 0.5, "5. ms": 5, "1E3us": 1} {
		if got, err := ParseTime(s); err != nil || got != want {
			t.Errorf("%q is %v, %v; want %v", s, got, err, want)
		}
	}
	if w, err := ParseConductance("150 nS"); err != nil || w != 0.15 {
		t.Errorf("150 nS is %v, %v", w, err)
	}
	for _, s := range []string{"", "s", "15", "15 pps", "1 5 s", "nan ms", "inf s", "1e308 s", "15 S", "0x10ms1", "0x1p5 ms", "0X10 ms", "3_0 ms", "0_3 ms", "Infinity s", "+inf s", ". ms", "1e ms", "5e", "--5 ms", "1e400 ms"} {
		if got, err := ParseTime(s); err == nil {
			t.Errorf("%q was read as %v", s, got)
		}
	}
}

func TestParseReadsWhatStringPrints(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := rapid.Float64Range(-1e6, 1e6).Draw(t, "x")
		if got, err := ParseRate(Rate(x).String()); err != nil || got != Rate(x) {
			t.Fatalf("%v is read as %v, %v", Rate(x), got, err)
		}
		// From 1 s on a time is printed in seconds, which rounds.
		if got, err := ParseTime(Time(x).String()); err != nil || math.Abs(float64(got)-x) > 1e-15*math.Abs(x)*4 {
			t.Fatalf("%v is read as %v, %v", Time(x), float64(got), err)
		}
	})
}

func TestRound(t *testing.T) {
	for _, c := range []struct{ t, step, want Time }{
		{7000.0000000167, Us, 7 * S}, {0.30000000000000004, Us, 0.3}, {-1.26, 0.1 * Ms, -1.3}, {1499, S, 1 * S}, {90 * S, Min, 2 * Min}, {0, Ms, 0}, {1.5, 0, 1.5}, {1.5, -1, 1.5},
	} {
		if got := c.t.Round(c.step); got != c.want {
			t.Errorf("%v rounded to %v is %v, want %v", float64(c.t), c.step, got, c.want)
		}
	}
}
