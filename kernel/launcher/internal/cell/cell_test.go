package cell

import (
	"errors"
	"go/parser"
	"go/token"
	"slices"
	"strings"
	"testing"
)

const m = "func main() { flag.Parse(); "

func TestWrite(t *testing.T) {
	for name, c := range map[string]struct{ typed, want string }{
		"statements":                   {"fmt.Println(1)", m + "fmt.Println(1)\n" + ValueMark + "}"},
		"no expression at the end":     {"x := 1\n_ = x", m + "x := 1\n_ = x\n}"},
		"declarations":                 {"import \"fmt\"\n\nfunc f() {}\nvar x = func() int { return 1 }()", "import \"fmt\"\n\nfunc f() {}\nvar x = func() int { return 1 }()"},
		"both":                         {"func f() int { return 1 }\nf()", "func f() int { return 1 }\n" + m + "f()\n" + ValueMark + "}"},
		"on one line":                  {"var x = 1; x", "var x = 1; " + m + "x\n" + ValueMark + "}"},
		"a literal that is called":     {"func(x int) int { return x }(3)", m + "func(x int) int { return x }(3)\n" + ValueMark + "}"},
		"a method":                     {"type t int\nfunc (t) f() {}\nt(1).f()", "type t int\nfunc (t) f() {}\n" + m + "t(1).f()\n" + ValueMark + "}"},
		"%%":                           {"var x = 1\n%%\nx", "var x = 1\n%%\nx\n" + ValueMark},
		"%% alone":                     {"%%", "%%"},
		"%% with arguments":            {"%% a b\nflag.Args()", "%% a b\nflag.Args()\n" + ValueMark},
		"two %%":                       {"%%\nf()\n%% a\n%%\nx := 1", "%%\nf()\n%args a\n\nx := 1\n"},
		"statements before %%":         {"f()\n%%\ng()", m + "f()\n\ng()\n" + ValueMark + "}"},
		"function main":                {"func main() {\n\tf()\n}", "func main() {\n\tf()\n}"},
		"Windows":                      {"import \"fmt\"\r\n%%\r\nfmt.Println(`a\r\nb`)\r\n", "import \"fmt\"\n%%\nfmt.Println(`a\nb`)\n\n" + ValueMark},
		"a byte order mark":            {"\ufeffimport \"fmt\"", "import \"fmt\""},
		"package":                      {"package main\nimport \"fmt\"", "            \nimport \"fmt\""},
		"a line that begins like it":   {"packages := 1\n_ = packages", " " + m + "packages := 1\n_ = packages\n}"},
		"magics":                       {"%env A=b\n!ls \"\n!echo \\\n a\nx := 1", "%env A=b\n!ls \"\n!echo \\\n a\n" + m + "x := 1\n}"},
		"a magic that is indented":     {"x := 1\n\t%env A=b\n  %% c\nx++", m + "x := 1\n%env A=b\n%args c\nx++\n}"},
		"functions init":               {"func init() {}\nfunc init() {}\nfunc (t) init() {}", "func initOf_03b89b() {}\nfunc initOf_03b89b0() {}\nfunc (t) init() {}"},
		"magics alone":                 {"!ls", "!ls"},
		"magics between":               {"x := 1\n!ls\nx++", m + "x := 1\n!ls\nx++\n}"},
		"magics in comments":           {"//gonb:%env A=b\nx := 1", "//gonb:%env A=b\n" + m + "x := 1\n}"},
		"%test":                        {"func TestA(t *testing.T) {}\n%test", "func TestA(t *testing.T) {}\n%test"},
		"another language":             {"%%bash\necho `", "%%bash\necho `"},
		"a raw string":                 {"s := `a\nb`\n_ = s", m + "s := `a\nb`\n_ = s\n}"},
		"a raw string of GoNB's lines": {"s := `a\n!ls \\\n%%\npackage x`\n_ = s", m + "s := (\"a\\n\" +\n\"!ls \\\\\\n\" +\n\"%%\\n\" +\n\"package x\")\n_ = s\n}"},
		"and in a declaration":         {"var s = `\n%env A=b\n`", "var s = (\"\\n\" +\n\"%env A=b\\n\" +\n\"\")"},
		"a comment of GoNB's lines":    {"/*\n!ls\n%%\n*/\nvar x = 1", "/*\n !ls\n %%\n*/\nvar x = 1"},
		"an expression that goes on":   {"x := a &&\n!b\n_ = x", m + "x := a &&\n !b\n_ = x\n}"},
		"a group of constants":         {"const (\n\ta = 1 // one\n\tb = 2\n)", " \n\tconst a = 1 // one\n\tconst b = 2\n"},
		"iota":                         {"const (\n\tA kind = iota\n\t_\n\tB\n\tC, D = 1 << iota, -iota\n)", " \n\tconst A kind = 0\n\t\n\tconst B kind = 2\n\tconst C = 1 << 3; const D = -3\n"},
		"constants of a line":          {"const a, b = 1, 2", " const a = 1; const b = 2"},
		"an import among statements":   {"x := 1\nimport \"os\"\n\timport m \"math\"\nos.Exit(x)", `import "os"; import m "math"; ` + m + "x := 1\n\n\t\nos.Exit(x)\n" + ValueMark + "}"},
		"imports between statements":   {"x := 1\nimport (\n\t\"os\" // for Exit\n\n\tm `math`\n)\n_ = m.Pi; import _ \"image\"; import ( \"fmt\" )\nos.Exit(x)", "import (\"os\"; m `math`; ); import _ \"image\"; import (\"fmt\"); " + m + "x := 1\n\n\n\n\n\n_ = m.Pi; ; \nos.Exit(x)\n" + ValueMark + "}"},
		"constants among statements":   {"f()\nconst (\n\ta = 1\n)", m + "f()\nconst (\n\ta = 1\n)\n}"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := Read(c.typed).Write()
			if err != nil {
				t.Fatal(err)
			}
			if got.Text != c.want {
				t.Errorf("got\n%s\nwant\n%s", got.Text, c.want)
			}
		})
	}
}

