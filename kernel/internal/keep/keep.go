package keep

import (
	"errors"
	"fmt"
	"math"
	"os"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"time"

	"gomyogen/kernel/internal/keep/canon"
	"gomyogen/kernel/internal/keep/code"
	"gomyogen/kernel/internal/keep/codec"
	"gomyogen/kernel/internal/keep/store"
)

// Value is a value that outlives the program that computes it.
type Value struct {
	by      string // the function of package kernel that declares it: "Run"
	values  *Values
	name    string
	typ     reflect.Type
	source  any // the function, whose code counts
	compute func() (any, error)
	inputs  []any
	parts   func() ([]code.Part, error) // that count besides code and inputs; nil is none
	stack   []uintptr                   // of the declaration, where parts are what it was given

	mu    sync.Mutex
	done  bool
	value any
	err   error
	made  origin
}

// Declare names a value of type typ. source is the function that computes it,
// nil if there is none, and compute calls it. Inputs count by content; a [File]
// by that of the file, a *[Value] by its key.
func (v *Values) Declare(name string, typ reflect.Type, source any, compute func() (any, error), inputs ...any) *Value {
	k := &Value{by: "Keep", values: v, name: name, typ: typ, source: source, compute: compute, inputs: inputs}
	v.add(k)
	return k
}

// DeclareWith is Declare, on behalf of a function of package kernel, for a value
// that is made from parts that it can list. An error of parts is the error of the
// value. If it initialises a top-level variable, it is refused where a variable
// that it uses is changed later on.
func (v *Values) DeclareWith(by, name string, typ reflect.Type, source any, compute func() (any, error), parts func() ([]code.Part, error)) *Value {
	k := &Value{by: by, values: v, name: name, typ: typ, source: source, compute: compute, parts: parts, stack: make([]uintptr, 64)}
	k.stack = k.stack[:runtime.Callers(2, k.stack)]
	v.add(k)
	return k
}

// Name returns the name of the value.
func (k *Value) Name() string { return k.name }

// partsError is an error of what a value is made from.
type partsError struct{ error }

// Get returns the value: the kept one, or a new one, which is kept. In one
// program it is computed at most once, and an error stays.
func (k *Value) Get() (any, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if !k.done {
		k.value, k.err = k.load()
		k.done = true
		if k.err != nil {
			k.made.doubt = k.doubt("failed")
		}
	}
	k.values.use(k.made)
	return k.value, k.err
}

// Peek returns what there is of the value without computing anything: the
// complete value or, if the stop button cut it short, what there was then.
// partial says what is missing of it, and is empty for a complete value. Without
// either ok is false. What code and inputs do not tell, and a bad setting, are
// errors as for Get.
func (k *Value) Peek() (value any, partial string, ok bool, err error) {
	if k.mu.TryLock() { // else it is being computed, and not there yet
		defer k.mu.Unlock()
		if k.done && k.err == nil {
			k.values.use(k.made)
			return k.value, k.made.partial, true, nil
		}
	}
	id, err := k.identity()
	var parts partsError
	switch {
	case errors.As(err, &parts):
		return nil, "", false, parts.error
	case err != nil:
		return nil, "", false, k.refusal(err)
	}
	folder, err := Folder()
	if err != nil {
		return nil, "", false, err
	}
	for _, key := range []string{id.key, id.key + partialKey} {
		value, h, err := k.read(folder, key)
		if err == nil {
			o := k.origin(id)
			o.add(origin{values: h.Values, files: h.Files, partial: h.Partial})
			if h.Done != 0 {
				o.missing = map[string]float64{h.Partial: -h.Done}
			}
			k.values.use(o)
			return value, h.Partial, true, nil
		}
		if !errors.Is(err, os.ErrNotExist) && !errors.Is(err, errOutdated) {
			k.notice("%v", err)
		}
	}
	k.values.use(origin{doubt: k.doubt("was not there")})
	return nil, "", false, nil
}

// partialKey ends the key of a partial value.
const partialKey = " partial"

// refusal is an error of code and inputs as the user sees it.
func (k *Value) refusal(err error) error { return fmt.Errorf("kernel: %s %q: %w", k.by, k.name, err) }

func (k *Value) load() (any, error) {
	id, err := k.identity()
	var refused *code.RefusedError
	var parts partsError
	switch {
	case errors.As(err, &parts):
		return nil, parts.error
	case errors.As(err, &refused):
		return nil, k.refusal(err)
	case err != nil:
		v, computeErr := k.compute()
		k.made.doubt = k.doubt("cannot be kept")
		k.notice("not kept: %v", err)
		return v, computeErr
	}
	k.made = k.origin(id)
	folder, err := Folder()
	if err != nil {
		return nil, err
	}
	h := store.Header{Name: k.name, Key: id.key, Type: k.typ.String(), Notebook: k.values.Notebook, Parts: id.parts}
	v, old, err := k.read(folder, h.Key)
	var outdated *outdatedError
	var foreign *store.ForeignError
	switch {
	case err == nil:
		k.made.add(origin{values: old.Values, files: old.Files})
		return v, nil
	case errors.As(err, &outdated):
		h.Why = outdated.what
	case errors.Is(err, os.ErrNotExist):
		h.Why = k.values.reason(folder, h)
	case folder.Usable() != nil:
		h.Why = "its file cannot be read" // Save says why
	default:
		k.notice("computed again: %v", err)
		h.Why = "its file was damaged"
		if errors.As(err, &foreign) {
			h.Why = "its file was not made here"
		}
	}
	return k.make(folder, h)
}

