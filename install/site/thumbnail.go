package site

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"iter"
	"regexp"
	"strings"

	"golang.org/x/image/draw"

	"gomyogen/install/notebook"
)

// A thumbnail fits into this size, in px; pages show it at half of it.
const thumbnailWidth, thumbnailHeight = 1040, 780

// maxPixels is what a picture may have to be scaled down: far more than a
// figure, far less than what exhausts memory.
const maxPixels = 32 << 20

// maxBroken is how many pictures are decoded in search of one that is whole.
const maxBroken = 4

// embedded is a picture in an output's HTML.
var embedded = regexp.MustCompile(`src="data:image/png;base64,([A-Za-z0-9+/=]+)"`)

// thumbnail returns a picture of a notebook, all of it, scaled down; nil
// without one. It is the first wide enough that is nearly as high as a
// thumbnail, else the highest.
func thumbnail(nb notebook.Notebook) ([]byte, error) {
	type picture struct {
		data []byte
		high float64 // of the thumbnail's height, at its width
	}
	var all []picture // without one that a higher one came before
	var tooLarge error
	for data := range pictures(nb) {
		size, err := png.DecodeConfig(bytes.NewReader(data))
		if err != nil || size.Width < thumbnailWidth/4 {
			continue // it would be blurred
		}
		if size.Width > maxPixels/max(size.Height, 1) {
			tooLarge = fmt.Errorf("a picture of %d x %d px, too large for a thumbnail", size.Width, size.Height)
			continue
		}
		h := float64(size.Height) / float64(size.Width) * thumbnailWidth / thumbnailHeight
		if len(all) == 0 || h > all[len(all)-1].high {
			all = append(all, picture{data, h})
		}
		if h > 0.9 {
			break
		}
	}
	// Of many that are broken at their ends not all are read that far.
	var best image.Image
	for tried := 0; best == nil && tried < maxBroken && len(all) > 0; tried++ {
		last := len(all) - 1
		if full, err := png.Decode(bytes.NewReader(all[last].data)); err == nil {
			best = full
		}
		all = all[:last]
	}
	if best == nil {
		return nil, tooLarge
	}
	from := best.Bounds()
	scale := min(thumbnailWidth/float64(from.Dx()), thumbnailHeight/float64(from.Dy()), 1)
	small := image.NewRGBA(image.Rect(0, 0, max(int(scale*float64(from.Dx())), 1), max(int(scale*float64(from.Dy())), 1)))
	draw.Draw(small, small.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.CatmullRom.Scale(small, small.Bounds(), best, from, draw.Over, nil)
	var out bytes.Buffer
	err := png.Encode(&out, small)
	return out.Bytes(), err
}

// pictures returns the PNG pictures that a notebook shows, one after the other.
func pictures(nb notebook.Notebook) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		for _, c := range nb.Cells {
			for _, o := range c.Outputs {
				code := o.As("image/png")
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
