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
	home, err := findHome()
	if err != nil {
		return err
	}
	command := ""
	if len(args) > 0 {
		command, args = args[0], args[1:]
	}
	switch command {
	case "":
		if err := home.setUp(ctx); err != nil {
			return err
		}
		return home.runTutorials(ctx)
	case "lab":
		dir := filepath.Join(home.module, "notebooks")
		if len(args) > 0 {
			dir = args[0]
		}
		if err := home.setUp(ctx); err != nil {
			return err
		}
		return home.lab(ctx, dir)
	case "run":
		if len(args) != 1 {
			return errors.New("run needs one FILE.ipynb")
		}
		if err := home.setUp(ctx); err != nil {
			return err
		}
		_, err := home.execute(ctx, args[0])
		return err
	case "doctor":
		return home.doctor()
	}
	return fmt.Errorf("there is no command %q; -h shows those there are", command)
}
