//go:build !js

package kernel

import (
	"bytes"
	"encoding/gob"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"

	"gomyogen/kernel/chart"
	"gomyogen/kernel/env"
	"gomyogen/myogen/format/atomicfile"
)

// carrier is the output that brought the chart library into this notebook.
type carrier struct {
	Title, Code string            // of its figure, and of its cell
	Display     string            // its id; none of an earlier kernel's output
	Bundle      map[string]string // what it shows, without the library
	Saved       string            // the state of the notebook's file that an earlier kernel's output was found in
}

// carries reports whether a figure has to bring the chart library along, and
// returns the output that brought it before. The first figure of a kernel brings
// it, and later the first figure of the same cell, because a cell's outputs are
// replaced when it runs again.
//
// A cell has no identity: neither GoNB nor Jupyter gives a program one. It is
// recognised by its code or, after an edit, by the title of the figure or most of
// the words of the code. A near-copy of the cell is recognised, too; therefore
// the library moves, and the output that had it is drawn again without.
//
// The output of an earlier kernel is found in the saved notebook.
func carries(f chart.Figure) (old carrier, carry bool) {
	dir := os.Getenv(env.GoNBDir)
	if running.LibraryShown || dir == "" {
		return old, false
	}
	old, found := knownCarrier(dir)
	if found {
		code := cellCode(dir)
		sameTitle := f.Title != "" && f.Title == old.Title
		if code != old.Code && !sameTitle && !alike(code, old.Code) {
			return old, false
		}
	}
	running.LibraryShown = true
	return old, true
}

// knownCarrier returns the output that has the library, and whether the notebook
// still has it according to its saved file. The output of an earlier kernel is
// searched for whenever the notebook was saved.
func knownCarrier(dir string) (c carrier, found bool) {
	path := carrierFile(dir)
	b, err := os.ReadFile(path)
	known := err == nil && gob.NewDecoder(bytes.NewReader(b)).Decode(&c) == nil
	notebook := os.Getenv(env.JupyterSession)
	info, err := os.Stat(notebook)
	if err != nil {
		return c, known && c.Saved == ""
	}
	if known && c.Saved == "" {
		if shown, err := os.Stat(path); err != nil || info.ModTime().Before(shown.ModTime()) {
			return c, true
		}
		b, err := atomicfile.Read(notebook, maxNotebook)
		return c, err == nil && holdsLibrary(b)
	}
	saved := fmt.Sprint(notebook, info.Size(), info.ModTime())
	if !known || c.Saved != saved {
		c = carrier{Saved: saved, Code: savedCarrier(notebook)}
		_ = c.remember(dir) // else it is looked for again
	}
	return c, c.Code != ""
}

// maxNotebook is how large a notebook is that is searched for the library, in bytes.
const maxNotebook = 512 << 20

// holdsLibrary reports whether an output in the JSON of a notebook has the
// library, which as gzip in base64 begins with H4s. It does not decode megabytes
// of JSON.
func holdsLibrary(notebook []byte) bool {
	return bytes.Contains(notebook, []byte(libraryMark+`\"H4s`))
}

// savedCarrier returns the code of the cell in a notebook's file whose output
// holds the library; it is empty where none does, or the file is no notebook.
func savedCarrier(path string) string {
	b, err := atomicfile.Read(path, maxNotebook)
	if err != nil || !holdsLibrary(b) {
		return ""
	}
	var nb struct {
		Cells []struct{ Source, Outputs json.RawMessage }
	}
	if json.Unmarshal(b, &nb) != nil {
		return ""
	}
	for _, cell := range nb.Cells {
		if !holdsLibrary(cell.Outputs) {
			continue
		}
		var lines []string
		var text string
		switch { // both forms are allowed
		case json.Unmarshal(cell.Source, &lines) == nil:
		case json.Unmarshal(cell.Source, &text) == nil:
			lines = slices.Collect(strings.Lines(text))
		}
		for i, line := range lines {
			if strings.HasPrefix(line, "%%") || strings.HasPrefix(line, "%main") { // what follows is the cell's main
				return strings.Join(lines[i+1:], "")
			}
		}
		return strings.Join(lines, "")
	}
	return ""
}

func carrierFile(dir string) string { return filepath.Join(dir, "figure-carrier") }

// moves takes the library out of the old output and remembers the new one.
func (old carrier) moves(f chart.Figure, id string, bundle map[string]string) error {
	if old.Display != "" {
		if err := display(old.Display, old.Bundle); err != nil { // no front end has it when its cell ran again
			return err
		}
	}
	dir := os.Getenv(env.GoNBDir)
	now := carrier{Title: f.Title, Code: cellCode(dir), Display: id, Bundle: maps.Clone(bundle)}
	now.Bundle["text/html"] = withoutLibrary(bundle["text/html"])
	if err := now.remember(dir); err != nil {
		return fmt.Errorf("kernel: figure %q: remember where the chart library is: %w", f.Title, err)
	}
	return nil
}

func (c carrier) remember(dir string) error {
	var b bytes.Buffer
	if err := gob.NewEncoder(&b).Encode(c); err != nil {
		return err
	}
	return atomicfile.Write(carrierFile(dir), b.Bytes())
}

// libraryMark is in the element that holds the library, and nowhere else.
const libraryMark = "data-echarts-gzip="

// withoutLibrary returns what a figure shows without the element before it
// that holds the library.
func withoutLibrary(page string) string {
	if library, rest, ok := strings.Cut(page, "</div>"); ok && strings.Contains(library, libraryMark) {
		return rest
	}
	return page
}

// cellCode returns the code of this cell without the declarations of all.
func cellCode(dir string) string {
	source, err := os.ReadFile(filepath.Join(dir, "main.go"))
	if err != nil {
		return ""
	}
	_, body, _ := strings.Cut(string(source), "\nfunc main() {")
	body, _, _ = strings.Cut(body, "\n}\n")
	return strings.TrimPrefix(strings.TrimSpace(body), "flag.Parse()")
}

// alike reports whether two cells have more than two thirds of their words in
// common.
func alike(a, b string) bool {
	words := func(code string) []string {
		return strings.FieldsFunc(code, func(r rune) bool { return r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	}
	left, right := words(a), words(b)
	count := map[string]int{}
	for _, w := range left {
		count[w]++
	}
	common := 0
	for _, w := range right {
		if count[w] > 0 {
			count[w]--
			common++
		}
	}
	return 3*common > len(left)+len(right)
}
