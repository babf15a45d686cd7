// Package notebook reads Jupyter notebooks: their cells, what they printed and
// showed, and whether their outputs are still those of their code.
package notebook

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"gomyogen/myogen/format/atomicfile"
)

// Notebook is what we read of an .ipynb file.
type Notebook struct {
	Cells    []Cell
	Format   int `json:"nbformat"`
	Metadata struct {
		Run         *Run    `json:"gomyogen"` // nil unless executed by us
		Title       Text    // of the document, as nbformat defines it
		Authors     Authors // as nbformat defines them
		Author      Authors // the same, as Quarto and R Markdown call it
		Date        Text
		Description Text
		Kernel      Spec `json:"kernelspec"`
		Info        Spec `json:"language_info"`
	}
}

// Language returns the programming language of a notebook's cells as its metadata tell,
// in lower case, or "".
func (nb Notebook) Language() string {
	m := nb.Metadata
	return strings.ToLower(string(cmp.Or(m.Kernel.Language, m.Info.Name)))
}

// Spec is what the metadata tell of a kernel, or of a language; what is no object is read
// as empty.
type Spec struct{ Name, Language Text }

// UnmarshalJSON implements json.Unmarshaler.
func (s *Spec) UnmarshalJSON(b []byte) error {
	type plain Spec
	if json.Unmarshal(b, (*plain)(s)) != nil {
		*s = Spec{}
	}
	return nil
}

// Cell is a cell of a notebook.
type Cell struct {
	Type        string `json:"cell_type"` // "code", "markdown" or "raw"
	Source      Lines
	Outputs     []Output
	Attachments map[string]map[string]Lines // pictures pasted into a text, by name and MIME type
	Metadata    struct {
		Tags    Tags
		Caption Texts // of the figures that a code cell shows: one for all, or one for each
		Jupyter Folds
	}
}

// Tags are Jupyter's words for a cell: "raises-exception", "skip-execution", and Jupyter
// Book's "hide-input", "remove-output" and the like.
type Tags []string

// UnmarshalJSON implements json.Unmarshaler. What is no list of strings is read as empty.
func (t *Tags) UnmarshalJSON(b []byte) error {
	if json.Unmarshal(b, (*[]string)(t)) != nil {
		*t = nil
	}
	return nil
}

// Folds are what a reader of JupyterLab collapsed in a cell; what is no object is read as
// empty.
type Folds struct {
	Source  bool `json:"source_hidden"`
	Outputs bool `json:"outputs_hidden"`
}

// UnmarshalJSON implements json.Unmarshaler.
func (f *Folds) UnmarshalJSON(b []byte) error {
	type plain Folds
	if json.Unmarshal(b, (*plain)(f)) != nil {
		*f = Folds{}
	}
	return nil
}

// Has reports whether the cell has a tag.
func (c Cell) Has(tag string) bool { return slices.Contains(c.Metadata.Tags, tag) }

// Text is a string of the metadata on one line, however it is broken there; what is no
// string is read as empty.
type Text string

// UnmarshalJSON implements json.Unmarshaler.
func (t *Text) UnmarshalJSON(b []byte) error {
	var s string
	if json.Unmarshal(b, &s) == nil {
		*t = Text(strings.Join(strings.Fields(s), " "))
	}
	return nil
}

// Texts are one string of the metadata or a list of them, each on one line.
type Texts []Text

// UnmarshalJSON implements json.Unmarshaler.
func (t *Texts) UnmarshalJSON(b []byte) error {
	if json.Unmarshal(b, (*[]Text)(t)) != nil {
		*t = make(Texts, 1)
		return (*t)[0].UnmarshalJSON(b)
	}
	return nil
}

// Authors are names. nbformat has a list of objects with a name; those with a given
// and a family name, as CSL and the Citation File Format have them, a list of names
// and one name are read, too.
type Authors []string

