// Package npz reads and writes NumPy's .npz and .npy files, and keeps a
// [neo.Block] in one.
//
// It reads arrays of float32 and float64, of all integer types and bool, and
// of text, in either byte order and either memory order, with the memory they
// need limited before it is allocated. Arrays of Python objects are refused.
// It writes float64, int64 and text. What it writes, numpy.load reads without
// pickle; the bytes depend on the arrays alone.
//
// Format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
package npz

import (
	"archive/zip"
	"bufio"
	"compress/flate"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"gomyogen/myogen/format/atomicfile"
	"gomyogen/myogen/internal/watch"
)

// SHA256 returns the SHA-256 of the names and arrays, in hexadecimal digits.
func (f File) SHA256() (string, error) { return f.WatchedSHA256(func(int) error { return nil }) }

// WatchedSHA256 is [File.SHA256] that calls look again and again with the number of
// bytes since it was called last. An error of look ends it.
func (f File) WatchedSHA256(look func(bytes int) error) (string, error) {
	return watchedSHA256(f.sources(), look)
}

// SumPieces returns the SHA-256 of arrays that are read a piece at a time, which is
// that of [File.SHA256].
func (w Writer) SumPieces(f map[string]Pieces) (string, error) {
	look := w.Look
	if look == nil {
		look = func(int) error { return nil }
	}
	return watchedSHA256(inRows(f), look)
}

