package kernel

import (
	"context"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gomyogen/kernel/env"
	"gomyogen/kernel/internal/keep"
	"gomyogen/kernel/internal/keep/store"
	"gomyogen/myogen"
	"gomyogen/myogen/neo"
	"gomyogen/myogen/units"
)

// The functions that are kept here count their calls, unseen by Keep.
var calls = new(int32)

type kept struct {
	Name  string
	Times []float64
	Notes map[string]int
	Next  *kept
}

func makeKept() (kept, error) {
	atomic.AddInt32(calls, 1)
	return kept{"a", []float64{1, math.NaN(), math.Inf(1)}, map[string]int{"x": 1}, &kept{Times: []float64{}}}, nil
}

func makeResult() (*myogen.Result, error) {
	atomic.AddInt32(calls, 1)
	r := &myogen.Result{Simulated: 1000, Requested: 1000, Steps: 10000}
	r.Block = &neo.Block{Name: "run", Annotations: map[string]string{"seed": "42"}, Segments: []neo.Segment{{
		Name: "aMN", SpikeTrains: []neo.SpikeTrain{{Name: "MN_0", Times: []units.Time{1, 2.5}, TStop: 1000, SamplingPeriod: 0.1}},
		AnalogSignals: []neo.AnalogSignal{{Name: "drive", Units: "pps", SamplingPeriod: 0.1, Values: []float64{1, math.NaN()}}}}}}
	return r, nil
}

func makePartial() (*myogen.Result, error) {
	atomic.AddInt32(calls, 1)
	return &myogen.Result{Simulated: 500, Requested: 1000}, nil
}

var errBroken = errors.New("broken")

func makeError() (int, error) { atomic.AddInt32(calls, 1); return 0, errBroken }

func makeStopped() (int, error) {
	atomic.AddInt32(calls, 1)
	return 0, fmt.Errorf("run: %w", context.Canceled)
}

// secret has what gob does not see.
type secret struct {
	A int
	b int
}

func makeSecret() (secret, error) { atomic.AddInt32(calls, 1); return secret{1, 2}, nil }

type ring struct{ Next *ring }

func makeRing() (*ring, error) {
	atomic.AddInt32(calls, 1)
	r := &ring{}
	r.Next = r
	return r, nil
}

func makeNil() (*kept, error) { atomic.AddInt32(calls, 1); return nil, nil }

func makeAny() (any, error) { atomic.AddInt32(calls, 1); return kept{}, nil }

