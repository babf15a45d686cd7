//go:build !js

package kernel

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"gomyogen/kernel/chart"
	"gomyogen/myogen"
	"gomyogen/myogen/sweep"
	"gomyogen/myogen/units"
)

// SweepResult is the table of a sweep: a kept [Value] with what figures ask of
// it. [Sweep] makes it.
type SweepResult struct {
	*Value[*sweep.Table]
	title string
	sweep myogen.Sweep
}

// Sweep names a sweep, many runs of an experiment. The cell that first asks for
// its table makes the runs on all cores, with a bar called title over all of them
// and one for each that is going on; later cells, kernels and days read what was
// kept.
//
//	var runs = kernel.Sweep("drive and weight", myogen.Sweep{Experiment: experiment, Axes: axes})
//
//	runs.HeatMaps("Recruitment", "aMN.active") // in any cell
//
// The stop button ends the sweep, and the table is then partial: it has the runs
// that were made. They are kept, and every minute before: Get makes the others, in
// a later kernel too. A run that fails is a row with its error.
//
// The Statistics of a sweep are Go code, which Sweep does not see: such a sweep is
// refused. [Keep] a function that calls [Bars.Sweep] instead.
//
//go:noinline
func Sweep(title string, s myogen.Sweep) *SweepResult {
	compute := func() (any, error) {
		if len(s.Statistics) > 0 {
			return nil, fmt.Errorf("kernel: Sweep %q: it has Statistics, whose code cannot be seen; Keep a function that calls Bars.Sweep", title)
		}
		return NewBars(title, 0).Sweep(s)
	}
	return &SweepResult{&Value[*sweep.Table]{
		running.Values.DeclareWith("Sweep", title, reflect.TypeFor[*sweep.Table](), sweep.Open, compute, parts(s.FingerprintContext)),
	}, title, s}
}

// Column returns a column of numbers, such as "aMN.mean_rate", of the runs
// that there are after a stop, and of all otherwise. An error ends the cell as
// with [Value.Get].
func (r *SweepResult) Column(name string) []float64 {
	return Must(r.there().Floats(name))
}

// HeatMaps returns a figure with a panel for each of these columns of numbers,
// over the first two axes of the sweep: the first upwards, the second to the
// right. Where a point has several runs it shows their mean. An error ends the
// cell as with [Value.Get].
func (r *SweepResult) HeatMaps(title string, columns ...string) chart.Figure {
	return Must(r.heatMaps(title, columns))
}

func (r *SweepResult) heatMaps(title string, columns []string) (chart.Figure, error) {
	plan, err := r.sweep.Plan()
	if err != nil {
		return chart.Figure{}, err
	}
	crossing := slices.IndexFunc(plan.Columns, func(c myogen.Column) bool { return c.Group == 1 })
	if crossing < 0 {
		return chart.Figure{}, fmt.Errorf("kernel: a heat map needs two axes that cross; %q has not", r.title)
	}
	down, across := plan.Columns[0], plan.Columns[crossing]
	f := chart.Figure{Title: title, Alt: fmt.Sprintf("Heat maps of %s over %s and %s", strings.Join(columns, ", "), down.Name, across.Name)}
	for _, column := range columns {
		rows, i, j, err := r.there().Grid(column, down.Name, across.Name)
		if err != nil {
			return f, err
		}
		c, err := r.there().Frame.Column(column)
		if err != nil {
			return f, err
		}
		labelled := chart.Axis{Label: column, Unit: c.Unit}.Text()
		f.X = chart.Axis{Label: asLabel(across.Name), Unit: across.Unit, Categories: rounded(j)}
		f.Panels = append(f.Panels, chart.Panel{
			Title: labelled, Y: chart.Axis{Label: asLabel(down.Name), Unit: down.Unit, Categories: rounded(i)},
			Series: []chart.Series{chart.HeatMap{Rows: rows, X0: -0.5, X1: float64(len(j)) - 0.5, Label: labelled}},
		})
	}
	return f, nil
}

