package kernel_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gomyogen/install/jupyter/jupytertest"
	"gomyogen/install/notebook"
)

// run runs a notebook of code cells in a kernel of its own. Cells may fail.
func run(t *testing.T, dir string, cells ...string) notebook.Notebook {
	t.Helper()
	home := jupytertest.Home(t)
	path := filepath.Join(dir, "test.ipynb")
	if err := os.WriteFile(path, jupytertest.Notebook(cells...), 0o644); err != nil {
		t.Fatal(err)
	}
	target := filepath.Join(dir, "done.ipynb")
	runErr := home.Execute(context.Background(), &bytes.Buffer{}, path, target)
	if runErr != nil {
		target = filepath.Join(dir, "done.failed.ipynb")
	}
	nb, err := notebook.Read(target)
	if err != nil {
		t.Fatal(runErr, err)
	}
	return nb
}

// output returns what a cell wrote to a stream.
func output(nb notebook.Notebook, cell int, stream string) string {
	s := ""
	for _, o := range nb.Cells[cell].Outputs {
		if o.Name == stream {
			s += string(o.Text)
		}
	}
	return s
}

const get = "%%\nfmt.Println(run.Get())"

// nested keeps a value that keeps another in its function, of a file.
const nested = `import "os"

func emg() (int, error) {
	b, err := os.ReadFile("emg.csv")
	fmt.Print("reading: ")
	return len(b), err
}

func firing() (int, error) { return 2 * kernel.Keep("emg", emg, kernel.File("emg.csv")).Get(), nil }

var rates = kernel.Keep("rates", firing)

%%
kernel.Check(os.WriteFile("emg.csv", []byte("1,2"), 0o644))
fmt.Println(rates.Get())`

// keeping is the notebook's first cell: a value made of a constant, a
// variable, a helper, a type with a method, and a package of the module.
const keeping = `import (
	"fmt"
	"gomyogen/kernel"
	"gomyogen/myogen/units"
)

const seed = 42

var rate = 65 * units.Pps

type scale struct{ by float64 }

func (s scale) of(x float64) float64 { return s.by * x }

func helper(x float64) float64 { return x + 1 }

func compute() (float64, error) {
	fmt.Print("computing: ")
	return helper(scale{2}.of(float64(rate)) + seed), nil
}

var run = kernel.Keep("answer", compute)`

// Each case is a cell that is run after keeping, and whether the value is
// computed again for it.
var edits = []struct {
	name, cell string
	computes   bool
	want       string
}{
	{"the first time", "", true, "173"},
	{"again", "", false, "173"},
	{"an added cell with an import, a comment and another layout", "import \"math\"\n\nfunc unrelated() float64 { return math.Pi * seed }\n\n// helper helps.\nfunc helper(x float64) float64 {\n\t// adds\n\treturn x +\n\t\t1\n}", false, "173"},
	{"a constant", "const seed = 43", true, "174"},
	{"a constant back", "const seed = 42", false, "173"},
	{"a variable", "var rate = 66 * units.Pps", true, "175"},
	{"a helper", "func helper(x float64) float64 { return x + 2 }", true, "176"},
	{"a method", "func (s scale) of(x float64) float64 { return s.by * x * 10 }", true, "1364"},
	{"the function", "func compute() (float64, error) { fmt.Print(\"computing: \"); return 7, nil }", true, "7"},
	{"an input", "var run = kernel.Keep(\"answer\", compute, 1)", true, "7"},
	{"the input's value, from elsewhere", "const one = 1\nvar run = kernel.Keep(\"answer\", compute, one)", false, "7"},
	{"a literal", "var run = kernel.Keep(\"answer\", func() (float64, error) { fmt.Print(\"computing: \"); return helper(0), nil }, one)", true, "2"},
	{"a helper of the literal", "func helper(x float64) float64 { return x + 3 }", true, "3"},
}

