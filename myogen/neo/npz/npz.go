// Package npz reads and writes NumPy's .npz and .npy files: arrays of
// float64, int32, int64 and text with their names and shapes. What it writes,
// numpy.load reads without pickle; the bytes depend on the arrays alone.
//
// Format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
package npz

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"gomyogen/myogen/internal/atomicfile"
	"io"
	"math"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Array is one array in C order. Exactly one of the data fields is set.
type Array struct {
	Shape []int // nil for a single value
	Float []float64
	Int   []int64
	Text  []string
}

// Floats is a one-dimensional float64 array.
func Floats(x []float64) Array { return Array{Shape: []int{len(x)}, Float: x} }

// Ints is a one-dimensional int64 array.
func Ints(x []int64) Array { return Array{Shape: []int{len(x)}, Int: x} }

// Texts is a one-dimensional array of text.
func Texts(x []string) Array { return Array{Shape: []int{len(x)}, Text: x} }

// File is the arrays of an .npz file by name.
type File map[string]Array

// Floats returns the float64 array called name.
func (f File) Floats(name string) ([]float64, error) {
	a, ok := f[name]
	switch {
	case !ok:
		return nil, fmt.Errorf("there is no array %q; there are %q", name, f.Names())
	case a.Float == nil:
		return nil, fmt.Errorf("array %q does not hold float64", name)
	}
	return a.Float, nil
}

// Ints returns the integer array called name.
func (f File) Ints(name string) ([]int64, error) {
	a, ok := f[name]
	switch {
	case !ok:
		return nil, fmt.Errorf("there is no array %q; there are %q", name, f.Names())
	case a.Int == nil:
		return nil, fmt.Errorf("array %q does not hold integers", name)
	}
	return a.Int, nil
}

// Names returns the names of the arrays in alphabetical order.
func (f File) Names() []string {
	names := make([]string, 0, len(f))
	for n := range f {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}

// Read reads the .npz file at path. The error names file and array.
func Read(path string) (File, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("npz: %w", err)
	}
	f, err := Decode(data)
	if err != nil {
		return nil, fmt.Errorf("npz: %s: %w", path, err)
	}
	return f, nil
}

// Decode reads an .npz file from memory.
func Decode(data []byte) (File, error) {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, fmt.Errorf("not an .npz file: %w", err)
	}
	f := File{}
	for _, entry := range z.File {
		name, ok := strings.CutSuffix(entry.Name, ".npy")
		if !ok {
			return nil, fmt.Errorf("not an .npz file: it holds %q", entry.Name)
		}
		r, err := entry.Open()
		if err != nil {
			return nil, fmt.Errorf("array %q: %w", name, err)
		}
		a, err := decodeArray(r)
		r.Close()
		if err != nil {
			return nil, fmt.Errorf("array %q: %w", name, err)
		}
		if _, twice := f[name]; twice {
			return nil, fmt.Errorf("array %q is there twice", name)
		}
		f[name] = a
	}
	return f, nil
}

// Sum returns the SHA-256 of the arrays, in hexadecimal digits.
func (f File) Sum() (string, error) {
	h := sha256.New()
	for _, name := range f.Names() {
		fmt.Fprintf(h, "%q\n", name)
		if err := encodeArray(h, f[name]); err != nil {
			return "", fmt.Errorf("npz: array %q: %w", name, err)
		}
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// Write writes the arrays to path. The file is complete or not there.
func Write(path string, f File) error {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	// Noise has little to compress: more effort takes half as long again for a few percent.
	z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, flate.BestSpeed) })
	for _, name := range f.Names() {
		w, err := z.CreateHeader(&zip.FileHeader{Name: name + ".npy", Method: zip.Deflate})
		if err != nil {
			return fmt.Errorf("npz: %s: array %q: %w", path, name, err)
		}
		if err := encodeArray(w, f[name]); err != nil {
			return fmt.Errorf("npz: %s: array %q: %w", path, name, err)
		}
	}
	if err := z.Close(); err != nil {
		return fmt.Errorf("npz: %s: %w", path, err)
	}
	return writeAtomically(path, b.Bytes())
}

// ReadArray reads the .npy file at path.
func ReadArray(path string) (Array, error) {
	f, err := os.Open(path)
	if err != nil {
		return Array{}, fmt.Errorf("npz: %w", err)
	}
	defer f.Close()
	a, err := decodeArray(f)
	if err != nil {
		return Array{}, fmt.Errorf("npz: %s: %w", path, err)
	}
	return a, nil
}

// WriteArray writes one array to the .npy file at path. The file is complete
// or not there.
func WriteArray(path string, a Array) error {
	var b bytes.Buffer
	if err := encodeArray(&b, a); err != nil {
		return fmt.Errorf("npz: %s: %w", path, err)
	}
	return writeAtomically(path, b.Bytes())
}

func writeAtomically(path string, data []byte) error {
	if err := atomicfile.Write(path, data); err != nil {
		return fmt.Errorf("npz: %w", err)
	}
	return nil
}

const magic = "\x93NUMPY"

var header = regexp.MustCompile(`^\{'descr': '([^']+)', 'fortran_order': (True|False), 'shape': \(([0-9, ]*)\), \}\s*$`)

