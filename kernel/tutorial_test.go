package kernel_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"gomyogen/install/notebook"
	"gomyogen/myogen"
)

// tutorial returns the code cells of a notebook of the module.
func tutorial(t *testing.T, name string) []string {
	t.Helper()
	nb, err := notebook.Read(filepath.Join("..", "notebooks", name))
	if err != nil {
		t.Fatal(err)
	}
	var cells []string
	for _, c := range nb.Cells {
		if c.Type == "code" {
			cells = append(cells, string(c.Source))
		}
	}
	return cells
}

// The main tutorial is short: at most 60 lines of code with 30 names of this
// module, none of more than 100 characters.
func TestTutorialIsShort(t *testing.T) {
	names, lines := map[string]bool{}, 0
	for _, cell := range tutorial(t, "03_descending_drive.ipynb") {
		for line := range strings.Lines(cell) {
			if strings.TrimSpace(line) != "" {
				lines++
			}
			if len(strings.TrimRight(line, "\n")) > 100 {
				t.Errorf("a line has more than 100 characters: %s", line)
			}
		}
		for _, name := range regexp.MustCompile(`\b(kernel|chart|myogen|neo|random|stats|units)\.[A-Z]\w*`).FindAllString(cell, -1) {
			names[name] = true
		}
	}
	if lines > 60 || len(names) > 30 {
		t.Errorf("it has %d lines with %d names, must have at most 60 and 30", lines, len(names))
	}
}

// The tutorial names its duration once: changed to 5 s every figure and number
// follows, and the file of the experiment gives the same spikes on the command
// line.
func TestTutorialAtFiveSeconds(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("runs a notebook")
	}
	cells := tutorial(t, "03_descending_drive.ipynb")
	all := strings.Join(cells, "\n")
	if n := strings.Count(all, "15"); n > 1+strings.Count(all, "0.15") {
		t.Errorf("the duration stands %d times", n)
	}
	for i := range cells {
		cells[i] = strings.Replace(cells[i], "Duration: 15 * units.S", "Duration: 5 * units.S", 1)
	}
	dir := t.TempDir()
	nb := run(t, dir, cells...)
	var text strings.Builder
	figures := 0
	for i, c := range nb.Cells {
		for _, o := range c.Outputs {
			text.WriteString(string(o.Text))
			shown := o.As("text/plain")
			text.WriteString(shown)
			if o.Type == "error" {
				t.Errorf("cell %d: %s: %s", i, o.Error, o.Value)
			}
			if strings.HasPrefix(shown, "Figure ") {
				figures++
			}
		}
	}
	if figures != 3 {
		t.Errorf("it shows %d figures, want 3", figures)
	}
	for _, want := range []string{"Run of 5 s: 50000 steps", "spikes in 0 ms .. 5 s", "with 50000 points", "100 of 100 active", "Plateau: mean rate 1"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("it does not say %q:\n%s", want, text.String())
		}
	}
	if old := regexp.MustCompile(`(^|[^.0-9])(15 s|15000|150000|150001)\b`).FindString(text.String()); old != "" {
		t.Errorf("it speaks of %q:\n%s", old, text.String())
	}

	results := filepath.Join(dir, "results", "descending_drive")
	want, err := myogen.LoadReport(results + ".npz")
	if err != nil {
		t.Fatal(err)
	}
	again := filepath.Join(t.TempDir(), "again.npz")
	if out, err := exec.Command("go", "run", "../myogen/cmd/myogen", "run", results+".yaml", "-out", again).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	got, err := myogen.LoadReport(again)
	if err != nil || got.SpikesSHA256 != want.SpikesSHA256 {
		t.Errorf("the file of the experiment gives the spikes %s, want %s (%v)", got.SpikesSHA256, want.SpikesSHA256, err)
	}
	if _, err := os.Stat(results + ".report.json"); err != nil {
		t.Error(err)
	}
}
