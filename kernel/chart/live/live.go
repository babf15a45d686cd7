// Package live draws figures as HTML with ECharts: linked zoom over all
// panels, tooltips, themes. The still picture in it stays where scripts do not
// run or the library is not to be found.
package live

import (
	_ "embed"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"html"
	"image/color"
	"math"
	"strings"

	"github.com/go-echarts/go-echarts/v2/opts"

	"gomyogen/kernel/chart"
)

//go:embed figure.js
var script string

// Layout of a figure in px.
const (
	left, right = 64, 74
	first       = 44 // above the first panel: the toolbox and the title
	between     = 46
	below       = 84 // the axis label and the zoom slider
	columns     = 1400
)

// spec is what the script reads.
type spec struct {
	Option option   `json:"option"`
	Series []series `json:"series"`
	Units  []string `json:"units"`
	XUnit  string   `json:"xUnit"`
}

// option is the part of an ECharts option that does not hold data.
type option struct {
	Title    []opts.Title    `json:"title"`
	Grid     []opts.Grid     `json:"grid"`
	XAxis    []axis          `json:"xAxis"`
	YAxis    []axis          `json:"yAxis"`
	DataZoom []zoom          `json:"dataZoom"`
	Tooltip  opts.Tooltip    `json:"tooltip"`
	Toolbox  opts.Toolbox    `json:"toolbox"`
	Legend   []opts.Legend   `json:"legend,omitempty"`
	Pointer  map[string]any  `json:"axisPointer"`
	Graphic  []any           `json:"graphic,omitempty"`
	Aria     map[string]bool `json:"aria"`
	Color    []string        `json:"color"`
}

type axis struct {
	Type         string         `json:"type"`
	GridIndex    int            `json:"gridIndex"`
	Name         string         `json:"name"`
	NameLocation string         `json:"nameLocation"`
	NameGap      int            `json:"nameGap"`
	Min          float64        `json:"min"`
	Max          float64        `json:"max"`
	Label        map[string]any `json:"axisLabel"`
	SplitLine    map[string]any `json:"splitLine"`
	SplitNumber  int            `json:"splitNumber,omitempty"`
}

type zoom struct {
	Type       string `json:"type"`
	XAxisIndex []int  `json:"xAxisIndex"`
	FilterMode string `json:"filterMode"`
	Bottom     int    `json:"bottom,omitempty"`
	Height     int    `json:"height,omitempty"`
	Ctrl       string `json:"zoomOnMouseWheel,omitempty"`
}

type series struct {
	Kind    string    `json:"kind"`
	Panel   int       `json:"panel"`
	Name    string    `json:"name"`
	Data    string    `json:"data,omitempty"` // points, see pack
	Box     []float64 `json:"box,omitempty"`  // x0, x1, y0, y1 that Data spans
	Color   string    `json:"color,omitempty"`
	Width   float64   `json:"width,omitempty"`
	Dashed  bool      `json:"dashed,omitempty"`
	Mark    float64   `json:"mark,omitempty"` // height of a spike in px
	Rows    int       `json:"rows,omitempty"`
	Columns int       `json:"columns,omitempty"`
	Values  string    `json:"values,omitempty"`  // a byte for each value, row by row
	Palette string    `json:"palette,omitempty"` // 256 colours
	X0      float64   `json:"x0"`
	X1      float64   `json:"x1"`
}

// HTML returns the figure as a fragment of a page with the still picture png
// in it. carrier, when not empty, is the gzipped library to bring along.
func HTML(f chart.Figure, png, carrier []byte) (string, error) {
	s, height, err := describe(f)
	if err != nil {
		return "", err
	}
	data, err := json.Marshal(s)
	if err != nil {
		return "", fmt.Errorf("live: figure %q: %w", f.Title, err)
	}
	var b strings.Builder
	if len(carrier) > 0 {
		fmt.Fprintf(&b, `<div hidden data-echarts-gzip="%s"></div>`, base64.StdEncoding.EncodeToString(carrier))
	}
	alt := f.Alt
	if alt == "" {
		alt = f.Title
	}
	fmt.Fprintf(&b, `<div class="myogen-figure" data-figure="%s"><img alt="%s" style="max-width:100%%" src="data:image/png;base64,%s">`+
		`<div class="live" role="img" tabindex="0" aria-label="%s" style="display:none;width:100%%;height:%dpx"></div></div><script>%s</script>`,
		html.EscapeString(string(data)), html.EscapeString(alt), base64.StdEncoding.EncodeToString(png), html.EscapeString(alt), height, script)
	return b.String(), nil
}

