// Package pickle reads MyoGen's pickled files.
//
// A pickle is a program that Python executes. [ReadFloats] executes nothing: it
// knows the few instructions with which joblib writes one array of numbers, and
// refuses all others. [ReadBlockUnsafe] lets Python run the pickle.
package pickle

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"

	"gomyogen/myogen/format/internal/regular"
	"gomyogen/myogen/format/python"
	"gomyogen/myogen/neo"
)

// ReadBlockUnsafe lets Python load the pickle at path, which can run whatever
// code is in it, with your rights: read only what you or people you trust have
// made. It takes a Block, a Segment, or signals and spike trains of Neo. It needs
// the Python environment that "go run ./install nwb" adds.
func ReadBlockUnsafe(ctx context.Context, path string) (*neo.Block, error) {
	b, err := python.Read(ctx, python.Task{Task: "read pickle", In: path})
	if err != nil {
		return nil, fmt.Errorf("pickle: %s: %w", path, err)
	}
	return b, nil
}

// ReadFloats reads the file at path, which joblib.dump wrote of one array of
// floats, such as MyoGen's thresholds.pkl, compressed by zlib or gzip or not. It
// executes nothing.
func ReadFloats(path string) ([]float64, error) {
	file, size, err := regular.Open(path)
	if err != nil {
		return nil, fmt.Errorf("pickle: %w", err)
	}
	defer file.Close()
	x, err := DecodeFloats(file, size)
	if err != nil {
		return nil, fmt.Errorf("pickle: %s: %w", path, err)
	}
	return x, nil
}

// The values on the stack are nil, bool, int64, string, []any for a tuple, dict,
// and what follows.
type (
	dict   map[string]any
	name   string // a class or function, "module name"
	mark   struct{}
	object struct { // an instance of a class
		class name
		args  []any
		state any
	}
)

// What may be named; the module moved in NumPy 2.
var (
	wrapper = name("joblib.numpy_pickle NumpyArrayWrapper")
	ndarray = name("numpy ndarray")
	dtype   = name("numpy dtype")
)

// machine reads instructions.
type machine struct {
	r     *counter
	size  int64
	stack []any
	memo  []any
	array []float64
	got   bool
}

// counter counts the bytes that were read.
type counter struct {
	*bufio.Reader
	n int64
}

func (c *counter) bytes(n int) ([]byte, error) {
	b := make([]byte, n)
	k, err := io.ReadFull(c.Reader, b)
	c.n += int64(k)
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return b, err
}

func (c *counter) byte() (byte, error) {
	b, err := c.bytes(1)
	return b[0], err
}

// maxUnpacked limits what a compressed pickle may grow to.
const maxUnpacked = 64 << 20

// unpack returns what is read where joblib.dump was told to compress.
func unpack(r *bufio.Reader, size int64) (*bufio.Reader, int64, error) {
	first, err := r.Peek(2)
	if err != nil {
		return nil, 0, fmt.Errorf("not a pickle: %w", err)
	}
	var z io.Reader
	switch {
	case first[0] == 0x80:
		return r, size, nil
	case first[0] == 0x78:
		z, err = zlib.NewReader(r)
	case first[0] == 0x1f && first[1] == 0x8b:
		z, err = gzip.NewReader(r)
	default:
		return nil, 0, errors.New("not a pickle, or one in a compression that is not read; write it with joblib.dump(x, path)")
	}
	if err != nil {
		return nil, 0, fmt.Errorf("not a pickle: %w", err)
	}
	text, err := io.ReadAll(io.LimitReader(z, maxUnpacked+1))
	if err != nil {
		return nil, 0, fmt.Errorf("the compressed pickle is damaged: %w", err)
	}
	if len(text) > maxUnpacked {
		return nil, 0, fmt.Errorf("the compressed pickle grows to more than %d bytes", maxUnpacked)
	}
	return bufio.NewReader(bytes.NewReader(text)), int64(len(text)), nil
}

// DecodeFloats reads a pickle of the given size; see [ReadFloats].
func DecodeFloats(r io.Reader, size int64) ([]float64, error) {
	in, size, err := unpack(bufio.NewReader(r), size)
	if err != nil {
		return nil, err
	}
	m := &machine{r: &counter{Reader: in}, size: size}
	if first, err := in.Peek(1); err != nil || first[0] != 0x80 {
		return nil, errors.New("not a pickle of joblib")
	}
	for {
		at := m.r.n
		op, err := m.r.byte()
		if err != nil {
			return nil, fmt.Errorf("byte %d: %w", at, err)
		}
		if op == '.' {
			if _, err := in.ReadByte(); err != io.EOF {
				return nil, fmt.Errorf("byte %d: something follows the end of the pickle", m.r.n)
			}
			break
		}
		if err := m.step(op); err != nil {
			return nil, fmt.Errorf("byte %d: instruction %q: %w", at, op, err)
		}
	}
	if o, ok := m.pop().(*object); !ok || o.class != wrapper || !m.got || len(m.stack) > 0 {
		return nil, errors.New("it does not hold one array")
	}
	return m.array, nil
}

