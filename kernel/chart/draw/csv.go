package draw

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"math"
	"slices"
	"strconv"

	"gomyogen/kernel/chart"
	"gomyogen/kernel/chart/internal/scene"
)

// table returns all data of a figure as CSV (RFC 4180), a point a row, each number
// in the fewest digits that give it again; NaN is an empty field. A spike's value
// is its row, counted from 0; the x of a heat map's value is the centre of its
// column. The last step of a line of steps ends at a row without a value. low is the
// lower edge of a band, error half the length of an error bar, quantity the series'
// axis, or the label of a heat map's colours, with the unit. A figure of several runs
// has the run in front, one with panels that have their own horizontal axes what x is,
// and one whose axes have categories their names behind the numbers that stand for them.
func table(f *scene.Figure) ([]byte, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	panels := f.Frames[0].Panels
	own := slices.ContainsFunc(panels, func(p scene.Panel) bool { return p.OwnX })
	head := []string{"panel", "series", cmp.Or(f.X.Text(), "x"), "value", "low", "error", "quantity"}
	if own {
		head = append(head, "x quantity")
		head[2] = "x"
	}
	categories := named(f)
	for i, name := range []string{"x category", "y category"} {
		if categories[i] {
			head = append(head, name)
		}
	}
	if f.Slider != "" {
		head = append([]string{f.Slider}, head...)
	}
	if err := w.Write(head); err != nil {
		return nil, err
	}
	for _, frame := range f.Frames {
		for _, p := range frame.Panels {
			for _, s := range p.Series {
				x, y := f.X, p.Y
				if p.OwnX {
					x = p.X
				}
				if s.Right {
					y = p.Right
				}
				for _, r := range rows(s.Series, y.Text()) {
					fields := []string{p.Title, r.series, number(r.x), number(r.value), number(r.low), number(r.half), r.quantity}
					if own {
						fields = append(fields, p.X.Text())
					}
					if categories[0] {
						fields = append(fields, category(x, r.x))
					}
					if categories[1] {
						fields = append(fields, category(y, r.y))
					}
					if f.Slider != "" {
						fields = append([]string{frame.Label}, fields...)
					}
					if err := w.Write(fields); err != nil {
						return nil, err
					}
				}
			}
		}
	}
	w.Flush()
	return b.Bytes(), w.Error()
}

// named reports whether a horizontal and whether a vertical axis has categories.
func named(f *scene.Figure) (has [2]bool) {
	has[0] = len(f.X.Categories) > 0
	for _, frame := range f.Frames {
		for _, p := range frame.Panels {
			has[0] = has[0] || len(p.X.Categories) > 0
			has[1] = has[1] || len(p.Y.Categories) > 0 || len(p.Right.Categories) > 0
		}
	}
	return has
}

// category returns the name that a number has on an axis, "" for none.
func category(a chart.Axis, x float64) string {
	if i := int(x); float64(i) == x && i >= 0 && i < len(a.Categories) {
		return a.Categories[i]
	}
	return ""
}

// row is a point of a series.
type row struct {
	series              string
	x, value, low, half float64 // NaN is empty
	y                   float64 // where it is on the vertical axis; NaN is nowhere
	quantity            string
}

// rows returns the points of a series of a panel whose axis is quantity.
func rows(s chart.Series, quantity string) (all []row) {
	none := math.NaN()
	points := func(name string, x, y, half []float64) {
		for i := range y {
			r := row{name, x[i], y[i], none, none, y[i], quantity}
			if half != nil {
				r.half = half[i]
			}
			all = append(all, r)
		}
	}
	switch s := s.(type) {
	case *chart.Line:
		points(s.Name, s.X, s.Y, s.Error)
		if n := len(s.Y); s.Step && len(s.X) == n+1 {
			all = append(all, row{s.Name, s.X[n], none, none, none, none, quantity})
		}
	case *chart.Bars:
		points(s.Name, s.X, s.Y, s.Error)
	case *chart.Band:
		for i := range s.X {
			all = append(all, row{s.Name, s.X[i], s.High[i], s.Low[i], none, s.High[i], quantity})
		}
	case *chart.Rule:
		if s.Vertical {
			return []row{{s.Name, s.At, none, none, none, none, quantity}}
		}
		return []row{{s.Name, none, s.At, none, none, s.At, quantity}}
	case *chart.Raster:
		for i, t := range s.Trains {
			for _, x := range t.Times {
				at := math.Round(x.Seconds()*1e10) / 1e10 // 1134.3 ms is 1.1343 s, not 1.1342999999999999
				all = append(all, row{cmp.Or(t.Name, strconv.Itoa(i)), at, float64(i), none, none, float64(i), quantity})
			}
		}
	case *chart.HeatMap:
		for i, values := range s.Rows {
			for j, v := range values {
				x := s.X0 + (float64(j)+0.5)/float64(len(values))*(s.X1-s.X0)
				all = append(all, row{strconv.Itoa(i), twelve(x), v, none, none, float64(i), s.Label})
			}
		}
	}
	return all
}

// twelve returns x to twelve digits: what is computed is 0.10035, not 0.10035000000000001.
func twelve(x float64) float64 {
	if y, err := strconv.ParseFloat(strconv.FormatFloat(x, 'g', 12, 64), 64); err == nil {
		return y
	}
	return x
}

func number(x float64) string {
	if math.IsNaN(x) {
		return ""
	}
	if x == math.Trunc(x) && math.Abs(x) < 1e15 {
		return strconv.FormatFloat(x, 'f', -1, 64)
	}
	return strconv.FormatFloat(x, 'g', -1, 64)
}
