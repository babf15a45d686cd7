// Package notebook reads Jupyter notebooks: their cells, what they printed and
// showed, and whether their outputs are still those of their code.
package notebook

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
)

// Notebook is what we read of an .ipynb file.
type Notebook struct {
	Cells    []Cell
	Metadata struct {
		Run *Run `json:"gomyogen"` // nil unless executed by us
	}
}

// Cell is a cell of a notebook.
type Cell struct {
	Type     string `json:"cell_type"` // "code", "markdown" or "raw"
	Source   Lines
	Outputs  []Output
	Metadata struct {
		Tags []string // Jupyter's: "raises-exception" is of a cell that is there to fail
	}
}

// Output is something that a code cell printed, showed or failed with.
type Output struct {
	Type      string `json:"output_type"` // "stream", "display_data", "execute_result" or "error"
	Name      string // of a stream: "stdout" or "stderr"
	Text      Lines
	Data      map[string]json.RawMessage // by MIME type
	Error     string                     `json:"ename"`
	Value     string                     `json:"evalue"`
	Traceback []string
}

// As returns the output's content of a MIME type, empty if it has none.
func (o Output) As(mime string) string {
	var l Lines
	if raw, ok := o.Data[mime]; !ok || json.Unmarshal(raw, &l) != nil {
		return ""
	}
	return string(l)
}

// Lines is text as a notebook stores it: one string or a list of them.
type Lines string

// UnmarshalJSON implements json.Unmarshaler.
func (l *Lines) UnmarshalJSON(b []byte) error {
	var list []string
	if json.Unmarshal(b, &list) == nil {
		*l = Lines(strings.Join(list, ""))
		return nil
	}
	return json.Unmarshal(b, (*string)(l))
}

// Read reads an .ipynb file.
func Read(path string) (nb Notebook, err error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nb, fmt.Errorf("%s: %w", path, err)
	}
	return Parse(path, text)
}

// Parse reads the text of the .ipynb file at path.
func Parse(path string, text []byte) (nb Notebook, err error) {
	if err = json.Unmarshal(text, &nb); err != nil {
		err = fmt.Errorf("%s: %w", path, err)
	}
	return nb, err
}

// Printed returns what the cells printed.
func (nb Notebook) Printed() string {
	var b strings.Builder
	for _, c := range nb.Cells {
		for _, o := range c.Outputs {
			if o.Type == "stream" && o.Name == "stdout" {
				b.WriteString(string(o.Text))
			}
		}
	}
	return b.String()
}

// SameSource tells whether two notebooks have the same cells, whatever their
// outputs.
func (nb Notebook) SameSource(other Notebook) bool {
	return slices.EqualFunc(nb.Cells, other.Cells, func(a, b Cell) bool { return a.Type == b.Type && a.Source == b.Source })
}
