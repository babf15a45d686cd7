package scene

import (
	"image/color"
	"testing"

	"gomyogen/kernel/chart"
	"gomyogen/myogen/neo"
)

// Spikes can be told from a white page, the palest too, and first from last.
func TestSpikesStandOut(t *testing.T) {
	white := color.RGBA{255, 255, 255, 255}
	for name, m := range map[string]chart.ColorMap{"viridis": nil, "blues": chart.Blues, "reds": chart.Reds, "hot": chart.Hot, "rainbow": chart.Rainbow} {
		colors := RowColors(&chart.Raster{Trains: make([]neo.SpikeTrain, 7), Colors: m})
		for i, c := range colors {
			if got := contrast(c, white); got < 3 {
				t.Errorf("%s: row %d is %v, whose contrast to white is %.2f, less than 3", name, i, c, got)
			}
		}
		if colors[0] == colors[6] {
			t.Errorf("%s: the first and the last row are both %v", name, colors[0])
		}
	}
	for name, m := range map[string]chart.ColorMap{"blues": chart.Blues, "reds": chart.Reds} {
		if low, high := contrast(m.At(0), white), contrast(m.At(1), white); low < 3 || high < 2*low {
			t.Errorf("%s go from a contrast of %.2f to %.2f", name, low, high)
		}
	}
	if got := contrast(white, color.RGBA{0, 0, 0, 255}); got != 21 {
		t.Errorf("the contrast of black and white is %v, want 21", got)
	}
}
