package draw_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"gomyogen/kernel/chart"
	"gomyogen/kernel/chart/charttest"
	"gomyogen/kernel/chart/internal/scene"
)

// reads fails the test where a reading lacks one of some texts.
func reads(t *testing.T, where, got string, want ...string) {
	t.Helper()
	for _, text := range want {
		if !strings.Contains(got, text) {
			t.Errorf("%s it reads\n%s\nwithout %q", where, got, text)
		}
	}
}

// asPacked is a value of the heat maps as a figure keeps it.
func asPacked(x float64) float64 { return math.Round(x*1000) / 1000 }

// The crosshair reads all panels: the one under the pointer line by line and
// row by row, the others too, their rows summed up.
func TestReadings(t *testing.T) {
	f := charttest.Sheet()
	w := open(t, f, scene.StillWidth+32, 1500)
	trains := f.Panels[2].Series[0].(*chart.Raster).Trains
	spike := trains[5].Times[3].Seconds()
	near := 0 // spikes that are as far from 4.5 s as 8 px reach, no two in a train
	for _, train := range trains {
		for _, x := range train.Times {
			if math.Abs(x.Seconds()-4.5) <= 0.1 {
				near++
			}
		}
	}
	if near < 2 {
		t.Fatalf("%d spikes are near 4.5 s; what is read there?", near)
	}
	heat := f.Panels[4].Series[0].(*chart.HeatMap).Rows
	lines := []string{"mean and SD: 2.", " to 6.", "mean: 4."}
	summed := []string{fmt.Sprintf("Raster, reds: %[1]d spikes of %[1]d trains within ±0.1 s", near), fmt.Sprintf("Heat map, hot: %v to %v  Rate (pps)", asPacked(heat[0][22]), asPacked(heat[6][22]))}
	for _, c := range []struct {
		panel int
		x, y  float64
		want  []string
	}{
		{0, 5, 10, []string{"Time 5.0", " s\n", "mean: 4.2", " pps", "mean and SD: 2.2", " to 6.2", "drive: ", "count: -3 pps"}},
		{0, 4.5, 10, append(summed, lines...)},
		{1, 4.5, 10, append(summed, lines...)},
		{2, 4.5, 19.4, append(summed, append(lines, "Neuron 19 (MN_19): ", "drive: 9 pps")...)},
		{4, 4.5, 0, append(summed, append(lines, fmt.Sprintf("Neuron 0: %v  Rate (pps)", asPacked(heat[0][22])))...)},
		{6, 9.5, 0, []string{"Raster, blues: no spikes within ±0.1 s", "drive: 5 pps"}},
		{1, 4, 5, []string{"count: 12 pps", "drive: 9 pps", "mean: 5.4"}},
		{2, spike, 5, []string{"Neuron 5 (MN_5): spike at " + fmt.Sprintf("%.3f", spike), " s"}},
		{2, 9.5, 5, []string{"Neuron 5 (MN_5): no spike here"}},
		{4, 4.1, 5, []string{"Neuron 5: 20  Rate (pps)"}},
		{4, 0.1, 11, []string{"Neuron 11: no value"}},
	} {
		reads(t, fmt.Sprintf("in panel %d at (%v, %v)", c.panel, c.x, c.y), hover(w, c.panel, c.x, c.y), c.want...)
		w.shot(fmt.Sprintf("reading-%d", c.panel))
	}
	cross := eval[[]float64](w, `(c => [c.offsetTop, c.offsetHeight])(plot.querySelector(".cross"))`)
	if l := prepared(t, f).Layout(1); cross[0] > float64(l.Places[0].Top)+1 || cross[1] < float64(l.Places[6].Top) {
		t.Errorf("the crosshair spans %v, not all panels", cross)
	}
	label := eval[string](w, `plot.getAttribute("aria-label")`)
	reads(t, "in the label", label, f.Alt, `line "mean" with 400 points from 4 to 16`, "200 spikes of 20 trains", "Keys:")
}

