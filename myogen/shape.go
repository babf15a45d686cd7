package myogen

import (
	"errors"
	"fmt"
	"math"
	"reflect"

	"github.com/goccy/go-yaml/ast"

	"gomyogen/myogen/internal/cmath"
	"gomyogen/myogen/internal/fields"
	"gomyogen/myogen/neo"
	"gomyogen/myogen/units"
)

// Quantity is what a Shape can be of.
type Quantity interface {
	units.Rate | units.Current | Factor
}

// Factor is a plain number that multiplies a parameter; see [Modulation].
type Factor float64

// Shape is how a quantity - the rate of a drive, an injected current, the factor
// of a modulation - goes over time.
type Shape[Q Quantity] interface {
	// At returns the value at time t.
	At(t units.Time) Q
}

// ShapeFunc is a Shape given by a function.
type ShapeFunc[Q Quantity] func(t units.Time) Q

// At calls f.
func (f ShapeFunc[Q]) At(t units.Time) Q { return f(t) }

// String describes the shape in words.
func (f ShapeFunc[Q]) String() string { return "shape given by a function" }

// Level is the same Value at all times.
type Level[Q Quantity] struct{ Value Q }

// At implements Shape.
func (s Level[Q]) At(units.Time) Q { return s.Value }

// String describes the shape in words.
func (s Level[Q]) String() string { return fmt.Sprintf("level of %v", s.Value) }

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

