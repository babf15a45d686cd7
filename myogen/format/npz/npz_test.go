package npz

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"

	"pgregory.net/rapid"
)

// decode reads an archive from memory.
func decode(data []byte) (File, error) {
	return Reader{}.decode(bytes.NewReader(data), int64(len(data)))
}

// archive is a file of these arrays.
func archive(t testing.TB, f File) []byte {
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
	data := archive(t, sample)
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
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
	got, err := decode(archive(t, sample))
	if err != nil || !reflect.DeepEqual(got, sample) {
		t.Errorf("read %v, %v\nwant %v", got, err, sample)
	}
	rapid.Check(t, func(t *rapid.T) {
		f := File{"x": Floats(rapid.SliceOf(rapid.Float64()).Draw(t, "floats")),
			"i": Ints(rapid.SliceOf(rapid.Int64()).Draw(t, "ints")),
			"t": Texts(rapid.SliceOf(rapid.StringMatching(`[^\x00]{0,5}`)).Draw(t, "texts"))}
		got, err := decode(zipped(t, f))
		if err != nil {
			t.Fatal(err)
		}
		x, _ := f.SHA256()
		if y, err := got.SHA256(); err != nil || x != y {
			t.Fatalf("read %v, %v; want %v", got, err, f)
		}
	})
}

// Pieces give the bytes of the whole, and what cannot be one array is refused.
func TestPieces(t *testing.T) {
	pieces := func(all ...Array) Pieces {
		return func(yield func(Array) error) error {
			for _, a := range all {
				if err := yield(a); err != nil {
					return err
				}
			}
			return nil
		}
	}
	dir := t.TempDir()
	whole, parts := filepath.Join(dir, "whole.npz"), filepath.Join(dir, "parts.npz")
	err := errors.Join(Write(whole, File{"x": Floats([]float64{1, 2, 3}), "n": Ints([]int64{4, 5}), "s": Texts([]string{"a", "bcd", ""})}),
		WritePieces(parts, map[string]Pieces{
			"x": pieces(Floats([]float64{1}), Floats([]float64{2, 3})), "n": pieces(Ints([]int64{4, 5})),
			"s": pieces(Texts([]string{"a"}), Texts([]string{"bcd", ""})),
		}))
	a, errA := os.ReadFile(whole)
	b, errB := os.ReadFile(parts)
	if err != nil || errA != nil || errB != nil || !bytes.Equal(a, b) {
		t.Errorf("the pieces give other bytes: %v, %v, %v", err, errA, errB)
	}
	for want, p := range map[string]Pieces{
		`array "x": its pieces are of different kinds`: pieces(Floats([]float64{1}), Ints([]int64{2})),
		`array "x": item 1, "a\x00", is not text`:      pieces(Texts([]string{"a"}), Texts([]string{"a\x00"})),
		`array "x": none`: func(func(Array) error) error { return errors.New("none") },
	} {
		path := filepath.Join(dir, "bad.npz")
		if err := WritePieces(path, map[string]Pieces{"x": p}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want it to say %q", err, want)
		}
		if _, err := os.Stat(path); err == nil {
			t.Errorf("%s: there is a file", want)
		}
	}
}

// zipped is an archive of arrays without a file.
func zipped(t rapid.TB, f File) []byte {
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
	return b.Bytes()
}

// npy is an array with this header.
func npy(header, data string) []byte {
	b := append([]byte(magic), 1, 0)
	b = binary.LittleEndian.AppendUint16(b, uint16(len(header)))
	return append(b, header+data...)
}

func head(descr, order, shape string) string {
	return fmt.Sprintf("{'descr': '%s', 'fortran_order': %s, 'shape': %s, }\n", descr, order, shape)
}

func read(t *testing.T, data []byte) (Array, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "a.npy")
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
	a, err := ReadArray(path)
	if err != nil && !strings.Contains(err.Error(), path) {
		t.Errorf("error %v does not name the file", err)
	}
	return a, err
}

