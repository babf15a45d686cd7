package kernel

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"gomyogen/kernel/chart"
	"gomyogen/kernel/chart/render"
	"gomyogen/kernel/internal/atomicfile"
	"gomyogen/kernel/internal/wire"
)

// Show shows a figure in the cell: a still picture that becomes a live chart
// where scripts run. One figure of a notebook brings the chart library along,
// so that an exported page needs no network. A figure that cannot be drawn
// ends the cell as Check does. Outside a notebook Show prints what the figure
// shows.
//
// Once the stop button has cut something short in a cell, each figure that the
// cell shows or saves, and each table, is marked in its title, and a figure in
// its text for those who cannot see it, too: "Partial (NERLab stopped at 4200 of
// 15000 ms)". A .csv file has no title; a line in the cell says it of that. No
// later cell needs a mark: what is partial is not kept.
func Show(f chart.Figure) {
	Check(show(f))
}

func show(f chart.Figure) error {
	old, carry := carries(f)
	bundle, err := shownAs(cuts.mark(f), carry)
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

// rendererEnv names the environment variable with the path of the program that
// draws.
const rendererEnv = "MYOGEN_RENDERER"

// drawn has the renderer draw a figure, or, where there is no renderer, this
// program.
func drawn(j render.Job) ([]byte, error) {
	p, err := j.Prepare()
	if err != nil {
		return nil, err
	}
	program := os.Getenv(rendererEnv)
	if program == "" {
		return render.Draw(p)
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
	return out.Bytes(), nil
}

func noRenderer(err error) error {
	return fmt.Errorf("kernel: the renderer of figures does not run; go run ./install mends it: %w", err)
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
	data, err := drawn(render.Job{Figure: cuts.mark(f), As: ext[1:]})
	if err != nil {
		return err
	}
	if err := atomicfile.Write(path, data); err != nil {
		return fmt.Errorf("kernel: save figure %q: %w", f.Title, err)
	}
	if cut := cuts.list(); ext == ".csv" && len(cut) > 0 {
		fmt.Printf("%s: %s\n", path, markedText("", cut))
	}
	return nil
}
