package kernel

import (
	"strings"
	"testing"

	"gomyogen/myogen"
	"gomyogen/myogen/units"
)

// A run is simulated once; another experiment is another run, and the table of
// kept values says what changed.
func TestRunIsKept(t *testing.T) {
	keepHere(t)
	e := experiment(0.3*units.MicroSiemens, 200*units.Ms)
	get := func(e myogen.Experiment) (said, spikes string) {
		t.Helper()
		newCell()
		said = quiet(t, func() { spikes = Run("small", e).Report().SpikesSHA256 })
		return said, spikes
	}
	first, want := get(e)
	if !strings.Contains(first, "200") {
		t.Errorf("the first Get shows %q, want a bar", first)
	}
	if said, got := get(e); said != "" || got != want {
		t.Errorf("the second says %q, spikes %s, want %s", said, got, want)
	}
	e.Seed = 7
	if said, got := get(e); said == "" || got == want {
		t.Errorf("another seed says %q, spikes %s", said, got)
	}
	if said := printed(t, Kept); !strings.Contains(said, "seed: 7, was 0") {
		t.Errorf("the table has no reason: %s", said)
	}
	newCell()
	e.Connections[0].Weight = -1
	if _, err := Run("small", e).Load(); err == nil || !strings.HasPrefix(err.Error(), `myogen: connection "DD" to "aMN": weight is -1 uS`) {
		t.Errorf("a wrong experiment: error %v", err)
	}
}

// Now has what there is and computes nothing.
func TestNow(t *testing.T) {
	keepHere(t)
	e := experiment(0.3*units.MicroSiemens, 200*units.Ms)
	if _, ok := Run("small", e).Peek(); ok {
		t.Error("there is a result before the run")
	}
	quiet(t, func() { Run("small", e).Get() })
	newCell()
	if said := quiet(t, func() { Run("small", e).Now() }); said != "" {
		t.Errorf("Now says %q", said)
	}
}
