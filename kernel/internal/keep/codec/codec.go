// Package codec writes Go values to bytes and reads them back as they were.
//
// Package encoding/gob, whose place it takes, is made for programs that agree
// on less than one type: it reads an empty slice back as nil, a pointer to a
// zero value as nil and -0 as 0, leaves out unexported fields without a word
// and refuses nil in a slice of pointers. JSON and CBOR do likewise, and do not
// know what type is in an interface. Here writer and reader have the same type
// (its name and the code behind it are in the key of a kept value), so that the
// format needs no description of itself:
//
//   - bool, float and complex values have their size, integers are varints;
//   - strings, and values that write themselves (time.Time, see
//     [canon.Marshaled]), are a length and bytes;
//   - slices and maps are 0 for nil, or their length plus 1 and their elements,
//     those of maps in the order of the bytes of their keys;
//   - pointers are 0 for nil, or 1 and what they point to;
//   - structs are their fields in order;
//   - interfaces are 0 for nil, or the number of a type and the value; a new
//     number is followed by the name of the type, as gob writes it: the types
//     must be known to [gob.Register].
package codec

import (
	"bytes"
	"encoding/binary"
	"encoding/gob"
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"

	"gomyogen/kernel/internal/keep/canon"
)

// Encode returns the bytes of v, which must not lead back to itself (see
// [canon.Check]). What cannot be written is an error that says where in v it
// is: a func, a channel, an unexported field that is not zero, an interface
// whose type is not registered, a map with NaN as a key, and what is deeper than
// [canon.Deepest].
func Encode(v reflect.Value) ([]byte, error) { return EncodeAtMost(v, math.MaxInt) }

// ErrTooLarge is the error of EncodeAtMost for values that take more bytes.
var ErrTooLarge = errors.New("it is too large")

// EncodeAtMost is [Encode] for values that take at most so many bytes, give or
// take an element. It does not write those that take more to the end.
func EncodeAtMost(v reflect.Value, limit int) ([]byte, error) {
	e := encoder{limit: limit, types: map[reflect.Type]uint64{}}
	err := e.value(v, nil)
	return e.b, err
}

type encoder struct {
	b     []byte
	limit int
	types map[reflect.Type]uint64 // numbers of those in interfaces, from 1
}

func (e *encoder) number(x uint64) { e.b = binary.AppendUvarint(e.b, x) }

func (e *encoder) float(x float64) { e.b = binary.LittleEndian.AppendUint64(e.b, math.Float64bits(x)) }

func (e *encoder) bytes(b []byte) {
	e.number(uint64(len(b)))
	e.b = append(e.b, b...)
}

func (e *encoder) value(v reflect.Value, path *canon.Path) error {
	if err := path.Check(); err != nil {
		return err
	}
	if b, ok, err := canon.Marshal(v); ok {
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		e.bytes(b)
		return nil
	}
	return e.content(v, path)
}

// content writes a value that does not write itself.
func (e *encoder) content(v reflect.Value, path *canon.Path) error {
	switch v.Kind() {
	case reflect.Bool:
		x := uint64(0)
		if v.Bool() {
			x = 1
		}
		e.number(x)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		e.b = binary.AppendVarint(e.b, v.Int())
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		e.number(v.Uint())
	case reflect.Float32, reflect.Float64:
		e.float(v.Float())
	case reflect.Complex64, reflect.Complex128:
		e.float(real(v.Complex()))
		e.float(imag(v.Complex()))
	case reflect.String:
		e.bytes([]byte(v.String()))
	case reflect.Array:
		return e.elements(v, path)
	case reflect.Slice:
		if v.IsNil() {
			e.number(0)
			return nil
		}
		e.number(uint64(v.Len()) + 1)
		return e.elements(v, path)
	case reflect.Map:
		return e.mapping(v, path)
	case reflect.Struct:
		return e.fields(v, path)
	case reflect.Pointer:
		if v.IsNil() {
			e.number(0)
			return nil
		}
		e.number(1)
		return e.value(v.Elem(), path.Inside())
	case reflect.Interface:
		return e.dynamic(v, path)
	default:
		if v.Kind() == reflect.UnsafePointer || !v.IsNil() {
			return fmt.Errorf("%s is a %s, which has no content to keep", path, v.Kind())
		}
		e.number(0)
	}
	return nil
}

func (e *encoder) elements(v reflect.Value, path *canon.Path) error {
	plain := canon.Plain(v.Type().Elem()) // signals have many elements: their type is looked at once
	if size := v.Len() * int(v.Type().Elem().Size()); plain && len(e.b)+size > e.limit {
		return ErrTooLarge
	} else if plain {
		e.b = slices.Grow(e.b, size)
	}
	for i := range v.Len() {
		if plain {
			_ = e.content(v.Index(i), nil) // never fails
			continue
		}
		if err := e.value(v.Index(i), path.Index(i)); err != nil {
			return err
		}
	}
	return nil
}

