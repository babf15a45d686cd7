package myogen

import (
	"context"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gomyogen/myogen/format/npz"
	"gomyogen/myogen/muscle"
	"gomyogen/myogen/units"
)

// The force of a result is that of its spikes, and is saved with it.
func TestForceIsThatOfTheSpikes(t *testing.T) {
	e := closedLoop(NERLab)
	plain := run(t, e)
	model := muscle.Fuglevand{LargestTwitch: 0.5 * units.Newton, SamplingPeriod: 0.25 * units.Ms}
	e.Force = []Force{{Population: "aMN", Muscle: model, Start: 100, Stop: 300}}
	r := run(t, e)
	if plain.Block.SpikeSHA256() != r.Block.SpikeSHA256() {
		t.Error("asking for force changes the spikes")
	}
	got, err := r.Force("aMN")
	if err != nil {
		t.Fatal(err)
	}
	want, err := model.Force(mustTrains(t, r, "aMN"))
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, got); d != "" || got.Units != "N" || got.Values[len(got.Values)-1] == 0 {
		t.Errorf("in %s (-muscle +result): %s", got.Units, d)
	}
	s, share, err := e.Force[0].Steadiness(r)
	if err != nil {
		t.Fatal(err)
	}
	fraction, err := model.FractionOfMaximum(mustTrains(t, r, "aMN"), 100, 300)
	if err != nil || share != fraction || !(s.Mean > 0 && s.SD > 0) {
		t.Errorf("%v, %v of the maximum, want %v (%v)", s, share, fraction, err)
	}
	path := filepath.Join(t.TempDir(), "r.npz")
	if err := r.Save(path); err != nil {
		t.Fatal(err)
	}
	b, err := npz.ReadBlock(path)
	if err != nil {
		t.Fatal(err)
	}
	seg, err := b.Segment("aMN")
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(got, seg.AnalogSignals[len(seg.AnalogSignals)-1]); d != "" {
		t.Errorf("(-result +file): %s", d)
	}
	_, err = plain.Force("aMN")
	refused(t, `there is no force of "aMN"; Experiment.Force asks for it`, err)
}

// A run that is stopped has the force until then, and none before it begins.
func TestForceOfAPartOfARun(t *testing.T) {
	e := closedLoop(NERLab)
	e.Force = []Force{{Population: "aMN"}}
	s := start(t, e)
	if _, err := s.Result().Force("aMN"); err == nil {
		t.Error("there is a force before the first step")
	}
	r, err := s.RunUntil(context.Background(), 120, nil)
	if err != nil {
		t.Fatal(err)
	}
	f, err := r.Force("aMN")
	if err != nil || math.Abs(float64(f.TStop()-120)) > 1.5 || f.Units != "smallest twitch" {
		t.Errorf("a force in %q until %v, %v", f.Units, f.TStop(), err)
	}
}

// Spikes that are too fast for the sampling cost the force and not the run.
func TestForceOfSpikesThatAreTooFast(t *testing.T) {
	e := closedLoop(NERLab)
	e.Force = []Force{{Population: "Ia"}} // fires at 100 ms and 100 ms
	r := run(t, e)
	_, err := r.Force("Ia")
	refused(t, `there is no force of "Ia": spike train 0 ("`, err)
	if w := strings.Join(r.Report().Warnings, "\n"); !strings.Contains(w, `there is no force of "Ia"`) {
		t.Errorf("the report warns of %q", w)
	}
}

func TestForcesAreRefused(t *testing.T) {
	for _, c := range []struct {
		f    Force
		want string
	}{
		{Force{Population: "MN"}, `force of "MN": there is no population "MN"`},
		{Force{Population: "DD"}, `force of "DD": the cells of "DD" have no muscle: they are drive neurons`},
		{Force{Population: "aMN", Muscle: muscle.Fuglevand{N: 3}}, `force of "aMN": 2 spike trains are given for a pool of 3`},
		{Force{Population: "aMN", Muscle: muscle.Fuglevand{TwitchRange: 0.5}}, `force of "aMN": twitch_range is 0.5, must be from 1 to 10000`},
		{Force{Population: "aMN", Muscle: muscle.Fuglevand{LongestContractionTime: -1}}, `longest_contraction_time is -1 ms, must be above 0`},
		{Force{Population: "aMN", Muscle: muscle.Fuglevand{LargestTwitch: -1}}, `largest_twitch is -1 N, must be above 0`},
		{Force{Population: "aMN", Muscle: muscle.Fuglevand{Twitches: []muscle.Twitch{{Amplitude: -1, ContractionTime: 90}, {Amplitude: 1, ContractionTime: 90}}}}, `amplitude is -1, must be above 0`},
		{Force{Population: "aMN", Muscle: muscle.Fuglevand{Twitches: []muscle.Twitch{{Amplitude: 1}, {Amplitude: 1, ContractionTime: 90}}}}, `contraction_time is 0 ms, must be above 0`},
		{Force{Population: "aMN", Muscle: muscle.Fuglevand{SamplingPeriod: 500}}, `a sampling rate of 2 Hz is below twice the highest frequency`},
		{Force{Population: "aMN", Start: 50, Stop: 50}, `the statistics are from 50 ms to 50 ms, must be within the run of 100 ms`},
		{Force{Population: "aMN", Stop: 101}, `the statistics are from 0 ms to 101 ms, must be within the run of 100 ms`},
	} {
		e := small()
		e.Force = []Force{c.f}
		refusedToRun(t, c.want, e)
	}
	e := small()
	e.Force = []Force{{Population: "aMN"}, {Population: "aMN"}}
	refusedToRun(t, `force of "aMN": it is asked for twice`, e)
}

// The statistics of a force are those of its signal, between the times of the
// experiment.
func TestForceStatistics(t *testing.T) {
	e := closedLoop(NERLab)
	e.Force = []Force{{Population: "aMN", Muscle: muscle.Fuglevand{LargestTwitch: 2 * units.Newton}, Start: 50, Stop: 150}}
	r := run(t, e)
	steady, share, err := e.Force[0].Steadiness(r)
	if err != nil || !(steady.Mean > 0) {
		t.Fatalf("%v, %v", steady, err)
	}
	all := e.Statistics()
	all = all[len(all)-4:]
	for i, want := range []struct {
		name, unit string
		value      float64
	}{{"aMN.force_mean", "N", steady.Mean}, {"aMN.force_sd", "N", steady.SD}, {"aMN.force_cv", "", steady.CV}, {"aMN.force_percent", "%", 100 * share}} {
		got, err := all[i].Of(r)
		if err != nil || all[i].Name != want.name || all[i].Unit != want.unit || math.Abs(got-want.value) > 0 {
			t.Errorf("%s is %v %s, %v; want %s %v %s", all[i].Name, got, all[i].Unit, err, want.name, want.value, want.unit)
		}
	}
}
