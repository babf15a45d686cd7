package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"gomyogen/myogen"
	"gomyogen/myogen/units"
)

// runExperiment runs an experiment file, whole or in part.
func runExperiment(ctx context.Context, args []string, out io.Writer) error {
	f := flags("run")
	to := f.String("out", "", "results to write, .npz")
	until := timeFlag{}
	f.Var(&until, "until", "simulated time to stop at")
	state := f.String("state", "", "state to write when the run stops before its end")
	resume := f.String("resume", "", "state to go on from")
	workers := f.Int("workers", 0, "cores")
	date := f.Bool("date", false, "put date and time into the report")
	files, err := parse(f, args, 1)
	if err != nil {
		return err
	}
	e, err := myogen.LoadExperiment(files[0])
	if err != nil {
		return err
	}
	if until.Time == 0 {
		until.Time = e.Duration
	}
	switch {
	case !(until.Time > 0 && until.Time <= e.Duration):
		return fmt.Errorf("run: -until is %v, must be above 0 and at most the experiment's %v", until.Time, e.Duration)
	case until.Time < e.Duration && *state == "" && *to == "":
		return errors.New("run: -until stops before the end; -state or -out says where to save what there is")
	case until.Time == e.Duration && *to == "":
		*to = "results.npz"
	}
	var sim *myogen.Simulation
	if *resume != "" {
		sim, err = myogen.ResumeState(ctx, e, *resume)
	} else {
		sim, err = myogen.NewSimulation(ctx, e)
	}
	if err != nil {
		return err
	}
	if *workers != 0 {
		if err := sim.SetWorkers(*workers); err != nil {
			return err
		}
	}
	if sim.Time() > until.Time {
		return fmt.Errorf("run: the state is at %v, after the end at %v", sim.Time(), until.Time)
	}
	fmt.Fprintln(out, e)
	if *resume != "" {
		fmt.Fprintf(out, "going on at %v from %s\n", sim.Time(), *resume)
	}
	result, err := sim.RunUntil(ctx, until.Time, progress(out))
	if err != nil {
		return err
	}
	if *date {
		result.Origin.Session.Date = time.Now()
	}
	fmt.Fprintln(out, result.Report())
	if result.Partial() && *state != "" {
		if err := sim.SaveState(*state); err != nil {
			return err
		}
		fmt.Fprintf(out, "state at %v written to %s\n", result.Simulated.Round(units.Us), *state)
	}
	if *to != "" {
		if err := result.Save(*to); err != nil {
			return err
		}
		fmt.Fprintf(out, "written to %s and %s\n", *to, myogen.ReportPath(*to))
	}
	if ctx.Err() != nil && result.Simulated < until.Time {
		return fmt.Errorf("run: interrupted at %v of %v", result.Simulated.Round(units.Us), until.Time)
	}
	return nil
}

// checkStep checks how an experiment depends on its time step.
func checkStep(ctx context.Context, args []string, out io.Writer) error {
	files, err := parse(flags("check-step"), args, 1)
	if err != nil {
		return err
	}
	e, err := myogen.LoadExperiment(files[0])
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
