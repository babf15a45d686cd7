package cell

import (
	"strings"
	"testing"
)

// A line of the program is found in the cell that declared it last, wherever GoNB put it
// and whatever it took out.
func TestOrigins(t *testing.T) {
	var o Origins
	for i, text := range []string{
		"import \"fmt\"\n\ntype pool struct{}\n\nfunc (p *pool) connect() {\n\tpanic(\"connect\")\n}\n\nfunc old() {\n\tpanic(\"old\")\n}",
		"var early =\n\tfunc() int {\n\t\tpanic(\"early\")\n\t}()\n\n// old is new.\nfunc old() {\n\n\tpanic(\"new\")\n}",
		"%%\nx := 1\n!ls\n%env A B\n\npanic(\"last\")",
	} {
		c := Read(text)
		code, err := c.Write()
		if err != nil {
			t.Fatal(err)
		}
		o = o.With(i+1, c, code)
	}
	program := `package main

import "fmt"

type pool struct{}

var (
	early = func() int {
		panic("early")
	}()
)

// old is new.
func old() {

	panic("new")
}

func (p *pool) connect() {
	panic("connect")
}

func main() {
	flag.Parse()
x := 1

panic("last")

}
`
	find := o.Lines(program)
	line := func(part string) int {
		before, _, ok := strings.Cut(program, part)
		if !ok {
			t.Fatalf("there is no %s", part)
		}
		return strings.Count(before, "\n") + 1
	}
	for part, want := range map[string]Place{
		`panic("connect")`: {1, 6}, `panic("new")`: {2, 9}, `panic("early")`: {2, 3}, `panic("last")`: {3, 6}, "x := 1": {3, 2},
	} {
		if got, ok := find(line(part)); !ok || got != want {
			t.Errorf("%s is of %v, %t, want %v", part, got, ok, want)
		}
	}
	for _, none := range []int{0, 1, line("type pool"), 1 << 40} {
		if got, ok := find(none); ok {
			t.Errorf("line %d is of %v", none, got)
		}
	}
	if _, ok := o.Lines("no program")(1); ok {
		t.Error("what is no program has a line of a cell")
	}
	c := Read("x := 1; _ = x\n\npanic(1)")
	code, err := c.Write()
	if err != nil {
		t.Fatal(err)
	}
	if got, _ := (Origins{}).With(1, c, code).Lines("package main\n\n" + code.Text)(5); got != (Place{1, 3}) {
		t.Errorf("without %%%% it is of %v", got)
	}
}