func (m *machine) push(x any) { m.stack = append(m.stack, x) }

// pop returns the top of the stack, or a mark where there is none.
func (m *machine) pop() any {
	if len(m.stack) == 0 {
		return mark{}
	}
	x := m.stack[len(m.stack)-1]
	m.stack = m.stack[:len(m.stack)-1]
	return x
}

// sinceMark returns what is above the last mark, and takes both away.
func (m *machine) sinceMark() ([]any, error) {
	for i := len(m.stack) - 1; i >= 0; i-- {
		if _, ok := m.stack[i].(mark); ok {
			items := append([]any{}, m.stack[i+1:]...)
			m.stack = m.stack[:i]
			return items, nil
		}
	}
	return nil, errors.New("there is no mark")
}

const (
	maxStack = 1 << 10
	maxText  = 1 << 10
)

// step executes one instruction.
func (m *machine) step(op byte) error {
	if len(m.stack) > maxStack || len(m.memo) > maxStack {
		return errors.New("it holds more than one array")
	}
	number := func(n int) (uint64, error) {
		b, err := m.r.bytes(n)
		return binary.LittleEndian.Uint64(append(b, make([]byte, 8)...)), err
	}
	switch op {
	case 0x80: // PROTO
		v, err := m.r.byte()
		if err == nil && (v < 2 || v > 5) {
			err = fmt.Errorf("protocol %d; 2 to 5 are read", v)
		}
		return err
	case 0x95: // FRAME
		_, err := m.r.bytes(8)
		return err
	case '(':
		m.push(mark{})
	case 'N':
		m.push(nil)
	case 0x88, 0x89:
		m.push(op == 0x88)
	case 'K', 'M':
		v, err := number(int(map[byte]int{'K': 1, 'M': 2}[op]))
		m.push(int64(v))
		return err
	case 'J':
		v, err := number(4)
		m.push(int64(int32(v)))
		return err
	case 0x8a: // LONG1
		n, err := m.r.byte()
		if err != nil || n > 8 {
			return errors.Join(err, fmt.Errorf("an integer of %d bytes", n))
		}
		v, err := number(int(n))
		shift := 64 - 8*uint(n)
		m.push(int64(v<<shift) >> shift)
		return err
	case 'X', 0x8c, 'C', 'U': // BINUNICODE, SHORT_BINUNICODE, SHORT_BINBYTES, SHORT_BINSTRING
		n, err := number(map[byte]int{'X': 4, 0x8c: 1, 'C': 1, 'U': 1}[op])
		if err != nil || n > maxText {
			return errors.Join(err, fmt.Errorf("a text of %d bytes", n))
		}
		b, err := m.r.bytes(int(n))
		m.push(string(b))
		return err
	case 'c': // GLOBAL
		module, err1 := m.line()
		class, err2 := m.line()
		if err := errors.Join(err1, err2); err != nil {
			return err
		}
		return m.class(module, class)
	case 0x93: // STACK_GLOBAL
		class, ok1 := m.pop().(string)
		module, ok2 := m.pop().(string)
		if !ok1 || !ok2 {
			return errors.New("a name is not text")
		}
		return m.class(module, class)
	case ')':
		m.push([]any{})
	case 't':
		items, err := m.sinceMark()
		m.push(items)
		return err
	case 0x85, 0x86, 0x87: // TUPLE1, 2, 3
		n := int(op) - 0x84
		if len(m.stack) < n {
			return errors.New("the stack is empty")
		}
		items := append([]any{}, m.stack[len(m.stack)-n:]...)
		m.stack = m.stack[:len(m.stack)-n]
		m.push(items)
	case '}':
		m.push(dict{})
	case 's':
		value, key := m.pop(), m.pop()
		return m.set([]any{key, value})
	case 'u':
		items, err := m.sinceMark()
		if err != nil {
			return err
		}
		return m.set(items)
	case 0x94: // MEMOIZE
		return m.memoize(len(m.memo))
	case 'q', 'r':
		i, err := number(map[byte]int{'q': 1, 'r': 4}[op])
		if err != nil {
			return err
		}
		return m.memoize(int(i))
	case 'h', 'j':
		i, err := number(map[byte]int{'h': 1, 'j': 4}[op])
		if err != nil || i >= uint64(len(m.memo)) {
			return errors.Join(err, fmt.Errorf("there is no value %d", i))
		}
		m.push(m.memo[i])
	case 'R', 0x81: // REDUCE, NEWOBJ: nothing is called, the call is kept
		args, ok1 := m.pop().([]any)
		class, ok2 := m.pop().(name)
		if !ok1 || !ok2 || class == ndarray || op == 'R' && class != dtype || op == 0x81 && class != wrapper {
			return fmt.Errorf("it calls %q, which this reader does not do", class)
		}
		m.push(&object{class: class, args: args})
	case 'b': // BUILD
		state := m.pop()
		o, ok := m.pop().(*object)
		if !ok {
			return errors.New("no object to give a state")
		}
		o.state = state
		m.push(o)
		if o.class == wrapper {
			return m.readArray(o)
		}
	default:
		return errors.New("this reader does not know it; it reads joblib's pickle of one array of floats and executes nothing")
	}
	return nil
}

