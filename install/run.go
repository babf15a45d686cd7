//go:build unix

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"gomyogen/install/jupyter"
	"gomyogen/install/notebook"
	"gomyogen/install/site"
	"gomyogen/myogen/format/atomicfile"
)

// first are the notebooks that run without a command.
var first = []string{"01_recruitment_thresholds.ipynb", "03_descending_drive.ipynb"}

// tutorials sets up and runs the first tutorials.
func tutorials(ctx context.Context, home *jupyter.Home, out io.Writer, _ []string) error {
	if err := home.Mend(ctx, out); err != nil {
		return err
	}
	for _, name := range first {
		file := filepath.Join(home.Notebooks(), name)
		if err := runNotebook(ctx, home, out, file, jupyter.Results(file)); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintln(out, "Open JupyterLab on the tutorials:  go run ./install lab")
	return err
}

// runNotebooks runs notebooks headless.
func runNotebooks(ctx context.Context, home *jupyter.Home, out io.Writer, args []string) error {
	f := flags("run")
	write := f.Bool("w", false, "write the executed notebooks in place of the files")
	if err := f.Parse(args); err != nil {
		return err
	}
	if f.NArg() == 0 {
		return errors.New("run needs a FILE.ipynb")
	}
	if err := home.SetUp(ctx, out); err != nil {
		return err
	}
	for _, file := range f.Args() {
		file, err := inFolder(file)
		if err != nil {
			return err
		}
		target := jupyter.Results(file)
		if *write {
			target = file
		}
		if err := runNotebook(ctx, home, out, file, target); err != nil {
			return err
		}
	}
	return nil
}

// inFolder returns the path of a file without "..", which is above the folder that a
// link leads to, not above the link.
func inFolder(file string) (string, error) {
	dir, name := filepath.Split(file)
	if !strings.Contains(dir, "..") {
		return file, nil
	}
	dir, err := filepath.EvalSymlinks(dir)
	return filepath.Join(dir, name), err
}

// runNotebook runs one notebook and prints what it printed; in results/ it
// gets a page beside it.
func runNotebook(ctx context.Context, home *jupyter.Home, out io.Writer, file, target string) error {
	fmt.Fprintf(out, "run %s ...\n", filepath.Base(file))
	if err := home.Execute(ctx, out, file, target); err != nil {
		return err
	}
	nb, err := notebook.Read(target)
	if err != nil {
		return err
	}
	if text := strings.TrimSpace(nb.Printed()); text != "" {
		fmt.Fprintf(out, "\n%s\n\n", text)
	}
	fmt.Fprintln(out, "  notebook ", target)
	if target == file {
		return nil
	}
	page, leftOut, err := writePage(home, file, target)
	if err != nil {
		return err
	}
	fmt.Fprintln(out, "  page     ", page)
	return sayLeftOut(out, leftOut)
}

// writePage writes the page of an executed notebook beside it.
func writePage(home *jupyter.Home, file, executed string) (page string, leftOut []string, err error) {
	s, err := site.Open(executed)
	if err != nil {
		return "", nil, err
	}
	s.Origin = file
	scripts, err := site.FindScripts(home.Module, jupyter.IsECharts)
	if err != nil {
		return "", nil, err
	}
	html, leftOut, err := site.Page(s, site.Options{Scripts: scripts})
	if err != nil {
		return "", nil, err
	}
	page = strings.TrimSuffix(executed, ".ipynb") + ".html"
	return page, leftOut, atomicfile.Write(page, html)
}

// sayLeftOut says what pages lack of their notebooks.
func sayLeftOut(out io.Writer, leftOut []string) error {
	if len(leftOut) == 0 {
		return nil
	}
	_, err := fmt.Fprintln(out, "left out:\n  "+strings.Join(leftOut, "\n  "))
	return err
}
