package cell

import (
	"fmt"
	"go/parser"
	"go/token"
	"strings"
	"testing"
)

// The compiler names lines of the cell that declared them last, wherever GoNB put them and
// whatever it took out.
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

func helper() {
	// unknown
	panic("unknown")
}

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
	places := func(o Origins, program string) func(part string) string {
		marked := o.Mark(program)
		if Unmark(marked) != program {
			t.Errorf("unmarked it is\n%s", Unmark(marked))
		}
		fset := token.NewFileSet()
		f, err := parser.ParseFile(fset, "main.go", marked, 0)
		if err != nil {
			t.Fatalf("%v\n%s", err, marked)
		}
		return func(part string) string {
			before, _, ok := strings.Cut(marked, part)
			if !ok {
				t.Fatalf("there is no %s", part)
			}
			at := fset.Position(fset.File(f.FileStart).Pos(len(before)))
			return fmt.Sprintf("%s:%d", at.Filename, at.Line)
		}
	}
	of := places(o, program)
	for part, want := range map[string]string{
		`panic("connect")`: "Cell[1]:6", `panic("new")`: "Cell[2]:9", `panic("early")`: "Cell[2]:3", `panic("last")`: "Cell[3]:6", "x := 1": "Cell[3]:2", `panic("unknown")`: "main.go:9",
	} {
		if got := of(part); got != want {
			t.Errorf("%s is of %s, want %s", part, got, want)
		}
	}
	if got := o.Mark("no program"); got != "no program" {
		t.Errorf("what is no program becomes %q", got)
	}
	c := Read("x := `1\n2`; _ = x\n\npanic(1)")
	code, err := c.Write()
	if err != nil {
		t.Fatal(err)
	}
	of = places(Origins{}.With(0, c, code), "package main\n\n"+code.Text)
	for part, want := range map[string]string{"panic": "Cell:4", "x :=": "Cell:1"} {
		if got := of(part); got != want {
			t.Errorf("without %%%% %s is of %s, want %s", part, got, want)
		}
	}
}
