package stats

import (
	"math"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"gomyogen/myogen/neo"
	"gomyogen/myogen/units"
)

func block(trains ...[]units.Time) *neo.Block {
	s := neo.Segment{Name: "aMN", AnalogSignals: []neo.AnalogSignal{{Name: "v", Values: []float64{1, 2, 3}}}}
	for _, times := range trains {
		s.SpikeTrains = append(s.SpikeTrains, neo.SpikeTrain{Times: times})
	}
	return &neo.Block{Segments: []neo.Segment{s}}
}

func TestCompareFindsTheFirstDifference(t *testing.T) {
	a := block([]units.Time{10, 20, 30}, []units.Time{5, 15, 25, 35})
	if c := Compare(a, block([]units.Time{10, 20, 30}, []units.Time{5, 15, 25, 35})); !c.Identical() || !strings.HasPrefix(c.String(), "identical") {
		t.Errorf("equal blocks: %v", c)
	}
	moved := block([]units.Time{10, 20, 30}, []units.Time{5, units.Time(math.Nextafter(15, 16)), 25})
	c := Compare(a, moved)
	p := c.Populations[0]
	if c.Identical() || p.First == nil || p.First.Train != 1 || p.First.Spike != 1 || p.First.A != 15 || p.LoneA != 2 || p.LoneB != 1 {
		t.Errorf("a spike moved by a bit and one gone: %+v, first %+v", p, p.First)
	}
	if s := c.String(); !strings.Contains(s, "train 1, spike 1: 15 ms in A, 15.000000000000002 ms in B, 1.78e-15 ms apart") {
		t.Errorf("it reads\n%s", s)
	}
	// The earliest in time is the first, not that of the lowest train.
	c = Compare(a, block([]units.Time{10, 20, 31}, []units.Time{6, 15, 25, 35}))
	if d := c.Populations[0].First; d.Train != 1 || d.Spike != 0 || d.A != 5 || d.B != 6 {
		t.Errorf("the first difference is %+v, want spike 0 of train 1", d)
	}
	b := block([]units.Time{10, 20, 30}, []units.Time{5, 15, 25, 35})
	b.Segments[0].AnalogSignals[0].Values = []float64{1, 2, 3.5}
	c = Compare(a, b)
	if d := c.Populations[0].Signals; c.Identical() || len(d) != 1 || d[0].Sample != 2 || d[0].Largest != 0.5 {
		t.Errorf("a signal that differs: %+v", d)
	}
	if c := Compare(a, &neo.Block{}); c.Identical() || len(c.OnlyA) != 1 || !strings.Contains(c.String(), "aMN: only in A") {
		t.Errorf("a population that is missing: %v", c)
	}
	if c := Compare(a, block([]units.Time{10, 20, 30}, []units.Time{5, 15, 25, 35}, nil)); c.Identical() {
		t.Error("a silent train more is no difference")
	}
}

func TestCompareFindsMetadata(t *testing.T) {
	whole := func() *neo.Block {
		return &neo.Block{Segments: []neo.Segment{{Name: "aMN",
			SpikeTrains:   []neo.SpikeTrain{{Name: "MN_0", Times: []units.Time{1}, TStop: 3 * units.S, SamplingPeriod: 0.1}},
			AnalogSignals: []neo.AnalogSignal{{Name: "v", Units: "mV", SamplingPeriod: 0.1, Values: []float64{1}}, {Name: "v", Units: "mV", SamplingPeriod: 0.1, Values: []float64{2}}}}}}
	}
	for want, change := range map[string]func(*neo.SpikeTrain, *neo.AnalogSignal){
		"": func(*neo.SpikeTrain, *neo.AnalogSignal) {},
		`train 0: name is "MN_0" in A, "MN_1" in B`:               func(t *neo.SpikeTrain, _ *neo.AnalogSignal) { t.Name = "MN_1" },
		"train 0: t_start is 0 ms in A, -1 s in B":                func(t *neo.SpikeTrain, _ *neo.AnalogSignal) { t.TStart = -1 * units.S },
		"train 0: t_stop is 3 s in A, 5 s in B":                   func(t *neo.SpikeTrain, _ *neo.AnalogSignal) { t.TStop = 5 * units.S },
		"train 0: sampling period is 0.1 ms in A, 0.05 ms in B":   func(t *neo.SpikeTrain, _ *neo.AnalogSignal) { t.SamplingPeriod = 0.05 },
		`signal "v": unit is mV in A, uS in B`:                    func(_ *neo.SpikeTrain, s *neo.AnalogSignal) { s.Units = "uS" },
		`signal "v": sampling period is 0.1 ms in A, 0.5 ms in B`: func(_ *neo.SpikeTrain, s *neo.AnalogSignal) { s.SamplingPeriod = 0.5 },
		`signal "v": t_start is 0 ms in A, 50 ms in B`:            func(_ *neo.SpikeTrain, s *neo.AnalogSignal) { s.TStart = 50 },
	} {
		b := whole()
		change(&b.Segments[0].SpikeTrains[0], &b.Segments[0].AnalogSignals[1])
		c := Compare(whole(), b)
		if c.Identical() != (want == "") || want != "" && !strings.Contains(c.String(), want) {
			t.Errorf("it reads\n%v\nwant %q", c, want)
		}
	}
	unknown := whole()
	unknown.Segments[0].SpikeTrains[0] = neo.SpikeTrain{Times: []units.Time{1}}
	if c := Compare(whole(), unknown); !c.Identical() {
		t.Errorf("what is not known is a difference: %v", c)
	}
}

