//go:build unix

package jupyter_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"gomyogen/install/jupyter"
	"gomyogen/install/jupyter/jupytertest"
	"gomyogen/install/notebook"
)

// write puts a notebook of code cells, of which the first that fails ends the
// run, into a new folder.
func write(t *testing.T, cells ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "test.ipynb")
	if err := os.WriteFile(path, bytes.ReplaceAll(jupytertest.Notebook(cells...), []byte("raises-exception"), nil), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// The tutorials run through the real kernel, and say what they are to say.
func TestTutorialsRun(t *testing.T) {
	home := jupytertest.Home(t)
	files, err := filepath.Glob(filepath.Join(home.Notebooks(), "*.ipynb"))
	if err != nil || len(files) == 0 {
		t.Fatalf("found %d notebooks, error %v", len(files), err)
	}
	// They read reference data of the clone that they stand in.
	clone := t.TempDir()
	dir := filepath.Join(clone, "notebooks")
	if err := errors.Join(os.Mkdir(dir, 0o755), os.Symlink(filepath.Join(home.Module, "myogen"), filepath.Join(clone, "myogen"))); err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		name := filepath.Base(file)
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		copied := filepath.Join(dir, name)
		if err := os.WriteFile(copied, source, 0o644); err != nil {
			t.Fatal(err)
		}
		t.Run(strings.TrimSuffix(name, ".ipynb"), func(t *testing.T) {
			var out bytes.Buffer
			target := filepath.Join(t.TempDir(), name)
			if err := home.Execute(context.Background(), &out, copied, target); err != nil {
				t.Fatal(err)
			}
			nb, err := notebook.Read(target)
			if err != nil {
				t.Fatal(err)
			}
			if err := nb.Stale(home.Module); err != nil {
				t.Errorf("just executed, but %v", err)
			}
			for _, want := range printedBy[name] {
				if !strings.Contains(nb.Printed(), want) {
					t.Errorf("it does not print %q; it prints\n%s", want, nb.Printed())
				}
			}
		})
	}
}

// printedBy is what tutorials must print: the results of their seeds.
var printedBy = map[string][]string{
	"00_ten_minutes_of_go.ipynb":      {"17.4 pps", "error: a recording of 0 s has no rate"},
	"01_recruitment_thresholds.ipynb": {"100 thresholds from 0.01 to 1.00"},
	"02_injected_currents.ipynb":      {"spikes: 1878 - equal to the bit: true"},
	"03_descending_drive.ipynb": {
		"68702 spikes of 100 drive neurons", "14067 spikes of 100 NERLab motor neurons",
		"78 of 100 active, mean rate 17.37 pps", "84 of 100 active, mean rate 5.16 pps",
	},
	"04_shaping_the_drive.ipynb":  {"20 of 20 frequencies above chance"},
	"05_one_neuron_inside.ipynb":  {"Powers 2017    0.2    3.34 nA"},
	"06_exploring.ipynb":          {"78 of 100 active, mean rate 16.78 pps"},
	"07_same_run_as_python.ipynb": {"69026 equal to the last bit", "14113 equal to the last bit", "0.1 ms     33.76 ms      4.783 %"},
	"08_a_thousand_runs.ipynb":    {"1000 runs"},
	"09_fitting_the_drive.ipynb":  {"aMN.mean_rate          16.82 pps, wanted 16.82 ± 2.5", "weight                 0.2552 uS"},
}

func TestAFailingCellIsNamed(t *testing.T) {
	home := jupytertest.Home(t)
	file := write(t, "import \"gomyogen/kernel\"\nimport \"errors\"", "%%\nkernel.Check(errors.New(\"the weight is -1 uS\"))", "%%\nprintln(1)")
	err := home.Execute(context.Background(), &bytes.Buffer{}, file, jupyter.Results(file))
	if err == nil || !strings.Contains(err.Error(), "cell 2 failed") || !strings.Contains(err.Error(), "the weight is -1 uS") {
		t.Fatalf("error %v, want it to name cell 2 and the weight", err)
	}
	results := filepath.Join(filepath.Dir(file), "results")
	nb, err := notebook.Read(filepath.Join(results, "test.failed.ipynb"))
	if err != nil || len(nb.Cells[1].Outputs) == 0 || len(nb.Cells[2].Outputs) != 0 {
		t.Errorf("error %v; want the outputs of the cell that failed and none of the one behind it", err)
	}
	if entries, err := os.ReadDir(results); err != nil || len(entries) != 1 || entries[0].Name() != "test.failed.ipynb" {
		t.Errorf("results/ holds %v (error %v), want test.failed.ipynb", entries, err)
	}
}

