package muscle

import (
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"gomyogen/myogen/neo"
	"gomyogen/myogen/units"
)

// stepwise returns the force of trains by a Stepper, whose spikes come when their
// step is taken, or ahead of it by a delay.
func stepwise(t rapid.TB, m Fuglevand, trains []neo.SpikeTrain, ahead units.Time, n int) []float64 {
	t.Helper()
	s, err := m.Stepper(len(trains), trains[0].TStart)
	if err != nil {
		t.Fatal(err)
	}
	given := make([]int, len(trains))
	force := make([]float64, n)
	for k := range force {
		for i, train := range trains {
			for ; given[i] < len(train.Times) && train.Times[given[i]] <= s.Time()+ahead; given[i]++ {
				if err := s.Spike(i, train.Times[given[i]]); err != nil {
					t.Fatal(err)
				}
			}
		}
		force[k] = s.Step()
	}
	return force
}

// A loop that steps has the force of the whole to the last bit: at any sampling
// rate, start and delay, on the grid of the samples and off it.
func TestStepsAreTheBatch(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		period := units.Time(rapid.SampledFrom([]float64{0.025, 0.1, 0.5, 1, 2}).Draw(t, "period"))
		trains := make([]neo.SpikeTrain, rapid.IntRange(1, 4).Draw(t, "units"))
		var twitches []Twitch
		for i := range trains {
			trains[i] = drawTrain(t, 5)
			if rapid.Bool().Draw(t, "on the grid") {
				for j, x := range trains[i].Times {
					trains[i].Times[j] = min(trains[i].TStart+units.Time(math.Round(float64((x-trains[i].TStart)/period)))*period, trains[i].TStop)
				}
				trains[i].Times = slices.Compact(trains[i].Times)
			}
			twitches = append(twitches, drawTwitch(t))
		}
		m := Fuglevand{Twitches: twitches, SamplingPeriod: period}
		want, err := m.Force(trains)
		if err != nil {
			t.Fatal(err)
		}
		ahead := units.Time(rapid.SampledFrom([]float64{0, 12.3, 5000}).Draw(t, "ahead"))
		got := stepwise(t, m, trains, ahead, len(want.Values))
		for k, v := range got {
			if v != want.Values[k] {
				t.Fatalf("sample %d of %d is %v, the batch has %v", k, len(got), v, want.Values[k])
			}
		}
	})
}

func TestStepsOfAPoolAreTheBatch(t *testing.T) {
	trains := tutorialTrains(t, "NERLab")
	m := Fuglevand{LargestTwitch: 0.5 * units.Newton}
	want := must[neo.AnalogSignal](t)(m.Force(trains))
	if got := stepwise(t, m, trains, 0, len(want.Values)); !slices.Equal(got, want.Values) {
		t.Error("the steps are not the batch")
	}
	// A force that has faded is 0 and comes back.
	long := []neo.SpikeTrain{{TStop: 80 * units.S, Times: []units.Time{10, 75_000}}}
	want = must[neo.AnalogSignal](t)(Fuglevand{}.Force(long))
	got := stepwise(t, Fuglevand{}, long, 0, len(want.Values))
	if !slices.Equal(got, want.Values) || got[74_999] != 0 || !(got[75_020] > 0) {
		t.Errorf("%v before and %v after the second spike", got[74_999], got[75_020])
	}
}

func TestStepperRefuses(t *testing.T) {
	nan, inf := units.Time(math.NaN()), units.Time(math.Inf(1))
	for _, c := range []struct {
		m     Fuglevand
		n     int
		start units.Time
		want  string
	}{
		{Fuglevand{}, 0, 0, "the pool has no motor units"},
		{Fuglevand{N: 2}, 3, 0, "3 spike trains are given for a pool of 2"},
		{Fuglevand{}, 2, nan, "the first sample is at NaN ms"},
		{Fuglevand{SamplingPeriod: -1}, 2, 0, "SamplingPeriod is -1 ms"},
		{Fuglevand{SamplingPeriod: 40}, 2, 0, "the twitch of motor unit 1 (contraction time 30 ms)"},
		{Fuglevand{Twitches: []Twitch{{1, 0}}}, 1, 0, "contraction time is 0 ms"},
	} {
		if _, err := c.m.Stepper(c.n, c.start); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("the error is %v, want it to say %q", err, c.want)
		}
	}
	s, err := Fuglevand{}.Stepper(2, 100)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Spike(0, 100); err != nil {
		t.Fatal(err)
	}
	for range 10 {
		s.Step()
	}
	if s.Time() != 110 {
		t.Errorf("after ten steps the next sample is at %v", s.Time())
	}
	for _, c := range []struct {
		unit int
		t    units.Time
		want string
	}{
		{2, 110, "spike of motor unit 2, the pool has 0 to 1"},
		{-1, 110, "spike of motor unit -1"},
		{1, nan, "motor unit 1: spike at NaN ms"},
		{1, inf, "motor unit 1: spike at +Inf ms"},
		{1, 50, "motor unit 1: spike at 50 ms, must not be before the sample that comes next, at 110 ms"},
		{1, 109, "must not be before the sample that comes next, at 110 ms"},
	} {
		if err := s.Spike(c.unit, c.t); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("the error is %v, want it to say %q", err, c.want)
		}
	}
	if err := s.Spike(1, 120); err != nil {
		t.Fatal(err)
	}
	if err := s.Spike(1, 115); err == nil || !strings.Contains(err.Error(), "spike at 115 ms after the one at 120 ms, must be later") {
		t.Errorf("a spike before another: %v", err)
	}
	if err := s.Spike(1, 121); err == nil || !strings.Contains(err.Error(), "below twice the highest frequency: spikes at 120 ms and 121 ms") {
		t.Errorf("two spikes within two samples: %v", err)
	}
}
