// Package live draws figures as HTML with ECharts: linked zoom over all
// panels, a crosshair that reads them, themes. The still picture in it stays
// where scripts do not run or the library is not to be found.
package live

import (
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
)

//go:embed figure.js
var script string

//go:embed figure.css
var style string

// maxBytes is what the packed data of a figure may take in a notebook.
var maxBytes = 8 << 20 // tests lower it

// spec is what the script reads.
type spec struct {
	Title  string  `json:"title"`
	Style  string  `json:"style"`
	Option option  `json:"option"`
	X      axis    `json:"x"`
	Panels []panel `json:"panels"`
	Slider string  `json:"slider,omitempty"`
	Frame  int     `json:"frame"`
	Frames []frame `json:"frames"`
	Height int     `json:"height"`
	Still  int     `json:"still"` // width of the still picture
}

// option is the part of an ECharts option that does not hold data.
type option struct {
	Title  []opts.Title  `json:"title"`
	Legend []opts.Legend `json:"legend"`
	Grid   []grid        `json:"grid"`
	XAxis  []opts.XAxis  `json:"xAxis"`
	YAxis  []opts.YAxis  `json:"yAxis"`
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
	Steps      int      `json:"steps,omitempty"`
	Categories []string `json:"categories,omitempty"`
}

type panel struct {
	Y axis `json:"y"`
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
	Name   string  `json:"name"`
	Color  string  `json:"color,omitempty"`
	Width  float64 `json:"width,omitempty"`
	Dashed bool    `json:"dashed,omitempty"`
	Step   bool    `json:"step,omitempty"`   // holds its value; the script makes the corners
	Sorted bool    `json:"sorted,omitempty"` // x can be searched

	Of  int     `json:"of,omitempty"` // points before thinning
	X   *column `json:"xs,omitempty"`
	Y   *column `json:"ys,omitempty"`
	Low *column `json:"lows,omitempty"` // of a band, whose upper edge is Y

	At       float64 `json:"at,omitempty"` // of a rule
	Vertical bool    `json:"vertical,omitempty"`

	Rows    int          `json:"rows,omitempty"`
	Counts  *column      `json:"counts,omitempty"` // spikes of each row
	Names   []string     `json:"names,omitempty"`  // of rows
	Colors  []string     `json:"colors,omitempty"` // of rows, or of a map from low to high
	Columns int          `json:"columns,omitempty"`
	Span    []float64    `json:"span,omitempty"`   // x of a map
	Values  []float64    `json:"values,omitempty"` // of a map's first and last colour
	Ticks   []chart.Tick `json:"ticks,omitempty"`  // of its colour bar
}

// HTML returns the figure, of which data was packed, as a fragment of a page with
// the still picture png in it. carrier, when not empty, is the gzipped library
// to bring along.
func HTML(f chart.Figure, data, png, carrier []byte) string {
	code := base64.StdEncoding.EncodeToString
	var b strings.Builder
	if len(carrier) > 0 {
		fmt.Fprintf(&b, `<div hidden data-echarts-gzip="%s"></div>`, code(carrier))
	}
	fmt.Fprintf(&b, `<div class="myogen-figure" data-figure="%s"><img alt="%s" style="max-width:100%%;height:auto" width="%d" src="data:image/png;base64,%s"></div><script>%s</script>`,
		code(data), html.EscapeString(f.Summary()), chart.StillWidth, code(png), short(script))
	return b.String()
}

// short leaves out what a browser does not read: comments and indents.
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
func Pack(f chart.Figure) ([]byte, error) {
	if err := f.Validate(); err != nil {
		return nil, err
	}
	s, p := describe(f.Scaled())
	text, err := json.Marshal(s)
	if err != nil {
		return nil, fmt.Errorf("live: figure %q: %w", f.Title, err)
	}
	data, err := p.compress(text)
	if err != nil {
		return nil, fmt.Errorf("live: figure %q: %w", f.Title, err)
	}
	if len(data) > maxBytes {
		return nil, fmt.Errorf("live: figure %q takes %.1f MB in the notebook, more than %d; show fewer runs, rows or spikes", f.Title, float64(len(data))/(1<<20), maxBytes>>20)
	}
	return data, nil
}

