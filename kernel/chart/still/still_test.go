package still

import (
	"bytes"
	"image/png"
	"math"
	"strings"
	"testing"

	"gomyogen/kernel/chart"
	"gomyogen/myogen/neo"
	"gomyogen/myogen/units"
)

// Sheet is a figure with every kind of series.
func sheet() chart.Figure {
	line := &chart.Line{Name: "sine", Color: chart.Blue}
	var train neo.SpikeTrain
	row := make([]float64, 100)
	for i := range 100 {
		x := float64(i) / 10
		line.X, line.Y = append(line.X, x), append(line.Y, math.Sin(x))
		train.Times = append(train.Times, units.Time(100*i))
		row[i] = x
	}
	return chart.Figure{Title: "Sheet", X: chart.Axis{Label: "Time", Unit: "s"}, Panels: []chart.Panel{
		{Title: "Line", Y: chart.Axis{Label: "y"}, Series: []chart.Series{line}, Legend: true},
		{Title: "Raster", Series: []chart.Series{&chart.Raster{Trains: []neo.SpikeTrain{train, train}, Colors: chart.Reds}}},
		{Title: "Heat map", Series: []chart.Series{&chart.HeatMap{Rows: [][]float64{row, row}, X1: 10, Max: 10, Colors: chart.Hot}}},
	}}
}

func TestPNGHasEverySeries(t *testing.T) {
	b, err := PNG(sheet())
	if err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	blue, red, hot := 0, 0, 0
	for y := range img.Bounds().Dy() {
		for x := range img.Bounds().Dx() {
			r, g, b, _ := img.At(x, y).RGBA()
			r, g, b = r>>8, g>>8, b>>8
			switch {
			case b > r+50:
				blue++
			case r > 150 && g < 100 && b < 100 && b > 15:
				red++
			case r > 200 && g > 100 && b < 30:
				hot++
			}
		}
	}
	if blue < 300 || red < 300 || hot < 1000 {
		t.Errorf("%d blue pixels of the line, %d red of the raster, %d of the map; want them all", blue, red, hot)
	}
}

func TestPNGRefuses(t *testing.T) {
	f := sheet()
	f.Panels[0].Series[0].(*chart.Line).Y[7] = math.Inf(1)
	if _, err := PNG(f); err == nil || !strings.Contains(err.Error(), `panel 0 ("Line"), series 0: point 7`) {
		t.Errorf("error %v, want it to name the point", err)
	}
}