// Compare tells of every field of a block and of what it holds: one that is added cannot
// be forgotten.
func TestCompareSeesEveryField(t *testing.T) {
	whole := func() *neo.Block {
		return &neo.Block{Name: "run", Annotations: map[string]string{"seed": "1"}, Segments: []neo.Segment{{Name: "aMN",
			SpikeTrains:   []neo.SpikeTrain{{Name: "MN_0", Times: []units.Time{1}, TStart: 0.5, TStop: 3, SamplingPeriod: 0.1}},
			AnalogSignals: []neo.AnalogSignal{{Name: "v", Units: "mV", TStart: 0.5, SamplingPeriod: 0.1, Values: []float64{1}}}}}}
	}
	same := Compare(whole(), whole()).String()
	for _, of := range []func(*neo.Block) any{
		func(b *neo.Block) any { return b },
		func(b *neo.Block) any { return &b.Segments[0] },
		func(b *neo.Block) any { return &b.Segments[0].SpikeTrains[0] },
		func(b *neo.Block) any { return &b.Segments[0].AnalogSignals[0] },
	} {
		fields := reflect.TypeOf(of(whole())).Elem()
		for i := range fields.NumField() {
			b := whole()
			what := fields.String() + "." + fields.Field(i).Name
			switch f := reflect.ValueOf(of(b)).Elem().Field(i); f.Kind() {
			case reflect.String:
				f.SetString("other")
			case reflect.Float64:
				f.SetFloat(f.Float() + 0.25)
			case reflect.Bool:
				f.SetBool(!f.Bool())
			case reflect.Slice: // without its last element
				f.SetLen(f.Len() - 1)
			case reflect.Map:
				f.SetMapIndex(reflect.ValueOf("seed"), reflect.ValueOf("2"))
			default:
				t.Fatalf("%s is a %v", what, f.Kind())
			}
			for _, c := range []Comparison{Compare(whole(), b), Compare(b, whole())} {
				told := what == "neo.Block.Name" || what == "neo.Segment.AnalogSignals" // and no difference
				if c.Identical() != told || c.String() == same {
					t.Errorf("%s: it reads\n%v", what, c)
				}
			}
		}
	}
	renamed := whole()
	renamed.Segments[0].AnalogSignals[0].Name = "u"
	if c := Compare(whole(), renamed); !strings.Contains(c.String(), `signal "v": name is "v" in A, "u" in B`) || len(c.Populations[0].OnlyA)+len(c.Populations[0].OnlyB) > 0 {
		t.Errorf("a renamed signal: %v", c)
	}
	other := whole()
	other.Annotations["seed"] = "7"
	if c := Compare(whole(), other); !strings.HasPrefix(c.String(), "different\nseed is 1 in A, 7 in B\n") {
		t.Errorf("another seed: %v", c)
	}
}

