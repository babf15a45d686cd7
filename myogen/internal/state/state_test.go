package state_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"gomyogen/myogen/internal/engine"
	"gomyogen/myogen/internal/state"
)

// steps is how many steps the states of these tests come after.
const steps = 5

// reader reads what a writer has collected.
func reader(w *state.Writer) *state.Reader {
	r := &state.Reader{Ints: map[string][]int64{}, Floats: map[string][]float64{}, Steps: steps}
	for name, list := range w.AllInts() {
		r.Ints[name] = whole(list)
	}
	for name, list := range w.AllFloats() {
		r.Floats[name] = whole(list)
	}
	return r
}

// whole returns a list in one piece.
func whole[T any](list state.List[T]) (all []T) {
	_ = list(func(piece []T) error { all = append(all, piece...); return nil }) // which is nil
	return all
}

// What is written in any order and mixture is read in the same order, to the bit,
// and nothing is left.
func TestReadsWhatWasWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := state.NewWriter()
		var reads []func(r *state.Reader)
		same := func(what string, got, want any) {
			if d := cmp.Diff(want, got, cmp.Comparer(func(a, b float64) bool { return math.Float64bits(a) == math.Float64bits(b) })); d != "" {
				t.Errorf("%s (-written +read):\n%s", what, d)
			}
		}
		name := rapid.SampledFrom([]string{"a", "b"})
		spikes := rapid.Custom(func(t *rapid.T) (all []engine.Spike) {
			at := rapid.SliceOfN(rapid.IntRange(0, steps), 0, 5).Draw(t, "steps")
			slices.Sort(at)
			for _, k := range at {
				all = append(all, engine.Spike{Step: k, T: 0.1 * float64(k)})
			}
			return all
		})
		for range rapid.IntRange(0, 20).Draw(t, "writes") {
			name := name.Draw(t, "name")
			switch rapid.IntRange(0, 4).Draw(t, "kind") {
			case 0:
				x := rapid.Int64().Draw(t, "int")
				w.Int64(name, x)
				reads = append(reads, func(r *state.Reader) { same("int", r.Int64(name), x) })
			case 1:
				x := rapid.SliceOf(rapid.Float64()).Draw(t, "floats")
				w.Float(name, x...)
				reads = append(reads, func(r *state.Reader) {
					got := r.Take(name, len(x))
					same("floats", append([]float64{}, got...), x)
				})
			case 2:
				x := rapid.SliceOf(rapid.Byte()).Draw(t, "bytes")
				w.Bytes(name, x)
				reads = append(reads, func(r *state.Reader) { same("bytes", r.Bytes(name, len(x)), x) })
			case 3:
				x := spikes.Draw(t, "spikes")
				w.Spikes(name, x)
				reads = append(reads, func(r *state.Reader) { same("spikes", r.Spikes(name), x) })
			case 4:
				x := engine.State{
					Cell: rapid.SliceOfN(rapid.Float64(), 1, 4).Draw(t, "cell"), Above: rapid.Bool().Draw(t, "above"), Spikes: spikes.Draw(t, "spikes"),
				}
				for range rapid.IntRange(0, 2).Draw(t, "traces") {
					x.Traces = append(x.Traces, rapid.SliceOfN(rapid.Float64(), steps+1, steps+1).Draw(t, "trace"))
				}
				w.Neuron(x)
				reads = append(reads, func(r *state.Reader) { same("neuron", r.Neuron(len(x.Traces)), x) })
			}
		}
		r := reader(w)
		for _, read := range reads {
			read(r)
		}
		if err := r.End(); err != nil {
			t.Error(err)
		}
	})
}

