// Package still draws figures as pictures with gonum/plot.
package still

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"

	"gomyogen/kernel/chart"
)

const (
	width  = 1100 // px
	dpi    = 96
	titles = 46 // px for the title and the gap of a panel
)

// PNG draws the figure, 1100 px wide.
func PNG(f chart.Figure) ([]byte, error) {
	if err := f.Validate(); err != nil {
		return nil, err
	}
	height := 50
	for _, p := range f.Panels {
		height += p.Pixels() + titles
	}
	img := vgimg.NewWith(vgimg.UseWH(pixels(width), pixels(height)), vgimg.UseDPI(dpi))
	canvas := draw.New(img)
	// All panels are as wide as their data area and stand under each other.
	var plots [][]*plot.Plot
	for i := range f.Panels {
		p, err := panel(f, i)
		if err != nil {
			return nil, err
		}
		plots = append(plots, []*plot.Plot{p})
	}
	top := canvas.Max.Y - pixels(8)
	total := top - canvas.Min.Y
	sum := 0
	for _, p := range f.Panels {
		sum += p.Pixels() + titles
	}
	var columns [][]draw.Canvas
	for _, p := range f.Panels {
		h := total * vg.Length(p.Pixels()+titles) / vg.Length(sum)
		c := canvas
		c.Max.Y, c.Min.Y = top, top-h
		c.Min.X, c.Max.X = c.Min.X+pixels(6), c.Max.X-pixels(14)
		columns = append(columns, []draw.Canvas{c})
		top -= h
	}
	left, right := vg.Length(0), vg.Length(math.Inf(1))
	for i, row := range plots {
		data := row[0].DataCanvas(columns[i][0])
		left = max(left, data.Min.X)
		right = min(right, data.Max.X)
	}
	for i, row := range plots {
		c := columns[i][0]
		data := row[0].DataCanvas(c)
		c.Min.X += left - data.Min.X
		c.Max.X -= data.Max.X - right
		row[0].Draw(c)
	}
	var b bytes.Buffer
	enc := png.Encoder{CompressionLevel: png.BestCompression}
	if err := enc.Encode(&b, img.Image()); err != nil {
		return nil, fmt.Errorf("still: %w", err)
	}
	return b.Bytes(), nil
}

func pixels(n int) vg.Length { return vg.Length(n) * vg.Inch / dpi }

func panel(f chart.Figure, i int) (*plot.Plot, error) {
	p := plot.New()
	d := f.Panels[i]
	p.Title.Text, p.Y.Label.Text = d.Title, d.Y.Text()
	if i == 0 && f.Title != "" {
		p.Title.Text = f.Title + "\n" + d.Title
	}
	if i == len(f.Panels)-1 {
		p.X.Label.Text = f.X.Text()
	}
	p.BackgroundColor = color.White
	p.Legend.Top = true
	p.Add(grid())
	palette := 0
	for _, s := range d.Series {
		switch s := s.(type) {
		case *chart.Line:
			x, y := s.Thin(width)
			for _, part := range split(x, y) {
				l, err := plotter.NewLine(part)
				if err != nil {
					return nil, fmt.Errorf("still: %w", err)
				}
				l.Color = s.Color
				if s.Color.A == 0 {
					l.Color = chart.Rainbow.At(float64(palette) / 6)
				}
				l.Width = vg.Points(0.75 * max(s.Width, 0.8))
				if s.Dashed {
					l.Dashes = []vg.Length{vg.Points(6), vg.Points(4)}
				}
				p.Add(l)
				if d.Legend && s.Name != "" {
					p.Legend.Add(s.Name, l)
				}
			}
			palette++
		case *chart.Raster:
			p.Add(raster{s})
		case *chart.HeatMap:
			p.Add(heat(s))
			p.Title.Text += fmt.Sprintf("  (colour: %s, %.3g to %.3g)", s.Label, s.Min, s.Max)
		}
	}
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = f.Limits(i)
	return p, nil
}

func grid() *plotter.Grid {
	g := plotter.NewGrid()
	light := color.Gray{Y: 225}
	g.Horizontal.Color, g.Vertical.Color = light, light
	return g
}

// split cuts a line at its gaps.
func split(x, y []float64) []plotter.XYs {
	var parts []plotter.XYs
	var part plotter.XYs
	for i := range x {
		if math.IsNaN(y[i]) {
			if len(part) > 0 {
				parts, part = append(parts, part), nil
			}
			continue
		}
		part = append(part, plotter.XY{X: x[i], Y: y[i]})
	}
	if len(part) > 0 {
		parts = append(parts, part)
	}
	return parts
}

// raster draws a mark for each spike, several of one pixel once.
type raster struct{ *chart.Raster }

// Plot implements plot.Plotter.
func (r raster) Plot(c draw.Canvas, p *plot.Plot) {
	tx, ty := p.Transforms(&c)
	mark := max(0.8*(ty(1)-ty(0)), pixels(1))
	for i, t := range r.Trains {
		style := r.Colors.At(float64(i) / float64(max(len(r.Trains)-1, 1)))
		last := vg.Length(-1)
		for _, x := range t.Times {
			at := tx(x.Seconds())
			if at-last < pixels(1)/2 || at < c.Min.X || at > c.Max.X {
				continue
			}
			last = at
			y := ty(float64(i))
			c.FillPolygon(style, []vg.Point{{X: at, Y: y - mark/2}, {X: at + pixels(1), Y: y - mark/2}, {X: at + pixels(1), Y: y + mark/2}, {X: at, Y: y + mark/2}})
		}
	}
}

// heat returns the map as a picture with a pixel for each value.
func heat(h *chart.HeatMap) *plotter.Image {
	img := image.NewRGBA(image.Rect(0, 0, len(h.Rows[0]), len(h.Rows)))
	for i, row := range h.Rows {
		for j, x := range row {
			img.SetRGBA(j, len(h.Rows)-1-i, h.Colors.At((x-h.Min)/(h.Max-h.Min)))
		}
	}
	return plotter.NewImage(img, h.X0, -0.5, h.X1, float64(len(h.Rows))-0.5)
}
