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

func drawTwitch(t *rapid.T) Twitch {
	return Twitch{
		Amplitude:       rapid.Float64Range(0.01, 100).Draw(t, "amplitude"),
		ContractionTime: units.Time(rapid.Float64Range(10, 150).Draw(t, "contraction time")),
	}
}

// drawTrain draws a train over 2 s with intervals of at least shortest ms.
func drawTrain(t *rapid.T, shortest float64) neo.SpikeTrain {
	train := neo.SpikeTrain{Name: "MN", TStart: -100, TStop: 1900}
	for at := -100 + rapid.Float64Range(0, 300).Draw(t, "first"); at <= 1900; {
		train.Times = append(train.Times, units.Time(at))
		at += rapid.Float64Range(shortest, shortest+200).Draw(t, "interval")
	}
	return train
}

// direct sums the twitches one by one.
func direct(w Twitch, spikes []units.Time, t units.Time) float64 {
	sum := 0.0
	for j, x := range spikes {
		g := 1.0
		if j > 0 {
			g = w.Gain(x - spikes[j-1])
		}
		sum += g * w.Force(t-x)
	}
	return sum
}

func TestForceIsTheSumOfTheTwitches(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w, train := drawTwitch(t), drawTrain(t, 5)
		period := units.Time(rapid.Float64Range(0.1, 2.5).Draw(t, "period"))
		force, err := Fuglevand{Twitches: []Twitch{w}, SamplingPeriod: period}.Force([]neo.SpikeTrain{train})
		if err != nil {
			t.Fatal(err)
		}
		for i := 0; i < len(force.Values); i += 7 {
			if want := direct(w, train.Times, force.Time(i)); !(math.Abs(force.Values[i]-want) <= 1e-12*w.Tetanus()) {
				t.Fatalf("force at %v is %v, want %v", force.Time(i), force.Values[i], want)
			}
		}
	})
}

// One spike is the closed form, far from the spike too, where rounding could
// have added up.
func TestOneSpikeIsTheClosedForm(t *testing.T) {
	for _, w := range []Twitch{{1, 90}, {100, 30}} {
		train := neo.SpikeTrain{Times: []units.Time{10}, TStop: 70 * units.S}
		force := must[neo.AnalogSignal](t)(Fuglevand{Twitches: []Twitch{w}, SamplingPeriod: 0.1}.Force([]neo.SpikeTrain{train}))
		for i, got := range force.Values {
			if want := w.Force(force.Time(i) - 10); !(math.Abs(got-want) <= 1e-12) {
				t.Fatalf("force at %v is %v, want %v", force.Time(i), got, want)
			}
		}
		if v := force.Values[len(force.Values)-1]; v != 0 {
			t.Errorf("force after 70 s is %v, want 0", v)
		}
	}
}

// A finer sampling adds samples and changes none.
func TestForceDoesNotDependOnTheSampling(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w, train := drawTwitch(t), drawTrain(t, 5)
		n := rapid.IntRange(2, 25).Draw(t, "ratio")
		coarse, err := Fuglevand{Twitches: []Twitch{w}, SamplingPeriod: 2.5}.Force([]neo.SpikeTrain{train})
		if err != nil {
			t.Fatal(err)
		}
		fine, err := Fuglevand{Twitches: []Twitch{w}, SamplingPeriod: 2.5 / units.Time(n)}.Force([]neo.SpikeTrain{train})
		if err != nil {
			t.Fatal(err)
		}
		for i, v := range coarse.Values {
			if !(math.Abs(fine.Values[i*n]-v) <= 1e-12*w.Tetanus()) {
				t.Fatalf("force at %v is %v every 2.5 ms and %v every 1/%d of that", coarse.Time(i), v, fine.Values[i*n], n)
			}
		}
	})
}

// Force is linear in the amplitude always, and in the spikes while no interval
// is shorter than contraction time / 0.4.
func TestForceIsLinearAtLowRates(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawTwitch(t)
		train := drawTrain(t, float64(w.ContractionTime)/0.4)
		if len(train.Times) < 2 {
			t.Skip()
		}
		m := Fuglevand{Twitches: []Twitch{w}}
		whole, err := m.Force([]neo.SpikeTrain{train})
		if err != nil {
			t.Fatal(err)
		}
		k := rapid.IntRange(1, len(train.Times)-1).Draw(t, "split")
		a, b := train, train
		a.Times, b.Times = train.Times[:k], train.Times[k:]
		first, err := m.Force([]neo.SpikeTrain{a})
		if err != nil {
			t.Fatal(err)
		}
		second, err := m.Force([]neo.SpikeTrain{b})
		if err != nil {
			t.Fatal(err)
		}
		for i, v := range whole.Values {
			if sum := first.Values[i] + second.Values[i]; !(math.Abs(sum-v) <= 1e-12*w.Tetanus()) {
				t.Fatalf("force at %v is %v, of the two parts %v", whole.Time(i), v, sum)
			}
		}
	})
}

