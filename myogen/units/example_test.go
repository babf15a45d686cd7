package units_test

import (
	"fmt"

	"gomyogen/myogen/units"
)

// A quantity is a number multiplied by a unit and prints with its unit.
func Example() {
	step := 0.1 * units.Ms
	peak := 65 * units.Pps
	weight := 0.15 * units.MicroSiemens
	fmt.Println(step, peak, weight)
	fmt.Println(float64(step), "ms")
	// Output:
	// 0.1 ms 65 pps 0.15 uS
	// 0.1 ms
}

func ExampleTime() {
	rest, ramp := 1*units.S, 500*units.Ms
	fmt.Println(rest + ramp)
	fmt.Println((rest + ramp).Seconds(), "seconds")
	// Output:
	// 1.5 s
	// 1.5 seconds
}

func ExampleTime_Round() {
	var t units.Time
	for range 70_000 {
		t += 0.1 * units.Ms
	}
	fmt.Println(t, "is", t.Round(0.1*units.Ms))
	// Output:
	// 7.000000000007934 s is 7 s
}

func ExampleConductance() {
	g := 150 * units.NanoSiemens
	fmt.Println(g)
	// Output:
	// 0.15 uS
}

// A chart takes plain numbers.
func ExampleFloats() {
	rates := []units.Rate{8.1 * units.Pps, 7.9 * units.Pps}
	fmt.Println(rates, units.Floats(rates))
	// Output:
	// [8.1 pps 7.9 pps] [8.1 7.9]
}

func ExampleParseTime() {
	t, err := units.ParseTime("0.5 min")
	fmt.Println(t, err)
	_, err = units.ParseTime("15 parsecs")
	fmt.Println(err)
	// Output:
	// 30 s <nil>
	// units: "15 parsecs" is not a number with one of the units min, ms, s, us
}

func ExampleParseConductance() {
	g, err := units.ParseConductance("150 nS")
	fmt.Println(g, err)
	// Output:
	// 0.15 uS <nil>
}
