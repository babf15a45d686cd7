package still

import (
	"bytes"
	"cmp"
	"image"
	"image/color"
	"image/png"
	"maps"
	"slices"
)

// encodePNG writes the picture with a palette: a third of the size, and no
// difference to be seen in a chart.
func encodePNG(img image.Image) ([]byte, error) {
	var b bytes.Buffer
	var enc png.Encoder
	if rgba, ok := img.(*image.RGBA); ok {
		img = quantize(rgba)
	}
	err := enc.Encode(&b, img)
	return b.Bytes(), err
}

// quantize returns an opaque picture in its 256 most frequent colours. Colours
// that differ in their three last bits count as one, and those left out become
// the nearest one.
func quantize(img *image.RGBA) *image.Paletted {
	const most = 256
	counts := map[color.RGBA]int{} // of the exact colours
	runs(img, func(c color.RGBA, from, to int) { counts[c] += to - from })
	coarse := func(c color.RGBA) color.RGBA { return color.RGBA{c.R >> 3, c.G >> 3, c.B >> 3, 255} }
	if len(counts) <= most {
		coarse = func(c color.RGBA) color.RGBA { return c }
	}
	type group struct {
		best   color.RGBA // its most frequent colour
		n, top int
	}
	groups := map[color.RGBA]group{}
	less := func(a, b color.RGBA) int {
		return cmp.Or(cmp.Compare(a.R, b.R), cmp.Compare(a.G, b.G), cmp.Compare(a.B, b.B))
	}
	exact := slices.SortedFunc(maps.Keys(counts), less)
	for _, c := range exact {
		g := groups[coarse(c)]
		g.n += counts[c]
		if counts[c] > g.top {
			g.best, g.top = c, counts[c]
		}
		groups[coarse(c)] = g
	}
	keys := slices.SortedFunc(maps.Keys(groups), func(a, b color.RGBA) int {
		return cmp.Or(cmp.Compare(groups[b].n, groups[a].n), less(a, b))
	})
	palette := color.Palette{}
	for _, k := range keys[:min(most, len(keys))] {
		palette = append(palette, groups[k].best)
	}
	index := map[color.RGBA]uint8{}
	for _, c := range exact {
		index[c] = uint8(palette.Index(c))
	}
	out := image.NewPaletted(img.Rect, palette)
	runs(img, func(c color.RGBA, from, to int) {
		at := index[c]
		for i := from; i < to; i++ {
			out.Pix[i] = at
		}
	})
	return out
}

// runs calls f for each row of pixels of one colour: a chart has long ones.
func runs(img *image.RGBA, f func(c color.RGBA, from, to int)) {
	n := len(img.Pix) / 4
	at := func(i int) color.RGBA { return color.RGBA{img.Pix[4*i], img.Pix[4*i+1], img.Pix[4*i+2], 255} }
	for from := 0; from < n; {
		c, to := at(from), from+1
		for to < n && at(to) == c {
			to++
		}
		f(c, from, to)
		from = to
	}
}
