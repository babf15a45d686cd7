package myogen

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"gomyogen/myogen/format/npz"
	"gomyogen/myogen/internal/cmath"
	"gomyogen/myogen/internal/fields"
)

// ThresholdModel is a formula for the recruitment thresholds of a pool.
type ThresholdModel int

// The four formulas. N is the number of motor units, i = 1..N, RR the range
// ratio, b the slope, M the largest threshold.
const (
	// Combined is De Luca's shape scaled to run from M/RR to M. The default.
	Combined ThresholdModel = iota
	// Fuglevand et al. (1993, J Neurophysiol 70:2470): exp(i ln(RR)/N)/100.
	Fuglevand
	// DeLuca and Contessa (2012, J Neurophysiol 107:178): (b i/N) exp(i ln(RR/b)/N)/100.
	DeLuca
	// Konstantin et al. (2020, IEEE Trans Biomed Eng 67:2005): (M/RR) exp((i-1) ln(RR)/(N-1)).
	Konstantin
)

var thresholdModelNames = [...]string{"combined", "fuglevand", "deluca", "konstantin"}

func (m ThresholdModel) String() string {
	if m < 0 || int(m) >= len(thresholdModelNames) {
		return fmt.Sprintf("ThresholdModel(%d)", int(m))
	}
	return thresholdModelNames[m]
}

// RecruitmentThresholds describes the thresholds of a pool. Zero fields take
// the values of the descending-drive tutorial.
type RecruitmentThresholds struct {
	N          int // motor units; 0 means 100
	Model      ThresholdModel
	RangeRatio float64 // largest over smallest threshold, > 1; 0 means 100
	Slope      float64 // DeLuca and Combined, in (0, RangeRatio]; 0 means 5
	Max        float64 // Konstantin and Combined, > 0; 0 means 1
}

func (r *RecruitmentThresholds) fields() []fields.Field {
	return []fields.Field{
		{Name: "model", Doc: "formula", Default: "combined", Value: fields.Choice(&r.Model, Combined, Fuglevand, DeLuca, Konstantin)},
		{Name: "n", Doc: "motor units; those of the pool, else 100, unless it is given", Value: fields.Int(&r.N, 2, maxCells)},
		{Name: "range_ratio", Doc: "largest over smallest threshold", Default: "100", Value: fields.Float(&r.RangeRatio, fields.Above(1).AtMost(1e6))},
		{Name: "slope", Doc: "slope of deluca and combined, at most range_ratio", Default: "5", Value: fields.Float(&r.Slope, fields.Positive)},
		{Name: "max", Doc: "largest threshold of konstantin and combined", Default: "1", Value: fields.Float(&r.Max, fields.Positive)},
	}
}

func (r RecruitmentThresholds) withDefaults() RecruitmentThresholds {
	if r.N == 0 {
		r.N = 100
	}
	if r.RangeRatio == 0 {
		r.RangeRatio = 100
	}
	if r.Slope == 0 {
		r.Slope = 5
	}
	if r.Max == 0 {
		r.Max = 1
	}
	return r
}

// validate checks a description without zero fields. Its errors have the names of a file.
func (r RecruitmentThresholds) validate() error {
	if err := fields.Struct(r.fields).Check("thresholds"); err != nil {
		return fmt.Errorf("thresholds: %w", err)
	}
	if slope := r.Model == DeLuca || r.Model == Combined; slope && r.Slope > r.RangeRatio {
		return fmt.Errorf("thresholds: slope is %v, must be at most range_ratio, %v", r.Slope, r.RangeRatio)
	}
	return nil
}

// Values returns the N thresholds in rising order, to the last bit those of
// MyoGen where NumPy uses AVX-512.
func (r RecruitmentThresholds) Values() ([]float64, error) {
	rt, err := r.thresholds()
	return rt, prefixed(err)
}

func (r RecruitmentThresholds) thresholds() ([]float64, error) {
	rt, _, err := r.values()
	return rt, err
}

