package still

import (
	"image"
	"image/color"
	imagedraw "image/draw"
	"math"
	"slices"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"gomyogen/kernel/chart"
	"gomyogen/kernel/chart/internal/scene"
)

// view is the data area of a panel on the page, in px, and in data: for a log
// axis in their logarithms.
type view struct {
	left, top, width, height float64
	x0, x1, y0, y1           float64
	xLog, yLog               bool
}

// view returns the data area with the left or the right axis.
func (p *page) view(i int, right bool) view {
	d, place := p.f.Frames[p.f.Frame].Panels[i], p.layout.Places[i]
	y := d.Y
	if right {
		y = d.Right
	}
	v := view{top: float64(header + place.Top), height: float64(place.Height), xLog: d.X.Log, yLog: y.Log}
	v.left, v.width = p.layout.Span(place.Column, scene.StillWidth)
	v.x0, v.x1 = position(d.X.Min, v.xLog), position(d.X.Max, v.xLog)
	v.y0, v.y1 = position(y.Min, v.yLog), position(y.Max, v.yLog)
	return v
}

// position returns a coordinate; error bars that reach below 0 on a log axis end
// far below it.
func position(x float64, log bool) float64 {
	if log {
		return math.Log10(max(x, math.SmallestNonzeroFloat64))
	}
	return x
}

func (v view) x(x float64) float64 {
	return v.left + (position(x, v.xLog)-v.x0)/(v.x1-v.x0)*v.width
}

func (v view) y(y float64) float64 {
	return v.top + (v.y1-position(y, v.yLog))/(v.y1-v.y0)*v.height
}

// has reports whether a point in px is in the data area or on its edge.
func (v view) has(x, y float64) bool {
	return x >= v.left-0.5 && x <= v.left+v.width+0.5 && y >= v.top-0.5 && y <= v.top+v.height+0.5
}

// clip returns the canvas whose edges cut lines and polygons at the data area.
func (p *page) clip(v view) draw.Canvas {
	c := p.c
	c.Rectangle = vg.Rectangle{Min: p.point(v.left, v.top+v.height), Max: p.point(v.left+v.width, v.top)}
	return c
}

func (p *page) series(v view, s scene.Series, d scene.Panel) {
	switch t := s.Series.(type) {
	case *chart.Line:
		p.line(v, p.lines[t], s.Color)
		p.errors(v, t.X, t.Y, t.Error, s.Color)
		if m := s.Marker(); m != chart.NoMarker {
			for i, y := range t.Y {
				if !math.IsNaN(y) {
					p.mark(v, m, s.Color, t.X[i], y)
				}
			}
		}
	case *chart.Band:
		p.band(v, t, s.Color)
	case *chart.Bars:
		p.bars(v, t, s.Color)
		p.errors(v, t.X, t.Y, t.Error, ink)
	case *chart.Rule:
		p.rule(v, t, s.Color)
	case *chart.Raster:
		p.raster(v, t)
	case *chart.HeatMap:
		if len(t.Rows) > 0 {
			p.heat(v, t, d)
		}
	}
}

// markerRadius is that of a circle in px, capWidth how far the ends of an error
// bar reach to each side.
const markerRadius, capWidth = 3, 3

// mark draws a marker at a point that is in the data area.
func (p *page) mark(v view, m chart.Marker, c color.RGBA, x, y float64) {
	if px, py := v.x(x), v.y(y); v.has(px, py) && p.shows(py-5, py+5) {
		p.marker(m, c, markerRadius, p.point(px, py))
	}
}

// marker draws a marker, with the area of a circle of some radius in px.
func (p *page) marker(m chart.Marker, c color.Color, radius float64, at vg.Point) {
	corners := func(turn float64, n int, size float64) {
		points := make([]vg.Point, n)
		for i := range points {
			sin, cos := math.Sincos(turn + 2*math.Pi*float64(i)/float64(n))
			points[i] = vg.Point{X: at.X + px(size*cos), Y: at.Y + px(size*sin)}
		}
		p.c.FillPolygon(c, points)
	}
	switch m {
	case chart.Circle:
		p.c.DrawGlyphNoClip(draw.GlyphStyle{Color: c, Radius: px(radius), Shape: draw.CircleGlyph{}}, at)
	case chart.Square:
		corners(math.Pi/4, 4, 1.25*radius)
	case chart.Triangle:
		corners(math.Pi/2, 3, 1.4*radius)
	case chart.Diamond:
		corners(0, 4, 1.4*radius)
	}
}

