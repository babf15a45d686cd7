// Package canon compares Go values by content: equal content has an equal
// digest, whatever the order of maps and the addresses of pointers, in every
// process.
package canon

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash"
	"math"
	"reflect"
	"slices"
	"strconv"
)

// Sum returns a digest of the type and content of v, unexported fields
// included. A func, a channel or an unsafe pointer has no content: the error
// says where in v it is. So is what is deeper than [Deepest].
func Sum(v any) (string, error) {
	s := newSummer(map[visit]bool{})
	if err := s.value(reflect.ValueOf(v), nil); err != nil {
		return "", err
	}
	return hex.EncodeToString(s.sum()), nil
}

// Check returns an error that says where v holds something without content, as
// Sum does, or leads back to itself.
func Check(v any) error {
	s := newSummer(map[visit]bool{})
	s.acyclic = true
	return s.value(reflect.ValueOf(v), nil)
}

// visit is a pointer that is being followed.
type visit struct {
	at   uintptr
	what reflect.Type
}

type summer struct {
	h       hash.Hash
	buffer  []byte // what h has not seen yet
	inside  map[visit]bool
	acyclic bool // a cycle is an error
}

func newSummer(inside map[visit]bool) *summer { return &summer{h: sha256.New(), inside: inside} }

func (s *summer) sum() []byte {
	s.flush(0)
	return s.h.Sum(nil)
}

// flush hands the buffer over when it is longer than limit.
func (s *summer) flush(limit int) {
	if len(s.buffer) > limit {
		s.h.Write(s.buffer)
		s.buffer = s.buffer[:0]
	}
}

func (s *summer) text(t string) {
	s.number(uint64(len(t)))
	s.buffer = append(s.buffer, t...)
	s.flush(4096)
}

func (s *summer) number(x uint64) {
	s.buffer = binary.LittleEndian.AppendUint64(s.buffer, x)
	s.flush(4096)
}

// value adds v, which is at path in the whole value.
func (s *summer) value(v reflect.Value, path *Path) error {
	if !v.IsValid() {
		s.text("nil")
		return nil
	}
	if err := path.Check(); err != nil {
		return err
	}
	s.text(typeName(v.Type()))
	if b, ok, err := Marshal(v); ok {
		s.text(string(b))
		return err
	}
	return s.content(v, path)
}

// content adds what v holds; its type is known.
func (s *summer) content(v reflect.Value, path *Path) error {
	switch v.Kind() {
	case reflect.Bool:
		s.number(map[bool]uint64{true: 1}[v.Bool()])
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		s.number(uint64(v.Int()))
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		s.number(v.Uint())
	case reflect.Float32, reflect.Float64:
		s.number(math.Float64bits(v.Float()))
	case reflect.Complex64, reflect.Complex128:
		s.number(math.Float64bits(real(v.Complex())))
		s.number(math.Float64bits(imag(v.Complex())))
	case reflect.String:
		s.text(v.String())
	case reflect.Slice:
		s.number(uint64(v.Len()))
		if v.Len() == 0 {
			return nil
		}
		return s.once(v, path, s.elements)
	case reflect.Array:
		s.number(uint64(v.Len()))
		return s.elements(v, path)
	case reflect.Struct:
		for i := range v.NumField() {
			name := v.Type().Field(i).Name
			s.text(name)
			if err := s.value(v.Field(i), path.Field(name)); err != nil {
				return err
			}
		}
	case reflect.Map:
		if v.IsNil() {
			s.number(0)
			return nil
		}
		return s.once(v, path, s.mapping)
	case reflect.Interface:
		return s.value(v.Elem(), path.Inside())
	case reflect.Pointer:
		return s.pointer(v, path)
	default:
		if v.Kind() == reflect.Func && v.IsNil() || v.Kind() == reflect.Chan && v.IsNil() {
			return nil
		}
		return fmt.Errorf("%s is a %s, which has no content to compare", path, v.Kind())
	}
	return nil
}

func (s *summer) elements(v reflect.Value, path *Path) error {
	plain := Plain(v.Type().Elem())
	if plain && s.acyclic {
		return nil // nothing can be wrong with them, and the digest is not asked for
	}
	for i := range v.Len() {
		if !plain {
			if err := s.value(v.Index(i), path.Index(i)); err != nil {
				return err
			}
		} else if err := s.content(v.Index(i), path); err != nil {
			return err
		}
	}
	return nil
}

func (s *summer) pointer(v reflect.Value, path *Path) error {
	if v.IsNil() {
		s.text("nil")
		return nil
	}
	return s.once(v, path, func(v reflect.Value, path *Path) error { return s.value(v.Elem(), path.Inside()) })
}

// once adds a pointer, slice or map by follow, unless v is inside itself.
func (s *summer) once(v reflect.Value, path *Path, follow func(reflect.Value, *Path) error) error {
	here := visit{v.Pointer(), v.Type()}
	if s.inside[here] {
		if s.acyclic {
			return fmt.Errorf("%s leads back to itself", path)
		}
		s.text("cycle")
		return nil
	}
	s.inside[here] = true
	defer delete(s.inside, here)
	return follow(v, path)
}

// mapping adds the sums of the entries in their own order.
func (s *summer) mapping(v reflect.Value, path *Path) error {
	var sums [][]byte
	for it := v.MapRange(); it.Next(); {
		entry := newSummer(s.inside)
		entry.acyclic = s.acyclic
		where := path.Key("...")
		if k := it.Key(); k.Kind() == reflect.String {
			where = path.Key(strconv.Quote(k.String()))
		}
		if err := entry.value(it.Key(), where); err != nil {
			return err
		}
		if err := entry.value(it.Value(), where); err != nil {
			return err
		}
		sums = append(sums, entry.sum())
	}
	slices.SortFunc(sums, bytes.Compare)
	s.number(uint64(len(sums)))
	for _, sum := range sums {
		s.text(string(sum))
	}
	return nil
}

// Plain reports whether values of type t hold no others and do not write
// themselves. Signals have many of them: their type is looked at once.
func Plain(t reflect.Type) bool {
	return (t.Kind() <= reflect.Complex128 || t.Kind() == reflect.String) && !Marshaled(t)
}

func typeName(t reflect.Type) string {
	if t.Name() != "" {
		return t.PkgPath() + "." + t.Name()
	}
	return t.String()
}
