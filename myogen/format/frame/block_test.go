package frame_test

import (
	"bytes"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"gomyogen/myogen/format/frame"
	"gomyogen/myogen/neo"
	"gomyogen/myogen/units"
)

// blocks generates blocks of spike trains: silent cells, equal names, empty
// populations.
func blocks() *rapid.Generator[*neo.Block] {
	return rapid.Custom(func(t *rapid.T) *neo.Block {
		b := &neo.Block{Name: rapid.String().Draw(t, "name"), Annotations: map[string]string{"seed": "42"}}
		for range rapid.IntRange(0, 3).Draw(t, "populations") {
			s := neo.Segment{Name: rapid.SampledFrom([]string{"aMN", "DD", ""}).Draw(t, "population")}
			for range rapid.IntRange(0, 3).Draw(t, "units") {
				x := rapid.SliceOfN(rapid.Float64Range(-1e3, 1e6), 0, 5).Draw(t, "times")
				slices.Sort(x)
				train := neo.SpikeTrain{Name: rapid.SampledFrom([]string{"MN_0", "7", "a,b"}).Draw(t, "unit"), TStart: -1e3, TStop: 1e6,
					SamplingPeriod: units.Time(rapid.SampledFrom([]float64{0, 0.1}).Draw(t, "period"))}
				for _, v := range x {
					train.Times = append(train.Times, units.Time(v))
				}
				s.SpikeTrains = append(s.SpikeTrains, train)
			}
			b.Segments = append(b.Segments, s)
		}
		return b
	})
}

func TestSpikesRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := blocks().Draw(t, "block")
		f, err := frame.Spikes(b)
		if err != nil {
			t.Fatal(err)
		}
		back, err := frame.Block(f, "")
		if diff := cmp.Diff(b, back, cmpopts.EquateEmpty()); err != nil || diff != "" {
			t.Fatalf("%v %s", err, diff)
		}
	})
}

// A long CSV as people keep it.
func TestBlockOfLongTable(t *testing.T) {
	f, err := frame.DecodeCSV(strings.NewReader("MU,Time [s]\n3,0.5\n1,0.25\n3,0.125\n"))
	if err != nil {
		t.Fatal(err)
	}
	got, err := frame.Block(f, "")
	want := &neo.Block{Segments: []neo.Segment{{Name: "units", SpikeTrains: []neo.SpikeTrain{
		{Name: "3", Times: []units.Time{125, 500}, TStop: 500}, {Name: "1", Times: []units.Time{250}, TStop: 500}}}}}
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
}

func TestBlockRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"unit,time\n1,0.5\n":            `column "time" has the unit ""; a time is in s, ms or us`,
		"unit,time [min]\n1,0.5\n":      `the unit "min"`,
		"unit,t [s]\n1,0.5\n":           `there is no column "time"; there are ["unit" "t"]`,
		"x,time [s]\n1,0.5\n":           `there is no column "unit"`,
		"unit,time [s]\n1,0.5\n2,\n":    `column "time" row 1: NaN is not a time`,
		"unit,time [s]\n1,soon\n":       "holds text, not numbers",
		"unit,time [s]\n":               "",
		"unit,time [ms]\n1,inf\n2,12\n": "row 0: +Inf is not a time",
	} {
		f, err := frame.DecodeCSV(strings.NewReader(text))
		if err == nil {
			_, err = frame.Block(f, "")
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}

func TestSignals(t *testing.T) {
	b := &neo.Block{Segments: []neo.Segment{{Name: "DD", AnalogSignals: []neo.AnalogSignal{
		{Name: "drive", Units: "pps", SamplingPeriod: 0.5, TStart: 1, Values: []float64{2, math.NaN()}}}}}}
	f, err := frame.Signals(b)
	if err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	if err := f.EncodeCSV(&text); err != nil {
		t.Fatal(err)
	}
	if want := "population,signal,quantity,time [ms],value\nDD,drive,pps,1.0,2.0\nDD,drive,pps,1.5,\n"; text.String() != want {
		t.Errorf("%q, want %q", text.String(), want)
	}
}
