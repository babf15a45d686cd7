package myogen

import (
	"fmt"
	"math"

	"gomyogen/myogen/muscle"
	"gomyogen/myogen/neo"
	"gomyogen/myogen/stats"
)

// Statistic is a number that a run gives: a column in the table of a sweep, or
// what a fit has a target for.
type Statistic struct {
	Name string // "aMN.mean_rate"
	Unit string // "" for plain numbers
	// Of returns the number, NaN where there is none: the mean rate of a silent
	// pool. An error is the error of the run.
	Of func(*Result) (float64, error)
}

// populationStatistics are the statistics of each population.
var populationStatistics = []struct {
	name, unit string
	of         func(trains []neo.SpikeTrain, r *Result) float64
}{
	{"spikes", "", func(trains []neo.SpikeTrain, _ *Result) float64 { return float64(spikes(trains)) }},
	{"active", "", func(trains []neo.SpikeTrain, _ *Result) float64 { return float64(stats.FiringRates(trains).Active) }},
	{"mean_rate", "pps", func(trains []neo.SpikeTrain, _ *Result) float64 { return float64(stats.FiringRates(trains).Mean) }},
	{"sd_rate", "pps", func(trains []neo.SpikeTrain, _ *Result) float64 { return float64(stats.FiringRates(trains).SD) }},
	{"mean_cv", "", func(trains []neo.SpikeTrain, _ *Result) float64 { return meanCV(trains) }},
	{"population_rate", "pps", func(trains []neo.SpikeTrain, r *Result) float64 {
		return float64(spikes(trains)) / float64(len(trains)) / r.Simulated.Seconds()
	}},
}

// forceStatistics are the statistics of a force, from its Start to its Stop.
var forceStatistics = []struct {
	name, unit string
	ofForce    bool // the unit is that of the force
	of         func(s muscle.Steadiness, ofMaximum float64) float64
}{
	{"force_mean", "", true, func(s muscle.Steadiness, _ float64) float64 { return s.Mean }},
	{"force_sd", "", true, func(s muscle.Steadiness, _ float64) float64 { return s.SD }},
	{"force_cv", "", false, func(s muscle.Steadiness, _ float64) float64 { return s.CV }},
	{"force_percent", "%", false, func(_ muscle.Steadiness, share float64) float64 { return 100 * share }},
}

// Statistics returns the statistics of each population of the experiment:
// spikes; active cells; mean and SD of the firing rates of cells with two spikes
// or more ([stats.FiringRates]); mean CV of the intervals of cells with three or
// more; and the rate of the population, spikes per cell and second. Their names
// are aMN.spikes, aMN.active, aMN.mean_rate, aMN.sd_rate, aMN.mean_cv and
// aMN.population_rate. Of each force of the experiment they are mean, SD and CV, and
// the mean in percent of the pool's maximum: aMN.force_mean, aMN.force_sd,
// aMN.force_cv and aMN.force_percent. A mean or SD of rates or intervals that no cell
// has is NaN, and so is the CV of no force.
func (e Experiment) Statistics() []Statistic {
	var all []Statistic
	for _, p := range present(e.Populations) {
		name := p.name()
		for _, s := range populationStatistics {
			all = append(all, Statistic{name + "." + s.name, s.unit, func(r *Result) (float64, error) {
				trains, err := r.SpikeTrains(name)
				if err != nil {
					return 0, err
				}
				return s.of(trains, r), nil
			}})
		}
	}
	for _, f := range e.Force {
		for _, s := range forceStatistics {
			unit := s.unit
			if s.ofForce {
				unit = f.Muscle.ForceUnits()
			}
			all = append(all, Statistic{f.Population + "." + s.name, unit, func(r *Result) (float64, error) {
				steady, share, err := f.Steadiness(r)
				return s.of(steady, share), err
			}})
		}
	}
	return all
}

// spikes returns the number of spikes of all trains.
func spikes(trains []neo.SpikeTrain) int {
	n := 0
	for _, t := range trains {
		n += len(t.Times)
	}
	return n
}

// meanCV returns the mean CV of the intervals of the cells with three spikes or
// more, NaN where there are none.
func meanCV(trains []neo.SpikeTrain) float64 {
	var cvs []float64
	for _, t := range trains {
		if len(t.Times) > 2 {
			cvs = append(cvs, stats.CV(t))
		}
	}
	return stats.Mean(cvs)
}

// Recruitment returns two statistics of a cell: the times of its first and of
// its last spike in s, NaN for a silent cell.
func Recruitment(population string, cell int) []Statistic {
	of := func(index func(n int) int) func(*Result) (float64, error) {
		return func(r *Result) (float64, error) {
			trains, err := r.SpikeTrains(population)
			switch {
			case err != nil:
				return 0, err
			case cell < 0 || cell >= len(trains):
				return 0, fmt.Errorf("myogen: %q has cells 0 to %d, not %d", population, len(trains)-1, cell)
			case len(trains[cell].Times) == 0:
				return math.NaN(), nil
			}
			return trains[cell].Times[index(len(trains[cell].Times))].Seconds(), nil
		}
	}
	name := fmt.Sprintf("%s.%d.", population, cell)
	return []Statistic{
		{name + "recruitment", "s", of(func(int) int { return 0 })},
		{name + "derecruitment", "s", of(func(n int) int { return n - 1 })},
	}
}