// author is an author as an object.
type author struct {
	Name, Given, Family Text
	GivenNames          Text `json:"given-names"`
	FamilyNames         Text `json:"family-names"`
}

func (a author) name() Text {
	given, family := cmp.Or(a.Given, a.GivenNames), cmp.Or(a.Family, a.FamilyNames)
	return cmp.Or(a.Name, Text(strings.TrimSpace(string(given+" "+family))))
}

// UnmarshalJSON implements json.Unmarshaler.
func (a *Authors) UnmarshalJSON(b []byte) error {
	var list []json.RawMessage
	if json.Unmarshal(b, &list) != nil {
		list = []json.RawMessage{b}
	}
	for _, raw := range list {
		var object author
		var name Text
		_ = name.UnmarshalJSON(raw) // it reads everything
		if json.Unmarshal(raw, &object) == nil {
			name = object.name()
		}
		if name != "" {
			*a = append(*a, string(name))
		}
	}
	return nil
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

// Blank reports whether all forms of the output are empty texts.
func (o Output) Blank() bool {
	for _, raw := range o.Data {
		var l Lines
		if json.Unmarshal(raw, &l) != nil || l != "" {
			return false
		}
	}
	return len(o.Data) > 0
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

// MaxBytes is how large an .ipynb file may be: its figures are in it.
const MaxBytes = 512 << 20

// Read reads an .ipynb file.
func Read(path string) (nb Notebook, err error) {
	text, err := atomicfile.Read(path, MaxBytes)
	if err != nil {
		return nb, fmt.Errorf("%s: %w", path, err)
	}
	return Parse(path, text)
}

// maxValues is how many values the JSON of a notebook may have. Cells and outputs of
// three bytes each would take fifty times the memory of the file.
const maxValues = 1 << 22

// values returns how many elements the lists and objects of a JSON text have at most:
// each follows a comma or an opening bracket.
func values(text []byte) int {
	n, quoted := 1, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case !quoted && (c == ',' || c == '[' || c == '{'):
			n++
		}
	}
	return n
}

// Parse reads the text of the .ipynb file at path.
func Parse(path string, text []byte) (nb Notebook, err error) {
	if n := values(text); n > maxValues {
		return nb, fmt.Errorf("%s has some %d values, must have at most %d", path, n, maxValues)
	}
	if err = json.Unmarshal(text, &nb); err != nil {
		return nb, unreadable(path, text, err)
	}
	if nb.Format > 0 && nb.Format < 4 {
		return nb, fmt.Errorf("%s has the notebook format %d, must have 4; JupyterLab saves it so", path, nb.Format)
	}
	return nb, nil
}

// unreadable is an error of JSON with its place.
func unreadable(path string, text []byte, err error) error {
	offset := int64(-1)
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		offset = syntax.Offset
	case errors.As(err, &kind):
		offset = kind.Offset
	}
	if offset < 0 {
		return fmt.Errorf("%s: %w", path, err)
	}
	before := text[:min(max(0, int(offset)-1), len(text))] // of the character that was read last
	line, column := 1+bytes.Count(before, []byte("\n")), 1+utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:])
	return fmt.Errorf("%s:%d:%d: it is not the JSON of a notebook: %w", path, line, column, err)
}

// Printed returns what the cells printed, and the values that they showed as text.
func (nb Notebook) Printed() string {
	var b strings.Builder
	for _, c := range nb.Cells {
		for _, o := range c.Outputs {
			if o.Type == "stream" && o.Name == "stdout" {
				b.WriteString(string(o.Text))
			}
			if o.Type == "execute_result" {
				b.WriteString(strings.TrimSuffix(o.As("text/plain"), "\n") + "\n")
			}
		}
	}
	return b.String()
}

// SameSource reports whether two notebooks have the same cells, whatever their
// outputs.
func (nb Notebook) SameSource(other Notebook) bool {
	return slices.EqualFunc(nb.Cells, other.Cells, func(a, b Cell) bool { return a.Type == b.Type && a.Source == b.Source })
}
