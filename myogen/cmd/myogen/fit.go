package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"gomyogen/myogen"
	"gomyogen/myogen/format/parquet"
	"gomyogen/myogen/sweep/fit"
	"gomyogen/myogen/sweep/fit/optimizer"
)

// runFit runs a fit, or goes on with one.
func runFit(ctx context.Context, args []string, out io.Writer) error {
	f := flags("fit")
	dir := f.String("o", "", "folder of the results")
	workers := f.Int("workers", 0, "cores")
	files, err := parse(f, args, 1)
	if err != nil {
		return err
	}
	if *dir == "" {
		return errors.New("fit: -o says in which folder the results are")
	}
	plan, err := interruptible(ctx, func() (*myogen.FitPlan, error) { return myogen.LoadFit(files[0]) })
	if err != nil {
		return err
	}
	s, err := fit.Open(*dir, plan, optimizer.Minimize, fit.Options{Workers: *workers, Progress: trialLine(out, plan), Others: func() {
		fmt.Fprintf(out, "another program makes trials of this fit in %s; this one waits for them\n", *dir)
	}})
	if err != nil {
		return err
	}
	if err := checkTables(files[0], *dir, "trials.parquet", "trials.csv", "trials.npz", "best.yaml"); err != nil {
		return fmt.Errorf("fit: %w", err)
	}
	ctx = myogen.Observe(ctx, myogen.Observer{Starting: starting(out)})
	start := time.Now()
	runErr := s.Run(ctx)
	t, err := s.Write(saving(ctx)) // what there is of it
	if err == nil {
		err = parquet.Write(filepath.Join(*dir, "trials.parquet"), &t.Frame)
	}
	if ctx.Err() != nil && err == nil {
		return errors.New("fit: interrupted; the same command goes on from here")
	}
	if err := errors.Join(runErr, err); err != nil {
		return err
	}
	r, best := s.Result(), ""
	if _, ok := r.Best(); ok {
		best = "; the experiment of the best in best.yaml"
	}
	_, err = fmt.Fprintf(out, "took %v\n%v\n%d rows in %s: trials.parquet, trials.csv, trials.npz%s\n",
		time.Since(start).Round(time.Millisecond), r, t.Len(), *dir, best)
	return err
}

// trialLine returns a function that prints a line for each trial that is better
// than those before, and for each that failed.
func trialLine(out io.Writer, p *myogen.FitPlan) func(fit.Trial) {
	best := -1.0
	return func(t fit.Trial) {
		switch {
		case t.Error != "":
			fmt.Fprintf(out, "trial %d failed: %s\n", t.Trial, t.Error)
		case best < 0 || t.Cost < best:
			best = t.Cost
			fmt.Fprintf(out, "trial %d: cost %.3g", t.Trial, t.Cost)
			for i, d := range p.Dimensions {
				fmt.Fprintf(out, ", %s %.4g %s", d.Name, t.Parameters[i], d.Unit)
			}
			for i, g := range p.Goals {
				fmt.Fprintf(out, ", %s %.4g %s", g.Name, t.Statistics[i], g.Unit)
			}
			fmt.Fprintln(out)
		}
	}
}