// A run that is stopped anywhere and continued from a copy gives the force of
// the run in one piece.
func TestASplitRunGivesTheForceOfOneRun(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w, train := drawTwitch(t), drawTrain(t, 5)
		split := units.Time(rapid.Float64Range(-100, 1900).Draw(t, "split"))
		force, err := Fuglevand{Twitches: []Twitch{w}}.Force([]neo.SpikeTrain{train})
		if err != nil {
			t.Fatal(err)
		}
		run := &MotorUnit{Twitch: w}
		spikes, resumed := train.Times, false
		for i, want := range force.Values {
			at := force.Time(i)
			if at > split && !resumed {
				copied := *run
				run, resumed = &copied, true
			}
			for len(spikes) > 0 && spikes[0] <= at {
				if err := run.Spike(spikes[0]); err != nil {
					t.Fatal(err)
				}
				spikes = spikes[1:]
			}
			if got := run.Force(at); !(math.Abs(got-want) <= 1e-12*w.Tetanus()) {
				t.Fatalf("force at %v is %v step by step, %v at once", at, got, want)
			}
		}
	})
}

// The force-frequency curve is proportional to rate up to 0.4/T, the sigmoid
// 1 - exp(-2 (T rate)³) of the tetanus above, rises everywhere, and a simulated
// regular train has its mean, minimum and maximum.
func TestForceFrequencyCurveIsThePapers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawTwitch(t)
		x := rapid.Float64Range(0.05, 4).Draw(t, "normalised rate")
		rate := units.Rate(x / w.ContractionTime.Seconds())
		s, err := w.Steady(rate)
		if err != nil {
			t.Fatal(err)
		}
		want := -math.Expm1(-2 * x * x * x)
		if x <= 0.4 {
			want = -math.Expm1(-2*0.4*0.4*0.4) * x / 0.4
		}
		if !(math.Abs(s.TetanusFraction-want) <= 1e-12) {
			t.Errorf("at T rate = %v force is %v of the tetanus, want %v", x, s.TetanusFraction, want)
		}
		faster, err := w.Steady(rate * 1.01)
		if err != nil {
			t.Fatal(err)
		}
		if !(faster.Mean >= s.Mean*(1-1e-12)) || !(s.Min <= s.Mean && s.Mean <= s.Max) {
			t.Errorf("mean %v in %v to %v, at 1 %% more %v", s.Mean, s.Min, s.Max, faster.Mean)
		}
		interval := units.Time(1000 / float64(rate))
		unit := MotorUnit{Twitch: w}
		last := 0
		for ; float64(last)*float64(interval) < 60*float64(w.ContractionTime); last++ {
			if err := unit.Spike(units.Time(last) * interval); err != nil {
				t.Fatal(err)
			}
		}
		low, high, mean := math.Inf(1), 0.0, 0.0
		const n = 2000
		for k := range n {
			f := unit.Force(units.Time(float64(last-1)+(float64(k)+0.5)/n) * interval)
			low, high, mean = min(low, f), max(high, f), mean+f/n
		}
		if !(math.Abs(mean-s.Mean) <= 1e-3*s.Mean) ||
			!(low >= s.Min*(1-1e-9)) || !(high <= s.Max*(1+1e-9)) || !(high >= s.Max*(1-1e-4)) {
			t.Errorf("regular train: mean %v in %v to %v, want %v in %v to %v", mean, low, high, s.Mean, s.Min, s.Max)
		}
	})
}

