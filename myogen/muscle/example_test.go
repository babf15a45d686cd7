package muscle_test

import (
	"fmt"

	"gomyogen/myogen/muscle"
	"gomyogen/myogen/neo"
	"gomyogen/myogen/units"
)

// regular returns a train that fires at a rate from start on, over 3 s.
func regular(name string, rate units.Rate, start units.Time) neo.SpikeTrain {
	train := neo.SpikeTrain{Name: name, TStop: 3 * units.S}
	for k := 0; ; k++ {
		t := start + units.Time(1000*float64(k)/float64(rate))
		if t > train.TStop {
			return train
		}
		train.Times = append(train.Times, t)
	}
}

func ExampleFuglevand() {
	trains := []neo.SpikeTrain{
		regular("MN_0", 20, 200*units.Ms),
		regular("MN_1", 15, 700*units.Ms),
		regular("MN_2", 10, 1200*units.Ms),
	}
	model := muscle.Fuglevand{LargestTwitch: 0.5 * units.Newton}
	force, err := model.Force(trains)
	if err != nil {
		fmt.Println(err)
		return
	}
	steady, err := muscle.NewSteadiness(force, 2*units.S, 3*units.S)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(len(force.Values), "samples,", steady)
	// Output: 3000 samples, mean 1.024 N, SD 0.141, CV 13.78 %
}

func ExampleFuglevand_FractionOfMaximum() {
	trains := []neo.SpikeTrain{regular("MN_0", 20, 0), regular("MN_1", 15, 0), regular("MN_2", 10, 0)}
	fraction, err := muscle.Fuglevand{}.FractionOfMaximum(trains, 2*units.S, 3*units.S)
	fmt.Printf("%.1f %% of maximum, %v\n", 100*fraction, err)
	// Output: 17.9 % of maximum, <nil>
}

func ExampleTwitch() {
	slow := muscle.Twitch{Amplitude: 1, ContractionTime: 90 * units.Ms}
	for _, t := range []units.Time{0, 45, 90, 180} {
		fmt.Printf("%v: %.3f\n", t, slow.Force(t))
	}
	fmt.Printf("gain after 50 ms: %.3f, tetanus: %.3f\n", slow.Gain(50*units.Ms), slow.Tetanus())
	// Output:
	// 0 ms: 0.000
	// 45 ms: 0.824
	// 90 ms: 1.000
	// 180 ms: 0.736
	// gain after 50 ms: 1.850, tetanus: 9.050
}

func ExampleTwitch_ForceFrequency() {
	fast := muscle.Twitch{Amplitude: 100, ContractionTime: 30 * units.Ms}
	curve, err := fast.ForceFrequency([]units.Rate{5, 10, 20, 40, 60})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, s := range curve {
		fmt.Printf("%v: mean %.1f, %.1f %% of the tetanus, ripple %.2f\n", s.Rate, s.Mean, 100*s.TetanusFraction, s.Ripple)
	}
	// Output:
	// 5 pps: mean 40.8, 4.5 % of the tetanus, ripple 2.42
	// 10 pps: mean 81.5, 9.0 % of the tetanus, ripple 1.01
	// 20 pps: mean 317.5, 35.1 % of the tetanus, ripple 0.32
	// 40 pps: mean 876.4, 96.8 % of the tetanus, ripple 0.08
	// 60 pps: mean 905.0, 100.0 % of the tetanus, ripple 0.04
}

func ExampleSteadyForce() {
	s, err := muscle.Twitch{Amplitude: 1, ContractionTime: 90 * units.Ms}.Steady(10 * units.Pps)
	fmt.Printf("%.2f (%.2f to %.2f), %v\n", s.Mean, s.Min, s.Max, err)
	// Output: 6.94 (6.27 to 7.30), <nil>
}

func ExampleMotorUnit() {
	unit := muscle.MotorUnit{Twitch: muscle.Twitch{Amplitude: 1, ContractionTime: 90 * units.Ms}}
	for t := units.Time(0); t <= 300; t += 50 { // a closed loop, step by step
		if t == 50 || t == 150 {
			if err := unit.Spike(t); err != nil {
				fmt.Println(err)
			}
		}
		fmt.Printf("%.2f ", unit.Force(t))
	}
	// Output: 0.00 0.00 0.87 0.99 3.32 3.48 2.90
}

func ExampleStepper() {
	force, err := muscle.Fuglevand{SamplingPeriod: 25 * units.Ms}.Stepper(2, 0)
	if err != nil {
		fmt.Println(err)
		return
	}
	for step := range 11 { // a loop in which the force decides whether unit 0 fires
		t := force.Time()
		f := force.Step()
		fmt.Printf("%.1f ", f)
		if f < 5 && step%2 == 0 {
			if err := force.Spike(0, t+20*units.Ms); err != nil {
				fmt.Println(err)
			}
		}
	}
	// Output: 0.0 2.4 8.8 10.0 9.0 7.3 5.6 4.1 2.9 4.5 10.2
}

func ExampleSteadiness() {
	force := neo.AnalogSignal{Name: "force", Units: "N", SamplingPeriod: 1, Values: []float64{0, 0, 9, 10, 11}}
	s, err := muscle.NewSteadiness(force, 2*units.Ms, 4*units.Ms)
	fmt.Println(s, err)
	// Output: mean 10 N, SD 0.816, CV 8.16 % <nil>
}

func ExampleSpikeTriggeredAverage() {
	train := regular("MN_0", 2, 100*units.Ms)
	force, err := muscle.Fuglevand{}.Force([]neo.SpikeTrain{train})
	if err != nil {
		fmt.Println(err)
		return
	}
	a, err := muscle.NewSpikeTriggeredAverage(force, train, muscle.TriggerWindow{Before: 50 * units.Ms})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%d spikes: twitch of %.0f after %v\n", a.Triggers, a.Amplitude, a.ContractionTime)
	// Output: 6 spikes: twitch of 100 after 30 ms
}

func ExampleRateCoding() {
	silent := neo.SpikeTrain{Name: "MN_2", TStop: 3 * units.S}
	trains := []neo.SpikeTrain{regular("MN_0", 20, 200*units.Ms), regular("MN_1", 15, 700*units.Ms), silent}
	rows, err := muscle.Fuglevand{}.RateCoding(trains)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, r := range rows {
		fmt.Println(r)
	}
	// Output:
	// MN_0: recruited at 0.2 s and 0 % of maximum, 20.0 to 20.0 pps, 57 spikes
	// MN_1: recruited at 0.7 s and 3.4 % of maximum, 15.0 to 15.0 pps, 35 spikes
	// MN_2: not recruited
}
