//go:build unix

// Package jupyter sets up what the notebooks need - the GoNB kernel,
// JupyterLab and ECharts - in one data folder, and runs notebooks with it.
package jupyter

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"gomyogen/kernel/env"
)

// KernelName is the name of the kernelspec.
const KernelName = "gomyogen"

// Home is where things are.
type Home struct {
	Data   string // what set-up makes
	Module string // the clone
}

// Find finds the module around the working directory and the data folder:
// see [env.DataFolder].
func Find() (*Home, error) {
	list := exec.Command("go", "list", "-m", "-f", "{{.Path}} {{.Dir}}")
	list.Env = goEnv()
	out, err := list.CombinedOutput()
	switch {
	case errors.Is(err, exec.ErrNotFound):
		return nil, errors.New("there is no go on the PATH")
	case err != nil:
		return nil, fmt.Errorf("run this in the clone of gomyogen: go list -m: %s", lastLine(string(out)))
	}
	path, dir, _ := strings.Cut(strings.TrimSpace(string(out)), " ")
	if path != "gomyogen" {
		return nil, fmt.Errorf("run this in the clone of gomyogen; here is module %q", path)
	}
	data, err := env.DataFolder()
	return &Home{Data: data, Module: dir}, err
}

// Notebooks is the folder of the tutorials.
func (h *Home) Notebooks() string { return filepath.Join(h.Module, "notebooks") }

// glob returns the paths in the data folder that match a pattern; the folder's own
// name is none.
func (h *Home) glob(pattern string) ([]string, error) {
	names, err := fs.Glob(os.DirFS(h.Data), pattern)
	for i, name := range names {
		names[i] = filepath.Join(h.Data, filepath.FromSlash(name))
	}
	return names, err
}

func (h *Home) bin(name string) string { return filepath.Join(h.Data, "bin", name) }

// Python returns the path of a program of the Python environment.
func (h *Home) Python(name string) string { return filepath.Join(h.Data, "venv", "bin", name) }

func (h *Home) spec() string {
	return filepath.Join(h.Data, "venv", "share", "jupyter", "kernels", KernelName)
}

// ECharts is the path of the chart library, beside the kernelspec.
func (h *Home) ECharts() string { return filepath.Join(h.Data, filepath.FromSlash(env.ChartLibrary)) }
