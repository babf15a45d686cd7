package myogen

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"gomyogen/myogen/stats"
	"gomyogen/myogen/units"
)

// Under a constant current a cell without noise fires like a clock; what its
// intervals vary is made by the time step. The figures for NERLab are those of
// NEURON 8.2 for cell 50 of a pool of 100, from 0.5 to 2 s.
func TestIntervalsVaryWithTheStep(t *testing.T) {
	thresholds, err := RecruitmentThresholds{}.Values()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		model Model
		step  units.Time
		cv    float64 // percent
		round float64 // of the last digit
	}{
		{NERLab, 0.1, 4.9, 0.05}, {NERLab, 0.05, 0.8, 0.05}, {NERLab, 0.025, 0.03, 0.005}, {Powers2017, 0.1, 0.03, 0.005},
	} {
		r := run(t, Experiment{
			Duration: 2000, Step: c.step,
			Populations: []Population{AlphaMNPool{Name: "aMN", Model: c.model, Thresholds: thresholds[50:51]}},
			Inject:      []Injection{{Population: "aMN", Amplitude: 15, Duration: 2000}},
		})
		train, err := mustTrains(t, r, "aMN")[0].Slice(500, 2000)
		if err != nil {
			t.Fatal(err)
		}
		cv := 100 * stats.CV(train)
		t.Logf("%s, %v: %d spikes, CV %.4f %%", c.model, c.step, len(train.Times), cv)
		if math.Abs(cv-c.cv) > c.round {
			t.Errorf("%s at %v: CV is %.4f %%, want %v %%", c.model, c.step, cv, c.cv)
		}
	}
}

func TestCheckStep(t *testing.T) {
	e := closedLoop(NERLab)
	last := units.Time(0)
	c, err := CheckStep(context.Background(), e, func(done, total units.Time) {
		if done < last || done > total {
			t.Errorf("progress went from %v to %v of %v", last, done, total)
		}
		last = done
	})
	if err != nil {
		t.Fatal(err)
	}
	if last != 7*300 {
		t.Errorf("progress ended at %v", last)
	}
	t.Logf("\n%v", c)
	want := run(t, e)
	spikes := 0
	for _, times := range spikeTimes(t, want, "aMN") {
		spikes += len(times)
	}
	if len(c.Rows) != 3 || c.Rows[0].Spikes != spikes || c.Rows[1].Step != 0.05 || c.Rows[2].Step != 0.025 {
		t.Errorf("the rows are %+v; the run has %d spikes", c.Rows, spikes)
	}
	for _, r := range c.Rows {
		if r.Spikes == 0 || math.Abs(float64(r.Spikes-spikes)) > 0.2*float64(spikes) {
			t.Errorf("%d spikes at %v, %d at %v", r.Spikes, r.Step, spikes, c.Rows[0].Step)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	_, err = CheckStep(ctx, e, func(_, _ units.Time) { cancel() })
	refused(t, "stopped in run 1 of 3, at ", err)
	if _, err = CheckStep(ctx, e, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("a check that was cancelled before: error %v", err)
	}
	e.Populations, e.Connections, e.Record, e.Inject = e.Populations[:2], nil, nil, nil
	_, err = CheckStep(context.Background(), e, nil)
	refused(t, "has no motor neurons", err)
}

// Spikes that are given again have the effect they had, at the same step.
func TestGivenSpikesKeepTheirEffect(t *testing.T) {
	for _, order := range []DrawOrder{NamedStreams, MyoGenOrder} {
		e := closedLoop(Powers2017)
		e.Draws = order
		s := start(t, e)
		r := finish(t, s)
		given := s.finer(r, 1)
		for _, p := range given.Populations[:2] {
			if _, ok := p.(SpikeSource); !ok {
				t.Errorf("%q is a %T, want its spikes", p.name(), p)
			}
		}
		if c := stats.Compare(r.Block, run(t, given).Block); !c.Identical() {
			t.Errorf("%v: %v", order, c)
		}
	}
}

// What a silent pool has not is none, at each step or at one of them.
func TestStepCheckOfNothing(t *testing.T) {
	none := math.NaN()
	rows := func(population string, spikes int, cv float64) []StepStatistics {
		silent := StepStatistics{Population: population, Step: 0.1, MeanRate: units.Rate(none), MeanCV: none}
		fine := StepStatistics{Population: population, Step: 0.025, Spikes: spikes, Active: min(spikes, 1), MeanRate: units.Rate(none), MeanCV: cv}
		return []StepStatistics{silent, fine}
	}
	if moved := (StepCheck{Rows: rows("aMN", 0, none)}).Moved(); moved != nil {
		t.Errorf("of a silent pool there moves %q", moved)
	}
	c := StepCheck{Rows: rows("aMN", 3, 0.25)}
	want := []string{"aMN: 0 spikes at 0.1 ms, 100 % fewer than the 3 at 0.025 ms", "aMN: 0 active cells at 0.1 ms, 100 % fewer than the 1 at 0.025 ms", "aMN: mean CV none at 0.1 ms, 0.25 at 0.025 ms"}
	if moved := c.Moved(); !slices.Equal(moved, want) {
		t.Errorf("there moves %q, want %q", moved, want)
	}
	slices.Reverse(c.Rows)
	if moved := c.Moved(); len(moved) != 3 || moved[0] != "aMN: 3 spikes at 0.025 ms, 0 at 0.1 ms" {
		t.Errorf("there moves %q", moved)
	}
	if line := strings.Split(c.String(), "\n")[2]; line != "aMN        0.1 ms           0       0          none     none" {
		t.Errorf("a silent pool prints as %q", line)
	}
}

// What moved is said in whole counts and in numbers with their units.
func TestMovedReadsWell(t *testing.T) {
	row := func(step units.Time, spikes, active int, rate units.Rate, cv float64) StepStatistics {
		return StepStatistics{Population: "aMN", Step: step, Spikes: spikes, Active: active, MeanRate: rate, MeanCV: cv}
	}
	for _, c := range []struct {
		coarse, fine StepStatistics
		want         []string
	}{
		{row(0.1, 14113, 100, 10, 0.2), row(0.025, 14325, 100, 10, 0.2), []string{"aMN: 14113 spikes at 0.1 ms, 1.5 % fewer than the 14325 at 0.025 ms"}},
		{row(0.1, 1411300, 3, 10, 0.1768), row(0.025, 1411300, 2, 10.5, 0.1713), []string{
			"aMN: 3 active cells at 0.1 ms, 50 % more than the 2 at 0.025 ms",
			"aMN: mean rate 10 pps at 0.1 ms, 4.8 % below the 10.5 pps at 0.025 ms",
			"aMN: mean CV 0.1768 at 0.1 ms, 3.2 % above the 0.1713 at 0.025 ms"}},
		{row(0.1, 7, 1, 0, 0), row(0.025, 0, 1, 0, 0), []string{"aMN: 7 spikes at 0.1 ms, 0 at 0.025 ms"}},
	} {
		if got := (StepCheck{Rows: []StepStatistics{c.coarse, c.fine}}).Moved(); !slices.Equal(got, c.want) {
			t.Errorf("it says %q, want %q", got, c.want)
		}
	}
}
