package stats

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"gomyogen/myogen/neo"
	"gomyogen/myogen/units"
)

// Comparison lists how two blocks differ.
type Comparison struct {
	Populations []PopulationComparison
	// OnlyA and OnlyB are populations that the other block lacks.
	OnlyA, OnlyB []string
	// Metadata are the annotations that both blocks have and that differ: `seed is 1 in A,
	// 2 in B`.
	Metadata []string
	// Titles are the names of the blocks where both have one and they differ; they are no
	// difference.
	Titles []string
}

// PopulationComparison lists how the segments of one name differ.
type PopulationComparison struct {
	Name   string
	A, B   Rates // of each block
	SpikeA int   // spikes
	SpikeB int
	// LoneA and LoneB count the spikes without a spike at the same time, to the
	// last bit, in the same train of the other block.
	LoneA, LoneB int
	// First is the earliest difference between two trains; nil if there is none.
	First *SpikeDifference
	// Signals are the signals that both have and whose values differ.
	Signals []SignalDifference
	// OnlyA and OnlyB are the names of signals that the other block did not
	// record; they are no difference.
	OnlyA, OnlyB []string
	// Metadata are the names, time spans, sampling periods and units that
	// differ: `train 3: t_stop is 15 s in A, 10 s in B`. What one of the blocks
	// does not know, a zero value, is no difference. A signal that only A has and one
	// that only B has are one signal of two names where their values are the same.
	Metadata []string
}

// SpikeDifference is where two trains part.
type SpikeDifference struct {
	Train, Spike int        // indices
	A, B         units.Time // NaN: there is no such spike
}

// SignalDifference is where two signals of the same name part.
type SignalDifference struct {
	Name    string
	Sample  int     // the first that differs
	A, B    float64 // NaN: there is no such sample
	Largest float64 // difference of two samples
}

// Compare compares two blocks, population by population: spikes, and signals
// that both have, to the last bit, and names, time spans, sampling periods, units
// and annotations. Segments, and signals, of one name are compared in turn. Signals that
// one block did not record are listed and are no difference.
func Compare(a, b *neo.Block) Comparison {
	var c Comparison
	name := func(s neo.Segment) string { return s.Name }
	pairs, onlyA, onlyB := match(a.Segments, b.Segments, name)
	for _, p := range pairs {
		c.Populations = append(c.Populations, compareSegments(p[0], p[1]))
	}
	c.OnlyA, c.OnlyB = namesOf(onlyA, name), namesOf(onlyB, name)
	for _, key := range slices.Sorted(maps.Keys(a.Annotations)) {
		if x, y := a.Annotations[key], b.Annotations[key]; y != "" && x != "" && x != y {
			c.Metadata = append(c.Metadata, fmt.Sprintf("%s is %s in A, %s in B", key, x, y))
		}
	}
	if a.Name != b.Name && a.Name != "" && b.Name != "" {
		c.Titles = []string{a.Name, b.Name}
	}
	return c
}

func namesOf[T any](all []T, name func(T) string) (names []string) {
	for _, x := range all {
		names = append(names, name(x))
	}
	return names
}

// match pairs what has the same name, the n-th with the n-th, and returns the rest.
func match[T any](a, b []T, name func(T) string) (pairs [][2]T, onlyA, onlyB []T) {
	of := map[string][]T{}
	for _, y := range b {
		of[name(y)] = append(of[name(y)], y)
	}
	paired := map[string]int{}
	for _, x := range a {
		n := name(x)
		if len(of[n]) == 0 {
			onlyA = append(onlyA, x)
			continue
		}
		pairs = append(pairs, [2]T{x, of[n][0]})
		of[n] = of[n][1:]
		paired[n]++
	}
	for _, y := range b {
		if n := name(y); paired[n] > 0 {
			paired[n]--
		} else {
			onlyB = append(onlyB, y)
		}
	}
	return pairs, onlyA, onlyB
}

// Identical reports whether the blocks have the same populations with the same
// spikes, signals and metadata.
func (c Comparison) Identical() bool {
	for _, p := range c.Populations {
		if !p.identical() {
			return false
		}
	}
	return len(c.OnlyA)+len(c.OnlyB)+len(c.Metadata) == 0
}

func (p PopulationComparison) identical() bool {
	return p.LoneA+p.LoneB+len(p.Signals)+len(p.Metadata) == 0 && p.First == nil && p.A.Trains == p.B.Trains
}

