package myogen

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"

	"gomyogen/myogen/internal/fields"
	"gomyogen/myogen/internal/watch"
)

// Fingerprint is everything that decides the spikes of a run, as text by path:
// "populations.aMN.parameters.NERLab.soma.gl" -> "[0.000952381, 0.001538462]".
// A long list stands as the SHA-256 of its text.
type Fingerprint map[string]string

// Fingerprint returns what decides the spikes of a run of the experiment, with
// all defaults. Experiments with the same fingerprint have the same spikes.
func (e Experiment) Fingerprint() (Fingerprint, error) {
	return e.FingerprintContext(context.Background())
}

// FingerprintContext is [Experiment.Fingerprint] that ends with the error of ctx soon
// after it is cancelled, and reports to the Starting of an [Observer] how far it is:
// a million pairs take a second.
func (e Experiment) FingerprintContext(ctx context.Context) (Fingerprint, error) {
	if ctx == nil {
		return nil, prefixed(errNoContext)
	}
	w := watch.Of(ctx)
	r, err := e.resolveUnder(w)
	if err != nil {
		return nil, prefixed(err)
	}
	return r.fingerprint(w)
}

// longList is how long a list may be to stand in a fingerprint as it is, in
// bytes.
const longList = 200

func (r *resolved) fingerprint(w *watch.Watch) (Fingerprint, error) {
	e := r.writable()
	e.RecordAll = nil // decides nothing
	if e.Draws == NamedStreams {
		// Neither does the order of populations and connections.
		e.Populations = slices.SortedFunc(slices.Values(e.Populations), func(a, b Population) int { return cmp.Compare(a.name(), b.name()) })
		all := slices.Clone(r.connections)
		slices.SortStableFunc(all, func(a, b resolvedConnection) int {
			return cmp.Or(cmp.Compare(a.Source, b.Source), cmp.Compare(a.Target, b.Target), cmp.Compare(a.purpose, b.purpose))
		})
		e.Connections = nil
		for _, c := range all {
			e.Connections = append(e.Connections, c.Connection)
		}
		e.Inputs = slices.SortedFunc(slices.Values(e.Inputs), func(a, b Input) int { return cmp.Compare(a.Target, b.Target) })
	}
	f := Fingerprint{}
	var names []string
	for _, p := range e.Populations {
		names = append(names, p.name())
		f[fields.Path{"populations", p.name()}.String()] = p.String()
	}
	f["populations"] = fmt.Sprintf("%q", names)
	if err := f.add(w, e.fieldsUnder(w)); err != nil {
		return nil, err
	}
	for name, n := range map[string]int{"modulate": len(e.Modulate), "force": len(e.Force)} {
		if n == 0 { // as before there were any
			delete(f, name)
		}
	}
	return f, nil
}

// add adds what stands in fields, with all defaults.
func (f Fingerprint) add(w *watch.Watch, table func() []fields.Field) error {
	const every = 1 << 12 // items, about 1 ms
	items := 0
	look := func() error {
		if items++; items%every != 0 {
			return w.Err()
		}
		return w.Did(every)
	}
	w.Begin("describing the experiment", 0)
	all := fields.Struct(table).Write(true)
	fields.Flatten(all, nil, func(p fields.Path, n fields.Node) {
		if w.Did(0) != nil {
			return
		}
		items = 0
		w.Begin("computing the fingerprint", fields.Len(n))
		text := strings.TrimSuffix(strings.TrimPrefix(fields.YAML(fields.Watched(n, look)), " "), "\n")
		if len(text) > longList {
			sum := sha256.Sum256([]byte(text))
			text = "sha256 " + hex.EncodeToString(sum[:])
		}
		f[p.String()] = text
	})
	return w.Err()
}

// planFingerprint returns what decides the rows of a sweep or a fit: its
// experiment's fingerprint and the section of its file.
func planFingerprint[P any](ctx context.Context, e Experiment, section fields.Field, plan func(*watch.Watch) (P, error)) (Fingerprint, error) {
	if _, err := plan(watch.Of(ctx)); err != nil {
		return nil, prefixed(err)
	}
	f, err := e.FingerprintContext(ctx)
	if err == nil {
		err = f.add(watch.Of(ctx), func() []fields.Field { return []fields.Field{section} })
	}
	return f, err
}

// String prints an entry on each line.
func (f Fingerprint) String() string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(f)) {
		fmt.Fprintf(&b, "%s: %s\n", name, f[name])
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// Hash returns the SHA-256 of the fingerprint in hexadecimal digits.
func (f Fingerprint) Hash() string {
	h := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(f)) {
		fmt.Fprintf(h, "%q = %q\n", name, f[name])
	}
	return hex.EncodeToString(h.Sum(nil))
}

// named returns the fingerprint with inputs and connections called by what they
// join, "connection DD -> aMN", in place of their numbers: those are numbers in
// sorted order where the order decides nothing.
func (f Fingerprint) named() Fingerprint {
	out := Fingerprint{}
	calls := map[string]string{}
	for _, list := range []struct{ key, word string }{{"connections", "connection"}, {"inputs", "input"}} {
		count := map[string]int{}
		for i := 0; ; i++ {
			path := fmt.Sprintf("%s[%d]", list.key, i)
			source, ok := f[path+".source"]
			if !ok {
				break
			}
			name := fmt.Sprintf("%s %s -> %s", list.word, source, f[path+".target"])
			if count[name]++; count[name] > 1 {
				name += fmt.Sprintf(" (%d)", count[name])
			}
			calls[path], out[name] = name, "there"
		}
	}
	for path, text := range f {
		if item, key, ok := strings.Cut(path, "]."); ok && calls[item+"]"] != "" {
			path = calls[item+"]"] + ": " + key
		}
		out[path] = text
	}
	return out
}

// Difference names the first entry in which f and other differ, with both
// values; it is empty if there is none.
func (f Fingerprint) Difference(other Fingerprint) string {
	if maps.Equal(f, other) { // a million entries are sorted in seconds
		return ""
	}
	f, other = f.named(), other.named()
	all := maps.Clone(f)
	maps.Copy(all, other)
	names := slices.SortedFunc(maps.Keys(all), func(a, b string) int { // the run before its parts
		return cmp.Or(cmp.Compare(strings.Count(a, "."), strings.Count(b, ".")), cmp.Compare(a, b))
	})
	for _, name := range names {
		a, inF := f[name]
		b, inOther := other[name]
		switch {
		case !inF:
			return fmt.Sprintf("%s is missing, and %s", name, b)
		case !inOther:
			return fmt.Sprintf("%s is %s, and missing", name, a)
		case a != b:
			return fmt.Sprintf("%s is %s, and %s", name, a, b)
		}
	}
	return ""
}

// Fingerprint returns what decides the spikes of the simulation.
func (s *Simulation) Fingerprint() Fingerprint {
	s.mustBeMade()
	return s.fingerprint
}