func TestKeepInNotebooks(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	cells := []string{keeping}
	for _, e := range edits {
		cells = append(cells, e.cell+"\n\n"+get)
	}
	nb := run(t, dir, cells...)
	for i, e := range edits {
		want := e.want + "\n"
		if e.computes {
			want = "computing: " + want
		}
		if got := output(nb, i+1, "stdout"); got != want {
			t.Errorf("%s: printed %q, want %q; and said %q", e.name, got, want, output(nb, i+1, "stderr"))
		}
	}
	// Another kernel finds it, and says why each was computed.
	nb = run(t, dir, keeping, get, "%%\nkernel.Kept()", "%%\nkernel.Forget(\"answer\")\nfmt.Println(run.Get())",
		nested, "%%\nfmt.Println(rates.Get())", "%%\nkernel.Check(os.WriteFile(\"emg.csv\", []byte(\"1,2,3\"), 0o644))\nfmt.Println(rates.Get())")
	for c, want := range map[int]string{4: "reading: 6\n", 5: "6\n", 6: "reading: 10\n"} {
		if got := output(nb, c, "stdout"); got != want {
			t.Errorf("cell %d prints %q, want %q; leaves %v", c+1, got, want, nb.Cells[c].Outputs)
		}
	}
	if got := output(nb, 1, "stdout"); got != "173\n" {
		t.Errorf("another kernel printed %q, said %q", got, output(nb, 1, "stderr"))
	}
	table := nb.Cells[2].Outputs[0].As("text/plain")
	for _, want := range []string{"test.ipynb", "first time", "const seed: seed = 43, was seed = 42", "func helper: ", "input 1 is new"} {
		if !strings.Contains(table, want) {
			t.Errorf("the table does not say %q:\n%s", want, table)
		}
	}
	if got := output(nb, 3, "stdout"); !strings.HasPrefix(got, "forgot \"answer\"") || !strings.HasSuffix(got, "computing: 173\n") {
		t.Errorf("after Forget it prints %q, says %q", got, output(nb, 3, "stderr"))
	}
	ignored, err := os.ReadFile(filepath.Join(dir, ".myogen", ".gitignore"))
	if err != nil || string(ignored) != "*\n" {
		t.Errorf("git does not ignore the folder: %q, error %v", ignored, err)
	}
}

// What a user did wrong is one line that names the cell, its line and the
// value.
func TestMistakesAreOneLine(t *testing.T) {
	t.Parallel()
	cells := []string{
		"import (\n\t\"fmt\"\n\t\"gomyogen/kernel\"\n\t\"gomyogen/myogen\"\n)\n\nvar count int\n\nfunc counted() (int, error) { return count, nil }",
		"%%\nkernel.Check(myogen.Experiment{Duration: 1, Connections: []myogen.Connection{{Source: \"DD\", Target: \"aMN\", Probability: 2}}}.Check())",
		"%%\nlocal := 3\nfmt.Println(kernel.Keep(\"local\", func() (int, error) { return local, nil }).Get())",
		"%%\ncount++\nfmt.Println(kernel.Keep(\"counted\", counted).Get())",
		"%%\nkernel.ShowTable(kernel.Table{Title: \"T\", Columns: []string{\"a\"}, Rows: [][]any{{1, 2}}})",
		"%%\nkernel.Forget(\"nothing\")",
		"%%\nfor i := range 3 {\n\tkeep := kernel.Keep(fmt.Sprint(\"loop \", i), func() (int, error) { return i * i, nil }, i)\n\tfmt.Println(keep.Get())\n}",
	}
	nb := run(t, t.TempDir(), cells...)
	for c, want := range map[int][]string{
		1: {`myogen: connection "DD" to "aMN": probability is 2, must be above 0 and at most 1`, "Cell[2]:2"},
		2: {`kernel: Keep "local": the function uses the local variable local; pass local as an input`, "Cell[3]:3"},
		3: {"the function uses the variable count, which this cell assigns", "Cell[4]:3"},
		4: {`kernel: row 1 of table "T" has 2 values for 1 columns`, "Cell[5]:2"},
		5: {`kernel: no value "nothing" is kept`, "Cell[6]:2"},
	} {
		said := output(nb, c, "stderr")
		first, rest, _ := strings.Cut(said, "\n")
		for _, part := range want {
			if !strings.Contains(first, part) {
				t.Errorf("cell %d says %q, want %q in the first line", c+1, said, part)
			}
		}
		if rest != "" {
			t.Errorf("cell %d says more than a line: %q", c+1, said)
		}
		if outputs := nb.Cells[c].Outputs; len(outputs) == 0 || outputs[len(outputs)-1].Type != "error" {
			t.Errorf("cell %d did not fail", c+1)
		}
	}
	if got := output(nb, 6, "stdout"); got != "0\n1\n4\n" {
		t.Errorf("a loop of values prints %q, says %q", got, output(nb, 6, "stderr"))
	}
}

