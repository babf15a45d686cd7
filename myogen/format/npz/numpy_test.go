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

// readHeaders reads the headers of .npy files of version 1.0 as NumPy does.
const readHeaders = `
import io, json, struct, sys, warnings
import numpy
warnings.simplefilter("ignore")
out = []
for text in json.load(sys.stdin):
    raw = text.encode("latin1")
    try:
        shape, fortran, dtype = numpy.lib.format.read_array_header_1_0(io.BytesIO(struct.pack("<H", len(raw)) + raw))
        out.append({"Shape": [int(n) for n in shape], "Fortran": fortran, "Item": dtype.itemsize, "Kind": dtype.kind})
    except Exception:
        out.append(None)
json.dump(out, sys.stdout)
`

// A header that NumPy refuses is refused, and one that both read has one shape, order and
// type. What NumPy reads and we do not is listed.
func TestHeadersAgreeWithNumPy(t *testing.T) {
	const good = "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), }"
	var headers []string
	for _, c := range []struct {
		old   string
		texts []string
	}{
		{"(2, 3)", []string{"(1)", "(1,)", "()", "(,)", "(1 2)", "(1, 2,)", "(1,,)", "( 2 ,\t3 )", "[2, 3]", "2", "(01,)", "(00,)", "(0,)", "(0)", "(-1,)", "(1.0,)",
			"('1',)", "(None,)", "(True,)", "(1L,)", "(1L)", "(2L, 3L)", "(1_0,)", "(0x2,)", "((1,),)", "(1,)(2,)", "(9223372036854775808,)", "(2, 3", "", "(+1,)", "(1e2,)", "(2,\n3)"}},
		{"False", []string{"True", "0", "1", "'False'", "None", "false", "Falsey", "(False)", ""}},
		{"'<f8'", []string{"'<f4'", "'>f8'", "'|b1'", "'f8'", "'=i2'", "'<f3'", "'<f'", "''", "'f08'", "'<U3'", "'|S2'", "'<c16'", "'|O'", "'<M8[s]'", "u'<f8'", "b'<f8'",
			"None", "8", "('<f8')", "'<f8' ''", "[('a', '<f8')]", "'<f8,<f8'", "'<U'", "'<U0'", "'float64'", "'<i9'", `'<f8\x00'`, "r'<f8'", "'''<f8'''"}},
		{"'descr'", []string{"'Descr'", `"descr"`, "descr", "b'descr'", "'descr' ", "'des' 'cr'", "'shape'", "(descr)"}},
		{"{", []string{"", "{{", " {", "\n{", "[", "{,", "{'extra': 1, ", "{'descr': '<f8', ", "dict(", "# comment\n{"}},
		{", }", []string{"}", ",}", ",,}", "", "} ", "}\n", "}}", "}#", "}, 1", "}\x00", ";}", "} + {}"}},
		{good, []string{"", "{}", "1", "'x'", "{'descr': '<f8', 'fortran_order': False}", "{'shape': (2,), 'fortran_order': True, 'descr': '<i4'}"}},
	} {
		for _, text := range c.texts {
			headers = append(headers, strings.Replace(good, c.old, text, 1))
		}
	}
	var python []*struct {
		Shape   []float64 // 2^63 is no int
		Fortran bool
		Item    int
		Kind    string
	}
	pythontest.Run(t, readHeaders, headers, &python)
	// What we refuse, though NumPy's reader of headers takes it.
	refused := []string{"(-1,)", "(True,)", "(1_0,)", "(0x2,)", "(+1,)", "(9223372036854775808,)", "(False)", "'f08'", "'<c16'", "'|O'", "'<M8[s]'", "('<f8')",
		"'<f8' ''", "[('a'", "'<f8,<f8'", "'<f'", "'<U'", "''", "'float64'", "None, 'fortran", "r'<f8'", "'des' 'cr'", "{'descr': '<f8', 'descr'", "# comment", "}#"}
	read := 0
	for i, text := range headers {
		h, err := parseHeader(text)
		var d dtype
		if err == nil {
			d, err = parseDtype(h.descr)
		}
		switch numpy := python[i]; {
		case err == nil && numpy == nil:
			t.Errorf("NumPy refuses the header %q, it is read as %+v", text, h)
		case err != nil && numpy != nil && !slices.ContainsFunc(refused, func(part string) bool { return strings.Contains(text, part) }):
			t.Errorf("NumPy reads the header %q as %+v: error %v", text, *numpy, err)
		case err == nil:
			read++
			same := slices.EqualFunc(h.shape, numpy.Shape, func(n int, of float64) bool { return float64(n) == of })
			if !same || h.fortran != numpy.Fortran || d.size != numpy.Item || string(d.kind) != numpy.Kind {
				t.Errorf("the header %q is read as %+v, %+v, by NumPy as %+v", text, h, d, *numpy)
			}
		}
	}
	if len(headers) < 80 || read < 15 {
		t.Errorf("%d of %d headers are read", read, len(headers))
	}
}
