package frame_test

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"gomyogen/myogen/format/frame"
	"gomyogen/myogen/format/frame/frametest"
)

func TestCSV(t *testing.T) {
	f := &frame.Frame{Columns: []frame.Column{
		{Name: "run", Values: frame.Ints{0, 1}},
		{Name: "weight", Unit: "uS", Values: frame.Floats{1, math.NaN()}},
		{Name: "model", Values: frame.Texts{"NERLab", "a, \"b\""}},
		{Name: "partial", Values: frame.Bools{false, true}},
	}}
	path := filepath.Join(t.TempDir(), "f.csv")
	if err := f.WriteCSV(path); err != nil {
		t.Fatal(err)
	}
	const want = "run,weight [uS],model,partial\n0,1.0,NERLab,false\n1,,\"a, \"\"b\"\"\",true\n"
	got, err := os.ReadFile(path)
	if err != nil || string(got) != want {
		t.Fatalf("%q, %v, want %q", got, err, want)
	}
	back, err := frame.ReadCSV(path)
	if diff := cmp.Diff(f, back, cmpopts.EquateNaNs()); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
}

// What is written is read with its names, units and values; only the type of a
// column is guessed.
func TestCSVRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := frametest.Frames().Draw(t, "frame")
		var b bytes.Buffer
		if err := f.EncodeCSV(&b); err != nil {
			t.Fatal(err)
		}
		first := slices.Clone(b.Bytes())
		back, err := frame.DecodeCSV(&b)
		if err != nil {
			t.Fatal(err)
		}
		var again bytes.Buffer
		if err := back.EncodeCSV(&again); err != nil {
			t.Fatal(err)
		}
		for i, c := range f.Columns {
			got := back.Columns[i]
			if got.Name != c.Name || got.Unit != c.Unit || got.Values.Len() != c.Values.Len() {
				t.Fatalf("column %d: %+v, want %+v", i, got, c)
			}
			switch c.Values.(type) {
			case frame.Texts: // "1e3" is a number
				continue
			default:
				if c.Values.Len() > 0 && !cmp.Equal(c.Values, got.Values, cmpopts.EquateNaNs()) {
					t.Fatalf("column %d: %v, want %v", i, got.Values, c.Values)
				}
			}
		}
		if f.Len() > 0 && !slices.ContainsFunc(f.Columns, func(c frame.Column) bool { _, ok := c.Values.(frame.Texts); return ok }) &&
			!bytes.Equal(again.Bytes(), first) {
			t.Fatalf("%q became %q", first, again.Bytes())
		}
	})
}

func TestCSVThatOthersWrite(t *testing.T) {
	f, err := frame.DecodeCSV(strings.NewReader("\ufeffunit,time [s],note\r\n007,0.5,\r\n008,nan,x\r\n"))
	if err != nil {
		t.Fatal(err)
	}
	if x, err := f.Texts("unit"); err != nil || !slices.Equal(x, []string{"007", "008"}) {
		// Numbers with leading zeros are floats; as text they lose them.
		if _, isFloat := f.Columns[0].Values.(frame.Floats); !isFloat {
			t.Errorf("unit: %q, %v", x, err)
		}
	}
	if c, err := f.Column("time"); err != nil || c.Unit != "s" {
		t.Errorf("time: %+v, %v", c, err)
	}
}

func TestRefusals(t *testing.T) {
	one := func(name, unit string, v frame.Values) *frame.Frame {
		return &frame.Frame{Columns: []frame.Column{{Name: name, Unit: unit, Values: v}}}
	}
	for _, c := range []struct {
		f    *frame.Frame
		want string
	}{
		{&frame.Frame{}, "no columns"},
		{one("", "", frame.Ints{1}), "column 0 has no name"},
		{one("a", "", nil), `column "a" has no values`},
		{one("a [ms]", "", frame.Ints{1}), "has a unit in its name"},
		{one("a", "m]s", frame.Ints{1}), `has the unit "m]s"`},
		{one("a", "", frame.Texts{"x", "\xff"}), `the text "\xff" in row 2, which is not UTF-8`},
		{&frame.Frame{Columns: []frame.Column{{Name: "a", Values: frame.Ints{1}}, {Name: "a", Values: frame.Ints{1}}}}, `columns 0 and 1 are both called "a"`},
		{&frame.Frame{Columns: []frame.Column{{Name: "a", Values: frame.Ints{1}}, {Name: "b", Values: frame.Ints{}}}}, `column "b" has 0 values, column "a" has 1`},
	} {
		path := filepath.Join(t.TempDir(), "f.csv")
		if err := c.f.WriteCSV(path); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v, want %q", err, c.want)
		}
		if _, err := os.Stat(path); err == nil {
			t.Errorf("%q: a file was written", c.want)
		}
	}
	for text, want := range map[string]string{
		"":                                   "empty",
		"a,a\n1,2\n":                         "both called",
		"a,b\n1\n":                           "line 2",
		"a\n\xff\n":                          "line 2",
		"a,\n1,2\n":                          "column 1 has no name",
		"a,b\n\"1\n,2\n":                     "line",
		"a [s],a\n1,2\n":                     "both called",
		"a\n\"" + strings.Repeat("x", 9<<20): "a row has more than 8388608 bytes",
		strings.Repeat("\x00", 9<<20):        "a row has more than 8388608 bytes",
		strings.Repeat("a,", 1<<20) + "b":    "1048577 columns, must be at most 1048576",
	} {
		if _, err := frame.DecodeCSV(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.80q: %v, want %q", text, err, want)
		}
	}
}

func TestAccessors(t *testing.T) {
	f := &frame.Frame{Columns: []frame.Column{
		{Name: "i", Values: frame.Ints{1, 1<<53 + 1}},
		{Name: "x", Values: frame.Floats{1, 1.5}},
		{Name: "s", Values: frame.Texts{"a", "b"}},
	}}
	check := func(err error, want string) {
		t.Helper()
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	_, err := f.Floats("i")
	check(err, `column "i" row 2: float64 has no 9007199254740993`)
	_, err = f.Ints("x")
	check(err, `column "x" row 2: 1.5 is not an integer`)
	_, err = f.Floats("s")
	check(err, `column "s" holds text, not numbers`)
	_, err = f.Bools("y")
	check(err, `there is no column "y"; there are ["i" "x" "s"]`)
	if s, err := f.Texts("x"); err != nil || !slices.Equal(s, []string{"1.0", "1.5"}) {
		t.Errorf("%q, %v", s, err)
	}
}