func describe(f chart.Figure) (*spec, *packer) {
	layout := f.Layout()
	first := f.Shown()[0]
	s := &spec{Title: f.Title, Style: style, Height: layout.Height, Slider: f.Slider, Frame: f.Frame, Still: chart.StillWidth}
	x0, x1, _, _ := f.Limits(0)
	s.X = axis{Label: f.X.Label, Unit: f.X.Unit, Low: x0, High: x1, Categories: f.X.Categories}
	for i, p := range first.Panels {
		_, _, y0, y1 := f.Limits(i)
		s.Panels = append(s.Panels, panel{Y: axis{Label: p.Y.Label, Unit: p.Y.Unit, Low: y0, High: y1, Steps: p.Steps(), Categories: p.Y.Categories}})
		s.Option.add(f, i, layout)
	}
	packer := newPacker()
	_, least := f.Columns()
	e := encoder{packer, least}
	for i, shown := range f.Shown() {
		f.Frame = i
		out := frame{Label: shown.Label, Text: f.Summary()}
		for i, p := range shown.Panels {
			out.Titles = append(out.Titles, p.Title)
			colors := p.SeriesColors()
			for j, x := range p.Series {
				for _, y := range e.encode(x, colors[j], p) {
					y.Panel = i
					out.Series = append(out.Series, y)
				}
			}
		}
		s.Frames = append(s.Frames, out)
	}
	return s, packer
}