// forged is a notebook with outputs that nobody's run made, in cells that a run
// leaves out: skipped, empty, behind a failing one.
func forged(t *testing.T, cells ...map[string]any) string {
	t.Helper()
	const script = "<script>forged()</script>"
	outputs := []map[string]any{
		{"output_type": "display_data", "metadata": map[string]any{}, "data": map[string]any{"text/html": script}},
		{"output_type": "execute_result", "execution_count": nil, "metadata": map[string]any{}, "data": map[string]any{"image/svg+xml": "<svg>" + script + "</svg>"}},
		{"output_type": "stream", "name": "stdout", "text": script},
		{"output_type": "error", "ename": "forged", "evalue": script, "traceback": []string{script}},
	}
	for i, c := range cells {
		c["id"] = fmt.Sprintf("c%d", i)
		if c["cell_type"] == nil {
			c["cell_type"], c["outputs"], c["execution_count"] = "code", append(outputs[i%4:4:4], outputs[:i%4]...), 7
			if i%2 == 1 { // as if it never ran
				c["execution_count"] = nil
			}
		}
		if c["metadata"] == nil {
			c["metadata"] = map[string]any{}
		}
	}
	b, err := json.Marshal(map[string]any{"cells": cells, "nbformat": 4, "nbformat_minor": 5, "metadata": map[string]any{"gomyogen": map[string]any{"code": "forged"}}})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "test.ipynb")
	if err := os.WriteFile(path, b, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// Outputs that a run did not make are gone after it, and only a notebook of which
// all ran is trusted by JupyterLab.
func TestForgedOutputsDoNotSurvive(t *testing.T) {
	home := jupytertest.Home(t)
	trust := t.TempDir()
	t.Setenv("JUPYTER_DATA_DIR", trust)
	skipped := map[string]any{"tags": []string{"skip-execution"}}
	for name, c := range map[string]struct {
		cells                  []map[string]any
		fails, stamped, signed bool
	}{
		"all ran":  {[]map[string]any{{"source": "import \"fmt\""}, {"source": "%%\nfmt.Println(1)"}, {"source": " "}, {"cell_type": "raw", "source": "text"}}, false, true, true},
		"skipped":  {[]map[string]any{{"source": "import \"fmt\""}, {"source": "%%\nfmt.Println(1)"}, {"source": "%%\nfmt.Println(2)", "metadata": skipped}}, false, true, false},
		"failed":   {[]map[string]any{{"source": "%%\npanic(1)"}, {"source": "%%\nprintln(2)"}}, true, false, false},
		"may fail": {[]map[string]any{{"source": "%%\npanic(1)", "metadata": map[string]any{"tags": []string{"raises-exception"}}}, {"source": "%%\nprintln(2)"}}, false, true, true},
	} {
		file := forged(t, c.cells...)
		target := jupyter.Results(file)
		if name == "skipped" { // signed in JupyterLab's database before, as if it had been looked at
			sign := exec.Command(home.Python("python"), "-c", "import sys, nbformat\nfrom nbformat.sign import NotebookNotary\nNotebookNotary().sign(nbformat.read(sys.argv[1], 4))", file)
			if out, err := sign.CombinedOutput(); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
		}
		err := home.Execute(context.Background(), &bytes.Buffer{}, file, target)
		if (err != nil) != c.fails {
			t.Errorf("%s: error %v", name, err)
		}
		if c.fails {
			target = strings.TrimSuffix(target, ".ipynb") + ".failed.ipynb"
		}
		text, err := os.ReadFile(target)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(text, []byte("forged")) {
			t.Errorf("%s: forged outputs survive", name)
		}
		nb, err := notebook.Parse(target, text)
		if err != nil {
			t.Fatal(err)
		}
		if stamped := nb.Metadata.Run != nil; stamped != c.stamped {
			t.Errorf("%s: it has a stamp: %v, want %v", name, stamped, c.stamped)
		}
		key, err := home.Key()
		if err != nil {
			t.Fatal(err)
		}
		if c.stamped && (nb.Stale(home.Module) != nil || !nb.Ran(home.Module, key)) {
			t.Errorf("%s: just run, but %v", name, nb.Stale(home.Module))
		}
		check := exec.Command(home.Python("python"), "-c", "import sys, nbformat\nfrom nbformat.sign import NotebookNotary\nprint(NotebookNotary().check_signature(nbformat.read(sys.argv[1], 4)))", target)
		if signed, err := check.Output(); err != nil || strings.TrimSpace(string(signed)) != map[bool]string{true: "True", false: "False"}[c.signed] {
			t.Errorf("%s: it is signed: %s (error %v), want %v", name, signed, err, c.signed)
		}
	}
}

// A run that is stopped ends its cell, keeps what was computed and says where.
func TestStoppedRunKeepsWhatItHas(t *testing.T) {
	home := jupytertest.Home(t)
	file := write(t, "import (\n\"fmt\"\n\"os\"\n\"time\"\n)", "%%\nfmt.Println(\"computed\")",
		"%%\nfmt.Println(\"half\")\nos.WriteFile(\"pid\", fmt.Append(nil, os.Getpid()), 0o644)\ntime.Sleep(time.Hour)", "%%\nfmt.Println(\"never\")")
	ctx, cancel := context.WithCancelCause(context.Background())
	done := make(chan error)
	go func() { done <- home.Execute(ctx, &bytes.Buffer{}, file, jupyter.Results(file)) }()
	pid := filepath.Join(filepath.Dir(file), "pid")
	program := jupytertest.Wait(t, pid, "")
	cancel(errors.New("terminated"))
	kept := filepath.Join(filepath.Dir(file), "results", "test.stopped.ipynb")
	if err := <-done; err == nil || !strings.Contains(err.Error(), "was stopped: terminated") || !strings.Contains(err.Error(), kept) {
		t.Errorf("error %v, want that it was stopped, and %s", err, kept)
	}
	nb, err := notebook.Read(kept)
	if err != nil || !strings.Contains(nb.Printed(), "computed\n") || !strings.Contains(nb.Printed(), "half\n") || strings.Contains(nb.Printed(), "never") || nb.Metadata.Run != nil {
		t.Errorf("it kept %q, error %v; want what was computed, without a stamp", nb.Printed(), err)
	}
	jupytertest.Ends(t, program)
}

// Two runs of one notebook at once both end well.
func TestTwoRunsOfOneNotebook(t *testing.T) {
	home := jupytertest.Home(t)
	file := write(t, "import (\n\"fmt\"\n\"time\"\n)", "%%\ntime.Sleep(time.Second)\nfmt.Println(\"done\")")
	var errs [2]error
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() { errs[i] = home.Execute(context.Background(), &bytes.Buffer{}, file, jupyter.Results(file)) })
	}
	wg.Wait()
	if err := errors.Join(errs[:]...); err != nil {
		t.Error(err)
	}
	nb, err := notebook.Read(jupyter.Results(file))
	if err != nil || nb.Printed() != "done\n" || nb.Stale(home.Module) != nil {
		t.Errorf("it printed %q, error %v, %v", nb.Printed(), err, nb.Stale(home.Module))
	}
	entries, err := os.ReadDir(filepath.Join(filepath.Dir(file), "results"))
	if err != nil || len(entries) != 1 {
		t.Errorf("results/ holds %v (error %v), want the notebook alone", entries, err)
	}
}

