package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"

	"gomyogen/myogen"
	"gomyogen/myogen/format/atomicfile"
	"gomyogen/myogen/internal/watch"
	"gomyogen/myogen/units"
)

// runOptions are the flags of run.
type runOptions struct {
	experiment string
	out        string
	until      timeFlag
	state      string
	resume     string
	workers    int
	checkpoint time.Duration
	date       bool
	partial    string // where partial results go: -out, unless it holds complete ones
}

func parseRun(args []string) (o runOptions, err error) {
	f := flags("run")
	f.StringVar(&o.out, "out", "", "results to write, .npz")
	f.Var(&o.until, "until", "simulated time to stop at")
	f.StringVar(&o.state, "state", "", "state to write when the run stops before its end")
	f.StringVar(&o.resume, "resume", "", "state to go on from")
	f.IntVar(&o.workers, "workers", 0, "cores")
	f.DurationVar(&o.checkpoint, "checkpoint", time.Minute, "wall time between two checkpoints, 0 for none")
	f.BoolVar(&o.date, "date", false, "put date and time into the report")
	files, err := parse(f, args, 1)
	if err == nil {
		o.experiment = files[0]
	}
	return o, err
}

// check completes the options for an experiment and tries its files, which it returns.
func (o *runOptions) check(e myogen.Experiment) (all []file, err error) {
	if !o.until.given {
		o.until.Time = e.Duration
	}
	switch {
	case !(o.until.Time > 0 && o.until.Time <= e.Duration):
		return nil, fmt.Errorf("run: -until is %v, must be above 0 and at most the experiment's %v", o.until.Time, e.Duration)
	case o.until.Time < e.Duration && o.state == "" && o.out == "":
		return nil, errors.New("run: -until stops before the end; -state or -out says where to save what there is")
	case o.until.Time == e.Duration && o.out == "":
		o.out = strings.TrimSuffix(filepath.Base(o.experiment), filepath.Ext(o.experiment)) + ".npz"
	case o.checkpoint < 0:
		return nil, fmt.Errorf("run: -checkpoint is %v, must not be negative", o.checkpoint)
	}
	named, err := myogen.FilesOf(o.experiment)
	if err != nil {
		return nil, err
	}
	outputs := []file{{"-state", o.state}}
	if o.out != "" {
		if filepath.Ext(o.out) != ".npz" {
			return nil, fmt.Errorf("run: -out is %q, must end in .npz", o.out)
		}
		outputs = append(outputs, file{"-out", o.out}, file{"the report", myogen.ReportPath(o.out)})
		if o.partial = myogen.PartialPath(o.out); o.partial != o.out {
			outputs = append(outputs, file{"partial results", o.partial}, file{"their report", myogen.ReportPath(o.partial)})
		}
	}
	for i, r := range e.RecordAll {
		what := fmt.Sprintf("record_all[%d]", i)
		outputs = append(outputs, file{what, r.Path}, file{"the rows so far of " + what, atomicfile.PartialPath(r.Path)})
	}
	inputs := []file{{"the experiment", o.experiment}, {"-resume", o.resume}}
	if o.resume != "" && o.resume == o.state { // going on, and stopping again
		inputs = inputs[:1]
	}
	for _, path := range named {
		inputs = append(inputs, file{"a file that the experiment names", path})
	}
	if err := checkFiles(inputs, outputs); err != nil {
		return nil, fmt.Errorf("run: %w", err)
	}
	return append(inputs, outputs...), nil
}

// checkSpace compares what results, state and checkpoints need with what is free.
func (o *runOptions) checkSpace(sim *myogen.Simulation, c *checkpoints) error {
	results, state := sim.Needs(o.until.Time)
	var needs []atomicfile.Need
	if o.out != "" {
		needs = append(needs, atomicfile.Need{Path: o.out, Bytes: results})
	}
	if o.state != "" && o.until.Time < sim.Experiment().Duration {
		needs = append(needs, atomicfile.Need{Path: o.state, Bytes: state})
	}
	if c.every > 0 {
		needs = append(needs, atomicfile.Need{Path: c.path(0), Bytes: state}, atomicfile.Need{Path: c.path(1), Bytes: state})
	}
	return atomicfile.CheckFree(needs...)
}

// start returns the simulation to run: a new one, or one that goes on.
func (o *runOptions) start(ctx context.Context, e myogen.Experiment, c *checkpoints, out io.Writer) (sim *myogen.Simulation, err error) {
	switch {
	case o.resume != "":
		if sim, err = myogen.ResumeState(ctx, e, o.resume); err == nil {
			fmt.Fprintf(out, "going on at %v from %s\n", sim.Time().Round(units.Us), o.resume)
		}
	default:
		sim, err = c.resume(ctx, e, out)
	}
	if sim == nil && err == nil {
		sim, err = myogen.NewSimulation(ctx, e)
	}
	if err != nil {
		return nil, err
	}
	if o.workers != 0 {
		err = sim.SetWorkers(o.workers)
	}
	return sim, err
}

