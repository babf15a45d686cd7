package frame_test

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"gomyogen/myogen/format/frame"
	"gomyogen/myogen/format/npz"
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
		back, err := frame.Block(f, frame.Options{})
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
	got, err := frame.Block(f, frame.Options{})
	want := &neo.Block{Segments: []neo.Segment{{Name: "units", SpikeTrains: []neo.SpikeTrain{
		{Name: "3", Times: []units.Time{125, 500}, TStop: 500}, {Name: "1", Times: []units.Time{250}, TStop: 500}}}}}
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
}

// Tables as people have them: names, separators, units and layouts of their own.
func TestTablesOfOthers(t *testing.T) {
	seconds := frame.Options{TimeUnit: "s"}
	for _, c := range []struct {
		text     string
		noHeader bool
		options  frame.Options
		want     string // names and times
	}{
		{"Motor Unit;Discharge time (s)\n1;0,5\n2;1,25\n", false, frame.Options{}, "1 [500] 2 [1250]"},
		{"MU_ID\tTime_ms\n1.0\t0.5\n2.0\t3\n", false, frame.Options{}, "1 [0.5] 2 [3]"},
		{"unit,time\n1,0.5\n", false, seconds, "1 [500]"},
		{"1,0.5\n2,0.75\n1,1\n", true, frame.Options{Unit: "1", Time: "2", TimeUnit: "s"}, "1 [500 1000] 2 [750]"},
		{"a,muscle head,b [ms]\nx,SOL,0.5\n", false, frame.Options{Unit: "a", Time: "b", Population: "muscle head"}, "x [0.5]"},
		{"unit,sample\n1,0\n1,2048\n", false, frame.Options{Rate: 2048}, "1 [0 1000]"},
		{"unit,time\n1,1024\n", false, frame.Options{Rate: 2048}, "1 [500]"},
		{"MU1;MU2;MU10\n0,5;0,25;\n1,5;;\n", false, frame.Options{Wide: true, TimeUnit: "s"}, "MU1 [500 1500] MU2 [250] MU10 []"},
		{"MU1 [ms],MU2_ms\n5,7\n6,\n", false, frame.Options{Wide: true}, "MU1 [5 6] MU2 [7]"},
		{"MU1,MU2\n0,1\n1,0\n1,0\n", false, frame.Options{Wide: true, Rate: 1000}, "MU1 [1 2] MU2 [0]"},
		{"\"time;s\",unit\n1,1\n", false, frame.Options{Time: "time;s", TimeUnit: "s"}, "1 [1000]"},
	} {
		f, err := frame.CSV{NoHeader: c.noHeader}.Decode(strings.NewReader(c.text))
		if err != nil {
			t.Errorf("%q: %v", c.text, err)
			continue
		}
		b, err := frame.Block(f, c.options)
		if err != nil {
			t.Errorf("%q: %v", c.text, err)
			continue
		}
		if got := trains(b); got != c.want {
			t.Errorf("%q: %s, want %s", c.text, got, c.want)
		}
	}
}

// trains returns the names and times in ms of the trains of the first segment.
func trains(b *neo.Block) string {
	var s []string
	for _, x := range b.Segments[0].SpikeTrains {
		times := make([]float64, len(x.Times))
		for i, t := range x.Times {
			times[i] = float64(t)
		}
		s = append(s, fmt.Sprint(x.Name, " ", times))
	}
	return strings.Join(s, " ")
}

func TestBlockRefuses(t *testing.T) {
	for _, c := range []struct {
		text    string
		options frame.Options
		need    string // the option that mends it
		want    string
	}{
		{"unit,time\n1,0.5\n", frame.Options{}, "TimeUnit", `column "time" does not say whether it is in s, ms or us`},
		{"unit,time [min]\n1,0.5\n", frame.Options{}, "", `the unit "min"`},
		{"unit,x [s]\n1,0.5\n", frame.Options{}, "Time", `no column is called "time" or "times"`},
		{"x,time [s]\n1,0.5\n", frame.Options{}, "Unit", `which one holds the units; there are ["x" "time"]`},
		{"x,time [s]\n1,0.5\n", frame.Options{Unit: "y"}, "", `there is no column "y"; there are ["x" "time"]`},
		{"unit,time [s]\n1,0.5\n2,\n", frame.Options{}, "", `row 2: column "time": a time is missing`},
		{"unit,time [s]\n1,1\n2,soon\n", frame.Options{}, "", `row 2: column "time": "soon" is not a time`},
		{"unit,time [s]\n", frame.Options{}, "", ""},
		{"unit,time [ms]\n1,inf\n2,12\n", frame.Options{}, "", `row 1: column "time": +Inf is not a time`},
		{"1,0.5\n2,0.75\n", frame.Options{}, "NoHeader", `the first row holds the numbers ["1" "0.5"]`},
		{"1;1\n2;0,75\n", frame.Options{}, "NoHeader", `the first row holds the numbers`},
		{"MU,Time [s]\n1,0,5\n", frame.Options{}, "", "line 2: wrong number of fields; numbers with a decimal comma"},
		{"unit,sample\n1,0\n", frame.Options{}, "Rate", `column "sample" counts samples`},
		{"unit,time\n1,0.5\n", frame.Options{Rate: 2048}, "", `row 1: column "time": 0.5 is not the number of a sample`},
		{"unit,time\n1,-1\n", frame.Options{Rate: 2048}, "", `row 1: column "time": -1 is not the number of a sample`},
		{"unit,time [s]\n1,1\n", frame.Options{Rate: 2048}, "", `column "time" is in s; a rate is for`},
		{"unit,time [s]\n1,1\n", frame.Options{TimeUnit: "ms"}, "", `column "time" is in s, not in ms`},
		{"unit,time\n1,1\n", frame.Options{TimeUnit: "ms", Rate: 1}, "", "not both"},
		{"unit,time\n1,1\n", frame.Options{Rate: -1}, "", "the rate is -1"},
		{"MU1,MU2\n0,1\n1,0\n", frame.Options{Wide: true}, "Rate", "zeros and ones"},
		{"MU1,MU2\n0.5,1\n1,0\n", frame.Options{Wide: true}, "TimeUnit", `column "MU1"`},
		{"MU1,note\n0.5,a\n", frame.Options{Wide: true}, "", `column "note" holds text`},
		{"\xff\xfeu\x00", frame.Options{}, "", "UTF-16"},
	} {
		f, err := frame.DecodeCSV(strings.NewReader(c.text))
		if err == nil {
			_, err = frame.Block(f, c.options)
		}
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: %v, want %q", c.text, err, c.want)
			continue
		}
		need := ""
		if option := (*frame.OptionError)(nil); errors.As(err, &option) {
			need = option.Option()
		}
		if need != c.need {
			t.Errorf("%q: option %q, want %q", c.text, need, c.need)
		}
	}
}

