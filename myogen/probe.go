package myogen

import (
	"fmt"

	"gomyogen/myogen/internal/fields"
	"gomyogen/myogen/internal/membrane"
	"gomyogen/myogen/units"
)

// Probe names a variable of a cell to record. Compartment 0 is the soma, 1...
// the dendrites.
type Probe struct {
	Population  string
	Cell        int
	Compartment int
	// Variable is "" for the potential in mV, the name of a gate ("m",
	// "kdrRL_m") for its open share, "mAHP_cai" for calcium in mM, or the name of
	// a mechanism ("napp", "na3rp") for its outward current in mA/cm2. The
	// persistent inward currents are "inap" (soma) and "icaL" (dendrite) of NERLab,
	// each a part of its mechanism's current, and "naps" (soma) and "L_Ca_inact"
	// (dendrites) of Powers2017. The error for another name lists those there are.
	Variable string
}

func (p *Probe) fields() []fields.Field {
	return []fields.Field{
		{Name: "population", Doc: "population of the cell", Required: true, Value: fields.Name(&p.Population)},
		{Name: "cell", Doc: "index of the cell", Required: true, Value: fields.Int(&p.Cell, 0, maxCells)},
		{Name: "compartment", Doc: "0 is the soma, 1... the dendrites", Default: "0", Value: fields.Int(&p.Compartment, 0, 4)},
		{Name: "variable", Doc: "v for the potential, or the name of a gate, of calcium or of a current", Default: "v", Value: fields.Name(&p.Variable)},
	}
}

// signalName returns the name of what is recorded of a cell called cell: "MN_3
// soma", "MN_3 dendrite 0 L".
func (p Probe) signalName(cell string) string {
	name := cell + " soma"
	if p.Compartment > 0 {
		name = fmt.Sprintf("%s dendrite %d", cell, p.Compartment-1)
	}
	if v := potential(p.Variable); v != "" {
		name += " " + v
	}
	return name
}

// potential returns the name of a variable, "" for the potential, which may be
// called "v".
func potential(variable string) string {
	if variable == "v" {
		return ""
	}
	return variable
}

func (p Probe) units() string { return membrane.Units(potential(p.Variable)) }

// Injection is a current into the soma of a cell: Amplitude from Start for
// Duration, or a Shape over the time of the run.
type Injection struct {
	Population string
	Cell       int
	Amplitude  units.Current
	Start      units.Time
	Duration   units.Time
	Shape      Shape[units.Current] // instead of Amplitude; its values are taken at i Step
}

func (in *Injection) fields() []fields.Field {
	return append([]fields.Field{
		{Name: "population", Doc: "population of the cell", Required: true, Value: fields.Name(&in.Population)},
		{Name: "cell", Doc: "index of the cell", Required: true, Value: fields.Int(&in.Cell, 0, maxCells)},
		{Name: "amplitude", Doc: "current from start for duration", Value: pulse{current(&in.Amplitude), in}},
		{Name: "start", Doc: "begin of the current", Default: "0 ms", Value: duration(&in.Start, fields.NotNegative)},
		{Name: "duration", Doc: "duration of the current", Value: duration(&in.Duration, fields.Positive)},
	}, shapeFields(&in.Shape)...)
}

// pulse is the amplitude of a pulse, which a file must give even where it is 0.
type pulse struct {
	fields.Value
	in *Injection
}

// Zero implements [fields.Value]: an injection by a shape has no amplitude.
func (p pulse) Zero() bool { return p.in.Shape != nil && p.Value.Zero() }

// Inner returns the value itself.
func (p pulse) Inner() fields.Value { return p.Value }

// words names an injection in errors.
func (in Injection) words() string {
	return fmt.Sprintf("injection into cell %d of %q", in.Cell, in.Population)
}

// needs is an error unless a file gives a pulse or a shape.
func (in *Injection) needs(given func(key string) bool) error {
	switch {
	case in.Shape != nil && (given("amplitude") || given("start") || given("duration")):
		return fmt.Errorf("has both an amplitude and a shape")
	case in.Shape == nil && !given("amplitude"):
		return fmt.Errorf("amplitude is missing")
	case in.Shape == nil && !given("duration"):
		return fmt.Errorf("duration is missing")
	}
	return nil
}

// check checks what the fields do not say.
func (in Injection) check() error {
	switch {
	case in.Shape != nil && (in.Amplitude != 0 || in.Start != 0 || in.Duration != 0):
		return fmt.Errorf("has both an amplitude and a shape")
	case in.Shape == nil && in.Duration == 0:
		return fmt.Errorf("duration is missing")
	case in.Shape != nil:
		return checkShape(in.Shape)
	}
	return nil
}
