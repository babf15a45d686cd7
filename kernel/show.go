//go:build !js

package kernel

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"

	"gomyogen/kernel/chart"
	"gomyogen/kernel/chart/render"
	"gomyogen/kernel/env"
	"gomyogen/kernel/internal/wire"
	"gomyogen/myogen/format/atomicfile"
)

// Show shows a figure in the cell: a still picture, replaced by a live chart where
// scripts run. An exported notebook needs no network: one of its figures contains
// the chart library. If the figure cannot be drawn, Show ends the cell as [Check]
// does. Outside a notebook Show prints the figure in words.
//
// After the stop button has cut a run short, the figures and tables of the same
// cell are marked in their titles: "Partial (NERLab stopped at 4200 of 15000 ms)".
// A later cell marks what it shows if [Value.Peek] returned something partial.
func Show(f chart.Figure) {
	Check(show(f))
}

func show(f chart.Figure) error {
	old, carry := carries(f)
	bundle, err := shownAs(marked(f, running.Partial()), carry)
	switch {
	case err != nil:
		return err
	case !carry:
		return display("", bundle)
	}
	id := newDisplayID()
	if err := display(id, bundle); err != nil {
		return err
	}
	return old.moves(f, id, bundle)
}

// shownAs returns a figure as a cell shows it: in words, and in a notebook as a
// page, which may carry the chart library.
func shownAs(f chart.Figure, carry bool) (map[string]string, error) {
	words, err := render.Words(f)
	if err != nil {
		return nil, err
	}
	bundle := map[string]string{"text/plain": "Figure " + f.Title + ": " + words}
	if wire.Notebook {
		page, err := drawn(render.Job{Figure: f, As: "cell", Carry: carry})
		if err != nil {
			return nil, err
		}
		bundle["text/html"] = string(page)
	}
	return bundle, nil
}

// drawn has the renderer draw a figure, or, where there is no renderer, this
// program.
func drawn(j render.Job) ([]byte, error) {
	p, err := j.Prepare()
	if err != nil {
		return nil, err
	}
	program := os.Getenv(env.Renderer)
	if program == "" {
		b, err := render.Draw(p)
		if err == nil {
			sayLacking(j.Figure.Title, render.Lacking(p))
		}
		return b, err
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
	sent := errors.Join(p.Encode(in), in.Close())
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
	sayLacking(j.Figure.Title, strings.TrimSpace(failed.String()))
	return out.Bytes(), nil
}

// lacking has what was said of the letters that drawings lack.
var lacking sync.Map

// sayLacking says, once, which letters the drawing of a figure lacks.
func sayLacking(title, what string) {
	if what == "" {
		return
	}
	if _, old := lacking.LoadOrStore(what, true); !old {
		fmt.Fprintf(os.Stderr, "kernel: figure %q: %s\n", title, what)
	}
}

func noRenderer(err error) error {
	return fmt.Errorf("kernel: the renderer of figures does not run; go run ./install mends it: %w", err)
}

// Save writes a figure to a file, completely or not at all, and makes the file's
// folder if there is none: .html is a page that
// needs no other file and no network; .svg, .png and .pdf are pictures; .csv is all
// data of the figure, where the CSV button of the page saves the points that are
// drawn. In PNG and PDF an emoji is replaced by its name, "[brain]", since their
// font has none, and a letter that it lacks, as those of Chinese, by a box; a line
// on standard error says which.
func Save(f chart.Figure, path string) error {
	ext := strings.ToLower(filepath.Ext(path))
	switch ext {
	case ".html", ".svg", ".png", ".pdf", ".csv":
	default:
		return fmt.Errorf("kernel: %s: a figure is saved as .html, .svg, .png, .pdf or .csv, not %q", path, ext)
	}
	data, err := drawn(render.Job{Figure: marked(f, running.Partial()), As: ext[1:]})
	if err != nil {
		return err
	}
	if err = os.MkdirAll(filepath.Dir(path), 0o777); err == nil {
		err = atomicfile.Write(path, data)
	}
	if err != nil {
		return fmt.Errorf("kernel: save figure %q: %w", f.Title, err)
	}
	if cut := running.Partial(); ext == ".csv" && len(cut) > 0 {
		fmt.Printf("%s: %s\n", path, markedText("", cut))
	}
	return nil
}
