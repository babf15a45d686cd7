package kernel

import (
	"testing"
	"time"

	"gomyogen/myogen/units"
)

func TestProgressLine(t *testing.T) {
	start := time.Unix(0, 0)
	p := &Progress{title: "Simulating", start: start}
	for _, c := range []struct {
		done    float64
		seconds float64
		want    string
	}{
		{0, 0, "Simulating: 0 of 15000 ms (0 %)"},
		{5000, 2, "Simulating: 5000 of 15000 ms (33 %), 2500 ms/s, 4.0 s left"},
		{15000, 6, "Simulating: 15000 of 15000 ms (100 %), 2500 ms/s, took 6.0 s"},
	} {
		now := start.Add(time.Duration(c.seconds * float64(time.Second)))
		if got := p.line(units.Time(c.done), 15*units.S, now); got != c.want {
			t.Errorf("line is %q, want %q", got, c.want)
		}
	}
}
