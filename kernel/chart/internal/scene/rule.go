package scene

import (
	"fmt"
	"image/color"

	"gomyogen/kernel/chart"
)

type rule struct{ *chart.Rule }

func (r rule) points() int   { return 0 }
func (r rule) label() string { return "" }
func (r rule) rows() bool    { return false }

func (r rule) color() (color.RGBA, bool) {
	if r.Color.A == 0 {
		return chart.Grey, false
	}
	return r.Color, false
}

func (r rule) bounds(bool, bool) box {
	b := empty()
	if r.Vertical {
		b.x0, b.x1 = r.At, r.At
	} else {
		b.y0, b.y1 = r.At, r.At
	}
	return b
}

func (r rule) divided(x, y float64) chart.Series {
	c := *r.Rule
	if c.Vertical {
		c.At /= x
	} else {
		c.At /= y
	}
	return &c
}

func (r rule) masked(x, y bool) (shown chart.Series, n int) {
	if below(r.At, r.Vertical && x || !r.Vertical && y) {
		return nil, 1
	}
	return r.Rule, 0
}

func (r rule) within(float64, float64) chart.Series { return r.Rule }
func (r rule) thin(int, bool) chart.Series          { return r.Rule }

func (r rule) words(int) string {
	direction := "horizontal line"
	if r.Vertical {
		direction = "vertical line"
	}
	return fmt.Sprintf("%s at %.4g", named(direction, r.Name), r.At)
}