func describe(f chart.Figure) (*spec, int, error) {
	if err := f.Validate(); err != nil {
		return nil, 0, err
	}
	on := opts.Bool(true)
	s := &spec{XUnit: f.X.Unit}
	o := &s.Option
	o.Color = []string{hex(chart.Blue), hex(chart.Red), "#21918c", "#e69f00", "#7f00ff", "#808080"}
	o.Tooltip = opts.Tooltip{Show: on, Trigger: "axis"}
	o.Pointer = map[string]any{"link": []any{map[string]any{"xAxisIndex": "all"}}, "type": "line"}
	o.Aria = map[string]bool{"enabled": true}
	o.Toolbox = opts.Toolbox{Show: on, Right: "0", Top: "0", Feature: &opts.ToolBoxFeature{
		DataZoom:    &opts.ToolBoxFeatureDataZoom{Show: on, YAxisIndex: false},
		Restore:     &opts.ToolBoxFeatureRestore{Show: on},
		SaveAsImage: &opts.ToolBoxFeatureSaveAsImage{Show: on, Name: f.Title},
	}}
	o.Title = append(o.Title, opts.Title{Title: f.Title, Left: "0", Top: "0", TitleStyle: &opts.TextStyle{FontSize: 16}})
	top := first
	for i, p := range f.Panels {
		x0, x1, y0, y1 := f.Limits(i)
		top += 22
		o.Title = append(o.Title, opts.Title{Title: p.Title, Left: fmt.Sprint(left), Top: fmt.Sprint(top - 24), TitleStyle: &opts.TextStyle{FontSize: 13}})
		o.Grid = append(o.Grid, opts.Grid{Left: fmt.Sprint(left), Right: fmt.Sprint(right), Top: fmt.Sprint(top), Height: fmt.Sprint(p.Pixels())})
		last := i == len(f.Panels)-1
		x := axis{Type: "value", GridIndex: i, NameLocation: "middle", NameGap: 26, Min: x0, Max: x1,
			Label: map[string]any{"show": last, "hideOverlap": true}, SplitLine: map[string]any{"lineStyle": map[string]any{"opacity": 0.3}}}
		if last {
			x.Name = f.X.Text()
		}
		o.XAxis = append(o.XAxis, x)
		o.YAxis = append(o.YAxis, axis{Type: "value", GridIndex: i, Name: p.Y.Text(), NameLocation: "middle", NameGap: 42, Min: y0, Max: y1, SplitNumber: 4,
			Label:     map[string]any{"hideOverlap": true, "showMinLabel": y0 >= 0 && y0 == math.Trunc(y0), "showMaxLabel": y1 == math.Trunc(y1)},
			SplitLine: map[string]any{"lineStyle": map[string]any{"opacity": 0.3}}})
		s.Units = append(s.Units, p.Y.Unit)
		if p.Legend {
			var names []string
			for _, line := range p.Series {
				if l, ok := line.(*chart.Line); ok {
					names = append(names, l.Name)
				}
			}
			o.Legend = append(o.Legend, opts.Legend{Show: on, Right: fmt.Sprint(right), Top: fmt.Sprint(top - 24), Data: names})
		}
		s.add(i, p, top)
		top += p.Pixels() + between - 22
	}
	all := make([]int, len(f.Panels))
	for i := range all {
		all[i] = i
	}
	o.DataZoom = []zoom{{Type: "inside", XAxisIndex: all, FilterMode: "none", Ctrl: "ctrl"}, {Type: "slider", XAxisIndex: all, FilterMode: "none", Bottom: 6, Height: 22}}
	return s, top + below - between + 22, nil
}

// groups is how many colours a raster's rows share: each is a series.
const groups = 12