// A mistake in a helper names the line of the cell that ran first, then the
// helper and its line; so do kept values and methods.
func TestMistakesNameTheCellThatRan(t *testing.T) {
	t.Parallel()
	nb := run(t, t.TempDir(),
		`import (
	"errors"
	"gomyogen/kernel"
)

type pool struct{}

func (p *pool) connect() {
	kernel.Check(errors.New("the weight is -1 uS"))
}

func network() int {
	(&pool{}).connect()
	return 1
}

func load() (int, error) { return network(), nil }

var kept = kernel.Keep("kept", load)
var literal = kernel.Keep("literal", func() (int, error) {
	kernel.Check(errors.New("the rate is -1 pps"))
	return 1, nil
})`,
		"%%\n_ = 1\nnetwork()",
		"%%\n_ = 1\n_ = 2\nkept.Get()",
		"%%\nliteral.Get()",
		"%%\nfunc() {\n\tkernel.Check(errors.New(\"here\"))\n}()",
		"var early = network()\n\n%%\n_ = early")
	for c, want := range map[int][]string{
		1: {"Cell[2]:3", "the weight is -1 uS", "\n\tin pool.connect, ", "Cell[1]:9"},
		2: {"Cell[3]:4", "the weight is -1 uS", "\n\tin pool.connect, ", "Cell[1]:9"},
		3: {"Cell[4]:2", "the rate is -1 pps", "\n\tin a function literal, ", "Cell[1]:21"},
		4: {"Cell[5]:3", "here"},
		5: {"Cell[1]:9", "the weight is -1 uS"}, // no cell has begun
	} {
		said := output(nb, c, "stderr")
		rest := said
		for _, part := range want {
			_, after, ok := strings.Cut(rest, part)
			if !ok {
				t.Errorf("cell %d says %q, want %q in this order", c+1, said, want)
				break
			}
			rest = after
		}
		if n := strings.Count(said, "Cell["); len(want) == 2 && n != 1 {
			t.Errorf("cell %d names %d places: %q", c+1, n, said)
		}
	}
}

// A bar leaves one output in the saved notebook, with its last state.
func TestProgressLeavesOneOutput(t *testing.T) {
	t.Parallel()
	nb := run(t, t.TempDir(),
		"import (\n\t\"time\"\n\t\"gomyogen/kernel\"\n\t\"gomyogen/myogen/units\"\n)",
		"%%\nbar := kernel.NewProgress(\"Run\")\nfor i := range 500 {\n\tbar.Update(units.Time(i+1), 500)\n\ttime.Sleep(time.Millisecond)\n}",
		"%%\nbars := kernel.NewBars(\"Peaks\", 3)\nfor range 3 {\n\trun := bars.Next(\"run\")\n\tfor i := range 100 {\n\t\trun.Update(units.Time(i+1), 100)\n\t\ttime.Sleep(time.Millisecond)\n\t}\n}")
	for c, want := range map[int]string{1: "Run: 500 of 500 ms (100 %)", 2: "Peaks: 3 of 3 (100 %), took"} {
		outputs := nb.Cells[c].Outputs
		if len(outputs) != 1 || !strings.Contains(outputs[0].As("text/plain"), want) || !strings.Contains(outputs[0].As("text/html"), want) {
			t.Errorf("cell %d leaves %d outputs, want one with %q: %s", c+1, len(outputs), want, fmt.Sprint(outputs))
		}
	}
}

