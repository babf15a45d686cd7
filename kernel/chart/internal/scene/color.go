package scene

import (
	"image/color"
	"math"

	"gomyogen/kernel/chart"
)

// palette is the colours of series that name none: those of Okabe and Ito (2008),
// which colour-blind readers can tell apart.
var palette = []color.RGBA{rgb(0x0072b2), rgb(0xd55e00), rgb(0x009e73), rgb(0xcc79a7), rgb(0xe69f00), rgb(0x56b4e9), rgb(0x000000)}

func rgb(x uint32) color.RGBA {
	return color.RGBA{R: uint8(x >> 16), G: uint8(x >> 8), B: uint8(x), A: 255}
}

// colorSeries gives each series but rasters and heat maps a colour: its own, or
// the next of a map, or of the palette.
func colorSeries(series []Series, m chart.ColorMap) {
	open := 0
	for _, s := range series {
		if c, counts := kindOf(s.Series).color(); counts && c.A == 0 {
			open++
		}
	}
	next := 0
	for i, s := range series {
		c, counts := kindOf(s.Series).color()
		switch {
		case counts && c.A == 0 && len(m) > 0:
			c = m.At(float64(next) / float64(max(open-1, 1)))
			next++
		case counts && c.A == 0:
			c = palette[next%len(palette)]
			next++
		}
		if c.A > 0 {
			series[i].Color = onWhite(c)
		}
	}
}

// onWhite darkens a colour that a line on a white page would lose.
func onWhite(c color.RGBA) color.RGBA {
	const most = 0.72
	light := (0.2126*float64(c.R) + 0.7152*float64(c.G) + 0.0722*float64(c.B)) / 255
	if light <= most {
		return c
	}
	return darker(c, most/light)
}

// spikeOnWhite darkens a colour until marks of a px or two have the contrast to
// white that readers need, 3 to 1 (WCAG 2.1, 1.4.11).
func spikeOnWhite(c color.RGBA) color.RGBA {
	for contrast(c, color.RGBA{255, 255, 255, 255}) < 3 {
		c = darker(c, 0.98)
	}
	return c
}

func darker(c color.RGBA, by float64) color.RGBA {
	return color.RGBA{R: uint8(by * float64(c.R)), G: uint8(by * float64(c.G)), B: uint8(by * float64(c.B)), A: c.A}
}

// contrast returns the contrast of two colours, 1 to 21 (WCAG 2.1).
func contrast(a, b color.RGBA) float64 {
	luminance := func(c color.RGBA) float64 {
		linear := func(x uint8) float64 {
			v := float64(x) / 255
			if v <= 0.04045 {
				return v / 12.92
			}
			return math.Pow((v+0.055)/1.055, 2.4)
		}
		return 0.2126*linear(c.R) + 0.7152*linear(c.G) + 0.0722*linear(c.B)
	}
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}
