package draw

import (
	"bytes"
	"encoding/csv"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	"gomyogen/kernel/chart"
	"gomyogen/kernel/chart/charttest"
	"gomyogen/kernel/chart/render"
	"gomyogen/myogen/neo"
	"gomyogen/myogen/units"
)

func tableOf(f chart.Figure) ([]byte, error) {
	p, err := render.Job{Figure: f, As: "csv"}.Prepare()
	if err != nil {
		return nil, err
	}
	return Draw(p)
}

func read(t *testing.T, f chart.Figure) [][]string {
	t.Helper()
	text, err := tableOf(f)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatalf("%v\n%.500s", err, text)
	}
	return rows
}

// A table has every point of every kind of series, to the last bit, whatever
// the figure thins or rounds.
func TestTableHasAll(t *testing.T) {
	line := &chart.Line{Name: `a "line", of two`, X: make([]float64, 100000), Y: make([]float64, 100000)}
	for i := range line.X {
		line.X[i], line.Y[i] = float64(i)/3e4, math.Sin(float64(i))
	}
	line.Y[7] = math.NaN()
	f := chart.Figure{Title: "f", X: chart.Axis{Label: "Time", Unit: "s"}, Panels: []chart.Panel{
		{Title: "p", Y: chart.Axis{Label: "Rate", Unit: "pps"}, Series: []chart.Series{
			line,
			chart.Line{Name: "step", X: []float64{0, 1, 2}, Y: []float64{5, 1e300}, Step: true}, // a value
			chart.Line{Name: "error", X: []float64{0.0021}, Y: []float64{5}, Error: []float64{0.1}},
			&chart.Bars{Name: "bars", X: []float64{2}, Y: []float64{-3}},
			&chart.Band{Name: "band", X: []float64{1}, Low: []float64{2}, High: []float64{4}},
			&chart.Rule{Name: "across", At: 6}, &chart.Rule{Name: "up", At: 1.5, Vertical: true},
		}, Right: chart.Axis{Label: "Force", Unit: "N"}, RightSeries: []chart.Series{chart.Line{Name: "force", X: []float64{0, 1}, Y: []float64{12}, Step: true}}},
		{Title: "q", Y: chart.Axis{Label: "Neuron"}, Series: []chart.Series{
			&chart.Raster{Trains: []neo.SpikeTrain{{Name: "MN_0"}, {Times: []units.Time{125}}}},
			&chart.HeatMap{Rows: [][]float64{{1, 2}, {3, math.NaN()}}, X0: 0, X1: 1, Max: 1, Label: "Rate (pps)"},
		}},
	}}
	rows := read(t, f)
	if want := []string{"panel", "series", "Time (s)", "value", "low", "error", "quantity"}; !slices.Equal(rows[0], want) {
		t.Errorf("the head is %q, want %q", rows[0], want)
	}
	points, rest := rows[1:100001], rows[100001:]
	for i, r := range points {
		x, _ := strconv.ParseFloat(r[2], 64)
		y, err := strconv.ParseFloat(r[3], 64)
		if i == 7 && r[3] == "" {
			continue
		}
		if r[0] != "p" || r[1] != line.Name || x != line.X[i] || err != nil || y != line.Y[i] || r[6] != "Rate (pps)" {
			t.Fatalf("point %d is %q, want %v and %v", i, r, line.X[i], line.Y[i])
		}
	}
	var got []string
	for _, r := range rest {
		got = append(got, strings.Join(r, "|"))
	}
	want := []string{
		"p|step|0|5|||Rate (pps)", "p|step|1|1e+300|||Rate (pps)", "p|step|2||||Rate (pps)", "p|error|0.0021|5||0.1|Rate (pps)", "p|bars|2|-3|||Rate (pps)", "p|band|1|4|2||Rate (pps)",
		"p|across||6|||Rate (pps)", "p|up|1.5||||Rate (pps)", "p|force|0|12|||Force (N)", "p|force|1||||Force (N)",
		"q|1|0.125|1|||Neuron",
		"q|0|0.25|1|||Rate (pps)", "q|0|0.75|2|||Rate (pps)", "q|1|0.25|3|||Rate (pps)", "q|1|0.75||||Rate (pps)",
	}
	if !slices.Equal(got, want) {
		t.Errorf("the table is\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// A table of odd axes has every number of both axes once, with its unit and its error;
// what is missing is empty, and what a log axis leaves out is there.
func TestTableOfOddAxes(t *testing.T) {
	text := func(x float64) string {
		if math.IsNaN(x) {
			return ""
		}
		return strconv.FormatFloat(x, 'g', -1, 64)
	}
	for name, f := range charttest.OddAxes() {
		want := map[string]int{}
		count := func(p chart.Panel, y chart.Axis, series []chart.Series) {
			for _, s := range series {
				l, ok := s.(chart.Line)
				if b, bars := s.(chart.Bars); bars {
					l, ok = chart.Line{Name: b.Name, X: b.X, Y: b.Y, Error: b.Error}, true
				}
				if !ok {
					t.Fatalf("%s: a series of type %T", name, s)
				}
				for i := range l.Y {
					half := math.NaN()
					if l.Error != nil {
						half = l.Error[i]
					}
					want[strings.Join([]string{p.Title, l.Name, text(l.X[i]), text(l.Y[i]), "", text(half), y.Label + " (" + y.Unit + ")"}, "|")]++
				}
			}
		}
		for _, p := range f.Panels {
			count(p, p.Y, p.Series)
			count(p, p.Right, p.RightSeries)
		}
		rows := read(t, f)
		if head, axis := rows[0][2], f.X.Label+" ("+f.X.Unit+")"; head != axis {
			t.Errorf("%s: x is %q, want %q", name, head, axis)
		}
		for _, r := range rows[1:] {
			for _, i := range []int{2, 3, 5} {
				if x, err := strconv.ParseFloat(r[i], 64); err == nil {
					r[i] = text(x)
				}
			}
			want[strings.Join(r, "|")]--
		}
		for row, n := range want {
			if n != 0 {
				t.Errorf("%s: %s is missing %d times", name, row, n)
			}
		}
	}
}

// Panels with their own horizontal axes say what x is.
func TestTableNamesX(t *testing.T) {
	rows := read(t, chart.Figure{X: chart.Axis{Label: "Time", Unit: "s"}, Panels: []chart.Panel{
		{Title: "a", Series: []chart.Series{chart.Line{X: []float64{1}, Y: []float64{2}}}},
		{Title: "b", X: chart.Axis{Label: "Interval", Unit: "ms"}, Series: []chart.Series{chart.Bars{X: []float64{3}, Y: []float64{4}}}},
	}})
	for i, want := range []string{"panel|series|x|value|low|error|quantity|x quantity", "a||1|2||||Time (s)", "b||3|4||||Interval (ms)"} {
		if got := strings.Join(rows[i], "|"); got != want {
			t.Errorf("row %d is %s, want %s", i, got, want)
		}
	}
}

// Categories are in a table by name, beside the numbers that stand for them.
func TestTableNamesCategories(t *testing.T) {
	rows := read(t, chart.Figure{X: chart.Axis{Label: "Model", Categories: []string{"Fuglevand", "De Luca"}}, Panels: []chart.Panel{
		{Title: "a", Series: []chart.Series{chart.Bars{X: []float64{0, 1, 1.25}, Y: []float64{5, 6, 7}}}},
		{Title: "b", Y: chart.Axis{Label: "Pool", Categories: []string{"slow", "fast"}}, Series: []chart.Series{
			chart.Line{X: []float64{1}, Y: []float64{1}},
			chart.HeatMap{Rows: [][]float64{{3}, {4}}, X0: -0.5, X1: 0.5, Max: 4, Label: "Rate (pps)"},
		}},
	}})
	for i, want := range []string{
		"panel|series|Model|value|low|error|quantity|x category|y category",
		"a||0|5||||Fuglevand|", "a||1|6||||De Luca|", "a||1.25|7|||||",
		"b||1|1|||Pool|De Luca|fast", "b|0|0|3|||Rate (pps)|Fuglevand|slow", "b|1|0|4|||Rate (pps)|Fuglevand|fast",
	} {
		if got := strings.Join(rows[i], "|"); got != want {
			t.Errorf("row %d is %s, want %s", i, got, want)
		}
	}
}

// Every run of a figure is in its table.
func TestTableHasAllRuns(t *testing.T) {
	f := charttest.Runs()
	rows := read(t, f)
	runs := map[string]int{}
	for _, r := range rows[1:] {
		runs[r[0]]++
	}
	if rows[0][0] != "Peak rate" || len(runs) != len(f.Frames) || runs[f.Frames[1].Label] == 0 {
		t.Errorf("the head is %q, the runs are %v", rows[0], runs)
	}
	for want, wrong := range charttest.Wrong() {
		if _, err := tableOf(wrong); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	for _, odd := range charttest.Odd() {
		read(t, odd)
	}
}
