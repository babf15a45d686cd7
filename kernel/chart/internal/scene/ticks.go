package scene

import (
	"math"
	"strconv"
	"strings"

	"gomyogen/kernel/chart"
)

// Step returns the step of 1, 2 or 5 times a power of ten that divides a range
// into about n steps.
func Step(size float64, n int) float64 {
	x := size / float64(n)
	e := math.Pow(10, math.Floor(math.Log10(x)))
	switch f := x / e; { // geometric means of neighbours
	case f < math.Sqrt2:
		return e
	case f < math.Sqrt(10):
		return 2 * e
	case f < math.Sqrt(50):
		return 5 * e
	}
	return 10 * e
}

// Tick is a position on an axis with its text.
type Tick struct {
	At   float64 `json:"at"`
	Text string  `json:"text"`
}

// Ticks returns the ticks from low to high, about n steps: multiples of 1, 2 or 5
// times a power of ten, or quarters of 1 or 100, and of a smaller step where these
// would be fewer than three. An axis with categories has a tick for each, as far as
// there is room; a log axis has them at powers of ten.
func Ticks(a chart.Axis, low, high float64, n int) []Tick {
	if !(high > low) || n < 1 {
		return nil
	}
	if a.Log && low > 0 {
		if ticks := logTicks(low, high, n); len(ticks) > 1 {
			return ticks
		}
	}
	step := Step(high-low, n)
	if size := round(high - low); n >= 3 && n <= 5 && (size == 1 || size == 100) && whole(4*low/size) {
		step = size / 4
	}
	if len(a.Categories) > 0 {
		return multiples(a, low, high, max(1, math.Round(step)))
	}
	ticks := multiples(a, low, high, step)
	if len(ticks) < 3 && n >= 3 {
		ticks = multiples(a, low, high, Step(step, 2))
	}
	return ticks
}

// multiples returns ticks at the multiples of a step, of which categories name some.
func multiples(a chart.Axis, low, high, step float64) (ticks []Tick) {
	for i := math.Ceil(low/step - 1e-9); i*step <= high+1e-9*step && len(ticks) < 100; i++ {
		at := roundTo(i*step, step)
		text := number(at)
		if len(a.Categories) > 0 {
			if at < 0 || int(at) >= len(a.Categories) {
				continue
			}
			text = a.Categories[int(at)]
		}
		ticks = append(ticks, Tick{at, text})
	}
	return ticks
}

// logTicks returns powers of ten, thinned to 2n, or, where there are fewer than
// two, also their doubles and fives.
func logTicks(low, high float64, n int) (ticks []Tick) {
	from, to := int(math.Floor(math.Log10(low)+1e-9)), int(math.Ceil(math.Log10(high)-1e-9))
	for _, factors := range [][]float64{{1}, {1, 2, 5}} {
		every := max(1, (to-from+2*n-1)/(2*n))
		ticks = nil
		for e := from; e <= to; e++ {
			if e%every != 0 {
				continue
			}
			for _, f := range factors {
				at := round(f * math.Pow10(e))
				if at >= low*(1-1e-9) && at <= high*(1+1e-9) {
					ticks = append(ticks, Tick{at, number(at)})
				}
			}
		}
		if len(ticks) > 1 {
			break
		}
	}
	return ticks
}

func whole(x float64) bool { return math.Abs(x-math.Round(x)) < 1e-9 }

// number returns the text of a tick.
func number(x float64) string {
	if x == 0 {
		return "0" // never -0
	}
	if a := math.Abs(x); a < 1e-4 || a >= 1e7 {
		return strings.NewReplacer("e-0", "e-", "e+0", "e", "e+", "e").Replace(strconv.FormatFloat(x, 'g', -1, 64))
	}
	return strconv.FormatFloat(x, 'f', -1, 64)
}

// Steps returns into about how many steps an axis of so many px is divided.
func Steps(height int) int { return max(3, height/40) }

// XSteps is Steps for a horizontal axis.
func XSteps(width int) int { return max(4, int(math.Round(float64(width)/110))) }
