package frame_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gomyogen/myogen/format/frame"
	"gomyogen/myogen/neo"
	"gomyogen/myogen/units"
)

// A table of a time column and value columns is signals, with the units that its
// names have, however the table is written.
func TestSignalTables(t *testing.T) {
	rate := func(start, period units.Time, values ...float64) neo.AnalogSignal {
		return neo.AnalogSignal{Name: "rate", Units: "pps", TStart: start, SamplingPeriod: period, Values: values}
	}
	for text, want := range map[string][]neo.AnalogSignal{
		"time [s],rate [pps]\n0,1\n0.1,2\n0.2,3\n":               {rate(0, 100, 1, 2, 3)},
		"Time (ms),rate (pps)\n-0.2,1\n-0.1,2.5\n0,3\n0.1,4\n":   {rate(-0.2, 0.1, 1, 2.5, 3, 4)},
		"time_ms;rate_pps\n0,0;1,5\n0,488;2\n0,977;3\n1,465;4\n": {rate(0, tidy(1.465/3), 1.5, 2, 3, 4)},
		"t_s\trate pps\n10\t1\n11\t2\n":                          {rate(10_000, 1000, 1, 2)},
		"\ufefftime [s],rate [pps],F [N]\r\n0,1,7\r\n\r\n2,2,8\r\n": {rate(0, 2000, 1, 2),
			{Name: "F", Units: "N", SamplingPeriod: 2000, Values: []float64{7, 8}}},
		"rate [pps],time [us]\n1,1e6\n2,1001000\n":        {rate(1000, 1, 1, 2)},
		"time [s],drive noise [mA/cm2]\n0,-0\n1,1e-300\n": {{Name: "drive noise", Units: "mA/cm2", SamplingPeriod: 1000, Values: []float64{0, 1e-300}}},
	} {
		f, err := frame.DecodeCSV(strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		b, err := frame.SignalBlock(f, frame.Options{})
		if err != nil {
			t.Errorf("%q: error %v", text, err)
			continue
		}
		if same, err := frame.Table(f, frame.Options{}); err != nil || !cmp.Equal(b, same) {
			t.Errorf("%q is taken for spike times: %v, %v", text, same, err)
		}
		if d := cmp.Diff(want, b.Segments[0].AnalogSignals); d != "" {
			t.Errorf("%q:\n%s", text, d)
		}
	}
	f, err := frame.DecodeCSV(strings.NewReader("sample,EMG\n2,1\n3,2\n4,3\n"))
	if err != nil {
		t.Fatal(err)
	}
	b, err := frame.SignalBlock(f, frame.Options{Rate: 2000, ValueUnit: "uV"})
	if want := (neo.AnalogSignal{Name: "EMG", Units: "uV", TStart: 1, SamplingPeriod: 0.5, Values: []float64{1, 2, 3}}); err != nil || !cmp.Equal(want, b.Segments[0].AnalogSignals[0]) {
		t.Errorf("samples at a rate are %v, %v", b, err)
	}
}

func tidy(t units.Time) units.Time { return t.Round(units.Us / 1e9) }

// What is no regular signal is refused with the line of the file.
func TestSignalTablesAreRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "r.csv")
	const head = "time [s],rate [pps]\n"
	for text, want := range map[string]string{
		head + "0,1\n0.1,2\n0.1,3\n0.2,4\n":      `line 4: column "time": the time is 0.1, a second time`,
		head + "0,1\n0.2,2\n0.1,3\n":             `line 4: column "time": the time is 0.1, which is before that of the row above`,
		head + "0,1\n0.1,2\n\n0.2,3\n0.4,4\n":    `line 6: column "time": the time is 0.4, which is 200 ms after that of the row above, the samples before are 100 ms apart`,
		head + "0,1\n0.1,\n0.2,3\n":              `line 3: column "rate": a value is missing`,
		head + "0,1\n,2\n0.2,3\n":                `line 3: column "time": a value is missing`,
		head + "0,1\n0.1,NaN\n":                  `line 3: column "rate": a value is missing`,
		head + "0,1\n0.1,inf\n":                  `line 3: column "rate": the value is +Inf`,
		head + "0,1\n0.1,high\n":                 `line 3: column "rate": "high" is not a number`,
		head + "0,1\n1 s,2\n":                    `line 3: column "time": "1 s" is not a number`,
		head + "0,1\n":                           `it has 1 rows; a signal needs two or more`,
		head:                                     `it has 0 rows`,
		"time [s]\n0\n1\n":                       `no column is called "unit"`,
		"time,rate [pps]\n0,1\n1,2\n":            `column "time" does not say whether it is in s, ms or us`,
		"time [s],rate\n0,1\n1,2\n":              `column "rate" does not say its unit: "rate [pps]" would`,
		"time [s],rate [pps]\n0,true\n1,false\n": `column "rate" holds truth values, not numbers`,
		head + "0,1\n0.101,1\n0.202,1\n0.302,1\n0.402,1\n0.502,1\n0.602,1\n0.702,1\n0.802,1\n0.902,1\n1.002,1\n": `; a signal has one sampling period`,
	} {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		_, err := frame.CSV{}.ReadBlock(path, frame.Options{})
		if err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), path+": frame: ") {
			t.Errorf("%q: error %v, want it to say %q", text, err, want)
		}
	}
	f := &frame.Frame{Columns: []frame.Column{{Name: "time", Unit: "s", Values: frame.Ints{0, 1, 3}}, {Name: "x", Unit: "mV", Values: frame.Ints{0, 1, 3}}}}
	_, err := frame.SignalBlock(f, frame.Options{})
	var row *frame.RowError
	if !errors.As(err, &row) || row.Row != 2 || !strings.HasPrefix(err.Error(), "frame: row 3: ") {
		t.Errorf("a table that is no file: %v", err)
	}
}