// errors draws the error bars of points.
func (p *page) errors(v view, xs, ys, half []float64, c color.Color) {
	area := p.clip(v)
	style := draw.LineStyle{Color: c, Width: px(1)}
	for i, y := range ys {
		e, ok := scene.ErrorAt(half, i)
		if !ok || math.IsNaN(y) {
			continue
		}
		x, top, bottom := v.x(xs[i]), v.y(y+e), v.y(y-e)
		if !p.shows(top-2, bottom+2) {
			continue
		}
		for _, l := range [][]vg.Point{
			{p.point(x, top), p.point(x, bottom)}, {p.point(x-capWidth, top), p.point(x+capWidth, top)}, {p.point(x-capWidth, bottom), p.point(x+capWidth, bottom)},
		} {
			area.StrokeLines(style, area.ClipLinesXY(l)...)
		}
	}
}

// curve is a line in px: runs of points between gaps, and single points between
// two gaps.
type curve struct {
	runs   [][]vg.Point
	alone  []vg.Point
	width  float64
	dashed bool
}

// curves returns those of all lines of the frame shown. Bands of the page share
// them.
func (p *page) curves() map[chart.Series]curve {
	all := map[chart.Series]curve{}
	for i, d := range p.f.Frames[p.f.Frame].Panels {
		for _, s := range d.Series {
			if l, ok := s.Series.(*chart.Line); ok && !l.Scatter {
				all[l] = newCurve(p.view(i, s.Right), l)
			}
		}
	}
	return all
}

func newCurve(v view, l *chart.Line) curve {
	l = scene.ThinLine(scene.Corners(l), scene.StillWidth, v.xLog)
	c := curve{width: scene.Width(l), dashed: l.Dashed}
	at := func(x, y float64) vg.Point { return vg.Point{X: vg.Length(v.x(x)), Y: vg.Length(v.y(y))} }
	for _, part := range split(len(l.X), func(i int) bool { return !math.IsNaN(l.Y[i]) }) {
		var points []vg.Point
		for i := part[0]; i < part[1]; i++ {
			points = append(points, at(l.X[i], l.Y[i]))
		}
		c.runs = append(c.runs, straight(points))
	}
	x, y := scene.Alone(l.X, l.Y)
	for i := range x {
		c.alone = append(c.alone, at(x[i], y[i]))
	}
	return c
}

func (p *page) line(v view, l curve, c color.RGBA) {
	area := p.clip(v)
	style := draw.LineStyle{Color: c, Width: px(l.width)}
	if l.dashed {
		style.Dashes = []vg.Length{px(6), px(4)}
	}
	for _, run := range l.runs {
		for _, piece := range p.pieces(run, l.dashed) {
			if !p.shows(reach(piece, l.width)) {
				continue
			}
			points := make([]vg.Point, len(piece))
			for i, at := range piece {
				points[i] = p.point(float64(at.X), float64(at.Y))
			}
			area.StrokeLines(style, area.ClipLinesXY(points)...)
		}
	}
	for _, at := range l.alone {
		if x, y := float64(at.X), float64(at.Y); p.shows(y-5, y+5) && v.has(x, y) {
			p.marker(chart.Circle, c, l.width/2+1.5, p.point(x, y))
		}
	}
}

// aside is the largest distance in px from the drawn line at which straight leaves
// out a point.
const aside = 0.1

// straight simplifies a line: the points left out are at most aside above or below
// the line through the remaining ones.
func straight(points []vg.Point) []vg.Point {
	if len(points) < 3 {
		return points
	}
	out := points[:1:1]
	low, high := vg.Length(math.Inf(-1)), vg.Length(math.Inf(1)) // slopes that pass the points since the last one kept
	for i := 1; i < len(points); i++ {
		from, at := out[len(out)-1], points[i]
		if slope := (at.Y - from.Y) / (at.X - from.X); i > 1 && !(at.X > points[i-1].X && low <= slope && slope <= high) {
			from = points[i-1]
			out = append(out, from)
			low, high = vg.Length(math.Inf(-1)), vg.Length(math.Inf(1))
		}
		if run := at.X - from.X; run > 0 {
			low, high = max(low, (at.Y-aside-from.Y)/run), min(high, (at.Y+aside-from.Y)/run)
		} else { // it turns back
			low, high = 1, -1
		}
	}
	return append(out, points[len(points)-1])
}

// pieces cuts a long line, since the time to draw a path grows with the square of
// its points. A dashed line is cut less often: its dashes begin anew at a cut.
func (p *page) pieces(points []vg.Point, dashed bool) (pieces [][]vg.Point) {
	n := 40
	if dashed {
		n = 400
	}
	if p.picture == nil {
		n = len(points)
	}
	for len(points) > n+1 {
		pieces, points = append(pieces, points[:n+1]), points[n:]
	}
	return append(pieces, points)
}

// reach returns the upper and lower edge of a line of some width.
func reach(points []vg.Point, width float64) (top, bottom float64) {
	top, bottom = float64(points[0].Y), float64(points[0].Y)
	for _, at := range points {
		top, bottom = min(top, float64(at.Y)), max(bottom, float64(at.Y))
	}
	// Where a line turns sharply its corner reaches out by some widths.
	return top - 10*width, bottom + 10*width
}

