package live

import (
	"encoding/base64"
	"encoding/binary"
	"math"
	"strings"
	"testing"

	"gomyogen/kernel/chart"
	"gomyogen/myogen/neo"
	"gomyogen/myogen/units"
)

func TestPackKeepsPointsAndGaps(t *testing.T) {
	x, y := []float64{0, 1, 15}, []float64{-3, math.NaN(), 65}
	data, box := pack(x, y)
	b, err := base64.StdEncoding.DecodeString(data)
	if err != nil {
		t.Fatal(err)
	}
	for i := range x {
		at := func(j int, low, high float64) float64 {
			l := binary.LittleEndian.Uint16(b[4*i+2*j:])
			if l == gap {
				return math.NaN()
			}
			return low + float64(l)/(gap-1)*(high-low)
		}
		if got := at(0, box[0], box[1]); math.Abs(got-x[i]) > 15.0/gap {
			t.Errorf("x %d is %v, want %v", i, got, x[i])
		}
		got := at(1, box[2], box[3])
		if math.IsNaN(y[i]) != math.IsNaN(got) || math.Abs(got-y[i]) > 68.0/gap {
			t.Errorf("y %d is %v, want %v", i, got, y[i])
		}
	}
	if _, box := pack([]float64{1}, []float64{1e300}); box[2] != 1e300 || box[3] != 1e300 {
		t.Errorf("one point has the box %v", box)
	}
}

func TestHTMLEscapesAndCarries(t *testing.T) {
	f := chart.Figure{Title: `</script>"'<b>`, Panels: []chart.Panel{{Title: "\u202eשלום 🧠", Series: []chart.Series{
		&chart.Raster{Trains: []neo.SpikeTrain{{Times: []units.Time{1, 2}}, {}}},
		&chart.Line{X: []float64{0, 1}, Y: []float64{1e-300, 1e300}},
		&chart.HeatMap{Rows: [][]float64{{0, 1}}, X1: 1, Max: 1},
	}}}}
	page, err := HTML(f, []byte("png"), []byte("library"))
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(page, "</script>"); n != 1 {
		t.Errorf("the page ends %d scripts, want its own one", n)
	}
	if !strings.Contains(page, `data-echarts-gzip="bGlicmFyeQ=="`) {
		t.Error("the library is not carried")
	}
	again, err := HTML(f, []byte("png"), []byte("library"))
	if err != nil || again != page {
		t.Errorf("the same figure gave another page (error %v)", err)
	}
	if _, err := HTML(chart.Figure{}, nil, nil); err == nil {
		t.Error("a figure without panels was drawn")
	}
}
