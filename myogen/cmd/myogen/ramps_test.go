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
	variants := regexp.MustCompile(`(?m)^    (# )?follow: (\{.*\}) .*$`).FindAllStringSubmatch(string(text), -1)
	var kinds []myogen.Follow
	for _, v := range variants {
		other := strings.Replace(string(text), variants[0][0], "    follow: "+v[2], 1)
		e, err := myogen.ParseExperiment("ramps.yaml", []byte(other))
		if err != nil {
			t.Fatalf("with %s: %v", v[2], err)
		}
		kinds = append(kinds, *e.Inputs[1].Follow)
	}
	if len(kinds) != 3 || !(kinds[0].Gain > 0 && kinds[1].Gain == 0 && kinds[2].Gain < 0) {
		t.Errorf("the inhibition is %v, want proportional, constant and reciprocal", kinds)
	}
}