// A reader refuses what no writer has written, and names the list or the number.
func TestRefuses(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	spikes := func(count int64, at []int64, times []float64) func(*state.Writer) {
		return func(w *state.Writer) {
			w.Ints["s_spike_counts"], w.Ints["s_spike_steps"], w.Floats["s_spike_times_ms"] = [][]int64{{count}}, [][]int64{at}, [][]float64{times}
		}
	}
	readSpikes := func(r *state.Reader) { r.Spikes("s") }
	neuron := func(above, cells int64) func(*state.Writer) {
		return func(w *state.Writer) {
			w.Neuron(engine.State{Cell: []float64{1, 2}, Traces: [][]float64{make([]float64, steps+1)}})
			w.Ints["above"][0][0], w.Ints["cell_counts"][0][0] = above, cells
		}
	}
	readNeuron := func(r *state.Reader) { r.Neuron(1) }
	for name, c := range map[string]struct {
		write func(*state.Writer)
		read  func(*state.Reader)
		want  string
	}{
		"no list":              {func(*state.Writer) {}, func(r *state.Reader) { r.Int("a") }, `array "a" is too short`},
		"no list of floats":    {func(w *state.Writer) { w.Int("a", 1) }, func(r *state.Reader) { r.Float("a") }, `array "a" is too short`},
		"too few":              {func(w *state.Writer) { w.Float("a", 1, 2) }, func(r *state.Reader) { r.Take("a", 3) }, `array "a" is too short`},
		"a negative number":    {func(w *state.Writer) { w.Float("a", 1, 2) }, func(r *state.Reader) { r.Take("a", -1) }, `array "a" is too short`},
		"a list more":          {func(w *state.Writer) { w.Int("newer", 1) }, func(*state.Reader) {}, `array "newer" is too long`},
		"numbers more":         {func(w *state.Writer) { w.Float("a", 1, 2) }, func(r *state.Reader) { r.Float("a") }, `array "a" is too long`},
		"no byte":              {func(w *state.Writer) { w.Int("a", 256) }, func(r *state.Reader) { r.Bytes("a", 1) }, `array "a" has 256 for a byte`},
		"a negative byte":      {func(w *state.Writer) { w.Int("a", -1) }, func(r *state.Reader) { r.Bytes("a", 1) }, `array "a" has -1 for a byte`},
		"fewer spikes":         {spikes(2, []int64{1}, []float64{1}), readSpikes, `array "s_spike_steps" is too short`},
		"many fewer spikes":    {spikes(1<<62, []int64{1}, []float64{1}), readSpikes, `array "s_spike_steps" is too short`},
		"more spikes":          {spikes(0, []int64{1}, []float64{1}), readSpikes, `array "s_spike_steps" is too long`},
		"no number of spikes":  {spikes(-1, nil, nil), readSpikes, "a cell has -1 spikes"},
		"a spike at no time":   {spikes(1, []int64{1}, []float64{nan}), readSpikes, "a spike at NaN ms in step 1"},
		"a spike never":        {spikes(1, []int64{1}, []float64{inf}), readSpikes, "a spike at +Inf ms in step 1"},
		"a spike before all":   {spikes(1, []int64{0}, []float64{-0.1}), readSpikes, "a spike at -0.1 ms in step 0"},
		"a falling time":       {spikes(2, []int64{1, 2}, []float64{0.3, 0.2}), readSpikes, "a spike at 0.2 ms in step 2, after one at 0.3 ms in step 1"},
		"a falling step":       {spikes(2, []int64{2, 1}, []float64{0.2, 0.2}), readSpikes, "a spike at 0.2 ms in step 1, after one at 0.2 ms in step 2"},
		"a negative step":      {spikes(1, []int64{-1}, []float64{0}), readSpikes, "in step -1"},
		"a step to come":       {spikes(1, []int64{steps + 1}, []float64{0.6}), readSpikes, "in step 6, after one at 0 ms in step 0, in a state after 5 steps"},
		"a detector":           {neuron(2, 2), readNeuron, `array "above" has 2, must be 0 or 1`},
		"a smaller cell":       {neuron(0, 1), readNeuron, `array "cells" is too long`},
		"a larger cell":        {neuron(0, 3), readNeuron, `array "cells" is too short`},
		"a cell of no size":    {neuron(0, -1), readNeuron, `array "cells" is too short`},
		"a trace less":         {neuron(0, 2), func(r *state.Reader) { r.Neuron(0) }, `array "traces" is too long`},
		"a trace more":         {neuron(0, 2), func(r *state.Reader) { r.Neuron(2) }, `array "traces" is too short`},
		"the first of several": {func(*state.Writer) {}, func(r *state.Reader) { r.Int("a"); r.Float("b"); r.Spikes("c") }, `array "a" is too short`},
	} {
		t.Run(name, func(t *testing.T) {
			w := state.NewWriter()
			c.write(w)
			r := reader(w)
			c.read(r)
			if err := r.End(); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want %q", err, c.want)
			}
		})
	}
}
