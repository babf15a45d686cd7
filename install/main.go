//go:build unix

// Install sets up everything that the notebooks need - the GoNB kernel,
// JupyterLab and ECharts - in the user's data folder, and runs and publishes
// notebooks.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"gomyogen/install/jupyter"
)

const usage = `Sets up the Go notebooks of this module, runs and publishes them.

  go run ./install                          set everything up, mend what is broken, run the tutorials
  go run ./install lab [DIR] [OPTIONS]      open JupyterLab on the tutorials or on DIR, with
                                            options of its own: --no-browser
  go run ./install run [-w] FILE.ipynb...   run notebooks headless; results go to results/
                                            beside them, or with -w into the notebooks
  go run ./install publish [-o DIR] [-title TEXT] [-fold] [-run] [FILE.ipynb...]
                                            write a static site (default: the tutorials, to site/)
      -fold    fold the code of the pages at first
      -run     run notebooks whose outputs are not those of their code
  go run ./install timings [-pages] [-n N]  time cells of several kinds, N of each (default 7),
                                            or with -pages the runs of a published page in Chromium
  go run ./install nwb                      add Python's pynwb, Neo and SciPy (400 MB, a minute), with
                                            which NWB and MATLAB files are read and written
  go run ./install doctor                   read all that is installed, name what is missing or broken
  go run ./install remove                   remove all that was installed, and say what stays

A notebook is a program that can do whatever you can: run and publish -run execute it. Without
-run, publish executes only a notebook whose code you have run before, when a package that it
uses has changed. A page holds no script of a notebook, only this module's own for figures.
The page of a notebook has the title, authors, date and description of its metadata (in
JupyterLab: Property Inspector, Advanced Tools, Notebook Metadata):
{"title": "...", "authors": [{"name": "..."}], "date": "...", "description": "..."}; a code cell's
"caption", Markdown or a list of it, stands under its figures. Code and outputs that JupyterLab
collapses, or a tag of Jupyter Book hides (hide-input), are folded. What a page cannot show,
publish names.

Everything goes into one folder, MYOGEN_DATA or the user's data folder. Go 1.26 and Python 3.10
or newer with venv must be there.
`

func main() {
	ctx, stop := untilEnded()
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		stop()
		if errors.Is(err, flag.ErrHelp) {
			return
		}
		fmt.Fprintln(os.Stderr, "install:", err)
		os.Exit(1)
	}
}

// commands by name; "" is what runs without one.
var commands = map[string]func(context.Context, *jupyter.Home, io.Writer, []string) error{
	"":        tutorials,
	"lab":     lab,
	"run":     runNotebooks,
	"publish": publish,
	"timings": timings,
	"nwb":     alone((*jupyter.Home).AddNWB),
	"doctor": alone(func(home *jupyter.Home, _ context.Context, out io.Writer) error {
		return home.Doctor(out)
	}),
	"remove": alone((*jupyter.Home).Remove),
}

// alone is a command that takes no arguments.
func alone(do func(*jupyter.Home, context.Context, io.Writer) error) func(context.Context, *jupyter.Home, io.Writer, []string) error {
	return func(ctx context.Context, home *jupyter.Home, out io.Writer, args []string) error {
		if len(args) > 0 {
			return fmt.Errorf("there is no argument %q; -h shows what there is", args[0])
		}
		return do(home, ctx, out)
	}
}

func run(ctx context.Context, args []string, out io.Writer) error {
	name := ""
	if len(args) > 0 {
		name, args = args[0], args[1:]
	}
	if isHelp(name) || name == "help" || len(args) > 0 && isHelp(args[0]) {
		_, err := fmt.Fprint(out, usage)
		return err
	}
	command, ok := commands[name]
	if !ok {
		return fmt.Errorf("there is no command %q; -h shows those there are", name)
	}
	home, err := jupyter.Find()
	if err != nil {
		return err
	}
	if other := home.BuiltFrom(); other != "" {
		if _, err := fmt.Fprintf(out, "using the clone around this folder, %s; this program was built from %s\n", home.Module, other); err != nil {
			return err
		}
	}
	return command(ctx, home, out, args)
}

func isHelp(arg string) bool { return arg == "-h" || arg == "-help" || arg == "--help" }

// timings prints how long cells take.
func timings(ctx context.Context, home *jupyter.Home, out io.Writer, args []string) error {
	f := flags("timings")
	n := f.Int("n", 7, "")
	pages := f.Bool("pages", false, "")
	if err := f.Parse(args); err != nil {
		return err
	}
	if *n < 1 || f.NArg() > 0 {
		return errors.New("timings takes -n N with N at least 1, and -pages")
	}
	if *pages {
		return pageTimings(ctx, home, out, *n)
	}
	if err := home.SetUp(ctx, out); err != nil {
		return err
	}
	return home.Timings(ctx, out, *n)
}

// flags returns the flag set of a command.
func flags(name string) *flag.FlagSet {
	f := flag.NewFlagSet(name, flag.ContinueOnError)
	f.Usage = func() { fmt.Fprint(f.Output(), usage) }
	return f
}

// lab opens JupyterLab on a folder, with what options of its own follow, and
// ends with it.
func lab(ctx context.Context, home *jupyter.Home, out io.Writer, args []string) error {
	dir := home.Notebooks()
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		dir, args = args[0], args[1:]
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return fmt.Errorf("%s is not a folder", dir)
	}
	if err := home.SetUp(ctx, out); err != nil {
		return err
	}
	if err := home.TrustTutorials(ctx, out); err != nil {
		return err
	}
	cmd := home.LabCommand(ctx, dir, args...)
	cmd.Stdout, cmd.Stderr, cmd.Stdin = out, os.Stderr, os.Stdin
	err = cmd.Run()
	if ctx.Err() != nil {
		return nil // Ctrl-C is how one ends it
	}
	return err
}
