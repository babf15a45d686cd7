package random

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"gomyogen/myogen/internal/golden"
)

type reference struct {
	Seeds map[string]struct {
		Words      []uint32          `json:"seedsequence_generate_state_8_uint32"`
		Raw        []string          `json:"raw_uint64"`
		Random     []float64         `json:"random"`
		Normal     []float64         `json:"normal"`
		Tail       []int             `json:"normal_tail_indices"`
		TailValues []float64         `json:"normal_tail_values"`
		Integers   []int             `json:"integers_0_4_scalar_calls"`
		Connect    [][2]*float64     `json:"connect_like_uniform_then_choice4_if_lt_0.5"`
		Subseeds   []json.RawMessage `json:"derive_subseed"`
	}
	Generators map[string]json.RawMessage
}

func load(t *testing.T) (r reference) {
	t.Helper()
	b, err := os.ReadFile("testdata/numpy_rng.json")
	if err == nil {
		err = json.Unmarshal(b, &r)
	}
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// All comparisons are exact.
func TestGeneratorEqualsNumPy(t *testing.T) {
	for name, want := range load(t).Seeds {
		t.Run(name, func(t *testing.T) {
			seed, _ := strconv.ParseUint(name, 10, 64)
			if got := newSeedSequence(entropy([]uint64{seed})).words(8); !slices.Equal(got, want.Words) {
				t.Errorf("seed words %v, want %v", got, want.Words)
			}
			g := New(seed)
			for i, w := range want.Raw {
				if got := strconv.FormatUint(g.Uint64(), 10); got != w {
					t.Fatalf("raw %d is %s, want %s", i, got, w)
				}
			}
			g = New(seed)
			for i, w := range want.Random {
				if got := g.Float64(); got != w {
					t.Fatalf("random %d is %v, want %v", i, got, w)
				}
			}
			g = New(seed)
			normals := make([]float64, 200000)
			for i := range normals {
				normals[i] = g.Normal()
			}
			for i, w := range want.Normal {
				if normals[i] != w {
					t.Fatalf("normal %d is %v, want %v", i, normals[i], w)
				}
			}
			for i, at := range want.Tail {
				if normals[at] != want.TailValues[i] {
					t.Errorf("normal %d is %v, want %v", at, normals[at], want.TailValues[i])
				}
			}
			g = New(seed)
			for i, w := range want.Integers {
				if got := g.Choice(4); got != w {
					t.Fatalf("integer %d is %v, want %v", i, got, w)
				}
			}
			g = New(seed)
			for i, w := range want.Connect {
				u := g.Float64()
				if u != *w[0] {
					t.Fatalf("interleaved uniform %d is %v, want %v", i, u, *w[0])
				}
				if u < 0.5 {
					if c := g.Choice(4); float64(c) != *w[1] {
						t.Fatalf("interleaved choice %d is %v, want %v", i, c, *w[1])
					}
				}
			}
			for _, raw := range want.Subseeds {
				var labels []uint64
				var subseed uint32
				if err := json.Unmarshal(raw, &[]any{&labels, &subseed}); err != nil {
					t.Fatal(err)
				}
				if got := DeriveSubseed(seed, labels...); got != subseed {
					t.Errorf("DeriveSubseed(%d, %v) = %d, want %d", seed, labels, got, subseed)
				}
			}
		})
	}
}

func TestProcessesEqualMyoGen(t *testing.T) {
	processes := map[string]Process{
		"poisson": Poisson{}, "gamma_shape1": Gamma{1}, "gamma_shape3": Gamma{}, "gamma_shape4": Gamma{4},
		"gamma_shape0.5": Gamma{0.5}, "legacy_batch5": Erlang{5},
	}
	compared := 0
	for name, raw := range load(t).Generators {
		if _, err := strconv.Atoi(name); err != nil {
			continue
		}
		var ref map[string]json.RawMessage
		if err := json.Unmarshal(raw, &ref); err != nil {
			t.Fatal(err)
		}
		var seed uint64
		if err := json.Unmarshal(ref["generator_seed"], &seed); err != nil {
			t.Fatal(err)
		}
		for key, p := range processes {
			var want []int
			for k, v := range ref {
				if strings.HasPrefix(k, key+"_65pps") {
					if err := json.Unmarshal(v, &want); err != nil {
						t.Fatal(err)
					}
				}
			}
			var got []int
			s := NewSpiker(seed, p)
			for step := range 20000 {
				if s.Step(65, 0.1) {
					got = append(got, step)
				}
			}
			if !slices.Equal(got, want) {
				t.Errorf("seed %s, %s: %d spikes %v..., want %d %v...", name, key, len(got), got[:4], len(want), want[:4])
			}
			compared++
		}
	}
	if compared != 18 {
		t.Errorf("compared %d lists, want 18", compared)
	}
}

func TestProcessesHaveMeanOne(t *testing.T) {
	for _, p := range []Process{Poisson{}, Erlang{1}, Erlang{5}, Erlang{700}, Erlang{MaxErlangOrder}, Gamma{}, Gamma{0.5}, Gamma{MaxGammaShape}} {
		x := NewXorshift(1)
		n := 200000.0
		if e, ok := p.(Erlang); ok && e.Order > 100 {
			n = 2000 // of a CV below 0.04
		}
		var sum float64
		for range int(n) {
			sum += p.Next(&x)
		}
		if mean := sum / n; math.Abs(mean-1) > 0.012 { // four standard errors of Gamma{0.5}
			t.Errorf("%#v: mean is %v", p, mean)
		}
	}
}

func TestProcessesRefuse(t *testing.T) {
	for _, p := range []Process{Erlang{0}, Erlang{-2}, Erlang{MaxErlangOrder + 1}, Gamma{-1}, Gamma{1e-300}, Gamma{0.099}, Gamma{1001}, Gamma{math.NaN()}, Gamma{math.Inf(1)}} {
		if p.Validate() == nil {
			t.Errorf("%#v was accepted", p)
		}
	}
}

// A stream never changes: published results name it by its seed.
func TestStreamsAreFrozen(t *testing.T) {
	var b strings.Builder
	for _, seed := range []uint64{0, 42, 1<<64 - 1} {
		for _, purpose := range []string{"noise", "connect ", "inhibit DD", "connect1 DD"} {
			g := Stream(seed, purpose, "aMN", 7)
			fmt.Fprintf(&b, "%d %q: %x %x %d %d\n", seed, purpose, g.Normal(), g.Float64(), g.Choice(4), g.Uint64())
		}
		g := New(seed)
		fmt.Fprintf(&b, "%d NumPy: %x %x %d %d\n", seed, g.Normal(), g.Float64(), g.Choice(1000), g.Uint64())
		fmt.Fprintf(&b, "%d seeds of drive neurons: %d %d\n", seed, StreamSeed(seed, "drive neuron", "DD", 3), DeriveSubseed(seed, 3, 103))
		for _, p := range []Process{Poisson{}, Erlang{5}, Gamma{}, Gamma{0.5}} {
			x := NewXorshift(seed)
			fmt.Fprintf(&b, "%d %#v: %x %x\n", seed, p, p.Next(&x), p.Next(&x))
		}
	}
	golden.Check(t, "testdata/frozen.txt", b.String())
	if Stream(1, "ab", "c", 0).Uint64() == Stream(1, "a", "bc", 0).Uint64() {
		t.Error("two names share a stream")
	}
}

func TestSpikerHasAState(t *testing.T) {
	for _, p := range []Process{Poisson{}, Erlang{5}, Gamma{}, Gamma{0.5}} {
		a, b := NewSpiker(1, p), NewSpiker(2, p)
		for range 1234 {
			a.Step(65, 0.1)
		}
		if err := b.SetState(a.State()); err != nil {
			t.Fatal(err)
		}
		spikes := 0
		for k := range 20000 {
			x, y := a.Step(65, 0.1), b.Step(65, 0.1)
			if x != y {
				t.Fatalf("%#v: after %d steps one fires and the other does not", p, k)
			}
			if x {
				spikes++
			}
		}
		if spikes < 100 {
			t.Errorf("%#v: %d spikes", p, spikes)
		}
	}
	for _, c := range []struct {
		source         uint64
		sum, threshold float64
	}{{0, 0, 1}, {1, -1, 1}, {1, math.NaN(), 1}, {1, math.Inf(1), 1}, {1, 0, math.NaN()}, {1, 0, -1}} {
		if NewSpiker(1, Poisson{}).SetState(c.source, c.sum, c.threshold) == nil {
			t.Errorf("%+v was accepted", c)
		}
	}
}

func TestGeneratorMarshals(t *testing.T) {
	g := New(5)
	g.Choice(4)
	state, err := g.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	var h Generator
	if err := h.UnmarshalBinary(state); err != nil {
		t.Fatal(err)
	}
	for range 10 {
		if a, b := g.Choice(1000), h.Choice(1000); a != b {
			t.Fatalf("restored generator gives %d, want %d", b, a)
		}
	}
	for _, bad := range [][]byte{nil, []byte("pcg64:"), state[1:], make([]byte, len(state))} {
		if h.UnmarshalBinary(bad) == nil {
			t.Errorf("%q was accepted", bad)
		}
	}
}

// Neurons that run together fire as they do one by one.
func TestRunSpikersEqualsStep(t *testing.T) {
	const dt = 0.1
	rates := make([]float64, 20000)
	g := New(3)
	for k := range rates {
		rates[k] = max(0, 200*g.Normal()) // half of them 0
	}
	for _, n := range []int{0, 1, 3, 4, 7, 100} {
		var together, alone []*Spiker
		for i := range n {
			together = append(together, NewSpiker(uint64(i), Gamma{}))
			alone = append(alone, NewSpiker(uint64(i), Gamma{}))
		}
		got, want := make([][]int, n), make([][]int, n)
		for _, piece := range [][2]int{{0, 7000}, {7000, 7001}, {7001, 20000}} {
			RunSpikers(together, rates[piece[0]:piece[1]], dt, func(i, k int) { got[i] = append(got[i], piece[0]+k) })
		}
		for i, s := range alone {
			for k, rate := range rates {
				if s.Step(rate, dt) {
					want[i] = append(want[i], k)
				}
			}
			if !slices.Equal(got[i], want[i]) || len(want[i]) < 10 {
				t.Fatalf("neuron %d of %d fires in steps %v, want %v", i, n, got[i], want[i])
			}
			if *s != *together[i] {
				t.Errorf("neuron %d of %d ends as %v, want %v", i, n, *together[i], *s)
			}
		}
	}
}
