package check

import (
	"go/parser"
	"go/token"
	"strings"
	"testing"
)

const several = `package main

import (
	"flag"
	"fmt"
	"gomyogen/kernel"
	"gomyogen/kernel/chart"
	"gomyogen/myogen"
	v2 "math/rand/v2"
	"strings"
)

const (
	one = iota
	two
)

const dt = 0.1

type pool struct{ n int }

type other struct{ p pool }

var (
	experiment = myogen.Experiment{}
	peak = 60.0
	word = strings.ToUpper("x")
	text = "y"
	_ = register(text)
)

func (p pool) size() int { return p.n + two }
func (o *other) show() { fmt.Println(o) }

func simulate() error {
	kernel.Check(nil)
	return nil
}

func figure() chart.Figure { return chart.Figure{Title: fmt.Sprint(v2.N(3))} }

func register(s string) int { return len(s) }

func init() { fmt.Print("") }

func main() {
	flag.Parse()
	LAST
}
`

// A program keeps what its function main reaches and what runs by itself.
func TestLean(t *testing.T) {
	always := []string{"word =", `"strings"`, "text =", "_ = register", "func register", "func init", `"fmt"`, `"flag"`}
	for last, c := range map[string]struct{ has, hasNot []string }{
		"fmt.Println(1)":        {nil, []string{"experiment", "myogen", "kernel", "chart", "v2", "peak", "simulate", "figure()", "two", "dt", "pool", "other"}},
		"fmt.Println(peak, dt)": {[]string{"peak =", "const dt"}, []string{"experiment", "kernel", "pool"}},
		"pool{}.size()":         {[]string{"type pool", "size()", "two", "one = iota"}, []string{"other", "kernel"}},
		"_ = other{}":           {[]string{"type other", "type pool", "show()", "size()"}, []string{"kernel", "figure"}},
		"_ = experiment":        {[]string{"experiment =", `"gomyogen/myogen"`}, []string{"kernel", "chart"}},
		"fmt.Println(func() any { return figure() })": {[]string{"figure()", `"gomyogen/kernel/chart"`, `v2 "math/rand/v2"`}, []string{"simulate", "experiment"}},
	} {
		code := strings.Replace(several, "LAST", last, 1)
		got := Lean(code)
		for _, text := range append(c.has, always...) {
			if !strings.Contains(got, text) {
				t.Errorf("with %s there is no %s:\n%s", last, text, got)
			}
		}
		before, _, _ := strings.Cut(got, "func main()")
		for _, text := range c.hasNot {
			if text == "kernel" {
				text = `"gomyogen/kernel"`
			}
			if strings.Contains(before, text) {
				t.Errorf("with %s there is still %s:\n%s", last, text, got)
			}
		}
		if strings.Count(got, "\n") != strings.Count(code, "\n") {
			t.Errorf("with %s lines have other numbers", last)
		}
		if _, err := parser.ParseFile(token.NewFileSet(), "", got, 0); err != nil {
			t.Errorf("with %s: %v", last, err)
		}
	}
	for name, code := range map[string]string{
		"kernel is used":           strings.Replace(several, "LAST", "_ = simulate", 1),
		"a value is shown by it":   strings.Replace(strings.Replace(several, "package main", `package main; import gomyogenValue "gomyogen/kernel"`, 1), "LAST", "gomyogenValue.ShowValue(false)(1)", 1),
		"a package is named other": strings.Replace(strings.Replace(several, `"strings"`, `"strings"; "github.com/x/go-y"`, 1), "LAST", "fmt.Println(1)", 1),
		"a package without a name": strings.Replace(strings.Replace(several, `"strings"`, `"strings"; . "math"`, 1), "LAST", "fmt.Println(1)", 1),
		"it is no Go":              strings.Replace(several, "LAST", "fmt.Println(1", 1),
	} {
		if got := Lean(code); got != code {
			t.Errorf("%s: it became\n%s", name, got)
		}
	}
}
