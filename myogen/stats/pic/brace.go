package pic

import (
	"fmt"
	"math"

	"gomyogen/myogen/neo"
	"gomyogen/myogen/units"
)

// Point is a point of a smoothed discharge.
type Point struct {
	Time units.Time
	Rate units.Rate
}

// Brace is the shape of the rising discharge of one motor unit on a linear ramp
// (Beauchamp et al. 2023, J Neural Eng 20:016034). A line joins recruitment and
// peak of the smoothed rate. A persistent inward current that turns on at
// recruitment lifts the discharge above the line: steep at first, then flat.
//
// The input is taken to rise in proportion to time until after the peak of the
// rate: leave out units whose Peak comes after that of the input.
type Brace struct {
	Unit string

	Recruitment Point // where the smoothed rate begins
	Vertex      Point // farthest above the line
	Peak        Point // highest rate

	// Height is the brace height, the distance of the vertex from the line, in
	// percent of the height of the right triangle over the line (% rTri). With time and rate
	// scaled to u and v, from 0 at recruitment to 1 at the peak, it is
	//
	//	Height = 100 (v - u) at the vertex
	//
	// since both distances are measured to one line, and so does not depend on the
	// units of the axes. It is 0 for a linear discharge and for one below the line.
	Height float64

	AccelerationSlope float64 // pps/s, from recruitment to vertex
	AttenuationSlope  float64 // pps/s, from vertex to peak
	Angle             float64 // degrees, at the vertex below the discharge, with axes in pps and s; 180 is straight
}

// Brace returns the brace of a motor unit.
func (a Analysis) Brace(train neo.SpikeTrain) (Brace, error) {
	a, err := a.withDefaults()
	if err != nil {
		return Brace{}, err
	}
	f, err := a.firing(train)
	if err != nil {
		return Brace{}, err
	}
	if f.observed != nil {
		return Brace{}, *f.observed
	}
	rate, err := a.Rate(train)
	if err != nil {
		return Brace{}, err
	}
	return NewBrace(rate)
}

// NewBrace returns the brace of a smoothed rate in pps, whose first sample is
// the recruitment. It is not measurable if the rate is highest at its first or
// last sample.
func NewBrace(rate neo.AnalogSignal) (Brace, error) {
	b := Brace{Unit: rate.Name}
	if err := checkSignal(rate); err != nil {
		return b, err
	}
	if rate.Units != "pps" && rate.Units != "" {
		return b, fmt.Errorf("pic: the rate of %q is in %q, must be in pps", rate.Name, rate.Units)
	}
	r, peak := rate.Values, 0
	for i, v := range r {
		if v > r[peak] {
			peak = i
		}
	}
	switch {
	case len(r) < 3:
		return b, NotMeasurable{EnoughSpikes, fmt.Sprintf("the rate of %q has %d samples, needs 3", rate.Name, len(r))}
	case peak == 0:
		return b, NotMeasurable{RisingRate, fmt.Sprintf(
			"the rate of %q does not rise: it is highest at its first sample, %s", rate.Name, seconds(rate.TStart))}
	case peak == len(r)-1:
		return b, NotMeasurable{RisingRate, fmt.Sprintf(
			"the rate of %q is highest at its last sample, %s: its peak is not seen", rate.Name, seconds(rate.Time(peak)))}
	}
	above := func(i int) float64 { return (r[i]-r[0])/(r[peak]-r[0]) - float64(i)/float64(peak) }
	vertex := 0
	for i := 1; i < peak; i++ {
		if above(i) > above(vertex) {
			vertex = i
		}
	}
	point := func(i int) Point { return Point{rate.Time(i), units.Rate(r[i])} }
	slope := func(i, j int) float64 {
		return (r[j] - r[i]) / (float64(j-i) * rate.SamplingPeriod.Seconds())
	}
	b.Recruitment, b.Vertex, b.Peak = point(0), point(vertex), point(peak)
	b.Height = 100 * above(vertex)
	b.AccelerationSlope, b.AttenuationSlope = slope(0, peak), slope(0, peak)
	if vertex > 0 {
		b.AccelerationSlope, b.AttenuationSlope = slope(0, vertex), slope(vertex, peak)
	}
	b.Angle = 180 - (math.Atan(b.AccelerationSlope)-math.Atan(b.AttenuationSlope))*180/math.Pi
	return b, nil
}

// String prints the brace in one line.
func (b Brace) String() string {
	return fmt.Sprintf("%s: brace height %.1f %%, acceleration %.2f pps/s, attenuation %.2f pps/s, angle %.0f degrees",
		b.Unit, b.Height, b.AccelerationSlope, b.AttenuationSlope, b.Angle)
}
