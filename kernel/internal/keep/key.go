package keep

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"reflect"
	"runtime"
	"slices"
	"strings"

	"gomyogen/kernel/internal/keep/canon"
	"gomyogen/kernel/internal/keep/code"
	"gomyogen/kernel/internal/keep/store"
)

// identity identifies a value by its code and inputs.
type identity struct {
	parts []code.Part
	key   string         // digest of parts
	files []store.Source // that are inputs, of it or of inputs that are values
}

// formatVersion changes when values that earlier versions kept must not be read.
const formatVersion = "4"

// identity returns the identity, or a [code.RefusedError] that names the part of
// the code or the input on which the value may depend in a way that cannot be seen.
func (k *Value) identity() (id identity, err error) {
	switch {
	case k == nil:
		return id, &code.RefusedError{Reason: "the value was not made by Keep"}
	case k.name == "":
		return id, &code.RefusedError{Reason: "the value has no name"}
	case k.source == nil:
		return id, &code.RefusedError{Reason: "there is no function to compute it"}
	}
	if err := code.Unchanged(k.stack, k.values.Own); err != nil {
		return id, err
	}
	if id.parts, err = code.Reached(reflect.ValueOf(k.source).Pointer(), k.values.Own); err != nil {
		return id, err
	}
	for i, in := range k.inputs {
		if err := k.input(&id, i+1, in); err != nil {
			return id, &code.RefusedError{Reason: fmt.Sprintf("input %d: %v", i+1, err)}
		}
	}
	if k.parts != nil {
		more, err := k.parts()
		if err != nil {
			return id, partsError{err}
		}
		id.parts = append(id.parts, more...)
	}
	build, of := runtime.Version()+" "+runtime.GOARCH, k.typ.String()
	id.parts = append(id.parts, code.Part{Name: "Go", Sum: build, Shown: build}, code.Part{Name: "its type", Sum: of, Shown: of},
		code.Part{Name: "the format of kept values", Sum: formatVersion})
	id.key = digest(id.parts)
	return id, nil
}

func digest(parts []code.Part) string {
	h := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(h, "%q %q\n", p.Name, p.Sum)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// input adds input i, counted from 1.
func (k *Value) input(id *identity, i int, in any) error {
	p := code.Part{Name: fmt.Sprintf("input %d", i)}
	var err error
	switch in := in.(type) {
	case *Value:
		var of identity
		of, err = in.identity()
		p.Sum, id.files = of.key, append(id.files, of.files...)
	case File:
		return k.file(id, p.Name, in)
	case []File:
		for _, f := range in {
			err = errors.Join(err, k.file(id, p.Name, f))
		}
		return err
	default:
		p.Sum, err = canon.Sum(in)
		p.Shown = shown(in)
	}
	id.parts = append(id.parts, p)
	return err
}

func (k *Value) file(id *identity, input string, f File) error {
	sum, err := k.values.files.sum(string(f))
	id.parts = append(id.parts, code.Part{Name: input + ", file " + string(f), Sum: sum})
	id.files = append(id.files, store.Source{Name: string(f), Sum: sum})
	return err
}

// shown returns the text of a number, a string or a Stringer, if it is short.
func shown(in any) string {
	kind := reflect.ValueOf(in).Kind()
	_, says := in.(fmt.Stringer)
	if !says && kind != reflect.String && (kind < reflect.Bool || kind > reflect.Complex128) {
		return ""
	}
	if text := fmt.Sprint(in); len(text) <= 40 {
		return text
	}
	return ""
}

// reason compares what a value is made from with the last version that this
// notebook kept.
func (v *Values) reason(folder store.Folder, h store.Header) string {
	const first = "first time"
	all, err := folder.List()
	if err != nil {
		return first
	}
	i := slices.IndexFunc(all, func(e store.Entry) bool {
		return e.Name == h.Name && e.Type != CheckpointType && e.Damage == nil && v.Mine(e.Header)
	})
	if i < 0 {
		return first
	}
	if all[i].Key == h.Key+partialKey {
		return "it was partial"
	}
	return differences(all[i].Parts, h.Parts)
}

// differences says in words how parts have changed.
func differences(before, now []code.Part) string {
	left := map[string]code.Part{}
	for _, p := range before {
		left[p.Name] = p
	}
	var all []string
	for _, p := range now {
		old, ok := left[p.Name]
		delete(left, p.Name)
		switch {
		case !ok:
			all = append(all, p.Name+" is new")
		case old.Sum != p.Sum && old.Shown != "" && p.Shown != "" && old.Shown != p.Shown:
			all = append(all, fmt.Sprintf("%s: %s, was %s", p.Name, p.Shown, old.Shown))
		case old.Sum != p.Sum:
			all = append(all, p.Name+" changed")
		}
	}
	for _, p := range before {
		if _, ok := left[p.Name]; ok {
			all = append(all, p.Name+" is gone")
		}
	}
	if n := len(all); n > 3 {
		all = append(all[:3], fmt.Sprintf("and %d more", n-3))
	}
	return strings.Join(all, "; ")
}
