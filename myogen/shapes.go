package myogen

import (
	"fmt"
	"math"

	"gomyogen/myogen/internal/cmath"
	"gomyogen/myogen/internal/fields"
	"gomyogen/myogen/neo"
	"gomyogen/myogen/units"
)

// Level is the same Value at all times.
type Level[Q Quantity] struct{ Value Q }

// At implements Shape.
func (s Level[Q]) At(units.Time) Q { return s.Value }

// String describes the shape in words.
func (s Level[Q]) String() string { return fmt.Sprintf("level of %v", s.Value) }

func (s *Level[Q]) fields() []fields.Field {
	return []fields.Field{{Name: "value", Doc: "value at all times", Required: true, Value: quantityOf(&s.Value)}}
}

// Triangles rests at Baseline and goes to each of Peaks and back in straight
// lines, with a rest before each and after the last: the triangular contractions
// of motor-unit studies. A peak below Baseline is a trough.
type Triangles[Q Quantity] struct {
	Baseline Q
	Peaks    []Q
	Rest     units.Time // before each peak
	Ramp     units.Time // from Baseline to a peak, and back
}

// At implements Shape.
func (s Triangles[Q]) At(t units.Time) Q {
	period := s.period()
	k := math.Floor(float64(t / period))
	if !(k >= 0 && k < float64(len(s.Peaks))) {
		return s.Baseline
	}
	into := t - units.Time(float64(k*float64(period))) - s.Rest
	share := 1 - math.Abs(float64((into-s.Ramp)/s.Ramp))
	if !(share > 0) {
		return s.Baseline
	}
	return s.Baseline + Q(float64(s.Peaks[int(k)]-s.Baseline)*share)
}

// period is from the begin of a rest to that of the next.
func (s Triangles[Q]) period() units.Time { return s.Rest + s.Ramp + s.Ramp }

// end returns when the last fall ends.
func (s Triangles[Q]) end() units.Time { return units.Time(len(s.Peaks)) * s.period() }

// late says whether the shape ends after the end of a run.
func (s Triangles[Q]) late(end units.Time) string {
	if s.end() <= end {
		return ""
	}
	return fmt.Sprintf("the last triangle ends at %v, the run at %v", s.end(), end)
}

// course returns when the last fall ends.
func (s Triangles[Q]) course() units.Time { return s.end() }

// lasting returns the first triangle.
func (s Triangles[Q]) lasting() (start, duration units.Time) { return s.Rest, s.Ramp + s.Ramp }

// String describes the shape in words.
func (s Triangles[Q]) String() string {
	return fmt.Sprintf("triangles from %v to %v, up and down %v each, rests of %v", s.Baseline, s.Peaks, s.Ramp, s.Rest)
}

func (s *Triangles[Q]) fields() []fields.Field {
	return []fields.Field{
		{Name: "baseline", Doc: "value at rest", Default: noneOf[Q](), Value: quantityOf(&s.Baseline)},
		{Name: "peaks", Doc: "value at each peak", Required: true, Value: fields.Some(fields.ListOf(&s.Peaks, "a peak", quantityOf[Q]))},
		{Name: "rest", Doc: "time before each rise", Default: "0 ms", Value: duration(&s.Rest, fields.NotNegative)},
		{Name: "ramp", Doc: "duration of each rise and of each fall", Required: true, Value: duration(&s.Ramp, fields.Positive)},
	}
}

// Trapezoid rests at Baseline, rises to Peak, holds it, falls and rests again.
type Trapezoid[Q Quantity] struct {
	Baseline, Peak      Q
	Rest, Ramp, Plateau units.Time // rest before the rise; each of the two ramps; the plateau
}

// Phases returns the ends of rest, rise, plateau and fall.
func (s Trapezoid[Q]) Phases() [4]units.Time {
	rise := s.Rest + s.Ramp
	top := rise + s.Plateau
	return [4]units.Time{s.Rest, rise, top, top + s.Ramp}
}

// At implements Shape.
func (s Trapezoid[Q]) At(t units.Time) Q {
	p := s.Phases()
	height := float64(s.Peak - s.Baseline)
	switch {
	case t < p[0]:
		return s.Baseline
	case t < p[1]:
		return s.Baseline + Q(height*float64((t-p[0])/s.Ramp))
	case t < p[2]:
		return s.Peak
	case t < p[3]:
		return s.Peak - Q(height*float64((t-p[2])/s.Ramp))
	}
	return s.Baseline
}

// late says whether the shape ends after the end of a run.
func (s Trapezoid[Q]) late(end units.Time) string {
	p := s.Phases()
	if p[3] <= end {
		return ""
	}
	return fmt.Sprintf("the trapezoid ends at %v, the run at %v", p[3], end)
}

