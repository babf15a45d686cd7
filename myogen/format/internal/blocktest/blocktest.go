// Package blocktest makes blocks for tests of what reads and writes them.
package blocktest

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"gomyogen/myogen/neo"
	"gomyogen/myogen/units"
)

// Awkward returns a block with what formats stumble over: times that are no
// thousand times one in s, steps and units that no library knows, odd, equal and
// empty names, populations without cells, silent cells, NaN, annotations that are
// called like fields.
func Awkward() *neo.Block {
	r := rand.New(rand.NewPCG(42, 42))
	pick := func(all ...string) string { return all[r.IntN(len(all))] }
	b := &neo.Block{Name: "a/b: µ", Annotations: map[string]string{
		"seed": "42", "name": "another", "description": "x", "file_origin": "", "µ": "a, \"b\"\n", "rec_datetime": "never",
	}}
	for i, name := range []string{"", "DD", "aMN/1:2", "0", "Ω", strings.Repeat("long ", 20)} {
		s := neo.Segment{Name: name}
		for range 5 * (i % 3) {
			t := neo.SpikeTrain{Name: pick("MN_0", "", "7", "a b"), TStart: units.Time(-r.Float64()), TStop: 1e6,
				SamplingPeriod: units.Time([]float64{0, 0.1, 1000.0 / 2048, 1.0 / 49, 0.025}[r.IntN(5)])}
			for range r.IntN(200) {
				t.Times = append(t.Times, units.Time(1e6*r.Float64()))
			}
			slices.Sort(t.Times)
			s.SpikeTrains = append(s.SpikeTrains, t)
		}
		for _, unit := range []string{"mV", "pps", "", "1", "%", "mV*s", "counts", "pps^2/Hz", "kOhm", "2*mV", "().x", "weird unit", "µS"}[i:] {
			a := neo.AnalogSignal{Name: pick("V", "drive", "", "x/y"), Units: unit, TStart: units.Time(7.7 * float64(i)),
				SamplingPeriod: units.Time([]float64{0.1, 0.3, 1000.0 / 2048, 1.0 / 49, 49, 0.1 + 0.2}[r.IntN(6)])}
			for range 1 + r.IntN(5) {
				a.Values = append(a.Values, r.NormFloat64())
			}
			a.Values[0] = []float64{math.NaN(), math.Inf(1), 0, math.MaxFloat64}[r.IntN(4)]
			s.AnalogSignals = append(s.AnalogSignals, a)
		}
		b.Segments = append(b.Segments, s)
	}
	return b
}