// A cell may use gonbui beside this package: what each shows stays, in order,
// as often as they take turns.
func TestBesideGonbui(t *testing.T) {
	t.Parallel()
	nb := run(t, t.TempDir(),
		"import (\n\t\"fmt\"\n\t\"github.com/janpfeifer/gonb/gonbui\"\n\t\"gomyogen/kernel\"\n\t\"gomyogen/kernel/chart\"\n\t\"gomyogen/myogen/units\"\n)",
		`%%
gonbui.DisplayHTML("<b>first by gonbui</b>")
bar := kernel.NewProgress("Run")
for i := range 50 {
	gonbui.UpdateHTML("own", fmt.Sprintf("<i>own %d</i>", i))
	bar.Update(units.Time(i+1), 50)
}
kernel.Show(chart.Figure{Title: "Line", Panels: []chart.Panel{{Series: []chart.Series{&chart.Line{Name: "x", X: []float64{0, 1}, Y: []float64{0, 1}}}}}})
gonbui.DisplayMarkdown("*in between* by gonbui")
kernel.ShowTable(kernel.Table{Title: "Table", Columns: []string{"a"}, Rows: [][]any{{1}}})
gonbui.DisplayHTML("<b>last by gonbui</b>")`)
	want := [][2]string{{"text/html", "<b>first by gonbui</b>"}, {"text/html", "<i>own 49</i>"}, {"text/plain", "Run: 50 of 50 ms (100 %)"}, {"text/html", "myogen-figure"},
		{"text/markdown", "*in between* by gonbui"}, {"text/plain", "Table"}, {"text/html", "<b>last by gonbui</b>"}}
	outputs := nb.Cells[1].Outputs
	if len(outputs) != len(want) {
		t.Fatalf("%d outputs, want %d; it says %q", len(outputs), len(want), output(nb, 1, "stderr"))
	}
	for i, o := range outputs {
		if got := o.As(want[i][0]); !strings.Contains(got, want[i][1]) {
			t.Errorf("output %d has the %s %.200q, want %q", i, want[i][0], got, want[i][1])
		}
	}
}

// What the compiler does not take stays in the saved notebook: where, what, and
// the line.
func TestCompileErrorsAreSaved(t *testing.T) {
	t.Parallel()
	nb := run(t, t.TempDir(),
		"import \"fmt\"\n\nfunc half(x float64) float64 { return x / 2 }",
		"%%\nfmt.Println(half(1))\nfmt.Println(halve(1))",
		"func third(x float64) float64 {\n\treturn x / units\n}\n\n%%\nfmt.Println(half(1))",
		"%%\nfmt.Println(half(3))")
	for c, want := range map[int][]string{
		1: {"Cell[2]: Line 3\n", "cell [2] line 3: undefined: halve", "fmt.Println(half(1))\nfmt.Println(halve(1))\n            ^\n"},
		2: {"Cell[3]: Line 2\n", "cell [3] line 2: undefined: units", "    return x / units\n               ^\n"},
	} {
		outputs := nb.Cells[c].Outputs
		if len(outputs) == 0 || outputs[len(outputs)-1].Type != "error" {
			t.Errorf("cell %d leaves no error", c+1)
			continue
		}
		last := outputs[len(outputs)-1]
		said := last.Value + "\n" + strings.Join(last.Traceback, "\n")
		for _, part := range want {
			if !strings.Contains(said, part) {
				t.Errorf("the error of cell %d does not say %q:\n%s", c+1, part, said)
			}
		}
	}
	if got := output(nb, 3, "stdout"); got != "1.5\n" {
		t.Errorf("the cell after prints %q, says %q", got, output(nb, 3, "stderr"))
	}
}

// sweeping is a sweep over peaks, each kept on its own.
const sweeping = `import (
	"fmt"
	"os"
	"syscall"
	"gomyogen/kernel"
	"gomyogen/myogen"
	"gomyogen/myogen/random"
	"gomyogen/myogen/units"
)

func simulate(peak units.Rate, bar *kernel.Progress) (*myogen.Result, error) {
	fmt.Println("computing", peak)
	if peak == 50*units.Pps && os.Getenv("STOP") != "" {
		ctx, stop := kernel.Context()
		defer stop()
		kernel.Check(syscall.Kill(os.Getpid(), syscall.SIGINT))
		<-ctx.Done()
	}
	return bar.Simulate(myogen.Experiment{
		Duration:    10 * units.S,
		Populations: []myogen.Population{myogen.DescendingDrivePool{Name: "DD", N: 10, Process: random.Erlang{Order: 5}}},
		Inputs:      []myogen.Input{{Source: "cortical_input", Target: "DD", Shape: myogen.Trapezoid[units.Rate]{Peak: peak, Plateau: 10 * units.S}}},
	})
}

func sweep() []*myogen.Result {
	var results []*myogen.Result
	bars := kernel.NewBars("Peaks", len(peaks))
	for _, peak := range peaks {
		bar := bars.Next(peak.String())
		run := kernel.Keep("peak "+peak.String(), func() (*myogen.Result, error) { return simulate(peak, bar) }, peak)
		result := run.Get()
		bar.Done()
		results = append(results, result)
		if result.Partial() {
			break
		}
	}
	return results
}

var peaks = []units.Rate{20, 30}`

