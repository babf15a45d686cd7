package random_test

import (
	"fmt"

	"gomyogen/myogen/random"
)

// A stream is named by what it is for; the same name gives the same numbers,
// whatever was drawn elsewhere.
func ExampleStream() {
	first := random.Stream(42, "noise", "DD", 3)
	other := random.Stream(42, "noise", "DD", 4)
	again := random.Stream(42, "noise", "DD", 3)
	x := first.Float64()
	fmt.Println(x == other.Float64(), x == again.Float64())
	// Output:
	// false true
}

// New is NumPy's default_rng: numpy.random.default_rng(42).random() is the
// first number.
func ExampleNew() {
	g := random.New(42)
	fmt.Println(g.Float64())
	// Output:
	// 0.7739560485559633
}

func ExampleGenerator_Normal() {
	g := random.New(42)
	fmt.Printf("%.4f %.4f\n", g.Normal(), g.Normal()) // numpy.random.default_rng(42).normal(size=2)
	// Output:
	// 0.3047 -1.0400
}

func ExampleDeriveSubseed() {
	fmt.Println(random.DeriveSubseed(42, 1), random.DeriveSubseed(42, 2))
	// Output:
	// 3329053876 955475868
}

// A drive neuron fires when its integrated rate exceeds the next draw of its
// process.
func ExampleSpiker() {
	s := random.NewSpiker(7, random.Erlang{Order: 5})
	spikes := 0
	for range 100_000 { // 10 s in steps of 0.1 ms
		if s.Step(50, 0.1) {
			spikes++
		}
	}
	fmt.Println(spikes, "spikes in 10 s at 50 pps")
	// Output:
	// 499 spikes in 10 s at 50 pps
}

// The order of an Erlang process sets how regular it is: its CV is
// 1/sqrt(Order).
func ExampleErlang() {
	for _, p := range []random.Process{random.Poisson{}, random.Erlang{Order: 5}, random.Gamma{Shape: 3}, random.Erlang{}} {
		fmt.Println(p, p.Validate())
	}
	// Output:
	// Poisson process <nil>
	// Erlang process of order 5 <nil>
	// gamma process of shape 3 <nil>
	// Erlang process of order 0 random: Erlang order is 0, must be 1 to 1000
}
