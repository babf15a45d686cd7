package units

// Force is a force in newtons.
type Force float64

// Units of Force.
const (
	MilliNewton Force = 1e-3
	Newton      Force = 1
)

// String prints f with its unit: "0.5 N".
func (f Force) String() string { return quantity(float64(f), "N") }

// ParseForce reads "0.5 N" or "350 mN".
func ParseForce(s string) (Force, error) {
	return parse(s, map[string]Force{"mN": MilliNewton, "N": Newton})
}
