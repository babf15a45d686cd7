// Package live draws figures as HTML with ECharts: zoom linked over panels, a
// crosshair that reads values, themes. The HTML contains a still picture, which
// stays where scripts do not run or the chart library is missing.
package live

import (
	"compress/gzip"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"image/color"
	"slices"
	"strings"

	"github.com/go-echarts/go-echarts/v2/opts"

	"gomyogen/kernel/chart"
	"gomyogen/kernel/chart/internal/scene"
)

//go:embed figure.js
var script string

//go:embed figure.css
var style string

// maxBytes is what the packed data of a figure may take in a notebook.
var maxBytes = 8 << 20 // tests lower it

// spec is what the script reads.
type spec struct {
	Title   string   `json:"title"`
	Style   string   `json:"style"`
	Options []option `json:"options"` // in the figure's columns, and for a narrow page in one
	X       axis     `json:"x"`
	Panels  []panel  `json:"panels"`
	Slider  string   `json:"slider,omitempty"`
	Frame   int      `json:"frame"`
	Frames  []frame  `json:"frames"`
	Still   int      `json:"still"` // width of the still picture
}

// option is the part of an ECharts option that holds no data, and the layout, by
// which the script places it in the width of the page.
type option struct {
	Title  []opts.Title  `json:"title"`
	Legend []opts.Legend `json:"legend"`
	Grid   []grid        `json:"grid"`
	XAxis  []opts.XAxis  `json:"xAxis"`
	YAxis  []opts.YAxis  `json:"yAxis"`

	Columns int     `json:"columns"`
	Left    int     `json:"left"` // margins of a column
	Right   int     `json:"right"`
	Height  int     `json:"height"`
	Places  []place `json:"places"`
}

// place is where a panel stands. Its legend, if any, is Legend of the option's.
type place struct {
	Column int  `json:"column"`
	Legend int  `json:"legend"`
	XTexts bool `json:"xTexts,omitempty"`
}

// grid stays where it is put: ECharts 6 would move it to make room for texts.
type grid struct {
	opts.Grid
	OuterBoundsMode string `json:"outerBoundsMode"`
}

type axis struct {
	Label      string   `json:"label"`
	Unit       string   `json:"unit"`
	Low        float64  `json:"low"`
	High       float64  `json:"high"`
	Log        bool     `json:"log,omitempty"`
	Steps      int      `json:"steps,omitempty"` // of a vertical axis
	Categories []string `json:"categories,omitempty"`
}

type panel struct {
	X     *axis `json:"x,omitempty"` // its own
	Y     axis  `json:"y"`
	Right *axis `json:"right,omitempty"`
}

type frame struct {
	Label  string   `json:"label"`
	Text   string   `json:"text"` // the figure in words
	Titles []string `json:"titles"`
	Series []series `json:"series"`
}

type series struct {
	Kind   string  `json:"kind"`
	Panel  int     `json:"panel"`
	Right  bool    `json:"right,omitempty"` // on the right axis
	Name   string  `json:"name"`
	Color  string  `json:"color,omitempty"`
	Width  float64 `json:"width,omitempty"`
	Dashed bool    `json:"dashed,omitempty"`
	Step   bool    `json:"step,omitempty"`   // holds its value; the script makes the corners
	Sorted bool    `json:"sorted,omitempty"` // x can be searched
	Marker string  `json:"marker,omitempty"` // the symbol at each point
	NoLine bool    `json:"noLine,omitempty"`

	Of    int     `json:"of,omitempty"` // points before thinning
	X     *column `json:"xs,omitempty"`
	Y     *column `json:"ys,omitempty"`
	Low   *column `json:"lows,omitempty"`   // of a band, whose upper edge is Y
	Error *column `json:"errors,omitempty"` // half the error bars

	At       float64 `json:"at,omitempty"` // of a rule
	Vertical bool    `json:"vertical,omitempty"`

	Rows    int          `json:"rows,omitempty"`
	Counts  *column      `json:"counts,omitempty"` // spikes of each row
	Names   []string     `json:"names,omitempty"`  // of rows
	Colors  []string     `json:"colors,omitempty"` // of rows, or of a map from low to high
	Columns int          `json:"columns,omitempty"`
	Span    []float64    `json:"span,omitempty"`   // x of a map
	Values  []float64    `json:"values,omitempty"` // of a map's first and last colour
	Ticks   []scene.Tick `json:"ticks,omitempty"`  // of its colour bar
}

// HTML returns the figure, of which data was packed, as a fragment of a page with
// the still picture png in it. carrier, when not empty, is the gzipped library
// to bring along.
func HTML(f *scene.Figure, data, png, carrier []byte) string {
	code := base64.StdEncoding.EncodeToString
	var b strings.Builder
	if len(carrier) > 0 {
		fmt.Fprintf(&b, `<div hidden data-echarts-gzip="%s"></div>`, code(carrier))
	}
	fmt.Fprintf(&b, `<div class="myogen-figure" data-figure="%s"><img alt="%s" style="max-width:100%%;height:auto" width="%d" src="data:image/png;base64,%s"></div><script>%s</script>`,
		code(data), html.EscapeString(f.Frames[f.Frame].Words), scene.StillWidth, code(png), short(script))
	return b.String()
}

