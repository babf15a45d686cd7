package canon

import (
	"encoding"
	"encoding/gob"
	"fmt"
	"reflect"
	"time"
)

// Marshaled reports whether values of type t are written and read by their own
// methods: those of [encoding.BinaryMarshaler] and [encoding.BinaryUnmarshaler],
// or [gob.GobEncoder] and [gob.GobDecoder], as big.Int has them. Those of time.Time
// leave out the name of its zone, which [Marshal] adds.
//
// A struct that may have such methods from an embedded field does not count:
// they would write that field alone.
func Marshaled(t reflect.Type) bool {
	p := reflect.PointerTo(t)
	if t.Kind() == reflect.Pointer || t.Kind() == reflect.Interface || !marshals(p) {
		return false
	}
	if t.Kind() == reflect.Struct {
		for i := range t.NumField() {
			if f := t.Field(i); f.Anonymous && (marshals(f.Type) || marshals(reflect.PointerTo(f.Type))) {
				return false
			}
		}
	}
	return true
}

// marshals reports whether a pointer type has the methods.
func marshals(p reflect.Type) bool {
	return p.Implements(binaryMarshaler) && p.Implements(binaryUnmarshaler) || p.Implements(gobEncoder) && p.Implements(gobDecoder)
}

var (
	binaryMarshaler   = reflect.TypeFor[encoding.BinaryMarshaler]()
	binaryUnmarshaler = reflect.TypeFor[encoding.BinaryUnmarshaler]()
	gobEncoder        = reflect.TypeFor[gob.GobEncoder]()
	gobDecoder        = reflect.TypeFor[gob.GobDecoder]()
)

// Marshal returns what the methods of v write, if its type is [Marshaled]. The
// value of an unexported field cannot be asked.
func Marshal(v reflect.Value) (b []byte, ok bool, err error) {
	if !v.CanInterface() || !Marshaled(v.Type()) {
		return nil, false, nil
	}
	p := reflect.New(v.Type())
	p.Elem().Set(v)
	ok = true
	defer recovered(v.Type(), &err)
	switch m := p.Interface().(type) {
	case *time.Time:
		b, err = marshalTime(*m)
	case interface {
		encoding.BinaryMarshaler
		encoding.BinaryUnmarshaler
	}:
		b, err = m.MarshalBinary()
	case gob.GobEncoder:
		b, err = m.GobEncode()
	}
	return b, ok, err
}

// Unmarshal sets v, whose type is [Marshaled], to what [Marshal] wrote.
func Unmarshal(v reflect.Value, b []byte) (err error) {
	defer recovered(v.Type(), &err)
	switch m := v.Addr().Interface().(type) {
	case *time.Time:
		t, err := unmarshalTime(b)
		if err == nil {
			*m = t
		}
		return err
	case interface {
		encoding.BinaryMarshaler
		encoding.BinaryUnmarshaler
	}:
		return m.UnmarshalBinary(b)
	case gob.GobDecoder:
		return m.GobDecode(b)
	}
	panic("canon: it has no methods to read it")
}

// recovered makes a panic of a user's method an error: what a long cell computed must
// not be lost because it cannot be written.
func recovered(t reflect.Type, err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("the methods that write and read %v panic: %v", t, r)
	}
}
