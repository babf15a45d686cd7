// Package still draws figures as pictures: PNG, SVG and PDF, with the vector
// graphics of gonum/plot.
package still

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	imagedraw "image/draw"
	"io"
	"math"

	"git.sr.ht/~sbinet/gg"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/font/liberation"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgpdf"
	"gonum.org/v1/plot/vg/vgsvg"

	"gomyogen/kernel/chart"
	"gomyogen/kernel/chart/internal/scene"
)

const (
	dpi    = 96
	header = 34 // px above the first panel, with the title of the figure
	inkSat = 0x33
)

// PNG draws the figure scene.StillWidth px wide, with scale dots for each px, a
// multiple of a half.
func PNG(f *scene.Figure, scale float64) ([]byte, error) {
	p := newPage(f)
	bands := p.bands()
	pictures := make([]*image.RGBA, len(bands))
	parallel(len(bands), func(i int) { pictures[i] = bands[i].paint(scale) })
	b, err := encodePNG(pictures)
	if err != nil {
		return nil, fmt.Errorf("still: figure %q: %w", f.Title, err)
	}
	return b, nil
}

// bandHeight is about how many px of a page are drawn at a time.
const bandHeight = 128

// bands returns views of the page, one below the other, that are drawn at the
// same time. They meet at an even px, between two dots.
func (p *page) bands() (all []*page) {
	n := max(1, int(math.Round(p.bottom/bandHeight)))
	for i := range n {
		b := *p
		b.top, b.bottom = even(p.bottom*float64(i)/float64(n)), even(p.bottom*float64(i+1)/float64(n))
		all = append(all, &b)
	}
	return all
}

func even(px float64) float64 { return 2 * math.Round(px/2) }

// spare is how many px above a band are drawn and left out: what vgimg draws in
// the row above its picture it puts into the first one.
const spare = 2

// paint draws what the page shows as a picture.
func (p page) paint(scale float64) *image.RGBA {
	p.top -= spare
	dots := func(px float64) int { return int(math.Round(px * scale)) }
	img := image.NewRGBA(image.Rect(0, 0, dots(scene.StillWidth), dots(p.bottom-p.top)))
	ctx := gg.NewContextForRGBA(img) // vgimg would make one that copies the picture
	ctx.SetLineCapButt()
	ctx.InvertY()
	p.picture, p.dots = img, scale
	p.draw(vgimg.NewWith(vgimg.UseImageWithContext(img, ctx), vgimg.UseDPI(dots(dpi))))
	rest := img.Rect
	rest.Max.Y -= dots(spare)
	return &image.RGBA{Pix: img.Pix[dots(spare)*img.Stride:], Stride: img.Stride, Rect: rest}
}

// SVG draws the figure as SVG.
func SVG(f *scene.Figure) ([]byte, error) {
	p := newPage(f)
	p.shapesText = true
	c := vgsvg.NewWith(vgsvg.UseWH(px(scene.StillWidth), px(p.bottom)))
	return p.write(c, c)
}

// PDF draws the figure as a page of PDF.
func PDF(f *scene.Figure) ([]byte, error) {
	p := newPage(f)
	p.pdf = true
	c := vgpdf.New(px(scene.StillWidth), px(p.bottom))
	return p.write(c, c)
}

func (p *page) write(c vg.CanvasSizer, w io.WriterTo) ([]byte, error) {
	p.draw(c)
	var b bytes.Buffer
	if _, err := w.WriteTo(&b); err != nil {
		return nil, fmt.Errorf("still: figure %q: %w", p.f.Title, err)
	}
	return b.Bytes(), nil
}

// page draws in px from the top left corner, as scene.Layout counts.
type page struct {
	f           *scene.Figure
	layout      scene.Layout
	lines       map[chart.Series]curve
	top, bottom float64     // what the canvas shows of the page
	pdf         bool        // with what vgpdf does in its own way
	shapesText  bool        // the viewer orders and draws all letters itself
	picture     *image.RGBA // what PNG draws on, with so many dots for each px
	dots        float64
	c           draw.Canvas
	fonts       text.Plain
}

func newPage(f *scene.Figure) *page {
	f = f.Visible()
	layout := f.Layout(f.Columns)
	p := &page{f: f, layout: layout, bottom: even(float64(header + layout.Height)), fonts: text.Plain{Fonts: font.NewCache(liberation.Collection())}}
	p.lines = p.curves()
	return p
}

func px(n float64) vg.Length { return vg.Length(n) * vg.Inch / dpi }

func (p *page) point(x, y float64) vg.Point { return vg.Point{X: px(x), Y: px(p.bottom) - px(y)} }

// shows reports whether the canvas shows something of what is between two heights.
func (p *page) shows(top, bottom float64) bool { return bottom > p.top-1 && top < p.bottom+1 }

var (
	ink   = color.Gray{Y: inkSat}
	lines = color.Gray{Y: 0xdd}
)

func (p *page) draw(c vg.CanvasSizer) {
	p.c = draw.New(c)
	if p.picture == nil { // pictures are white
		p.fill(color.White, 0, 0, scene.StillWidth, p.bottom)
	}
	title := p.f.Title
	if t := p.f.FrameText(p.f.Frame); t != "" {
		title += "  -  " + t
	}
	p.text(words{text: title, size: 16, bold: true, x: 8, y: 8, top: true, room: scene.StillWidth - 16})
	for i := range p.layout.Places {
		p.panel(i)
	}
}

func (p *page) fill(c color.Color, x, y, w, h float64) {
	p.c.FillPolygon(c, []vg.Point{p.point(x, y), p.point(x+w, y), p.point(x+w, y+h), p.point(x, y+h)})
}

