package kernel

import (
	"bytes"
	"encoding/gob"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"unicode"

	"github.com/janpfeifer/gonb/gonbui"
	"github.com/janpfeifer/gonb/gonbui/protocol"

	"gomyogen/kernel/chart"
)

// Show shows a figure in the cell: a still picture that becomes a live chart
// where scripts run. One figure of a notebook brings the chart library along,
// so that an exported page needs no network. A figure that cannot be drawn
// ends the cell as Check does. Outside a notebook Show prints what the figure
// shows.
func Show(f chart.Figure) {
	Check(show(f))
}

func show(f chart.Figure) error {
	if err := f.Validate(); err != nil {
		return err
	}
	bundle := map[string]string{"text/plain": "Figure " + f.Title + ": " + f.Summary()}
	if !gonbui.IsNotebook {
		return display("", bundle)
	}
	old, carry := carries(f)
	page, err := drawn(chart.Job{Figure: f, As: "cell", Carry: carry})
	if err != nil {
		return err
	}
	bundle["text/html"] = string(page)
	if !carry {
		return display("", bundle)
	}
	id := newDisplayID()
	if err := display(id, bundle); err != nil {
		return err
	}
	return old.moves(f, id, bundle)
}

// rendererEnv names the environment variable with the path of the program that
// draws.
const rendererEnv = "MYOGEN_RENDERER"

// drawn has the renderer draw, or, where there is none, this program. Pictures
// need not all points: the renderer gets those that they show.
func drawn(j chart.Job) ([]byte, error) {
	if err := j.Figure.Validate(); err != nil {
		return nil, err
	}
	program := os.Getenv(rendererEnv)
	if program == "" {
		return chart.Draw(j)
	}
	if j.As != "csv" {
		j.Figure = j.Figure.Thin()
	}
	var out, failed bytes.Buffer
	cmd := exec.Command(program)
	cmd.Stdout, cmd.Stderr = &out, &failed
	in, err := cmd.StdinPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		return nil, noRenderer(err)
	}
	sent := errors.Join(gob.NewEncoder(in).Encode(j), in.Close())
	err = cmd.Wait()
	var status *exec.ExitError
	switch {
	case errors.As(err, &status) && failed.Len() > 0:
		return nil, errors.New(strings.TrimSpace(failed.String()))
	case err != nil:
		return nil, noRenderer(err)
	case sent != nil:
		return nil, fmt.Errorf("kernel: figure %q: %w", j.Figure.Title, sent)
	}
	return out.Bytes(), nil
}

func noRenderer(err error) error {
	return fmt.Errorf("kernel: the renderer of figures does not run; go run ./install mends it: %w", err)
}

// carried says that a figure of this program brought the library along.
var carried bool

// carrier is the output that brought the chart library into this notebook.
type carrier struct {
	Title, Code string            // of its figure, and of its cell
	Display     string            // its id
	Bundle      map[string]string // what it shows, without the library
}

// carries tells whether a figure has to bring the chart library along, and
// which output brought it before: the first figure of the kernel does, and
// later the first one of the same cell, whose output is replaced each time it
// runs. GoNB tells a program nothing that stays with its cell, and Jupyter
// nothing that a kernel passes on: a cell is known by its code, or, when that
// was edited, by the title of the figure or most of the words of the code. A
// near-copy of the cell is taken for it, too, which is why the library moves:
// the output that had it, if that is still there, is drawn again without.
//
// What it does not see is the outputs of an earlier kernel: where only some
// cells of a reopened notebook run again, the library may ride twice until all
// do.
func carries(f chart.Figure) (old carrier, carry bool) {
	dir := os.Getenv(protocol.GONB_TMP_DIR_ENV)
	if carried || dir == "" {
		return old, false
	}
	if b, err := os.ReadFile(carrierFile(dir)); err == nil && gob.NewDecoder(bytes.NewReader(b)).Decode(&old) == nil {
		code := cellCode(dir)
		sameTitle := f.Title != "" && f.Title == old.Title
		if code != old.Code && !sameTitle && !alike(code, old.Code) {
			return old, false
		}
	}
	carried = true
	return old, true
}

func carrierFile(dir string) string { return filepath.Join(dir, "figure-carrier") }

// moves takes the library out of the old output and remembers the new one.
func (old carrier) moves(f chart.Figure, id string, bundle map[string]string) error {
	if old.Display != "" {
		if err := display(old.Display, old.Bundle); err != nil { // no front end has it when its cell ran again
			return err
		}
	}
	dir := os.Getenv(protocol.GONB_TMP_DIR_ENV)
	now := carrier{Title: f.Title, Code: cellCode(dir), Display: id, Bundle: maps.Clone(bundle)}
	now.Bundle["text/html"] = withoutLibrary(bundle["text/html"])
	var b bytes.Buffer
	err := gob.NewEncoder(&b).Encode(now)
	if err == nil {
		err = replace(carrierFile(dir), b.Bytes())
	}
	if err != nil {
		return fmt.Errorf("kernel: figure %q: remember where the chart library is: %w", f.Title, err)
	}
	return nil
}

// withoutLibrary returns what a figure shows without the element before it
// that holds the library.
func withoutLibrary(page string) string {
	if library, rest, ok := strings.Cut(page, "</div>"); ok && strings.Contains(library, "data-echarts-gzip=") {
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

// alike tells whether two codes have more than two thirds of their words in common.
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

// Save writes a figure to a file: .html is a page that needs no other file and
// no network, .svg, .png and .pdf are pictures, .csv is all of its data, where
// the page and its CSV button have what is drawn. PNG and PDF name an emoji in
// brackets, "[brain]": their font has none. The file is complete or not there.
func Save(f chart.Figure, path string) error {
	ext := strings.ToLower(filepath.Ext(path))
	switch ext {
	case ".html", ".svg", ".png", ".pdf", ".csv":
	default:
		return fmt.Errorf("kernel: %s: a figure is saved as .html, .svg, .png, .pdf or .csv, not %q", path, ext)
	}
	data, err := drawn(chart.Job{Figure: f, As: ext[1:]})
	if err != nil {
		return err
	}
	if err := replace(path, data); err != nil {
		return fmt.Errorf("kernel: save figure %q: %w", f.Title, err)
	}
	return nil
}

// replace writes a file complete or not at all.
func replace(path string, data []byte) (err error) {
	tmp, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(tmp.Name()))
		}
	}()
	_, err = tmp.Write(data)
	if err = errors.Join(err, tmp.Chmod(0o644), tmp.Close()); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), path)
}