func (e *encoder) mapping(v reflect.Value, path *canon.Path) error {
	if v.IsNil() {
		e.number(0)
		return nil
	}
	type entry struct {
		written   []byte // of the key
		key, elem reflect.Value
	}
	var all []entry
	for it := v.MapRange(); it.Next(); {
		k := it.Key()
		if !k.Equal(k) {
			return fmt.Errorf("%s has the key %v, which nothing equals, itself neither", path, k)
		}
		// The numbers of types in keys must not depend on the order of the map.
		of := encoder{limit: e.limit, types: map[reflect.Type]uint64{}}
		if err := of.value(k, path.KeyOf()); err != nil {
			return err
		}
		all = append(all, entry{of.b, k, it.Value()})
	}
	slices.SortFunc(all, func(a, b entry) int { return bytes.Compare(a.written, b.written) })
	e.number(uint64(len(all)) + 1)
	for _, x := range all {
		where := path.Key(fmt.Sprint(x.key))
		if err := e.value(x.key, where); err != nil {
			return err
		}
		if err := e.value(x.elem, where); err != nil {
			return err
		}
	}
	return nil
}

// fields writes a struct. Its first byte is there so that nothing with a size
// has no bytes, by which the reader bounds lengths.
func (e *encoder) fields(v reflect.Value, path *canon.Path) error {
	e.number(1)
	for i := range v.NumField() {
		f := v.Type().Field(i)
		where := path.Field(f.Name)
		if !written(f) {
			if !v.Field(i).IsZero() {
				return fmt.Errorf("%s is not exported, so that it would be lost", where)
			}
			continue
		}
		if err := e.value(v.Field(i), where); err != nil {
			return err
		}
	}
	return nil
}

// written reports whether a field can be set by the reader. The exported fields
// of an embedded struct can, whatever its name.
func written(f reflect.StructField) bool {
	return f.IsExported() || f.Anonymous && f.Type.Kind() == reflect.Struct
}

func (e *encoder) dynamic(v reflect.Value, path *canon.Path) error {
	if v.IsNil() {
		e.number(0)
		return nil
	}
	v = v.Elem()
	n, ok := e.types[v.Type()]
	if !ok {
		n = uint64(len(e.types)) + 1
		e.types[v.Type()] = n
	}
	e.number(n)
	if !ok {
		name, err := typeName(v.Type())
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		e.bytes(name)
	}
	return e.value(v, path.Inside())
}

// typeName returns an interface that holds a value of type t as gob writes it:
// gob alone knows the types that programs have registered. What gob cannot
// write it cannot read either.
func typeName(t reflect.Type) ([]byte, error) {
	example := reflect.New(t).Elem()
	if t.Kind() == reflect.Pointer {
		example.Set(reflect.New(t.Elem())) // nil has no type for gob
	}
	box := example.Interface()
	var b bytes.Buffer
	if err := gob.NewEncoder(&b).Encode(&box); err != nil {
		return nil, fmt.Errorf("%w; gob.Register(x), with an x of this type, in a function init makes it known", err)
	}
	if back, err := namedType(b.Bytes()); err != nil || back != t {
		return nil, errors.Join(fmt.Errorf("gob knows %v as %v", t, back), err)
	}
	return b.Bytes(), nil
}

// namedType returns the type of the value in an interface that gob wrote.
func namedType(b []byte) (reflect.Type, error) {
	var box any
	err := gob.NewDecoder(bytes.NewReader(b)).Decode(&box)
	if err == nil && box == nil {
		err = errors.New("a type has no name")
	}
	return reflect.TypeOf(box), err
}

// Decode returns the value of type t that Encode wrote. Bytes that Encode did
// not write are an error or another value, in memory of the order of their
// number.
func Decode(b []byte, t reflect.Type) (reflect.Value, error) {
	v := reflect.New(t).Elem()
	d := decoder{b: b}
	if err := d.value(v, 0); err != nil {
		return v, err
	}
	if len(d.b) > 0 {
		return v, fmt.Errorf("%d bytes are left", len(d.b))
	}
	return v, nil
}

type decoder struct {
	b     []byte
	types []reflect.Type
}

var errCut = errors.New("the bytes end too early")

func (d *decoder) number() (uint64, error) {
	x, n := binary.Uvarint(d.b)
	if n <= 0 {
		return 0, errCut
	}
	d.b = d.b[n:]
	return x, nil
}

func (d *decoder) float() (float64, error) {
	if len(d.b) < 8 {
		return 0, errCut
	}
	x := math.Float64frombits(binary.LittleEndian.Uint64(d.b))
	d.b = d.b[8:]
	return x, nil
}

