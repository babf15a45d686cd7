package stats_test

import (
	"fmt"
	"log"
	"math"

	"gomyogen/myogen/neo"
	"gomyogen/myogen/random"
	"gomyogen/myogen/stats"
	"gomyogen/myogen/units"
)

// pool is two motor neurons and a silent one over a second.
func pool() []neo.SpikeTrain {
	return []neo.SpikeTrain{
		{Name: "MN_0", Times: []units.Time{100, 200, 310, 400, 520, 600, 710}, TStop: 1 * units.S},
		{Name: "MN_1", Times: []units.Time{300, 450, 580}, TStop: 1 * units.S},
		{Name: "MN_2", TStop: 1 * units.S},
	}
}

// poisson returns trains of Poisson processes of 20 pps over 20 s.
func poisson(population string, n int) []neo.SpikeTrain {
	trains := make([]neo.SpikeTrain, n)
	for i := range trains {
		t := &trains[i]
		t.Name, t.TStop, t.SamplingPeriod = fmt.Sprintf("%s_%d", population, i), 20*units.S, 1*units.Ms
		g := random.Stream(42, "example", population, i)
		for ms := range 20_000 {
			if g.Float64() < 0.020 {
				t.Times = append(t.Times, units.Time(ms))
			}
		}
	}
	return trains
}

func ExampleFiringRates() {
	fmt.Println(stats.FiringRates(pool()))
	// Output:
	// 2 of 3 active, mean rate 11.09 pps, SD 0.38 pps, range 10.71 to 11.48 pps
}

// The field's mean rate is over the whole span of the train, MyoGen's between
// its first and last spike.
func ExampleMeanFiringRate() {
	t := pool()[0]
	rate, err := stats.MeanFiringRate(t)
	fmt.Println(rate, err)
	between, _ := stats.FiringRate(t)
	fmt.Printf("%.2f pps\n", between)
	// Output:
	// 7 pps <nil>
	// 11.48 pps
}

func ExampleMeanFiringRates() {
	rates, err := stats.MeanFiringRates(pool())
	fmt.Println(rates, err)
	// Output:
	// [7 pps 3 pps 0 pps] <nil>
}

func ExampleRatesWithin() {
	plateau, err := stats.RatesWithin(pool(), 300*units.Ms, 700*units.Ms)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(plateau.Names, plateau.Rates)
	fmt.Printf("mean rate %.2f pps, mean CV %.3f\n", plateau.MeanRate, plateau.MeanCV)
	// Output:
	// [MN_0 MN_1] [10 7.5]
	// mean rate 8.75 pps, mean CV 0.124
}

func ExampleTimeHistogram() {
	rate, err := stats.TimeHistogram(pool(), 250*units.Ms)
	if err != nil {
		fmt.Println(err)
		return
	}
	for i, v := range rate.Values {
		fmt.Printf("from %v: %.2f %s\n", rate.Time(i), v, rate.Units)
	}
	// Output:
	// from 0 ms: 2.67 pps
	// from 250 ms: 5.33 pps
	// from 500 ms: 5.33 pps
	// from 750 ms: 0.00 pps
}

func ExampleInstantaneousRates() {
	rates, err := stats.InstantaneousRates(pool(), 400*units.Ms)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, r := range rates {
		fmt.Printf("%s: %.1f pps at %v\n", r.Name, r.Values[45], r.Time(45))
	}
	// Output:
	// MN_0: 9.7 pps at 450 ms
	// MN_1: 7.1 pps at 450 ms
	// MN_2: 0.0 pps at 450 ms
}

func ExampleISI() {
	fmt.Println(stats.ISI(pool()[1]))
	// Output:
	// [150 ms 130 ms]
}

func ExampleDischargeRates() {
	times, rates := stats.DischargeRates(pool()[1])
	for i := range times {
		fmt.Printf("%.2f at %v\n", rates[i], times[i])
	}
	// Output:
	// 6.67 at 450 ms
	// 7.69 at 580 ms
}

// A Poisson process has a CV and an LV near 1; a train of which the rate
// changes slowly has a small LV however large its CV.
func ExampleLV() {
	t := poisson("DD", 1)[0]
	fmt.Printf("Poisson: CV %.2f, CV2 %.2f, LV %.2f\n", stats.CV(t), stats.CV2(t), stats.LV(t))
	slowing := neo.SpikeTrain{TStop: 20 * units.S}
	at, interval := units.Time(0), 20*units.Ms
	for range 60 {
		slowing.Times = append(slowing.Times, at)
		at, interval = at+interval, interval*1.05
	}
	fmt.Printf("slowing: CV %.2f, CV2 %.2f, LV %.4f\n", stats.CV(slowing), stats.CV2(slowing), stats.LV(slowing))
	// Output:
	// Poisson: CV 1.02, CV2 1.05, LV 1.07
	// slowing: CV 0.78, CV2 0.05, LV 0.0018
}

func ExampleCV() {
	fmt.Printf("%.3f\n", stats.CV(pool()[0]))
	fmt.Println(stats.CV(pool()[2]))
	// Output:
	// 0.132
	// NaN
}

func ExampleFanoFactor() {
	f, err := stats.FanoFactor(poisson("aMN", 200))
	fmt.Printf("%.1f %v\n", f, err)
	// Output:
	// 0.9 <nil>
}

func ExampleRecruitment() {
	t := neo.SpikeTrain{Name: "MN_0", Times: []units.Time{100, 2000, 2090, 2180, 2270, 2400}, TStop: 5 * units.S}
	recruited, derecruited, ok := stats.Recruitment(t, 500*units.Ms) // without the lone spike at 100 ms
	fmt.Println(recruited, derecruited, ok)
	// Output:
	// 2 s 2.4 s true
}

