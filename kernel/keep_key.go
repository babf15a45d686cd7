package kernel

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

// identity is what a value is made from, as far as code and inputs tell.
type identity struct {
	parts []code.Part
	key   string         // their sum
	files []store.Source // of the inputs, and of the inputs of those that are values
}

// identified is a Value of any type.
type identified interface{ identity() (identity, error) }

func (k *keeper) identity() (id identity, err error) {
	switch {
	case k.name == "":
		return id, &code.RefusedError{Reason: "the value has no name"}
	case k.compute == nil:
		return id, &code.RefusedError{Reason: "there is no function to compute it"}
	}
	if id.parts, err = code.Reached(reflect.ValueOf(k.from).Pointer(), own); err != nil {
		return id, err
	}
	for i, in := range k.inputs {
		if err := id.input(i+1, in); err != nil {
			return id, &code.RefusedError{Reason: fmt.Sprintf("input %d: %v", i+1, err)}
		}
	}
	goes := runtime.Version() + " " + runtime.GOARCH
	of := k.typ.String()
	id.parts = append(id.parts, code.Part{Name: "Go", Sum: goes, Shown: goes}, code.Part{Name: "its type", Sum: of, Shown: of}, code.Part{Name: "the way values are kept", Sum: way})
	id.key = sumOf(id.parts)
	return id, nil
}

// way changes when values kept by earlier versions must not be used.
const way = "2"

// own is this package to the notebook's code: what shows how far a run is says
// nothing about its result.
var own = code.Package{Path: packagePath, Displays: []string{"Progress", "Sweep"}, Makers: []string{"Run"}}

func sumOf(parts []code.Part) string {
	h := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(h, "%q %q\n", p.Name, p.Sum)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// shown returns the text of a number, a name or what else says itself in a few
// letters.
func shown(in any) string {
	k := reflect.ValueOf(in).Kind()
	_, says := in.(fmt.Stringer)
	if !says && k != reflect.String && (k < reflect.Bool || k > reflect.Complex128) {
		return ""
	}
	if text := fmt.Sprint(in); len(text) <= 40 {
		return text
	}
	return ""
}

// input adds an input, counted from 1.
func (id *identity) input(i int, in any) error {
	p := code.Part{Name: fmt.Sprintf("input %d", i)}
	var err error
	switch in := in.(type) {
	case identified:
		var of identity
		of, err = in.identity()
		p.Sum, id.files = of.key, append(id.files, of.files...)
	case File:
		return id.file(p.Name, in)
	case []File:
		for _, f := range in {
			err = errors.Join(err, id.file(p.Name, f))
		}
		return err
	default:
		p.Sum, err = canon.Sum(in)
		p.Shown = shown(in)
	}
	id.parts = append(id.parts, p)
	return err
}

func (id *identity) file(input string, f File) error {
	sum, err := fileSum(string(f))
	id.parts = append(id.parts, code.Part{Name: input + ", file " + string(f), Sum: sum})
	id.files = append(id.files, store.Source{Name: string(f), Sum: sum})
	return err
}

// reason compares what a value is made from with its last version.
func reason(folder store.Folder, h store.Header) string {
	all, err := folder.List()
	if err != nil {
		return "first time"
	}
	i := slices.IndexFunc(all, func(e store.Entry) bool { return e.Name == h.Name && e.Type != stoppedType && e.Damage == nil })
	if i < 0 {
		return "first time"
	}
	return differences(all[i].Parts, h.Parts)
}

// differences tells in words how parts differ.
func differences(from, to []code.Part) string {
	before := map[string]code.Part{}
	for _, p := range from {
		before[p.Name] = p
	}
	var all []string
	for _, p := range to {
		old, ok := before[p.Name]
		delete(before, p.Name)
		switch {
		case !ok:
			all = append(all, p.Name+" is new")
		case old.Sum != p.Sum && old.Shown != "" && p.Shown != "" && old.Shown != p.Shown:
			all = append(all, fmt.Sprintf("%s: %s, was %s", p.Name, p.Shown, old.Shown))
		case old.Sum != p.Sum:
			all = append(all, p.Name+" changed")
		}
	}
	for _, p := range from {
		if _, ok := before[p.Name]; ok {
			all = append(all, p.Name+" is gone")
		}
	}
	if n := len(all); n > 3 {
		all = append(all[:3], fmt.Sprintf("and %d more", n-3))
	}
	return strings.Join(all, "; ")
}
