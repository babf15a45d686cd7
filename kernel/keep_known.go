package kernel

import (
	"fmt"
	"gomyogen/kernel/internal/store"
	"slices"
	"sync"
)

// known is every Value that this program has.
var known = &values{byName: map[string][]keyer{}}

type values struct {
	mu       sync.Mutex
	byName   map[string][]keyer
	watchers []*watcher
}

func (v *values) add(name string, k keyer) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.byName[name] = append(v.byName[name], k)
}

// watcher gathers the names and keys of the values in use.
type watcher struct{ uses map[string]string }

// watch returns a map that gathers the values in use until stop is called.
func (v *values) watch() (uses map[string]string, stop func()) {
	v.mu.Lock()
	defer v.mu.Unlock()
	w := &watcher{map[string]string{}}
	v.watchers = append(v.watchers, w)
	return w.uses, func() {
		v.mu.Lock()
		defer v.mu.Unlock()
		v.watchers = slices.DeleteFunc(v.watchers, func(x *watcher) bool { return x == w })
	}
}

// used notes that a value, with the values that it uses, is needed by those
// being computed.
func (v *values) used(h store.Header, uses map[string]string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, w := range v.watchers {
		w.uses[h.Name] = h.Key
		for name, key := range uses {
			w.uses[name] = key
		}
	}
}

// outdated returns why a value that was computed from uses no longer holds, or
// "". A value that this program does not name cannot have been changed by it.
func (v *values) outdated(uses map[string]string) string {
	for name, key := range uses {
		v.mu.Lock()
		same := slices.Clone(v.byName[name])
		v.mu.Unlock()
		if len(same) > 0 && !slices.ContainsFunc(same, func(k keyer) bool {
			now, err := k.key()
			return err == nil && now == key
		}) {
			return fmt.Sprintf("value %q changed", name)
		}
	}
	return ""
}
