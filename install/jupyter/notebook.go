package jupyter

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
)

// Notebook is what we read of an .ipynb file.
type Notebook struct {
	Cells []struct {
		Type    string `json:"cell_type"`
		Source  Lines
		Outputs []struct {
			Type      string `json:"output_type"`
			Name      string
			Text      Lines
			Data      map[string]json.RawMessage
			Error     string `json:"ename"`
			Value     string `json:"evalue"`
			Traceback []string
		}
	}
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

// ReadNotebook reads an .ipynb file.
func ReadNotebook(path string) (nb Notebook, err error) {
	b, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(b, &nb)
	}
	if err != nil {
		err = fmt.Errorf("%s: %w", path, err)
	}
	return nb, err
}

// Failed returns the first error of an executed notebook, naming its cell.
func (nb Notebook) Failed() error {
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
