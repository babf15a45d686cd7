package npz

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"strings"
	"unicode/utf8"

	"gomyogen/myogen/format/internal/regular"
)

// Reader reads files within limits, which it checks before it allocates. The
// zero Reader has limits for results of simulations.
type Reader struct {
	// MaxBytes limits the memory of all arrays together; 0 means 8 GiB. An
	// archive may moreover not be larger than 256 MiB and 100 times its file:
	// what compresses better was made to exhaust memory.
	MaxBytes int64
	// MaxArrays limits the arrays of an archive; 0 means 65,536.
	MaxArrays int
	// Look, unless it is nil, is called again and again while a file is read, with
	// the number of bytes since it was called last. Its error ends the reading.
	Look func(bytes int) error
}

const (
	defaultBytes  = 8 << 30
	defaultArrays = 1 << 16
	small         = 256 << 20
	maxRatio      = 100
	deflateRatio  = 1032 // no deflated stream grows by more
)

func (r Reader) bytes() int64 {
	if r.MaxBytes == 0 {
		return defaultBytes
	}
	return r.MaxBytes
}

func (r Reader) arrays() int {
	if r.MaxArrays == 0 {
		return defaultArrays
	}
	return r.MaxArrays
}

// Read reads the .npz file at path with the limits of the zero [Reader].
func Read(path string) (File, error) { return Reader{}.Read(path) }

// ReadArray reads the .npy file at path with the limits of the zero [Reader].
func ReadArray(path string) (Array, error) { return Reader{}.ReadArray(path) }

// open opens a file that has an end.
func open(path string) (*os.File, int64, error) {
	f, size, err := regular.Open(path)
	if err != nil {
		return nil, 0, fmt.Errorf("npz: %w", err)
	}
	return f, size, nil
}

// Read reads the .npz file at path. The error names file, array and value.
func (r Reader) Read(path string) (File, error) {
	f, size, err := open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	file, err := r.decode(r.watched(f), size)
	if err != nil {
		return nil, fmt.Errorf("npz: %s: %w", path, err)
	}
	return file, nil
}

// ReadArray reads the .npy file at path. The error names file and value.
func (r Reader) ReadArray(path string) (Array, error) {
	f, size, err := open(path)
	if err != nil {
		return Array{}, err
	}
	defer f.Close()
	left := r.bytes()
	a, err := r.decodeArray(io.NewSectionReader(r.watched(f), 0, size), size, &left)
	if err != nil {
		return Array{}, fmt.Errorf("npz: %s: %w", path, err)
	}
	return a, nil
}

// watched returns a file whose every reading is looked at.
func (r Reader) watched(f io.ReaderAt) io.ReaderAt {
	if r.Look == nil {
		return f
	}
	return watchedFile{f, r.Look}
}

type watchedFile struct {
	file io.ReaderAt
	look func(bytes int) error
}

func (w watchedFile) ReadAt(p []byte, off int64) (int, error) {
	n, err := w.file.ReadAt(p, off)
	if stop := w.look(n); stop != nil {
		return 0, stop
	}
	return n, err
}

func (r Reader) decode(data io.ReaderAt, size int64) (File, error) {
	z, err := zip.NewReader(data, size)
	if err != nil {
		return nil, fmt.Errorf("not an .npz file: %w", err)
	}
	if len(z.File) > r.arrays() {
		return nil, fmt.Errorf("it has %d arrays, at most %d are read", len(z.File), r.arrays())
	}
	left := min(r.bytes(), max(small, maxRatio*size))
	f := File{}
	for _, entry := range z.File {
		if strings.HasSuffix(entry.Name, "/") && entry.UncompressedSize64 == 0 {
			continue // a folder, as other programs than NumPy list them
		}
		name, ok := strings.CutSuffix(entry.Name, ".npy")
		if !ok {
			return nil, fmt.Errorf("not an .npz file: it holds %q", entry.Name)
		}
		if _, twice := f[name]; twice {
			return nil, fmt.Errorf("array %q is there twice", name)
		}
		if f[name], err = r.readEntry(entry, size, &left); err != nil {
			return nil, fmt.Errorf("array %q: %w", name, err)
		}
	}
	return f, nil
}

// readEntry reads an array of an archive of the given size.
func (r Reader) readEntry(entry *zip.File, size int64, left *int64) (a Array, err error) {
	if entry.Flags&1 != 0 {
		return a, errors.New("it is encrypted")
	}
	stored := int64(min(entry.CompressedSize64, uint64(size)))
	if entry.Method != zip.Store {
		stored *= deflateRatio
	}
	if entry.UncompressedSize64 > uint64(stored) {
		return a, fmt.Errorf("it claims %d bytes, more than the %d in the file can hold", entry.UncompressedSize64, entry.CompressedSize64)
	}
	data, err := entry.Open()
	if err != nil {
		return a, err
	}
	a, err = r.decodeArray(data, int64(entry.UncompressedSize64), left)
	return a, errors.Join(err, data.Close())
}