// Readings of a narrow figure stay in it.
func TestReadingsFit(t *testing.T) {
	f := charttest.Sheet()
	f.Panels[2].Title = strings.Repeat("a title that goes on ", 10)
	w := open(t, f, 500, 1500)
	for _, x := range []float64{0.2, 5, 9.8} {
		for _, panel := range []int{0, 3, 6} {
			reads(t, "in a narrow figure", hover(w, panel, x, 5), " within ±0.2 s")
			out := eval[[]float64](w, `(t => [...t.querySelectorAll("div")].map(d => d.scrollWidth - d.clientWidth).concat(-t.offsetLeft, -t.offsetTop, t.offsetLeft + t.offsetWidth - plot.clientWidth, t.offsetTop + t.offsetHeight - plot.clientHeight))(plot.querySelector(".tip"))`)
			for _, px := range out {
				if px > 0.5 {
					t.Errorf("at %v in panel %d the readings stand out by %v px", x, panel, out)
					break
				}
			}
			w.shot(fmt.Sprintf("reading-narrow-%d", panel))
		}
	}
}

// Numbers have the digits that the data have, rows and values of an axis with
// categories their names, a line that turns back what it has at the crosshair,
// and of many lines there is the range.
func TestReadingsOfAllKinds(t *testing.T) {
	circle := &chart.Line{Name: "circle", X: make([]float64, 361), Y: make([]float64, 361)}
	for i := range circle.X {
		circle.Y[i], circle.X[i] = math.Sincos(float64(i) / 180 * math.Pi)
		circle.X[i], circle.Y[i] = 5+5*circle.X[i], 3*circle.Y[i]
	}
	many := chart.Panel{Title: "Many lines", Y: chart.Axis{Label: "V", Unit: "mV"}, Height: 120}
	for i := range 12 {
		many.Series = append(many.Series, &chart.Line{Name: fmt.Sprint("cell ", i), X: []float64{0, 5, 10}, Y: []float64{0, -70 + float64(i), 0}})
	}
	kinds := chart.Axis{Categories: []string{"Fuglevand", "De Luca"}}
	f := chart.Figure{Title: "kinds", X: chart.Axis{Label: "Time", Unit: "s", Min: 0, Max: 10}, Panels: []chart.Panel{
		{Title: "Counts", Y: chart.Axis{Label: "Spikes"}, Height: 120, Series: []chart.Series{
			&chart.Bars{Name: "spikes", X: []float64{3, 7}, Y: []float64{14067, 0.1}}, &chart.Line{Name: "third", X: []float64{0, 10}, Y: []float64{1. / 3, 1. / 3}}}},
		{Title: "Circle", Y: chart.Axis{Label: "y"}, Height: 120, Series: []chart.Series{circle}},
		many,
		{Title: "Models", Y: kinds, Height: 120, Series: []chart.Series{
			&chart.HeatMap{Rows: [][]float64{{1, 2}, {3, 4}}, X0: 0, X1: 10, Max: 4, Label: "Hz"}}},
		{Title: "States", Y: kinds, Height: 120, Series: []chart.Series{&chart.Line{Name: "state", X: []float64{0, 5, 10}, Y: []float64{0, 1, 1}, Step: true}}},
	}}
	w := open(t, f, scene.StillWidth+32, 1000)
	reads(t, "at the bar", hover(w, 0, 3, 5000), "spikes: 14067\n", "third: 0.333333\n", "circle: -2.7", " to 2.7", "Many lines: 12 lines from -42 to -35.4 mV", "Models: 1 to 3  Hz", "state: Fuglevand")
	reads(t, "at the low bar", hover(w, 0, 7, 5000), "spikes: 0.1\n")
	reads(t, "above on the circle", hover(w, 1, 5, 2), "circle: 3\n")
	reads(t, "below on the circle", hover(w, 1, 5, -2), "circle: -3\n")
	reads(t, "among lines", hover(w, 2, 5, -62), "cell 8: -62 mV", "cell 7: -63 mV", "Many lines: 12 lines from -70 to -59 mV")
	w.shot("reading-kinds")
	reads(t, "in a row with a name", hover(w, 3, 2, 1), "De Luca: 3  Hz")
	reads(t, "at a step with a name", hover(w, 4, 7, 1), "state: De Luca")
}