// origin returns the dependencies of the value that its code and inputs give.
func (k *Value) origin(id identity) origin {
	return origin{values: []store.Source{{Name: k.name, Sum: id.key}}, files: id.files}
}

// outdatedError reports that something has changed that a value used.
type outdatedError struct{ what string }

func (e *outdatedError) Error() string { return e.what }

func (e *outdatedError) Is(target error) bool { return target == errOutdated }

var errOutdated = errors.New("outdated")

// read reads the value with a key.
func (k *Value) read(folder store.Folder, key string) (any, store.Header, error) {
	h, b, err := folder.Load(k.name, key)
	if err != nil {
		return nil, h, err
	}
	v, err := k.decode(b)
	if err != nil {
		return nil, h, err
	}
	if why := k.values.outdated(h); why != "" {
		return nil, h, &outdatedError{why}
	}
	return v, h, nil
}

// make computes the value and keeps it.
func (k *Value) make(folder store.Folder, h store.Header) (any, error) {
	h.Made = time.Now()
	used, stop := k.values.watch()
	v, err := k.compute()
	stop()
	h.Took, h.Values, h.Files = time.Since(h.Made), used.values, used.files
	if p, ok := v.(interface{ Partial() bool }); ok && err == nil && used.partial == "" && p.Partial() {
		used.partial = fmt.Sprintf("value %q is partial", k.name)
	}
	k.made.add(*used)
	h.Partial = used.partial
	switch {
	case err != nil:
		return v, err
	case used.doubt != "":
		k.notice("not kept: %s; the next cell that needs it computes it", used.doubt)
		return v, nil
	case h.Partial != "":
		h.Key += partialKey
		h.Why, h.Done = "partial: "+h.Partial, used.done()
		if further, ok := k.further(folder, h); ok {
			if !used.told {
				k.notice("partial (%s), and not kept: another program %s", h.Partial, further)
			}
			return v, nil
		}
	}
	limit := math.MaxInt
	if h.Partial != "" {
		limit = maxPartial
	}
	b, back, err := k.encode(v, limit)
	if err == nil {
		err = folder.Save(h, b)
	}
	switch {
	case err != nil:
		k.notice("not kept: %v", err)
		return v, nil
	case h.Partial == "":
		if err := folder.Remove(k.name, h.Key+partialKey); err != nil {
			k.notice("its partial value stays: %v", err)
		}
	case !used.told:
		k.notice("partial (%s): Peek returns it, the next Get computes it", h.Partial)
	}
	return back, nil
}

// further reports whether another program has kept more of a value than a partial one
// with this header, and says what: of two that compute it at once, the value of the one
// that is further stays.
func (k *Value) further(folder store.Folder, partial store.Header) (what string, ok bool) {
	for _, key := range []string{strings.TrimSuffix(partial.Key, partialKey), partial.Key} {
		h, err := folder.Header(k.name, key)
		switch {
		case err != nil || k.values.outdated(h) != "": // none, or none that can be read
		case h.Partial == "":
			return "has kept the whole value", true
		case h.Done > partial.Done:
			return "is further (" + h.Partial + ")", true
		}
	}
	return "", false
}

// doubt says why others are not kept that may be computed from this value.
func (k *Value) doubt(why string) string {
	return fmt.Sprintf("it may be computed from the value %q, which %s", k.name, why)
}

func (k *Value) notice(format string, args ...any) {
	fmt.Fprintf(os.Stderr, "kernel: value %q: %s\n", k.name, fmt.Sprintf(format, args...))
}

// maxPartial is the number of bytes up to which a partial value is kept: a cell
// has few seconds after the stop button, and they are for its figures.
const maxPartial = 128 << 20

// encode writes a value, and returns it as it is read back.
func (k *Value) encode(v any, limit int) (b []byte, back any, err error) {
	if err := canon.Check(v); err != nil {
		return nil, nil, err
	}
	typed := reflect.New(k.typ).Elem()
	if v != nil {
		typed.Set(reflect.ValueOf(v))
	}
	if b, err = codec.EncodeAtMost(typed, limit); err != nil {
		return nil, nil, err
	}
	if back, err = k.decode(b); err != nil {
		return nil, nil, err
	}
	if where := canon.Diff(v, back); where != "" {
		return nil, nil, fmt.Errorf("it would be read back otherwise: %s", where)
	}
	return b, back, nil
}

func (k *Value) decode(b []byte) (any, error) {
	v, err := codec.Decode(b, k.typ)
	return v.Interface(), err
}
