package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"gomyogen/install/jupyter"
	"gomyogen/install/notebook"
	"gomyogen/install/site"
)

// publish writes a static site of notebooks. Those whose outputs are not those
// of their code are run first; the files themselves stay as they are.
func publish(ctx context.Context, home *jupyter.Home, out io.Writer, args []string) error {
	f := flags("publish")
	dir := f.String("o", "site", "folder of the site")
	title := f.String("title", "", "title of its first page")
	if err := f.Parse(args); err != nil {
		return err
	}
	files := f.Args()
	if len(files) == 0 {
		*title = cmp.Or(*title, "Motor-neuron simulation in Go notebooks")
		var err error
		if files, err = filepath.Glob(filepath.Join(home.Notebooks(), "*.ipynb")); err != nil {
			return err
		}
	}
	var sources []site.Source
	for _, file := range files {
		executed, err := fresh(ctx, home, out, file)
		if err != nil {
			return err
		}
		s, err := site.Open(executed)
		if err != nil {
			return err
		}
		sources = append(sources, s)
	}
	if *title == "" {
		folder, err := filepath.Abs(filepath.Dir(files[0]))
		if err != nil {
			return err
		}
		*title = filepath.Base(folder)
	}
	written, err := site.Write(*dir, *title, sources)
	if err != nil {
		return err
	}
	if len(written) == 0 {
		_, err = fmt.Fprintf(out, "%s is up to date\n", *dir)
		return err
	}
	_, err = fmt.Fprintf(out, "wrote %s\nopen %s\n", strings.Join(written, ", "), filepath.Join(*dir, "index.html"))
	return err
}

// fresh returns the path of an executed form of a notebook whose outputs are
// those of its code: itself, what an earlier run left in results/, or what a
// run now puts there.
func fresh(ctx context.Context, home *jupyter.Home, out io.Writer, file string) (string, error) {
	if !strings.HasSuffix(file, ".ipynb") {
		return "", fmt.Errorf("%s is not a notebook", file)
	}
	nb, err := notebook.Read(file)
	if err != nil {
		return "", err
	}
	why := nb.Stale(home.Module)
	if why == nil {
		return file, nil
	}
	target := jupyter.Results(file)
	if earlier, err := notebook.Read(target); err == nil && nb.SameSource(earlier) && earlier.Stale(home.Module) == nil {
		return target, nil
	}
	fmt.Fprintf(out, "run %s (%v) ...\n", filepath.Base(file), why)
	if err := home.SetUp(ctx, out); err != nil {
		return "", err
	}
	return target, home.Execute(ctx, out, file, target)
}
