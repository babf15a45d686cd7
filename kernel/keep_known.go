package kernel

import (
	"bytes"
	"cmp"
	"fmt"
	"runtime"
	"slices"
	"sync"

	"gomyogen/kernel/internal/keep/store"
)

// known is every Value that this program has.
var known = &values{byName: map[string][]identified{}}

type values struct {
	mu       sync.Mutex
	byName   map[string][]identified
	watchers []*origin
	begun    bool   // main has, as far as was looked
	before   origin // what was used before: any variable may hold it
}

func (v *values) add(name string, k identified) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.byName[name] = append(v.byName[name], k)
}

// origin is what was used where a value is computed.
type origin struct {
	values []store.Source // kept ones, and those that they were computed from
	files  []store.Source // that these read as inputs
	unsure string         // why what is computed from it must not be kept, or ""
}

func (o *origin) add(from origin) {
	o.values, o.files = together(o.values, from.values), together(o.files, from.files)
	o.unsure = cmp.Or(o.unsure, from.unsure)
}

// together returns what is in a or b, in order, once.
func together(a, b []store.Source) []store.Source {
	all := slices.Concat(a, b)
	slices.SortFunc(all, func(x, y store.Source) int { return cmp.Or(cmp.Compare(x.Name, y.Name), cmp.Compare(x.Sum, y.Sum)) })
	return slices.Compact(all)
}

// watch gathers what is used until stop is called.
func (v *values) watch() (o *origin, stop func()) {
	v.mu.Lock()
	defer v.mu.Unlock()
	o = &origin{}
	o.add(v.before)
	v.watchers = append(v.watchers, o)
	return o, func() {
		v.mu.Lock()
		defer v.mu.Unlock()
		v.watchers = slices.DeleteFunc(v.watchers, func(x *origin) bool { return x == o })
	}
}

// used notes that the values being computed need this, be it computed for them
// or long there.
func (v *values) used(this origin) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, o := range v.watchers {
		o.add(this)
	}
	if v.begun = v.begun || mainBegan(); !v.begun {
		v.before.add(this)
	}
}

// mainBegan tells whether the program has initialised its packages. Goroutines
// may run before, so it is the stack of main that counts.
func mainBegan() bool {
	for b := make([]byte, 1<<16); ; b = make([]byte, 2*len(b)) {
		if n := runtime.Stack(b, true); n < len(b) {
			return bytes.Contains(b[:n], []byte("\nmain.main()\n"))
		}
	}
}

// outdated returns why a kept value does not hold any more, or "". A value that
// it was computed from and that this program does not declare was made inside
// its function: the code of this and the files tell all that it depends on.
func (v *values) outdated(h store.Header) string {
	for _, s := range h.Values {
		v.mu.Lock()
		same := slices.Clone(v.byName[s.Name])
		v.mu.Unlock()
		if len(same) > 0 && !slices.ContainsFunc(same, func(k identified) bool {
			now, err := k.identity()
			return err == nil && now.key == s.Sum
		}) {
			return fmt.Sprintf("value %q changed", s.Name)
		}
	}
	for _, s := range h.Files {
		if now, err := fileSum(s.Name); err != nil || now != s.Sum {
			return fmt.Sprintf("file %s changed", s.Name)
		}
	}
	return ""
}