// course returns when the fall ends.
func (s Trapezoid[Q]) course() units.Time { return s.Phases()[3] }

func (s Trapezoid[Q]) lasting() (start, duration units.Time) {
	return s.Rest, s.Ramp + s.Plateau + s.Ramp
}

// String describes the shape in words.
func (s Trapezoid[Q]) String() string {
	p := s.Phases()
	return fmt.Sprintf("trapezoid from %v to %v, up %v .. %v, down %v .. %v", s.Baseline, s.Peak, p[0], p[1], p[2], p[3])
}

func (s *Trapezoid[Q]) fields() []fields.Field {
	return []fields.Field{
		{Name: "baseline", Doc: "value at rest", Default: noneOf[Q](), Value: quantityOf(&s.Baseline)},
		{Name: "peak", Doc: "value of the plateau", Required: true, Value: quantityOf(&s.Peak)},
		{Name: "rest", Doc: "time before the rise", Default: "0 ms", Value: duration(&s.Rest, fields.NotNegative)},
		{Name: "ramp", Doc: "duration of each of the two ramps", Default: "0 ms", Value: duration(&s.Ramp, fields.NotNegative)},
		{Name: "plateau", Doc: "duration of the plateau", Required: true, Value: duration(&s.Plateau, fields.NotNegative)},
	}
}

// Sinusoid swings around Mean: Mean + Amplitude sin(2 pi Frequency t).
type Sinusoid[Q Quantity] struct {
	Mean, Amplitude Q // of a rate: Amplitude at most Mean
	Frequency       units.Frequency
}

// At implements Shape.
func (s Sinusoid[Q]) At(t units.Time) Q {
	return s.Mean + Q(float64(s.Amplitude)*cmath.Sin(2*math.Pi*float64(s.Frequency)*t.Seconds()))
}

func (s Sinusoid[Q]) frequency() units.Frequency { return s.Frequency }

// String describes the shape in words.
func (s Sinusoid[Q]) String() string {
	return fmt.Sprintf("sinusoid of %v, %v around %v", s.Frequency, s.Amplitude, s.Mean)
}

func (s *Sinusoid[Q]) fields() []fields.Field {
	return []fields.Field{
		{Name: "mean", Doc: "value around which it swings", Default: noneOf[Q](), Value: quantityOf(&s.Mean)},
		{Name: "amplitude", Doc: "largest deviation from the mean", Required: true, Value: quantityOf(&s.Amplitude)},
		{Name: "frequency", Doc: "cycles per second", Required: true, Value: frequency(&s.Frequency)},
	}
}

// Ramp goes in a straight line from From, held until Start, to To, held after
// Start + Duration. Duration must be above 0, as that of a [Step]; a jump is a Step.
type Ramp[Q Quantity] struct {
	From, To        Q
	Start, Duration units.Time
}

// At implements Shape.
func (s Ramp[Q]) At(t units.Time) Q {
	switch {
	case t < s.Start:
		return s.From
	case t >= s.Start+s.Duration:
		return s.To
	}
	return s.From + Q(float64(s.To-s.From)*float64((t-s.Start)/s.Duration))
}

// course returns when the ramp ends.
func (s Ramp[Q]) course() units.Time { return s.Start + s.Duration }

// late says whether the shape begins after the end of a run.
func (s Ramp[Q]) late(end units.Time) string {
	return beyond("the ramp", s.Start, s.Duration, end)
}

// String describes the shape in words.
func (s Ramp[Q]) String() string {
	return fmt.Sprintf("ramp from %v to %v, %v .. %v", s.From, s.To, s.Start, s.Start+s.Duration)
}

func (s *Ramp[Q]) fields() []fields.Field {
	return []fields.Field{
		{Name: "from", Doc: "value before the ramp", Default: noneOf[Q](), Value: quantityOf(&s.From)},
		{Name: "to", Doc: "value after the ramp", Required: true, Value: quantityOf(&s.To)},
		{Name: "start", Doc: "begin of the ramp", Default: "0 ms", Value: duration(&s.Start, fields.NotNegative)},
		{Name: "duration", Doc: "duration of the ramp", Required: true, Value: duration(&s.Duration, fields.Positive)},
	}
}

// Step is Level from Start for Duration and Baseline otherwise.
type Step[Q Quantity] struct {
	Baseline, Level Q
	Start, Duration units.Time
}

// At implements Shape.
func (s Step[Q]) At(t units.Time) Q {
	if t >= s.Start && t < s.Start+s.Duration {
		return s.Level
	}
	return s.Baseline
}

// late says whether the shape begins after the end of a run.
func (s Step[Q]) late(end units.Time) string {
	return beyond("it", s.Start, s.Duration, end)
}

