package draw_test

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/chromedp/chromedp"

	"gomyogen/install/jupyter/jupytertest"
	"gomyogen/kernel/chart"
	"gomyogen/kernel/chart/internal/scene"
	"gomyogen/kernel/chart/still"
)

// picture is a drawn figure, scene.StillWidth px wide.
type picture struct {
	img  image.Image
	dots int // of each px
	top  int // px above the first panel's title
}

// header is what stands above the first panel in a still picture.
const header = 34

// at returns the colour of a dot, counted from the first panel's title.
func (p picture) at(x, y int) [3]float64 {
	b := p.img.Bounds()
	r, g, bl, _ := p.img.At(b.Min.X+x, b.Min.Y+p.top*p.dots+y).RGBA()
	return [3]float64{float64(r >> 8), float64(g >> 8), float64(bl >> 8)}
}

// px is the mean colour of a px.
func (p picture) px(x, y int) (mean [3]float64) {
	for i := range p.dots {
		for j := range p.dots {
			c := p.at(x*p.dots+i, y*p.dots+j)
			for k := range mean {
				mean[k] += c[k] / float64(p.dots*p.dots)
			}
		}
	}
	return mean
}

// covered returns how many px of an area a colour covers, half of one counting
// as a half: how lines meet the grid of dots does not matter, nor what has
// another hue. A grey has none.
func (p picture) covered(area image.Rectangle, c color.RGBA) float64 {
	chroma := func(v [3]float64) [3]float64 {
		grey := (v[0] + v[1] + v[2]) / 3
		return [3]float64{v[0] - grey, v[1] - grey, v[2] - grey}
	}
	dot := func(a, b [3]float64) float64 { return a[0]*b[0] + a[1]*b[1] + a[2]*b[2] }
	want := chroma([3]float64{float64(c.R), float64(c.G), float64(c.B)})
	size := math.Sqrt(dot(want, want))
	sum := 0.0
	for y := area.Min.Y * p.dots; y < area.Max.Y*p.dots; y++ {
		for x := area.Min.X * p.dots; x < area.Max.X*p.dots; x++ {
			v := p.at(x, y)
			got := chroma(v)
			length := math.Sqrt(dot(got, got))
			switch {
			case size == 0 && length < 12 && v[0] < 240:
				sum += min(1, (255-v[0])/(255-float64(c.R)))
			case size > 0 && length > 12 && dot(got, want)/length/size > 0.93:
				sum += length / size
			}
		}
	}
	return sum / float64(p.dots*p.dots)
}

// colour is how much colour there is in a picture. A smaller copy has as much
// for its size, however thin the lines are.
func (p picture) color() (sum float64) {
	b := p.img.Bounds()
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			r, g, bl, _ := p.img.At(x, y).RGBA()
			sum += float64(max(r, g, bl)-min(r, g, bl)) / 0xffff
		}
	}
	return sum / float64(b.Dx()*b.Dy())
}

// shows fails the test where picture i of the page is not the still picture of
// a figure.
func shows(w window, name string, i int, f chart.Figure) {
	w.t.Helper()
	img := fmt.Sprintf(`document.querySelectorAll(".myogen-figure img")[%d]`, i)
	place := `(e => { const r = e.getBoundingClientRect(); return [r.left, r.top, r.right, r.bottom, e.naturalWidth]; })(` + img + `)`
	w.wait(`(e => { e.scrollIntoView({ block: "center" }); const r = e.getBoundingClientRect(); return e.complete && r.width >= 600 && r.height >= 150; })(` + img + `)`)
	var r []float64
	var shot []byte
	for standing := false; !standing; { // while the picture is taken
		r = evalPage[[]float64](w, place)
		shot = w.shot(name)
		standing = slices.Equal(r, evalPage[[]float64](w, place))
	}
	round := func(v float64) int { return int(math.Round(v)) }
	area := image.Rect(round(r[0]), round(r[1]), round(r[2]), round(r[3]))
	seen, ok := decode(w.t, shot).(interface {
		SubImage(image.Rectangle) image.Image
	})
	if !ok {
		w.t.Fatal("the screenshot cannot be cut")
	}
	b, err := still.PNG(prepared(w.t, f), r[4]/scene.StillWidth)
	if err != nil {
		w.t.Fatal(err)
	}
	got, want := picture{seen.SubImage(area), 1, 0}.color(), picture{decode(w.t, b), 1, 0}.color()
	w.t.Logf("%s: %.4f of the picture is colour, want %.4f", name, got, want)
	if want < 0.001 || math.Abs(got-want) > 0.1*want {
		w.t.Errorf("%s: %.4f of the picture is colour, want %.4f", name, got, want)
	}
}

// inked counts the px of an area with text on them.
func (p picture) inked(area image.Rectangle) (n int) {
	for y := area.Min.Y; y < area.Max.Y; y++ {
		for x := area.Min.X; x < area.Max.X; x++ {
			if c := p.px(x, y); c[0]+c[1]+c[2] < 2*255 {
				n++
			}
		}
	}
	return n
}

