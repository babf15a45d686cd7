// Package datafolder locates the data folder of "go run ./install" and the files
// in it that programs outside notebooks use.
package datafolder

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Variable is the environment variable that names the folder.
const Variable = "MYOGEN_DATA"

// Find returns the folder: that of [Variable], or gomyogen in the user's data
// folder ($XDG_DATA_HOME, else ~/.local/share).
func Find() (string, error) {
	data := os.Getenv(Variable)
	if data == "" {
		base := os.Getenv("XDG_DATA_HOME")
		if base == "" {
			home, err := os.UserHomeDir()
			if err != nil {
				return "", errors.New("there is no home folder; set " + Variable)
			}
			base = filepath.Join(home, ".local", "share")
		}
		data = filepath.Join(base, "gomyogen")
	}
	return filepath.Abs(data)
}

// NWB is the folder, in that of the data, of the Python environment with pynwb,
// Neo and SciPy; NWBStamp is the file that says that it is complete.
const (
	NWB      = "nwb"
	NWBStamp = "nwb.stamp"
)

// Python returns the Python interpreter that has pynwb, Neo and SciPy. The error
// says how to install it.
func Python() (string, error) {
	data, err := Find()
	if err != nil {
		return "", err
	}
	python := filepath.Join(data, NWB, "bin", "python")
	for _, file := range []string{filepath.Join(data, NWBStamp), python} {
		if _, err := os.Stat(file); err != nil {
			return "", fmt.Errorf("it needs the Python packages pynwb, Neo and SciPy, which \"go run ./install nwb\" installs once, "+
				"in a folder of their own; they are not in %s", data)
		}
	}
	return python, nil
}