func TestSpikeTriggeredAverageOfALoneUnitIsItsTwitch(t *testing.T) {
	w := Twitch{Amplitude: 3, ContractionTime: 60 * units.Ms}
	// Intervals near 2 s, off the sampling grid.
	train := neo.SpikeTrain{Name: "MN_7", TStop: 60 * units.S}
	for k := range 28 {
		train.Times = append(train.Times, units.Time(1000.3+2017.7*float64(k)))
	}
	force := must[neo.AnalogSignal](t)(Fuglevand{Twitches: []Twitch{w}, SamplingPeriod: 0.1}.Force([]neo.SpikeTrain{train}))
	a := must[SpikeTriggeredAverage](t)(NewSpikeTriggeredAverage(force, train, TriggerWindow{Before: 50, After: 300}))
	if a.Triggers != 28 || a.Excluded != 0 || len(a.Average.Values) != 3501 || a.Average.TStart != -50 {
		t.Errorf("%d triggers, %d excluded, %d samples from %v", a.Triggers, a.Excluded, len(a.Average.Values), a.Average.TStart)
	}
	for k, v := range a.Average.Values {
		// Linear interpolation errs most at the spike, where the force has a kink.
		if want := w.Force(a.Average.Time(k)); !(math.Abs(v-want) <= 3e-3) {
			t.Errorf("average at %v is %v, want %v", a.Average.Time(k), v, want)
		}
	}
	near(t, "amplitude", a.Amplitude, 3, 1e-3)
	near(t, "contraction time", float64(a.ContractionTime), 60, 0.02)
	// One spike 100 ms after another: both are left out at an isolation of 200 ms.
	train.Times = slices.Insert(train.Times, 5, train.Times[4]+100)
	a = must[SpikeTriggeredAverage](t)(NewSpikeTriggeredAverage(force, train, TriggerWindow{Before: 50, After: 300, Isolation: 200}))
	if a.Triggers != 27 || a.Excluded != 2 {
		t.Errorf("%d triggers, %d excluded, want 27 and 2", a.Triggers, a.Excluded)
	}
}

func TestRateCodingTable(t *testing.T) {
	trains := []neo.SpikeTrain{
		{Name: "MN_0", TStop: 3000, Times: every(100, 3000)},
		{Name: "MN_1", TStop: 3000, Times: []units.Time{1000, 1005, 1055, 1105, 1155, 1255, 1355, 1455}},
		{Name: "MN_2", TStop: 3000},
	}
	m := Fuglevand{}
	rows := must[[]RateCoding](t)(m.RateCoding(trains))
	if len(rows) != 3 || rows[2].Spikes != 0 {
		t.Fatalf("rows are %v", rows)
	}
	silent := rows[2]
	for i, x := range []float64{float64(silent.Recruitment), float64(silent.Derecruitment), silent.RecruitmentForce, silent.RecruitmentFraction, float64(silent.PeakRate)} {
		if !math.IsNaN(x) {
			t.Errorf("value %d of a silent unit is %v, want NaN", i, x)
		}
	}
	// No force is not steady, it is none.
	steady := must[Steadiness](t)(NewSteadiness(must[neo.AnalogSignal](t)(m.Force(trains[2:])), 0, 3000))
	if steady.Mean != 0 || !math.IsNaN(steady.CV) || steady.String() != "mean 0 , SD 0, no CV" {
		t.Errorf("the steadiness of no force is %v: %+v", steady, steady)
	}
	r := rows[1]
	if r.Recruitment != 1000 || r.Derecruitment != 1455 || r.Spikes != 8 || r.Unit != "MN_1" {
		t.Errorf("row is %+v", r)
	}
	near(t, "initial rate", float64(r.InitialRate), 3/0.105, 1e-12)
	near(t, "peak rate", float64(r.PeakRate), 3/0.105, 1e-12)
	near(t, "final rate", float64(r.FinalRate), 10, 1e-12)
	force := must[neo.AnalogSignal](t)(m.Force(trains[:3]))
	near(t, "recruitment force", r.RecruitmentForce, force.Values[1000], 1e-12)
	near(t, "derecruitment force", r.DerecruitmentForce, force.Values[1455], 1e-12)
	near(t, "of maximum", r.RecruitmentFraction, force.Values[1000]/must[float64](t)(m.Tetanus(3)), 1e-12)
	if !strings.HasPrefix(r.String(), "MN_1: recruited at 1 s") || rows[2].String() != "MN_2: not recruited" {
		t.Errorf("%q, %q", r, rows[2])
	}
}