// decodeArray reads an array of the given size in bytes, header included, and
// takes the memory that it needs from left.
func (r Reader) decodeArray(data io.Reader, size int64, left *int64) (Array, error) {
	h, err := readHeader(data)
	if err != nil {
		return Array{}, err
	}
	d, err := parseDtype(h.descr)
	if err != nil {
		return Array{}, err
	}
	if need, have := int64(h.count)*int64(d.size), size-int64(h.length); need != have {
		return Array{}, fmt.Errorf("shape %v of dtype %q needs %d bytes, there are %d", h.shape, h.descr, need, have)
	}
	memory := int64(h.count) * 8
	if d.text() {
		memory = int64(h.count) * int64(16+d.size)
		if d.size == 0 && h.count > 0 {
			return Array{}, fmt.Errorf("shape %v of text of length 0", h.shape)
		}
	}
	if memory > *left {
		return Array{}, fmt.Errorf("shape %v of dtype %q needs %d bytes of memory, at most %d are left of what a reader of this file allows",
			h.shape, h.descr, memory, *left)
	}
	*left -= memory
	a := &Array{Shape: h.shape} // a look that ends the reading leaves it to allocate or toC
	// A gigabyte is allocated in a tenth of a second, in which nothing looks up.
	if err := beside(r.Look, func() error { a.allocate(d, h.count); return nil }); err != nil {
		return Array{}, err
	}
	if err := a.fill(data, d, h.count); err != nil {
		return Array{}, err
	}
	// The end of an entry of an archive checks its sum.
	if n, err := data.Read(make([]byte, 1)); n != 0 || err != nil && err != io.EOF {
		return Array{}, fmt.Errorf("the data are damaged: %w", err)
	}
	if h.fortran && len(h.shape) > 1 {
		if err := beside(r.Look, func() error { a.toC(); return nil }); err != nil {
			return Array{}, err
		}
	}
	return *a, nil
}

func (d dtype) text() bool { return d.kind == 'U' || d.kind == 'S' }

// allocate makes room for count items.
func (a *Array) allocate(d dtype, count int) {
	switch {
	case d.kind == 'f':
		a.Float = make([]float64, count)
	case d.text():
		a.Text = make([]string, count)
	default:
		a.Int = make([]int64, count)
	}
}

// fill reads count items.
func (a *Array) fill(r io.Reader, d dtype, count int) error {
	if count == 0 {
		return nil
	}
	buffer := make([]byte, min(count, max(1, 1<<16/d.size))*d.size)
	for i := 0; i < count; {
		part := buffer[:min(len(buffer), (count-i)*d.size)]
		if _, err := io.ReadFull(r, part); err != nil {
			return fmt.Errorf("the data are damaged: %w", err)
		}
		for ; len(part) > 0; part = part[d.size:] {
			if err := a.set(i, d, part[:d.size]); err != nil {
				return fmt.Errorf("item %d: %w", i, err)
			}
			i++
		}
	}
	return nil
}

func (a *Array) set(i int, d dtype, b []byte) error {
	if d.text() {
		s, err := d.string(b)
		a.Text[i] = s
		return err
	}
	var bits uint64
	switch d.size {
	case 1:
		bits = uint64(b[0])
	case 2:
		bits = uint64(d.order.Uint16(b))
	case 4:
		bits = uint64(d.order.Uint32(b))
	default:
		bits = d.order.Uint64(b)
	}
	switch d.kind {
	case 'f':
		switch d.size {
		case 2:
			a.Float[i] = float16(uint16(bits))
		case 4:
			a.Float[i] = float64(math.Float32frombits(uint32(bits)))
		default:
			a.Float[i] = math.Float64frombits(bits)
		}
	case 'i':
		shift := 64 - 8*d.size
		a.Int[i] = int64(bits<<shift) >> shift // the sign
	default:
		if bits > math.MaxInt64 {
			return fmt.Errorf("%d is above the largest int64", bits)
		}
		a.Int[i] = int64(bits)
	}
	return nil
}

// float16 returns a number of 1 bit sign, 5 bits exponent and 10 bits fraction (IEEE
// 754 binary16).
func float16(bits uint16) float64 {
	exponent, fraction := int(bits>>10&31), float64(bits&1023)
	x := math.Ldexp(fraction+1024, exponent-25)
	switch {
	case exponent == 0:
		x = math.Ldexp(fraction, -24)
	case exponent == 31 && fraction == 0:
		x = math.Inf(1)
	case exponent == 31:
		x = math.NaN()
	}
	if bits>>15 != 0 {
		x = math.Copysign(x, -1)
	}
	return x
}

// string decodes an item of text, which NUL characters fill up.
func (d dtype) string(b []byte) (string, error) {
	if d.kind == 'S' {
		s := strings.TrimRight(string(b), "\x00")
		if !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
			return "", fmt.Errorf("%q is not text", s)
		}
		return s, nil
	}
	var s strings.Builder
	ended := false
	for ; len(b) > 0; b = b[4:] {
		c := d.order.Uint32(b)
		if c == 0 {
			ended = true
			continue
		}
		if ended || c > utf8.MaxRune || !utf8.ValidRune(rune(c)) {
			return "", fmt.Errorf("character %#x after %q is not text", c, s.String())
		}
		s.WriteRune(rune(c))
	}
	return s.String(), nil
}

// toC reorders an array that was read in Fortran order, in which the first
// index varies fastest.
func (a *Array) toC() {
	a.Float, a.Int, a.Text = reorder(a.Float, a.Shape), reorder(a.Int, a.Shape), reorder(a.Text, a.Shape)
}

func reorder[T any](x []T, shape []int) []T {
	if x == nil {
		return nil
	}
	out := make([]T, len(x))
	stride := make([]int, len(shape)) // in x
	step := 1
	for k, n := range shape {
		stride[k] = step
		step *= n
	}
	index := make([]int, len(shape))
	from := 0
	for i := range out {
		out[i] = x[from]
		for k := len(shape) - 1; k >= 0; k-- {
			index[k]++
			from += stride[k]
			if index[k] < shape[k] {
				break
			}
			from -= shape[k] * stride[k]
			index[k] = 0
		}
	}
	return out
}
