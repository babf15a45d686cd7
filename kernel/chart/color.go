package chart

import (
	"image/color"
	"math"
)

// ColorMap is a map from 0..1 to colours: the listed ones, evenly spaced, and
// blends in between. The zero value is [Viridis].
type ColorMap []color.RGBA

// Colour maps. Viridis (van der Walt and Smith, 2015) rises evenly in lightness,
// for colour-blind readers and in print too. Blues and Reds start dark enough for
// a spike on a white page.
var (
	Viridis = ColorMap{rgb(0x440154), rgb(0x3b528b), rgb(0x21918c), rgb(0x5ec962), rgb(0xfde725)}
	Blues   = ColorMap{rgb(0x4f9bcb), rgb(0x2171b5), rgb(0x08468b)}
	Reds    = ColorMap{rgb(0xf4613f), rgb(0xcb181d), rgb(0x8e0912)}
	Hot     = ColorMap{rgb(0x0b0000), rgb(0x800000), rgb(0xff0000), rgb(0xff8000), rgb(0xffff00), rgb(0xffffff)}
	Rainbow = ColorMap{rgb(0x7f00ff), rgb(0x2c7ef7), rgb(0x18cde4), rgb(0x80feb3), rgb(0xd4dd80), rgb(0xff7e41), rgb(0xff0000)}
)

// Colours of the drive (Blue), of motor neurons (Red) and of references (Grey).
var (
	Blue = rgb(0x2171b5)
	Red  = rgb(0xcb181d)
	Grey = rgb(0x808080)
)

func rgb(x uint32) color.RGBA {
	return color.RGBA{R: uint8(x >> 16), G: uint8(x >> 8), B: uint8(x), A: 255}
}

// At returns the colour at x. Below 0 it is the first, above 1 the last color.
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