// What GoNB makes of a cell parses, and each word of Go stays in its line.
func TestLinesStay(t *testing.T) {
	typed := "import \"fmt\"\n\nconst (\n\tone = iota + 1\n\ttwo\n)\n\n// f is.\nfunc f() int {\n\treturn two\n}\n\n/* a\n%\n*/\nx := `\n!a\n`\nfmt.Println(x,\n\tf(), one)\nlast(x)"
	got, err := Read(typed).Write()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := parser.ParseFile(token.NewFileSet(), "", "package main;"+got.Text, 0); err != nil {
		t.Errorf("%v\n%s", err, got.Text)
	}
	lines := strings.Split(got.Text, "\n")
	for i, l := range strings.Split(typed, "\n") {
		for _, word := range []string{"fmt", "one", "two", "return", "Println", "!a", "last"} {
			if strings.Contains(l, word) && !strings.Contains(lines[i], word) {
				t.Errorf("line %d is %q, was %q", i+1, lines[i], l)
			}
		}
	}
}

func TestMistakes(t *testing.T) {
	for typed, want := range map[string]string{
		"x = [1, 2, 3]":                     "line 1: unexpected comma; expecting ]: a Go list is written xs := []float64{1, 2, 3}",
		"x **= 2":                           "line 1: expected operand, found '*=': Go's power is math.Pow(x, 2)",
		"x := 1\nfunc f() {}":               "line 2: func f stands after the first statement, in line 1; move it above line 1 or into a cell of its own",
		"fmt.Println(\"a)":                  "line 1: string literal not terminated",
		"for {\n":                           "line 1: { is not closed",
		"fmt.Println(\"a\"":                 "line 1: ( is not closed",
		"f(1)\nfor i in range(10):\n\tg(i)": "line 2: expected '{', found in: a Go loop over numbers is written for i := range 10 { ... }",
		"def f(x):\n\treturn x":             "line 1: expected ';', found f: a Go function is written",
		"while true {\n}":                   "line 1: expected ';', found true: Go's while is for",
		"if x > 3:\n\tf()":                  "line 1: illegal label declaration: a Go block stands in braces",
		"# a\nf()":                          "line 1: illegal character U+0023 '#': a Go comment begins with //",
		"f('hello')":                        "line 1: illegal rune literal: a Go text stands in double quotes",
		"import math":                       "line 1: missing import path: a Go import has its path in quotes",
		"x = = 1":                           "line 1: expected operand, found '='",
		"import \"os\"\n\nimport \"C\"":     "line 3: cells are compiled without cgo",
		"func f() int {\n\treturn 1 +\n}":   "line 3: expected operand, found '}'",
		"x, y := 1, 2\nx, y":                "line 2: expected 1 expression: to show several values, write fmt.Println(...) around them",
		"import numpy as np":                "line 1: ",
		"import _ \"embed\"\n\n//go:embed a\nvar a string": "line 3: go:embed does not work in a cell",
		"f()\n\n) g()":                        "line 3: ) closes nothing",
		"}":                                   "line 1: } closes nothing",
		"var s = `a\n!b`\nif x {\n\ty(\n}\n)": "line 5: ",
	} {
		_, err := Read(typed).Write()
		if all := Errors(err); len(all) == 0 || !strings.HasPrefix(all[0].Error(), want) {
			t.Errorf("%q: error %v, want %q", typed, err, want)
		}
		var e *Error
		if !errors.As(err, &e) || strings.Contains(err.Error(), "expected declaration") {
			t.Errorf("%q: error %v", typed, err)
		}
	}
}