func (s *spec) add(panel int, p chart.Panel, top int) {
	for _, x := range p.Series {
		switch x := x.(type) {
		case *chart.Line:
			xs, ys := x.Thin(columns)
			if len(xs) == 0 {
				continue
			}
			line := series{Kind: "line", Panel: panel, Name: x.Name, Width: 1.5, Dashed: x.Dashed}
			line.Data, line.Box = pack(xs, ys)
			if x.Width > 0 {
				line.Width = x.Width
			}
			if x.Color.A > 0 {
				line.Color = hex(x.Color)
			}
			s.Series = append(s.Series, line)
		case *chart.Raster:
			n := len(x.Trains)
			mark := math.Max(1, 0.8*float64(p.Pixels())/float64(max(n, 1)))
			for g := range min(groups, n) {
				var xs, ys []float64
				for i := g * n / min(groups, n); i < (g+1)*n/min(groups, n); i++ {
					for _, t := range x.Trains[i].Times {
						xs, ys = append(xs, t.Seconds()), append(ys, float64(i))
					}
				}
				c := x.Colors.At(float64(g) / float64(max(min(groups, n)-1, 1)))
				if len(xs) == 0 {
					continue // ECharts cannot draw a series without points
				}
				data, box := pack(xs, ys)
				s.Series = append(s.Series, series{Kind: "raster", Panel: panel, Name: p.Title, Data: data, Box: box, Color: hex(c), Mark: mark})
			}
		case *chart.HeatMap:
			if len(x.Rows) == 0 {
				continue
			}
			values := make([]byte, 0, len(x.Rows)*len(x.Rows[0]))
			for _, row := range x.Rows {
				for _, v := range row {
					values = append(values, byte(math.Round(255*min(1, max(0, (v-x.Min)/(x.Max-x.Min))))))
				}
			}
			palette := make([]byte, 0, 768)
			stops := []any{}
			for i := range 256 {
				c := x.Colors.At(float64(i) / 255)
				palette = append(palette, c.R, c.G, c.B)
				if i%51 == 0 {
					stops = append(stops, map[string]any{"offset": float64(i) / 255, "color": hex(c)})
				}
			}
			s.Series = append(s.Series, series{Kind: "heat", Panel: panel, Name: p.Title, Rows: len(x.Rows), Columns: len(x.Rows[0]),
				Values: base64.StdEncoding.EncodeToString(values), Palette: base64.StdEncoding.EncodeToString(palette), X0: x.X0, X1: x.X1})
			s.bar(x, top, p.Pixels(), stops)
		}
	}
}

// bar draws the colour bar in the margin that every panel leaves on the right.
func (s *spec) bar(h *chart.HeatMap, top, height int, stops []any) {
	text := func(t string, y int) any {
		return map[string]any{"type": "text", "right": 4, "top": y, "style": map[string]any{"text": t, "fontSize": 11, "fill": "#808080", "textAlign": "left"}}
	}
	s.Option.Graphic = append(s.Option.Graphic,
		map[string]any{"type": "rect", "right": right - 26, "top": top, "shape": map[string]any{"width": 14, "height": height},
			"style": map[string]any{"fill": map[string]any{"type": "linear", "x": 0, "y": 1, "x2": 0, "y2": 0, "colorStops": stops}}},
		text(fmt.Sprintf("%.3g", h.Max), top), text(fmt.Sprintf("%.3g", h.Min), top+height-12), text(h.Label, top+height/2-6))
}

// gap stands for a missing y; the numbers below it span the box.
const gap = math.MaxUint16

// pack writes points as pairs of uint16 over the box around them, in base64:
// a quarter of what the numbers need, and finer than any screen.
func pack(x, y []float64) (data string, box []float64) {
	if len(x) == 0 {
		return "", nil
	}
	x0, x1 := span(x)
	y0, y1 := span(y)
	b := make([]byte, 0, 4*len(x))
	for i := range x {
		b = binary.LittleEndian.AppendUint16(b, level(x[i], x0, x1))
		b = binary.LittleEndian.AppendUint16(b, level(y[i], y0, y1))
	}
	return base64.StdEncoding.EncodeToString(b), []float64{x0, x1, y0, y1}
}

func span(x []float64) (low, high float64) {
	low, high = math.Inf(1), math.Inf(-1)
	for _, v := range x {
		if !math.IsNaN(v) {
			low, high = min(low, v), max(high, v)
		}
	}
	if low > high {
		return 0, 1
	}
	return low, high
}

func level(v, low, high float64) uint16 {
	switch {
	case math.IsNaN(v):
		return gap
	case high == low:
		return 0
	}
	// Halves, so that the difference cannot overflow.
	return uint16(math.Round((gap - 1) * ((v/2 - low/2) / (high/2 - low/2))))
}

func hex(c color.RGBA) string { return fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B) }