// quiet runs f in a folder of its own and returns what it says on standard
// error.
func quiet(t *testing.T, f func()) string {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	old := os.Stderr
	os.Stderr = w
	defer func() { os.Stderr = old }()
	f()
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// keepHere has the test keep values in a folder of its own, with a secret of its
// own, in a cell of its own.
func keepHere(t *testing.T) (dir string) {
	t.Helper()
	nextCell(t)
	dir = t.TempDir()
	t.Setenv(env.NotebookDir, dir)
	t.Setenv(env.Data, filepath.Join(dir, "data"))
	t.Setenv(env.JupyterSession, "")
	return dir
}

// twice gets a value in two programs, as it were, and returns how often it was
// computed and what was said.
func twice[T any](t *testing.T, compute func() (T, error), inputs ...any) (v T, n int, said string) {
	t.Helper()
	keepHere(t)
	before := atomic.LoadInt32(calls)
	said = quiet(t, func() {
		for range 2 {
			var err error
			if v, err = Keep("value", compute, inputs...).Load(); err != nil {
				fmt.Fprintln(os.Stderr, "error:", err)
			}
		}
	})
	return v, int(atomic.LoadInt32(calls) - before), said
}

func TestWhatIsKept(t *testing.T) {
	if v, n, said := twice(t, makeKept); n != 1 || said != "" || v.Next == nil || len(v.Times) != 3 || v.Notes["x"] != 1 {
		t.Errorf("a struct: computed %d times, %+v, said %q", n, v, said)
	}
	if v, n, said := twice(t, makeResult); n != 1 || said != "" || v.Partial() || v.Block.Segments[0].SpikeTrains[0].Times[1] != 2.5 {
		t.Errorf("a result: computed %d times, said %q", n, said)
	}
	if v, n, said := twice(t, makeNil); n != 1 || said != "" || v != nil {
		t.Errorf("nil: computed %d times, said %q", n, said)
	}
}

func TestWhatIsNotKept(t *testing.T) {
	if _, n, said := twice(t, makeSecret); n != 2 || !strings.Contains(said, `kernel: value "value": not kept: .b is not exported, so that it would be lost`) {
		t.Errorf("an unexported field: computed %d times, said %q", n, said)
	}
	if _, n, said := twice(t, makeRing); n != 2 || !strings.Contains(said, "not kept: .Next leads back to itself") {
		t.Errorf("a ring: computed %d times, said %q", n, said)
	}
	if _, n, said := twice(t, makeAny); n != 2 || !strings.Contains(said, "not kept: it: gob: type not registered") {
		t.Errorf("an interface: computed %d times, said %q", n, said)
	}
	if v, n, said := twice(t, makePartial); n != 2 || !v.Partial() || !strings.Contains(said, `partial (value "value" is partial): Peek returns it, the next Get computes it`) {
		t.Errorf("a stopped run: computed %d times, said %q", n, said)
	}
	if _, n, said := twice(t, makeError); n != 2 || !strings.Contains(said, "error: broken") {
		t.Errorf("an error: computed %d times, said %q", n, said)
	}
	if _, n, said := twice(t, makeStopped); n != 2 || !strings.Contains(said, "error: run: context canceled") {
		t.Errorf("a stop: computed %d times, said %q", n, said)
	}
}

func TestRefusals(t *testing.T) {
	local := 1
	for _, c := range []struct {
		value interface{ Load() (int, error) }
		want  string
	}{
		{Keep("local", func() (int, error) { return local, nil }), `kernel: Keep "local": the function uses the local variable local; pass local as an input`},
		{Keep("func", makeError, func() {}), `kernel: Keep "func": input 1: it is a func`},
		{Keep("channel", makeError, 1, []any{make(chan int)}), "input 2: [0] is a chan"},
		{Keep("file", makeError, File("none.csv")), "input 1: open none.csv"},
		{Keep("files", makeError, []File{"none.csv", "nor.csv"}), "input 1: open none.csv"},
		{Keep("", makeError), "the value has no name"},
		{Keep[int]("nil", nil), "there is no function"},
	} {
		if _, err := c.value.Load(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want %q", err, c.want)
		}
	}
	t.Setenv(env.KeepMiB, "much")
	if _, err := Keep("limit", makeError).Load(); err == nil || !strings.Contains(err.Error(), `MYOGEN_KEEP_MIB is "much"`) {
		t.Errorf("error %v", err)
	}
}

// Inputs count by what they hold.
func TestInputs(t *testing.T) {
	keepHere(t)
	file := filepath.Join(t.TempDir(), "emg.csv")
	write := func(s string) {
		t.Helper()
		if err := os.WriteFile(file, []byte(s), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("1,2")
	get := func(want int, what string, inputs ...any) {
		t.Helper()
		before := atomic.LoadInt32(calls)
		if _, err := Keep("inputs", makeKept, inputs...).Load(); err != nil {
			t.Fatal(err)
		}
		if n := int(atomic.LoadInt32(calls) - before); n != want {
			t.Errorf("%s: computed %d times, want %d", what, n, want)
		}
	}
	get(1, "the first time", 65*units.Pps, File(file))
	get(0, "the same inputs", 65*units.Pps, File(file))
	get(1, "another rate", 66*units.Pps, File(file))
	get(0, "the first rate again", 65*units.Pps, File(file))
	write("1,3")
	get(1, "another file", 65*units.Pps, File(file))
	get(1, "a list of files", []File{File(file), File(file)})
	get(0, "the same list", []File{File(file), File(file)})
	write("1,4")
	get(1, "another file in the list", []File{File(file), File(file)})
	write("1,3")
	get(1, "an input more", 65*units.Pps, File(file), map[string]int{"a": 1, "b": 2})
	get(0, "the same map", 65*units.Pps, File(file), map[string]int{"b": 2, "a": 1})
	folder, err := keep.Folder()
	if err != nil {
		t.Fatal(err)
	}
	all, err := folder.List()
	if err != nil {
		t.Fatal(err)
	}
	why := ""
	for _, e := range all {
		why += e.Why + "\n"
	}
	for _, want := range []string{"first time", "input 1: 66 pps, was 65 pps", "input 2, file " + file + " changed", "input 3 is new"} {
		if !strings.Contains(why, want) {
			t.Errorf("no value was computed because %q, but\n%s", want, why)
		}
	}
}

// getter is a Value[kept] without its code, which is this package's.
type getter interface{ Get() kept }

var innerValue, innermostValue = new(getter), new(getter)

func inner() getter { return *innerValue }

func innermost() getter { return *innermostValue }

func set(to *getter, k getter) { *to = k }

func makeOuter() (kept, error) {
	atomic.AddInt32(calls, 1)
	inner().Get()
	return kept{}, nil
}

// inFunction makes a value where it is needed, as the function of another does.
type inFunction func() kept

func (f inFunction) Get() kept { return f() }

func makeBetween() (kept, error) {
	atomic.AddInt32(calls, 1)
	innermost().Get()
	return kept{}, nil
}

// A value that was computed from another is computed again when that one
// must be, be it asked for before in the same cell, behind a third value or
// made inside the function.
func TestValuesOfValues(t *testing.T) {
	for name, c := range map[string]struct {
		inner func(File) getter
		first bool // the inner value is asked for before
		n     int  // of values
	}{
		"declared":         {inner: func(f File) getter { return Keep("inner", makeKept, f) }, n: 2},
		"asked for before": {inner: func(f File) getter { return Keep("inner", makeKept, f) }, first: true, n: 2},
		"in the function":  {inner: func(f File) getter { return inFunction(func() kept { return Keep("inner", makeKept, f).Get() }) }, n: 2},
		"both":             {inner: func(f File) getter { return inFunction(func() kept { return Keep("inner", makeKept, f).Get() }) }, first: true, n: 2},
		"of an input's input": {inner: func(f File) getter {
			return inFunction(func() kept { return Keep("inner", makeKept, Keep("file", makeKept, f)).Get() })
		}, n: 2},
		"behind a third": {inner: func(f File) getter {
			set(innermostValue, inFunction(func() kept { return Keep("inner", makeKept, f).Get() }))
			return inFunction(func() kept { return Keep("between", makeBetween).Get() })
		}, n: 3},
	} {
		t.Run(name, func(t *testing.T) {
			keepHere(t)
			file := filepath.Join(t.TempDir(), "emg.csv")
			run := func(content string, want int) {
				t.Helper()
				if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
					t.Fatal(err)
				}
				nextCell(t)
				set(innerValue, c.inner(File(file)))
				before := atomic.LoadInt32(calls)
				if c.first {
					inner().Get()
				}
				if _, err := Keep("outer", makeOuter).Load(); err != nil {
					t.Fatal(err)
				}
				if n := int(atomic.LoadInt32(calls) - before); n != want {
					t.Errorf("file %q: computed %d values, want %d", content, n, want)
				}
			}
			run("1", c.n)
			run("1", 0)
			run("2", c.n)
			run("2", 0)
			run("1", c.n-1) // the innermost is still there
			run("1", 0)
		})
	}
}

// early holds what a variable of a notebook gets of a value, in a program that
// TestValuesOfVariables starts. How it gets there is unseen by Keep.
var early = new(string)

func init() { getEarly(early, os.Getenv("KERNEL_TEST_EARLY")) }

func getEarly(to *string, file string) {
	read := func() {
		v := Keep("early", func() (string, error) { return readEarly(file) }, File(file), file)
		*to = v.Get()
	}
	switch {
	case file == "":
	case os.Getenv("KERNEL_TEST_GOROUTINE") == "":
		read()
	default:
		var wg sync.WaitGroup
		wg.Go(read)
		wg.Wait()
	}
}

func readEarly(file string) (string, error) {
	b, err := os.ReadFile(file)
	return string(b), err
}

func makeLate() (string, error) { return "from " + *early, nil }

// What a variable got of a value when the program began counts for all that is
// computed in it; what main got does not.
func TestValuesOfVariables(t *testing.T) {
	if *early != "" {
		Keep("in main", makeKept).Get()
		fmt.Println(Keep("late", makeLate).Get())
		folder, _ := keep.Folder()
		all, _ := folder.List()
		for _, e := range all {
			for _, v := range e.Values {
				fmt.Println(e.Name, "of", v.Name)
			}
		}
		return
	}
	for _, goroutine := range []string{"", "yes"} {
		dir, file := t.TempDir(), filepath.Join(t.TempDir(), "emg.csv")
		for _, content := range []string{"one", "two"} {
			if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
				t.Fatal(err)
			}
			cmd := exec.Command(os.Args[0], "-test.run=^TestValuesOfVariables$")
			cmd.Env = append(os.Environ(), env.NotebookDir+"="+dir, env.Data+"="+dir, "KERNEL_TEST_EARLY="+file, "KERNEL_TEST_GOROUTINE="+goroutine)
			out, err := cmd.CombinedOutput()
			if said := string(out); err != nil || !strings.Contains(said, "from "+content+"\n") || !strings.Contains(said, "late of early\n") || strings.Contains(said, "late of in main") {
				t.Errorf("goroutine %q, file %q: error %v, the program says\n%s", goroutine, content, err, said)
			}
		}
	}
}

func TestAFileOfAnInputCounts(t *testing.T) {
	dir := keepHere(t)
	file := filepath.Join(dir, "emg.csv")
	for i, content := range []string{"1", "2"} {
		if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
		before := atomic.LoadInt32(calls)
		Keep("rates", makeKept, Keep("inner as an input", makeKept, File(file))).Get()
		if n := int(atomic.LoadInt32(calls) - before); n != 1 {
			t.Errorf("time %d: computed %d times, want once", i+1, n)
		}
	}
}

// withoutCode returns a function whose source is not Go.
func withoutCode() func() (kept, error) {
	f := reflect.MakeFunc(reflect.TypeFor[func() (kept, error)](), func([]reflect.Value) []reflect.Value {
		v, err := makeKept()
		return []reflect.Value{reflect.ValueOf(v), reflect.ValueOf(&err).Elem()}
	})
	return f.Interface().(func() (kept, error))
}

// What is computed from a partial result, or around a value that failed, is
// not kept, so that it is not shown for the whole one later.
func TestWhatComesOfAPartialResultIsNotKept(t *testing.T) {
	for name, c := range map[string]struct {
		get  func() kept
		want string
	}{
		"partial":          {func() kept { Keep("run", makePartial).Get(); return kept{} }, `partial (value "run" is partial): Peek returns it`},
		"failed":           {func() kept { _, _ = Keep("run", makeError).Load(); return kept{} }, `not kept: it may be computed from the value "run", which failed`},
		"without its code": {func() kept { Keep("run", withoutCode()).Get(); return kept{} }, `not kept: it may be computed from the value "run", which cannot be kept`},
	} {
		t.Run(name, func(t *testing.T) {
			keepHere(t)
			set(innerValue, inFunction(c.get))
			before := atomic.LoadInt32(calls)
			for range 2 {
				said := quiet(t, func() { Keep("rates", makeOuter).Get() })
				if want := `kernel: value "rates": ` + c.want; !strings.Contains(said, want) {
					t.Errorf("said %q, want %q", said, want)
				}
			}
			if n := int(atomic.LoadInt32(calls) - before); n != 4 {
				t.Errorf("computed %d values, want all of both, 4", n)
			}
		})
	}
}

// Of two kernels that are stopped while they compute one value, the partial value of the
// one that is further stays, and a whole one in any case.
func TestPartialValuesOfTwoKernels(t *testing.T) {
	for _, c := range []struct {
		stops string // of the kernels in turn, at tenths of the run; w is not stopped
		want  string
		kept  string // "" for each stop that is not kept
	}{
		{"4 9", "9", "yes yes"},
		{"9 4", "9", "yes no"},
		{"4 9 5 9", "9", "yes yes no yes"},
		{"0 1 0", "1", "yes yes no"},
		{"4 w", "", "yes yes"},
	} {
		keepHere(t)
		for i, stop := range strings.Fields(c.stops) {
			nextCell(t)
			set(innerValue, inFunction(func() kept {
				if stop != "w" {
					running.CutShort("run stopped at "+stop+" of 10 ms", 1-float64(stop[0]-'0')/10)
				}
				return kept{}
			}))
			said := quiet(t, func() { Keep("rates", makeOuter).Get() })
			no := strings.Contains(said, "not kept: another program is further (run stopped at ")
			if no != (strings.Fields(c.kept)[i] == "no") {
				t.Errorf("%s: the stop at %s says %q", c.stops, stop, said)
			}
		}
		nextCell(t)
		_, ok := Keep("rates", makeOuter).Peek()
		want := []string{"run stopped at " + c.want + " of 10 ms"}
		if c.want == "" {
			want = nil
		}
		if got := running.Partial(); !ok || !slices.Equal(got, want) {
			t.Errorf("%s: there is %q, want %q", c.stops, got, want)
		}
	}
}

// A partial value does not stand beside a whole one that another kernel has kept meanwhile.
func TestPartialValueBesideAWholeOne(t *testing.T) {
	keepHere(t)
	set(innerValue, inFunction(func() kept {
		slow := running
		nextCell(t)
		set(innerValue, inFunction(func() kept { return kept{} }))
		Keep("rates", makeOuter).Get()
		running = slow
		running.CutShort("run stopped at 4 of 10 ms", 0.6)
		return kept{}
	}))
	said := quiet(t, func() { Keep("rates", makeOuter).Get() })
	if !strings.Contains(said, "not kept: another program has kept the whole value") {
		t.Errorf("it says %q", said)
	}
	nextCell(t)
	if _, ok := Keep("rates", makeOuter).Peek(); !ok || len(running.Partial()) > 0 {
		t.Errorf("there is one: %v, partial %q", ok, running.Partial())
	}
	if files, err := filepath.Glob(filepath.Join(os.Getenv(env.NotebookDir), ".myogen", "*.kept")); err != nil || len(files) != 1 {
		t.Errorf("kept files %v, error %v", files, err)
	}
}

func TestDamageIsReportedAndRepaired(t *testing.T) {
	dir := keepHere(t)
	get := func() (int, string) {
		before := atomic.LoadInt32(calls)
		said := quiet(t, func() { Keep("damage", makeKept).Get() })
		return int(atomic.LoadInt32(calls) - before), said
	}
	get()
	files, err := filepath.Glob(filepath.Join(dir, ".myogen", "*.kept"))
	if err != nil || len(files) != 1 {
		t.Fatalf("kept files %v, error %v", files, err)
	}
	if err := os.WriteFile(files[0], []byte("not ours"), 0o644); err != nil {
		t.Fatal(err)
	}
	if n, said := get(); n != 1 || strings.Count(said, "\n") != 1 || !strings.Contains(said, `value "damage": computed again: the kept file `+files[0]+" is damaged") {
		t.Errorf("computed %d times, said %q", n, said)
	}
	if n, said := get(); n != 0 || said != "" {
		t.Errorf("after the repair: computed %d times, said %q", n, said)
	}
}

func TestForget(t *testing.T) {
	keepHere(t)
	Keep("old", makeKept).Get()
	if err := forget([]string{"new"}); err == nil || !strings.Contains(err.Error(), `no value "new" is kept; there are ["old"]`) {
		t.Errorf("error %v", err)
	}
	if err := forget([]string{"old"}); err != nil {
		t.Error(err)
	}
	if names := keptNames(); len(names) != 0 {
		t.Errorf("%q are left", names)
	}
}

// The table tells how large each value is, how old, and how long it took.
func TestKeptTable(t *testing.T) {
	dir := keepHere(t)
	if got, want := printed(t, Kept), "nothing is kept in "+filepath.Join(dir, ".myogen")+"\n"; got != want {
		t.Errorf("an empty folder shows %q, want %q", got, want)
	}
	folder, err := keep.Folder()
	if err != nil {
		t.Fatal(err)
	}
	if folder.Limit != 0 {
		t.Errorf("the limit is %d, want that of the folder", folder.Limit)
	}
	for _, v := range []struct {
		name      string
		size      int
		age, took time.Duration
	}{{"run", 0, 90 * time.Minute, 1500 * time.Millisecond}, {"rates", 2_000_000, 72 * time.Hour, 40 * time.Millisecond}} {
		h := store.Header{Name: v.name, Key: "k", Type: "T", Made: time.Now().Add(-v.age), Took: v.took, Why: "first time"}
		if err := folder.Save(h, make([]byte, v.size)); err != nil {
			t.Fatal(err)
		}
	}
	all, err := folder.List()
	if err != nil || len(all) != 2 {
		t.Fatalf("%d values, error %v", len(all), err)
	}
	small := ""
	for _, e := range all {
		if e.Name == "run" {
			small = fmt.Sprint(e.Bytes, " B")
		}
	}
	damaged := filepath.Join(dir, ".myogen", "x.kept")
	if err := os.WriteFile(damaged, make([]byte, 12_300), 0o644); err != nil {
		t.Fatal(err)
	}
	shown := map[string][]string{}
	for line := range strings.Lines(printed(t, Kept)) {
		if words := strings.Fields(line); len(words) > 0 {
			shown[words[0]] = words
		}
	}
	for name, want := range map[string]string{
		"Name":   "Name Notebook Type Size Age Took Computed because",
		"run":    "run T " + small + " 2 h 1.5 s first time",
		"rates":  "rates T 2.0 MB 3 days 40 ms first time",
		"x.kept": "x.kept 12.3 kB",
	} {
		if got := strings.Join(shown[name], " "); got != want && !(name == "x.kept" && strings.HasPrefix(got, want) && strings.Contains(got, "is damaged: it does not begin with")) {
			t.Errorf("the table has %q, want %q", got, want)
		}
	}
}

func TestSizesAndAges(t *testing.T) {
	for want, got := range map[string]fmt.Stringer{
		"999 B": size(999), "1.0 kB": size(1000), "999.9 kB": size(999_900), "1.0 MB": size(1_000_000), "2.15 GB": size(2 << 30),
		"999 ms": age(999 * time.Millisecond), "1.0 s": age(time.Second), "59.9 s": age(59900 * time.Millisecond), "1 min": age(time.Minute),
		"1 h": age(time.Hour), "47 h": age(47 * time.Hour), "2 days": age(48 * time.Hour),
	} {
		if got.String() != want {
			t.Errorf("it is %q, want %q", got, want)
		}
	}
}

// A folder that cannot be written costs the keeping, not the value.
func TestNoFolder(t *testing.T) {
	blocked := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(blocked, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	t.Setenv(env.NotebookDir, blocked)
	t.Setenv(env.Data, t.TempDir())
	var v kept
	said := quiet(t, func() { v = Keep("value", makeKept).Get() })
	if v.Name != "a" || !strings.Contains(said, "not kept: ") {
		t.Errorf("got %+v, said %q", v, said)
	}
}

// deep has what is lost most easily, at every depth.
type deep struct {
	Empty, None   []int
	Map, NoMap    map[string][]float64
	Array         [2][]string
	To, ToNone    *[]int
	Pointers      []*deep
	Negative      float64
	Any, NoAny    any
	ByName        map[string]*deep
	EmptyOfSlices [][]byte
}

func makeDeep() (deep, error) {
	atomic.AddInt32(calls, 1)
	none, empty := []int(nil), []int{}
	d := deep{Empty: []int{}, Map: map[string][]float64{"empty": {}, "none": nil}, Array: [2][]string{{}, nil}, To: &empty, ToNone: &none,
		Negative: math.Copysign(0, -1), Any: []float64{}, EmptyOfSlices: [][]byte{{}, nil}}
	d.Pointers = []*deep{nil, {Map: map[string][]float64{}}}
	d.ByName = map[string]*deep{"none": nil, "empty": {Pointers: []*deep{}}}
	return d, nil
}

func init() { gob.Register([]float64{}) }

// The cell that computes a value and the next ones see equal values: what is
// empty stays empty, and nil stays nil.
func TestKeptIsWhatWasComputed(t *testing.T) {
	keepHere(t)
	want, _ := makeDeep()
	before := atomic.LoadInt32(calls)
	for _, where := range []string{"the cell that computes it", "the next one"} {
		nextCell(t)
		var got deep
		said := quiet(t, func() { got = Keep("deep", makeDeep).Get() })
		if said != "" || !reflect.DeepEqual(got, want) || !math.Signbit(got.Negative) {
			t.Errorf("%s sees\n%#v, want\n%#v; it says %q", where, got, want, said)
		}
	}
	if n := atomic.LoadInt32(calls) - before; n != 1 {
		t.Errorf("computed %d times", n)
	}
}

// A kept value that came with the folder, with a digest that fits or made by
// another user, is computed, and one line says so.
func TestForeignValueIsComputed(t *testing.T) {
	dir := keepHere(t)
	Keep("run", makeKept).Get()
	theirs := t.TempDir()
	t.Setenv(env.Data, theirs) // another user gets the folder
	for i, want := range []int32{1, 0} {
		nextCell(t)
		if i == 0 {
			if said := printed(t, Kept); !strings.Contains(said, "not made here: never read") {
				t.Errorf("the table shows %q", said)
			}
		}
		if _, ok := Keep("run", makeKept).Peek(); ok == (i == 0) {
			t.Errorf("time %d: Peek finds it: %v", i, ok)
		}
		nextCell(t)
		before := atomic.LoadInt32(calls)
		said := quiet(t, func() { Keep("run", makeKept).Get() })
		if n := atomic.LoadInt32(calls) - before; n != want || (want == 1) != strings.Contains(said, `kernel: value "run": computed again: the kept file `+filepath.Join(dir, ".myogen")) || strings.Count(said, "\n") != int(want) {
			t.Errorf("time %d: computed %d times, want %d; says %q", i, n, want, said)
		}
	}
}

// A folder of kept values that is a link is refused by name.
func TestLinkedFolderIsRefused(t *testing.T) {
	dir := keepHere(t)
	elsewhere := t.TempDir()
	if err := os.Symlink(elsewhere, filepath.Join(dir, ".myogen")); err != nil {
		t.Fatal(err)
	}
	var v kept
	said := quiet(t, func() { v = Keep("run", makeKept).Get() })
	if v.Name != "a" || said != `kernel: value "run": not kept: `+filepath.Join(dir, ".myogen")+" is a symbolic link; values are kept in a folder only\n" {
		t.Errorf("got %+v, said %q", v, said)
	}
	if err := forget([]string{"run"}); err == nil || !strings.Contains(err.Error(), "is a symbolic link") {
		t.Errorf("error %v", err)
	}
	if left, err := os.ReadDir(elsewhere); err != nil || len(left) > 0 {
		t.Errorf("where the link leads there is %v, error %v", left, err)
	}
}

// notebookCell is the next cell of a notebook.
func notebookCell(t *testing.T, dir, name string) {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte("{}"), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Setenv(env.JupyterSession, path)
	nextCell(t)
}

// The notebooks of a folder share what has one code, and are told apart in what
// has not.
func TestNotebooksOfAFolder(t *testing.T) {
	dir := keepHere(t)
	get := func(input int) int {
		t.Helper()
		before := atomic.LoadInt32(calls)
		Keep("run", makeKept, input).Get()
		return int(atomic.LoadInt32(calls) - before)
	}
	notebookCell(t, dir, "a.ipynb")
	if get(1) != 1 {
		t.Error("it was kept before")
	}
	notebookCell(t, dir, "b.ipynb")
	if get(1) != 0 {
		t.Error("what another notebook kept with the same code is computed")
	}
	if err := forget([]string{"run"}); err != nil || get(1) != 1 {
		t.Errorf("what this notebook would get is not forgotten; error %v", err)
	}
	notebookCell(t, dir, "a.ipynb")
	get(2)
	said := printed(t, func() {
		if err := forget([]string{"run"}); err != nil {
			t.Error(err)
		}
	})
	if !strings.Contains(said, `"run" of ["b.ipynb"] stays`) {
		t.Errorf("it says %q", said)
	}
	if said := printed(t, Kept); !strings.HasPrefix(said, "nothing of this notebook is kept in ") || !strings.HasSuffix(said, "\nkept by other notebooks of this folder: b.ipynb: 1\n") {
		t.Errorf("where all is of another notebook it says\n%s", said)
	}
	notebookCell(t, dir, "b.ipynb")
	if said := printed(t, Kept); !strings.Contains(said, "Kept values") || !strings.Contains(said, "b.ipynb") || strings.Contains(said, "other") {
		t.Errorf("the table is\n%s", said)
	}
	t.Setenv(env.JupyterSession, "")
	nextCell(t)
	if said := printed(t, Kept); !strings.Contains(said, "Kept values") || !strings.Contains(said, "b.ipynb") {
		t.Errorf("where the notebook is not known the table is\n%s", said)
	}
	notebookCell(t, dir, "a.ipynb")
	if err := forget([]string{"run"}); err == nil || !strings.Contains(err.Error(), `no value "run" of this notebook is kept; forget it in ["b.ipynb"]`) {
		t.Errorf("error %v", err)
	}
	if get(3) != 1 {
		t.Error("it was kept before")
	}
	if err := os.Remove(filepath.Join(dir, "b.ipynb")); err != nil {
		t.Fatal(err)
	}
	if err := forget([]string{"run"}); err != nil || len(keptNames()) != 0 {
		t.Errorf("of a notebook that is gone there is %q, error %v", keptNames(), err)
	}
}

func makeMixed() ([]any, error) {
	return []any{units.Time(5), []units.Rate{6}, neo.SpikeTrain{Name: "a", Times: []units.Time{1}}}, nil
}

// The module's own types may be in the interfaces of a kept value.
func TestOwnTypesInInterfaces(t *testing.T) {
	v, _, said := twice(t, makeMixed)
	if want, _ := makeMixed(); said != "" || !reflect.DeepEqual(v, want) {
		t.Errorf("kept is %v: %s", v, said)
	}
}

// A function that is nil is named.
func TestNilFunctions(t *testing.T) {
	keepHere(t)
	if _, err := (Interaction{Sliders: []Slider{{Name: "x", Min: 0, Max: 1, Step: 1}}}).run(nil); err == nil || !strings.Contains(err.Error(), "kernel: Interact: the function draw is nil") {
		t.Errorf("Interact: error %v", err)
	}
	if _, err := NewBars("f", 0).Fit(myogen.Fit{}, nil); err == nil || !strings.Contains(err.Error(), "kernel: Fit: the function minimize is nil") {
		t.Errorf("Fit: error %v", err)
	}
}