func packed[T any](order binary.ByteOrder, x ...T) string {
	b, err := binary.Append(nil, order, x)
	if err != nil {
		panic(err)
	}
	return string(b)
}

func TestTypesOfNumPy(t *testing.T) {
	le, be := binary.LittleEndian, binary.BigEndian
	for _, c := range []struct {
		name, header, data string
		want               Array
	}{
		{"float32", head("<f4", "False", "(2,)"), packed[float32](le, 0.5, -3), Floats([]float64{0.5, -3})},
		{"big-endian float64", head(">f8", "False", "(2,)"), packed(be, math.Pi, -1), Floats([]float64{math.Pi, -1})},
		{"big-endian float32", head(">f4", "False", "(1,)"), packed[float32](be, 0.25), Floats([]float64{0.25})},
		{"int8", head("|i1", "False", "(2,)"), "\xff\x7f", Ints([]int64{-1, 127})},
		{"uint8", head("|u1", "False", "(2,)"), "\xff\x7f", Ints([]int64{255, 127})},
		{"int16", head("<i2", "False", "(1,)"), packed[int16](le, -300), Ints([]int64{-300})},
		{"big-endian int16", head(">i2", "False", "(1,)"), packed[int16](be, -300), Ints([]int64{-300})},
		{"uint16", head("<u2", "False", "(1,)"), packed[uint16](le, 65535), Ints([]int64{65535})},
		{"int32", head("<i4", "False", "(2,)"), packed[int32](le, -5, 7), Ints([]int64{-5, 7})},
		{"uint32", head(">u4", "False", "(1,)"), packed[uint32](be, math.MaxUint32), Ints([]int64{math.MaxUint32})},
		{"uint64", head("<u8", "False", "(1,)"), packed[uint64](le, math.MaxInt64), Ints([]int64{math.MaxInt64})},
		{"bool", head("|b1", "False", "(2,)"), "\x01\x00", Ints([]int64{1, 0})},
		{"big-endian text", head(">U2", "False", "(2,)"), packed[rune](be, 'a', 'ä', 0, 0), Texts([]string{"aä", ""})},
		{"bytes", head("|S3", "False", "(2,)"), "ab\x00xyz", Texts([]string{"ab", "xyz"})},
		{"float16", head("<f2", "False", "(8,)"), packed[uint16](le, 0x3c00, 0xc500, 0x7bff, 1, 0x3ff, 0x8000, 0x7c00, 0xfc00),
			Floats([]float64{1, -5, 65504, math.Ldexp(1, -24), math.Ldexp(1023, -24), math.Copysign(0, -1), math.Inf(1), math.Inf(-1)})},
		{"big-endian float16", head(">f2", "False", "()"), packed[uint16](be, 0x3555), Array{Float: []float64{0.333251953125}}},
		{"native order", head("=f8", "False", "(1,)"), packed(le, 2.5), Floats([]float64{2.5})},
		{"descr last, blanks and line ends", "{ 'shape' :\n( 2 , 1 ) ,\t'fortran_order' : True , 'descr' : '<i2' }  \n", packed[int16](le, 4, -4), Array{Shape: []int{2, 1}, Int: []int64{4, -4}}},
		{"no comma at the end", "{'fortran_order': False, 'descr': '|u1', 'shape': (3,)}", "\x01\x02\x03", Ints([]int64{1, 2, 3})},
		{"a shape without its last comma", "{'descr': '<i8', 'fortran_order': False, 'shape': (1, 0)}", "", Array{Shape: []int{1, 0}, Int: []int64{}}},
		{"no header padding, empty", "{'descr':'<f4','fortran_order':True,'shape':(0,)}", "", Floats([]float64{})},
		{"an empty matrix in Fortran order", head(">f8", "True", "(0, 3)"), "", Array{Shape: []int{0, 3}, Float: []float64{}}},
		{"big-endian int64 in Fortran order", head(">i8", "True", "(2, 2)"), packed[int64](be, 1, 2, 3, 4), Array{Shape: []int{2, 2}, Int: []int64{1, 3, 2, 4}}},
		{"a truth value alone", head("|b1", "False", "()"), "\x01", Array{Int: []int64{1}}},
		{"other order of keys", "{'shape': (1,), 'fortran_order': False, 'descr': '<f8'}", packed(le, 2.0), Floats([]float64{2})},
		{"double quotes, no blanks", `{"fortran_order":False,"shape":(1,),"descr":"<f8"}` + "\n", packed(le, 2.0), Floats([]float64{2})},
		{"a shape over several lines", "{\t'descr':\t'<f8',\r\n'fortran_order':\nFalse,'shape': (\n1,\r\n\t1\t,\n), }\n", packed(le, 2.0), Array{Shape: []int{1, 1}, Float: []float64{2}}},
		{"Unicode literals of Python 2", "{u'descr': u'<f8', u\"shape\": (1L, 1L), u'fortran_order': False}", packed(le, 2.0), Array{Shape: []int{1, 1}, Float: []float64{2}}},
		{"no byte order", head("f8", "False", "(1,)"), packed(le, 2.0), Floats([]float64{2})},
		{"no byte order of a byte", head("b1", "False", "(2,)"), "\x01\x00", Ints([]int64{1, 0})},
		{"a header of 60 kB", head("<f8", "False", "(1,)") + strings.Repeat(" ", 60_000), packed(le, 2.0), Floats([]float64{2})},
		{"the byte order of a byte", head(">i1", "False", "(1,)"), "\xfe", Ints([]int64{-2})},
		{"characters beyond 16 bits", head(">U3", "False", "(1,)"), packed[rune](be, 'ä', '𝄞', 0), Texts([]string{"ä𝄞"})},
		{"one row in Fortran order", head("<f8", "True", "(1, 2)"), packed(le, 1.0, 2), Array{Shape: []int{1, 2}, Float: []float64{1, 2}}},
		{"Python 2", "{'descr': '<f8', 'fortran_order': False, 'shape': (1L,), }", packed(le, 2.0), Floats([]float64{2})},
		{"one value", head("<f8", "False", "()"), packed(le, 2.0), Array{Float: []float64{2}}},
		{"no items", head("<i8", "False", "(0, 99999999999, 99999999999)"), "", Array{Shape: []int{0, 99999999999, 99999999999}, Int: []int64{}}},
		{"Fortran order of one row", head("<f8", "True", "(2,)"), packed(le, 1.0, 2), Floats([]float64{1, 2})},
		{"Fortran order", head("<i4", "True", "(2, 3)"), packed[int32](le, 0, 10, 1, 11, 2, 12), Array{Shape: []int{2, 3}, Int: []int64{0, 1, 2, 10, 11, 12}}},
		{"Fortran order of text", head("<U1", "True", "(2, 2)"), packed[rune](le, 'a', 'c', 'b', 'd'), Array{Shape: []int{2, 2}, Text: []string{"a", "b", "c", "d"}}},
		{"three dimensions in Fortran order", head("|u1", "True", "(2, 3, 2)"), "\x00\x64\x0a\x6e\x14\x78\x01\x65\x0b\x6f\x15\x79",
			Array{Shape: []int{2, 3, 2}, Int: []int64{0, 1, 10, 11, 20, 21, 100, 101, 110, 111, 120, 121}}},
	} {
		if got, err := read(t, npy(c.header, c.data)); err != nil || !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %+v, %v; want %+v", c.name, got, err, c.want)
		}
	}
	for _, major := range []byte{2, 3} {
		text := head("<f8", "False", "(1,)")
		b := append([]byte(magic), major, 0)
		b = binary.LittleEndian.AppendUint32(b, uint32(len(text)))
		if got, err := read(t, append(b, text+packed(le, 2.0)...)); err != nil || !slices.Equal(got.Float, []float64{2}) {
			t.Errorf("version %d: %v, %v", major, got, err)
		}
	}
}

