package kernel

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Slider is a number that a reader changes in [Interact].
type Slider struct {
	Name     string  // "Peak rate"
	Unit     string  // "pps"; may be empty
	Min, Max float64 // the ends
	Step     float64 // between one value and the next, from Min on
	Value    float64 // at the beginning
}

// maxSteps is the largest number of steps of a slider.
const maxSteps = 1e6

func (s Slider) check() error {
	for _, x := range []float64{s.Min, s.Max, s.Step, s.Value} {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return fmt.Errorf("%v is not a number for it", x)
		}
	}
	steps := (s.Max - s.Min) / s.Step
	at := (s.Value - s.Min) / s.Step
	switch {
	case s.Min >= s.Max:
		return fmt.Errorf("it goes from %v to %v, must go up", s.Min, s.Max)
	case s.Step <= 0:
		return fmt.Errorf("a step is %v, must be above 0", s.Step)
	case steps < 1-onGrid || !(steps <= maxSteps):
		return fmt.Errorf("a step of %v between %v and %v makes %.4g steps, must be 1 to %v", s.Step, s.Min, s.Max, steps, maxSteps)
	case s.Value < s.Min || s.Value > s.Max:
		return fmt.Errorf("it begins at %v, not between %v and %v", s.Value, s.Min, s.Max)
	case math.Abs(at-math.Round(at)) > onGrid:
		return fmt.Errorf("it begins at %v, which steps of %v from %v do not meet", s.Value, s.Step, s.Min)
	}
	return nil
}

// onGrid is how far from the nearest step a value may be, in steps.
const onGrid = 1e-6

// last is the index of the highest value.
func (s Slider) last() int { return int(math.Floor((s.Max-s.Min)/s.Step + onGrid)) }

// index is the place of the first value.
func (s Slider) index() int { return int(math.Round((s.Value - s.Min) / s.Step)) }

// at returns value i: 0.3 where three steps of 0.1 add up to
// 0.30000000000000004.
func (s Slider) at(i int) float64 {
	v := s.Min + float64(float64(i)*s.Step)
	if d := s.decimals(); d <= 15 {
		if short, err := strconv.ParseFloat(strconv.FormatFloat(v, 'f', d, 64), 64); err == nil {
			return short
		}
	}
	return v
}

// decimals returns the number of digits after the point that shows all values
// exactly.
func (s Slider) decimals() int {
	most := 0
	for _, x := range []float64{s.Min, s.Step} {
		_, digits, _ := strings.Cut(strconv.FormatFloat(x, 'f', -1, 64), ".")
		most = max(most, len(digits))
	}
	return most
}

// text is value i with its unit.
func (s Slider) text(i int) string {
	v, d := s.at(i), s.decimals()
	text := strconv.FormatFloat(v, 'f', d, 64)
	if d > 6 || math.Abs(v) >= 1e9 {
		text = strconv.FormatFloat(v, 'g', 6, 64)
	}
	return strings.TrimSpace(text + " " + s.Unit)
}

// checkSliders returns an error that names the first bad slider.
func checkSliders(sliders []Slider) error {
	if len(sliders) == 0 {
		return fmt.Errorf("there are no sliders")
	}
	names := map[string]bool{}
	for i, s := range sliders {
		if s.Name == "" {
			return fmt.Errorf("slider %d has no name", i+1)
		}
		if names[s.Name] {
			return fmt.Errorf("there are two sliders %q", s.Name)
		}
		names[s.Name] = true
		if err := s.check(); err != nil {
			return fmt.Errorf("slider %q: %w", s.Name, err)
		}
	}
	return nil
}

// setting is the positions of some sliders.
type setting struct {
	sliders []Slider
	at      []int
}

func firstSetting(sliders []Slider) setting {
	s := setting{sliders: sliders}
	for _, x := range sliders {
		s.at = append(s.at, x.index())
	}
	return s
}

// moved returns the setting with other positions, limited to the ends.
func (s setting) moved(at []int) setting {
	to := setting{sliders: s.sliders, at: make([]int, len(s.at))}
	for i := range to.at {
		to.at[i] = min(max(at[i], 0), s.sliders[i].last())
	}
	return to
}

func (s setting) values() []float64 {
	v := make([]float64, len(s.at))
	for i, at := range s.at {
		v[i] = s.sliders[i].at(at)
	}
	return v
}

// text is the setting in words: "Peak rate 65 pps, Noise 0.5 pps".
func (s setting) text() string {
	var all []string
	for i, at := range s.at {
		all = append(all, s.sliders[i].Name+" "+s.sliders[i].text(at))
	}
	return strings.Join(all, ", ")
}

// knob is a slider as the page's script builds it.
type knob struct {
	Name  string  `json:"name"`
	Unit  string  `json:"unit"`
	Min   float64 `json:"min"`
	Step  float64 `json:"step"`
	Last  int     `json:"last"`
	At    int     `json:"at"`
	Point int     `json:"point"` // digits after it
}

func (s setting) knobs() []knob {
	var all []knob
	for i, x := range s.sliders {
		all = append(all, knob{x.Name, x.Unit, x.Min, x.Step, x.last(), s.at[i], x.decimals()})
	}
	return all
}
