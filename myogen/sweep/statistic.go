package sweep

import (
	"fmt"
	"math"

	"gomyogen/myogen"
	"gomyogen/myogen/neo"
	"gomyogen/myogen/stats"
)

// Statistic is a number that each run gives.
type Statistic struct {
	Name string
	Unit string // "" for plain numbers
	// Of returns the number; NaN where there is none. An error is the error of
	// the run.
	Of func(*myogen.Result) (float64, error)
}

// Usual returns the statistics that every sweep has, for each population of an
// experiment: spikes, active cells, mean and SD of the firing rates of cells
// with two spikes or more ([stats.FiringRates]), mean CV of the intervals of
// cells with three or more, and the rate of the population, spikes per cell and
// second; and those of [Forces].
func Usual(e myogen.Experiment) []Statistic {
	var all []Statistic
	for _, name := range e.Names() {
		for _, s := range []struct {
			name, unit string
			of         func(trains []neo.SpikeTrain, r *myogen.Result) float64
		}{
			{"spikes", "", func(trains []neo.SpikeTrain, _ *myogen.Result) float64 { return float64(spikes(trains)) }},
			{"active", "", func(trains []neo.SpikeTrain, _ *myogen.Result) float64 {
				return float64(stats.FiringRates(trains).Active)
			}},
			{"mean_rate", "pps", func(trains []neo.SpikeTrain, _ *myogen.Result) float64 {
				return rate(trains, stats.FiringRates(trains).Mean)
			}},
			{"sd_rate", "pps", func(trains []neo.SpikeTrain, _ *myogen.Result) float64 {
				return rate(trains, stats.FiringRates(trains).SD)
			}},
			{"mean_cv", "", meanCV},
			{"population_rate", "pps", func(trains []neo.SpikeTrain, r *myogen.Result) float64 {
				return float64(spikes(trains)) / float64(len(trains)) / r.Simulated.Seconds()
			}},
		} {
			all = append(all, Statistic{name + "." + s.name, s.unit, func(r *myogen.Result) (float64, error) {
				trains, err := r.SpikeTrains(name)
				if err != nil {
					return 0, err
				}
				return s.of(trains, r), nil
			}})
		}
	}
	return append(all, Forces(e)...)
}

func spikes(trains []neo.SpikeTrain) int {
	n := 0
	for _, t := range trains {
		n += len(t.Times)
	}
	return n
}

// rate is a statistic of the rates, NaN where no cell has one.
func rate[T ~float64](trains []neo.SpikeTrain, x T) float64 {
	if len(stats.FiringRates(trains).Rates) == 0 {
		return math.NaN()
	}
	return float64(x)
}

func meanCV(trains []neo.SpikeTrain, _ *myogen.Result) float64 {
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
	of := func(choose func(t neo.SpikeTrain) float64) func(*myogen.Result) (float64, error) {
		return func(r *myogen.Result) (float64, error) {
			trains, err := r.SpikeTrains(population)
			switch {
			case err != nil:
				return 0, err
			case cell < 0 || cell >= len(trains):
				return 0, fmt.Errorf("sweep: %q has cells 0 to %d, not %d", population, len(trains)-1, cell)
			case len(trains[cell].Times) == 0:
				return math.NaN(), nil
			}
			return choose(trains[cell]), nil
		}
	}
	name := fmt.Sprintf("%s.%d.", population, cell)
	return []Statistic{
		{name + "recruitment", "s", of(func(t neo.SpikeTrain) float64 { return t.Times[0].Seconds() })},
		{name + "derecruitment", "s", of(func(t neo.SpikeTrain) float64 { return t.Times[len(t.Times)-1].Seconds() })},
	}
}