func TestReadRefuses(t *testing.T) {
	for want, data := range map[string][]byte{
		"not a NumPy array":                                      []byte("text"),
		"the header is cut off":                                  npy(head("<f8", "False", "(1,)"), "")[:20],
		`a string must follow at " 3}"`:                          npy("{'descr': 3}", ""),
		`key "shape" is missing`:                                 npy("{'descr': '<f8', 'fortran_order': False}", "12345678"),
		`key "descr" is there twice`:                             npy("{'descr': '<f8', 'descr': '<f8'}", "12345678"),
		`key "extra" is not known`:                               npy("{'extra': 1}", ""),
		`"x" follows its end`:                                    npy("{'descr': '<f8', 'fortran_order': False, 'shape': ()} x", ""),
		"True or False, must follow":                             npy("{'fortran_order': 1}", ""),
		"shape [2] of dtype \"<f8\" needs 16 bytes, there are 8": npy(head("<f8", "False", "(2,)"), "12345678"),
		"needs 8 bytes, there are 9":                             npy(head("<f8", "False", "(1,)"), "123456789"),
		"has more than 2147483647 items":                         npy(head("<f8", "False", "(99999, 99999, 99999)"), ""),
		"a length below 2^63 must follow":                        npy(head("<f8", "False", "(99999999999999999999,)"), ""),
		`at "-1,`:                                                npy(head("<f8", "False", "(-1,)"), ""),
		"dtype object: Python objects are not read":              npy(head("|O", "False", "(1,)"), ""),
		`dtype "<f16" is not supported`:                          npy(head("<f16", "False", "(1,)"), "12"),
		`dtype "<f3" is not supported`:                           npy(head("<f3", "False", "(1,)"), "123"),
		`dtype "<m8[s]" is not supported`:                        npy(head("<m8[s]", "False", "(1,)"), "12345678"),
		`dtype "|V8" is not supported`:                           npy(head("|V8", "False", "(1,)"), "12345678"),
		`dtype "<c16" is not supported`:                          npy(head("<c16", "False", "(1,)"), "12"),
		`dtype "<M8[ns]" is not supported`:                       npy(head("<M8[ns]", "False", "(1,)"), "12345678"),
		"structured arrays":                                      npy("{'descr': [('x', '<f8')], 'fortran_order': False, 'shape': (1,), }", "12345678"),
		`item 0: character 0xffffffff after ""`:                  npy(head("<U1", "False", "(1,)"), "\xff\xff\xff\xff"),
		`item 0: character 0x62 after ""`:                        npy(head("<U2", "False", "(1,)"), packed[rune](binary.LittleEndian, 0, 'b')),
		"item 1: 18446744073709551615 is above":                  npy(head("<u8", "False", "(2,)"), packed[uint64](binary.LittleEndian, 1, math.MaxUint64)),
		"of text of length 0":                                    npy(head("<U0", "False", "(3,)"), ""),
		"needs 17179869176 bytes":                                npy(head("<f8", "False", "(2147483647,)"), "1234"),
		"65 dimensions":                                          npy(head("<f8", "False", "("+strings.Repeat("1,", 65)+")"), "12345678"),
		"version 4.0 of the .npy format is not known":            append([]byte(magic), 4, 0, 0, 0),
	} {
		if _, err := read(t, data); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	good := archive(t, sample)
	for _, n := range []int{0, 1, 30, len(good) / 2, len(good) - 1} {
		if _, err := decode(good[:n]); err == nil {
			t.Errorf("%d of %d bytes were read", n, len(good))
		}
	}
	for _, bad := range []string{"a\x00b", "\xff"} {
		path := filepath.Join(t.TempDir(), "t.npz")
		if err := Write(path, File{"t": Texts([]string{bad})}); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%q was written as text: %v", bad, err)
		}
		if left, err := os.ReadDir(filepath.Dir(path)); err != nil || len(left) > 0 {
			t.Errorf("%d files are left, %v", len(left), err)
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
	if _, err := decode(b.Bytes()); err == nil || !strings.Contains(err.Error(), `"a" is there twice`) {
		t.Errorf("two arrays of one name: %v", err)
	}
}

func TestOnlyRegularFilesAreRead(t *testing.T) {
	dir := t.TempDir()
	pipe := filepath.Join(dir, "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{pipe, dir, "/dev/zero"} {
		_, array := ReadArray(path)
		_, file := Read(path)
		for _, err := range []error{array, file} {
			if err == nil || !strings.Contains(err.Error(), path+" is not a regular file") {
				t.Errorf("error %v, want %s not to be a regular file", err, path)
			}
		}
	}
}

// allocated is how much do allocates.
func allocated(do func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	do()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// zeros is an archive of arrays of n zeros, as numpy.savez_compressed makes it.
func zeros(t *testing.T, arrays, n int) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, flate.BestSpeed) })
	for i := range arrays {
		w, err := z.Create(fmt.Sprintf("x%d.npy", i))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(npy(head("<f8", "False", fmt.Sprintf("(%d,)", n)), "")); err != nil {
			t.Fatal(err)
		}
		block := make([]byte, 1<<20)
		for left := 8 * n; left > 0; left -= len(block) {
			block = block[:min(left, len(block))]
			if _, err := w.Write(block); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// What claims more than it holds, and what holds more than is plausible, is
// refused before memory is allocated for it.
func TestBombs(t *testing.T) {
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"a header that lies":       {npy(head("<f8", "False", "(2147483647,)"), "12345678"), "needs 17179869176 bytes, there are 8"},
		"a header of 4 GiB":        {append([]byte(magic), 2, 0, 0xff, 0xff, 0xff, 0xff), "the header has 4294967295 bytes"},
		"257 MiB of zeros":         {zeros(t, 1, 257<<17), "needs 269484032 bytes of memory, at most 268435456 are left"},
		"small arrays that add up": {zeros(t, 33, 1<<20), "needs 8388608 bytes of memory, at most 0 are left"},
	} {
		var err error
		n := allocated(func() {
			if bytes.HasPrefix(c.data, []byte("PK")) {
				_, err = decode(c.data)
			} else {
				left := int64(defaultBytes)
				_, err = Reader{}.decodeArray(bytes.NewReader(c.data), int64(len(c.data)), &left)
			}
		})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %q", name, err, c.want)
		}
		if n > small+1<<24 {
			t.Errorf("%s: %d bytes were allocated", name, n)
		}
	}
	data := archive(t, File{"x": Floats(make([]float64, 1000))})
	at := bytes.LastIndex(data, []byte("PK\x01\x02")) // the directory's entry
	binary.LittleEndian.PutUint32(data[at+24:], 1<<31)
	if _, err := decode(data); err == nil || !strings.Contains(err.Error(), "it claims 2147483648 bytes, more than the") {
		t.Errorf("a directory that lies: %v", err)
	}
}