func TestExecuteRefuses(t *testing.T) {
	home := jupytertest.Home(t)
	python := filepath.Join(t.TempDir(), "python.ipynb")
	if err := os.WriteFile(python, []byte(`{"cells": [{"cell_type": "code", "source": "1", "outputs": [], "metadata": {}}], "metadata": {"language_info": {"name": "python"}}, "nbformat": 4, "nbformat_minor": 4}`), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{filepath.Join(t.TempDir(), "none.ipynb"), "execute_test.go", python} {
		if err := home.Execute(context.Background(), &bytes.Buffer{}, file, filepath.Join(t.TempDir(), "out.ipynb")); err == nil || !strings.Contains(err.Error(), filepath.Base(file)) {
			t.Errorf("%s: error %v, want it to name the file", file, err)
		}
	}
}

// The table of times has its rows, and the tutorial's cells simulate, compute and
// draw in them: a kept result would leave the engine without time.
func TestTimings(t *testing.T) {
	home := jupytertest.Home(t)
	var out bytes.Buffer
	if err := home.Timings(context.Background(), &out, 1); err != nil {
		t.Fatal(err)
	}
	for row, aim := range map[string]string{
		"kernel ready": "", "nothing": "", "prints": "", "checks a description": "", "shows a table": "", "computes": "",
		"computes a value and keeps it": "", "reads a kept value": "", "draws": "",
		"03_descending_drive.ipynb, what computes": "0.300", "03_descending_drive.ipynb, what draws": "0.450", "03_descending_drive.ipynb, run all": "4.200",
		"what the front adds to a cell": "0.003",
	} {
		if !regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(row) + ` +-?[0-9.]+ +-?[0-9.]+( .*)?` + aim + `$`).MatchString(out.String()) {
			t.Errorf("there is no row %q", row)
		}
	}
	engine := regexp.MustCompile(`run all +[0-9.]+ +[0-9.]+ +([0-9.]+)`).FindStringSubmatch(out.String())
	if len(engine) != 2 || engine[1] == "0.000" {
		t.Errorf("the simulations of the tutorial took no time: %q", engine)
	}
	if t.Failed() {
		t.Log("\n" + out.String())
	}
}
