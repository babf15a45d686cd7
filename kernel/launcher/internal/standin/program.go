package standin

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"

	"gomyogen/kernel/launcher/internal/cell"
)

// Program is what the front says of the program of a cell to the stand-in for the go
// command, which makes it of the code that GoNB has composed.
type Program struct {
	NoInput  bool         `json:"noInput"`  // standard input is at its end
	Blank    []string     `json:"blank"`    // packages to be imported for their effect alone
	Replaced []string     `json:"replaced"` // what is declared no more: "func left"
	Nameless []string     `json:"nameless"` // values of variables without a name that stay
	Lean     bool         `json:"lean"`     // what the cell does not reach need not be compiled
	Origins  cell.Origins `json:"origins"`  // of its lines
}

// programName is the file in a kernel's private folder.
const programName = "program.json"

// Write writes what is said to a kernel's private folder.
func (p Program) Write(dir string) error {
	b, err := json.Marshal(p)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, programName), b, 0o600)
}

// ReadProgram reads what was said; nothing if there is no such file.
func ReadProgram(dir string) (p Program, err error) {
	b, err := os.ReadFile(filepath.Join(dir, programName))
	if errors.Is(err, os.ErrNotExist) {
		return Program{}, nil
	}
	if err != nil {
		return Program{}, err
	}
	return p, json.Unmarshal(b, &p)
}
