// Package jupyter sets up what the notebooks need - the GoNB kernel,
// JupyterLab and ECharts - in one data folder, and runs notebooks with it.
package jupyter

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// KernelName is the name of the kernelspec.
const KernelName = "gomyogen"

// Home is where things are.
type Home struct {
	Data   string // what set-up makes
	Module string // the clone
}

// Find finds the module around the working directory and the data folder:
// MYOGEN_DATA, or gomyogen in the user's data folder.
func Find() (*Home, error) {
	list := exec.Command("go", "list", "-m", "-f", "{{.Path}} {{.Dir}}")
	list.Env = append(os.Environ(), "GOFLAGS=", "GOWORK=off", "GO111MODULE=on") // whatever is set for other work
	out, err := list.Output()
	if err != nil {
		return nil, errors.New("run this in the clone of the module, with Go on the PATH")
	}
	path, dir, _ := strings.Cut(strings.TrimSpace(string(out)), " ")
	if path != "gomyogen" {
		return nil, fmt.Errorf("run this in the clone of gomyogen; here is module %q", path)
	}
	data := os.Getenv("MYOGEN_DATA")
	if data == "" {
		base := os.Getenv("XDG_DATA_HOME")
		if base == "" {
			user, err := os.UserHomeDir()
			if err != nil {
				return nil, fmt.Errorf("no home folder; set MYOGEN_DATA: %w", err)
			}
			base = filepath.Join(user, ".local", "share")
		}
		data = filepath.Join(base, "gomyogen")
	}
	data, err = filepath.Abs(data)
	return &Home{Data: data, Module: dir}, err
}

// Notebooks is the folder of the tutorials.
func (h *Home) Notebooks() string { return filepath.Join(h.Module, "notebooks") }

func (h *Home) bin(name string) string { return filepath.Join(h.Data, "bin", name) }

// Python returns the path of a program of the Python environment.
func (h *Home) Python(name string) string { return filepath.Join(h.Data, "venv", "bin", name) }

func (h *Home) spec() string {
	return filepath.Join(h.Data, "venv", "share", "jupyter", "kernels", KernelName)
}

// ECharts is the path of the chart library, beside the kernelspec.
func (h *Home) ECharts() string { return filepath.Join(h.spec(), "echarts.min.js") }