func TestCompareIsSymmetric(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		draw := func(name string) *neo.Block {
			var trains [][]units.Time
			for range 2 {
				var times []units.Time
				at := units.Time(0)
				for range rapid.IntRange(0, 4).Draw(t, name) {
					at += units.Time(rapid.IntRange(1, 3).Draw(t, "after"))
					times = append(times, at)
				}
				trains = append(trains, times)
			}
			return block(trains...)
		}
		a, b := draw("a"), draw("b")
		x, y := Compare(a, b).Populations[0], Compare(b, a).Populations[0]
		if x.LoneA != y.LoneB || x.LoneB != y.LoneA || x.SpikeA-x.LoneA != x.SpikeB-x.LoneB ||
			Compare(a, b).Identical() != Compare(b, a).Identical() || !Compare(a, a).Identical() ||
			Compare(a, b).Identical() != (a.SpikeSHA256() == b.SpikeSHA256()) {
			t.Fatalf("%+v\n%+v", x, y)
		}
	})
}

func TestTimeHistogramConservesSpikes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		bin := units.Time(rapid.SampledFrom([]float64{0.5, 1, 10, 100, 33.3}).Draw(t, "bin"))
		stop := bin * units.Time(rapid.IntRange(1, 50).Draw(t, "bins"))
		var trains []neo.SpikeTrain
		inside := 0
		for range rapid.IntRange(1, 4).Draw(t, "trains") {
			train := neo.SpikeTrain{TStop: stop}
			for range rapid.IntRange(0, 20).Draw(t, "spikes") {
				x := units.Time(rapid.Float64Range(0, 1.1).Draw(t, "at")) * stop
				train.Times = append(train.Times, x)
				slices.Sort(train.Times)
				// A spike within 1e-8 of a bin before the end counts to the bin after it.
				if x < stop && float64((stop-x)/bin) > 2e-8 {
					inside++
				}
			}
			trains = append(trains, train)
		}
		s, err := TimeHistogram(trains, bin)
		if err != nil {
			t.Fatal(err)
		}
		sum := 0.0
		for _, x := range s.Values {
			sum += x * bin.Seconds() * float64(len(trains))
		}
		if math.Abs(sum-float64(inside)) > 1e-6 {
			t.Fatalf("the bins hold %v spikes, want %d", sum, inside)
		}
	})
}

// Segments of one name are compared in turn, what one block did not record is
// listed, and bins are not samples.
func TestCompareListsWhatItLeavesOut(t *testing.T) {
	v := neo.AnalogSignal{Name: "v", Units: "mV", SamplingPeriod: 0.1, Values: []float64{1}}
	segment := func(spike units.Time, signals ...neo.AnalogSignal) neo.Segment {
		return neo.Segment{Name: "aMN", SpikeTrains: []neo.SpikeTrain{{Times: []units.Time{spike}, TStop: 9}}, AnalogSignals: signals}
	}
	of := func(segments ...neo.Segment) *neo.Block { return &neo.Block{Segments: segments} }
	binned := v
	binned.Binned = true
	for name, c := range map[string]struct {
		a, b      *neo.Block
		identical bool
		want      string
	}{
		"a signal only in A":           {of(segment(1, v)), of(segment(1)), true, `not compared, signals only in A: ["v"]`},
		"a second signal only in B":    {of(segment(1, v)), of(segment(1, v, v)), true, `not compared, signals only in B: ["v"]`},
		"a difference and a signal":    {of(segment(2, v)), of(segment(1)), false, `not compared, signals only in A: ["v"]`},
		"two segments of one name":     {of(segment(1), segment(2)), of(segment(1), segment(2)), true, "aMN: 1 spikes of 1 cells, none differs\naMN: 1"},
		"the second differs":           {of(segment(1), segment(2)), of(segment(1), segment(3)), false, "first difference: train 0, spike 0: 2 ms in A, 3 ms in B"},
		"a second segment only in A":   {of(segment(1), segment(2)), of(segment(1)), false, "aMN: only in A"},
		"a second segment only in B":   {of(segment(1)), of(segment(1), segment(2)), false, "aMN: only in B"},
		"a time histogram and samples": {of(segment(1, binned)), of(segment(1, v)), false, `signal "v": binned is true in A, false in B`},
	} {
		if d := Compare(c.a, c.b); d.Identical() != c.identical || !strings.Contains(d.String(), c.want) {
			t.Errorf("%s: identical %v:\n%v\nwant %q", name, d.Identical(), d, c.want)
		}
	}
}
