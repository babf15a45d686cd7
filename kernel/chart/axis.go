package chart

import "fmt"

// Axis is an axis with a label ("Time"), a unit ("s") and limits. Limits left at
// zero are taken from the data: both, or the upper one of an axis with a Min above
// zero, or the lower one of an axis with a Max below zero. With Categories, the whole numbers from 0 have
// these names in place of ticks.
type Axis struct {
	Label, Unit string
	Min, Max    float64
	// Log is a logarithmic axis, with a tick at each power of ten. What is not
	// above 0 is left out of it, as in a masked plot of Matplotlib, and the title
	// of the panel says how much that is; a table keeps it.
	Log        bool
	Categories []string
}

// Text returns label and unit: "Time (s)".
func (a Axis) Text() string {
	if a.Unit == "" {
		return a.Label
	}
	if a.Label == "" {
		return a.Unit
	}
	return a.Label + " (" + a.Unit + ")"
}

func (a Axis) isZero() bool {
	return a.Label == "" && a.Unit == "" && a.Min == 0 && a.Max == 0 && !a.Log && len(a.Categories) == 0
}

func (a Axis) check() error {
	switch {
	case !finite(a.Min) || !finite(a.Max) || a.Min > a.Max && a.Min != 0 && a.Max != 0:
		return fmt.Errorf("the axis %q goes from %v to %v", a.Label, a.Min, a.Max)
	case a.Log && (a.Min != 0 || a.Max != 0) && !(a.Min > 0):
		return fmt.Errorf("the log axis %q goes from %v to %v; it needs limits above 0, or none", a.Label, a.Min, a.Max)
	case a.Log && len(a.Categories) > 0:
		return fmt.Errorf("the log axis %q has categories", a.Label)
	}
	return nil
}