// compare fails the test where one picture of a figure has not about as much
// of each series as another, other colours in the cells of a map, or no text.
func compare(t *testing.T, name string, f chart.Figure, got, want picture) {
	t.Helper()
	layout := prepared(t, f).Layout(1)
	for i, place := range layout.Places {
		p := prepared(t, f).Frames[f.Frame].Panels[i]
		x0, x1, y0, y1 := p.X.Min, p.X.Max, p.Y.Min, p.Y.Max
		area := image.Rect(layout.Left+1, place.Top+1, scene.StillWidth-layout.Right-1, place.Top+place.Height-1)
		for j, s := range p.Series {
			where, c := area, s.Color
			switch s := s.Series.(type) {
			case *chart.HeatMap:
				compareCells(t, fmt.Sprintf("%s: panel %d", name, i), s, area, got, want)
				continue
			case *chart.Raster:
				c = scene.RowColors(s)[len(s.Trains)/2]
			case *chart.Rule: // without its name, which has another font
				if s.Vertical {
					x := layout.Left + int(float64(scene.StillWidth-layout.Left-layout.Right)*(s.At-x0)/(x1-x0))
					where = image.Rect(x-2, area.Min.Y+20, x+4, area.Max.Y)
				} else {
					y := place.Top + int(float64(place.Height)*(y1-s.At)/(y1-y0))
					where = image.Rect(area.Min.X, y-2, area.Max.X-100, y+4)
				}
			}
			a, b := got.covered(where, c), want.covered(where, c)
			t.Logf("%s: panel %d, %T %d: %.0f px, want %.0f", name, i, s.Series, j, a, b)
			if b < 50 || math.Abs(a-b) > 0.15*b {
				t.Errorf("%s: panel %d, %T %d covers %.0f px, want %.0f", name, i, s.Series, j, a, b)
			}
		}
		texts := map[string]image.Rectangle{
			"title": image.Rect(layout.Left, place.Title, scene.StillWidth/2, place.Title+scene.RowHeight),
			"ticks": image.Rect(layout.Left-30, place.Top, layout.Left-2, place.Top+place.Height),
			"axis":  image.Rect(0, place.Top, layout.Left-30, place.Top+place.Height),
		}
		if p.Legend {
			texts["legend"] = image.Rect(layout.Left, place.Legend, scene.StillWidth/2, place.Legend+scene.RowHeight)
		}
		if i == len(layout.Places)-1 {
			texts["shared axis"] = image.Rect(layout.Left-10, place.Top+place.Height+4, scene.StillWidth, layout.Height)
		}
		for text, area := range texts {
			if a, b := got.inked(area), want.inked(area); b < 20 || a < b/2 || a > 2*b {
				t.Errorf("%s: panel %d: the %s takes %d px, want about %d", name, i, text, a, b)
			}
		}
	}
}

// compareCells looks at the middle of each cell of a map.
func compareCells(t *testing.T, name string, h *chart.HeatMap, area image.Rectangle, got, want picture) {
	t.Helper()
	differ := 0
	for r, row := range h.Rows {
		for c, v := range row {
			x := area.Min.X + int((float64(c)+0.5)/float64(len(row))*float64(area.Dx()))
			y := area.Max.Y - int((float64(r)+0.5)/float64(len(h.Rows))*float64(area.Dy()))
			cell := h.Colors.At((v - h.Min) / (h.Max - h.Min))
			if math.IsNaN(v) {
				cell = color.RGBA{255, 255, 255, 255}
			}
			for _, p := range []picture{got, want} {
				if a := p.px(x, y); math.Abs(a[0]-float64(cell.R))+math.Abs(a[1]-float64(cell.G))+math.Abs(a[2]-float64(cell.B)) > 45 {
					differ++
				}
			}
		}
	}
	if differ > 0 {
		t.Errorf("%s: %d cells of %d in two pictures have another colour", name, differ, 2*len(h.Rows)*len(h.Rows[0]))
	}
}

// vector shows an SVG in a browser.
func vector(t *testing.T, name string, svg []byte, height int) image.Image {
	t.Helper()
	file := filepath.Join(t.TempDir(), "figure.svg")
	if err := os.WriteFile(file, svg, 0o644); err != nil {
		t.Fatal(err)
	}
	w := window{t: t, ctx: jupytertest.Browser(t, scene.StillWidth, height+200)}
	w.do(chromedp.Navigate("file://" + file))
	w.wait(`document.readyState === "complete"`)
	return decode(t, w.shot(name))
}

// paper draws a page of a PDF.
func paper(t *testing.T, pdf []byte) image.Image {
	t.Helper()
	file := filepath.Join(t.TempDir(), "figure.pdf")
	if err := os.WriteFile(file, pdf, 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(jupytertest.PyPI(t, "pypdfium2==4.30.0"), "-c", `
import sys, pypdfium2
page = pypdfium2.PdfDocument(sys.argv[1])[0].render(scale=96/72, rev_byteorder=True)
sys.stdout.buffer.write(b"%d %d %d %d\n" % (page.width, page.height, page.stride, page.n_channels) + bytes(page.buffer))`, file)
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var width, height, stride, channels int
	head, pixels, _ := bytes.Cut(out, []byte("\n"))
	if _, err := fmt.Sscan(string(head), &width, &height, &stride, &channels); err != nil {
		t.Fatal(err)
	}
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			at := y*stride + x*channels
			img.SetRGBA(x, y, color.RGBA{pixels[at], pixels[at+1], pixels[at+2], 255})
		}
	}
	return img
}
