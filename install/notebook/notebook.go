// Package notebook reads Jupyter notebooks: their cells, what they printed and
// showed, and whether their outputs are still those of their code.
package notebook

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
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
	Type    string `json:"cell_type"` // "code", "markdown" or "raw"
	Source  Lines
	Outputs []Output
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

// Failed returns the first error of an executed notebook, naming its code cell
// by the number that Jupyter shows: the first is 1.
func (nb Notebook) Failed() error {
	number := 0
	for _, c := range nb.Cells {
		if c.Type == "code" {
			number++
		}
		stderr := ""
		for _, o := range c.Outputs {
			if o.Name == "stderr" {
				stderr += string(o.Text)
			}
			if o.Type == "error" {
				return fmt.Errorf("cell %d failed: %s", number, plainFailure(stderr+"\n"+o.Value+"\n"+strings.Join(o.Traceback, "\n")))
			}
		}
	}
	return nil
}

// escapes are colours for a terminal, exits what the kernel adds to a cell
// that ended by itself.
var (
	escapes = regexp.MustCompile("\x1b\\[[0-9;]*m")
	exits   = regexp.MustCompile(`^exit status \d+$`)
)

// plainFailure is what a failing cell said, each line once and without colours.
func plainFailure(text string) string {
	said := map[string]bool{}
	var lines []string
	for line := range strings.Lines(escapes.ReplaceAllString(text, "")) {
		line = strings.TrimRight(line, " \r\n")
		if trimmed := strings.TrimSpace(line); trimmed == "" || said[trimmed] || exits.MatchString(trimmed) {
			continue
		} else {
			said[trimmed] = true
		}
		lines = append(lines, line)
	}
	return strings.TrimSpace(strings.Join(lines, "\n"))
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
