package myogen

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"gomyogen/myogen/neo"
	"gomyogen/myogen/stats"
	"gomyogen/myogen/units"
)

// StepCheck says how the firing of motor neurons depends on the time step.
//
// NERLab at 0.1 ms, the step that it is used with, needs it: its spikes are
// chaotic there, and part of the variability of its intervals is made by the
// step and not by the drive. Under a constant 15 nA, where a neuron without
// noise fires as regularly as a clock, cell 50 of a pool of 100 has a CV of
// 4.9 % at 0.1 ms, 0.8 % at 0.05 ms and 0.03 % at 0.025 ms. Powers 2017 has
// 0.03 % at 0.1 ms (intervals from 0.5 to 2 s). Do not read a CV of that size as physiology.
type StepCheck struct {
	Rows []StepStatistics // by population, then from the coarsest step to the finest
}

// StepStatistics are the statistics of a population at one time step.
type StepStatistics struct {
	Population string
	Step       units.Time
	Spikes     int
	Active     int        // cells with a spike
	MeanRate   units.Rate // of the cells with two spikes or more; NaN if there are none
	MeanCV     float64    // of the intervals of the cells with three spikes or more; NaN if there are none
}

// leastMove is the relative change from the finest step from which on
// [StepCheck.Moved] lists a statistic.
const leastMove = 0.01

// CheckStep runs an experiment at its time step, and again at a half and a
// quarter of it with the same connections and the drive spikes of the first
// run. It calls report, which may be nil, with the progress. A cancelled ctx is
// an error.
func CheckStep(ctx context.Context, e Experiment, report func(done, total units.Time)) (StepCheck, error) {
	var c StepCheck
	sim, err := NewSimulation(ctx, e)
	if err != nil {
		return c, err
	}
	// A run at half the step takes twice the time.
	const all = 1 + 2 + 4
	progress := func(before, share units.Time) func(done, total units.Time) {
		return func(done, total units.Time) {
			if report != nil {
				report(units.Time(float64(before*total))+units.Time(float64(done*share)), all*total)
			}
		}
	}
	var results []*Result
	for i, divisor := range []int{1, 2, 4} {
		next := sim
		if i > 0 {
			if next, err = NewSimulation(ctx, sim.finer(results[0], divisor)); err != nil {
				return c, err
			}
		}
		r, err := next.Run(ctx, progress(units.Time(divisor-1), units.Time(divisor)))
		if err != nil {
			return c, err
		}
		if r.Partial() {
			return c, fmt.Errorf("myogen: the check of the time step was stopped in run %d of 3, at %v of %v", i+1, r.Simulated, r.Requested)
		}
		results = append(results, r)
	}
	for i, p := range sim.pops {
		if p.cells == nil {
			continue
		}
		for _, r := range results {
			c.Rows = append(c.Rows, stepStatistics(r.Block.Segments[i], units.Time(r.Origin.StepMs)))
		}
	}
	if len(c.Rows) == 0 {
		return c, fmt.Errorf("myogen: the experiment has no motor neurons")
	}
	return c, nil
}

// finer returns the experiment at a fraction of its step, with the connections
// that were drawn, and the spikes of a result in the place of the cells without
// membranes.
func (s *Simulation) finer(r *Result, divisor int) Experiment {
	e := s.Experiment()
	e.Step = s.step() / units.Time(divisor)
	e.Record, e.RecordAll, e.Inputs = nil, nil, nil
	e.Populations = slices.Clone(e.Populations)
	for i, p := range s.pops {
		if p.cells == nil {
			e.Populations[i] = SpikeSource{Name: p.name, Trains: r.Block.Segments[i].SpikeTrains, Latency: units.Time(p.Latency(0))}
		}
	}
	e.Connections = nil
	for i := range s.links {
		c := s.links[i].Connection
		c.Probability, c.Pairs = 0, append([]Link{}, s.pairs(&s.links[i])...)
		e.Connections = append(e.Connections, c)
	}
	return e
}

