package kernel

import (
	"bytes"
	"cmp"
	"encoding/gob"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"sync"
	"time"

	"gomyogen/kernel/internal/keep/canon"
	"gomyogen/kernel/internal/keep/code"
	"gomyogen/kernel/internal/keep/store"
	"gomyogen/myogen"
)

// Value is a value that outlives the cell that computes it. Make it with Keep.
type Value[T any] struct{ *keeper }

// keeper is a Value of any type. What is generic is compiled anew in every cell,
// so there is little of it.
type keeper struct {
	name    string
	from    any // the function that computes it
	compute func() (any, error)
	typ     reflect.Type
	inputs  []any

	mu    sync.Mutex
	done  bool
	value any
	err   error
	made  origin
}

// Keep names a value and the function that computes it. Get computes it in the
// cell that first needs it; later cells, kernels and days read what was kept:
//
//	var run = kernel.Keep("descending drive", simulate)
//
//	%%
//	fmt.Println(run.Get().Simulated)
//
// It is computed again when, and only when, what it is made from has changed:
// the code of the function and every declaration of the notebook that this
// reaches, with types, methods and the packages of this module by content;
// the kept values that it got on the way, declared or made by Keep inside it,
// and their Files; the versions of other modules and of Go; and the inputs.
// Values that others get at the same time, or that top-level variables got
// before main began, count as got on the way. Comments, layout, added cells
// and the order of cells do not count. Inputs are values, compared by content;
// a File by that of the file, another Value by what it is made from. The clock,
// the environment and files are not code: what depends on them needs them as
// inputs.
//
// A function literal may use local variables when they are inputs too:
//
//	for _, peak := range []units.Rate{45, 65, 85} {
//		run := kernel.Keep(fmt.Sprint("peak ", peak), func() (*myogen.Result, error) { return simulate(peak) }, peak)
//		...
//	}
//
// A Progress or a Sweep, local or not, is no input and does not count.
//
// What cannot be told from the code is refused by name: other local variables,
// methods bound to a value, and top-level variables that are changed after
// their declaration - assigned, cleared, copied into, their address taken, or
// by a method that changes what it is called on. Not seen are changes through
// another name of the same slice, map or pointer, as by a function that gets
// it as an argument (slices.Sort), and by methods of modules other than the
// notebook's and the standard library.
//
// Values are written by encoding/gob and read back before they are kept: a
// value that does not survive this is not kept, and a line says why. Nor is a
// partial result of a stopped run, of which Run keeps the state, nor what was
// computed from one, or from a value that failed. They are in the folder
// .myogen beside the notebook, checksummed, ignored by git, 2 GiB at most (or
// the MiB of the environment variable MYOGEN_KEEP_MIB); the least recently
// used go first. Kept shows them, Forget removes them.
func Keep[T any](name string, compute func() (T, error), inputs ...any) *Value[T] {
	k := &keeper{name: name, typ: reflect.TypeFor[T](), inputs: inputs}
	if compute != nil {
		k.from, k.compute = compute, func() (any, error) { return compute() }
	}
	known.add(name, k)
	return &Value[T]{k}
}

// File is an input that counts by the content of the file at this path; so do
// the elements of a []File.
type File string

// Get returns the value: the kept one, or a new one, which it keeps. An error
// of the function ends the cell as Check does.
func (v *Value[T]) Get() T {
	value, _ := v.get().(T) // nil is of no type
	return value
}

// Load is Get for those who handle the error. Within a program it computes at
// most once.
func (v *Value[T]) Load() (T, error) {
	value, err := v.once()
	t, _ := value.(T) // nil is of no type
	return t, err
}

func (k *keeper) get() any {
	value, err := k.once()
	if err != nil {
		fail(err, place())
	}
	return value
}

