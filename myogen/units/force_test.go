package units

import "testing"

func TestParseForceReadsWhatStringPrints(t *testing.T) {
	for text, want := range map[string]Force{"0.5 N": 0.5, "250mN": 0.25, "-2 N": -2} {
		got, err := ParseForce(text)
		if err != nil || got != want {
			t.Errorf("ParseForce(%q) is %v, %v; want %v", text, got, err, want)
		}
		if back, err := ParseForce(got.String()); err != nil || back != got {
			t.Errorf("%v prints as %q, which reads as %v, %v", float64(got), got, back, err)
		}
	}
	for _, text := range []string{"", "N", "3", "3 kN", "NaN N"} {
		if f, err := ParseForce(text); err == nil {
			t.Errorf("ParseForce(%q) is %v, want an error", text, f)
		}
	}
}