// asLabel returns the name of a column as labels of axes are written, "Drive
// neurons" for drive_neurons. A name that is more than lower-case words, such as
// aMN.mean_rate, stays.
func asLabel(name string) string {
	if name == "" || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz_") != "" {
		return name
	}
	words := strings.ReplaceAll(name, "_", " ")
	return strings.ToUpper(words[:1]) + words[1:]
}

// rounded shortens numbers to what an axis has room for.
func rounded(texts []string) []string {
	out := make([]string, len(texts))
	for i, text := range texts {
		var x float64
		if _, err := fmt.Sscan(text, &x); err == nil {
			text = fmt.Sprintf("%.3g", x)
		}
		out[i] = text
	}
	return out
}

// Experiment returns the experiment of a run, by its row of the table. An error
// ends the cell as with [Value.Get].
func (r *SweepResult) Experiment(run int) myogen.Experiment {
	_, e, err := r.run(run)
	Check(err)
	return e
}

// Run names a run of the sweep, by its row of the table, to see more of it than
// its row: its spikes, its signals. It is simulated when it is first asked for,
// and kept as by [Run].
func (r *SweepResult) Run(run int) *Result {
	point, e, err := r.run(run)
	Check(err)
	return Run(fmt.Sprintf("%s, run %d: %s", r.title, run, point), e)
}

func (r *SweepResult) run(run int) (point string, e myogen.Experiment, err error) {
	plan, err := r.sweep.Plan()
	if err == nil && (run < 0 || run >= plan.Runs()) {
		err = fmt.Errorf("kernel: %q has the runs 0 to %d, not %d", r.title, plan.Runs()-1, run)
	}
	if err != nil {
		return "", e, err
	}
	e, err = plan.Run(run)
	return pointOf(plan, run), e, err
}

// pointOf says which values a run has: "level 40 pps, weight 0.1 uS".
func pointOf(p *myogen.Plan, run int) string {
	var words []string
	for i, at := range p.Point(run) {
		c := p.Columns[i]
		text := c.Text[at]
		if c.Numbers != nil {
			text = strings.TrimSpace(fmt.Sprintf("%.4g %s", c.Numbers[at], c.Unit))
		}
		words = append(words, c.Name+" "+text)
	}
	return strings.Join(words, ", ")
}

// Sweep makes the runs of a sweep at once, with these bars, and keeps the rows of
// one that was stopped, but not the table.
func (b *Bars) Sweep(s myogen.Sweep) (*sweep.Table, error) {
	ctx, release := untilStop()
	plan, err := s.PlanContext(myogen.Observe(ctx, myogen.Observer{Starting: b.starting}))
	release()
	if err != nil && ctx.Err() != nil {
		return nil, fmt.Errorf("kernel: %w before the first run", context.Cause(ctx))
	}
	if err != nil {
		return nil, err
	}
	b.n = plan.Runs()
	var table *sweep.Table
	var folder *sweep.Sweep
	j := &resumable{bars: b, yaml: plan.YAML, what: "runs", total: plan.Runs(), each: 1}
	err = j.do(func(dir string) (err error) {
		folder, err = sweep.Open(dir, plan, sweep.Options{
			Progress: func(done, total int) { j.progress(done, total) },
			Watch:    func(run int) func(done, total units.Time) { return b.Next(pointOf(plan, run)).Update },
		})
		if err == nil {
			j.saveState, j.loadState, j.made = folder.SaveState, folder.LoadState, folder.Done
		}
		return err
	}, func(ctx context.Context) (err error) {
		if err = folder.Run(ctx); err == nil || ctx.Err() != nil {
			var missing *sweep.MissingError
			if table, err = folder.Table(context.WithoutCancel(ctx)); errors.As(err, &missing) {
				err = nil
			}
		}
		return err
	}, func() bool { return table.Partial() })
	return table, err
}
