package myogen

import (
	"fmt"
	"math"
	"strings"

	"gomyogen/myogen/internal/fields"
)

// limit is what a parameter of a motor neuron can be, in the unit of
// alpha_mn_default.yaml.
type limit struct {
	fields.Bound
	unit   string
	shared bool // by all cells: it has one value and no range
}

// parameterLimits are the limits of all parameters, by path. They are wide: of
// cells from the smallest interneuron to the largest invertebrate neuron, axons
// from a C fibre to a fast A-alpha fibre, conductances up to several times those
// of a node of Ranvier (3 S/cm2 of sodium; McIntyre, Richardson and Grill 2002),
// reversal potentials with any usual concentrations. What lies beyond them is a
// wrong unit or a slip.
var parameterLimits = func() map[string]limit {
	all := map[string]limit{}
	add := func(unit string, low, high float64, shared bool, paths ...string) {
		for _, path := range paths {
			all[path] = limit{fields.Between(low, high), unit, shared}
		}
	}
	const each, shared = false, true
	in := func(group string, names ...string) []string {
		for i, name := range names {
			names[i] = group + "." + name
		}
		return names
	}

	add("", 0, 100, shared, "gamma", "lambda")
	add("mV", -150, 150, shared, "v_init", "NERLab.spike_threshold", "Powers2017.spike_threshold")
	add("m", 1e-4, 10, shared, "axon_length")
	add("m/s", 0.01, 300, each, "axon_velocity")

	// Potentials of NERLab are relative to rest, some 70 mV above those of Powers2017.
	add("mV", -100, 60, each, "NERLab.soma.ek")
	add("mV", -150, 0, each, "Powers2017.soma.ek")
	add("mV", 40, 250, each, "NERLab.soma.ena")
	add("mV", -20, 150, each, "Powers2017.soma.ena")
	add("mV", 40, 350, each, "NERLab.dendrite.ecaL")
	add("mV", 0, 250, each, "Powers2017.soma.eca")
	add("mV", -80, 100, each, "NERLab.soma.el", "NERLab.dendrite.el")
	add("mV", -150, 0, each, "Powers2017.soma.e_pas", "Powers2017.dendrite.e_pas")
	add("mV", -50, 200, shared, "NERLab.synapse.e_excitatory")
	add("mV", -100, 130, shared, "Powers2017.synapse.e_excitatory")
	add("mV", -150, 100, shared, "NERLab.synapse.e_inhibitory", "Powers2017.synapse.e_inhibitory")
	add("mV", -100, 100, each, "NERLab.soma.vtraub", "NERLab.dendrite.vtraub")
	add("mV", -150, 150, each, in("Powers2017.dendrite", "theta_m", "theta_h")...)

	add("um", 0.1, 1000, each, "NERLab.soma.diameter", "NERLab.dendrite.diameter", "Powers2017.soma.diameter", "Powers2017.dendrite.diameter")
	add("um", 1, 100_000, each, "NERLab.dendrite.length", "Powers2017.soma.length", "Powers2017.dendrite.length")
	for _, part := range []string{"NERLab.soma", "NERLab.dendrite", "Powers2017.soma", "Powers2017.dendrite"} {
		add("Ohm cm", 1e-4, 10_000, each, part+".Ra")
		add("uF/cm2", 0.01, 100, each, part+".cm")
	}
	add("S/cm2", 0, 10, each, in("NERLab.soma", "gnabar", "gnapbar", "gkfbar", "gksbar", "gl")...)
	add("S/cm2", 0, 10, each, in("NERLab.dendrite", "gcaLbar", "gl")...)
	add("S/cm2", 0, 10, each, in("Powers2017.soma", "g_pas", "gbar_na3rp", "gbar_naps", "gMax_kdrRL", "gcamax_mAHP", "gkcamax_mAHP", "ghbar_gh")...)
	add("S/cm2", 0, 10, each, in("Powers2017.dendrite", "g_pas", "ghbar_gh", "gcabar_0", "gcabar_1", "gcabar_2", "gcabar_3")...)

	add("1/ms", 0, 100, each, "NERLab.soma.rinact")
	add("", -1000, 1000, each, "NERLab.soma.mact")
	add("ms", 0.1, 10_000, each, "NERLab.dendrite.Ltau", "Powers2017.soma.tau_mAHP")
	for _, model := range []Model{NERLab, Powers2017} {
		add("ms", 0.001, 10_000, shared, in(string(model)+".synapse", "tau1", "tau2")...)
	}
	return all
}()

// show writes a value with its unit.
func (l limit) show(x float64) string {
	return strings.TrimSuffix(fmt.Sprintf("%v %s", x, l.unit), " ")
}

// checkParameter returns an error unless a value is within the limits of a
// parameter.
func checkParameter(path string, x float64) error {
	l := parameterLimits[path]
	return l.Check(path, x, l.show)
}

// checkRange returns an error unless a range is within the limits of a parameter.
func checkRange(path string, r Range) error {
	if math.IsNaN(r.Curve) || math.IsInf(r.Curve, 0) || r.Curve < 0 {
		return fmt.Errorf("%s: curve is %v, must be above 0", path, r.Curve)
	}
	for _, x := range []float64{r.First, r.Last} {
		if err := checkParameter(path, x); err != nil {
			return err
		}
	}
	switch {
	case r.Last == 0 && r.First != 0:
		return fmt.Errorf("%s goes from %v to 0: a range needs first and last; for %v in all cells give the number (myogen.Constant), and 1e-300 for a last value of 0", path, r.First, r.First)
	case parameterLimits[path].shared && r.First != r.Last:
		return fmt.Errorf("%s is %v, must be a number: all cells share it", path, r)
	case path == "axon_velocity" && (r.Curve != 0 || r.Reversed):
		return fmt.Errorf("%s is %v, must be a number or [first, last]: it is evenly spaced along the pool", path, r)
	}
	return nil
}