// String describes the shape in words.
func (s Triangles[Q]) String() string {
	return fmt.Sprintf("triangles from %v to %v, up and down %v each, rests of %v", s.Baseline, s.Peaks, s.Ramp, s.Rest)
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

// late says whether the shape ends after the end of a run.
func (s Trapezoid[Q]) late(end units.Time) string {
	p := s.Phases()
	if p[3] <= end {
		return ""
	}
	return fmt.Sprintf("the trapezoid ends at %v, the run at %v", p[3], end)
}

// String describes the shape in words.
func (s Trapezoid[Q]) String() string {
	p := s.Phases()
	return fmt.Sprintf("trapezoid from %v to %v, up %v .. %v, down %v .. %v", s.Baseline, s.Peak, p[0], p[1], p[2], p[3])
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

// Ramp goes in a straight line from From, held until Start, to To, held after
// Start + Duration.
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

// late says whether the shape begins after the end of a run.
func (s Ramp[Q]) late(end units.Time) string {
	return beyond("the ramp", s.Start, s.Duration, end)
}

// String describes the shape in words.
func (s Ramp[Q]) String() string {
	return fmt.Sprintf("ramp from %v to %v, %v .. %v", s.From, s.To, s.Start, s.Start+s.Duration)
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

// String describes the shape in words.
func (s Step[Q]) String() string {
	return fmt.Sprintf("step from %v to %v, %v .. %v", s.Baseline, s.Level, s.Start, s.Start+s.Duration)
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

// beyond says what of a shape from start for a duration lies after the end of a run.
func beyond(what string, start, duration, end units.Time) string {
	switch stop := start + duration; {
	case start >= end:
		return fmt.Sprintf("%s begins at %v, after the end of the run at %v", what, start, end)
	case stop > end:
		return fmt.Sprintf("%s ends at %v, the run at %v", what, stop, end)
	}
	return ""
}

// lasts returns an error about samples that end before a run.
func lasts[Q Quantity](s Shape[Q], duration, step units.Time) error {
	if samples, ok := s.(Samples[Q]); ok && samples.TStop() < duration-units.Time(step/2) {
		return fmt.Errorf("the samples end at %v, the run at %v", samples.TStop().Round(units.Us), duration)
	}
	return nil
}

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

// Sample returns a shape at i step for i = 0, 1 ... below duration, in pps or
// nA, or as plain numbers. A step of 0 means 0.1 ms.
func Sample[Q Quantity](name string, s Shape[Q], duration, step units.Time) (neo.AnalogSignal, error) {
	step = stepOr(step)
	n, err := samples(duration, step)
	if err != nil {
		return neo.AnalogSignal{}, prefixed(err)
	}
	if err := checkShape(s); err != nil {
		return neo.AnalogSignal{}, fmt.Errorf("myogen: %s: %w", name, err)
	}
	unit := unitOf[Q]()
	signal := neo.AnalogSignal{Name: name, Units: unit, SamplingPeriod: step, Values: make([]float64, n)}
	for i := range signal.Values {
		t := units.Time(i) * step
		x := float64(s.At(t))
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return neo.AnalogSignal{}, fmt.Errorf("myogen: %s is %v %s at %v, must be a finite number", name, x, unit, t)
		}
		signal.Values[i] = x
	}
	return signal, nil
}

// unitOf returns the name of the unit of a quantity, "1" for a plain number.
func unitOf[Q Quantity]() string {
	switch any(Q(0)).(type) {
	case units.Current:
		return "nA"
	case Factor:
		return "1"
	}
	return "pps"
}

// noneOf is the zero of a quantity as it is written in a file.
func noneOf[Q Quantity]() string {
	if unit := unitOf[Q](); unit != "1" {
		return "0 " + unit
	}
	return "0"
}

// quantityOf is the field of a quantity that a shape is of.
func quantityOf[Q Quantity](p *Q) fields.Value {
	switch p := any(p).(type) {
	case *units.Rate:
		return rate(p, boundOf[Q]())
	case *units.Current:
		return current(p)
	case *Factor:
		return fields.Float((*float64)(p), boundOf[Q]())
	}
	panic("myogen: a shape of another quantity")
}

// checkValue returns an error unless a shape can have a value.
func checkValue[Q Quantity](what string, x Q) error {
	return boundOf[Q]().Check(what, float64(x), showQuantity[Q])
}

// showQuantity writes a value with its unit.
func showQuantity[Q Quantity](x float64) string {
	if s, ok := any(Q(x)).(fmt.Stringer); ok {
		return s.String()
	}
	return fmt.Sprint(x)
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

func (s *Level[Q]) fields() []fields.Field {
	return []fields.Field{{Name: "value", Doc: "value at all times", Required: true, Value: quantityOf(&s.Value)}}
}

func (s *Triangles[Q]) fields() []fields.Field {
	return []fields.Field{
		{Name: "baseline", Doc: "value at rest", Default: noneOf[Q](), Value: quantityOf(&s.Baseline)},
		{Name: "peaks", Doc: "value at each peak", Required: true, Value: fields.Some(fields.ListOf(&s.Peaks, "a peak", quantityOf[Q]))},
		{Name: "rest", Doc: "time before each rise", Default: "0 ms", Value: duration(&s.Rest, fields.NotNegative)},
		{Name: "ramp", Doc: "duration of each rise and of each fall", Required: true, Value: duration(&s.Ramp, fields.Positive)},
	}
}

func (s *Sinusoid[Q]) fields() []fields.Field {
	return []fields.Field{
		{Name: "mean", Doc: "value around which it swings", Default: noneOf[Q](), Value: quantityOf(&s.Mean)},
		{Name: "amplitude", Doc: "largest deviation from the mean", Required: true, Value: quantityOf(&s.Amplitude)},
		{Name: "frequency", Doc: "cycles per second", Required: true, Value: frequency(&s.Frequency)},
	}
}

func (s *Ramp[Q]) fields() []fields.Field {
	return []fields.Field{
		{Name: "from", Doc: "value before the ramp", Default: noneOf[Q](), Value: quantityOf(&s.From)},
		{Name: "to", Doc: "value after the ramp", Required: true, Value: quantityOf(&s.To)},
		{Name: "start", Doc: "begin of the ramp", Default: "0 ms", Value: duration(&s.Start, fields.NotNegative)},
		{Name: "duration", Doc: "duration of the ramp", Required: true, Value: duration(&s.Duration, fields.NotNegative)},
	}
}

func (s *Step[Q]) fields() []fields.Field {
	return []fields.Field{
		{Name: "baseline", Doc: "value before and after", Default: noneOf[Q](), Value: quantityOf(&s.Baseline)},
		{Name: "level", Doc: "value of the step", Required: true, Value: quantityOf(&s.Level)},
		{Name: "start", Doc: "begin of the step", Default: "0 ms", Value: duration(&s.Start, fields.NotNegative)},
		{Name: "duration", Doc: "duration of the step", Required: true, Value: duration(&s.Duration, fields.Positive)},
	}
}

func (s *Sawtooth[Q]) fields() []fields.Field {
	return []fields.Field{
		{Name: "low", Doc: "value at the begin of a period", Default: noneOf[Q](), Value: quantityOf(&s.Low)},
		{Name: "high", Doc: "value at the end of a period", Required: true, Value: quantityOf(&s.High)},
		{Name: "frequency", Doc: "periods per second", Required: true, Value: frequency(&s.Frequency)},
	}
}

func (s *Samples[Q]) fields() []fields.Field {
	return []fields.Field{
		{Name: "values", Doc: "values in " + unitOf[Q]() + ": a list or a .npy file", Required: true, Value: numbersValue[Q]{&s.Values}},
		{Name: "period", Doc: "time from one value to the next", Default: "0.1 ms", Value: duration(&s.Period, fields.Positive)},
	}
}

// shapeKinds is the table of shapes.
func shapeKinds[Q Quantity]() []fields.Case[Shape[Q]] {
	return []fields.Case[Shape[Q]]{
		shapeOf[Q]("trapezoid", "rest, a rise, a plateau, a fall, rest", (*Trapezoid[Q]).fields),
		shapeOf[Q]("triangles", "rises and falls in straight lines, one after another", (*Triangles[Q]).fields),
		shapeOf[Q]("level", "the same value at all times", (*Level[Q]).fields),
		shapeOf[Q]("sinusoid", "a sine around a mean", (*Sinusoid[Q]).fields),
		shapeOf[Q]("ramp", "a straight line from one value to another", (*Ramp[Q]).fields),
		shapeOf[Q]("step", "a level for some time", (*Step[Q]).fields),
		shapeOf[Q]("sawtooth", "a rise in every period", (*Sawtooth[Q]).fields),
		shapeOf[Q]("samples", "a list of values", (*Samples[Q]).fields),
	}
}

func shapeOf[Q Quantity, T any](name, doc string, table func(*T) []fields.Field) fields.Case[Shape[Q]] {
	return fields.CaseOf[Shape[Q]](name, doc, func(t *T) fields.Value {
		return fields.Struct(func() []fields.Field { return table(t) })
	})
}

// concreteShape returns a shape without a pointer, if it is one of the table; a
// shape of another type is left alone and counts by its values.
func concreteShape[Q Quantity](s Shape[Q]) Shape[Q] {
	v := s
	if fields.Union(&v, "shape", shapeKinds[Q]()).Normalize() != nil {
		return s
	}
	return v
}

// written returns a shape that a file can hold: that of another type by its
// values at n steps.
func written[Q Quantity](s Shape[Q], n int, at func(i int) units.Time, step units.Time) Shape[Q] {
	v := concreteShape(s)
	if v == nil || listed(v) {
		return v
	}
	samples := Samples[Q]{Values: make([]Q, n), Period: step}
	for i := range samples.Values {
		samples.Values[i] = s.At(at(i))
	}
	return samples
}

// listed reports whether a file can say what a shape is.
func listed[Q Quantity](s Shape[Q]) bool {
	return fields.Union(&s, "shape", shapeKinds[Q]()).Check("shape") == nil
}

// checkLong refuses a Go function in a run of so many steps that its values,
// which identify the run, do not fit into memory.
func checkLong[Q Quantity](s Shape[Q], steps int) error {
	if steps >= maxSamples && !listed(s) {
		return fmt.Errorf("a shape that is a Go function can have up to %d steps, the run has %d: write it as one of the others", maxSamples, steps)
	}
	return nil
}

// shapeFields returns a field for each shape, of which a file has one.
func shapeFields[Q Quantity](p *Shape[Q]) []fields.Field {
	var all []fields.Field
	for _, c := range shapeKinds[Q]() {
		all = append(all, fields.Field{Name: c.Name, Doc: c.Doc, Value: fields.Alternative(p, c)})
	}
	return all
}

// checkShape refuses what has no values: no shape, and a nil pointer or
// function.
func checkShape[Q Quantity](s Shape[Q]) error {
	switch v := reflect.ValueOf(s); v.Kind() {
	case reflect.Invalid:
		return errors.New("shape is missing")
	case reflect.Pointer, reflect.Func:
		if v.IsNil() {
			return fmt.Errorf("shape is a %T that is nil", s)
		}
	}
	return nil
}

// numbersValue is a list of numbers, or the name of a .npy file with them.
type numbersValue[Q Quantity] struct{ p *[]Q }

func (v numbersValue[Q]) Zero() bool { return len(*v.p) == 0 }

func (v numbersValue[Q]) Read(f *fields.File, what string, n ast.Node) error {
	var all []Q
	if f.Kind(n) == fields.Sequence {
		nodes, err := f.Sequence(what, n)
		if err != nil {
			return err
		}
		for _, n := range nodes {
			x, err := f.Number("a value", n)
			if err != nil {
				return err
			}
			all = append(all, Q(x))
		}
	} else {
		path, err := f.Scalar(what, n)
		if err != nil {
			return err
		}
		numbers, err := readNumbers(f.Beside(path), maxSamples)
		if err != nil {
			return f.ErrorAt(n, "%s", withoutPrefix(err))
		}
		for _, x := range numbers {
			all = append(all, Q(x))
		}
	}
	*v.p = all
	if err := v.Check(what); err != nil {
		return f.ErrorAt(n, "%v", err)
	}
	return nil
}

func (v numbersValue[Q]) Write(bool) fields.Node {
	items := fields.Items{}
	for _, x := range *v.p {
		items = append(items, fields.Number(float64(x)))
	}
	return items
}

func (v numbersValue[Q]) Check(what string) error {
	if len(*v.p) == 0 {
		return fmt.Errorf("%s: there are none", what)
	}
	for i, x := range *v.p {
		if err := checkValue(fmt.Sprintf("%s: number %d", what, i), x); err != nil {
			return err
		}
	}
	return nil
}

func (v numbersValue[Q]) Schema() fields.Schema {
	return fields.Schema{"oneOf": []any{
		fields.Schema{"type": "array", "items": fields.Schema{"type": "number"}, "minItems": 1},
		fields.Schema{"type": "string", "pattern": `\.npy$`},
	}}
}

func (v numbersValue[Q]) Child(element string) (fields.Value, error) {
	return nil, fmt.Errorf("there is no %q: values are set as a whole", element)
}
