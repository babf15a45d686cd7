package keep

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"time"

	"gomyogen/kernel/env"
	"gomyogen/kernel/internal/keep/code"
	"gomyogen/kernel/internal/keep/store"
)

// Values are the kept values that a program declares, and what is used of them.
type Values struct {
	Notebook string       // file of the notebook, without its folder; "" if not known
	Own      code.Package // whose code does not count

	CheckpointInterval time.Duration // wall time between two checkpoints of a run; a minute

	files fileSums

	mu       sync.Mutex
	byName   map[string][]*Value
	watchers []*origin
	begun    bool   // main has, as far as was looked
	before   origin // what was used before: any variable may hold it
}

// New returns the values of a program that has declared none. Code of the
// package own does not count.
func New(own code.Package) *Values {
	v := &Values{Own: own, CheckpointInterval: time.Minute, byName: map[string][]*Value{}}
	if path := os.Getenv(env.JupyterSession); path != "" {
		v.Notebook = filepath.Base(path)
	}
	return v
}

// Folder is the folder of kept values: .myogen beside the notebook, or in the
// working directory of a program.
func Folder() (store.Folder, error) {
	dir := cmp.Or(os.Getenv(env.NotebookDir), ".")
	f := store.Folder{Path: filepath.Join(dir, ".myogen")}
	if data, err := env.DataFolder(); err == nil { // else the store says that there is no secret
		f.Secret = filepath.Join(data, "keep.key")
	}
	if s := os.Getenv(env.KeepMiB); s != "" {
		mib, err := strconv.ParseInt(s, 10, 32)
		if err != nil || mib < 1 {
			return f, fmt.Errorf("kernel: %s is %q, must be a whole number of MiB, at least 1", env.KeepMiB, s)
		}
		f.Limit = mib << 20
	}
	return f, nil
}

func (v *Values) add(k *Value) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.byName[k.name] = append(v.byName[k.name], k)
}

func (v *Values) named(name string) []*Value {
	v.mu.Lock()
	defer v.mu.Unlock()
	return slices.Clone(v.byName[name])
}

// origin records what a value depends on.
type origin struct {
	values  []store.Source     // kept values, and those that they were computed from
	files   []store.Source     // that these have as inputs
	partial string             // what was cut short on the way, or ""
	missing map[string]float64 // the share that is missing of what was cut short, where it is known
	doubt   string             // why what is computed from it must not be kept, or ""
	told    bool               // the user was told that it is partial
}

func (o *origin) add(other origin) {
	o.values, o.files = union(o.values, other.values), union(o.files, other.files)
	o.partial, o.doubt = cmp.Or(o.partial, other.partial), cmp.Or(o.doubt, other.doubt)
	o.told = o.told || other.told
	for what, share := range other.missing {
		if o.missing == nil {
			o.missing = map[string]float64{}
		}
		o.missing[what] = share
	}
}

// done says how far a value is that was cut short, to compare with others of its key: 0
// where nothing is known to be missing, and less the more is.
func (o *origin) done() float64 {
	done := 0.0
	for _, what := range slices.Sorted(maps.Keys(o.missing)) {
		done -= o.missing[what]
	}
	return done
}

// union returns what is in a or b, in order, once.
func union(a, b []store.Source) []store.Source {
	all := slices.Concat(a, b)
	slices.SortFunc(all, func(x, y store.Source) int { return cmp.Or(cmp.Compare(x.Name, y.Name), cmp.Compare(x.Sum, y.Sum)) })
	return slices.Compact(all)
}

// watch records what is used until stop is called.
func (v *Values) watch() (o *origin, stop func()) {
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

// use notes that all values that are being computed depend on this. Which of
// them asked is not known: goroutines may.
func (v *Values) use(this origin) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, o := range v.watchers {
		o.add(this)
	}
	if v.begun = v.begun || mainBegan(); !v.begun {
		v.before.add(this)
	}
}

// Cut notes that something was cut short, and with it all values that are being
// computed: "NERLab stopped at 4200 of 15000 ms".
func (v *Values) Cut(what string) { v.use(origin{partial: what}) }

// CutShort is Cut where the share that is missing is known.
func (v *Values) CutShort(what string, missing float64) {
	v.use(origin{partial: what, missing: map[string]float64{what: missing}})
}

// Told notes that the user was told how the values that are being computed go
// on, so that no other line need say that they are partial.
func (v *Values) Told() { v.use(origin{told: true}) }

// mainBegan reports whether the program has initialised its packages. Goroutines
// may run before, so it is the stack of main that counts.
func mainBegan() bool {
	for b := make([]byte, 1<<16); ; b = make([]byte, 2*len(b)) {
		if n := runtime.Stack(b, true); n < len(b) {
			return bytes.Contains(b[:n], []byte("\nmain.main()\n"))
		}
	}
}

// outdated returns what has changed that a kept value used, or "". A value that
// it was computed from and that this program does not declare was made inside
// its function: the code of this and the files tell all that it depends on.
func (v *Values) outdated(h store.Header) string {
	for _, s := range h.Values {
		same := v.named(s.Name)
		if len(same) > 0 && !slices.ContainsFunc(same, func(k *Value) bool {
			now, err := k.identity()
			return err == nil && now.key == s.Sum
		}) {
			return fmt.Sprintf("value %q changed", s.Name)
		}
	}
	for _, s := range h.Files {
		if now, err := v.files.sum(s.Name); err != nil || now != s.Sum {
			return fmt.Sprintf("file %s changed", s.Name)
		}
	}
	return ""
}

// Mine reports whether a kept value is one of this notebook: it made it, it
// would get it, or no notebook that is there made it.
func (v *Values) Mine(h store.Header) bool {
	if h.Notebook == "" || v.Notebook == "" || h.Notebook == v.Notebook {
		return true
	}
	if _, err := os.Stat(filepath.Join(cmp.Or(os.Getenv(env.NotebookDir), "."), h.Notebook)); os.IsNotExist(err) {
		return true
	}
	return slices.ContainsFunc(v.named(h.Name), func(k *Value) bool {
		id, err := k.identity()
		return err == nil && (id.key == h.Key || id.key+partialKey == h.Key)
	})
}
