package draw_test

import (
	"bytes"
	"fmt"
	"image"
	"math"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"gomyogen/kernel/chart"
	"gomyogen/kernel/chart/charttest"
	"gomyogen/kernel/chart/internal/scene"
	"gomyogen/kernel/chart/render"
)

// Log axes, right axes, panels side by side and their own horizontal axes have the
// ticks of the still picture, and are read and saved in their own numbers.
func TestAxes(t *testing.T) {
	f := charttest.Axes()
	w := open(t, f, scene.StillWidth+32, 1000)
	w.shot("axes")
	p := prepared(t, f)
	layout := p.Layout(2)
	for i, panel := range p.Frames[0].Panels {
		place := layout.Places[i]
		x, width := layout.Span(place.Column, scene.StillWidth)
		left, right := int(x), int(x+width)
		ticked(t, w, fmt.Sprint("left axis ", i), image.Rect(left-48, place.Top-8, left-3, place.Top+place.Height+6), words(scene.Ticks(panel.Y, panel.Y.Min, panel.Y.Max, scene.Steps(panel.Height))))
		if panel.TwoAxes {
			ticked(t, w, fmt.Sprint("right axis ", i), image.Rect(right+4, place.Top-8, right+30, place.Top+place.Height+6), words(scene.Ticks(panel.Right, panel.Right.Min, panel.Right.Max, scene.Steps(panel.Height))))
		}
		if place.XTexts {
			bottom := place.Top + place.Height
			ticked(t, w, fmt.Sprint("horizontal axis ", i), image.Rect(left-20, bottom+8, right+24, bottom+22), words(scene.Ticks(panel.X, panel.X.Min, panel.X.Max, scene.XSteps(int(width)))))
		}
	}
	// Coordinates of a log axis are logarithms; those of a right axis, the left one's.
	reads(t, "in the steps", hover(w, 1, 190, 400), "Interval 190.", " ms", "intervals: 810")
	if got := hover(w, 1, 190, 400); strings.Contains(got, "Motor neurons") || strings.Contains(got, "Time") {
		t.Errorf("at an interval it reads %q", got)
	}
	reads(t, "in the last step", hover(w, 1, 250, 400), "intervals: 270")
	reads(t, "in the spectrum", hover(w, 2, math.Log10(4), 0), "Frequency 4", " Hz", "power: 2")
	reads(t, "at an error bar", hover(w, 3, 40, 40), "Peak 40.", "active: 43 \u00b1 4", "rate: 9.9 pps")
	reads(t, "at bars", hover(w, 4, 1, 4), " b\n", "bars: 5 \u00b1 0.5", "square: 2", "diamond: 1")
	reads(t, "over time", hover(w, 5, 5, 30), "Time 5.0", "drive: 69 pps", "Motor neurons: ")
	// Panels with one axis are zoomed together, others by themselves.
	w.do(chromedp.Focus(chromedp.CSS(".plot")), chromedp.KeyEvent("+"))
	zoomed := eval[[][][]float64](w, extents)[0]
	for i, want := range [][]float64{{2.5, 7.5}, {100, 260}, {-1, 2}, {20, 70}, {-0.5, 2.5}, {2.5, 7.5}} {
		if !same(zoomed[i], want) {
			t.Errorf("after a key panel %d shows %v, want %v", i, zoomed[i], want)
		}
	}
	w.do(chromedp.KeyEvent("0"), chromedp.KeyEvent(kb.PageDown, chromedp.KeyModifiers(chromedp.ModifierShift)), chromedp.KeyEvent("+"))
	if got := eval[[][][]float64](w, extents)[0]; !same(got[0], []float64{0, 10}) || !same(got[1], []float64{140, 220}) {
		t.Errorf("after a key in the second panel they show %v", got)
	}
	reads(t, "by key", eval[string](w, `document.querySelector(".myogen-figure [role=status]").textContent`), "Intervals, Interval 180.0", "intervals: 810")
	w.do(chromedp.KeyEvent("0"))
	reads(t, "in the label", eval[string](w, `plot.getAttribute("aria-label")`), "Row 2, column 1: Spectrum", "Power, log axis. Horizontal axis: Frequency (Hz), from 0.25 to 100, log axis", `line "active" with 6 points from 2 to 78, error bars up to 4`, "Right axis: Mean rate (pps)")
	// The table is that of all data.
	files := saved(t, w, "CSV", "PNG")
	var live, all []string
	for line := range bytes.Lines(files["All_axes.csv"]) {
		live = append(live, string(line))
	}
	text, err := drawn(render.Job{Figure: f, As: "csv"})
	if err != nil {
		t.Fatal(err)
	}
	for line := range bytes.Lines(text) {
		all = append(all, string(line))
	}
	if len(live) != len(all) {
		t.Fatalf("the table of the page has %d rows, that of the data %d", len(live), len(all))
	}
	for i, line := range all {
		if !strings.HasPrefix(line, "Spectrum") && live[i] != line { // of no few digits
			t.Errorf("row %d is %q, want %q", i, live[i], line)
			break
		}
	}
	got, want := picture{decode(t, files["All_axes.png"]), 2, header}, exact(t, f, 2)
	if a, b := got.color(), want.color(); b < 0.01 || math.Abs(a-b) > 0.05*b {
		t.Errorf("%.4f of the saved picture is colour, want %.4f", a, b)
	}
}