func compareSegments(a, b neo.Segment) PopulationComparison {
	p := PopulationComparison{Name: a.Name, A: FiringRates(a.SpikeTrains), B: FiringRates(b.SpikeTrains)}
	for i := range max(len(a.SpikeTrains), len(b.SpikeTrains)) {
		var x, y []units.Time
		if i < len(a.SpikeTrains) {
			x = a.SpikeTrains[i].Times
		}
		if i < len(b.SpikeTrains) {
			y = b.SpikeTrains[i].Times
		}
		p.SpikeA += len(x)
		p.SpikeB += len(y)
		loneA, loneB := lone(x, y)
		p.LoneA += loneA
		p.LoneB += loneB
		if d := firstDifference(x, y); d != nil && (p.First == nil || d.when() < p.First.when()) {
			d.Train = i
			p.First = d
		}
	}
	for i := range min(len(a.SpikeTrains), len(b.SpikeTrains)) {
		p.compareTrains(i, a.SpikeTrains[i], b.SpikeTrains[i])
	}
	name := func(s neo.AnalogSignal) string { return s.Name }
	pairs, onlyA, onlyB := match(a.AnalogSignals, b.AnalogSignals, name)
	for i := 0; i < len(onlyA); i++ {
		j := slices.IndexFunc(onlyB, func(s neo.AnalogSignal) bool { return len(s.Values) > 0 && compareSignals(onlyA[i], s) == nil })
		if j < 0 {
			continue
		}
		pairs = append(pairs, [2]neo.AnalogSignal{onlyA[i], onlyB[j]})
		onlyA, onlyB = slices.Delete(onlyA, i, i+1), slices.Delete(onlyB, j, j+1)
		i--
	}
	p.OnlyA, p.OnlyB = namesOf(onlyA, name), namesOf(onlyB, name)
	for _, pair := range pairs {
		s, other := pair[0], pair[1]
		if d := compareSignals(s, other); d != nil {
			p.Signals = append(p.Signals, *d)
		}
		what := fmt.Sprintf("signal %q", s.Name)
		p.differ(what, "name", fmt.Sprintf("%q", s.Name), fmt.Sprintf("%q", other.Name), s.Name == other.Name)
		p.differ(what, "unit", s.Units, other.Units, s.Units == other.Units)
		p.differ(what, "t_start", s.TStart, other.TStart, sameTimes(s.TStart, other.TStart))
		p.differ(what, "sampling period", s.SamplingPeriod, other.SamplingPeriod, samePeriod(s.SamplingPeriod, other.SamplingPeriod))
		p.differ(what, "binned", s.Binned, other.Binned, s.Binned == other.Binned)
	}
	return p
}

func (p *PopulationComparison) compareTrains(i int, a, b neo.SpikeTrain) {
	what := fmt.Sprintf("train %d", i)
	p.differ(what, "name", fmt.Sprintf("%q", a.Name), fmt.Sprintf("%q", b.Name), a.Name == b.Name || a.Name == "" || b.Name == "")
	if a.Duration() != 0 && b.Duration() != 0 {
		p.differ(what, "t_start", a.TStart, b.TStart, sameTimes(a.TStart, b.TStart))
		p.differ(what, "t_stop", a.TStop, b.TStop, sameTimes(a.TStop, b.TStop))
	}
	p.differ(what, "sampling period", a.SamplingPeriod, b.SamplingPeriod,
		samePeriod(a.SamplingPeriod, b.SamplingPeriod) || a.SamplingPeriod == 0 || b.SamplingPeriod == 0)
}

func (p *PopulationComparison) differ(what, field string, a, b any, equal bool) {
	if !equal {
		p.Metadata = append(p.Metadata, fmt.Sprintf("%s: %s is %v in A, %v in B", what, field, a, b))
	}
}

// samePeriod reports whether two sampling periods are equal but for rounding.
func samePeriod(x, y units.Time) bool {
	return math.Abs(float64(x-y)) <= 1e-9*math.Abs(float64(x))
}

func same[T ~float64](x, y T) bool {
	return math.Float64bits(float64(x)) == math.Float64bits(float64(y))
}

// lone counts the spikes of two rising trains that the other lacks.
func lone(x, y []units.Time) (loneX, loneY int) {
	for len(x) > 0 && len(y) > 0 {
		switch {
		case same(x[0], y[0]):
			x, y = x[1:], y[1:]
		case x[0] < y[0]:
			loneX++
			x = x[1:]
		default:
			loneY++
			y = y[1:]
		}
	}
	return loneX + len(x), loneY + len(y)
}