func decodeArray(r io.Reader) (Array, error) {
	var a Array
	head := make([]byte, 10)
	if _, err := io.ReadFull(r, head); err != nil || string(head[:6]) != magic {
		return a, errors.New("not a NumPy array")
	}
	size := int(binary.LittleEndian.Uint16(head[8:]))
	if head[6] != 1 {
		var more [2]byte
		if _, err := io.ReadFull(r, more[:]); err != nil {
			return a, errors.New("the header is cut off")
		}
		size |= int(binary.LittleEndian.Uint16(more[:])) << 16
	}
	if size > 1<<16 {
		return a, fmt.Errorf("a header of %d bytes", size)
	}
	text := make([]byte, size)
	if _, err := io.ReadFull(r, text); err != nil {
		return a, errors.New("the header is cut off")
	}
	m := header.FindStringSubmatch(string(text))
	if m == nil {
		return a, fmt.Errorf("cannot read the header %q", text)
	}
	count := 1
	for _, s := range strings.Split(m[3], ",") {
		if s = strings.TrimSpace(s); s == "" {
			continue
		}
		n, err := strconv.Atoi(s)
		if err != nil || n > 0 && count > math.MaxInt32/n {
			return a, fmt.Errorf("the shape (%s) is too large", m[3])
		}
		a.Shape = append(a.Shape, n)
		count *= n
	}
	if m[2] == "True" && len(a.Shape) > 1 {
		return a, errors.New("arrays in Fortran order are not supported")
	}
	width, err := itemSize(m[1])
	if err != nil {
		return a, err
	}
	// The data decide how much is allocated, not the header.
	data, err := io.ReadAll(io.LimitReader(r, int64(count)*int64(width)+1))
	if err != nil {
		return a, fmt.Errorf("the data are damaged: %w", err)
	}
	if len(data) != count*width {
		return a, fmt.Errorf("shape (%s) of %s needs %d bytes, there are %d", m[3], m[1], count*width, len(data))
	}
	return a, a.fill(m[1], data, count, width)
}

// itemSize returns the bytes of one item of a NumPy type we read.
func itemSize(descr string) (int, error) {
	switch descr {
	case "<f8", "<i8":
		return 8, nil
	case "<i4":
		return 4, nil
	}
	if n, err := strconv.Atoi(strings.TrimPrefix(descr, "<U")); err == nil && n >= 0 && n < 1<<24 && descr[0] == '<' {
		return 4 * n, nil
	}
	return 0, fmt.Errorf("type %q is not supported (float64, int32, int64 and text are)", descr)
}

func (a *Array) fill(descr string, data []byte, count, width int) error {
	le := binary.LittleEndian
	switch descr {
	case "<f8":
		a.Float = make([]float64, count)
		for i := range a.Float {
			a.Float[i] = math.Float64frombits(le.Uint64(data[8*i:]))
		}
	case "<i8":
		a.Int = make([]int64, count)
		for i := range a.Int {
			a.Int[i] = int64(le.Uint64(data[8*i:]))
		}
	case "<i4":
		a.Int = make([]int64, count)
		for i := range a.Int {
			a.Int[i] = int64(int32(le.Uint32(data[4*i:])))
		}
	default:
		if width == 0 && count > 0 {
			return errors.New("text of length 0")
		}
		a.Text = make([]string, count)
		for i := range a.Text {
			var s strings.Builder
			for item := data[i*width : (i+1)*width]; len(item) > 0; item = item[4:] {
				c := le.Uint32(item)
				if c == 0 {
					break
				}
				if c > utf8.MaxRune {
					return fmt.Errorf("item %d is not text", i)
				}
				s.WriteRune(rune(c))
			}
			a.Text[i] = s.String()
		}
	}
	return nil
}

func encodeArray(w io.Writer, a Array) error {
	count := 1
	for _, n := range a.Shape {
		count *= n
	}
	var descr string
	var body bytes.Buffer
	le := binary.LittleEndian
	var have int
	switch {
	case a.Float != nil:
		descr, have = "<f8", len(a.Float)
		binary.Write(&body, le, a.Float)
	case a.Int != nil:
		descr, have = "<i8", len(a.Int)
		binary.Write(&body, le, a.Int)
	case a.Text != nil:
		have = len(a.Text)
		width := 1
		for i, s := range a.Text {
			if !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
				return fmt.Errorf("item %d, %q, is not text without NUL", i, s)
			}
			width = max(width, utf8.RuneCountInString(s))
		}
		descr = fmt.Sprintf("<U%d", width)
		for _, s := range a.Text {
			item := make([]uint32, width)
			i := 0
			for _, c := range s {
				item[i] = uint32(c)
				i++
			}
			binary.Write(&body, le, item)
		}
	default: // an empty slice that was never made
		descr = "<f8"
	}
	if have != count {
		return fmt.Errorf("shape %v needs %d items, there are %d", a.Shape, count, have)
	}
	var shape strings.Builder
	for _, n := range a.Shape {
		fmt.Fprintf(&shape, "%d, ", n)
	}
	s := strings.TrimSuffix(shape.String(), " ")
	if len(a.Shape) > 1 {
		s = strings.TrimSuffix(s, ",")
	}
	h := fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': (%s), }", descr, s)
	h += strings.Repeat(" ", 63-(len(magic)+4+len(h))%64) + "\n"
	out := append([]byte(magic), 1, 0)
	out = le.AppendUint16(out, uint16(len(h)))
	if _, err := w.Write(append(out, h...)); err != nil {
		return err
	}
	_, err := w.Write(body.Bytes())
	return err
}
