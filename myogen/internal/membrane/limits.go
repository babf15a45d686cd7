package membrane

import (
	"fmt"
	"math"
)

// limits are the least and the greatest value in mV that a potential may have.
type limits struct{ low, high float64 }

// lowestWatched and highestWatched are potentials in mV between which the argument
// of every exponential of a model is far from the limits of cmath.Exp.
const (
	lowestWatched  = -130.0
	highestWatched = 400.0
)

var exponentialRange = limits{lowestWatched, highestWatched}

// Without injected current a potential stays between the lowest and the highest
// reversal potential of its cell, and injected current carries it beyond. With the
// default cells and steps up to 0.1 ms the soma was seen (mV)
//
//	                            NERLab         Powers2017
//	reversal potentials         -75 to 140     -80 to 132
//	synapses of up to 200 uS    -9 to 132      -76 to 31
//	injected 100 nA             to 113         to 34
//	injected 300 nA             to 152         to 46
//	injected -20 nA             from -35       from -120
//	injected -50 nA             from -87       from -200
//
// while currents to 40 nA make motor neurons fire at more than 100 pps. So 60 mV
// above the highest potential and 100 mV below the lowest are room for any
// experiment, and a soma beyond them shows a wrong parameter or step.
const (
	roomAbove = 60  // mV
	roomBelow = 100 // mV, more because nothing but the leak resists hyperpolarisation
)

// somaLimits returns the limits of a soma in a cell with some reversal potentials in
// mV.
func somaLimits(reversals []float64) limits {
	l := limits{math.Inf(1), math.Inf(-1)}
	for _, e := range reversals {
		l.low, l.high = min(l.low, e), max(l.high, e)
	}
	return limits{l.low - roomBelow, l.high + roomAbove}
}

// and returns the potentials within both limits.
func (l limits) and(m limits) limits { return limits{max(l.low, m.low), min(l.high, m.high)} }

// holds reports whether v is within the limits; NaN never is.
func (l limits) holds(v float64) bool { return v >= l.low && v <= l.high }

// gateLimits are those of a gate's open share. Rounding may carry it beyond 0 or 1
// by some units in the last place.
var gateLimits = limits{-1e-9, 1 + 1e-9}

// Fault is a variable of a cell with a value that it cannot have.
type Fault struct {
	Variable string // "membrane potential", or a gate with its compartment
	Value    float64
	Units    string
	Range    string // that it should be in, in words
}

// Text describes the fault at a time in ms, which is given as it is to be shown.
func (f *Fault) Text(time string) string {
	if math.IsNaN(f.Value) || math.IsInf(f.Value, 0) {
		return fmt.Sprintf("%s is %v at %s ms", f.Variable, f.Value, time)
	}
	return fmt.Sprintf("%s is %.5g%s at %s ms, must be %s", f.Variable, f.Value, f.Units, time, f.Range)
}

// Check returns the first lane of which the potential of the soma, a gate or a
// concentration is out of its range, and the variable; or nil. Potentials need to be
// checked only after a step in which the reference code took part: kernels leave
// those out of range to it.
func (b *Block) Check() (lane int, f *Fault) {
	if b.sound() {
		return 0, nil
	}
	for lane := range b.Used {
		if v, l := *b.at(b.model.voltage[0], lane), b.limits[lane]; !l.holds(v) {
			return lane, &Fault{"membrane potential", v, " mV",
				fmt.Sprintf("from %.5g to %.5g mV with these reversal potentials", l.low, l.high)}
		}
		for _, g := range b.model.gates {
			if x := *b.at(g.slot, lane); !g.limits().holds(x) {
				return lane, g.fault(x)
			}
		}
	}
	return 0, nil
}

// sound reports whether Check will find nothing. It is quick.
func (b *Block) sound() bool {
	for lane := range b.Used {
		if !b.limits[lane].holds(*b.at(b.model.voltage[0], lane)) {
			return false
		}
	}
	for _, g := range b.model.gates {
		l := g.limits()
		for _, x := range b.data[g.slot*Lanes:][:Lanes] {
			if !l.holds(x) {
				return false
			}
		}
	}
	return true
}

// limits are those of a gate's open share, or of the one concentration.
func (v variable) limits() limits {
	if v.name == calciumOfMAHP {
		return limits{0, math.MaxFloat64}
	}
	return gateLimits
}

func (v variable) fault(x float64) *Fault {
	f := &Fault{Variable: v.name + " of the soma", Value: x, Range: "from 0 to 1"}
	if v.compartment > 0 {
		f.Variable = fmt.Sprintf("%s of dendrite %d", v.name, v.compartment-1)
	}
	if v.name == calciumOfMAHP {
		f.Units, f.Range = " mM", "at least 0 mM"
	}
	return f
}
