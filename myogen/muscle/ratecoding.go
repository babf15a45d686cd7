package muscle

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"gomyogen/myogen/neo"
	"gomyogen/myogen/units"
)

// RateCoding is a row of the recruitment and rate-coding table: when and at
// which force of the pool a motor unit is recruited, and how fast it fires. The
// times, forces and rates of a unit with no spike are NaN.
//
// Rates are those of three consecutive intervals, 3/(t[k+3] - t[k]), so that a
// doublet does not count as a rate; they are NaN for fewer than four spikes. The
// number three is a choice of this package.
type RateCoding struct {
	Unit   string // name of the spike train
	Twitch Twitch
	Spikes int

	Recruitment, Derecruitment           units.Time // first and last spike
	RecruitmentForce, DerecruitmentForce float64    // of the pool at these times
	RecruitmentFraction                  float64    // RecruitmentForce over the tetanus of the pool

	InitialRate, PeakRate, FinalRate units.Rate
}

// RateCoding returns the recruitment and rate-coding table of a pool: a row for
// each spike train, in their order. Recruitment and derecruitment are the first
// and the last spike of the train, of one contraction: slice trains that hold
// several.
func (m Fuglevand) RateCoding(trains []neo.SpikeTrain) ([]RateCoding, error) {
	pool, err := m.prepare(trains, 1, new(neo.AnalogSignal))
	if err != nil {
		return nil, err
	}
	maximum, err := m.Tetanus(len(trains))
	if err != nil {
		return nil, err
	}
	rows := make([]RateCoding, len(trains))
	var wanted []forceAt
	for i, t := range trains {
		r := &rows[i]
		*r = RateCoding{Unit: t.Name, Twitch: pool[i], Spikes: len(t.Times)}
		none := math.NaN()
		if len(t.Times) < 4 {
			r.InitialRate, r.PeakRate, r.FinalRate = units.Rate(none), units.Rate(none), units.Rate(none)
		}
		if len(t.Times) == 0 {
			r.Recruitment, r.Derecruitment = units.Time(none), units.Time(none)
			r.RecruitmentForce, r.DerecruitmentForce = none, none
			continue
		}
		r.Recruitment, r.Derecruitment = t.Times[0], t.Times[len(t.Times)-1]
		wanted = append(wanted,
			forceAt{r.Recruitment, &r.RecruitmentForce}, forceAt{r.Derecruitment, &r.DerecruitmentForce})
		for k := 3; k < len(t.Times); k++ {
			rate := units.Rate(3 / (t.Times[k] - t.Times[k-3]).Seconds())
			if k == 3 {
				r.InitialRate = rate
			}
			r.PeakRate, r.FinalRate = max(r.PeakRate, rate), rate
		}
	}
	evaluate(wanted, pool, trains)
	for i := range rows {
		rows[i].RecruitmentFraction = rows[i].RecruitmentForce / maximum
	}
	return rows, nil
}

// forceAt is a time at which the force of a pool is wanted.
type forceAt struct {
	time  units.Time
	force *float64
}

// evaluate adds the force of the pool at each wanted time.
func evaluate(wanted []forceAt, pool []Twitch, trains []neo.SpikeTrain) {
	slices.SortStableFunc(wanted, func(a, b forceAt) int { return cmp.Compare(a.time, b.time) })
	for i, t := range trains {
		m := MotorUnit{Twitch: pool[i]}
		spikes := t.Times
		for _, w := range wanted {
			for len(spikes) > 0 && spikes[0] <= w.time {
				m.spike(spikes[0])
				spikes = spikes[1:]
			}
			*w.force += m.Force(w.time)
		}
	}
}

// String prints the row in one line.
func (r RateCoding) String() string {
	if r.Spikes == 0 {
		return fmt.Sprintf("%s: not recruited", r.Unit)
	}
	rates := "no rate"
	if !math.IsNaN(float64(r.PeakRate)) {
		rates = fmt.Sprintf("%.1f to %.1f pps", r.InitialRate, r.PeakRate)
	}
	return fmt.Sprintf("%s: recruited at %.4g s and %.3g %% of maximum, %s, %d spikes",
		r.Unit, r.Recruitment.Seconds(), 100*r.RecruitmentFraction, rates, r.Spikes)
}