// place puts the part of a picture that covers the data area there.
func (p *page) place(v view, img image.Image) {
	if p.picture != nil {
		imagedraw.Draw(p.picture, img.Bounds().Add(p.corner(v)), img, img.Bounds().Min, imagedraw.Over)
		return
	}
	if p.pdf {
		img = upsideDown(img)
	}
	p.c.DrawImage(p.clip(v).Rectangle, img)
}

// corner returns which dot of the picture is the upper left one of the data area.
func (p *page) corner(v view) image.Point {
	return image.Pt(int(math.Round(p.dots*v.left)), int(math.Round(p.dots*(v.top-p.top))))
}

// upsideDown turns an image as vgpdf does, so that it ends upright.
func upsideDown(img image.Image) image.Image {
	b := img.Bounds()
	out := image.NewNRGBA(b)
	for y := range b.Dy() {
		imagedraw.Draw(out, image.Rect(b.Min.X, b.Max.Y-1-y, b.Max.X, b.Max.Y-y), img, image.Pt(b.Min.X, b.Min.Y+y), imagedraw.Src)
	}
	return out
}

func (p *page) stroke(c color.Color, width float64, dashed bool, points ...vg.Point) {
	s := draw.LineStyle{Color: c, Width: px(width)}
	if dashed {
		s.Dashes = []vg.Length{px(6), px(4)}
	}
	p.c.StrokeLines(s, points)
}

// beyond is how far the texts of a panel reach beyond its titles and its data
// area, in px, with some to spare.
const beyond = 60

// panel draws one panel of the frame shown.
func (p *page) panel(i int) {
	d, place := p.f.Frames[p.f.Frame].Panels[i], p.layout.Places[i]
	v := p.view(i, false)
	if !p.shows(float64(header+place.Title)-beyond, v.top+v.height+beyond) {
		return
	}
	end := v.left + v.width + float64(p.layout.Right)
	p.text(words{text: d.Title, size: scene.TitleSize, bold: true, x: v.left, y: float64(header + place.Title), top: true, room: end - v.left})
	xTicks := scene.Ticks(d.X, d.X.Min, d.X.Max, scene.XSteps(int(v.width)))
	for _, t := range xTicks {
		p.stroke(lines, 1, false, p.point(v.x(t.At), v.top), p.point(v.x(t.At), v.top+v.height))
	}
	for _, t := range scene.Ticks(d.Y, d.Y.Min, d.Y.Max, scene.Steps(d.Height)) {
		p.stroke(lines, 1, false, p.point(v.left, v.y(t.At)), p.point(v.left+v.width, v.y(t.At)))
		p.text(words{text: t.Text, size: scene.TextSize, x: v.left - 8, y: v.y(t.At), align: draw.XRight, room: float64(p.layout.Left) - 28})
	}
	right := p.view(i, true)
	for _, s := range d.Series {
		if s.Right {
			p.series(right, s, d)
		} else {
			p.series(v, s, d)
		}
	}
	bottom := v.top + v.height
	p.stroke(ink, 1, false, p.point(v.left, v.top), p.point(v.left, bottom), p.point(v.left+v.width, bottom))
	turned := words{text: d.Y.Text(), size: scene.TextSize, x: v.left - float64(p.layout.Left) + 12, y: v.top + v.height/2, align: draw.XCenter, turned: true, room: v.height + 30}
	p.text(turned)
	if d.TwoAxes {
		edge := v.left + v.width
		p.stroke(ink, 1, false, p.point(edge, v.top), p.point(edge, bottom))
		for _, t := range scene.Ticks(d.Right, d.Right.Min, d.Right.Max, scene.Steps(d.Height)) {
			y := right.y(t.At)
			p.stroke(ink, 1, false, p.point(edge, y), p.point(edge+4, y))
			p.text(words{text: t.Text, size: scene.TextSize, x: edge + 8, y: y})
		}
		turned.text, turned.x = d.Right.Text(), end-12
		p.text(turned)
	}
	if d.Legend {
		p.legend(v.left, end, float64(header+place.Legend), d)
	}
	if !place.XTexts {
		return
	}
	last := -1e9
	for _, t := range xTicks {
		half := p.widthOf(words{text: t.Text, size: scene.TextSize}) / 2
		if v.x(t.At)-half < last+6 {
			continue // it would cover the one before it
		}
		last = v.x(t.At) + half
		p.text(words{text: t.Text, size: scene.TextSize, x: v.x(t.At), y: bottom + 8, align: draw.XCenter, top: true})
	}
	p.text(words{text: d.X.Text(), size: scene.TextSize, x: v.left + v.width/2, y: bottom + 26, align: draw.XCenter, top: true})
}

// legend names the series of a panel in one row from left to end.
func (p *page) legend(x, end, y float64, d scene.Panel) {
	seen := map[string]bool{}
	for _, s := range d.Series {
		name := s.Label()
		if name == "" || seen[name] {
			continue
		}
		seen[name] = true
		w := words{text: name, size: scene.TextSize, x: x + 27, y: y + 10}
		width := p.widthOf(w)
		if x+27+width > end {
			p.text(words{text: "...", size: scene.TextSize, x: x, y: y + 10})
			return
		}
		line, ok := s.Series.(*chart.Line)
		switch {
		case !ok:
			p.fill(s.Color, x, y+5, 22, 9)
		case !line.Scatter:
			p.stroke(s.Color, 2, line.Dashed, p.point(x, y+10), p.point(x+22, y+10))
		}
		p.marker(s.Marker(), s.Color, markerRadius, p.point(x+11, y+10))
		p.text(w)
		x += 27 + width + 16
	}
}