func (m *machine) line() (string, error) {
	var b strings.Builder
	for b.Len() <= maxText {
		c, err := m.r.byte()
		if err != nil || c == '\n' {
			return b.String(), err
		}
		b.WriteByte(c)
	}
	return "", errors.New("a name is too long")
}

func (m *machine) class(module, class string) error {
	n := name(module + " " + class)
	if n != wrapper && n != ndarray && n != dtype {
		return fmt.Errorf("it names %s.%s, which is not part of an array of floats", module, class)
	}
	m.push(n)
	return nil
}

func (m *machine) memoize(i int) error {
	if len(m.stack) == 0 || i > len(m.memo) {
		return errors.New("nothing to remember")
	}
	m.memo = append(m.memo[:i], m.stack[len(m.stack)-1])
	return nil
}

// set puts keys and values into the dict below them.
func (m *machine) set(items []any) error {
	if len(m.stack) == 0 || len(items)%2 != 0 {
		return errors.New("no dict")
	}
	d, ok := m.stack[len(m.stack)-1].(dict)
	if !ok {
		return errors.New("no dict")
	}
	for i := 0; i < len(items); i += 2 {
		key, ok := items[i].(string)
		if !ok {
			return fmt.Errorf("key %s is not text", words(items[i]))
		}
		d[key] = items[i+1]
	}
	return nil
}

// words returns a value for an error, without what it holds: a dict may hold itself, and
// a tuple of tuples may have more parts than there is memory.
func words(x any) string {
	switch x := x.(type) {
	case string:
		return fmt.Sprintf("%.60s", x)
	case nil:
		return "None"
	case bool, int64:
		return fmt.Sprint(x)
	case []any:
		return fmt.Sprintf("a tuple of %d", len(x))
	case dict:
		return "a dict"
	case *object:
		return fmt.Sprintf("an object of %s", x.class)
	case name:
		return string(x)
	}
	return "nothing"
}

// readArray reads the bytes that follow an array's description.
func (m *machine) readArray(o *object) error {
	if m.got {
		return errors.New("it holds more than one array")
	}
	state, _ := o.state.(dict)
	shape, ok := state["shape"].([]any)
	if !ok || state["subclass"] != ndarray {
		return errors.New("the array has no shape, or is of a class of its own")
	}
	if len(shape) != 1 {
		return fmt.Errorf("the array has %d dimensions, must have one", len(shape))
	}
	count, ok := shape[0].(int64)
	if !ok || count < 0 {
		return fmt.Errorf("the array has length %s", words(shape[0]))
	}
	width, order, err := format(state["dtype"])
	if err != nil {
		return err
	}
	if align, ok := state["numpy_array_alignment_bytes"].(int64); ok && align > 0 {
		padding, err := m.r.byte()
		if err != nil {
			return err
		}
		if _, err := m.r.bytes(int(padding)); err != nil {
			return err
		}
	}
	if left := m.size - m.r.n; count > left/int64(width) {
		return fmt.Errorf("the array claims %d numbers of %d bytes, the file has %d bytes left", count, width, left)
	}
	m.array = make([]float64, count)
	for i := range m.array {
		b, err := m.r.bytes(width)
		if err != nil {
			return err
		}
		if width == 4 {
			m.array[i] = float64(math.Float32frombits(order.Uint32(b)))
		} else {
			m.array[i] = math.Float64frombits(order.Uint64(b))
		}
	}
	m.got = true
	return nil
}

// format returns the size and byte order of floats.
func format(d any) (width int, order binary.ByteOrder, err error) {
	o, ok := d.(*object)
	if !ok || o.class != dtype || len(o.args) == 0 {
		return 0, nil, errors.New("the array has no dtype")
	}
	switch o.args[0] {
	case "f8":
		width = 8
	case "f4":
		width = 4
	default:
		return 0, nil, fmt.Errorf("the array has dtype %s, must have f8 or f4", words(o.args[0]))
	}
	state, _ := o.state.([]any)
	if len(state) < 2 {
		return 0, nil, errors.New("the dtype has no byte order")
	}
	switch state[1] {
	case "<":
		return width, binary.LittleEndian, nil
	case ">":
		return width, binary.BigEndian, nil
	}
	return 0, nil, fmt.Errorf("the dtype has byte order %s", words(state[1]))
}
