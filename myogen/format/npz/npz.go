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
	"math"
	"strings"
	"unicode/utf8"

	"gomyogen/myogen/format/atomicfile"
)

// SHA256 returns the SHA-256 of the names and arrays, in hexadecimal digits.
func (f File) SHA256() (string, error) {
	h := sha256.New()
	for _, name := range f.Names() {
		fmt.Fprintf(h, "%q\n", name)
		if err := encodeArray(h, f[name]); err != nil {
			return "", fmt.Errorf("npz: array %q: %w", name, err)
		}
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// Write writes the arrays to the .npz file at path, complete or not at all.
func Write(path string, f File) error {
	if len(f) > defaultArrays {
		return fmt.Errorf("npz: %s: %d arrays, a file has at most %d", path, len(f), defaultArrays)
	}
	// Many spikes are stored as they are: packing and unpacking ten million takes
	// seconds.
	if f.numbers() >= large {
		_, _, err := writeArchive(path, f, zip.Store)
		return err
	}
	// What compresses better than a reader believes is stored as it is, too.
	packed, raw, err := writeArchive(path, f, zip.Deflate)
	if err == nil && !plausible(raw, packed) {
		_, _, err = writeArchive(path, f, zip.Store)
	}
	return err
}

// large is how many numbers a file has that is not compressed.
const large = 4 << 20

// numbers returns how many numbers all arrays together have.
func (f File) numbers() (n int) {
	for _, a := range f {
		n += len(a.Float) + len(a.Int)
	}
	return n
}

// plausible reports whether a reader accepts a file of packed bytes with raw
// bytes in it.
func plausible(raw, packed int64) bool { return raw <= max(small, maxRatio*packed) }

// writeArchive writes an archive unless a reader would refuse it, and returns
// its size before and after compression.
func writeArchive(path string, f File, method uint16) (packed, raw int64, err error) {
	file, err := atomicfile.Create(path)
	if err != nil {
		return 0, 0, fmt.Errorf("npz: %w", err)
	}
	packed, raw, err = encodeArchive(file, f, method)
	if err != nil {
		return 0, 0, errors.Join(fmt.Errorf("npz: %s: %w", path, err), file.Discard())
	}
	if method == zip.Deflate && !plausible(raw, packed) {
		return packed, raw, file.Discard()
	}
	if err := file.Commit(); err != nil {
		return 0, 0, fmt.Errorf("npz: %w", err)
	}
	return packed, raw, nil
}

// encodeArchive writes an archive to w and returns its size before and after
// compression.
func encodeArchive(w io.Writer, f File, method uint16) (packed, raw int64, err error) {
	out := &counter{w: w}
	buffered := bufio.NewWriterSize(out, 1<<16)
	z := zip.NewWriter(buffered)
	// Noise has little to compress: more effort takes half as long again for a few percent.
	z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, flate.BestSpeed) })
	for _, name := range f.Names() {
		w, err := z.CreateHeader(&zip.FileHeader{Name: name + ".npy", Method: method})
		if err == nil {
			err = encodeArray(w, f[name])
		}
		if err != nil {
			return 0, 0, fmt.Errorf("array %q: %w", name, err)
		}
		raw += f[name].memory()
	}
	err = errors.Join(z.Close(), buffered.Flush())
	return out.n, raw, err
}

// memory returns what a reader reckons for the array.
func (a Array) memory() int64 {
	if a.Text == nil {
		return 8 * int64(len(a.Float)+len(a.Int))
	}
	return int64(len(a.Text)) * int64(16+4*textWidth(a.Text))
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
	file, err := atomicfile.Create(path)
	if err != nil {
		return fmt.Errorf("npz: %w", err)
	}
	if err := encodeArray(file, a); err != nil {
		return errors.Join(fmt.Errorf("npz: %s: %w", path, err), file.Discard())
	}
	if err := file.Commit(); err != nil {
		return fmt.Errorf("npz: %w", err)
	}
	return nil
}

// textWidth returns the characters of the longest text, at least 1.
func textWidth(texts []string) int {
	width := 1
	for _, s := range texts {
		width = max(width, utf8.RuneCountInString(s))
	}
	return width
}

func encodeArray(w io.Writer, a Array) error {
	count := 1
	for _, n := range a.Shape {
		count *= n
	}
	descr, have, width := "<f8", len(a.Float), 0 // also of an empty slice that was never made
	switch {
	case a.Float != nil:
	case a.Int != nil:
		descr, have = "<i8", len(a.Int)
	case a.Text != nil:
		for i, s := range a.Text {
			if !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
				return fmt.Errorf("item %d, %q, is not text without NUL", i, s)
			}
		}
		have, width = len(a.Text), textWidth(a.Text)
		descr = fmt.Sprintf("<U%d", width)
	}
	if have != count {
		return fmt.Errorf("shape %v needs %d items, there are %d", a.Shape, count, have)
	}
	if _, err := w.Write(encodeHeader(descr, a.Shape, 0)); err != nil {
		return err
	}
	out := bufio.NewWriterSize(w, 1<<16)
	item := make([]byte, 8)
	for _, x := range a.Float {
		binary.LittleEndian.PutUint64(item, math.Float64bits(x))
		out.Write(item) // Flush returns the error
	}
	for _, n := range a.Int {
		binary.LittleEndian.PutUint64(item, uint64(n))
		out.Write(item)
	}
	item = make([]byte, 4*width)
	for _, s := range a.Text {
		clear(item)
		i := 0
		for _, c := range s {
			binary.LittleEndian.PutUint32(item[i:], uint32(c))
			i += 4
		}
		out.Write(item)
	}
	return out.Flush()
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