func watchedSHA256(arrays map[string]source, look func(bytes int) error) (string, error) {
	sum := sha256.New()
	h := watchedWriter{sum, look}
	for _, name := range slices.Sorted(maps.Keys(arrays)) {
		fmt.Fprintf(h, "%q\n", name)
		l, err := arrays[name].layout()
		if err == nil {
			err = arrays[name].encode(h, l)
		}
		if err != nil {
			return "", fmt.Errorf("npz: array %q: %w", name, err)
		}
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

type watchedWriter struct {
	w    io.Writer
	look func(bytes int) error
}

func (w watchedWriter) Write(p []byte) (int, error) {
	if err := w.look(len(p)); err != nil {
		return 0, err
	}
	return w.w.Write(p)
}

// Write writes the arrays to the .npz file at path, complete or not at all.
func Write(path string, f File) error { return Writer{}.Write(path, f) }

// Writer writes files. The zero Writer is that of [Write].
type Writer struct {
	// Look, unless it is nil, is called again and again while a file is written,
	// with the number of bytes of arrays since it was called last. Its error ends
	// the writing, and the file of before stays.
	Look func(bytes int) error
}

// Write writes the arrays to the .npz file at path, complete or not at all.
func (w Writer) Write(path string, f File) error { return w.write(path, f.sources()) }

// beside calls a function that only computes and cannot look up, and look, unless it is
// nil, meanwhile, whose error ends it.
func beside(look func(bytes int) error, f func() error) error {
	if look == nil {
		return f()
	}
	return watch.While(look, f)
}

// Pieces is a one-dimensional array that is not in memory as a whole: it calls
// yield with its pieces, arrays of one kind, in order. It is read more than once.
type Pieces func(yield func(Array) error) error

// WritePieces is [Write] for arrays that are read a piece at a time. The bytes do
// not depend on the pieces.
func WritePieces(path string, f map[string]Pieces) error { return Writer{}.WritePieces(path, f) }

// WritePieces is the function [WritePieces] with the writer's Look.
func (w Writer) WritePieces(path string, f map[string]Pieces) error {
	return w.write(path, inRows(f))
}

func inRows(f map[string]Pieces) map[string]source {
	arrays := make(map[string]source, len(f))
	for name, p := range f {
		arrays[name] = source{row: true, each: p}
	}
	return arrays
}

// source is an array that is to be written.
type source struct {
	shape []int
	row   bool // its shape is that of all items in a row
	each  Pieces
}

// source returns the array in one piece.
func (a Array) source() source {
	return source{shape: a.Shape, each: func(yield func(Array) error) error { return yield(a) }}
}

func (f File) sources() map[string]source {
	arrays := make(map[string]source, len(f))
	for name, a := range f {
		arrays[name] = a.source()
	}
	return arrays
}

// contents is the arrays of a file, with all that must be known before the first is
// written.
type contents struct {
	arrays  map[string]source
	layouts map[string]layout
	numbers int   // items that are numbers
	raw     int64 // what a reader reckons for all arrays
	look    func(bytes int) error
}

func newContents(arrays map[string]source) (contents, error) {
	a := contents{arrays: arrays, layouts: make(map[string]layout, len(arrays))}
	for _, name := range a.names() {
		l, err := arrays[name].layout()
		if err != nil {
			return a, fmt.Errorf("array %q: %w", name, err)
		}
		a.layouts[name] = l
		a.raw += l.memory()
		if l.kind != textKind {
			a.numbers += l.count
		}
	}
	return a, nil
}

func (a contents) names() []string { return slices.Sorted(maps.Keys(a.arrays)) }

func (w Writer) write(path string, arrays map[string]source) error {
	if len(arrays) > defaultArrays {
		return fmt.Errorf("npz: %s: %d arrays, a file has at most %d", path, len(arrays), defaultArrays)
	}
	var a contents
	err := beside(w.Look, func() (err error) { a, err = newContents(arrays); return err })
	if err != nil {
		return fmt.Errorf("npz: %s: %w", path, err)
	}
	a.look = w.Look
	// Many spikes are stored as they are: packing and unpacking ten million takes
	// seconds.
	if a.numbers >= large {
		_, err := a.write(path, zip.Store)
		return err
	}
	// What compresses better than a reader believes is stored as it is, too.
	packed, err := a.write(path, zip.Deflate)
	if err == nil && !plausible(a.raw, packed) {
		_, err = a.write(path, zip.Store)
	}
	return err
}

// large is how many numbers a file has that is not compressed.
const large = 4 << 20

// plausible reports whether a reader accepts a file of packed bytes with raw
// bytes in it.
func plausible(raw, packed int64) bool { return raw <= max(small, maxRatio*packed) }

// write writes a file unless a reader would refuse it, and returns its size.
func (a contents) write(path string, method uint16) (packed int64, err error) {
	file, err := atomicfile.Create(path)
	if err != nil {
		return 0, fmt.Errorf("npz: %w", err)
	}
	if a.look != nil {
		file.Follow(func(int) error { return a.look(0) })
	}
	packed, err = a.encode(file, method)
	if err != nil {
		return 0, errors.Join(fmt.Errorf("npz: %s: %w", path, err), file.Discard())
	}
	if method == zip.Deflate && !plausible(a.raw, packed) {
		return packed, file.Discard()
	}
	if err := file.Commit(); err != nil {
		return 0, fmt.Errorf("npz: %w", err)
	}
	return packed, nil
}

// packers are used again, since each has 1 MB, and a file of a few spikes dozens of
// arrays.
var packers = sync.Pool{New: func() any {
	w, err := flate.NewWriter(io.Discard, flate.BestSpeed)
	if err != nil {
		panic("npz: " + err.Error())
	}
	return w
}}

// encode writes the file to w and returns its size.
func (a contents) encode(w io.Writer, method uint16) (packed int64, err error) {
	out := &counter{w: w}
	buffered := bufio.NewWriterSize(out, 1<<16)
	z := zip.NewWriter(buffered)
	// Noise has little to compress: more effort takes half as long again for a few percent.
	packer := packers.Get().(*flate.Writer) // one array is closed before the next begins
	defer packers.Put(packer)
	z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { packer.Reset(w); return packer, nil })
	for _, name := range a.names() {
		w, err := z.CreateHeader(&zip.FileHeader{Name: name + ".npy", Method: method})
		if err == nil && a.look != nil {
			w = watchedWriter{w, a.look}
		}
		if err == nil {
			err = a.arrays[name].encode(w, a.layouts[name])
		}
		if err != nil {
			return 0, fmt.Errorf("array %q: %w", name, err)
		}
	}
	err = errors.Join(z.Close(), buffered.Flush())
	return out.n, err
}

type counter struct {
	w io.Writer
	n int64
}

func (c *counter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}

// WriteArray writes one array to the .npy file at path, complete or not at all.
func WriteArray(path string, a Array) error {
	if err := atomicfile.WriteFunc(path, func(w io.Writer) error { return encodeArray(w, a) }); err != nil {
		return fmt.Errorf("npz: %w", err)
	}
	return nil
}

// kind is the type of an array's items.
type kind int

const (
	floatKind kind = iota
	intKind
	textKind
)

// layout is what has to be known of an array before its first item is written.
type layout struct {
	kind  kind
	shape []int
	count int
	width int // characters of the longest text, at least 1
}

// memory returns what a reader reckons for the array.
func (l layout) memory() int64 {
	if l.kind == textKind {
		return int64(l.count) * int64(16+4*l.width)
	}
	return 8 * int64(l.count)
}

func (l layout) descr() string {
	return [...]string{"<f8", "<i8", fmt.Sprintf("<U%d", l.width)}[l.kind]
}

// layout reads the array and checks its texts and its size.
func (s source) layout() (l layout, err error) {
	l.width = 1
	first := true
	err = s.each(func(a Array) error {
		k, n := floatKind, len(a.Float) // also of an empty slice that was never made
		switch {
		case a.Float != nil:
		case a.Int != nil:
			k, n = intKind, len(a.Int)
		case a.Text != nil:
			k, n = textKind, len(a.Text)
			for i, text := range a.Text {
				if !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
					return fmt.Errorf("item %d, %q, is not text without NUL", l.count+i, text)
				}
				l.width = max(l.width, utf8.RuneCountInString(text))
			}
		}
		if !first && k != l.kind {
			return errors.New("its pieces are of different kinds")
		}
		first = false
		l.kind, l.count = k, l.count+n
		return nil
	})
	if err != nil {
		return l, err
	}
	if s.row {
		l.shape = []int{l.count}
		return l, nil
	}
	l.shape = s.shape
	count := 1
	for _, n := range s.shape {
		count *= n
	}
	if l.count != count {
		return l, fmt.Errorf("shape %v needs %d items, there are %d", s.shape, count, l.count)
	}
	return l, nil
}

