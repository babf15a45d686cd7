package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// tutorials are run by a plain install.
var tutorials = []string{"01_recruitment_thresholds.ipynb", "03_descending_drive.ipynb"}

func (h *home) runTutorials(ctx context.Context) error {
	for _, name := range tutorials {
		out, err := h.execute(ctx, filepath.Join(h.module, "notebooks", name))
		if err != nil {
			return err
		}
		text, err := printed(out)
		if err != nil {
			return err
		}
		fmt.Print(text)
	}
	fmt.Println("\nOpen JupyterLab on the tutorials:  go run ./install lab")
	return nil
}

// execute runs a notebook headless. The executed notebook and an HTML page go
// into results/ beside it; what it printed is in the first.
func (h *home) execute(ctx context.Context, file string) (string, error) {
	file, err := filepath.Abs(file)
	if err != nil {
		return "", err
	}
	if _, err := os.Stat(file); err != nil {
		return "", err
	}
	dir, name := filepath.Split(file)
	stem, ok := strings.CutSuffix(name, ".ipynb")
	if !ok {
		return "", fmt.Errorf("%s is not a notebook", file)
	}
	results := filepath.Join(dir, "results")
	if err := os.MkdirAll(results, 0o755); err != nil {
		return "", err
	}
	fmt.Printf("run %s ...\n", name)
	start := time.Now()
	draft := filepath.Join(results, stem+".running.ipynb")
	err = command(ctx, dir, nil, h.python("jupyter"), "nbconvert", "--to", "notebook", "--execute", "--allow-errors",
		"--ExecutePreprocessor.kernel_name="+kernelName, "--ExecutePreprocessor.timeout=600", "--output-dir", results, "--output", filepath.Base(draft), name)
	if err != nil {
		return "", err
	}
	if err := failedCell(draft); err != nil {
		kept := filepath.Join(results, stem+".failed.ipynb")
		return "", errors.Join(fmt.Errorf("%s: %w\n  the notebook as far as it came: %s", name, err, kept), os.Rename(draft, kept))
	}
	out := filepath.Join(results, name)
	if err := os.Rename(draft, out); err != nil {
		return "", err
	}
	if err := command(ctx, results, nil, h.python("jupyter"), "nbconvert", "--to", "html", name); err != nil {
		return "", err
	}
	if err := command(ctx, results, nil, h.python("jupyter"), "trust", name); err != nil {
		return "", err
	}
	fmt.Printf("  done in %.1f s\n  notebook  %s\n  page      %s\n", time.Since(start).Seconds(), out, filepath.Join(results, stem+".html"))
	return out, nil
}

// notebook is what we read of an .ipynb file.
type notebook struct {
	Cells []struct {
		Outputs []struct {
			Type      string `json:"output_type"`
			Name      string
			Text      lines
			Error     string `json:"ename"`
			Value     string `json:"evalue"`
			Traceback []string
		}
	}
}

// lines is text as a notebook stores it: one string or a list of them.
type lines string

func (l *lines) UnmarshalJSON(b []byte) error {
	var list []string
	if json.Unmarshal(b, &list) == nil {
		*l = lines(strings.Join(list, ""))
		return nil
	}
	return json.Unmarshal(b, (*string)(l))
}

func readNotebook(path string) (nb notebook, err error) {
	b, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(b, &nb)
	}
	if err != nil {
		err = fmt.Errorf("%s: %w", path, err)
	}
	return nb, err
}

// failedCell returns the first error of an executed notebook.
func failedCell(path string) error {
	nb, err := readNotebook(path)
	if err != nil {
		return err
	}
	for i, c := range nb.Cells {
		stderr := ""
		for _, o := range c.Outputs {
			if o.Name == "stderr" {
				stderr += string(o.Text)
			}
			if o.Type == "error" {
				return fmt.Errorf("cell %d failed: %s", i+1, strings.TrimSpace(stderr+o.Value+"\n"+strings.Join(o.Traceback, "\n")))
			}
		}
	}
	return nil
}

// printed returns what a notebook's cells printed.
func printed(path string) (string, error) {
	nb, err := readNotebook(path)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	for _, c := range nb.Cells {
		for _, o := range c.Outputs {
			if o.Type == "stream" && o.Name == "stdout" {
				b.WriteString(string(o.Text))
			}
		}
	}
	return b.String(), nil
}

// lab opens JupyterLab and ends with it.
func (h *home) lab(ctx context.Context, dir string) error {
	cmd := exec.CommandContext(ctx, h.python("jupyter"), "lab", "--ip=127.0.0.1", "--notebook-dir", dir,
		"--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate")
	if os.Geteuid() == 0 {
		cmd.Args = append(cmd.Args, "--allow-root")
	}
	cmd.Stdout, cmd.Stderr, cmd.Stdin = os.Stdout, os.Stderr, os.Stdin
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	return cmd.Run()
}
