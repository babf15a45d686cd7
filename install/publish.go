//go:build unix

package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unicode"
	"unicode/utf8"

	"gomyogen/install/jupyter"
	"gomyogen/install/live"
	"gomyogen/install/notebook"
	"gomyogen/install/site"
)

// publish writes a static site of notebooks. Those whose outputs are not those
// of their code are run first, if that is asked for or is known to be harmless;
// the files themselves stay as they are.
func publish(ctx context.Context, home *jupyter.Home, out io.Writer, args []string) error {
	f := flags("publish")
	dir := f.String("o", "site", "folder of the site")
	title := f.String("title", "", "title of its first page")
	fold := f.Bool("fold", false, "fold the code of the pages at first")
	may := f.Bool("run", false, "run notebooks whose outputs are not those of their code")
	if err := f.Parse(args); err != nil {
		return err
	}
	files := f.Args()
	if len(files) == 0 {
		*title = cmp.Or(*title, "Motor-neuron simulation in Go notebooks")
		var err error
		if files, err = fs.Glob(os.DirFS(home.Notebooks()), "*.ipynb"); err != nil {
			return err
		}
		for i, name := range files {
			files[i] = filepath.Join(home.Notebooks(), name)
		}
	}
	for i, file := range files {
		var err error
		if files[i], err = inFolder(file); err != nil {
			return err
		}
	}
	if *title == "" {
		folder, err := filepath.Abs(filepath.Dir(files[0]))
		if err != nil {
			return err
		}
		*title = heading(filepath.Base(folder))
	}
	key, err := home.Key()
	if err != nil {
		return err
	}
	// What may not be run is known before anything is.
	var plans []plan
	var refused []error
	for _, file := range files {
		p, err := planFor(home, key, file, *may)
		plans, refused = append(plans, p), append(refused, err)
	}
	if err := errors.Join(refused...); err != nil {
		return fmt.Errorf("%w\nrun it yourself, or publish with -run: code of a notebook can do whatever you can", err)
	}
	var sources []site.Source
	for _, p := range plans {
		s, err := p.open(ctx, home, out)
		if err != nil {
			return err
		}
		sources = append(sources, s)
	}
	scripts, err := site.FindScripts(home.Module, jupyter.IsECharts)
	if err != nil {
		return err
	}
	alive, err := liveCells(ctx, home, out, sources)
	if err != nil {
		return err
	}
	w, err := site.Write(*dir, sources, site.Options{Title: *title, Scripts: scripts, FoldCode: *fold, Live: alive})
	if err != nil {
		return err
	}
	if err := sayLeftOut(out, w.LeftOut); err != nil {
		return err
	}
	if len(w.Removed) > 0 {
		fmt.Fprintf(out, "removed %s\n", strings.Join(w.Removed, ", "))
	}
	if len(w.Files) == 0 {
		_, err = fmt.Fprintf(out, "%s is up to date\n", *dir)
		return err
	}
	_, err = fmt.Fprintf(out, "wrote %s\nopen %s\n", strings.Join(w.Files, ", "), filepath.Join(*dir, "index.html"))
	return err
}

// heading returns a folder's name as a title: notebooks becomes Notebooks. A name
// with capitals, as iPSC, stays.
func heading(folder string) string {
	if folder != strings.ToLower(folder) {
		return folder
	}
	first, size := utf8.DecodeRuneInString(folder)
	return string(unicode.ToTitle(first)) + folder[size:]
}

// liveCells compiles the cells that call kernel.Interact for browsers. Why one is
// not is said; its page keeps the author's figure.
func liveCells(ctx context.Context, home *jupyter.Home, out io.Writer, sources []site.Source) (site.Live, error) {
	var cells []live.Cell
	var refused []error
	for _, s := range sources {
		found, not := live.Find(s.Name(), s.Code())
		cells, refused = append(cells, found...), append(refused, not...)
	}
	if len(cells) > 0 {
		fmt.Fprintf(out, "compile %d cells for browsers ...\n", len(cells))
	}
	script, built, not, err := live.Build(ctx, home.Module, cells)
	if err != nil {
		return site.Live{}, err
	}
	for _, why := range append(refused, not...) {
		fmt.Fprintf(out, "its sliders do not work in the page: %v\n", why)
	}
	alive := site.Live{Script: script}
	for _, c := range built {
		alive.Cells = append(alive.Cells, c.ID())
	}
	return alive, nil
}

// plan is where the executed form of a notebook comes from.
type plan struct {
	file     string // that was asked for
	executed string // its executed form
	why      error  // why it has to be run first, nil if it has not
	mine     bool   // whether the user has run this code before
}

// planFor finds an executed form of a notebook whose outputs are those of its
// code: itself, what an earlier run left in results/, or what a run will put
// there. A run must be allowed, unless the user has run the same code before.
func planFor(home *jupyter.Home, key []byte, file string, may bool) (plan, error) {
	p := plan{file: file, executed: file}
	if !strings.HasSuffix(file, ".ipynb") {
		return p, fmt.Errorf("%s is not a notebook", file)
	}
	nb, err := notebook.Read(file)
	if err != nil {
		return p, err
	}
	if p.why = nb.Stale(home.Module); p.why == nil {
		return p, nil
	}
	p.executed, p.mine = jupyter.Results(file), nb.Ran(home.Module, key)
	if earlier, err := notebook.Read(p.executed); err == nil && nb.SameSource(earlier) {
		if earlier.Stale(home.Module) == nil {
			p.why = nil
			return p, nil
		}
		p.mine = p.mine || earlier.Ran(home.Module, key)
	}
	if !may && !p.mine {
		return p, fmt.Errorf("%s is not published: %w", file, p.why)
	}
	return p, nil
}

// open returns the executed form, after a run if that has to be.
func (p plan) open(ctx context.Context, home *jupyter.Home, out io.Writer) (site.Source, error) {
	if p.why != nil {
		because := "as -run asks"
		if p.mine {
			because = "you have run this code before"
		}
		fmt.Fprintf(out, "run %s (%v; %s) ...\n", filepath.Base(p.file), p.why, because)
		if err := home.SetUp(ctx, out); err != nil {
			return site.Source{}, err
		}
		if err := home.Execute(ctx, out, p.file, p.executed); err != nil {
			return site.Source{}, err
		}
	}
	s, err := site.Open(p.executed)
	s.Origin = p.file
	if err != nil {
		return s, err
	}
	if err := s.Stale(home.Module); err != nil { // a run -w, or an editor, has written it since
		return s, fmt.Errorf("%s was changed while it was being published: %w; publish again", p.executed, err)
	}
	return s, nil
}
