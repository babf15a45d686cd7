package units

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
)

// The Parse functions read a quantity as String prints it: a number and a
// unit, with or without a space between them. The error says which units
// there are.

// ParseTime reads "15 s", "500ms", "0.1 ms", "100 us" or "2 min".
func ParseTime(s string) (Time, error) {
	return parse(s, map[string]Time{"us": Us, "ms": Ms, "s": S, "min": Min})
}

// ParseRate reads "65 pps".
func ParseRate(s string) (Rate, error) { return parse(s, map[string]Rate{"pps": Pps}) }

// ParseFrequency reads "0.5 Hz".
func ParseFrequency(s string) (Frequency, error) { return parse(s, map[string]Frequency{"Hz": Hz}) }

// ParseVoltage reads "-67 mV".
func ParseVoltage(s string) (Voltage, error) { return parse(s, map[string]Voltage{"mV": MV}) }

// ParseCurrent reads "12 nA".
func ParseCurrent(s string) (Current, error) { return parse(s, map[string]Current{"nA": NA}) }

// ParseConductance reads "0.15 uS" or "150 nS".
func ParseConductance(s string) (Conductance, error) {
	return parse(s, map[string]Conductance{"nS": NanoSiemens, "uS": MicroSiemens})
}

// ParseForce reads "0.5 N" or "350 mN".
func ParseForce(s string) (Force, error) {
	return parse(s, map[string]Force{"mN": MilliNewton, "N": Newton})
}

// ParseTemperature reads "6.3 degC".
func ParseTemperature(s string) (Temperature, error) {
	return parse(s, map[string]Temperature{"degC": DegC})
}

func parse[T ~float64](s string, unit map[string]T) (T, error) {
	number := strings.TrimRight(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
	factor, known := unit[s[len(number):]]
	x, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
	// Go has hexadecimal numbers and underscores between digits, files have neither.
	if !known || err != nil || strings.ContainsAny(number, "xX_") || math.IsNaN(x) || math.IsInf(x*float64(factor), 0) {
		return 0, fmt.Errorf("units: %q is not a number with one of the units %s", s, strings.Join(slices.Sorted(maps.Keys(unit)), ", "))
	}
	return T(x) * factor, nil
}