func TestLimits(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "f.npz")
	if err := Write(path, File{"a": Floats(make([]float64, 100)), "b": Floats(make([]float64, 100))}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		r    Reader
		want string
	}{
		{Reader{MaxBytes: 1600}, ""}, {Reader{MaxBytes: 1599}, `array "b": shape [100]`}, {Reader{MaxArrays: 1}, "it has 2 arrays, at most 1"},
	} {
		if _, err := c.r.Read(path); c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%+v: error %v, want %q", c.r, err, c.want)
		}
	}
}

// A recording of zeros compresses as well as a bomb; it is stored as it is.
func TestWhatIsWrittenIsRead(t *testing.T) {
	if testing.Short() {
		t.Skip("300 MB")
	}
	path := filepath.Join(t.TempDir(), "f.npz")
	x := make([]float64, small/8+1)
	if err := Write(path, File{"x": Floats(x)}); err != nil {
		t.Fatal(err)
	}
	if f, err := Read(path); err != nil || len(f["x"].Float) != len(x) {
		t.Errorf("%d values, %v", len(f["x"].Float), err)
	}
}

// An archive in which sizes are given in zip64's fields, as Python writes it.
func TestZip64(t *testing.T) {
	var body bytes.Buffer
	if err := encodeArray(&body, Floats([]float64{1, 2})); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	extra := binary.LittleEndian.AppendUint16(binary.LittleEndian.AppendUint16(nil, 1), 16)
	extra = binary.LittleEndian.AppendUint64(binary.LittleEndian.AppendUint64(extra, uint64(body.Len())), uint64(body.Len()))
	w, err := z.CreateRaw(&zip.FileHeader{Name: "x.npy", CRC32: crc32.ChecksumIEEE(body.Bytes()), Extra: extra,
		CompressedSize64: uint64(body.Len()), UncompressedSize64: uint64(body.Len())})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(body.Bytes()); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	data := b.Bytes()
	at := bytes.LastIndex(data, []byte("PK\x01\x02"))
	binary.LittleEndian.PutUint64(data[at+20:], math.MaxUint64) // both sizes: see the extra field
	if f, err := decode(data); err != nil || !slices.Equal(f["x"].Float, []float64{1, 2}) {
		t.Errorf("%v, %v", f, err)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(archive(f, sample))
	f.Add(archive(f, File{}))
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := decode(data)
		if err != nil {
			return
		}
		if _, err := file.SHA256(); err != nil {
			t.Errorf("what was read cannot be written: %v", err)
		}
	})
}

