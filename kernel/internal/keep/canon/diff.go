package canon

import (
	"fmt"
	"math"
	"reflect"
)

// Diff returns the first place where b, which is of the type of a, differs from
// a, or "". It is stricter than reflect.DeepEqual: nil and empty slices and maps
// differ, and so do 0 and -0. All NaNs are equal.
func Diff(a, b any) string {
	d := differ{seen: map[visit]bool{}}
	return d.value(reflect.ValueOf(a), reflect.ValueOf(b), nil)
}

type differ struct{ seen map[visit]bool }

func (d differ) value(a, b reflect.Value, path *Path) string {
	if !a.IsValid() || !b.IsValid() {
		if a.IsValid() != b.IsValid() {
			return fmt.Sprintf("%s is there in one only", path)
		}
		return ""
	}
	if err := path.Check(); err != nil {
		return err.Error()
	}
	if a.Type() != b.Type() {
		return fmt.Sprintf("%s is a %v and a %v", path, a.Type(), b.Type())
	}
	if x, ok, err := Marshal(a); ok && err == nil {
		if y, _, err := Marshal(b); err == nil && string(x) == string(y) {
			return ""
		}
		return path.String() + " differs"
	}
	return d.content(a, b, path)
}

// content compares values of one type.
func (d differ) content(a, b reflect.Value, path *Path) string {
	if k := a.Kind(); (k == reflect.Slice || k == reflect.Map) && a.IsNil() != b.IsNil() {
		return fmt.Sprintf("%s is nil in one only", path)
	}
	switch a.Kind() {
	case reflect.Float32, reflect.Float64:
		if !sameFloat(a.Float(), b.Float()) {
			return fmt.Sprintf("%s is %v and %v", path, a.Float(), b.Float())
		}
	case reflect.Complex64, reflect.Complex128:
		if x, y := a.Complex(), b.Complex(); !sameFloat(real(x), real(y)) || !sameFloat(imag(x), imag(y)) {
			return fmt.Sprintf("%s is %v and %v", path, x, y)
		}
	case reflect.Slice, reflect.Array:
		if a.Len() != b.Len() {
			return fmt.Sprintf("%s has %d and %d elements", path, a.Len(), b.Len())
		}
		plain := Plain(a.Type().Elem())
		for i := range a.Len() {
			if plain && d.content(a.Index(i), b.Index(i), nil) == "" {
				continue // without the path: signals have many
			}
			if s := d.value(a.Index(i), b.Index(i), path.Index(i)); s != "" {
				return s
			}
		}
	case reflect.Struct:
		for i := range a.NumField() {
			if s := d.value(a.Field(i), b.Field(i), path.Field(a.Type().Field(i).Name)); s != "" {
				return s
			}
		}
	case reflect.Map:
		return d.mapping(a, b, path)
	case reflect.Interface, reflect.Pointer:
		return d.indirect(a, b, path)
	case reflect.Func, reflect.Chan, reflect.UnsafePointer:
		if !a.IsZero() || !b.IsZero() {
			return fmt.Sprintf("%s is a %s", path, a.Kind())
		}
	default:
		if !a.Equal(b) {
			return fmt.Sprintf("%s is %v and %v", path, a, b)
		}
	}
	return ""
}

func (d differ) mapping(a, b reflect.Value, path *Path) string {
	if a.Len() != b.Len() {
		return fmt.Sprintf("%s has %d and %d entries", path, a.Len(), b.Len())
	}
	for it := a.MapRange(); it.Next(); {
		where := path.Key(fmt.Sprint(it.Key()))
		other := b.MapIndex(it.Key())
		if !other.IsValid() {
			return where.String() + " is there in one only"
		}
		if s := d.value(it.Value(), other, where); s != "" {
			return s
		}
	}
	return ""
}

func (d differ) indirect(a, b reflect.Value, path *Path) string {
	if a.IsNil() || b.IsNil() {
		if a.IsNil() != b.IsNil() {
			return fmt.Sprintf("%s is nil in one only", path)
		}
		return ""
	}
	if a.Kind() == reflect.Pointer {
		here := visit{a.Pointer(), a.Type()}
		if d.seen[here] {
			return ""
		}
		d.seen[here] = true
	}
	return d.value(a.Elem(), b.Elem(), path.Inside())
}

func sameFloat(x, y float64) bool {
	return x == y && math.Signbit(x) == math.Signbit(y) || math.IsNaN(x) && math.IsNaN(y)
}