func (k *keeper) once() (any, error) {
	if k == nil {
		return nil, errors.New("kernel: a Value that Keep did not make has none")
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if !k.done {
		k.value, k.err = k.load()
		k.done = true
		if k.err != nil {
			k.made.unsure = k.unsure("failed")
		}
	}
	known.used(k.made)
	return k.value, k.err
}

func (k *keeper) load() (any, error) {
	id, err := k.identity()
	var refused *code.RefusedError
	switch {
	case errors.As(err, &refused):
		return nil, fmt.Errorf("kernel: Keep %q: %w", k.name, err)
	case err != nil:
		v, computeErr := k.compute()
		k.made.unsure = k.unsure("cannot be kept")
		k.notice("not kept: %v", err)
		return v, computeErr
	}
	h := store.Header{Name: k.name, Key: id.key, Type: k.typ.String(), Parts: id.parts}
	k.made.add(origin{values: []store.Source{{Name: h.Name, Sum: h.Key}}, files: id.files})
	folder, err := keepFolder()
	if err != nil {
		return nil, err
	}
	old, b, err := folder.Load(h.Name, h.Key)
	switch {
	case err == nil:
		var v any
		if v, err = k.decode(b); err == nil {
			if h.Why = known.outdated(old); h.Why == "" {
				k.made.add(origin{values: old.Values, files: old.Files})
				return v, nil
			}
			break
		}
		fallthrough
	case !errors.Is(err, os.ErrNotExist):
		k.notice("computed again: %v", err)
		h.Why = "its file was damaged"
	default:
		h.Why = reason(folder, h)
	}
	return k.make(folder, h)
}

// make computes the value and keeps it.
func (k *keeper) make(folder store.Folder, h store.Header) (any, error) {
	h.Made = time.Now()
	from, stop := known.watch()
	v, err := k.compute()
	stop()
	h.Took, h.Values, h.Files = time.Since(h.Made), from.values, from.files
	k.made.add(*from)
	if err != nil {
		return v, err
	}
	if p, ok := v.(interface{ Partial() bool }); ok && p.Partial() {
		k.made.unsure = k.unsure("is partial")
		r, _ := v.(*myogen.Result)
		if _, said := goesOn.Load(r); !said {
			k.notice("partial, so it is not kept; the next cell that needs it computes it")
		}
		return v, nil
	}
	if from.unsure != "" {
		k.notice("not kept: %s; the next cell that needs it computes it", from.unsure)
		return v, nil
	}
	b, err := k.encode(v)
	if err == nil {
		err = folder.Save(h, b)
	}
	if err != nil {
		k.notice("not kept: %v", err)
	}
	return v, nil
}

// unsure says why others are not kept that may be computed from this value.
func (k *keeper) unsure(why string) string {
	return fmt.Sprintf("it may be computed from the value %q, which %s", k.name, why)
}

func (k *keeper) notice(format string, args ...any) {
	fmt.Fprintf(os.Stderr, "kernel: value %q: %s\n", k.name, fmt.Sprintf(format, args...))
}

// encode writes a value and makes sure that it can be read back.
func (k *keeper) encode(v any) ([]byte, error) {
	if err := canon.Check(v); err != nil {
		return nil, err
	}
	box := k.box()
	if v != nil {
		box.Elem().Field(0).Set(reflect.ValueOf(v))
	}
	var b bytes.Buffer
	if err := gob.NewEncoder(&b).EncodeValue(box); err != nil {
		return nil, err
	}
	back, err := k.decode(b.Bytes())
	if err != nil {
		return nil, err
	}
	if where := canon.Diff(v, back); where != "" {
		return nil, fmt.Errorf("it does not survive encoding/gob: %s", where)
	}
	return b.Bytes(), nil
}

func (k *keeper) decode(b []byte) (any, error) {
	box := k.box()
	err := gob.NewDecoder(bytes.NewReader(b)).DecodeValue(box)
	return box.Elem().Field(0).Interface(), err
}

// box returns a pointer to a struct that holds a value of the type: gob does
// not write nil and zero by themselves.
func (k *keeper) box() reflect.Value {
	return reflect.New(reflect.StructOf([]reflect.StructField{{Name: "Value", Type: k.typ}}))
}

// keepFolder is the folder of kept values.
func keepFolder() (store.Folder, error) {
	dir := cmp.Or(os.Getenv("MYOGEN_NOTEBOOK_DIR"), ".")
	f := store.Folder{Path: filepath.Join(dir, ".myogen")}
	if s := os.Getenv("MYOGEN_KEEP_MIB"); s != "" {
		mib, err := strconv.ParseInt(s, 10, 32)
		if err != nil || mib < 1 {
			return f, fmt.Errorf("kernel: MYOGEN_KEEP_MIB is %q, must be a whole number of MiB, at least 1", s)
		}
		f.Limit = mib << 20
	}
	return f, nil
}