func stepStatistics(s neo.Segment, step units.Time) StepStatistics {
	rates := stats.FiringRates(s.SpikeTrains)
	return StepStatistics{
		Population: s.Name, Step: step, Spikes: spikes(s.SpikeTrains), Active: rates.Active,
		MeanRate: rates.Mean, MeanCV: meanCV(s.SpikeTrains),
	}
}

// stepStatistic is a statistic of a row.
type stepStatistic struct {
	value       float64
	text        string // "14113 spikes", "mean CV 0.1768"
	number      string // "14113", "0.1768"
	above, less string // "more than", "fewer than"
}

// values returns the statistics of a row.
func (s StepStatistics) values() []stepStatistic {
	count := func(n int, what string) stepStatistic {
		return stepStatistic{float64(n), fmt.Sprintf("%d %s", n, what), fmt.Sprint(n), "more than", "fewer than"}
	}
	number := func(what string, x float64, unit string) stepStatistic {
		text := orNone("%.4g"+unit, x)
		return stepStatistic{x, what + " " + text, text, "above", "below"}
	}
	return []stepStatistic{count(s.Spikes, "spikes"), count(s.Active, "active cells"), number("mean rate", float64(s.MeanRate), " pps"), number("mean CV", s.MeanCV, "")}
}

// Moved names the statistics that at the coarsest step differ from those at
// the finest by 1 % or more, or that only one of them has: "aMN: mean CV 0.1768 at 0.1 ms, 3.2 % above the
// 0.1713 at 0.025 ms", "aMN: 14113 spikes at 0.1 ms, 1.5 % fewer than the 14325 at
// 0.025 ms".
func (c StepCheck) Moved() []string {
	var moved []string
	for i := 0; i < len(c.Rows); {
		j := i
		for j+1 < len(c.Rows) && c.Rows[j+1].Population == c.Rows[i].Population {
			j++
		}
		fine := c.Rows[j].values()
		for k, coarse := range c.Rows[i].values() {
			change := coarse.value/fine[k].value - 1
			none := math.IsNaN(coarse.value) != math.IsNaN(fine[k].value)
			if !none && !(math.Abs(change) >= leastMove) {
				continue
			}
			text := fmt.Sprintf("%s: %s at %v, ", c.Rows[i].Population, coarse.text, c.Rows[i].Step)
			side := coarse.above
			if change < 0 {
				side = coarse.less
			}
			if none || math.IsInf(change, 0) {
				text += fmt.Sprintf("%s at %v", fine[k].number, c.Rows[j].Step)
			} else {
				text += fmt.Sprintf("%s %% %s the %s at %v", twoDigits(100*math.Abs(change)), side, fine[k].number, c.Rows[j].Step)
			}
			moved = append(moved, text)
		}
		i = j + 1
	}
	return moved
}

// twoDigits formats a number with two digits, and one above 99 without an exponent.
func twoDigits(x float64) string {
	if x >= 99.5 {
		return fmt.Sprintf("%.0f", x)
	}
	return fmt.Sprintf("%.2g", x)
}

// orNone formats a number, "none" for NaN.
func orNone(format string, x float64) string {
	if math.IsNaN(x) {
		return "none"
	}
	return fmt.Sprintf(format, x)
}

// String prints the statistics and what moved.
func (c StepCheck) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%-10s %-9s %8s %7s %13s %8s\n", "population", "step", "spikes", "active", "mean rate", "mean CV")
	for _, r := range c.Rows {
		fmt.Fprintf(&b, "%-10s %-9v %8d %7d %13s %8s\n", r.Population, r.Step, r.Spikes, r.Active,
			orNone("%.3f pps", float64(r.MeanRate)), orNone("%.4f", r.MeanCV))
	}
	moved := c.Moved()
	if len(moved) == 0 {
		fmt.Fprintf(&b, "no statistic moves by %.3g %% or more\n", 100*leastMove)
	}
	for _, m := range moved {
		fmt.Fprintf(&b, "moves by %.3g %% or more: %s\n", 100*leastMove, m)
	}
	return strings.TrimSuffix(b.String(), "\n")
}