// A peak more is a run more; the stop button ends the sweep, and run again it
// goes on.
func TestSweepInNotebooks(t *testing.T) {
	t.Parallel()
	const show = "\n\n%%\nfor _, r := range sweep() {\n\tfmt.Println(r.Simulated, r.Partial())\n}"
	const more = "var peaks = []units.Rate{20, 30, 40, 50, 60}"
	nb := run(t, t.TempDir(), sweeping+show, "var peaks = []units.Rate{20, 30, 40}"+show,
		more+"\n\n%%\nos.Setenv(\"STOP\", \"1\")\nrs := sweep()\nlast := rs[len(rs)-1]\nfmt.Println(len(rs), last.Partial(), last.Block.Annotations[\"partial\"] != \"\")",
		more+show)
	for c, want := range []string{
		"computing 20 pps\ncomputing 30 pps\n10 s false\n10 s false\n",
		"computing 40 pps\n10 s false\n10 s false\n10 s false\n",
		"4 true true\n",
		"computing 50 pps\ncomputing 60 pps\n" + strings.Repeat("10 s false\n", 5),
	} {
		if got := output(nb, c, "stdout"); !strings.HasSuffix(got, want) {
			t.Errorf("cell %d prints %q, want %q; says %q", c+1, got, want, output(nb, c, "stderr"))
		}
	}
	for c, want := range []string{"Peaks: 2 of 2 (100 %), took", "Peaks: 3 of 3 (100 %), 2 of them kept before, took", "), 3 of them kept before, stopped after", "Peaks: 5 of 5 (100 %), 3 of them kept before, took"} {
		bar := ""
		for _, o := range nb.Cells[c].Outputs {
			bar += o.As("text/plain")
		}
		if !strings.Contains(bar, want) || strings.Count(bar, "Peaks:") != 1 {
			t.Errorf("cell %d leaves the bar %q, want %q", c+1, bar, want)
		}
	}
}

// After a stop, a later cell shows what there is, marked, and computes nothing.
func TestPeekInNotebooks(t *testing.T) {
	t.Parallel()
	const peek = "%%\nr, ok := run.Peek()\nfmt.Println(ok, ok && r.Partial())\n" +
		"kernel.ShowTable(kernel.Table{Title: \"Rates\", Columns: []string{\"a\"}, Rows: [][]any{{1}}})"
	nb := run(t, t.TempDir(), longRun, peek,
		"import (\n\t\"os\"\n\t\"syscall\"\n\t\"time\"\n)\n\n%%\ntime.AfterFunc(500*time.Millisecond, func() { kernel.Check(syscall.Kill(os.Getpid(), syscall.SIGINT)) })\nfmt.Println(run.Get().Partial())",
		peek)
	for c, want := range map[int][2]string{1: {"false false\n", "Rates\n"}, 3: {"true true\n", "Partial (Long run stopped at "}} {
		if got := output(nb, c, "stdout"); got != want[0] || output(nb, c, "stderr") != "" {
			t.Errorf("cell %d prints %q, want %q, and says %q", c+1, got, want[0], output(nb, c, "stderr"))
		}
		table := ""
		for _, o := range nb.Cells[c].Outputs {
			table += o.As("text/plain")
		}
		if !strings.HasPrefix(table, want[1]) {
			t.Errorf("cell %d shows %q, want %q", c+1, table, want[1])
		}
	}
	if got := output(nb, 2, "stdout"); !strings.HasSuffix(got, "true\n") {
		t.Errorf("the stopped cell prints %q, says %q", got, output(nb, 2, "stderr"))
	}
}