// A narrow page has the panels below each other.
func TestColumnsStack(t *testing.T) {
	f := charttest.Axes()
	w := open(t, f, 500, 1900)
	w.shot("axes-narrow")
	grids := eval[[][]float64](w, `chart.getOption().grid.map(g => [+g.left, +g.top, +g.width])`)
	for i := 1; i < len(grids); i++ {
		if grids[i][0] != grids[0][0] || grids[i][1] <= grids[i-1][1]+150 || grids[i][2] < 300 {
			t.Errorf("panel %d is at %v, the one above at %v", i, grids[i], grids[i-1])
		}
	}
	w.do(chromedp.EmulateViewport(1200, 1000))
	w.wait(first(`(g => g[1].top === g[0].top)(chart.getOption().grid)`))
	if height := eval[float64](w, `plot.clientHeight`); math.Abs(height-float64(prepared(t, f).Layout(2).Height)-24) > 1 {
		t.Errorf("it is %v px high", height)
	}
	// Low steps stay level from their first pixels on.
	for _, high := range []float64{0.5, 1, 1.5, 1.9} { // px
		y := 18.3 + high*25/170
		steps := chart.Figure{Panels: []chart.Panel{{Title: "Steps", Y: chart.Axis{Max: 25}, Series: []chart.Series{
			chart.Line{X: []float64{0, 1, 1.01, 1.02, 2}, Y: []float64{18.3, y, 18.3, y}, Step: true}}}}}
		page, err := drawn(render.Job{Figure: steps, As: "html"})
		if err != nil {
			t.Fatal(err)
		}
		w.show(page)
		// The middle of the line at some px right of where a step begins.
		middle := func(x float64, right int) float64 {
			return eval[float64](w, fmt.Sprintf(`(() => {
				const canvas = plot.querySelector("canvas"), dpr = canvas.width / canvas.clientWidth, [x, y] = chart.convertToPixel({ gridIndex: 0 }, [%v, 18.3]);
				const top = Math.round((y - 6) * dpr), d = canvas.getContext("2d").getImageData(Math.round((x + %d) * dpr), top, 1, 12 * dpr).data;
				let sum = 0, all = 0;
				for (let i = 0; i < d.length; i += 4) if (d[i + 2] - d[i] > 10) { sum += d[i + 3] * (top + i / 4) / dpr; all += d[i + 3]; }
				return sum / all;
			})()`, x, right))
		}
		for _, step := range []struct {
			x     float64
			right int
		}{{1, 3}, {1.02, 3}} {
			if at, later := middle(step.x, step.right), middle(1.02, 300); math.Abs(at-later) > 0.15 {
				t.Errorf("a step of %v px at %v: the line is at %.2f px %d px further on, in the end at %.2f px", high, step.x, at, step.right, later)
			}
		}
	}
	// So do narrow ones: each has both its ends, and only verticals between them.
	n := 1000 // about a px each
	bins := &chart.Line{Step: true, X: make([]float64, n+1), Y: make([]float64, n)}
	for i := range bins.X {
		bins.X[i] = float64(i)
	}
	for i := range bins.Y {
		bins.Y[i] = float64(i * i % 7)
	}
	bins.Y[500] = math.NaN()
	page, err := drawn(render.Job{Figure: chart.Figure{Panels: []chart.Panel{{Series: []chart.Series{bins}}}}, As: "html"})
	if err != nil {
		t.Fatal(err)
	}
	w.show(page)
	lines := eval[[][][]float64](w, `chart.getZr().storage.getDisplayList(true).filter(e => e.type === "polyline").map(e => e.shape.points)`)
	if len(lines) != 2 || len(lines[0]) != 2*500 || len(lines[1]) != 2*499 {
		t.Fatalf("%d lines, want one of 500 steps and one of 499", len(lines))
	}
	for _, points := range lines {
		for i := 1; i < len(points); i++ {
			if a, b := points[i-1], points[i]; a[0] != b[0] && a[1] != b[1] {
				t.Fatalf("a slope from %v to %v", a, b)
			}
		}
	}
}
