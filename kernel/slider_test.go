package kernel

import (
	"context"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"gomyogen/kernel/chart"
)

func TestSliderValues(t *testing.T) {
	for _, c := range []struct {
		slider Slider
		want   string // index, last index, and the texts of some places
	}{
		{Slider{Name: "a", Unit: "pps", Min: 20, Max: 90, Step: 5, Value: 65}, "9 14: 20 pps, 65 pps, 90 pps"},
		{Slider{Name: "a", Min: 0, Max: 1, Step: 0.1, Value: 0.3}, "3 10: 0.0, 0.3, 1.0"},
		{Slider{Name: "a", Min: -1.5, Max: 1, Step: 1, Value: -0.5}, "1 2: -1.5, -0.5, 0.5"},
		{Slider{Name: "a", Unit: "uS", Min: 1e-9, Max: 1e-8, Step: 1e-9, Value: 3e-9}, "2 9: 1e-09 uS, 3e-09 uS, 1e-08 uS"},
		{Slider{Name: "a", Min: 0, Max: 1e12, Step: 1e11, Value: 1e12}, "10 10: 0, 1e+12, 1e+12"},
	} {
		s := c.slider
		if got := fmt.Sprintf("%d %d: %s, %s, %s", s.index(), s.last(), s.text(0), s.text(s.index()), s.text(s.last())); got != c.want {
			t.Errorf("%+v: %s, want %s", s, got, c.want)
		}
		if err := s.check(); err != nil {
			t.Errorf("%+v: %v", s, err)
		}
	}
	tenths := Slider{Name: "a", Min: 0, Max: 1, Step: 0.1}
	for i, want := range []float64{0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1} {
		if got := tenths.at(i); got != want {
			t.Errorf("place %d is %v, want %v", i, got, want)
		}
	}
	set := firstSetting([]Slider{{Name: "Peak", Unit: "pps", Min: 20, Max: 90, Step: 5, Value: 65}, {Name: "Noise", Min: 0, Max: 1, Step: 0.5}})
	if got := set.moved([]int{99, -4}); got.text() != "Peak 90 pps, Noise 0.0" || fmt.Sprint(got.values()) != "[90 0]" || set.text() != "Peak 65 pps, Noise 0.0" {
		t.Errorf("moved beyond its ends it is %s, %v; before %s", got.text(), got.values(), set.text())
	}
}

func TestBadInteractions(t *testing.T) {
	good := Slider{Name: "Peak", Min: 20, Max: 90, Step: 5, Value: 65}
	with := func(change func(*Slider)) Interaction {
		s := good
		change(&s)
		return Interaction{Sliders: []Slider{s}}
	}
	for want, i := range map[string]Interaction{
		"there are no sliders":                                  {},
		"slider 1 has no name":                                  with(func(s *Slider) { s.Name = "" }),
		`there are two sliders "Peak"`:                          {Sliders: []Slider{good, good}},
		`slider "Peak": it goes from 90 to 90`:                  with(func(s *Slider) { s.Min = 90 }),
		`slider "Peak": it goes from 95 to 90`:                  with(func(s *Slider) { s.Min = 95 }),
		`slider "Peak": a step is 0, must be above 0`:           with(func(s *Slider) { s.Step = 0 }),
		`slider "Peak": a step is -5, must be above 0`:          with(func(s *Slider) { s.Step = -5 }),
		"makes 0.7 steps":                                       with(func(s *Slider) { s.Step = 100 }),
		"makes 7e+07 steps":                                     with(func(s *Slider) { s.Step = 1e-6 }),
		`slider "Peak": it begins at 95, not between`:           with(func(s *Slider) { s.Value = 95 }),
		`slider "Peak": it begins at 0, not between`:            with(func(s *Slider) { s.Value = 0 }),
		"it begins at 63, which steps of 5 from 20 do not":      with(func(s *Slider) { s.Value = 63 }),
		`slider "Peak": NaN is not a number for it`:             with(func(s *Slider) { s.Max = math.NaN() }),
		`slider "Peak": +Inf is not a number for it`:            with(func(s *Slider) { s.Max = math.Inf(1) }),
		"the timeouts are -1s, 0s and 0s, must not be negative": {Sliders: []Slider{good}, ConnectTimeout: -time.Second},
	} {
		called := false
		_, err := i.run(func(context.Context, []float64) (chart.Figure, error) { called = true; return chart.Figure{}, nil })
		if err == nil || !strings.HasPrefix(err.Error(), "kernel: Interact: ") || !strings.Contains(err.Error(), want) || called {
			t.Errorf("error %v (draws: %v), want %q", err, called, want)
		}
	}
}
