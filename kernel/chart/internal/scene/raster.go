package scene

import (
	"image/color"
	"slices"

	"gomyogen/kernel/chart"
	"gomyogen/myogen/neo"
	"gomyogen/myogen/units"
)

type raster struct{ *chart.Raster }

func (r raster) label() string                 { return "" }
func (r raster) color() (c color.RGBA, _ bool) { return c, false } // each train has its own
func (r raster) rows() bool                    { return true }

func (r raster) points() int {
	n := 0
	for _, t := range r.Trains {
		n += len(t.Times)
	}
	return n
}

func (r raster) bounds(bool, bool) box {
	b := empty()
	for _, t := range r.Trains {
		for _, x := range t.Times {
			b.x0, b.x1 = min(b.x0, x.Seconds()), max(b.x1, x.Seconds())
		}
	}
	b.y0, b.y1 = -0.5, max(float64(len(r.Trains))-0.5, 0.5)
	return b
}

func (r raster) divided(x, _ float64) chart.Series {
	if x == 1 {
		return r.Raster
	}
	c := chart.Raster{Colors: r.Colors}
	for _, t := range r.Trains {
		times := make([]units.Time, len(t.Times))
		for i := range times {
			times[i] = units.Time(float64(t.Times[i]) / x)
		}
		t.Times = times
		c.Trains = append(c.Trains, t)
	}
	return &c
}

func (r raster) masked(x, _ bool) (shown chart.Series, n int) {
	out := *r.Raster
	out.Trains = make([]neo.SpikeTrain, len(r.Trains))
	for i, t := range r.Trains {
		all := len(t.Times)
		t.Times = slices.DeleteFunc(slices.Clone(t.Times), func(at units.Time) bool { return below(float64(at), x) })
		out.Trains[i] = t
		n += all - len(t.Times)
	}
	return &out, n
}

func (r raster) within(float64, float64) chart.Series { return r.Raster }
func (r raster) thin(int, bool) chart.Series          { return r.Raster } // no spike is hidden

func (r raster) words(points int) string {
	return counted(points, "spike") + " of " + counted(len(r.Trains), "train")
}

// RowColors returns the colour of each train.
func RowColors(r *chart.Raster) []color.RGBA {
	colors := make([]color.RGBA, len(r.Trains))
	for i := range colors {
		colors[i] = spikeOnWhite(r.Colors.At(float64(i) / float64(max(len(colors)-1, 1))))
	}
	return colors
}