// short removes comments and indents.
func short(script string) string {
	var b strings.Builder
	for line := range strings.Lines(script) {
		line = strings.TrimSpace(line)
		if line != "" && !strings.HasPrefix(line, "//") {
			b.WriteString(line + "\n")
		}
	}
	return b.String()
}

// Pack returns what the script reads, gzipped. It keeps all points: thin the
// figure before.
func Pack(f *scene.Figure) ([]byte, error) {
	data, err := pack(f, gzip.BestCompression)
	if err == nil && len(data) > maxBytes {
		return nil, fmt.Errorf("live: figure %q takes %.1f MB in the notebook, more than %d; show fewer runs, rows or spikes", f.Title, float64(len(data))/(1<<20), maxBytes>>20)
	}
	return data, err
}

// PackStored is Pack for a page that reads the data at once: gzip stores them as they
// are, since compression takes longer than the rest of a figure there.
func PackStored(f *scene.Figure) ([]byte, error) { return pack(f, gzip.NoCompression) }

func pack(f *scene.Figure, level int) ([]byte, error) {
	s, p := describe(f)
	text, err := json.Marshal(s)
	if err != nil {
		return nil, fmt.Errorf("live: figure %q: %w", f.Title, err)
	}
	data, err := p.compress(text, level)
	if err != nil {
		return nil, fmt.Errorf("live: figure %q: %w", f.Title, err)
	}
	return data, nil
}

func describe(f *scene.Figure) (*spec, *packer) {
	s := &spec{Title: f.Title, Style: style, Slider: f.Slider, Frame: f.Frame, Still: scene.StillWidth, X: *newAxis(f.X, 0)}
	for _, p := range f.Frames[0].Panels {
		q := panel{Y: *newAxis(p.Y, scene.Steps(p.Height))}
		if p.OwnX {
			q.X = newAxis(p.X, 0)
		}
		if p.TwoAxes {
			q.Right = newAxis(p.Right, scene.Steps(p.Height))
		}
		s.Panels = append(s.Panels, q)
	}
	s.Options = []option{newOption(f, f.Columns), newOption(f, 1)}
	packer := newPacker()
	_, least := f.PixelColumns()
	e := encoder{packer, least}
	for _, shown := range f.Frames {
		out := frame{Label: shown.Label, Text: shown.Words}
		for i, p := range shown.Panels {
			out.Titles = append(out.Titles, p.Title)
			for _, x := range p.Series {
				for _, y := range e.encode(x, p) {
					y.Panel, y.Right = i, x.Right
					out.Series = append(out.Series, y)
				}
			}
		}
		s.Frames = append(s.Frames, out)
	}
	return s, packer
}

func newAxis(a chart.Axis, steps int) *axis {
	return &axis{Label: a.Label, Unit: a.Unit, Low: a.Min, High: a.Max, Log: a.Log, Steps: steps, Categories: a.Categories}
}

func newOption(f *scene.Figure, columns int) option {
	layout := f.Layout(columns)
	o := option{Columns: layout.Columns, Left: layout.Left, Right: layout.Right, Height: layout.Height}
	for i, p := range f.Frames[0].Panels {
		o.add(f, i, p, layout)
	}
	return o
}

// add appends what ECharts has to know about a panel. The script draws ticks.
func (o *option) add(f *scene.Figure, i int, p scene.Panel, layout scene.Layout) {
	at := layout.Places[i]
	off := opts.Bool(false)
	here := place{Column: at.Column, XTexts: at.XTexts, Legend: -1}
	o.Title = append(o.Title, opts.Title{Title: p.Title, Top: fmt.Sprint(at.Title), TitleStyle: &opts.TextStyle{FontSize: scene.TitleSize}})
	o.Grid = append(o.Grid, grid{opts.Grid{Top: fmt.Sprint(at.Top), Height: fmt.Sprint(at.Height)}, "none"})
	x := opts.XAxis{Type: "value", GridIndex: i, NameLocation: "middle", NameGap: 26, AxisLabel: &opts.AxisLabel{Show: off}}
	if at.XTexts {
		x.Name = p.X.Text()
	}
	o.XAxis = append(o.XAxis, x)
	o.YAxis = append(o.YAxis, opts.YAxis{Type: "value", GridIndex: i, Name: p.Y.Text(), NameLocation: "middle", NameGap: layout.Left - 16, AxisLabel: &opts.AxisLabel{Show: off}})
	if p.Legend {
		names := []string{}
		for _, frame := range f.Frames {
			for _, s := range frame.Panels[i].Series {
				if name := s.Label(); name != "" && !slices.Contains(names, name) {
					names = append(names, name)
				}
			}
		}
		here.Legend = len(o.Legend)
		o.Legend = append(o.Legend, opts.Legend{Type: "scroll", Show: opts.Bool(true), Top: fmt.Sprint(at.Legend - 2), ItemWidth: 22, ItemHeight: legendHeight, Data: names})
	}
	o.Places = append(o.Places, here)
}