func ExampleCumulativeSpikeTrain() {
	cst, err := stats.CumulativeSpikeTrain(pool(), 100*units.Ms)
	fmt.Println(cst.Values, cst.Units, err)
	// Output:
	// [0 1 1 2 2 2 1 1 0 0] spikes <nil>
}

// Spikes of b follow those of a after 15 ms.
func ExampleCrossCorrelogram() {
	a := neo.SpikeTrain{Name: "a", Times: []units.Time{100, 250, 420, 600, 780}, TStop: 1 * units.S}
	b := neo.SpikeTrain{Name: "b", Times: []units.Time{115, 265, 435, 615, 795}, TStop: 1 * units.S}
	c, err := stats.CrossCorrelogram(a, b, 5*units.Ms, 20*units.Ms)
	fmt.Println(c.Values, err)
	fmt.Println("from", c.TStart)
	// Output:
	// [0 0 0 0 0 0 0 5 0] <nil>
	// from -22.5 ms
}

// A pool turns a sinusoidal rate into spikes; the spectrum gives gain and phase.
func ExampleNewCrossSpectrum() {
	x := neo.AnalogSignal{Name: "drive", Units: "pps", SamplingPeriod: 10 * units.Ms}
	y := neo.AnalogSignal{Name: "rate", Units: "pps", SamplingPeriod: 10 * units.Ms}
	for i := range 1600 {
		t := x.Time(i).Seconds()
		x.Values = append(x.Values, 45+15*math.Sin(2*math.Pi*t))
		y.Values = append(y.Values, 12+3*math.Sin(2*math.Pi*(t-0.05)))
	}
	s, err := stats.NewCrossSpectrum(x, y, 4*units.S)
	if err != nil {
		fmt.Println(err)
		return
	}
	gain, phase := s.Transfer(1 * units.Hz)
	fmt.Printf("%d segments; at 1 Hz gain %.2f, phase %.0f degrees, coherence %.2f\n", s.Segments, gain, phase*180/math.Pi, s.Coherence()[4])
	// Output:
	// 4 segments; at 1 Hz gain 0.20, phase -18 degrees, coherence 1.00
}

// Independent groups of units exceed the confidence level at one frequency in
// twenty.
func ExamplePooledCoherence() {
	s, err := stats.PooledCoherence(poisson("a", 10), poisson("b", 10), 1*units.Ms, 1*units.S)
	if err != nil {
		fmt.Println(err)
		return
	}
	above := 0
	for _, c := range s.Coherence() {
		if c > s.Confidence(0.05) {
			above++
		}
	}
	fmt.Printf("%.0f %%\n", 100*float64(above)/float64(len(s.Frequencies)))
	// Output:
	// 6 %
}

func ExamplePopulationMean() {
	a := neo.AnalogSignal{Name: "v0", Units: "mV", SamplingPeriod: 1, Values: []float64{-70, -60}}
	b := neo.AnalogSignal{Name: "v1", Units: "mV", SamplingPeriod: 1, Values: []float64{-72, -58}}
	m, err := stats.PopulationMean([]neo.AnalogSignal{a, b})
	fmt.Println(m.Values, m.Units, err)
	b.Units = "uS"
	_, err = stats.PopulationMean([]neo.AnalogSignal{a, b})
	fmt.Println(err)
	// Output:
	// [-71 -59] mV <nil>
	// stats: signal "v0" is in "mV", "v1" in "uS"
}

func ExampleCompare() {
	a := &neo.Block{Segments: []neo.Segment{{Name: "aMN", SpikeTrains: pool()}}}
	b := &neo.Block{Segments: []neo.Segment{{Name: "aMN", SpikeTrains: pool()}}}
	fmt.Println(stats.Compare(a, b))
	b.Segments[0].SpikeTrains[1].Times[2] = 581
	fmt.Println(stats.Compare(a, b))
	// Output:
	// identical to the last bit
	// aMN: 10 spikes of 3 cells, none differs
	// different
	// aMN: 1 spikes only in A, 1 only in B, 9 in both
	//   first difference: train 1, spike 2: 580 ms in A, 581 ms in B, 1 ms apart
	//   A: 10 spikes, 2 of 3 active, mean rate 11.09 pps, SD 0.38 pps, range 10.71 to 11.48 pps
	//   B: 10 spikes, 2 of 3 active, mean rate 11.08 pps, SD 0.40 pps, range 10.68 to 11.48 pps
}

// The mean of rates is a rate; plain numbers have plain ones.
func ExampleSEM() {
	x := []units.Rate{8.1, 7.9, 8.4, 8.0}
	fmt.Printf("%.3f +- %.3f pps (SD %.3f)\n", stats.Mean(x), stats.SEM(x), stats.SD(x))
	fmt.Println(stats.Median(x), stats.Median([]float64{1, 2, 4}))
	// Output:
	// 8.100 +- 0.108 pps (SD 0.216)
	// 8.05 pps 2
}

func ExamplePercentile() {
	fmt.Println(stats.Percentile([]float64{1, 2, 3, 4}, 95))
	// Output:
	// 3.8499999999999996
}

func ExampleHistogram() {
	intervals := []units.Time{95, 100, 104, 120}
	counts, err := stats.Histogram(intervals, []units.Time{80, 100, 120})
	fmt.Println(counts, err)
	// Output:
	// [1 3] <nil>
}

func ExampleLinearRegression() {
	l, err := stats.LinearRegression([]float64{10, 12, 14, 16}, []float64{8, 10.1, 11.9, 14})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(l)
	fmt.Printf("at 15: %.2f\n", l.At(15))
	// Output:
	// y = -1.87 + 0.99 x, R2 0.999
	// at 15: 12.98
}
