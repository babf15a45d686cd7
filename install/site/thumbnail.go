package site

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"fmt"
	"image"
	"image/color"
	_ "image/gif"
	_ "image/jpeg"
	"image/png"
	"iter"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/image/draw"

	"gomyogen/install/notebook"
)

// A thumbnail fits into this size, in px; pages show it at half of it.
const thumbnailWidth, thumbnailHeight = 1040, 780

// maxPixels is what a picture may have to be scaled down: far more than a
// figure, far less than what exhausts memory.
const maxPixels = 32 << 20

// A thumbnail has at least smallest px in both directions, and is at most longest
// times as long as it is wide: of a longer picture it is the beginning.
const smallest, longest = 40, 4

// maxTried is how many pictures are decoded in search of one in which something is seen.
const maxTried = 8

// embedded is a picture in an output's HTML. WebP is shown, but not scaled down: the decoder
// of golang.org/x/image allocates what a file claims (GO-2026-6222).
var embedded = regexp.MustCompile(`src=["']data:image/(?:png|jpeg|gif);base64,([A-Za-z0-9+/=]+)["']`)

// thumbnail returns a picture of a notebook, scaled down; nil without one. It is the
// first wide enough that is nearly as high as a thumbnail, else the highest. Pictures
// that would be blurred, of one colour or a strip are passed over.
func thumbnail(nb notebook.Notebook) ([]byte, error) {
	type picture struct {
		data []byte
		high float64 // of the thumbnail's height, at its width; up to highEnough
	}
	const highEnough = 0.9
	var all []picture
	var tooLarge error
	for data := range pictures(nb) {
		size, _, err := image.DecodeConfig(bytes.NewReader(data))
		if err != nil || size.Width < thumbnailWidth/4 {
			continue
		}
		if size.Width > maxPixels/max(size.Height, 1) {
			tooLarge = fmt.Errorf("a picture of %d x %d px, too large for a thumbnail", size.Width, size.Height)
			continue
		}
		h := float64(size.Height) / float64(size.Width) * thumbnailWidth / thumbnailHeight
		all = append(all, picture{data, min(h, highEnough)})
	}
	slices.SortStableFunc(all, func(a, b picture) int { return cmp.Compare(b.high, a.high) })
	var best *image.RGBA
	for _, p := range all[:min(len(all), maxTried)] {
		if full, _, err := image.Decode(bytes.NewReader(p.data)); err == nil {
			if best = scaled(full); best != nil {
				break
			}
		}
	}
	if best == nil {
		return nil, tooLarge
	}
	var out bytes.Buffer
	err := png.Encode(&out, best)
	return out.Bytes(), err
}

// scaled returns a picture at the size of a thumbnail, nil where nothing can be seen.
func scaled(full image.Image) *image.RGBA {
	from := full.Bounds()
	from.Max.X = min(from.Max.X, from.Min.X+longest*from.Dy())
	from.Max.Y = min(from.Max.Y, from.Min.Y+longest*from.Dx())
	scale := min(thumbnailWidth/float64(from.Dx()), thumbnailHeight/float64(from.Dy()), 1)
	width, height := int(scale*float64(from.Dx())), int(scale*float64(from.Dy()))
	if min(width, height) < smallest {
		return nil
	}
	// White lines without a ground were drawn for a dark one.
	for _, ground := range []color.Color{color.White, color.Gray{Y: 0x11}} {
		small := image.NewRGBA(image.Rect(0, 0, width, height))
		draw.Draw(small, small.Bounds(), image.NewUniform(ground), image.Point{}, draw.Src)
		draw.CatmullRom.Scale(small, small.Bounds(), full, from, draw.Over, nil)
		if !plain(small) {
			return small
		}
	}
	return nil
}

// plain reports whether a picture has one colour.
func plain(m *image.RGBA) bool {
	for i := 4; i < len(m.Pix); i += 4 {
		if !bytes.Equal(m.Pix[i:i+4], m.Pix[:4]) {
			return false
		}
	}
	return true
}

// pictures returns the pictures in pixels that a notebook shows, one after the other.
func pictures(nb notebook.Notebook) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		for _, c := range nb.Cells {
			for _, o := range c.Outputs {
				code := cmp.Or(o.As("image/png"), o.As("image/jpeg"), o.As("image/gif"), o.As("image/webp"))
				if m := embedded.FindStringSubmatch(o.As("text/html")); m != nil {
					code = m[1]
				}
				if data, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(code), "")); err == nil && len(data) > 0 && !yield(data) {
					return
				}
			}
		}
	}
}