// split returns the intervals of 0..n in which there is true.
func split(n int, there func(int) bool) (parts [][2]int) {
	from := 0
	for i := 0; i <= n; i++ {
		if i < n && there(i) {
			continue
		}
		if i > from {
			parts = append(parts, [2]int{from, i})
		}
		from = i + 1
	}
	return parts
}

// through is a translucent colour. vgpdf expects values that are not multiplied by
// their opacity.
type through struct {
	color.NRGBA
	pdf bool
}

// RGBA implements color.Color.
func (t through) RGBA() (r, g, b, a uint32) {
	if !t.pdf {
		return t.NRGBA.RGBA()
	}
	_, _, _, a = t.NRGBA.RGBA()
	return uint32(t.R) * 0x101, uint32(t.G) * 0x101, uint32(t.B) * 0x101, a
}

func (p *page) paler(c color.RGBA, part float64) color.Color {
	return through{color.NRGBA{R: c.R, G: c.G, B: c.B, A: uint8(255 * part)}, p.pdf}
}

func (p *page) band(v view, b *chart.Band, c color.RGBA) {
	b = scene.ThinBand(b, scene.StillWidth, v.xLog)
	area := p.clip(v)
	for _, part := range split(len(b.X), func(i int) bool { return b.Low[i] <= b.High[i] }) {
		var points []vg.Point
		for i := part[0]; i < part[1]; i++ {
			points = append(points, p.point(v.x(b.X[i]), v.y(b.High[i])))
		}
		for i := part[1] - 1; i >= part[0]; i-- {
			points = append(points, p.point(v.x(b.X[i]), v.y(b.Low[i])))
		}
		area.FillPolygon(p.paler(c, 0.3), area.ClipPolygonXY(points))
		area.StrokeLines(draw.LineStyle{Color: p.paler(c, 0.6), Width: px(0.75)}, area.ClipLinesXY(append(points, points[0]))...)
	}
}

func (p *page) bars(v view, b *chart.Bars, c color.RGBA) {
	half := scene.BarWidth(b) / 2
	for i, y := range b.Y {
		left, right := max(v.x(b.X[i]-half), v.left), min(v.x(b.X[i]+half), v.left+v.width)
		foot := 0.0
		if v.yLog {
			foot = math.Pow(10, v.y0)
		}
		top, bottom := max(v.y(max(y, foot)), v.top), min(v.y(min(y, foot)), v.top+v.height)
		if left < right && top < bottom { // false for NaN
			p.fill(c, left, top, max(1, right-left), bottom-top)
		}
	}
}

func (p *page) rule(v view, r *chart.Rule, c color.RGBA) {
	w := words{text: r.Name, size: 11, color: c}
	if r.Vertical {
		at := v.x(r.At)
		if at < v.left-0.5 || at > v.left+v.width+0.5 {
			return
		}
		p.stroke(c, 1.25, !r.Solid, p.point(at, v.top), p.point(at, v.top+v.height))
		w.x, w.y, w.top = at+4, v.top+3, true
		if at > v.left+v.width/2 {
			w.x, w.align = at-4, draw.XRight
		}
	} else {
		at := v.y(r.At)
		if at < v.top-0.5 || at > v.top+v.height+0.5 {
			return
		}
		p.stroke(c, 1.25, !r.Solid, p.point(v.left, at), p.point(v.left+v.width, at))
		w.x, w.y, w.align = v.left+v.width-4, at-8, draw.XRight
		if at < v.top+16 {
			w.y = at + 8
		}
	}
	p.text(w)
}

// markWidth is how wide a spike is drawn, in px.
const markWidth = 1.2

// raster draws spikes that fall on one position once. A row is one path; in a bitmap
// it is marks with sharp edges, which are faster to draw and smaller to store.
func (p *page) raster(v view, r *chart.Raster) {
	mark := max(1, 0.8*(v.y(0)-v.y(1)))
	for i, c := range scene.RowColors(r) {
		y := v.y(float64(i))
		top, bottom := max(y-mark/2, v.top), min(y+mark/2, v.top+v.height)
		if top >= bottom || !p.shows(top, bottom) {
			continue
		}
		var at []float64
		for _, t := range r.Trains[i].Times {
			if x := v.x(t.Seconds()); x >= v.left && x <= v.left+v.width {
				at = append(at, x)
			}
		}
		slices.Sort(at)
		last := math.Inf(-1)
		at = slices.DeleteFunc(at, func(x float64) bool {
			if x-last < 0.25 {
				return true
			}
			last = x
			return false
		})
		p.marks(v, at, top, bottom, c)
	}
}

