package code

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// notebook is what GoNB makes of a few cells.
const notebook = `package main

import (
	"fmt"
	"math"
	"example.org/lab/pool"
	"example.org/other/v2/fit"
)

const seed = 42
const duration = 15

const (
	low = iota
	high
)

type kind int

type setting struct {
	unused int
	rate   float64
}

func (s setting) twice() float64 { return 2 * s.rate }

var (
	base     = setting{rate: 65}
	unused   = 1
	counter  int
	run      = kernel.Keep("run", simulate)
	literal  = kernel.Keep("literal", func() (int, error) { return helper(seed), nil }, 1)
)

// helper helps.
func helper(n int) int {
	return n + int(math.Sqrt(float64(duration)))
}

func simulate() (float64, error) {
	x := base
	pool.Make(x.twice())
	fit.Line()
	return float64(helper(seed)), nil
}

func count() (int, error) { return counter, nil }

func unrelated() { fmt.Println("hello", high) }

func main() {
	local, given, later := 1, 2, 3
	kernel.Keep("a", func() (int, error) { return helper(given), nil }, given).Get()
	kernel.Keep("b", func() (int, error) { return local, nil }, given).Get()
	kernel.Keep("c", func() (int, error) { return later, nil }, later).Get()
	later = 4
	counter++
}
`