func firstDifference(x, y []units.Time) *SpikeDifference {
	at := func(t []units.Time, i int) units.Time {
		if i < len(t) {
			return t[i]
		}
		return units.Time(math.NaN())
	}
	for i := range max(len(x), len(y)) {
		if a, b := at(x, i), at(y, i); !same(a, b) {
			return &SpikeDifference{Spike: i, A: a, B: b}
		}
	}
	return nil
}

// when is the earlier of the two times.
func (d *SpikeDifference) when() units.Time {
	if math.IsNaN(float64(d.A)) || d.B < d.A {
		return d.B
	}
	return d.A
}

func compareSignals(a, b neo.AnalogSignal) *SignalDifference {
	var d *SignalDifference
	for i := range max(len(a.Values), len(b.Values)) {
		x, y := math.NaN(), math.NaN()
		if i < len(a.Values) {
			x = a.Values[i]
		}
		if i < len(b.Values) {
			y = b.Values[i]
		}
		if same(x, y) && i < len(a.Values) && i < len(b.Values) {
			continue
		}
		if d == nil {
			d = &SignalDifference{Name: a.Name, Sample: i, A: x, B: y}
		}
		if difference := math.Abs(x - y); difference > d.Largest {
			d.Largest = difference
		}
	}
	return d
}

// String lists what differs, or says that nothing does.
func (c Comparison) String() string {
	var b strings.Builder
	if c.Identical() {
		b.WriteString("identical to the last bit\n")
	} else {
		b.WriteString("different\n")
	}
	for _, m := range c.Metadata {
		fmt.Fprintf(&b, "%s\n", m)
	}
	if len(c.Titles) == 2 {
		fmt.Fprintf(&b, "A is called %q, B %q\n", c.Titles[0], c.Titles[1])
	}
	for _, p := range c.Populations {
		b.WriteString(p.String())
	}
	for i, only := range [][]string{c.OnlyA, c.OnlyB} {
		for _, name := range only {
			fmt.Fprintf(&b, "%s: only in %s\n", name, []string{"A", "B"}[i])
		}
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// mostMetadata is how many differences of metadata String lists: those of one
// train are mostly those of all.
const mostMetadata = 5

// String lists what differs in the population.
func (p PopulationComparison) String() string {
	if p.identical() {
		return fmt.Sprintf("%s: %d spikes of %d cells, none differs\n", p.Name, p.SpikeA, p.A.Trains) + p.notCompared()
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %d spikes only in A, %d only in B, %d in both\n", p.Name, p.LoneA, p.LoneB, p.SpikeA-p.LoneA)
	if d := p.First; d != nil {
		fmt.Fprintf(&b, "  first difference: train %d, spike %d: ", d.Train, d.Spike)
		switch {
		case math.IsNaN(float64(d.A)):
			fmt.Fprintf(&b, "none in A, %v in B\n", d.B)
		case math.IsNaN(float64(d.B)):
			fmt.Fprintf(&b, "%v in A, none in B\n", d.A)
		default:
			fmt.Fprintf(&b, "%v in A, %v in B, %.3g ms apart\n", d.A, d.B, math.Abs(float64(d.A-d.B)))
		}
	}
	for i, m := range p.Metadata {
		if i == mostMetadata {
			fmt.Fprintf(&b, "  ... and %d more differences of metadata\n", len(p.Metadata)-i)
			break
		}
		fmt.Fprintf(&b, "  %s\n", m)
	}
	fmt.Fprintf(&b, "  A: %d spikes, %v\n", p.SpikeA, p.A)
	fmt.Fprintf(&b, "  B: %d spikes, %v\n", p.SpikeB, p.B)
	for _, s := range p.Signals {
		fmt.Fprintf(&b, "  signal %q: first difference at sample %d: %v and %v; largest %.3g\n", s.Name, s.Sample, s.A, s.B, s.Largest)
	}
	return b.String() + p.notCompared()
}

// notCompared lists the signals that one block did not record.
func (p PopulationComparison) notCompared() string {
	var b strings.Builder
	for i, only := range [][]string{p.OnlyA, p.OnlyB} {
		if len(only) > 0 {
			fmt.Fprintf(&b, "  not compared, signals only in %s: %q\n", []string{"A", "B"}[i], only)
		}
	}
	return b.String()
}