func TestBadInputIsRefused(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	train := neo.SpikeTrain{Name: "MN_0", Times: []units.Time{10, 30}, TStop: 100}
	trains := func(change func(*neo.SpikeTrain)) []neo.SpikeTrain {
		bad := train
		bad.Times = slices.Clone(train.Times)
		bad.Name = "MN_1"
		change(&bad)
		return []neo.SpikeTrain{train, bad}
	}
	good := trains(func(*neo.SpikeTrain) {})
	force := func(m Fuglevand, trains []neo.SpikeTrain) func() error {
		return func() error { _, err := m.Force(trains); return err }
	}
	signal := neo.AnalogSignal{Name: "force", SamplingPeriod: 1, Values: make([]float64, 100)}
	broken := neo.AnalogSignal{Name: "force", SamplingPeriod: 1, Values: []float64{0, nan}}
	for _, c := range []struct {
		want string
		do   func() error
	}{
		{"motor unit 1: twitch amplitude is -2, must be above 0", force(Fuglevand{Twitches: []Twitch{{1, 90}, {-2, 90}}}, good)},
		{"motor unit 0: twitch amplitude is NaN", force(Fuglevand{Twitches: []Twitch{{nan, 90}, {2, 90}}}, good)},
		{"motor unit 1: contraction time is 0 ms, must be above 0", force(Fuglevand{Twitches: []Twitch{{1, 90}, {2, 0}}}, good)},
		{"2 spike trains are given for a pool of 1", force(Fuglevand{Twitches: []Twitch{{1, 90}}}, good)},
		{"2 spike trains are given for a pool of 5", force(Fuglevand{N: 5}, good)},
		{"give one or the other", force(Fuglevand{Twitches: []Twitch{{1, 90}, {2, 90}}, TwitchRange: 10}, good)},
		{"a pool of -3 motor units", func() error { _, err := Fuglevand{}.Tetanus(-3); return err }},
		{`"force" starts at NaN ms`, func() error {
			_, err := NewSteadiness(neo.AnalogSignal{Name: "force", SamplingPeriod: 1, TStart: units.Time(nan)}, 0, 2)
			return err
		}},
		{"no motor units", func() error { _, err := Fuglevand{}.Pool(0); return err }},
		{"TwitchRange is 0.5, must be from 1 to 10000", force(Fuglevand{TwitchRange: 0.5}, good)},
		{"ContractionTimeRange is -3", force(Fuglevand{ContractionTimeRange: -3}, good)},
		{"LongestContractionTime is -90 ms", force(Fuglevand{LongestContractionTime: -90}, good)},
		{"largest twitch is -1 N", force(Fuglevand{LargestTwitch: -1}, good)},
		{"a pool of -1 motor units, must be 1 to 1048576", force(Fuglevand{N: -1}, good)},
		{"SamplingPeriod is NaN ms", force(Fuglevand{SamplingPeriod: units.Time(nan)}, good)},
		{"there are no spike trains", force(Fuglevand{}, nil)},
		{`spike train 1 ("MN_1") starts at 100 ms and stops at 0 ms`,
			force(Fuglevand{}, trains(func(t *neo.SpikeTrain) { t.TStart, t.TStop = 100, 0 }))},
		{`spike train 1 ("MN_1") spans 0 ms to 50 ms, the first 0 ms to 100 ms`,
			force(Fuglevand{}, trains(func(t *neo.SpikeTrain) { t.TStop = 50 }))},
		{`spike train 1 ("MN_1"): spike 1 is at 130 ms, outside 0 ms to 100 ms`,
			force(Fuglevand{}, trains(func(t *neo.SpikeTrain) { t.Times[1] = 130 }))},
		{`spike train 1 ("MN_1"): spike 0 is at NaN ms`,
			force(Fuglevand{}, trains(func(t *neo.SpikeTrain) { t.Times[0] = units.Time(nan) }))},
		{`spike 1 is at 5 ms, must be after the one before at 10 ms`,
			force(Fuglevand{}, trains(func(t *neo.SpikeTrain) { t.Times[1] = 5 }))},
		{`spike train 1 ("MN_1"): a sampling rate of 500 Hz is below twice the highest frequency: spikes at 10 ms and 13 ms, 333.3 Hz`,
			force(Fuglevand{SamplingPeriod: 2}, trains(func(t *neo.SpikeTrain) { t.Times[1] = 13 }))},
		{`a sampling rate of 25 Hz is below twice the highest frequency: the twitch of motor unit 1 (contraction time 30 ms) has frequencies up to 16.67 Hz`,
			force(Fuglevand{SamplingPeriod: 40}, []neo.SpikeTrain{{TStop: 100}, {TStop: 100}})},
		{"amplitude is +Inf", force(Fuglevand{Twitches: []Twitch{{inf, 90}, {2, 90}}}, good)},
		{"contraction time is +Inf ms", force(Fuglevand{Twitches: []Twitch{{1, 90}, {2, units.Time(inf)}}}, good)},
		{"contraction time is NaN ms", force(Fuglevand{Twitches: []Twitch{{1, units.Time(nan)}, {2, 90}}}, good)},
		{"TwitchRange is NaN", force(Fuglevand{TwitchRange: nan}, good)},
		{"ContractionTimeRange is +Inf", force(Fuglevand{ContractionTimeRange: inf}, good)},
		{"largest twitch is +Inf N", force(Fuglevand{LargestTwitch: units.Force(inf)}, good)},
		{`spike train 0 ("MN_1") starts at`, force(Fuglevand{}, trains(func(t *neo.SpikeTrain) { t.TStop = units.Time(inf) })[1:])},
		{"the isolation of spikes is NaN ms", func() error {
			_, err := NewSpikeTriggeredAverage(signal, train, TriggerWindow{After: 20, Isolation: units.Time(nan)})
			return err
		}},
		{"is 100000000000 samples, times 1 signals, at most 134217728 in all", force(Fuglevand{SamplingPeriod: 1e-9}, good)},
		{"firing rate is -1 pps", func() error { _, err := Twitch{1, 90}.Steady(-1); return err }},
		{"firing rate is +Inf pps, must be 0 or more (rate 1 of", func() error {
			_, err := Twitch{1, 90}.ForceFrequency([]units.Rate{1, units.Rate(inf)})
			return err
		}},
		{"contraction time is 0 ms", func() error { _, err := Twitch{Amplitude: 1}.Steady(5); return err }},
		{"contraction time is 0 ms", func() error { return new(MotorUnit{Twitch: Twitch{1, 0}}).Spike(5) }},
		{"spike at NaN ms", func() error { return new(MotorUnit{Twitch: Twitch{1, 90}}).Spike(units.Time(nan)) }},
		{"from 50 ms to 10 ms", func() error { _, err := NewSteadiness(signal, 50, 10); return err }},
		{`200 ms to 300 ms is not within "force", which spans 0 ms to 100 ms`, func() error { _, err := NewSteadiness(signal, 200, 300); return err }},
		{`50 ms to 101 ms is not within "force", which spans 0 ms to 100 ms`, func() error { _, err := NewSteadiness(signal, 50, 101); return err }},
		{`-1 ms to 50 ms is not within "force"`, func() error { _, err := NewSteadiness(signal, -1, 50); return err }},
		{`50.2 ms to 50.4 ms has no sample of "force"`, func() error { _, err := NewSteadiness(signal, 50.2, 50.4); return err }},
		{`"force" is NaN at 1 ms`, func() error { _, err := NewSteadiness(broken, 0, 2); return err }},
		{`"" is sampled every 0 ms`, func() error { _, err := NewSteadiness(neo.AnalogSignal{}, 0, 2); return err }},
		{`none of 2 spikes of "MN_0" has 50 ms before and 20 ms after`, func() error {
			_, err := NewSpikeTriggeredAverage(signal, train, TriggerWindow{Before: 50, After: 20})
			return err
		}},
		{"the window of 150 ms is longer", func() error {
			_, err := NewSpikeTriggeredAverage(signal, train, TriggerWindow{Before: 50, After: 100})
			return err
		}},
		{"the window is -1 ms before", func() error {
			_, err := NewSpikeTriggeredAverage(signal, train, TriggerWindow{Before: -1, After: 20})
			return err
		}},
	} {
		if err := c.do(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("the error is %v, want it to say %q", err, c.want)
		}
	}
}

func TestMotorUnitRefusesSpikesOutOfOrder(t *testing.T) {
	unit := MotorUnit{Twitch: Twitch{1, 90}}
	if f := unit.Force(5); f != 0 {
		t.Errorf("force before any spike is %v", f)
	}
	if err := unit.Spike(20); err != nil {
		t.Fatal(err)
	}
	if err := unit.Spike(20); err == nil || !strings.Contains(err.Error(), "spike at 20 ms after the one at 20 ms") {
		t.Errorf("a second spike at 20 ms: %v", err)
	}
	defer func() {
		if recover() == nil {
			t.Error("Force before the last spike did not panic")
		}
	}()
	unit.Force(19)
}
