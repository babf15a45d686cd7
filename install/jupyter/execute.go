package jupyter

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// Execution is what running a notebook headless leaves, in a folder results/
// beside it.
type Execution struct {
	Notebook string // path of the executed notebook
	Page     string // path of its HTML page
	Took     time.Duration
}

// Execute runs a notebook headless. A notebook with a failing cell is an error
// that names it; the notebook as far as it came is then kept beside the others
// as NAME.failed.ipynb.
func (h *Home) Execute(ctx context.Context, out io.Writer, file string) (e Execution, err error) {
	file, err = filepath.Abs(file)
	if err != nil {
		return e, err
	}
	if _, err := os.Stat(file); err != nil {
		return e, err
	}
	dir, name := filepath.Split(file)
	stem, ok := strings.CutSuffix(name, ".ipynb")
	if !ok {
		return e, fmt.Errorf("%s is not a notebook", file)
	}
	results := filepath.Join(dir, "results")
	if err := os.MkdirAll(results, 0o755); err != nil {
		return e, err
	}
	r := runner{out}
	start := time.Now()
	draft := filepath.Join(results, stem+".running.ipynb")
	defer func() {
		if err != nil {
			_ = os.Remove(draft) // the first error is the one to tell
		}
	}()
	err = r.run(ctx, dir, nil, h.Python("jupyter"), "nbconvert", "--to", "notebook", "--execute", "--allow-errors",
		"--ExecutePreprocessor.kernel_name="+KernelName, "--ExecutePreprocessor.timeout=600", "--output-dir", results, "--output", filepath.Base(draft), name)
	if err != nil {
		return e, err
	}
	nb, err := ReadNotebook(draft)
	if err != nil {
		return e, err
	}
	if err := nb.Failed(); err != nil {
		kept := filepath.Join(results, stem+".failed.ipynb")
		return e, errors.Join(fmt.Errorf("%s: %w\n  the notebook as far as it came: %s", name, err, kept), os.Rename(draft, kept))
	}
	e.Took = time.Since(start)
	e.Notebook, e.Page = filepath.Join(results, name), filepath.Join(results, stem+".html")
	if err := os.Rename(draft, e.Notebook); err != nil {
		return e, err
	}
	if err := r.run(ctx, results, nil, h.Python("jupyter"), "nbconvert", "--to", "html", name); err != nil {
		return e, err
	}
	return e, r.run(ctx, results, nil, h.Python("jupyter"), "trust", name)
}

// LabCommand returns the command that serves JupyterLab on a folder, on
// 127.0.0.1 only.
func (h *Home) LabCommand(ctx context.Context, dir string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, h.Python("jupyter"), "lab", "--ip=127.0.0.1", "--ServerApp.root_dir="+dir,
		"--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate")
	if os.Geteuid() == 0 {
		cmd.Args = append(cmd.Args, "--allow-root")
	}
	cmd.Args = append(cmd.Args, args...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	return cmd
}