// FromZero returns the thresholds shifted to start at 0 and scaled to end at
// the largest threshold.
func (r RecruitmentThresholds) FromZero() ([]float64, error) {
	rt, raw, err := r.values()
	if err != nil {
		return nil, prefixed(err)
	}
	highest, rawHighest := slices.Max(rt), slices.Max(raw)
	for i := range raw {
		raw[i] = raw[i] * highest / rawHighest
	}
	return raw, nil
}

// values returns the thresholds and their unscaled shift to zero.
func (r RecruitmentThresholds) values() (rt, zero []float64, err error) {
	r = r.withDefaults()
	if err := r.validate(); err != nil {
		return nil, nil, err
	}
	rt, zero = make([]float64, r.N), make([]float64, r.N)
	n := float64(r.N)
	shape := func(i float64) float64 { // De Luca
		return float64(r.Slope * i / n * cmath.ExpNumPy(cmath.Log(r.RangeRatio/r.Slope)/n*i))
	}
	first, last := shape(1), shape(n)
	low := r.Max / r.RangeRatio
	for j := range rt {
		i := float64(j + 1)
		switch r.Model {
		case Fuglevand:
			rt[j] = cmath.ExpNumPy(cmath.Log(r.RangeRatio)/n*i) / 100
		case DeLuca:
			rt[j] = shape(i) / 100
		case Konstantin:
			rt[j] = low * cmath.ExpNumPy((i-1)*cmath.Log(r.RangeRatio)/(n-1))
			zero[j] = low * (cmath.ExpNumPy((i-1)*cmath.Log(r.RangeRatio+1)/n) - 1)
			continue
		default:
			rt[j] = low + float64((shape(i)-first)*(r.Max-low)/(last-first))
		}
		zero[j] = rt[j] - rt[0]
	}
	return rt, zero, checkThresholds(rt)
}

// CheckThresholds returns nil if rt can be the thresholds of a pool: at least
// one, finite, not negative, in rising order. The error names the place.
func CheckThresholds(rt []float64) error { return prefixed(checkThresholds(rt)) }

func checkThresholds(rt []float64) error {
	if len(rt) == 0 {
		return errors.New("thresholds: there are none")
	}
	for i, x := range rt {
		switch {
		case math.IsNaN(x) || math.IsInf(x, 0):
			return fmt.Errorf("thresholds: number %d is %v", i, x)
		case x < 0:
			return fmt.Errorf("thresholds: number %d is %v, must not be negative", i, x)
		case i > 0 && x < rt[i-1]:
			return fmt.Errorf("thresholds: number %d is %v, below the one before it, %v; they must rise", i, x, rt[i-1])
		}
	}
	return nil
}

// SaveThresholds writes rt to an .npy file, complete or not at all.
func SaveThresholds(path string, rt []float64) error {
	if err := CheckThresholds(rt); err != nil {
		return err
	}
	return npz.WriteArray(path, npz.Floats(rt))
}

// LoadThresholds reads thresholds from an .npy file and checks them.
func LoadThresholds(path string) ([]float64, error) {
	rt, err := readNumbers(path, maxCells)
	if err != nil {
		return nil, err
	}
	if err := checkThresholds(rt); err != nil {
		return nil, fmt.Errorf("myogen: %s: %w", path, err)
	}
	return rt, nil
}

// readNumbers reads a row of at most so many numbers from an .npy file.
func readNumbers(path string, most int64) ([]float64, error) {
	a, err := npz.Reader{MaxBytes: 8 * most}.ReadArray(path)
	if err != nil {
		return nil, err
	}
	if len(a.Shape) != 1 {
		return nil, fmt.Errorf("myogen: %s: it must hold one row of numbers, the shape is %v", path, a.Shape)
	}
	numbers, err := a.Numbers()
	if err != nil {
		return nil, fmt.Errorf("myogen: %s: %w", path, err)
	}
	return numbers, nil
}
