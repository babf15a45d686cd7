package scene

import (
	"fmt"
	"image/color"
	"math"
	"strings"

	"gomyogen/kernel/chart"
)

type heatMap struct{ *chart.HeatMap }

func (h heatMap) label() string                 { return "" }
func (h heatMap) color() (c color.RGBA, _ bool) { return c, false }
func (h heatMap) rows() bool                    { return true }

func (h heatMap) points() int {
	if len(h.Rows) == 0 {
		return 0
	}
	return len(h.Rows) * len(h.Rows[0])
}

func (h heatMap) bounds(bool, bool) box {
	return box{h.X0, h.X1, -0.5, max(float64(len(h.Rows))-0.5, 0.5)}
}

func (h heatMap) divided(x, _ float64) chart.Series {
	c := *h.HeatMap
	c.X0, c.X1 = h.X0/x, h.X1/x
	return &c
}

func (h heatMap) masked(bool, bool) (chart.Series, int) { return h.HeatMap, 0 }

func (h heatMap) within(float64, float64) chart.Series { return h.HeatMap }

// mapCells is how many cells a heat map keeps.
const mapCells = 400000

func (h heatMap) thin(int, bool) chart.Series {
	return thinMap(h.HeatMap, max(200, min(2000, mapCells/max(len(h.Rows), 1))))
}

func (h heatMap) words(int) string {
	if !hasData(h.HeatMap) {
		return "heat map of " + counted(len(h.Rows), "row") + " without values"
	}
	return fmt.Sprintf("heat map of %s, colours %s %s", counted(len(h.Rows), "row"), limitsWords(h.Min, h.Max), h.Label)
}

// thinMap returns the map with at most so many columns, means of what they cover.
func thinMap(h *chart.HeatMap, columns int) *chart.HeatMap {
	if len(h.Rows) == 0 || len(h.Rows[0]) <= columns {
		return h
	}
	out := *h
	out.Rows = make([][]float64, len(h.Rows))
	n := len(h.Rows[0])
	for r, row := range h.Rows {
		out.Rows[r] = make([]float64, columns)
		for c := range columns {
			sum, count := 0.0, 0
			for _, v := range row[c*n/columns : (c+1)*n/columns] {
				if !math.IsNaN(v) {
					sum, count = sum+v, count+1
				}
			}
			out.Rows[r][c] = sum / float64(count) // NaN where nothing is
		}
	}
	return &out
}

// fillMaps gives heat maps without limits those of their data, in a figure of
// several runs those of all runs.
func (f *Figure) fillMaps() {
	for i := range f.Frames[0].Panels {
		low, high := math.Inf(1), math.Inf(-1)
		var open []*Series
		for _, frame := range f.Frames {
			p := frame.Panels[i]
			for j := range p.Series {
				h, ok := p.Series[j].Series.(*chart.HeatMap)
				if !ok || h.Min != h.Max {
					continue
				}
				open = append(open, &p.Series[j])
				for _, row := range h.Rows {
					for _, v := range row {
						if !math.IsNaN(v) {
							low, high = min(low, v), max(high, v)
						}
					}
				}
			}
		}
		for _, s := range open {
			h := *s.Series.(*chart.HeatMap)
			ends := openLimits([2]float64{low, high}, 4)
			h.Min, h.Max = ends[0], ends[1]
			s.Series = &h
		}
	}
}

// scaleMaps shows the values of heat maps in a power of ten likewise.
func (f *Figure) scaleMaps() {
	for _, frame := range f.Frames {
		for _, p := range frame.Panels {
			for j, s := range p.Series {
				h, ok := s.Series.(*chart.HeatMap)
				if !ok {
					continue
				}
				e := exponent([2]float64{h.Min, h.Max})
				if e == 0 {
					continue
				}
				c, by := *h, math.Pow10(e)
				c.Min, c.Max, c.Label = h.Min/by, h.Max/by, strings.TrimSpace(fmt.Sprintf("%s 1e%d", h.Label, e))
				c.Rows = make([][]float64, len(h.Rows))
				for i, row := range h.Rows {
					c.Rows[i] = divided(row, by)
				}
				p.Series[j].Series = &c
			}
		}
	}
}
