package still

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"image"
	"image/color"
	"image/png"
	"math"
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

// most is how many colours a palette holds.
const most = 256

// quantize returns an opaque picture in at most 256 colours. Where it has more,
// those that differ in their three last bits count as one, shown by that of the
// majority or, without a majority, by one of them; and of these the less frequent
// ones become the nearest of the others.
func quantize(img *image.RGBA) *image.Paletted {
	out := image.NewPaletted(img.Rect, nil)
	index := exactly(img, out)
	if index == nil {
		index = nearly(img, out)
	}
	runs(img, func(c color.RGBA, from, to int) {
		at := index(c)
		for i := from; i < to; i++ {
			out.Pix[i] = at
		}
	})
	return out
}

// exactly makes the palette of all colours and returns a function that finds
// them, or nil where they are too many.
func exactly(img *image.RGBA, out *image.Paletted) func(color.RGBA) uint8 {
	found := map[color.RGBA]uint8{}
	runs(img, func(c color.RGBA, _, _ int) {
		if len(found) > most {
			return
		}
		if _, ok := found[c]; !ok {
			found[c] = uint8(len(found))
			out.Palette = append(out.Palette, c)
		}
	})
	if len(found) > most {
		out.Palette = nil
		return nil
	}
	return func(c color.RGBA) uint8 { return found[c] }
}

// group is the colours that count as one.
type group struct {
	n    int        // px
	best color.RGBA // of the px the majority, if there is one
	lead int        // px of the best that no other colour makes up for
}

// nearly makes the palette of the most frequent groups of colours and returns a
// function that finds the nearest.
func nearly(img *image.RGBA, out *image.Paletted) func(color.RGBA) uint8 {
	groups := make([]group, 1<<15)
	key := func(c color.RGBA) int { return int(c.R)>>3<<10 | int(c.G)>>3<<5 | int(c.B)>>3 }
	runs(img, func(c color.RGBA, from, to int) {
		g := &groups[key(c)]
		g.n += to - from
		switch {
		case g.best == c:
			g.lead += to - from
		case g.lead < to-from:
			g.best, g.lead = c, to-from-g.lead
		default:
			g.lead -= to - from
		}
	})
	var keys []int
	for k, g := range groups {
		if g.n > 0 {
			keys = append(keys, k)
		}
	}
	slices.SortFunc(keys, func(a, b int) int { return cmp.Or(cmp.Compare(groups[b].n, groups[a].n), cmp.Compare(a, b)) })
	index := make([]uint8, len(groups))
	for i, k := range keys {
		if i < most {
			out.Palette = append(out.Palette, groups[k].best)
			index[k] = uint8(i)
			continue
		}
		index[k] = nearest(out.Palette, groups[k].best)
	}
	return func(c color.RGBA) uint8 { return index[key(c)] }
}

// nearest is Palette.Index for opaque colours, a good deal faster.
func nearest(palette color.Palette, c color.RGBA) (at uint8) {
	least := math.MaxInt
	for i, p := range palette {
		q := p.(color.RGBA)
		r, g, b := int(q.R)-int(c.R), int(q.G)-int(c.G), int(q.B)-int(c.B)
		if d := r*r + g*g + b*b; d < least {
			at, least = uint8(i), d
		}
	}
	return at
}

// runs calls f for each row of pixels of one colour: a chart has long ones.
func runs(img *image.RGBA, f func(c color.RGBA, from, to int)) {
	const opaque = 255 << 24
	pix := img.Pix
	for from := 0; from < len(pix); {
		c := binary.LittleEndian.Uint32(pix[from:]) | opaque
		to := from + 4
		for to < len(pix) && binary.LittleEndian.Uint32(pix[to:])|opaque == c {
			to += 4
		}
		f(color.RGBA{uint8(c), uint8(c >> 8), uint8(c >> 16), 255}, from/4, to/4)
		from = to
	}
}
