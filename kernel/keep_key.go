package kernel

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"gomyogen/kernel/internal/canon"
	"gomyogen/kernel/internal/code"
	"gomyogen/kernel/internal/store"
	"os"
	"reflect"
	"runtime"
	"slices"
	"strings"
)

// parts returns what the value is made from.
func (k *keeper) parts() ([]code.Part, error) {
	switch {
	case k.name == "":
		return nil, &code.RefusedError{Reason: "the value has no name"}
	case k.compute == nil:
		return nil, &code.RefusedError{Reason: "there is no function to compute it"}
	}
	parts, err := code.Reached(reflect.ValueOf(k.from).Pointer(), own)
	if err != nil {
		return nil, err
	}
	for i, in := range k.inputs {
		p, err := inputPart(i+1, in)
		if err != nil {
			return nil, &code.RefusedError{Reason: err.Error()}
		}
		parts = append(parts, p)
	}
	goes := runtime.Version() + " " + runtime.GOARCH
	of := k.typ.String()
	return append(parts, code.Part{Name: "Go", Sum: goes, Shown: goes}, code.Part{Name: "its type", Sum: of, Shown: of}), nil
}

// own is this package to the notebook's code: what shows how far a run is says
// nothing about its result.
var own = code.Package{Path: packagePath, Displays: []string{"Progress", "Sweep"}, Makers: []string{"Run"}}

// key returns the sum of parts.
func (k *keeper) key() (string, error) {
	parts, err := k.parts()
	return sumOf(parts), err
}

func sumOf(parts []code.Part) string {
	h := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(h, "%q %q\n", p.Name, p.Sum)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// keyer is a Value of any type.
type keyer interface{ key() (string, error) }

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

func inputPart(i int, in any) (code.Part, error) {
	p := code.Part{Name: fmt.Sprintf("input %d", i)}
	var err error
	switch in := in.(type) {
	case keyer:
		p.Sum, err = in.key()
	case File:
		var b []byte
		b, err = os.ReadFile(string(in))
		sum := sha256.Sum256(b)
		p.Sum = hex.EncodeToString(sum[:])
		p.Name += ", file " + string(in)
	default:
		p.Sum, err = canon.Sum(in)
		p.Shown = shown(in)
	}
	if err != nil {
		return p, fmt.Errorf("input %d: %w", i, err)
	}
	return p, nil
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
