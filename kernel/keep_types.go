//go:build !js

package kernel

import (
	"encoding/gob"

	"gomyogen/myogen/neo"
	"gomyogen/myogen/units"
)

// Values of these types may be in the interfaces of kept values, as in a []any.
func init() {
	for _, v := range []any{
		units.Time(0), units.Rate(0), units.Frequency(0), units.Voltage(0), units.Current(0), units.Conductance(0), units.Force(0), units.Temperature(0),
		[]units.Time(nil), []units.Rate(nil), []units.Frequency(nil), []units.Voltage(nil), []units.Current(nil), []units.Conductance(nil), []units.Force(nil),
		neo.AnalogSignal{}, neo.SpikeTrain{}, neo.Segment{}, neo.Block{}, []neo.AnalogSignal(nil), []neo.SpikeTrain(nil),
	} {
		gob.Register(v)
	}
}
