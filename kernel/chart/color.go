package chart

import (
	"image/color"
	"math"
)

// ColorMap is colours from low to high, evenly spaced, blended in between. The
// zero value is Viridis.
type ColorMap []color.RGBA

// Colour maps. Viridis reads the same to the colour-blind and in grey; its
// anchors are read off the map of van der Walt and Smith (2015). Blues and Reds
// begin where a spike can still be seen on a white page.
var (
	Viridis = ColorMap{rgb(0x440154), rgb(0x3b528b), rgb(0x21918c), rgb(0x5ec962), rgb(0xfde725)}
	Blues   = ColorMap{rgb(0x4f9bcb), rgb(0x2171b5), rgb(0x08468b)}
	Reds    = ColorMap{rgb(0xf4613f), rgb(0xcb181d), rgb(0x8e0912)}
	Hot     = ColorMap{rgb(0x0b0000), rgb(0x800000), rgb(0xff0000), rgb(0xff8000), rgb(0xffff00), rgb(0xffffff)}
	Rainbow = ColorMap{rgb(0x7f00ff), rgb(0x2c7ef7), rgb(0x18cde4), rgb(0x80feb3), rgb(0xd4dd80), rgb(0xff7e41), rgb(0xff0000)}
)

// Blue and Red are the colours of the drive and of the motor neurons.
var (
	Blue = rgb(0x2171b5)
	Red  = rgb(0xcb181d)
	Grey = rgb(0x808080)
)

func rgb(x uint32) color.RGBA {
	return color.RGBA{R: uint8(x >> 16), G: uint8(x >> 8), B: uint8(x), A: 255}
}

// At returns the colour at x in 0..1.
func (m ColorMap) At(x float64) color.RGBA {
	if len(m) == 0 {
		m = Viridis
	}
	if !(x > 0) {
		return m[0]
	}
	at := min(x, 1) * float64(len(m)-1)
	i := min(int(at), max(len(m)-2, 0))
	if len(m) == 1 {
		return m[0]
	}
	blend := func(a, b uint8) uint8 {
		return uint8(math.Round(float64(a) + (at-float64(i))*(float64(b)-float64(a))))
	}
	a, b := m[i], m[i+1]
	return color.RGBA{R: blend(a.R, b.R), G: blend(a.G, b.G), B: blend(a.B, b.B), A: 255}
}

// palette is the colours of series that name none: those of Okabe and Ito
// (2008), which the colour-blind tell apart.
var palette = []color.RGBA{rgb(0x0072b2), rgb(0xd55e00), rgb(0x009e73), rgb(0xcc79a7), rgb(0xe69f00), rgb(0x56b4e9), rgb(0x000000)}

// SeriesColors returns the colour of each series of the panel; that of rasters
// and heat maps is not used.
func (p Panel) SeriesColors() []color.RGBA {
	colors := make([]color.RGBA, len(p.Series))
	next := 0
	for i, s := range p.Series {
		switch s := s.(type) {
		case *Line:
			colors[i] = s.Color
		case *Step:
			colors[i] = s.Color
		case *Band:
			colors[i] = s.Color
		case *Bars:
			colors[i] = s.Color
		case *Rule:
			colors[i] = s.Color
			if s.Color.A == 0 {
				colors[i] = Grey
			}
		default:
			continue
		}
		if colors[i].A == 0 {
			colors[i] = palette[next%len(palette)]
			next++
		}
		colors[i] = onWhite(colors[i])
	}
	return colors
}

// RowColors returns the colour of each train.
func (r *Raster) RowColors() []color.RGBA {
	colors := make([]color.RGBA, len(r.Trains))
	for i := range colors {
		colors[i] = spikeOnWhite(r.Colors.At(float64(i) / float64(max(len(colors)-1, 1))))
	}
	return colors
}

// onWhite darkens a colour that lines on a white page would lose.
func onWhite(c color.RGBA) color.RGBA {
	const most = 0.72
	light := (0.2126*float64(c.R) + 0.7152*float64(c.G) + 0.0722*float64(c.B)) / 255
	if light <= most {
		return c
	}
	return darker(c, most/light)
}

// spikeOnWhite darkens a colour until marks of a px or two have the contrast
// to white that readers need to see them, 3 to 1 (WCAG 2.1, 1.4.11).
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
