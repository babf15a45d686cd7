package check

import (
	"go/parser"
	"go/token"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"

	"gomyogen/kernel/launcher/internal/cell"
)

var std = sync.OnceValues(func() (*Packages, error) {
	gocmd, err := exec.LookPath("go")
	if err != nil {
		return nil, err
	}
	return ListPackages(gocmd, ".", "bytes", "context", "errors", "fmt", "io", "os", "strings", "sync", "time", "gomyogen/kernel", "gomyogen/kernel/chart", "gomyogen/kernel/value")
})

func packages(t *testing.T) *Packages {
	t.Helper()
	p, err := std()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

const before = `package main

import (
	"errors"
	"fmt"
	"strings"
	"gomyogen/kernel/chart"
)

type pulse struct {
	// Width in ms.
	Width float64
	inner
}

type inner struct{ Depth int }

func (p *pulse) With(w float64) *pulse { p.Width = w; return p }
func (p pulse) Twice() pulse          { p.Width *= 2; return p }

func one() int              { return 1 }
func two() (int, error)     { return 2, nil }
func third() (int, error)   { return 3, nil }
func fails() error          { return errors.New("x") }
func none()                 {}
func figure() chart.Figure  { return chart.Figure{} }
func figures() []chart.Figure { return nil }

var train = pulse{}
var b strings.Builder
var _ = fmt.Sprint

func pair() (int, int) { return 1, 2 }

`

// The value of a last expression is shown where it has one, as code that is
// right, in its line.
func TestPrepare(t *testing.T) {
	p := packages(t)
	for last, want := range map[string]string{
		"one()": "gomyogenValue.Show(one())", "two()": "gomyogenValue.ShowOrFail(two())", "fails()": "gomyogenValue.ShowOrFail(fails())", "none()": "none()",
		"fmt.Println(1)": "fmt.Println(1)", "b.WriteString(`a`)": "b.WriteString(`a`)", "train.With(1)": "train.With(1)", "train.Twice()": "gomyogenValue.Show(train.Twice())",
		"train.Width + 1": "gomyogenValue.Show(train.Width + 1)", "(one())": "gomyogenValue.Show((one()))", "func() int { return 1 }()": "gomyogenValue.Show(func() int { return 1 }())",
		"copy([]int{}, []int{})": "copy([]int{}, []int{})", "unknown()": "unknown()", "strings.NoSuch()": "strings.NoSuch()",
		"nil": "gomyogenValue.Show(nil)", "<-make(chan int)": "gomyogenValue.Show(<-make(chan int))",
		"figure()": "gomyogenValue.ShowValue(false)(figure())", "figures()": "gomyogenValue.ShowValue(false)(figures())", "chart.Figure{}": "gomyogenValue.ShowValue(false)(chart.Figure{})",
		"kernel.Interact(kernel.Interaction{}, nil)": "kernel.Interact(kernel.Interaction{}, nil)", `kernel.NewProgress("x")`: `kernel.NewProgress("x")`, "kernel.TableOf([]int{})": "gomyogenValue.ShowValue(true)(kernel.TableOf([]int{}))",
	} {
		code := before + "func main() {\n\t" + last + "\n" + cell.ValueMark + "}\n"
		if strings.HasPrefix(last, "kernel.") { // else a cell does not link it
			code = strings.Replace(code, "import (", "import (\n\t\"gomyogen/kernel\"", 1)
		}
		got := Prepare(p, code, false)
		lines := strings.Split(got, "\n")
		at := slices.Index(strings.Split(code, "\n"), "\t"+last)
		if lines[at] != "\t"+want {
			t.Errorf("%s became %s, want %s", last, lines[at], want)
		}
		if _, err := parser.ParseFile(token.NewFileSet(), "", got, 0); err != nil {
			t.Errorf("%s: %v", last, err)
		}
		if without := strings.Replace(code, cell.ValueMark, "", 1); Prepare(p, without, false) != without {
			t.Errorf("%s is shown without a mark", last)
		}
	}
	for code, want := range map[string]string{
		"package main\n\nimport (\n\t. \"strings\"\n\t. \"time\"\n)\n\nfunc main() {\n\t_ = Fields\n}\n": "package main\n\nimport (\n\t. \"strings\"\n\t_ \"time\"\n)\n\nfunc main() {\n\t_ = Fields\n}\n",
	} {
		if got := Prepare(p, code, false); got != want {
			t.Errorf("got\n%s\nwant\n%s", got, want)
		}
	}
	for code, want := range map[string]string{
		"package main\n\nvar (\n\tflag = 1\n)\n\nfunc main() { flag.Parse(); f() }\n": "package main\n\nvar (\n\tflag = 1\n)\n\nfunc main() {             ; f() }\n",
		"package main\n\nvar (\n\tflags = 1\n)\n\nfunc main() {\n\tflag.Parse()\n}\n": "package main\n\nvar (\n\tflags = 1\n)\n\nfunc main() {\n\tflag.Parse()\n}\n",
	} {
		if got := Prepare(p, code, false); got != want {
			t.Errorf("got\n%s\nwant\n%s", got, want)
		}
	}
	reads := "package main\n\nimport \"fmt\"\n\nfunc main() {\n\tfmt.Scanln()\n}\n"
	if got := Prepare(p, reads, true); !strings.Contains(got, "DevNull") || Prepare(p, reads, false) != reads {
		t.Errorf("without input it is\n%s", got)
	}
}

// What is declared no more is not there, nor what is imported for it alone.
func TestWithout(t *testing.T) {
	p := packages(t)
	for _, c := range []struct{ replaced, code, want string }{
		{"func a", "import (\n\t\"fmt\"\n\ts \"strings\"\n)\n\n// a is.\nfunc a() { fmt.Print(s.Fields(`a`)) }\n\nvar a = 1\n", "import (\n\t_ \"fmt\"\n\t_ \"strings\"\n)\n\n// a is.\n\n\nvar a = 1\n"},
		{"type t", "type t int\nfunc (*t) f() {}\nfunc (t) g() {\n}\nfunc t() {}\n", "\n\n\n\nfunc t() {}\n"},
		{"var v", "var (\n\tu = 1\n\tv = u +\n\t2\n)\nconst v = 1\n", "var (\n\tu = 1\n\n\n)\nconst v = 1\n"},
		{"var v,var w", "var (\n\tv, w = f()\n)\n", "var (\n\t_, _ = f()\n)\n"},
		{"const c", "const c = 1\nvar c = 2\nconst (\n\tc int = iota\n\td\n)\n", "\nvar c = 2\nconst (\n\t_ int = iota\n\td\n)\n"},
		{"", "var (\n\t_ = a()\n\t_ = b()\n\t_ I = b()\n)\n", "var (\n\n\t_ = b()\n\n)\n"},
		{"func b", "import \"fmt\"\n\nfunc a() { fmt.Print() }\n", "import \"fmt\"\n\nfunc a() { fmt.Print() }\n"},
	} {
		got := Without(p, "package main\n"+c.code, strings.Split(c.replaced, ","), []string{"b()"})
		var lines []string
		for l := range strings.Lines(got) {
			lines = append(lines, strings.TrimRight(l, " \t\n"))
		}
		if got := strings.Join(lines, "\n") + "\n"; got != "package main\n"+c.want {
			t.Errorf("without %s it is\n%s\nwant\n%s", c.replaced, got, c.want)
		}
	}
}

func TestWithImports(t *testing.T) {
	for paths, want := range map[string]string{
		"a":   "package main; import _ \"a\"\n\nimport (\n\t_ \"b\"\n)\n",
		"a b": "package main; import _ \"a\"\n\nimport (\n\t_ \"b\"\n)\n",
		"b":   "package main\n\nimport (\n\t_ \"b\"\n)\n",
	} {
		if got := WithImports("package main\n\nimport (\n\t_ \"b\"\n)\n", strings.Fields(paths)); got != want {
			t.Errorf("with %s it is\n%s", paths, got)
		}
	}
}

func TestNear(t *testing.T) {
	p := packages(t)
	for code, c := range map[string]struct{ message, want string }{
		"\t_ = twoo()":                    {"undefined: twoo", "undefined: twoo; did you mean two?"},
		"\t_ = fmt.Sprinf":                {"undefined: fmt.Sprinf", "undefined: fmt.Sprinf; did you mean Sprint or Sprintf or Fprint?"},
		"\t_ = time.Secnd":                {"undefined: time", "undefined: time.Secnd; did you mean Second?"},
		"\t_ = train.Witdh":               {"train.Witdh undefined (type pulse has no field or method Witdh)", "train.Witdh undefined (type pulse has no field or method Witdh); did you mean With or Width?"},
		"\t_ = pulse{Wdth: 1}":            {"unknown field Wdth in struct literal of type pulse", "unknown field Wdth in struct literal of type pulse; did you mean Width?"},
		"\t_ = inner{Colour: 1}":          {"unknown field Colour in struct literal of type inner", "unknown field Colour in struct literal of type inner; it has Depth"},
		"\t_ = train.Colour":              {"train.Colour undefined (type pulse has no field or method Colour)", "train.Colour undefined (type pulse has no field or method Colour); it has Depth, Twice, Width, With, inner"},
		"\t_ = None":                      {"undefined: None", "undefined: None; Go's word is nil"},
		"\tqqqq = 3":                      {"undefined: qqqq", "undefined: qqqq; qqqq := ... declares it for this cell, var qqqq = ... for later cells, too"},
		"\t_ = units.Seconds":             {"undefined: units", "undefined: units.Seconds; did you mean S?"},
		"\t_ = units.Milliseconds":        {"undefined: units.Milliseconds", "undefined: units.Milliseconds; did you mean Ms?"},
		"\t_ = zzzzzzzz":                  {"undefined: zzzzzzzz", "undefined: zzzzzzzz"},
		"\tv := two()":                    {"assignment mismatch: 1 variable but two() returns 2 values", "assignment mismatch: 1 variable but two() returns 2 values; its last result is an error: kernel.Must(two()) gives the value, and ends the cell if there is an error"},
		"\t_ = 1 + two()":                 {"multiple-value two() (value of type (int, error)) in binary expression", "multiple-value two() (value of type (int, error)) in binary expression; its last result is an error: kernel.Must(two()) gives the value, and ends the cell if there is an error"},
		"\t_, _ = two(); _ = 1 + third()": {"multiple-value third() (value of type (int, error)) in binary expression", "multiple-value third() (value of type (int, error)) in binary expression; its last result is an error: kernel.Must(third()) gives the value, and ends the cell if there is an error"},
		"\t_, _ = two(); w := third()":    {"assignment mismatch: 1 variable but third() returns 2 values", "assignment mismatch: 1 variable but third() returns 2 values; its last result is an error: kernel.Must(third()) gives the value, and ends the cell if there is an error"},
		"\t_ = time.Second":               {"time.Second undefined (type untyped int has no field or method Second)", "time.Second undefined (type untyped int has no field or method Second); time is a constant of the notebook here, which hides the package time: rename it where a cell declares it, and %rm time forgets it"},
		"\tv := pair()":                   {"assignment mismatch: 1 variable but pair() returns 2 values", "assignment mismatch: 1 variable but pair() returns 2 values"},
		"\tlocal := 1\n\t_ = locale":      {"undefined: locale", "undefined: locale; did you mean local?"},
	} {
		text := before + "func main() {\n" + code + "\n}\n"
		if strings.Contains(c.message, "untyped int") {
			text = before + "const time = 5\nfunc main() {\n" + code + "\n}\n"
		}
		lines := strings.Split(strings.TrimSuffix(text, "\n}\n"), "\n")
		word := c.message
		if i := strings.Index(word, "undefined: "); i >= 0 {
			word = word[len("undefined: "):]
		} else {
			word = strings.Fields(strings.ReplaceAll(strings.TrimPrefix(strings.TrimPrefix(c.message, "unknown field "), "time."), "train.", ""))[0]
		}
		column := strings.Index(lines[len(lines)-1], word) + 1
		if got := Load(p, text, "").Near(c.message, len(lines), column); !alike(got, c.want) {
			t.Errorf("%s: %q, want %q", code, got, c.want)
		}
	}
}

// alike reports whether two messages are equal but for the order of names.
func alike(a, b string) bool {
	words := func(s string) []string {
		return slices.Sorted(strings.FieldsFuncSeq(s, func(r rune) bool { return strings.ContainsRune(" ?", r) }))
	}
	return slices.Equal(words(a), words(b))
}

func TestComplete(t *testing.T) {
	p := packages(t)
	for typed, want := range map[string]string{
		"fmt.Prin|": "Print Printf Println", "tra|": "train", "go tra|": "train", "\ufefftra|": "train", "train.W|": "Width With", "train.Dep|": "Depth", "pulse{W|": "Width", "x := pulse{}\nx.W|": "Width With",
		"%%\ntrain.Twice().Wi|": "Width With", "strings.Fields(tr|": "train true", "time.Now().Yea|": "Year YearDay", "if x := train; x.Wid|": "Width",
		"import \"strin|": "strings", "func f(argument int) int {\n\treturn arg|": "argument", "one|": "one", "// tra|": "", "x := 1\n{\n\ty := 2\n\t_ = x + |y": "",
		"fmt.|Println(1)": "", "12|": "", "for i, value := range []int{} {\n\tfmt.Println(val|": "value", "train.Width = tw|": "two",
	} {
		at := strings.Index(typed, "|")
		text := typed[:at] + typed[at+1:]
		matches, from := Complete(p, text, at, before, "")
		var names []string
		for _, m := range matches {
			names = append(names, m.Text)
		}
		if want == "" {
			continue // it is enough that it does not fail
		}
		if got := strings.Join(names, " "); got != want {
			t.Errorf("%s: %s, want %s", typed, got, want)
		}
		if from > at {
			t.Errorf("%s: it replaces from %d", typed, from)
		}
	}
}

func TestDescribe(t *testing.T) {
	p := packages(t)
	for typed, want := range map[string]string{
		"fmt.Print|ln(1)": "Println formats using the default formats", "fmt.Println(|": "Println formats", "one|": "func one() int", "train.Wid|th": "Width in ms.", "x := two(|": "func two() (int, error)",
		"strings|": "package strings", "strings.Fields(\"a\", |": "Fields splits the string", "pul|se{}": "type pulse struct", "x := 1\nx|": "var x int", "fmt.Println(1)|": "Println formats", "for _, x := range []int{} {\n\tfmt.Println(x)|\n}": "Println formats", "len|": "func len(v Type) int\n\nThe len built-in",
		"error|": "The error built-in interface", "nil|": "nil is a predeclared identifier", "for i := ran|ge 3 {\n}": "for i := range 10", "defer|": "defer f.Close()", "defer fmt.Println|": "Println formats",
		"type pair[A any, B comparable] struct{ X A; Y B }\nvar p pa|ir[int, int]": "type pair[A any, B comparable] struct", "fmt.Println(`for|`)": "Println formats", "chart.Figure{|": "type Figure struct",
	} {
		at := strings.Index(typed, "|")
		d, ok := Describe(p, typed[:at]+typed[at+1:], at, before, "")
		if !ok || !strings.Contains(d.Text(), want) || !strings.Contains(d.Markdown(), "```go") {
			t.Errorf("%s: %q, want %q", typed, d.Text(), want)
		}
	}
	if _, ok := Describe(p, "zzz", 1, before, ""); ok {
		t.Error("an unknown name is described")
	}
}
