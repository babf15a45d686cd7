package draw

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"math"
	"strconv"

	"gomyogen/kernel/chart"
)

// table returns all data of a figure as CSV (RFC 4180), a point a row, with the
// digits that give the same numbers again; NaN is an empty field. A spike's
// value is its row, counted from 0; the x of a heat map's value is the centre
// of its column. low is the lower edge of a band, quantity the panel's axis, or
// the label of a heat map's colours, with the unit. A figure of several runs
// has the run in front.
func table(f chart.Figure) ([]byte, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	head := []string{"panel", "series", cmp.Or(f.X.Text(), "x"), "value", "low", "quantity"}
	if len(f.Frames) > 0 {
		head = append([]string{cmp.Or(f.Slider, "run")}, head...)
	}
	if err := w.Write(head); err != nil {
		return nil, err
	}
	for _, frame := range f.Shown() {
		for _, p := range frame.Panels {
			for _, s := range p.Series {
				for _, r := range rows(s, p.Y.Text()) {
					fields := []string{p.Title, r.series, number(r.x), number(r.value), number(r.low), r.quantity}
					if len(f.Frames) > 0 {
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

// row is a point of a series.
type row struct {
	series        string
	x, value, low float64 // NaN is empty
	quantity      string
}

// rows returns the points of a series of a panel whose axis is quantity.
func rows(s chart.Series, quantity string) (all []row) {
	none := math.NaN()
	points := func(name string, x, y []float64) {
		for i := range x {
			all = append(all, row{name, x[i], y[i], none, quantity})
		}
	}
	switch s := s.(type) {
	case *chart.Line:
		points(s.Name, s.X, s.Y)
	case *chart.Step:
		points(s.Name, s.X, s.Y)
	case *chart.Bars:
		points(s.Name, s.X, s.Y)
	case *chart.Band:
		for i := range s.X {
			all = append(all, row{s.Name, s.X[i], s.High[i], s.Low[i], quantity})
		}
	case *chart.Rule:
		if s.Vertical {
			return []row{{s.Name, s.At, none, none, quantity}}
		}
		return []row{{s.Name, none, s.At, none, quantity}}
	case *chart.Raster:
		for i, t := range s.Trains {
			for _, x := range t.Times {
				all = append(all, row{cmp.Or(t.Name, strconv.Itoa(i)), x.Seconds(), float64(i), none, quantity})
			}
		}
	case *chart.HeatMap:
		for i, values := range s.Rows {
			for j, v := range values {
				x := s.X0 + (float64(j)+0.5)/float64(len(values))*(s.X1-s.X0)
				all = append(all, row{strconv.Itoa(i), x, v, none, s.Label})
			}
		}
	}
	return all
}

func number(x float64) string {
	if math.IsNaN(x) {
		return ""
	}
	return strconv.FormatFloat(x, 'g', -1, 64)
}
