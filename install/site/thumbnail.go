package site

import (
	"bytes"
	"encoding/base64"
	"image"
	"image/png"
	"iter"
	"regexp"

	"golang.org/x/image/draw"

	"gomyogen/install/notebook"
)

// Thumbnails are of one size, in px.
const thumbnailWidth, thumbnailHeight = 480, 300

// embedded is a picture in an output's HTML.
var embedded = regexp.MustCompile(`src="data:image/png;base64,([A-Za-z0-9+/=]+)"`)

// thumbnail returns a part of a picture of a notebook, scaled down; nil
// without one. It is the first wide enough that is nearly as high as a thumbnail, else the
// highest: of one that is higher its top, of one that is lower its left, so
// that the thumbnail is full.
func thumbnail(nb notebook.Notebook) []byte {
	var best image.Image
	high := 0.0
	for full := range pictures(nb) {
		b := full.Bounds()
		if b.Dx() < thumbnailWidth/2 {
			continue // it would be blurred
		}
		if h := float64(b.Dy()) / float64(b.Dx()) * thumbnailWidth / thumbnailHeight; h > high {
			best, high = full, h
		}
		if high > 0.9 {
			break
		}
	}
	if best == nil {
		return nil
	}
	part := best.Bounds()
	part.Max.Y = min(part.Max.Y, part.Min.Y+part.Dx()*thumbnailHeight/thumbnailWidth)
	part.Max.X = min(part.Max.X, part.Min.X+max(part.Dy()*thumbnailWidth/thumbnailHeight, 1))
	small := image.NewRGBA(image.Rect(0, 0, thumbnailWidth, thumbnailHeight))
	draw.CatmullRom.Scale(small, small.Bounds(), best, part, draw.Src, nil)
	var out bytes.Buffer
	if png.Encode(&out, small) != nil {
		return nil
	}
	return out.Bytes()
}

// pictures returns the pictures that a notebook shows, one after the other.
func pictures(nb notebook.Notebook) iter.Seq[image.Image] {
	return func(yield func(image.Image) bool) {
		for _, c := range nb.Cells {
			for _, o := range c.Outputs {
				code := o.As("image/png")
				if m := embedded.FindStringSubmatch(o.As("text/html")); m != nil {
					code = m[1]
				}
				data, err := base64.StdEncoding.DecodeString(code)
				if err != nil {
					continue
				}
				if full, err := png.Decode(bytes.NewReader(data)); err == nil && !yield(full) {
					return
				}
			}
		}
	}
}
