package sweep

import (
	"gomyogen/myogen"
	"gomyogen/myogen/muscle"
)

// forceStatistics are those of a force, from its Start to its Stop.
var forceStatistics = []struct {
	name, unit string // "" is that of the force
	of         func(s muscle.Steadiness, ofMaximum float64) float64
}{
	{"force_mean", "", func(s muscle.Steadiness, _ float64) float64 { return s.Mean }},
	{"force_sd", "", func(s muscle.Steadiness, _ float64) float64 { return s.SD }},
	{"force_cv", "1", func(s muscle.Steadiness, _ float64) float64 { return s.CV }},
	{"force_percent", "%", func(_ muscle.Steadiness, share float64) float64 { return 100 * share }},
}

// Forces returns the statistics of the forces of an experiment: mean and SD, CV,
// and the mean in percent of the pool's maximum. Their names are
// aMN.force_mean, aMN.force_sd, aMN.force_cv and aMN.force_percent.
func Forces(e myogen.Experiment) []Statistic {
	var all []Statistic
	for _, f := range e.Force {
		for _, s := range forceStatistics {
			unit := s.unit
			switch unit {
			case "":
				unit = f.Muscle.ForceUnits()
			case "1":
				unit = ""
			}
			all = append(all, Statistic{f.Population + "." + s.name, unit, func(r *myogen.Result) (float64, error) {
				steady, share, err := f.Steadiness(r)
				return s.of(steady, share), err
			}})
		}
	}
	return all
}
