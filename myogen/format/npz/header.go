package npz

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
)

const magic = "\x93NUMPY"

// Limits of a header; NumPy's own writer stays far below them.
const (
	maxHeader     = 1 << 16
	maxDimensions = 64 // as in NumPy 2
)

// header is what stands before the data of an array.
type header struct {
	descr   string
	fortran bool
	shape   []int
	count   int // of items
	length  int // in bytes, up to the data
}

// readHeader reads the beginning of an .npy file: a magic string, a version, a
// length and a Python dictionary with three keys in any order.
func readHeader(r io.Reader) (h header, err error) {
	start := make([]byte, len(magic)+2)
	switch _, err := io.ReadFull(r, start); {
	case !ended(err):
		return h, err
	case err != nil || string(start[:len(magic)]) != magic:
		return h, errors.New("not a NumPy array")
	}
	major, minor := start[len(magic)], start[len(magic)+1]
	if major < 1 || major > 3 || minor != 0 {
		return h, fmt.Errorf("version %d.%d of the .npy format is not known, only 1.0, 2.0 and 3.0", major, minor)
	}
	length := make([]byte, 2)
	if major > 1 {
		length = make([]byte, 4)
	}
	if err := readPart(r, length); err != nil {
		return h, err
	}
	n := 0
	for i, b := range length {
		n |= int(b) << (8 * i)
	}
	if n > maxHeader {
		return h, fmt.Errorf("the header has %d bytes, at most %d are read", n, maxHeader)
	}
	text := make([]byte, n)
	if err := readPart(r, text); err != nil {
		return h, err
	}
	if h, err = parseHeader(string(text)); err != nil {
		return h, fmt.Errorf("header %q: %w", strings.TrimSpace(string(text)), err)
	}
	h.length = len(start) + len(length) + n
	return h, nil
}

// readPart reads a part of a header.
func readPart(r io.Reader, part []byte) error {
	_, err := io.ReadFull(r, part)
	if err != nil && ended(err) {
		return errors.New("the header is cut off")
	}
	return err
}

// ended reports whether all could be read or the data ended before.
func ended(err error) bool { return err == nil || err == io.EOF || err == io.ErrUnexpectedEOF }

func parseHeader(text string) (h header, err error) {
	p := &literal{rest: text}
	seen := map[string]bool{}
	p.expect("{")
	for p.err == nil && !p.accept("}") {
		key := p.string()
		p.expect(":")
		if p.err == nil && seen[key] {
			return h, fmt.Errorf("key %q is there twice", key)
		}
		seen[key] = true
		switch {
		case p.err != nil:
		case key == "descr" && p.accept("["):
			return h, errors.New("structured arrays (a dtype with fields) are not supported")
		case key == "descr":
			h.descr = p.string()
		case key == "fortran_order":
			h.fortran = p.bool()
		case key == "shape":
			h.shape = p.tuple()
		default:
			return h, fmt.Errorf("key %q is not known", key)
		}
		if !p.accept(",") {
			p.expect("}")
			break
		}
	}
	p.end()
	if p.err != nil {
		return h, p.err
	}
	for _, key := range []string{"descr", "fortran_order", "shape"} {
		if !seen[key] {
			return h, fmt.Errorf("key %q is missing", key)
		}
	}
	if len(h.shape) > maxDimensions {
		return h, fmt.Errorf("%d dimensions, at most %d are read", len(h.shape), maxDimensions)
	}
	h.count = 1
	for _, n := range h.shape {
		if n == 0 {
			h.count = 0
			return h, nil
		}
	}
	for _, n := range h.shape {
		if h.count > maxItems/n {
			return h, fmt.Errorf("shape %v has more than %d items", h.shape, maxItems)
		}
		h.count *= n
	}
	return h, nil
}

// maxItems keeps products of a count and the size of an item within an int64.
const maxItems = math.MaxInt32