// Keys read every panel, every row of a raster and map, and spikes one by one.
func TestReadingsByKeyboard(t *testing.T) {
	f := charttest.Sheet()
	w := open(t, f, scene.StillWidth+32, 800)
	w.do(chromedp.Focus(chromedp.CSS(".plot")))
	press := func(keys string) string {
		t.Helper()
		w.do(chromedp.KeyEvent(keys, chromedp.KeyModifiers(chromedp.ModifierShift)))
		return eval[string](w, `document.querySelector(".myogen-figure [role=status]").textContent`)
	}
	if heard := press(kb.ArrowRight); !strings.Contains(heard, "Time 5.1") || !strings.Contains(heard, "mean: ") || strings.Contains(heard, "count") {
		t.Errorf("Shift and right says %q", heard)
	}
	reads(t, "a panel below", press(kb.ArrowDown), "Steps and bars, ", "count: -3 pps", "drive: 14 pps")
	reads(t, "another below", press(kb.ArrowDown), "Raster, blues, ", "Neuron 19 (MN_19): ")
	reads(t, "a row below", press(kb.ArrowDown), "Neuron 18 (MN_18): ")
	reads(t, "a row above", press(kb.ArrowUp), "Neuron 19 (MN_19): ")
	times, at := f.Panels[2].Series[0].(*chart.Raster).Trains[19].Times, 0
	for times[at].Seconds() < 5.2 {
		at++
	}
	for _, x := range times[at : at+3] {
		reads(t, "to the right", press(kb.ArrowRight), fmt.Sprintf("Neuron 19 (MN_19): spike at %.3f s", x.Seconds()))
	}
	reads(t, "to the left", press(kb.ArrowLeft), fmt.Sprintf("Neuron 19 (MN_19): spike at %.3f s", times[at+1].Seconds()))
	press(strings.Repeat(kb.PageDown, 2))
	heat := f.Panels[4].Series[0].(*chart.HeatMap).Rows
	column := int(times[at+1].Seconds() * 5)
	reads(t, "in a map", press(strings.Repeat(kb.ArrowDown, 2)), "Time ", fmt.Sprintf("Neuron 9: %v", asPacked(heat[9][column])))
	reads(t, "in its next column", press(kb.ArrowRight), fmt.Sprintf("Time %.3f s, Neuron 9: %v", float64(column)/5+0.3, asPacked(heat[9][column+1])))
	w.shot("reading-by-keyboard")
	for _, e := range []string{".level", ".tip"} {
		if place := eval[[]float64](w, `(r => [r.top, innerHeight - r.bottom])(plot.querySelector("`+e+`").getBoundingClientRect())`); place[0] < -1 || place[1] < -1 {
			t.Errorf("%s is out of sight: %v", e, place)
		}
	}
	reads(t, "at the last panel", press(strings.Repeat(kb.PageDown, 9)), "Neuron 11: ")
	w.do(chromedp.KeyEvent(kb.Escape))
	if shown := eval[string](w, `plot.querySelector(".tip").style.display`); shown != "none" {
		t.Errorf("after Esc the readings are %q", shown)
	}
}

// A button tells what mouse and keys do.
func TestHelp(t *testing.T) {
	w := open(t, charttest.Runs(), 500, 800)
	help := func() string {
		return eval[string](w, `(h => h.offsetHeight > 0 ? h.innerText : "")(document.querySelector(".help"))`)
	}
	if text := help(); text != "" {
		t.Errorf("it begins with %q", text)
	}
	click(w, "Help")
	reads(t, "in the help", help(), "Shift and drag", "Ctrl and wheel", "Shift and ←", "+ and −", "Esc")
	w.shot("help")
	if state := eval[string](w, `document.querySelector(".tools button:last-child").getAttribute("aria-expanded")`); state != "true" {
		t.Errorf("the button is expanded: %s", state)
	}
	click(w, "Help")
	if text := help(); text != "" {
		t.Errorf("it stays with %q", text)
	}
}