// lab writes the notebook's folder and the module that it uses.
func lab(t *testing.T, text string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range map[string]string{
		"nb/main.go": text, "nb/go.mod": "module gonb\n", "nb/go.work": "go 1.26\n\nuse (\n\t.\n\t" + filepath.Join(dir, "lab") + "\n)\n",
		"lab/go.mod":            "module example.org/lab\n\nrequire (\n\texample.org/other/v2 v2.1.0 // indirect\n\texample.org/far v1.0.0\n)\n",
		"lab/pool/pool.go":      "package pool\n\nimport (\n\t_ \"embed\"\n\t\"example.org/lab/deep\"\n)\n\n//go:embed pool.yaml\nvar text string\n\nfunc Make(float64) { deep.F() }\n",
		"lab/pool/pool.yaml":    "n: 100\n",
		"lab/pool/pool_test.go": "package pool\n",
		"lab/deep/deep.go":      "package deep\n\nfunc F() {}\n",
		"lab/aside/aside.go":    "package aside\n",
	} {
		write(t, filepath.Join(dir, name), content)
	}
	return dir
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

// lineOf returns the line of text that holds part.
func lineOf(t *testing.T, text, part string) int {
	t.Helper()
	before, _, ok := strings.Cut(text, part)
	if !ok {
		t.Fatalf("no %q", part)
	}
	return strings.Count(before, "\n") + 1
}

func parts(t *testing.T, dir string) map[string]string {
	t.Helper()
	list, err := reached("main.simulate", filepath.Join(dir, "nb/main.go"), place{"main.go", 1}, Package{Path: "example.org/ignored"})
	if err != nil {
		t.Fatal(err)
	}
	m := map[string]string{}
	for _, p := range list {
		m[p.Name] = p.Sum
	}
	return m
}

func TestReached(t *testing.T) {
	got := parts(t, lab(t, notebook))
	want := []string{"const duration", "const seed", "func helper", "func simulate", "method setting.twice", "module example.org/other/v2",
		"package example.org/lab/deep", "package example.org/lab/pool", "type setting", "var base"}
	var names []string
	for name := range got {
		names = append(names, name)
	}
	slices.Sort(names)
	if !slices.Equal(names, want) {
		t.Errorf("simulate reaches\n%q, want\n%q", names, want)
	}
}

// Each edit changes the sums of what it touches and of nothing else.
func TestEdits(t *testing.T) {
	original := parts(t, lab(t, notebook))
	for _, c := range []struct {
		name, old, new string
		changed        []string
	}{
		{"a comment", "// helper helps.", "// helper adds.\n// It really does.", nil},
		{"a comment inside", "	x := base\n", "	x := base // the first one\n", nil},
		{"layout", "return n + int(math.Sqrt(float64(duration)))", "return n +\n\t\tint(math.Sqrt(\n\t\t\tfloat64(duration),\n\t\t))", nil},
		{"a function on one line", "{\n\treturn n + int(math.Sqrt(float64(duration)))\n}", "{ return n + int(math.Sqrt(float64(duration))) }", nil},
		{"another main", "local, given, later := 1, 2, 3", "local, given, later := 7, 8, 9", nil},
		{"another function", `fmt.Println("hello", high)`, `fmt.Println("hello, world", high)`, nil},
		{"a new cell", "func unrelated()", "func added() int { return seed }\n\nfunc unrelated()", nil},
		{"an unused constant block", "low = iota", "low = 2 * iota", nil},
		{"constants in one block", "const seed = 42\nconst duration = 15\n", "const (\n\tseed = 42\n\tduration = 15\n)\n", nil},
		{"another variable", "unused   = 1", "unused   = 2", nil},
		{"its place", "type kind int\n", "", nil},
		{"a constant", "const seed = 42", "const seed = 43", []string{"const seed"}},
		{"a constant of a constant", "const duration = 15", "const duration = 16", []string{"const duration"}},
		{"a helper", "return n +", "return n -", []string{"func helper"}},
		{"a method", "return 2 *", "return 3 *", []string{"method setting.twice"}},
		{"a new method", "func count()", "func (s *setting) half() {}\n\nfunc count()", []string{"method setting.half"}},
		{"a type", "unused int", "unused float64", []string{"type setting"}},
		{"a variable", "{rate: 65}", "{rate: 66}", []string{"var base"}},
		{"the function", "x := base", "x := base; x.rate++", []string{"func simulate"}},
	} {
		if !strings.Contains(notebook, c.old) {
			t.Fatalf("%s: nothing to edit", c.name)
		}
		got := parts(t, lab(t, strings.Replace(notebook, c.old, c.new, 1)))
		if changed := differing(original, got); !slices.Equal(changed, c.changed) {
			t.Errorf("%s changes %q, want %q", c.name, changed, c.changed)
		}
	}
}

// Files of the module count where their package is used, and where what was
// read of it for an earlier cell is remembered.
func TestEditsOfTheModule(t *testing.T) {
	for _, c := range []struct {
		file, content string
		changed       []string
	}{
		{"lab/pool/pool.yaml", "n: 101\n", []string{"package example.org/lab/pool"}},
		{"lab/deep/deep.go", "package deep\n\nfunc F() { println() }\n", []string{"package example.org/lab/deep"}},
		{"lab/deep/more.go", "package deep\n", []string{"package example.org/lab/deep"}},
		{"lab/pool/pool_test.go", "package pool // changed\n", nil},
		{"lab/aside/aside.go", "package aside // changed\n", nil},
		{"lab/go.mod", "module example.org/lab\n\nrequire example.org/other/v2 v2.2.0\nrequire example.org/far v1.0.1\n", []string{"module example.org/other/v2"}},
	} {
		for _, remembers := range []bool{false, true} {
			dir := lab(t, notebook)
			t.Setenv("GONB_TMP_DIR", "")
			if remembers {
				t.Setenv("GONB_TMP_DIR", dir)
				age(t, dir)
			}
			before := parts(t, dir)
			write(t, filepath.Join(dir, c.file), c.content)
			if changed := differing(before, parts(t, dir)); !slices.Equal(changed, c.changed) {
				t.Errorf("a change of %s changes %q, want %q; remembers is %v", c.file, changed, c.changed, remembers)
			}
		}
	}
}

// age makes all in a folder an hour old.
func age(t *testing.T, dir string) {
	t.Helper()
	date(t, dir, time.Now().Add(-time.Hour))
}

// date gives all in a folder a time of change.
func date(t *testing.T, dir string, at time.Time) {
	t.Helper()
	if err := filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		return errors.Join(err, os.Chtimes(path, at, at))
	}); err != nil {
		t.Fatal(err)
	}
}

