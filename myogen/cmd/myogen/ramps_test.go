package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"gomyogen/myogen"
	"gomyogen/myogen/format/npz"
)

// The protocol of ramps is run whole, saved with its force, and each variant of
// its inhibition is an experiment.
func TestRamps(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ramps.npz")
	out, err := command(t, "run", "ramps.yaml", "-out", path, "-checkpoint", "0")
	if err != nil || strings.Contains(out, "warning") {
		t.Fatalf("%v\n%s", err, out)
	}
	b, err := npz.ReadBlock(path)
	if err != nil {
		t.Fatal(err)
	}
	seg, err := b.Segment("aMN")
	if err != nil {
		t.Fatal(err)
	}
	if n := len(seg.AnalogSignals); n != 2 || seg.AnalogSignals[0].Units != "mA/cm2" || seg.AnalogSignals[1].Name != "force" || len(seg.AnalogSignals[1].Values) != 33_000 {
		t.Fatalf("%d signals: %v", n, seg.AnalogSignals)
	}
	force := seg.AnalogSignals[1].Values
	if !(force[6_500] < force[17_500] && force[17_500] < force[28_500]) {
		t.Errorf("the forces after three rising peaks are %v, %v, %v", force[6_500], force[17_500], force[28_500])
	}
	text, err := os.ReadFile("ramps.yaml")
	if err != nil {
		t.Fatal(err)
	}
	proportional := regexp.MustCompile(`(?m)^    triangles: \{peaks: \[10 .*$`)
	for _, kind := range []string{"level", "triangles"} {
		other := proportional.ReplaceAllString(string(text), "    # another")
		other = strings.Replace(other, "    # "+kind, "    "+kind, 1)
		if _, err := myogen.ParseExperiment("ramps.yaml", []byte(other)); err != nil || !proportional.Match(text) {
			t.Errorf("with inhibition by %s: %v", kind, err)
		}
	}
}
