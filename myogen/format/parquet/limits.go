package parquet

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/parquet-go/parquet-go/encoding/thrift"
)

// The library allocates what a file claims: a footer of 4 GiB, a list of 2^31
// elements, a page of 2 GiB, a run of 2^31 values. These claims are compared
// with the size of the file first, here and in pages.go.

// MaxBytes and MaxRatio limit the memory of the frame that [Read] returns: it
// takes at most MaxBytes, and at most MaxRatio times the bytes of the file, or
// 64 MiB for a small one.
const (
	MaxBytes = 8 << 30
	MaxRatio = 1000
)

// budget returns the most memory that a file of a size may take.
func budget(size int64) int64 {
	return min(MaxBytes, max(64<<20, MaxRatio*min(size, MaxBytes)))
}

var (
	errFooter = errors.New("the length of its footer is not that of the file")
	errLength = errors.New("a length is beyond the end of the file")
)

// checkFooter checks the lengths in the footer of a file.
func checkFooter(r io.ReaderAt, size int64) error {
	const tail = 8 // length and magic
	if size < tail+4 {
		return errFooter
	}
	b := make([]byte, tail)
	if _, err := r.ReadAt(b, size-tail); err != nil {
		return err
	}
	n := int64(binary.LittleEndian.Uint32(b))
	if n > size-tail-4 {
		return errFooter
	}
	footer := make([]byte, n)
	if _, err := r.ReadAt(footer, size-tail-n); err != nil {
		return err
	}
	_, err := skip(footer, thrift.STRUCT, 0)
	return err
}

// skip returns what is behind a value of Thrift's compact protocol, and refuses
// lengths that the bytes do not have room for.
// https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
func skip(b []byte, t thrift.Type, depth int) ([]byte, error) {
	const deepest = 32
	if depth > deepest {
		return nil, errors.New("its metadata are nested too deeply")
	}
	switch t {
	case thrift.I16, thrift.I32, thrift.I64:
		_, b, err := uvarint(b)
		return b, err
	case thrift.DOUBLE:
		return after(b, 8)
	case thrift.TRUE, thrift.FALSE, thrift.I8: // a byte in lists and maps
		return after(b, 1)
	case thrift.BINARY:
		n, b, err := uvarint(b)
		if err != nil {
			return nil, err
		}
		return after(b, n)
	case thrift.LIST, thrift.SET:
		if len(b) == 0 {
			return nil, errLength
		}
		n, element := uint64(b[0]>>4), thrift.Type(b[0]&0xf)
		b = b[1:]
		if n == 0xf {
			var err error
			if n, b, err = uvarint(b); err != nil {
				return nil, err
			}
		}
		return skipElements(b, n, depth, element)
	case thrift.MAP:
		n, b, err := uvarint(b)
		if err != nil || n == 0 {
			return b, err
		}
		if len(b) == 0 {
			return nil, errLength
		}
		return skipElements(b[1:], n, depth, thrift.Type(b[0]>>4), thrift.Type(b[0]&0xf))
	case thrift.STRUCT:
		return skipFields(b, depth)
	}
	return nil, fmt.Errorf("its metadata have a value of the unknown type %d", t)
}

// skipElements skips n times a value of each of some types.
func skipElements(b []byte, n uint64, depth int, types ...thrift.Type) ([]byte, error) {
	if n > uint64(len(b)) { // each has a byte at least
		return nil, errLength
	}
	var err error
	for range n {
		for _, t := range types {
			if b, err = skip(b, t, depth+1); err != nil {
				return nil, err
			}
		}
	}
	return b, nil
}

func skipFields(b []byte, depth int) ([]byte, error) {
	for {
		if len(b) == 0 {
			return nil, errLength
		}
		delta, t := b[0]>>4, thrift.Type(b[0]&0xf)
		b = b[1:]
		if t == thrift.STOP {
			return b, nil
		}
		var err error
		if delta == 0 { // the number of the field stands alone
			if _, b, err = uvarint(b); err != nil {
				return nil, err
			}
		}
		if t == thrift.TRUE || t == thrift.FALSE { // the type is the value
			continue
		}
		if b, err = skip(b, t, depth+1); err != nil {
			return nil, err
		}
	}
}

func uvarint(b []byte) (uint64, []byte, error) {
	x, n := binary.Uvarint(b)
	if n <= 0 {
		return 0, nil, errLength
	}
	return x, b[n:], nil
}

func after(b []byte, n uint64) ([]byte, error) {
	if n > uint64(len(b)) {
		return nil, errLength
	}
	return b[n:], nil
}