// course returns when the step ends.
func (s Step[Q]) course() units.Time { return s.Start + s.Duration }

func (s Step[Q]) lasting() (start, duration units.Time) { return s.Start, s.Duration }

// String describes the shape in words.
func (s Step[Q]) String() string {
	return fmt.Sprintf("step from %v to %v, %v .. %v", s.Baseline, s.Level, s.Start, s.Start+s.Duration)
}

func (s *Step[Q]) fields() []fields.Field {
	return []fields.Field{
		{Name: "baseline", Doc: "value before and after", Default: noneOf[Q](), Value: quantityOf(&s.Baseline)},
		{Name: "level", Doc: "value of the step", Required: true, Value: quantityOf(&s.Level)},
		{Name: "start", Doc: "begin of the step", Default: "0 ms", Value: duration(&s.Start, fields.NotNegative)},
		{Name: "duration", Doc: "duration of the step", Required: true, Value: duration(&s.Duration, fields.Positive)},
	}
}

// Sawtooth rises from Low to High in every period and falls back at once.
type Sawtooth[Q Quantity] struct {
	Low, High Q
	Frequency units.Frequency
}

// At implements Shape.
func (s Sawtooth[Q]) At(t units.Time) Q {
	cycles := float64(float64(s.Frequency) * t.Seconds())
	return s.Low + Q(float64(s.High-s.Low)*(cycles-math.Floor(cycles)))
}

func (s Sawtooth[Q]) frequency() units.Frequency { return s.Frequency }

// String describes the shape in words.
func (s Sawtooth[Q]) String() string {
	return fmt.Sprintf("sawtooth of %v from %v to %v", s.Frequency, s.Low, s.High)
}

func (s *Sawtooth[Q]) fields() []fields.Field {
	return []fields.Field{
		{Name: "low", Doc: "value at the begin of a period", Default: noneOf[Q](), Value: quantityOf(&s.Low)},
		{Name: "high", Doc: "value at the end of a period", Required: true, Value: quantityOf(&s.High)},
		{Name: "frequency", Doc: "periods per second", Required: true, Value: frequency(&s.Frequency)},
	}
}

// Samples is a shape given by its values: Values[i] from i Period on, and the
// last one after its end. A Period of 0 means 0.1 ms.
type Samples[Q Quantity] struct {
	Values []Q
	Period units.Time
}

// At implements Shape.
func (s Samples[Q]) At(t units.Time) Q {
	if len(s.Values) == 0 {
		return 0
	}
	// A multiple of the period may be a rounding below it.
	i := math.Floor(float64(t/stepOr(s.Period)) + 1e-6)
	return s.Values[int(min(max(i, 0), float64(len(s.Values)-1)))]
}

// TStop returns the end of the last sample.
func (s Samples[Q]) TStop() units.Time { return units.Time(len(s.Values)) * stepOr(s.Period) }

func (s Samples[Q]) late(end units.Time) string {
	// The last of them may stand on the end.
	if float64(len(s.Values))-1.5 <= float64(end/stepOr(s.Period)) {
		return ""
	}
	return fmt.Sprintf("the samples end at %v, the run at %v", s.TStop().Round(units.Us), end)
}

// String describes the shape in words.
func (s Samples[Q]) String() string {
	return fmt.Sprintf("%d samples at steps of %v", len(s.Values), stepOr(s.Period))
}

func (s *Samples[Q]) fields() []fields.Field {
	return []fields.Field{
		{Name: "values", Doc: "values in " + unitOf[Q]() + ", written without it: a list or a .npy file", Required: true, Value: numbersValue[Q]{&s.Values}},
		{Name: "period", Doc: "time from one value to the next", Default: "0.1 ms", Value: duration(&s.Period, fields.Positive)},
	}
}

// SamplesOf returns the values of a signal in pps or nA, or of plain numbers
// ("1"), as a shape. The signal must start at 0.
func SamplesOf[Q Quantity](signal neo.AnalogSignal) (Samples[Q], error) {
	if unit := unitOf[Q](); signal.Units != unit {
		return Samples[Q]{}, fmt.Errorf("myogen: signal %q is in %q, must be in %s", signal.Name, signal.Units, unit)
	}
	if err := signal.Validate(); err != nil {
		return Samples[Q]{}, fmt.Errorf("myogen: %w", err)
	}
	if signal.TStart != 0 {
		return Samples[Q]{}, fmt.Errorf("myogen: signal %q starts at %v, a shape at 0 ms", signal.Name, signal.TStart)
	}
	s := Samples[Q]{Values: make([]Q, len(signal.Values)), Period: signal.SamplingPeriod}
	for i, x := range signal.Values {
		s.Values[i] = Q(x)
	}
	return s, nil
}