func FuzzArray(f *testing.F) {
	f.Add(npy(head("<f8", "False", "(1,)"), "12345678"))
	f.Add(npy(head(">f4", "True", "(1, 2)"), "12345678"))
	f.Add(npy(head("<U2", "False", "(1, 1)"), "a\x00\x00\x00b\x00\x00\x00"))
	f.Add(npy(head("|S2", "True", "(2, 2)"), "abcdefgh"))
	f.Fuzz(func(t *testing.T, data []byte) {
		left := int64(1 << 20)
		a, err := Reader{}.decodeArray(bytes.NewReader(data), int64(len(data)), &left)
		if err != nil {
			return
		}
		var b bytes.Buffer
		if err := encodeArray(&b, a); err != nil {
			t.Fatalf("what was read cannot be written: %v", err)
		}
		left = 1 << 30
		again, err := Reader{}.decodeArray(&b, int64(b.Len()), &left)
		if err != nil || !slices.Equal(again.Shape, a.Shape) || !slices.Equal(again.Int, a.Int) || !slices.Equal(again.Text, a.Text) || len(again.Float) != len(a.Float) {
			t.Errorf("read %v, %v; want %v", again, err, a)
		}
	})
}

// A file is looked at while its arrays are allocated, filled and reordered, and its
// reading can be stopped at each of these looks; so can that of a single array.
func TestStopWhileReading(t *testing.T) {
	const n = 1 << 20
	dir := t.TempDir()
	whole, single := filepath.Join(dir, "f.npz"), filepath.Join(dir, "a.npy")
	if err := Write(whole, File{"x": Floats(make([]float64, n)), "i": Ints(make([]int64, n))}); err != nil {
		t.Fatal(err)
	}
	if err := WriteArray(single, Floats(make([]float64, n))); err != nil {
		t.Fatal(err)
	}
	stopped := errors.New("stopped")
	for name, read := range map[string]func(Reader) error{
		"whole":  func(r Reader) error { _, err := r.Read(whole); return err },
		"single": func(r Reader) error { _, err := r.ReadArray(single); return err },
	} {
		looks, bytes := 0, 0
		if err := read(Reader{Look: func(n int) error { looks, bytes = looks+1, bytes+n; return nil }}); err != nil || bytes < 8*n/maxRatio/10 {
			t.Errorf("%s: %d bytes, %v", name, bytes, err)
		}
		for i := range 8 {
			var left int
			var err error
			for most := i * looks / 8; err == nil; most = most * 3 / 4 { // of a reading that is slow there are more
				left = most
				err = read(Reader{Look: func(int) error {
					if left--; left < 0 {
						return stopped
					}
					return nil
				}})
			}
			if !errors.Is(err, stopped) || left < -2 {
				t.Errorf("%s: %d looks after the stop, %v", name, -1-left, err)
			}
		}
	}
}