// runExperiment runs an experiment file, whole or in part.
func runExperiment(ctx context.Context, args []string, out io.Writer) (err error) {
	o, err := parseRun(args)
	if err != nil {
		return err
	}
	e, err := interruptible(ctx, func() (myogen.Experiment, error) { return myogen.LoadExperiment(o.experiment) })
	if err != nil {
		return err
	}
	named, err := o.check(e)
	if err != nil {
		return err
	}
	fmt.Fprintln(out, e)
	ctx = myogen.Observe(ctx, myogen.Observer{Starting: starting(out)})
	c, err := newCheckpoints(ctx, e, cmp.Or(o.out, o.state), o.checkpoint)
	if c != nil && err != nil {
		fmt.Fprintf(out, "killed, this run will not go on: %v\n", err)
		err = nil
	}
	if err == nil {
		err = checkFiles(named, c.files())
	}
	var sim *myogen.Simulation
	if err == nil {
		sim, err = o.start(ctx, e, c, out)
	}
	if errors.Is(err, context.Canceled) {
		return errors.New("run: interrupted before the first step")
	}
	if err != nil {
		return err
	}
	if sim.Time() > o.until.Time+2*cmp.Or(e.Step, myogen.DefaultStep) {
		return fmt.Errorf("run: the state is at %v, after the end at %v", sim.Time().Round(units.Us), o.until.Time)
	}
	defer func() { err = errors.Join(err, sim.Suspend()) }()
	for _, w := range sim.Warnings() {
		fmt.Fprintln(out, "warning:", w)
	}
	if err := o.checkSpace(sim, c); err != nil {
		fmt.Fprintf(out, "warning: before compression %v\n", err)
	}
	begun := sim.Time()
	show := progress(out)
	result, runErr := sim.RunUntil(ctx, o.until.Time, func(done, total units.Time) {
		show(done, total)
		if err := c.save(ctx, sim); err != nil {
			fmt.Fprintf(out, "no checkpoint at %v: %v\n", done, err)
		}
	})
	if givenUp(runErr) { // the run is complete
		if c.every > 0 {
			noState := c.saveLast(ctx, sim, out)
			return errors.Join(fmt.Errorf("run: interrupted at %v of %v, before its results were gathered", sim.Time().Round(units.Ms), o.until.Time), noState)
		}
		result, runErr = sim.RunUntil(saving(ctx), o.until.Time, nil)
	}
	if runErr != nil && sim.Time() == begun { // there is nothing new
		return runErr
	}
	if runErr != nil { // what there is of it, is not lost
		result = sim.Result()
	}
	if o.date {
		result.Origin.Session.Date = time.Now()
	}
	stopped := runErr == nil && ctx.Err() != nil && result.Simulated < o.until.Time
	var noState error
	if stopped { // first what is more than results
		noState = c.saveLast(ctx, sim, out)
	}
	report(ctx, result, out)
	saved := o.save(ctx, sim, result, out)
	if runErr == nil && !stopped && givenUp(saved) {
		stopped, noState = true, c.saveLast(ctx, sim, out)
	}
	for _, r := range e.RecordAll {
		if rows := atomicfile.PartialPath(r.Path); (result.Partial() || runErr != nil) && exists(rows) {
			fmt.Fprintf(out, "the rows so far are in %s\n", rows)
		}
	}
	if stopped {
		interrupted := fmt.Errorf("run: interrupted at %v of %v", result.Simulated.Round(units.Ms), o.until.Time)
		if givenUp(saved) {
			interrupted = fmt.Errorf("%w, before its results were written", interrupted)
			saved = nil
		}
		return errors.Join(interrupted, saved, noState)
	}
	if runErr != nil || saved != nil {
		return errors.Join(runErr, saved)
	}
	return c.remove()
}

// report prints the report of a result, unless it is given up: the spikes of days are
// summed for seconds.
func report(ctx context.Context, result *myogen.Result, out io.Writer) {
	var r myogen.Report
	err := watch.Of(saving(ctx)).While("summing the spikes", func() error { r = result.Report(); return nil })
	if err == nil {
		fmt.Fprintln(out, r)
	}
}

// save writes results and state.
func (o *runOptions) save(ctx context.Context, sim *myogen.Simulation, result *myogen.Result, out io.Writer) error {
	ctx = saving(ctx)
	var errs []error
	if result.Partial() && o.state != "" {
		path, err := save(o.state, out, func(path string) error { return sim.SaveStateContext(ctx, path, nil) })
		if errs = append(errs, err); path != "" {
			fmt.Fprintf(out, "state at %v written to %s\n", result.Simulated.Round(units.Us), path)
		}
	}
	if to := o.out; to != "" {
		if result.Partial() && o.partial != to {
			fmt.Fprintf(out, "%s is complete and stays\n", to)
			to = o.partial
		}
		path, err := save(to, out, func(path string) error { return result.SaveContext(ctx, path) })
		if errs = append(errs, err); path != "" {
			fmt.Fprintf(out, "written to %s and %s\n", path, myogen.ReportPath(path))
		}
	}
	return errors.Join(errs...)
}

// checkStep checks how an experiment depends on its time step.
func checkStep(ctx context.Context, args []string, out io.Writer) error {
	files, err := parse(flags("check-step"), args, 1)
	if err != nil {
		return err
	}
	e, err := interruptible(ctx, func() (myogen.Experiment, error) { return myogen.LoadExperiment(files[0]) })
	if err != nil {
		return err
	}
	c, err := myogen.CheckStep(ctx, e, progress(out))
	if err != nil {
		return err
	}
	fmt.Fprintln(out, c)
	return nil
}
