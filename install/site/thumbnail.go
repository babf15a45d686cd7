package site

import (
	"bytes"
	"encoding/base64"
	"image"
	"image/png"
	"regexp"

	"golang.org/x/image/draw"

	"gomyogen/install/notebook"
)

// thumbnailWidth is in px; thumbnails are as high as 10:16 of it at most.
const thumbnailWidth = 480

// embedded is a picture in an output's HTML.
var embedded = regexp.MustCompile(`src="data:image/png;base64,([A-Za-z0-9+/=]+)"`)

// thumbnail returns the top of the first picture of a notebook, scaled down;
// nil without one.
func thumbnail(nb notebook.Notebook) []byte {
	for _, c := range nb.Cells {
		for _, o := range c.Outputs {
			code := o.As("image/png")
			if m := embedded.FindStringSubmatch(o.As("text/html")); m != nil {
				code = m[1]
			}
			if code == "" {
				continue
			}
			data, err := base64.StdEncoding.DecodeString(code)
			if err != nil {
				continue
			}
			full, err := png.Decode(bytes.NewReader(data))
			if err != nil {
				continue
			}
			b := full.Bounds()
			b.Max.Y = min(b.Max.Y, b.Min.Y+b.Dx()*10/16)
			small := image.NewRGBA(image.Rect(0, 0, thumbnailWidth, thumbnailWidth*b.Dy()/b.Dx()))
			draw.CatmullRom.Scale(small, small.Bounds(), full, b, draw.Src, nil)
			var out bytes.Buffer
			if png.Encode(&out, small) == nil {
				return out.Bytes()
			}
		}
	}
	return nil
}