// literal reads the few Python literals of a header and keeps the first error.
type literal struct {
	rest string
	err  error
}

const blanks = " \t\r\n"

func (p *literal) accept(token string) bool {
	if p.err != nil {
		return false
	}
	rest, ok := strings.CutPrefix(strings.TrimLeft(p.rest, blanks), token)
	if ok {
		p.rest = rest
	}
	return ok
}

func (p *literal) expect(token string) {
	if p.err == nil && !p.accept(token) {
		p.err = fmt.Errorf("%q must follow at %q", token, p.rest)
	}
}

func (p *literal) string() string {
	for _, quote := range []string{"'", `"`, "u'", `u"`} { // Python 2 may write u'descr'
		if p.accept(quote) {
			s, rest, ok := strings.Cut(p.rest, quote[len(quote)-1:])
			if !ok || strings.Contains(s, `\`) {
				break
			}
			p.rest = rest
			return s
		}
	}
	if p.err == nil {
		p.err = fmt.Errorf("a string must follow at %q", p.rest)
	}
	return ""
}

func (p *literal) bool() bool {
	switch {
	case p.accept("True"):
		return true
	case p.accept("False"):
	case p.err == nil:
		p.err = fmt.Errorf("a truth value, True or False, must follow at %q", p.rest)
	}
	return false
}

func (p *literal) tuple() []int {
	var shape []int
	p.expect("(")
	for p.err == nil && !p.accept(")") {
		rest := strings.TrimLeft(p.rest, blanks)
		digits := len(rest) - len(strings.TrimLeft(rest, "0123456789"))
		n, err := strconv.ParseInt(rest[:digits], 10, 0)
		if err != nil || rest[0] == '0' && strings.Trim(rest[:digits], "0") != "" { // Python has no 01
			p.err = fmt.Errorf("a length below 2^63 must follow at %q", p.rest)
			break
		}
		shape, p.rest = append(shape, int(n)), rest[digits:]
		p.accept("L") // Python 2
		if !p.accept(",") {
			p.expect(")")
			if p.err == nil && len(shape) == 1 {
				p.err = fmt.Errorf("the shape is the number %d, must be a list: (%[1]d,)", n)
			}
			break
		}
	}
	return shape
}

func (p *literal) end() {
	if p.err == nil && strings.TrimSpace(p.rest) != "" {
		p.err = fmt.Errorf("%q follows its end", strings.TrimSpace(p.rest))
	}
}

// dtype is a type of NumPy that is read.
type dtype struct {
	order binary.ByteOrder
	kind  byte // f, i, u, b, U, S
	size  int  // of an item in bytes
}

// parseDtype reads a type as NumPy writes it: byte order, kind and size. Others leave
// the byte order out where it is that of the machine.
func parseDtype(descr string) (d dtype, err error) {
	unsupported := fmt.Errorf("dtype %q is not supported; float16, float32, float64, integers, bool and text are", descr)
	if strings.TrimLeft(descr, "|<>=") == "O" {
		return d, errors.New("dtype object: Python objects are not read, as reading them can run code; " +
			"save the array with a dtype of numbers or text")
	}
	if slices.Contains(numbers, descr) {
		descr = "=" + descr
	}
	if len(descr) < 3 {
		return d, unsupported
	}
	switch descr[0] {
	case '<', '|', '=': // NumPy writes < or > for =

		d.order = binary.LittleEndian
	case '>':
		d.order = binary.BigEndian
	default:
		return d, unsupported
	}
	n, err := strconv.ParseUint(descr[2:], 10, 24)
	if err != nil {
		return d, unsupported
	}
	d.kind, d.size = descr[1], int(n)
	switch {
	case d.kind == 'U':
		d.size *= 4
	case d.kind == 'S', slices.Contains(numbers, descr[1:]):
	default:
		return d, unsupported
	}
	return d, nil
}

var numbers = []string{"f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "b1"}