// add appends what ECharts has to know about a panel.
func (o *option) add(f chart.Figure, i int, layout chart.Layout) {
	p, place := f.Shown()[0].Panels[i], layout.Places[i]
	x0, x1, y0, y1 := f.Limits(i)
	on, off := opts.Bool(true), opts.Bool(false)
	last := i == len(layout.Places)-1
	left, right := fmt.Sprint(layout.Left), fmt.Sprint(layout.Right)
	o.Title = append(o.Title, opts.Title{Title: p.Title, Left: left, Top: fmt.Sprint(place.Title), TitleStyle: &opts.TextStyle{FontSize: chart.TitleSize}})
	o.Grid = append(o.Grid, grid{opts.Grid{Left: left, Right: right, Top: fmt.Sprint(place.Top), Height: fmt.Sprint(place.Height)}, "none"})
	x := opts.XAxis{Type: "value", GridIndex: i, NameLocation: "middle", NameGap: 26, Min: x0, Max: x1, AxisLabel: &opts.AxisLabel{Show: off}}
	if last {
		x.Name, x.AxisLabel.Show = f.X.Text(), on
	}
	o.XAxis = append(o.XAxis, x)
	o.YAxis = append(o.YAxis, opts.YAxis{Type: "value", GridIndex: i, Name: p.Y.Text(), NameLocation: "middle", NameGap: layout.Left - 16, Min: y0, Max: y1, SplitNumber: p.Steps()})
	if !p.Legend {
		return
	}
	names := []string{}
	for _, frame := range f.Shown() {
		for _, s := range frame.Panels[i].Series {
			if name := chart.Label(s); name != "" && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	o.Legend = append(o.Legend, opts.Legend{Type: "scroll", Show: on, Left: left, Right: right, Top: fmt.Sprint(place.Legend - 2), ItemWidth: 22, ItemHeight: legendHeight, Data: names})
}

// legendHeight is that of the text in px: a legend that scrolls is cut at its
// items' height.
const legendHeight = 14

// encoder packs series, the y of lines coarsely where there are many.
type encoder struct {
	*packer
	coarsely bool
}

func (e encoder) encode(s chart.Series, c color.RGBA, p chart.Panel) []series {
	switch s := s.(type) {
	case *chart.Line:
		return e.line(s, c)
	case *chart.Step:
		return e.step(s, c)
	case *chart.Band:
		return []series{{Kind: "band", Name: s.Name, Color: hex(c), Sorted: true, Of: max(s.Of, len(s.X)), X: ptr(e.fine(s.X)), Low: e.values(s.Low), Y: e.values(s.High)}}
	case *chart.Bars:
		return []series{{Kind: "bars", Name: s.Name, Color: hex(c), Width: s.Wide(), Of: len(s.X), X: ptr(e.fine(s.X)), Y: e.values(s.Y)}}
	case *chart.Rule:
		return []series{{Kind: "rule", Name: s.Name, Color: hex(c), At: s.At, Vertical: s.Vertical, Dashed: !s.Solid}}
	case *chart.Raster:
		if len(s.Trains) > 0 {
			return []series{e.raster(s)}
		}
	case *chart.HeatMap:
		if len(s.Rows) > 0 {
			return []series{e.heat(s, p)}
		}
	}
	return nil
}

// values packs the y of lines: as finely as x, unless there are many.
func (e encoder) values(y []float64) *column {
	if e.coarsely {
		return ptr(e.coarse(y))
	}
	low, high := span(y)
	return ptr(e.column(y, low, high, fineLevels))
}

// line packs a line and, as dots, the points that have no neighbour.
func (e encoder) line(l *chart.Line, c color.RGBA) []series {
	dx, dy := chart.Alone(l.X, l.Y)
	return e.points(l, c, dx, dy)
}

// step packs the values of steps without their corners.
func (e encoder) step(s *chart.Step, c color.RGBA) []series {
	corners := s.Points()
	dx, dy := chart.Alone(corners.X, corners.Y)
	out := e.points((*chart.Line)(s), c, dx, dy)
	out[0].Step = true
	return out
}

// points packs a line and, if there are any, dots.
func (e encoder) points(l *chart.Line, c color.RGBA, dx, dy []float64) []series {
	out := series{Kind: "line", Name: l.Name, Color: hex(c), Width: l.Pixels(), Dashed: l.Dashed, Sorted: slices.IsSorted(l.X)}
	dots := out
	out.Of, out.X, out.Y = max(l.Of, len(l.X)), ptr(e.fine(l.X)), e.values(l.Y)
	if len(dx) == 0 {
		return []series{out}
	}
	dots.Kind, dots.X, dots.Y = "dots", ptr(e.fine(dx)), e.values(dy)
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
	out := series{Kind: "raster", Rows: len(r.Trains), Of: len(times), X: ptr(e.ticks(times)), Counts: ptr(e.counts(counts))}
	if named {
		out.Names = names
	}
	colors := r.RowColors()
	n := min(len(colors), rowColors)
	for i := range n {
		out.Colors = append(out.Colors, hex(colors[i*(len(colors)-1)/max(n-1, 1)]))
	}
	return out
}

func (e encoder) heat(h *chart.HeatMap, p chart.Panel) series {
	values := make([]float64, 0, len(h.Rows)*len(h.Rows[0]))
	for _, row := range h.Rows {
		values = append(values, row...)
	}
	low, high := span(values)
	out := series{Kind: "heat", Name: h.Label, Of: max(h.Of, len(values)), Rows: len(h.Rows), Columns: len(h.Rows[0]), Span: []float64{h.X0, h.X1}, Values: []float64{h.Min, h.Max},
		Y: ptr(e.column(values, low, high, 2000)), Ticks: h.BarTicks(p.Pixels())}
	for i := range rowColors {
		out.Colors = append(out.Colors, hex(h.Colors.At(float64(i)/(rowColors-1))))
	}
	return out
}

func ptr[T any](x T) *T { return &x }

func hex(c color.RGBA) string { return fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B) }
