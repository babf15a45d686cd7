package myogen

import (
	"fmt"
	"strings"

	"gomyogen/myogen/internal/fields"
	"gomyogen/myogen/units"
)

// Input drives a [DescendingDrivePool] from outside the network: a shape over
// the time of the run or a rate that follows that of another population, and
// rectified Gaussian noise, max(0, N(0, Noise)), that is added to each of its
// samples.
type Input struct {
	Source string // its name; inputs of different names have different noise
	Target string
	Shape  Shape[units.Rate]
	Follow *Follow    // instead of a shape
	Noise  units.Rate // standard deviation before rectification
	// Latency is from a spike of the target to the terminals of its axon; 0
	// means 1 ms.
	Latency units.Time
}

func (x *Input) fields() []fields.Field {
	return append([]fields.Field{
		{Name: "source", Doc: "name of the input", Required: true, Value: fields.Name(&x.Source)},
		{Name: "target", Doc: "population that it drives", Required: true, Value: fields.Name(&x.Target)},
	}, append(shapeFields(&x.Shape),
		fields.Field{Name: "follow", Doc: "rate that depends on the one of another population, instead of a shape",
			Value: fields.Optional(&x.Follow, func(f *Follow) fields.Value { return fields.Struct(f.fields) })},
		fields.Field{Name: "noise", Doc: "standard deviation of the noise before rectification", Default: "0 pps", Value: rate(&x.Noise, rates)},
		fields.Field{Name: "latency", Doc: "time from a spike of the target to the terminals of its axon", Default: "1 ms", Value: duration(&x.Latency, delays)},
	)...)
}

// needs is an error unless a file gives a shape or a population to follow.
func (x *Input) needs(func(key string) bool) error {
	switch {
	case x.Follow == nil:
		return needsShape(x.Shape, "follow")
	case x.Shape != nil:
		return fmt.Errorf("has both a shape and a population to follow")
	}
	return nil
}

// needsShape is an error that lists the shapes, and what may stand in their
// place, where there is none.
func needsShape[Q Quantity](s Shape[Q], others ...string) error {
	if s != nil {
		return nil
	}
	var names []string
	for _, c := range shapeKinds[Q]() {
		names = append(names, c.Name)
	}
	names = append(names, others...)
	return fmt.Errorf("a shape is missing, one of %s", strings.Join(names, ", "))
}

// words names an input in errors.
func (x Input) words() string { return fmt.Sprintf("input %q", x.Source) }

// String describes the input: "cortical_input -> DD: trapezoid ..., noise 1 pps".
func (x Input) String() string {
	course := shapeWords(x.Shape)
	if x.Follow != nil {
		course = x.Follow.String()
	}
	return fmt.Sprintf("%s -> %s: %v, noise %v", x.Source, x.Target, course, x.Noise)
}