func (d *decoder) bytes() ([]byte, error) {
	n, err := d.number()
	if err != nil || n > uint64(len(d.b)) {
		return nil, errCut
	}
	b := d.b[:n]
	d.b = d.b[n:]
	return b, nil
}

func (d *decoder) value(v reflect.Value, depth int) error {
	if depth > canon.Deepest {
		return fmt.Errorf("more than %d values are in one another", canon.Deepest)
	}
	if v.CanInterface() && canon.Marshaled(v.Type()) {
		b, err := d.bytes()
		if err != nil {
			return err
		}
		return canon.Unmarshal(v, b)
	}
	return d.content(v, depth)
}

// content reads a value that does not read itself.
func (d *decoder) content(v reflect.Value, depth int) error {
	switch v.Kind() {
	case reflect.Bool:
		x, err := d.number()
		v.SetBool(x != 0)
		return err
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		x, n := binary.Varint(d.b)
		if n <= 0 || v.OverflowInt(x) {
			return fmt.Errorf("no %v where one must be", v.Type())
		}
		d.b = d.b[n:]
		v.SetInt(x)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		x, err := d.number()
		if err != nil || v.OverflowUint(x) {
			return fmt.Errorf("no %v where one must be", v.Type())
		}
		v.SetUint(x)
	case reflect.Float32, reflect.Float64:
		x, err := d.float()
		v.SetFloat(x)
		return err
	case reflect.Complex64, reflect.Complex128:
		re, err := d.float()
		if err != nil {
			return err
		}
		im, err := d.float()
		v.SetComplex(complex(re, im))
		return err
	case reflect.String:
		b, err := d.bytes()
		v.SetString(string(b))
		return err
	case reflect.Array:
		return d.elements(v, depth)
	case reflect.Slice:
		n, err := d.length(v.Type().Elem())
		if err != nil || n < 0 {
			return err
		}
		v.Set(reflect.MakeSlice(v.Type(), n, n))
		return d.elements(v, depth)
	case reflect.Map:
		return d.mapping(v, depth)
	case reflect.Struct:
		return d.fields(v, depth)
	case reflect.Pointer:
		there, err := d.number()
		if err != nil || there == 0 {
			return err
		}
		v.Set(reflect.New(v.Type().Elem()))
		return d.value(v.Elem(), depth+1)
	case reflect.Interface:
		return d.dynamic(v, depth)
	default:
		_, err := d.number()
		return err
	}
	return nil
}

// length returns the length of a slice or map, or -1 for nil. There are at
// least as many bytes as elements that take room.
func (d *decoder) length(elem reflect.Type) (int, error) {
	n, err := d.number()
	if err != nil || n == 0 {
		return -1, err
	}
	if n--; n > uint64(len(d.b)) && (elem.Size() > 0 || n > math.MaxInt32) {
		return -1, errCut
	}
	return int(n), nil
}

func (d *decoder) elements(v reflect.Value, depth int) error {
	read := d.value
	if canon.Plain(v.Type().Elem()) {
		read = d.content
	}
	for i := range v.Len() {
		if err := read(v.Index(i), depth+1); err != nil {
			return err
		}
	}
	return nil
}

func (d *decoder) mapping(v reflect.Value, depth int) error {
	n, err := d.length(v.Type().Key())
	if err != nil || n < 0 {
		return err
	}
	v.Set(reflect.MakeMap(v.Type()))
	for range n {
		key, elem := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		if err := d.value(key, depth+1); err != nil {
			return err
		}
		if err := d.value(elem, depth+1); err != nil {
			return err
		}
		if !key.Comparable() {
			return fmt.Errorf("a key holds a %v, which cannot be one", key.Type())
		}
		v.SetMapIndex(key, elem)
	}
	return nil
}

func (d *decoder) fields(v reflect.Value, depth int) error {
	if _, err := d.number(); err != nil {
		return err
	}
	for i := range v.NumField() {
		if !written(v.Type().Field(i)) {
			continue
		}
		if err := d.value(v.Field(i), depth+1); err != nil {
			return err
		}
	}
	return nil
}

func (d *decoder) dynamic(v reflect.Value, depth int) error {
	n, err := d.number()
	if err != nil || n == 0 {
		return err
	}
	switch next := uint64(len(d.types)) + 1; {
	case n > next:
		return fmt.Errorf("there is no type %d", n)
	case n == next:
		name, err := d.bytes()
		if err != nil {
			return err
		}
		t, err := namedType(name)
		if err != nil {
			return err
		}
		d.types = append(d.types, t)
	}
	t := d.types[n-1]
	if !t.AssignableTo(v.Type()) {
		return fmt.Errorf("a %v is where a %v must be", t, v.Type())
	}
	x := reflect.New(t).Elem()
	if err := d.value(x, depth+1); err != nil {
		return err
	}
	v.Set(x)
	return nil
}