// encode writes the array.
func (s source) encode(w io.Writer, l layout) error {
	if _, err := w.Write(encodeHeader(l.descr(), l.shape, 0)); err != nil {
		return err
	}
	out := bufio.NewWriterSize(w, min(l.count*max(8, 4*l.width), 1<<16))
	number, text := make([]byte, 8), make([]byte, 4*l.width)
	err := s.each(func(a Array) error {
		for _, x := range a.Float {
			binary.LittleEndian.PutUint64(number, math.Float64bits(x))
			if _, err := out.Write(number); err != nil {
				return err
			}
		}
		for _, n := range a.Int {
			binary.LittleEndian.PutUint64(number, uint64(n))
			if _, err := out.Write(number); err != nil {
				return err
			}
		}
		for _, s := range a.Text {
			clear(text)
			i := 0
			for _, c := range s {
				binary.LittleEndian.PutUint32(text[i:], uint32(c))
				i += 4
			}
			if _, err := out.Write(text); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return out.Flush()
}

func encodeArray(w io.Writer, a Array) error {
	s := a.source()
	l, err := s.layout()
	if err != nil {
		return err
	}
	return s.encode(w, l)
}

// encodeHeader returns the header of an array, of at least size bytes and a
// multiple of 64.
func encodeHeader(descr string, shape []int, size int) []byte {
	var dims strings.Builder
	for _, n := range shape {
		fmt.Fprintf(&dims, "%d, ", n)
	}
	s := strings.TrimSuffix(dims.String(), " ")
	if len(shape) > 1 {
		s = strings.TrimSuffix(s, ",")
	}
	text := fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': (%s), }", descr, s)
	fixed := len(magic) + 4
	size = max(size, (fixed+len(text)+64)/64*64)
	text += strings.Repeat(" ", size-1-fixed-len(text)) + "\n"
	b := append([]byte(magic), 1, 0)
	b = binary.LittleEndian.AppendUint16(b, uint16(len(text)))
	return append(b, text...)
}