// What NumPy's users save.
func TestReadNumPy(t *testing.T) {
	dir := t.TempDir()
	raster := npz.Array{Shape: []int{2, 3}, Int: []int64{0, 1, 1, 1, 0, 0}}
	columns := npz.Array{Shape: []int{3, 2}, Int: []int64{0, 0, 1, 512, 0, 1024}}
	tall := npz.Array{Shape: []int{3, 2}, Int: []int64{0, 1, 1, 0, 1, 0}}
	ours := &neo.Block{Segments: []neo.Segment{{Name: "aMN", SpikeTrains: []neo.SpikeTrain{{Name: "MN_0", Times: []units.Time{1}, TStop: 2}}}}}
	if err := npz.WriteBlock(filepath.Join(dir, "ours.npz"), ours); err != nil {
		t.Fatal(err)
	}
	for i, c := range []struct {
		f       npz.File // one array called "" is an .npy
		options frame.Options
		want    string // names and times, or what the error says
	}{
		{npz.File{"": raster}, frame.Options{Rate: 1000}, "MU_0 [1 2] MU_1 [0]"},
		{npz.File{"": tall}, frame.Options{Rate: 1000}, "MU_0 [1 2] MU_1 [0]"},
		{npz.File{"": raster}, frame.Options{}, "zeros and ones, one a sample"},
		{npz.File{"": columns}, frame.Options{TimeUnit: "ms"}, "MU_0 [0 1024] MU_1 [512]"},
		{npz.File{"": columns}, frame.Options{Rate: 512}, "MU_0 [0 2000] MU_1 [1000]"},
		{npz.File{"": npz.Floats([]float64{0.5, 1})}, frame.Options{TimeUnit: "s"}, "a [500 1000]"},
		{npz.File{"": npz.Array{Shape: []int{2, 3}, Float: make([]float64, 6)}}, frame.Options{}, "zeros and ones"},
		{npz.File{"": npz.Array{Shape: []int{1, 3}, Float: []float64{1, 2, 3}}}, frame.Options{}, "shape [1 3]"},
		{npz.File{"": npz.Array{Shape: []int{2, 2}, Float: []float64{0.5, 2, 0.25, 3}}}, frame.Options{TimeUnit: "s"}, "row 1: 0.5 is not the number of a unit"},
		{npz.File{"mu": npz.Ints([]int64{7, 8, 7}), "time_s": npz.Floats([]float64{1, 2, 3})}, frame.Options{}, "7 [1000 3000] 8 [2000]"},
		{npz.File{"who": npz.Texts([]string{"a", "b"}), "t": npz.Floats([]float64{1, 2})}, frame.Options{Unit: "who", TimeUnit: "ms"}, "a [1] b [2]"},
		{npz.File{"MU10": npz.Ints([]int64{2048}), "MU2": npz.Ints([]int64{}), "fsamp": {Int: []int64{2048}}}, frame.Options{}, "MU2 [] MU10 [1000]"},
		{npz.File{"MU10": npz.Floats([]float64{1})}, frame.Options{}, `column "MU10" does not say whether it is in s`},
		{npz.File{"ipts": npz.Array{Shape: []int{1, 2}, Float: []float64{0.5, 1}}, "x": npz.Floats([]float64{1})}, frame.Options{}, "there are ipts [1 2], x [1]"},
		{nil, frame.Options{}, "MN_0 [1]"},
	} {
		path := filepath.Join(dir, "a.npz")
		err := error(nil)
		switch a, one := c.f[""]; {
		case c.f == nil:
			path = filepath.Join(dir, "ours.npz")
		case one:
			path = filepath.Join(dir, "a.npy")
			err = npz.WriteArray(path, a)
		default:
			err = npz.Write(path, c.f)
		}
		if err != nil {
			t.Fatal(err)
		}
		b, err := frame.ReadNumPy(path, c.options)
		if err != nil {
			if !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), path) {
				t.Errorf("%d: %v, want %q", i, err, c.want)
			}
			continue
		}
		if got := trains(b); got != c.want {
			t.Errorf("%d: %s, want %s", i, got, c.want)
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
