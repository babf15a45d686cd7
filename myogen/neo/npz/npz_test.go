package npz

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func encoded(t testing.TB, f File) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "f.npz")
	if err := Write(path, f); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

var sample = File{
	"one":      {Float: []float64{math.Pi}},
	"floats":   Floats([]float64{0, math.Inf(1), -0.5}),
	"ints":     {Shape: []int{2, 3}, Int: []int64{1, -2, 3, math.MaxInt64, 5, 6}},
	"texts":    Texts([]string{"", "ä∆", "MN_17"}),
	"nothing":  Floats([]float64{}),
	"0/inside": Ints([]int64{7}),
}

// What numpy.load reads: a zip of .npy files of version 1.0 whose header is a
// Python literal, padded with blanks so that the data begin at a multiple of 64.
func TestFormatIsNumPys(t *testing.T) {
	z, err := zip.NewReader(bytes.NewReader(encoded(t, sample)), int64(len(encoded(t, sample))))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]struct {
		descr, shape string
		bytes        int
	}{
		"one.npy": {"<f8", "()", 8}, "floats.npy": {"<f8", "(3,)", 24}, "ints.npy": {"<i8", "(2, 3)", 48},
		"texts.npy": {"<U5", "(3,)", 60}, "nothing.npy": {"<f8", "(0,)", 0}, "0/inside.npy": {"<i8", "(1,)", 8},
	}
	header := regexp.MustCompile(`^\{'descr': '(.*)', 'fortran_order': False, 'shape': (\(.*\)), \} *\n$`)
	for _, entry := range z.File {
		w, ok := want[entry.Name]
		delete(want, entry.Name)
		r, err := entry.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if !ok || (entry.Method != zip.Deflate && entry.Method != zip.Store) || !bytes.HasPrefix(b, []byte("\x93NUMPY\x01\x00")) {
			t.Fatalf("%s begins %q", entry.Name, b[:8])
		}
		n := int(binary.LittleEndian.Uint16(b[8:]))
		m := header.FindStringSubmatch(string(b[10 : 10+n]))
		if m == nil || m[1] != w.descr || m[2] != w.shape || (10+n)%64 != 0 || len(b)-10-n != w.bytes {
			t.Errorf("%s: header %q, data at %d, %d bytes; want %+v", entry.Name, b[10:10+n], 10+n, len(b)-10-n, w)
		}
	}
	if len(want) > 0 {
		t.Errorf("missing: %v", want)
	}
}

func TestDecodeIsTheInverse(t *testing.T) {
	got, err := Decode(encoded(t, sample))
	if err != nil || !reflect.DeepEqual(got, sample) {
		t.Errorf("read %v, %v\nwant %v", got, err, sample)
	}
	rapid.Check(t, func(t *rapid.T) {
		f := File{"x": Floats(rapid.SliceOf(rapid.Float64()).Draw(t, "floats")),
			"i": Ints(rapid.SliceOf(rapid.Int64()).Draw(t, "ints")),
			"t": Texts(rapid.SliceOf(rapid.StringMatching(`[^\x00]{0,5}`)).Draw(t, "texts"))}
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		for name, a := range f {
			w, err := z.Create(name + ".npy")
			if err == nil {
				err = encodeArray(w, a)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		got, err := Decode(b.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		x, _ := f.Sum()
		if y, err := got.Sum(); err != nil || x != y {
			t.Fatalf("read %v, %v; want %v", got, err, f)
		}
	})
}

// npy is an array with this header.
func npy(header, data string) []byte {
	b := append([]byte(magic), 1, 0)
	b = binary.LittleEndian.AppendUint16(b, uint16(len(header)))
	return append(b, header+data...)
}

func TestReadRefuses(t *testing.T) {
	head := func(descr, shape string) string {
		return fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': %s, }\n", descr, shape)
	}
	for want, data := range map[string][]byte{
		"not a NumPy array":          []byte("text"),
		"the header is cut off":      npy(head("<f8", "(1,)"), "")[:20],
		"cannot read the header":     npy("{'descr': 3}", ""),
		"needs 16 bytes":             npy(head("<f8", "(2,)"), "12345678"),
		"there are 9":                npy(head("<f8", "(1,)"), "123456789"),
		"is too large":               npy(head("<f8", "(99999, 99999, 99999)"), ""),
		`type "|O" is not supported`: npy(head("|O", "(1,)"), ""),
		`type ">f8" is not`:          npy(head(">f8", "(1,)"), ""),
		"in Fortran order":           npy(strings.Replace(head("<f8", "(1, 1)"), "False", "True", 1), "12345678"),
		"item 0 is not text":         npy(head("<U1", "(1,)"), "\xff\xff\xff\xff"),
		"needs 17179869176 bytes":    npy(head("<f8", "(2147483647,)"), "1234"),
	} {
		path := filepath.Join(t.TempDir(), "a.npy")
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadArray(path); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), path) {
			t.Errorf("error %v, want it to name the file and say %q", err, want)
		}
	}
	good := encoded(t, sample)
	for _, n := range []int{0, 1, 30, len(good) / 2, len(good) - 1} {
		if _, err := Decode(good[:n]); err == nil {
			t.Errorf("%d of %d bytes were read", n, len(good))
		}
	}
	for _, bad := range []string{"a\x00b", "\xff"} {
		if err := Write(filepath.Join(t.TempDir(), "t.npz"), File{"t": Texts([]string{bad})}); err == nil {
			t.Errorf("%q was written as text", bad)
		}
	}
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for range 2 {
		if w, err := z.Create("a.npy"); err != nil || encodeArray(w, sample["ints"]) != nil {
			t.Fatal(err)
		}
	}
	z.Close()
	if _, err := Decode(b.Bytes()); err == nil || !strings.Contains(err.Error(), `"a" is there twice`) {
		t.Errorf("two arrays of one name: %v", err)
	}
}

// The data decide how much is allocated, not what a header declares.
func TestHugeDeclarationsAllocateNothing(t *testing.T) {
	data := npy("{'descr': '<f8', 'fortran_order': False, 'shape': (2147483647,), }\n", "12345678")
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, err := decodeArray(bytes.NewReader(data)); err == nil {
		t.Error("it was read")
	}
	runtime.ReadMemStats(&after)
	if n := after.TotalAlloc - before.TotalAlloc; n > 1<<20 {
		t.Errorf("%d bytes were allocated", n)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(encoded(f, sample))
	f.Add(encoded(f, File{}))
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := Decode(data)
		if err != nil {
			return
		}
		if _, err := file.Sum(); err != nil && !strings.Contains(err.Error(), "is not text") {
			t.Errorf("what was read cannot be written: %v", err)
		}
	})
}

func FuzzArray(f *testing.F) {
	f.Add(npy("{'descr': '<f8', 'fortran_order': False, 'shape': (1,), }\n", "12345678"))
	f.Add(npy("{'descr': '<U2', 'fortran_order': False, 'shape': (1, 1), }\n", "a\x00\x00\x00b\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		a, err := decodeArray(bytes.NewReader(data))
		if err != nil {
			return
		}
		var b bytes.Buffer
		if err := encodeArray(&b, a); err != nil && !strings.Contains(err.Error(), "is not text") {
			t.Errorf("what was read cannot be written: %v", err)
		}
	})
}