// marks draws the spikes of a row.
func (p *page) marks(v view, at []float64, top, bottom float64, c color.RGBA) {
	if p.picture != nil {
		dots := func(px float64) int { return int(math.Round(p.dots * px)) }
		corner, ink, width := p.corner(v), image.NewUniform(c), max(1, dots(markWidth))
		room := image.Rect(0, 0, int(p.dots*v.width), int(p.dots*v.height))
		for _, x := range at {
			left := dots(x - v.left - markWidth/2)
			area := image.Rect(left, dots(top-v.top), left+width, max(dots(bottom-v.top), dots(top-v.top)+1))
			imagedraw.Draw(p.picture, area.Intersect(room).Add(corner), ink, image.Point{}, imagedraw.Src)
		}
		return
	}
	var path vg.Path
	for _, x := range at {
		path.Move(p.point(x, top))
		path.Line(p.point(x, bottom))
	}
	if len(path) > 0 {
		p.c.SetLineStyle(draw.LineStyle{Color: c, Width: px(markWidth)})
		p.c.Stroke(path)
	}
}

// mapDots is how many dots of a heat map stand for a px of vector graphics.
const mapDots = 2

// room returns which dots of the data area the canvas shows.
func (p *page) room(v view, dots float64) image.Rectangle {
	top, bottom := math.Floor(dots*(p.top-v.top))-1, math.Ceil(dots*(p.bottom-v.top))+1
	return image.Rect(0, int(top), int(math.Ceil(dots*v.width)), int(bottom))
}

// heat draws the map with a dot for each place of the page, so that cells keep
// their edges, and its colour bar.
func (p *page) heat(v view, h *chart.HeatMap, d scene.Panel) {
	dots := p.dots
	if p.picture == nil {
		dots = mapDots
	}
	img := image.NewNRGBA(image.Rect(0, 0, int(dots*v.width), int(dots*v.height)).Intersect(p.room(v, dots)))
	columns := make([]int, img.Rect.Dx())
	for i := range columns {
		x := v.x0 + (float64(i)+0.5)/dots/v.width*(v.x1-v.x0)
		columns[i] = int(math.Floor((x - h.X0) / (h.X1 - h.X0) * float64(len(h.Rows[0]))))
	}
	var colors [256]color.RGBA // as many as the live chart has
	for i := range colors {
		colors[i] = h.Colors.At(float64(i) / 255)
	}
	above := -1 // the row of the map in the row of dots above
	for j := img.Rect.Min.Y; j < img.Rect.Max.Y; j++ {
		row := int(math.Round(v.y1 - (float64(j)+0.5)/dots/v.height*(v.y1-v.y0)))
		if row < 0 || row >= len(h.Rows) {
			continue
		}
		to := img.Pix[img.PixOffset(0, j):][:img.Stride]
		if row == above {
			copy(to, img.Pix[img.PixOffset(0, j-1):])
			continue
		}
		above = row
		for i, column := range columns {
			if column < 0 || column >= len(h.Rows[row]) || math.IsNaN(h.Rows[row][column]) {
				continue
			}
			if i > 0 && column == columns[i-1] {
				copy(to[4*i:], to[4*i-4:4*i])
				continue
			}
			c := colors[int(math.Round(255*min(1, max(0, (h.Rows[row][column]-h.Min)/(h.Max-h.Min)))))]
			copy(to[4*i:], []byte{c.R, c.G, c.B, c.A})
		}
	}
	p.place(v, img)
	left := v.left + v.width + scene.BarGap
	bar := image.NewNRGBA(image.Rect(0, 0, int(dots*scene.BarPx), int(dots*v.height)))
	for j := range bar.Rect.Dy() {
		c := h.Colors.At(1 - (float64(j)+0.5)/float64(bar.Rect.Dy()))
		imagedraw.Draw(bar, image.Rect(0, j, bar.Rect.Dx(), j+1), image.NewUniform(c), image.Point{}, imagedraw.Src)
	}
	p.place(view{left: left, top: v.top, width: scene.BarPx, height: v.height}, bar)
	// An edge, for an end of the colours may be that of the page.
	right, bottom := left+scene.BarPx, v.top+v.height
	p.stroke(ink, 1, false, p.point(left, v.top), p.point(right, v.top), p.point(right, bottom), p.point(left, bottom), p.point(left, v.top))
	for _, t := range scene.BarTicks(h, d.Height) {
		y := v.top + v.height*(h.Max-t.At)/(h.Max-h.Min)
		p.stroke(ink, 1, false, p.point(left+scene.BarPx, y), p.point(left+scene.BarPx+3, y))
		p.text(words{text: t.Text, size: 11, x: left + scene.BarPx + 6, y: y})
	}
	p.text(words{text: h.Label, size: scene.TextSize, x: v.left + v.width + float64(p.layout.Right) - 12, y: v.top + v.height/2, align: draw.XCenter, turned: true, room: v.height + 30})
}