func TestComplete(t *testing.T) {
	for typed, want := range map[string]string{
		"": "complete", "x := 1": "complete", "for i := range 3 {": "incomplete", "for i := range 3 {\n}": "complete", "x :=": "incomplete",
		"f(1,": "incomplete", "s := `a": "incomplete", "/* a": "incomplete", "f(]": "invalid", "x := \"a": "invalid", "}": "invalid",
		"!ls": "complete", "%%bash\necho {": "complete", "import \"fmt\"": "complete", "import (": "incomplete", "%%\nx := (1 +": "incomplete",
		"1 = = 2": "invalid", "// a": "complete",
	} {
		if got := Read(typed).Complete(); got.Status != want {
			t.Errorf("%q is %s, want %s", typed, got.Status, want)
		}
	}
	if got := Read("func f() {\n\tif x {").Complete().Indent; got != "\t\t" {
		t.Errorf("the next line is indented by %q", got)
	}
}

func TestNames(t *testing.T) {
	got, err := Read("var a, b = f()\ntype c int\nfunc d() {}\nfunc (c) e() {}\n\ng, _ := d()\nvar h int").Write()
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got.Declares, []string{"a", "b", "c", "d"}) || !slices.Equal(got.Locals, []string{"g", "h"}) {
		t.Errorf("declares %q and %q", got.Declares, got.Locals)
	}
}

// No text makes it panic, and what it takes parses and is as long.
func FuzzWrite(f *testing.F) {
	for _, s := range []string{"%%\nfmt.Println(1)", "const (\na = iota\nb)\nx", "s := `\n!x`", "/*\n%", "package a;x", "//gonb:%%\nf()\n%% a"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		c := Read(typed)
		c.Complete()
		got, err := c.Write()
		if err != nil || !c.Go {
			return
		}
		if a, b := strings.Count(c.Text, "\n"), strings.Count(got.Text, "\n"); b < a || b > a+1 {
			t.Errorf("%q has %d line ends, became %q with %d", typed, a, got.Text, b)
		}
	})
}

func TestImports(t *testing.T) {
	code, err := Read("import \"a\"\nx := 1\nimport (\n\t\"b\"\n\n\tc \"c/d\"\n)").Write()
	if want := []Import{{"b", 4, 2}, {"c/d", 6, 4}, {"a", 1, 8}}; err != nil || !slices.Equal(code.Imports, want) {
		t.Errorf("imports %v, error %v, want %v", code.Imports, err, want)
	}
}

func TestBlank(t *testing.T) {
	code, err := Read("import (\n\t_ \"a\"\n\t. \"b\"\n\tc \"c\"\n)\nimport _ `d`").Write()
	if err != nil || !slices.Equal(code.Blank, []string{"a", "d"}) {
		t.Errorf("imports for their effect alone: %q, error %v", code.Blank, err)
	}
}