// Packages are read once for a kernel, unless they have just changed.
func TestPackagesAreRemembered(t *testing.T) {
	dir := lab(t, notebook)
	t.Setenv("GONB_TMP_DIR", dir)
	memory := filepath.Join(dir, "packages.json")
	date(t, dir, time.Now().Add(time.Hour)) // however long it takes to come to them
	before := parts(t, dir)
	if b, err := os.ReadFile(memory); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("packages that have just changed are remembered: %s, error %v", b, err)
	}
	age(t, dir)
	parts(t, dir)
	b, err := os.ReadFile(memory)
	if err != nil {
		t.Fatal(err)
	}
	const pool = "package example.org/lab/pool"
	write(t, memory, strings.Replace(string(b), before[pool], "remembered", 1))
	if got := parts(t, dir)[pool]; got != "remembered" {
		t.Errorf("what is remembered is not used: %s", got)
	}
	for _, broken := range []string{"", "{", "[]", `{"x":{"Looks":[{}]}}`, string(b[:len(b)/2])} {
		write(t, memory, broken)
		if changed := differing(before, parts(t, dir)); len(changed) > 0 {
			t.Errorf("%.20q in place of the memory changes %q", broken, changed)
		}
	}
}

func differing(a, b map[string]string) []string {
	var names []string
	for name := range a {
		if a[name] != b[name] {
			names = append(names, name)
		}
	}
	for name := range b {
		if _, ok := a[name]; !ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func TestLiterals(t *testing.T) {
	dir := lab(t, notebook)
	file := filepath.Join(dir, "nb/main.go")
	for _, c := range []struct {
		function, line string
		want           []string // the parts
		refused        string
	}{
		{"main.init.func1", `Keep("literal"`, []string{"const duration", "const seed", "func helper", "the function"}, ""},
		{"main.main.func1", `Keep("a"`, []string{"const duration", "func helper", "the function"}, ""},
		{"main.main.func2", `Keep("b"`, nil, "local variable local; pass local as an input"},
		{"main.main.func3", `Keep("c"`, nil, "local variable later, which this cell assigns"},
		{"main.count", "func count", nil, "the variable counter, which this cell assigns"},
		{"main.setting.twice-fm", "func count", nil, "setting.twice is bound to a value"},
	} {
		list, err := reached(c.function, file, place{"main.go", lineOf(t, notebook, c.line)}, Package{})
		var refused *RefusedError
		switch {
		case c.refused != "":
			if !errors.As(err, &refused) || !strings.Contains(refused.Reason, c.refused) {
				t.Errorf("%s: error %v, want it refused: %q", c.function, err, c.refused)
			}
			continue
		case err != nil:
			t.Errorf("%s: %v", c.function, err)
		}
		var names []string
		for _, p := range list {
			names = append(names, p.Name)
		}
		if !slices.Equal(names, c.want) {
			t.Errorf("%s reaches %q, want %q", c.function, names, c.want)
		}
	}
	// The compiler names lines of the cells where the code says so.
	marked := strings.Replace(notebook, "package main\n", "package main\n\n//line Cell[3]:20\n", 1)
	if err := os.WriteFile(file, []byte(marked), 0o600); err != nil {
		t.Fatal(err)
	}
	at := place{"Cell[3]", 20 + lineOf(t, notebook, `Keep("a"`) - 2}
	if list, err := reached("main.main.func1", file, at, Package{}); err != nil || len(list) != 3 {
		t.Errorf("a literal of a cell reaches %v, error %v", list, err)
	}
	if _, err := reached("main.gone", file, place{"main.go", 1}, Package{}); err == nil || errors.As(err, new(*RefusedError)) {
		t.Errorf("error %v for a function that is not there, want one that is no refusal", err)
	}
	if list, err := reached("main.simulate[...]", file, place{"main.go", 1}, Package{}); err != nil || len(list) == 0 {
		t.Errorf("a generic function: %v", err)
	}
}

// What a top-level variable is initialised with is refused if it is changed after
// that. Parts of packages are not read for it.
func TestUnchanged(t *testing.T) {
	const text = `package main

import "example.org/lab/kernel"

type experiment struct{ Seed int }

var (
	e      = experiment{42}
	still  = experiment{43}
	run    = kernel.Run("run",
		e)
	other  = kernel.Run("other", still)
	through = declare()
)

func declare() any { return kernel.Run("through", e) }

func main() {
	f := still
	f.Seed = 8
	kernel.Run("after", e)
	e.Seed = 7
}
`
	dir := lab(t, text)
	for line, want := range map[string]string{"\t\te)": "the variable e, which this cell assigns", "declare()\n)": "the variable e, which this cell assigns", `"other"`: "", `"after"`: ""} {
		err := unchanged(filepath.Join(dir, "nb/main.go"), place{"main.go", lineOf(t, text, line)}, Package{})
		var refused *RefusedError
		if errors.As(err, &refused) != (want != "") || want != "" && !strings.Contains(refused.Reason, want) || want == "" && err != nil {
			t.Errorf("%q: error %v, want %q", line, err, want)
		}
	}
}

var changedLater = 1

var declaredEarly = stackOf()

func stackOf() []uintptr {
	pcs := make([]uintptr, 32)
	return pcs[:runtime.Callers(1, pcs)]
}

// A call in a function is given what variables hold then.
func TestUnchangedFindsTheInitialisation(t *testing.T) {
	if err := Unchanged(declaredEarly, Package{}); err != nil {
		t.Errorf("nothing that it uses is changed: %v", err)
	}
	if err := Unchanged(usesLater, Package{}); err == nil || !strings.Contains(err.Error(), "changedLater") {
		t.Errorf("error %v, want changedLater named", err)
	}
	if err := Unchanged(stackOf(), Package{}); err != nil {
		t.Errorf("a call in a test: %v", err)
	}
	changedLater++
}

var usesLater = func(int) []uintptr { return stackOf() }(changedLater)

const shown = `package main

import (
	"example.org/lab/kernel"
)

var peaks = []float64{45, 65}

var sweep = kernel.NewBars("Peaks", len(peaks))

func simulate(peak float64, bar *kernel.Progress) (int, error) { return 1, nil }

func all(given *kernel.Bars) {
	local := kernel.NewBars("Peaks", len(peaks))
	for _, peak := range peaks {
		bar, report := given.Next("x"), local.Next("y").Update
		kernel.Keep("a", func() (int, error) { return simulate(peak, sweep.Next("x")) }, peak)
		kernel.Keep("b", func() (int, error) { report(1, 1); return simulate(peak, bar) }, peak)
		other := kernel.NewTable("Peaks", len(peaks))
		kernel.Keep("c", func() (int, error) { return simulate(peak, other) }, peak)
	}
}
`

// What only shows is no input and does not bring in what it is made from.
func TestDisplays(t *testing.T) {
	dir := lab(t, shown)
	file := filepath.Join(dir, "nb/main.go")
	own := Package{"example.org/lab/kernel", []string{"Bars", "Progress"}, []string{"Next"}}
	for _, c := range []string{`Keep("a"`, `Keep("b"`} {
		list, err := reached("main.all.func1", file, place{"main.go", lineOf(t, shown, c)}, own)
		var names []string
		for _, p := range list {
			names = append(names, p.Name)
		}
		if want := []string{"func simulate", "the function"}; err != nil || !slices.Equal(names, want) {
			t.Errorf("%s reaches %q, error %v, want %q", c, names, err, want)
		}
	}
	if _, err := reached("main.all.func3", file, place{"main.go", lineOf(t, shown, `Keep("c"`)}, own); err == nil || !strings.Contains(err.Error(), "local variable other") {
		t.Errorf("error %v", err)
	}
}

const changing = `package main

import (
	"fmt"
	"math/rand"
	"regexp"
	"strings"
	"sync"
	"example.org/lab/net"
	"example.org/lab/kernel"
)

type setting struct{ w float64; m map[string]int }

func (s *setting) Set(w float64)  { s.w = w }
func (s *setting) SetAll()        { s.Set(1) }
func (s *setting) Twice() float64 { w := s.w; w *= 2; return w }
func (s setting) Copied()         { s.w = 1 }
func (s setting) Put(k string)    { s.m[k] = 1 }

func made() *setting { return &setting{} }

var x = VALUE

func simulate() (float64, error) { fmt.Print(x); return 0, nil }

func other() {
	CHANGE
}

func main() {}
`

const netPackage = `package net

type Network struct{ pools []pool; notes map[string]string; names }
type pool struct{ n int }
type names []string
type Shape interface{ At(t float64) float64 }
type Ramp struct{ Peak float64 }

func New() (*Network, error) { return &Network{}, nil }
func (n *Network) Add(size int) error { p := pool{size}; n.pools = append(n.pools, p); return nil }
func (n *Network) Grow() { for i := range n.pools { p := &n.pools[i]; p.n++ } }
func (n *Network) Size() int { sum := 0; for i := range n.pools { p := &n.pools[i]; sum += p.n }; return sum }
func (n *Network) Note(k string) { set(&n.notes, k) }
func (n names) Rename() { n[0] = "" }
func (r Ramp) At(t float64) float64 { r.Peak *= t; return r.Peak }
func set(m *map[string]string, k string) {}
`

// A variable that is changed other than by assignment is refused; one that is
// only read is not.
func TestChanges(t *testing.T) {
	for _, c := range []struct{ value, change, refused string }{
		{"1", "x = 2", "other assigns"},
		{"setting{}", "x.m[`a`]++", "other assigns"},
		{"1", "p := &x; *p = 2", "other takes the address of"},
		{"setting{}", "p := &x.w; *p = 2", "other takes the address of"},
		{"map[string]int{}", "clear(x)", "other changes with clear"},
		{"setting{}", "delete(x.m, `a`)", "other changes with delete"},
		{"[]int{1}", "copy(x[1:], []int{2})", "other changes with copy"},
		{"[]int{1}", "_ = append(x[:0], 2)", "other changes with append"},
		{"setting{}", "x.Set(2)", "other changes with its method Set"},
		{"&setting{}", "x.SetAll()", "other changes with its method SetAll"},
		{"made()", "x.Set(2)", "other changes with its method Set"},
		{"new(setting)", "x.Set(2)", "other changes with its method Set"},
		{"func() *setting { return made() }()", "x.Set(2)", "other changes with its method Set"},
		{"struct{ s setting }{}", "x.s.Set(2)", "other changes with its method Set"},
		{"[]setting{{}}", "x[0].Set(2)", "other changes with its method Set"},
		{"setting{}", "x.Put(`a`)", "other changes with its method Put"},
		{"net.Network{}", "x.Add(1)", "other changes with its method Add"},
		{"&net.Network{}", "x.Grow()", "other changes with its method Grow"},
		{"net.Network{}", "x.Note(`a`)", "other changes with its method Note"},
		{"net.Network{}", "x.Rename()", "other changes with its method Rename"},
		{"kernel.Must(net.New())", "kernel.Check(x.Add(1))", "other changes with its method Add"},
		{"rand.New(rand.NewSource(1))", "x.Float64()", "other changes with its method Float64"},
		{"strings.Builder{}", "x.WriteString(`a`)", "other changes with its method WriteString"},

		{"1", "y := x; y = 2", ""},
		{"1", "x := 1; x = 2; p := &x; *p = 3", ""},
		{"[]int{1}", "_ = append(x, 2)", ""},
		{"[]int{1}", "_ = append([]int(nil), x...); copy(make([]int, 1), x)", ""},
		{"setting{}", "x.Twice(); x.Copied()", ""},
		{"kernel.Must(net.New())", "x.Size()", ""},
		{"net.Ramp{}", "x.At(1)", ""},
		{"net.Shape(net.Ramp{})", "x.At(1)", ""},
		{"kernel.Keep(`x`, made)", "x.Get()", ""},
		{"kernel.Must(kernel.Keep(`x`, made), nil)", "x.Get()", ""},
		{"regexp.MustCompile(`a`)", "x.MatchString(`a`)", ""},
		{"sync.Mutex{}", "x.Lock()", ""},
		{"strings.NewReplacer(`a`, `b`)", "x.Replace(`a`)", ""},
		{"[]net.Ramp{{}}", "for _, r := range x { r.At(1) }; x[0].At(1)", ""},
	} {
		dir := lab(t, strings.NewReplacer("VALUE", c.value, "CHANGE", c.change).Replace(changing))
		write(t, filepath.Join(dir, "lab/net/net.go"), netPackage)
		write(t, filepath.Join(dir, "lab/kernel/kernel.go"), "package kernel\n\ntype Value[T any] struct{ done bool }\n\nfunc (v *Value[T]) Get() { v.done = true }\nfunc Keep[T any](string, func() T) *Value[T] { return nil }\nfunc Must[T any](v T, err error) T { return v }\n")
		_, err := reached("main.simulate", filepath.Join(dir, "nb/main.go"), place{"main.go", 1}, Package{Path: "example.org/lab/kernel"})
		var refused *RefusedError
		if got := errors.As(err, &refused); got != (c.refused != "") || got && !strings.Contains(refused.Reason, "which the function "+c.refused) {
			t.Errorf("var x = %s; %s: error %v, want %q", c.value, c.change, err, c.refused)
		}
	}
}

// A file of another package than most beside it hides none of these.
func TestFilesOfAnotherPackage(t *testing.T) {
	for name, stray := range map[string]string{
		"a program":       "//go:build tools\n\npackage main\n\nfunc Grow() {}\n",
		"another package": "//go:build never\n\npackage aside\n\nfunc Grow() {}\n",
		"no Go":           "func Grow() {}\n",
	} {
		dir := lab(t, strings.NewReplacer("VALUE", "&net.Network{}", "CHANGE", "x.Grow()").Replace(changing))
		write(t, filepath.Join(dir, "lab/net/a.go"), stray)
		write(t, filepath.Join(dir, "lab/net/net.go"), netPackage)
		write(t, filepath.Join(dir, "lab/net/more.go"), "package net\n")
		_, err := reached("main.simulate", filepath.Join(dir, "nb/main.go"), place{"main.go", 1}, Package{Path: "example.org/lab/kernel"})
		if err == nil || !strings.Contains(err.Error(), "changes with its method Grow") {
			t.Errorf("beside %s the change is not seen: error %v", name, err)
		}
	}
}

// FuzzReached: whatever the notebook holds, there is an answer.
func FuzzReached(f *testing.F) {
	f.Add(notebook)
	f.Add("package main\nfunc simulate() { simulate() }\ntype T[P any] struct{ T *T[P] }\n")
	dir := f.TempDir()
	file := filepath.Join(dir, "main.go")
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module x\n"), 0o644); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"main.simulate", "main.main.func1"} {
			_, _ = reached(name, file, place{"main.go", 3}, Package{})
		}
	})
}

func TestMayDeclare(t *testing.T) {
	for text, want := range map[string]bool{
		"package a\n\nfunc At() {}":                      true,
		"package a\nfunc  (s *shape[Q])\tAt(t int) {}":   true,
		"package a; type At int":                         true,
		"package a\n\ntype (\n\tB int\n\tAt struct{}\n)": true,
		"package a\n\ntype (At struct{}; B int)":         true,
		"package a\n\nfunc /* here */ At() {}":           true,
		"package a\n\nvar x = s.At(1)":                   false,
		"package a\n\nfunc Attach() {}":                  false,
		"package a\n\nfunc (At_ int) {}":                 false,
		"package a\n\nfunc Attach() {}\n\nfunc At() {}":  true,
		"": false,
	} {
		if got := mayDeclare([]byte(text), "At"); got != want {
			t.Errorf("%q may declare At: %v", text, got)
		}
	}
}