// A long table of signals gives them again, to the last bit.
func TestLongSignalTable(t *testing.T) {
	want := &neo.Block{Annotations: map[string]string{}, Segments: []neo.Segment{
		{Name: "DD", AnalogSignals: []neo.AnalogSignal{{Name: "rate", Units: "pps", SamplingPeriod: 0.1, Values: []float64{1, 1.0 / 3, 0}}}},
		{Name: "aMN", AnalogSignals: []neo.AnalogSignal{
			{Name: "v", Units: "mV", TStart: 5, SamplingPeriod: 0.05, Values: []float64{-70, -70.1}},
			{Name: "force", Units: "N", SamplingPeriod: 1, Values: []float64{0, 0, 1e-9}},
		}},
	}}
	f, err := frame.Signals(want)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "s.csv")
	if err := f.WriteCSV(path); err != nil {
		t.Fatal(err)
	}
	if got, err := (frame.CSV{}).ReadBlock(path, frame.Options{}); err != nil || !cmp.Equal(want, got) {
		t.Errorf("%v\n%s", err, cmp.Diff(want, got))
	}
	const head = "signal,quantity,time [ms],value\n"
	for text, want := range map[string]string{
		head + "v,mV,0,1\nw,mV,0,1\nv,mV,1,1\nw,mV,1,1\nv,mV,4,1\n": `line 6: column "time": the time is 4, which is 3 ms after`,
		head + "v,mV,0,1\n":              `signal "v": it has 1 rows`,
		head + "v,mV,0,1\nv,mV,1,high\n": `line 3: column "value": "high" is not a number`,
		head:                             "it has no rows",
	} {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := (frame.CSV{}).ReadBlock(path, frame.Options{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want it to say %q", text, err, want)
		}
	}
}

// Errors of a table of discharges name the line, and what was changed is noted.
func TestDischargeLines(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s.csv")
	read := func(text string, o frame.Options) (*neo.Block, error) {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return frame.CSV{}.ReadBlock(path, o)
	}
	wide := frame.Options{Wide: true, Rate: 1000}
	for _, c := range []struct {
		text, want string
		o          frame.Options
	}{
		{"unit,time [s]\n1,1\n1,\n", `line 3: column "time": a time is missing`, frame.Options{}},
		{"unit,time [s]\n1,1\n1,soon\n", `line 3: column "time": "soon" is not a time`, frame.Options{}},
		{"unit,time [s]\n", "it has no discharges: no rows", frame.Options{}},
		{"a,b\n1,2\n,3\n4,5.5\n", `line 4: column "b": 5.5 is not the number of a sample`, wide},
		{"a,b\n1,2\n,3\n4.5,5\n", `line 4: column "a": 4.5 is not the number of a sample`, wide},
	} {
		if _, err := read(c.text, c.o); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: error %v, want it to say %q", c.text, err, c.want)
		}
	}
	b, err := read("unit,time [s]\n1,2\n2,1\n1,1\n3,4\n3,4\n", frame.Options{})
	const want = "the spike times of these trains were not in rising order, and are sorted: 1; these trains have equal spike times, which are kept: 3"
	if err != nil || b.Annotations["note"] != want {
		t.Errorf("%v, %v", b, err)
	}
	if b, err := read("unit,time [s]\n2,1\n1,1\n1,2\n", frame.Options{}); err != nil || b.Annotations["note"] != "" {
		t.Errorf("%v, %v", b, err)
	}
}

// Tables of discharges are not taken for signals.
func TestDischargesAreNoSignals(t *testing.T) {
	for _, text := range []string{
		"unit,time [s]\n1,0.1\n", "MU,onset\n1,0.1\n", "time [s],cluster\n0.1,3\n", "a,b\n1,2\n", "time [s],muscle\n0.1,TA\n", "1,2\n3,4\n", "time [s]\n1\n",
	} {
		f, err := frame.DecodeCSV(strings.NewReader(text))
		if err != nil {
			continue
		}
		if b, err := frame.Table(f, frame.Options{}); err == nil && len(b.Segments[0].AnalogSignals) > 0 {
			t.Errorf("%q is taken for signals", text)
		}
	}
}
