// Install sets up everything that the notebooks need - the GoNB kernel,
// JupyterLab and ECharts - in the user's data folder, and runs notebooks.
//
//	go run ./install                  set up, then run the tutorials headless
//	go run ./install lab [DIR]        open JupyterLab
//	go run ./install run FILE.ipynb   run one notebook headless
//	go run ./install doctor           say what is there and what is not
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"

	"gomyogen/install/jupyter"
)

const usage = `Sets up the Go notebooks of this module and runs them.

  go run ./install                  set everything up, then run the tutorials
  go run ./install lab [DIR]        open JupyterLab on the tutorials or on DIR
  go run ./install run FILE.ipynb   run one notebook headless
  go run ./install doctor           say what is installed, what is not and why

Everything goes into one folder, MYOGEN_DATA or the user's data folder; delete
it to uninstall. Go 1.26 and Python 3 with venv must be there.
`

func main() {
	flag.Usage = func() { fmt.Fprint(os.Stderr, usage) }
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "install:", err)
		stop()
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	home, err := jupyter.Find()
	if err != nil {
		return err
	}
	command := ""
	if len(args) > 0 {
		command, args = args[0], args[1:]
	}
	switch command {
	case "":
		if err := home.SetUp(ctx, os.Stdout); err != nil {
			return err
		}
		return runTutorials(ctx, home)
	case "lab":
		dir := home.Notebooks()
		if len(args) > 0 {
			dir = args[0]
		}
		return lab(ctx, home, dir)
	case "run":
		if len(args) != 1 {
			return errors.New("run needs one FILE.ipynb")
		}
		if err := home.SetUp(ctx, os.Stdout); err != nil {
			return err
		}
		_, err := execute(ctx, home, args[0])
		return err
	case "doctor":
		return home.Doctor(os.Stdout)
	}
	return fmt.Errorf("there is no command %q; -h shows those there are", command)
}

// tutorials are run by a plain install.
var tutorials = []string{"01_recruitment_thresholds.ipynb", "03_descending_drive.ipynb"}

func runTutorials(ctx context.Context, home *jupyter.Home) error {
	for _, name := range tutorials {
		e, err := execute(ctx, home, filepath.Join(home.Notebooks(), name))
		if err != nil {
			return err
		}
		nb, err := jupyter.ReadNotebook(e.Notebook)
		if err != nil {
			return err
		}
		fmt.Print(nb.Printed())
	}
	fmt.Println("\nOpen JupyterLab on the tutorials:  go run ./install lab")
	return nil
}

// execute runs a notebook and says where its results are.
func execute(ctx context.Context, home *jupyter.Home, file string) (jupyter.Execution, error) {
	fmt.Printf("run %s ...\n", filepath.Base(file))
	e, err := home.Execute(ctx, os.Stdout, file)
	if err == nil {
		fmt.Printf("  done in %.1f s\n  notebook  %s\n  page      %s\n", e.Took.Seconds(), e.Notebook, e.Page)
	}
	return e, err
}

// lab opens JupyterLab on a folder and ends with it.
func lab(ctx context.Context, home *jupyter.Home, dir string) error {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return fmt.Errorf("%s is not a folder", dir)
	}
	if err := home.SetUp(ctx, os.Stdout); err != nil {
		return err
	}
	cmd := home.LabCommand(ctx, dir)
	cmd.Stdout, cmd.Stderr, cmd.Stdin = os.Stdout, os.Stderr, os.Stdin
	err = cmd.Run()
	if ctx.Err() != nil {
		return nil // Ctrl-C is how one ends it
	}
	return err
}