// legendHeight is that of the text in px: a legend that scrolls is cut at its
// items' height.
const legendHeight = 14

// encoder packs series, the y of lines coarsely where there are many.
type encoder struct {
	*packer
	coarsely bool
}

func (e encoder) encode(s scene.Series, p scene.Panel) []series {
	y := p.Y
	if s.Right {
		y = p.Right
	}
	out := series{Color: hex(s.Color), Of: s.Of}
	switch t := s.Series.(type) {
	case *chart.Line:
		return e.line(s, t, p.X, y)
	case *chart.Band:
		out.Kind, out.Name, out.Sorted = "band", t.Name, true
		out.X, out.Low, out.Y = e.xs(t.X, p.X), e.ys(t.Low, y), e.ys(t.High, y)
	case *chart.Bars:
		out.Kind, out.Name, out.Width = "bars", t.Name, scene.BarWidth(t)
		out.X, out.Y, out.Error = e.xs(t.X, p.X), e.ys(t.Y, y), e.errors(t.Error)
	case *chart.Rule:
		return []series{{Kind: "rule", Name: t.Name, Color: out.Color, At: t.At, Vertical: t.Vertical, Dashed: !t.Solid}}
	case *chart.Raster:
		if len(t.Trains) == 0 {
			return nil
		}
		return []series{e.raster(t)}
	case *chart.HeatMap:
		if len(t.Rows) == 0 {
			return nil
		}
		return []series{e.heat(s.Of, t, p)}
	}
	return []series{out}
}

// xs packs the x of points.
func (e encoder) xs(x []float64, a chart.Axis) *column { return ptr(e.pack(x, fineLevels, a.Log)) }

// ys packs the y of points: as finely as x, unless there are many.
func (e encoder) ys(y []float64, a chart.Axis) *column {
	levels := fineLevels
	if e.coarsely {
		levels = coarseLevels
	}
	return ptr(e.pack(y, levels, a.Log))
}

func (e encoder) errors(half []float64) *column {
	if half == nil {
		return nil
	}
	return ptr(e.pack(half, fineLevels, false))
}

// symbols are what ECharts calls markers.
var symbols = map[chart.Marker]string{chart.Circle: "circle", chart.Square: "rect", chart.Triangle: "triangle", chart.Diamond: "diamond"}

// line packs a line, the values of steps without their corners, and, as dots, the
// points that have no neighbour.
func (e encoder) line(s scene.Series, l *chart.Line, x, y chart.Axis) []series {
	out := series{Kind: "line", Name: l.Name, Color: hex(s.Color), Width: scene.Width(l), Dashed: l.Dashed, Sorted: slices.IsSorted(l.X), Step: l.Step,
		Marker: symbols[s.Marker()], NoLine: l.Scatter}
	dots := out
	out.Of, out.X, out.Y, out.Error = s.Of, e.xs(l.X, x), e.ys(l.Y, y), e.errors(l.Error)
	if out.Marker != "" {
		return []series{out}
	}
	corners := scene.Corners(l)
	dx, dy := scene.Alone(corners.X, corners.Y)
	if len(dx) == 0 {
		return []series{out}
	}
	dots.Kind, dots.Step, dots.Marker, dots.X, dots.Y = "dots", false, "circle", e.xs(dx, x), e.ys(dy, y)
	return []series{out, dots}
}

// rowColors is how many colours the rows of a raster or the values of a map
// share.
const rowColors = 256

func (e encoder) raster(r *chart.Raster) series {
	var times []float64
	counts := make([]int, len(r.Trains))
	names := make([]string, len(r.Trains))
	named := false
	for i, t := range r.Trains {
		from := len(times)
		for _, x := range t.Times {
			times = append(times, x.Seconds())
		}
		slices.Sort(times[from:])
		counts[i], names[i] = len(t.Times), t.Name
		named = named || t.Name != ""
	}
	out := series{Kind: "raster", Rows: len(r.Trains), Of: len(times), X: ptr(e.pack(times, fineLevels, false)), Counts: ptr(e.counts(counts))}
	if named {
		out.Names = names
	}
	colors := scene.RowColors(r)
	n := min(len(colors), rowColors)
	for i := range n {
		out.Colors = append(out.Colors, hex(colors[i*(len(colors)-1)/max(n-1, 1)]))
	}
	return out
}

func (e encoder) heat(of int, h *chart.HeatMap, p scene.Panel) series {
	values := make([]float64, 0, len(h.Rows)*len(h.Rows[0]))
	for _, row := range h.Rows {
		values = append(values, row...)
	}
	out := series{Kind: "heat", Name: h.Label, Of: of, Rows: len(h.Rows), Columns: len(h.Rows[0]), Span: []float64{h.X0, h.X1}, Values: []float64{h.Min, h.Max},
		Y: ptr(e.pack(values, mapLevels, false)), Ticks: scene.BarTicks(h, p.Height)}
	for i := range rowColors {
		out.Colors = append(out.Colors, hex(h.Colors.At(float64(i)/(rowColors-1))))
	}
	return out
}

func ptr[T any](x T) *T { return &x }

func hex(c color.RGBA) string { return fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B) }
