// Myogen runs simulations without a notebook.
//
//	myogen run EXPERIMENT.yaml -out results.npz
//	myogen compare a.npz b.npz
//	myogen check-step EXPERIMENT.yaml
//	myogen sweep SWEEP.yaml -o DIR
//	myogen fit FIT.yaml -o DIR
//	myogen convert results.npz results.nwb
//	myogen schema
//	myogen replay -model NERLab -in network.npz -out spikes.npz
//	myogen bench -neuron PYTHON -myogen PYTHON
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"gomyogen/myogen/units"
)

// subcommand is one of the commands.
type subcommand struct {
	name  string
	run   func(ctx context.Context, args []string, out io.Writer) error
	usage string
	short string // what the list of all commands says, where usage is too long for it
}

// commands are all commands, in the order in which they are listed.
var commands = []subcommand{
	{name: "run", run: runExperiment, usage: `  myogen run EXPERIMENT.yaml [-out EXPERIMENT.npz]
        run an experiment file, which holds protocol and seed; the report
        is written beside the results, to EXPERIMENT.report.json. A part of a run
        does not replace complete results: it goes to EXPERIMENT.partial.npz
        -until 7s -state run.state    stop at 7 s and save the state
        -resume run.state             go on from a saved state
        -checkpoint 1m                wall time between two states of the run, beside
                                      the results: killed, the same command goes on;
                                      those of an edited experiment are kept
        -workers N                    cores to use; the results do not depend on it
        -date                         put date and time into the report
`},
	{name: "compare", run: compare, usage: `  myogen compare A.npz B.npz
        compare two saved results spike by spike, to the last bit;
        the files of run and replay and reference networks can be mixed
`},
	{name: "check-step", run: checkStep, usage: `  myogen check-step EXPERIMENT.yaml
        repeat a run at a half and a quarter of its time step with the same
        drive spikes and say which statistics move
`},
	{name: "sweep", run: runSweep, usage: `  myogen sweep SWEEP.yaml -o DIR
        run a sweep, an experiment file with a key sweep, and write one row for
        each run to DIR/table.parquet, .csv and .npz; what was interrupted goes on
        -workers N                    cores to use; the table does not depend on it
        -shard I/N                    run one of N shards, on this machine or another
        -merge -shards N              put the shards together, or say which are missing
        -status [-shards N]           say how far the sweep is
        -slurm [-tasks 20] [-cores 1] [-partition P] [-time 2h]
                                      submit it to Slurm: an array job, and a job
                                      that puts the shards together
`},
	{name: "fit", run: runFit, usage: `  myogen fit FIT.yaml -o DIR
        search for values of an experiment, a file with a key fit, and write one
        row for each trial to DIR/trials.parquet, .csv and .npz and the experiment
        that was found to best.yaml; what was interrupted goes on
        -workers N                    cores to use; the answer does not depend on it
`},
	{name: "convert", run: convert, usage: convertUsage, short: `  myogen convert IN OUT
        convert between .npz, NWB, CSV, Parquet, MATLAB, openhdemg and MyoGen's pickles;
        myogen help convert lists what goes where
`},
	{name: "schema", run: schema, usage: `  myogen schema
        print the JSON Schema of experiment files, by which editors complete
        and check them
`},
	{name: "replay", run: replay, usage: `  myogen replay -model NERLab|Powers2017 -in network.npz -out spikes.npz
        simulate the motor neurons of a saved network under its drive spikes;
        compare network.npz with spikes.npz to see whether they are the same
`},
	{name: "bench", run: bench, usage: `  myogen bench [-model M] [-duration 15s] [-neuron PYTHON] [-myogen PYTHON] [-growth]
        measure the engine; with a Python that has NEURON, beside it; with
        one that has MyoGen, beside its whole loop, drive included
  myogen bench -sweep [-runs 100] [-most 100000]
        measure what a sweep adds to the simulations of its runs, and its memory
`},
}

// usage returns the list of all commands.
func usage() string {
	var b strings.Builder
	b.WriteString("Runs simulations without a notebook.\n\n")
	for _, c := range commands {
		b.WriteString(cmp.Or(c.short, c.usage))
	}
	b.WriteString(`
The exit code is 0 when all is well, 1 when compare finds a difference, 2 after
an error or an interruption.
"myogen help COMMAND" or "myogen COMMAND -h" shows one of them.
`)
	return b.String()
}

// errDifferent is the end of a comparison that has found something.
var errDifferent = errors.New("different")

func main() {
	ctx, stop := untilSignal()
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	switch {
	case errors.Is(err, errDifferent):
		os.Exit(1)
	case err != nil:
		fmt.Fprintln(os.Stderr, "myogen:", strings.TrimPrefix(err.Error(), "myogen: "))
		os.Exit(2)
	}
}

func run(ctx context.Context, args []string, out io.Writer) error {
	if len(args) == 0 || isHelp(args[0]) && len(args) == 1 {
		_, err := io.WriteString(out, usage())
		return err
	}
	name := args[0]
	help := isHelp(name)
	if help {
		name = args[1]
	}
	i := slices.IndexFunc(commands, func(c subcommand) bool { return c.name == name })
	if i < 0 {
		return fmt.Errorf("there is no command %q; myogen -h shows those there are", name)
	}
	c := commands[i]
	err := error(flag.ErrHelp)
	if !help {
		err = c.run(ctx, args[1:], out)
	}
	switch {
	case errors.Is(err, flag.ErrHelp):
		_, err = io.WriteString(out, c.usage)
	case errors.Is(err, context.Canceled) && strings.TrimPrefix(err.Error(), "myogen: ") == context.Canceled.Error():
		err = fmt.Errorf("%s: interrupted", name)
	}
	return err
}

func isHelp(arg string) bool {
	return arg == "help" || arg == "-h" || arg == "-help" || arg == "--help"
}

// flags returns a flag set that reports its errors to us.
func flags(name string) *flag.FlagSet {
	f := flag.NewFlagSet(name, flag.ContinueOnError)
	f.SetOutput(io.Discard)
	return f
}

// parse reads flags and the given number of arguments, in any order.
func parse(f *flag.FlagSet, args []string, want int) ([]string, error) {
	var rest []string
	for {
		if err := f.Parse(args); err != nil {
			return nil, err
		}
		if args = f.Args(); len(args) == 0 {
			break
		}
		rest, args = append(rest, args[0]), args[1:]
	}
	if len(rest) != want {
		return nil, fmt.Errorf("%s takes %d file names, there are %d: %q", f.Name(), want, len(rest), rest)
	}
	return rest, nil
}

// timeFlag is a flag that takes a time with its unit.
type timeFlag struct {
	units.Time
	given bool
}

func (t *timeFlag) Set(s string) (err error) {
	t.Time, err = units.ParseTime(s)
	t.given = err == nil
	return err
}

// progress returns a function that prints a line every 10 %.
func progress(out io.Writer) func(done, total units.Time) {
	tenths := 0
	return func(done, total units.Time) {
		if n := int(10 * done / total); n > tenths {
			tenths = n
			fmt.Fprintf(out, "%3d %%  %.0f of %.0f ms\n", 10*n, float64(done), float64(total))
		}
	}
}

// starting returns what says each second what a command does before the first step of
// a run, after the last one, and while it saves a state.
func starting(out io.Writer) func(what string, done, total int) {
	told := time.Now()
	return func(what string, done, total int) {
		now := time.Now()
		if now.Sub(told) < time.Second {
			return
		}
		told = now
		if total > 0 {
			what += fmt.Sprintf(", %.0f %%", 100*float64(done)/float64(total))
		}
		fmt.Fprintln(out, what)
	}
}
