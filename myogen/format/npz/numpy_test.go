package npz

import (
	_ "embed"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gomyogen/myogen/internal/pythontest"
)

//go:embed testdata/numpy_files.py
var numpyFiles string

// described is an array as Python describes it.
type described struct {
	What    string
	Shape   []int
	Text    []string
	Numbers []pythontest.Number
}

func (d described) equal(t *testing.T, a Array) bool {
	t.Helper()
	if !slices.Equal(d.Shape, a.Shape) || !slices.Equal(d.Text, a.Text) {
		return false
	}
	if a.Text != nil {
		return true
	}
	x, err := a.Numbers()
	if err != nil {
		t.Fatal(err)
	}
	return slices.EqualFunc(d.Numbers, x, func(n pythontest.Number, x float64) bool {
		return math.Float64bits(float64(n)) == math.Float64bits(x) || n != n && x != x
	})
}

// NumPy's files of every type, byte order and memory order are read, and
// NumPy reads ours.
func TestAgreementWithNumPy(t *testing.T) {
	dir := t.TempDir()
	ours := File{
		"one": {Float: []float64{math.Pi}}, "floats": Floats([]float64{0, math.Inf(1), -0.5, math.NaN(), math.SmallestNonzeroFloat64}),
		"ints": {Shape: []int{2, 3}, Int: []int64{1, -2, 3, 4, 5, 6}}, "texts": Texts([]string{"", "ä∆", "MN_17"}),
		"nothing": Floats([]float64{}), "0/inside": Ints([]int64{7}),
	}
	if err := Write(filepath.Join(dir, "ours.npz"), ours); err != nil {
		t.Fatal(err)
	}
	rows, err := CreateRows(filepath.Join(dir, "rows.npy"), 2)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		if err := rows.Append([]float64{float64(i), -1}); err != nil {
			t.Fatal(err)
		}
	}
	if err := rows.Close(); err != nil {
		t.Fatal(err)
	}
	var python struct{ Written, Read map[string]described }
	pythontest.Run(t, numpyFiles, map[string]string{"folder": dir, "ours": "ours.npz", "rows": "rows.npy"}, &python)

	if len(python.Written) != 14*2*2*7 || len(python.Read) != len(ours)+1 {
		t.Fatalf("NumPy wrote %d files and read %d arrays", len(python.Written), len(python.Read))
	}
	for name, want := range python.Written {
		a, err := ReadArray(filepath.Join(dir, name))
		if err != nil || !want.equal(t, a) {
			t.Errorf("%s: read %+v, %v; want %v", want.What, a, err, want)
		}
	}
	ours["rows"] = Array{Shape: []int{3, 2}, Float: []float64{0, -1, 1, -1, 2, -1}}
	for name, got := range python.Read {
		if !got.equal(t, ours[name]) {
			t.Errorf("NumPy read %q as %v, want %v", name, got, ours[name])
		}
	}
	for _, name := range []string{"stored.npz", "deflated.npz"} {
		f, err := Read(filepath.Join(dir, name))
		if err != nil {
			t.Error(err)
			continue
		}
		if x := f["x"].Float; len(x) != 1000 || x[999] != 1 || !slices.Equal(f["a/b"].Int, []int64{0, 1, 2}) || !slices.Equal(f["text"].Text, []string{"ä", "∆∆"}) || f["one"].Float[0] != 2.5 {
			t.Errorf("%s: read %v", name, f)
		}
	}
	for name, want := range map[string]string{
		"object": "Python objects are not read", "structured": "structured arrays", "complex": `dtype "<c16" is not supported`,
		"datetime": `dtype "<M8[s]" is not supported`,
	} {
		path := filepath.Join(dir, name+".refused.npy")
		if _, err := ReadArray(path); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: error %v, want %q", name, err, want)
		}
	}
}
