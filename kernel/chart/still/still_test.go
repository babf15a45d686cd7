package still

import (
	"bytes"
	"flag"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"maps"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/image/font/sfnt"
	"gonum.org/v1/plot/vg"
	"pgregory.net/rapid"

	"gomyogen/kernel/chart"
	"gomyogen/kernel/chart/charttest"
	"gomyogen/kernel/chart/internal/scene"
)

var update = flag.Bool("update", false, "write the pictures in testdata anew; look at them then")

func figure(t *testing.T, f chart.Figure) *scene.Figure {
	t.Helper()
	s, err := scene.New(f)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// The pictures in testdata were looked at.
func TestGolden(t *testing.T) {
	odd := charttest.Odd()
	for name, f := range map[string]chart.Figure{
		"sheet": charttest.Sheet(), "runs": charttest.Runs(), "categories": odd["categories"], "righttoleft": odd["righttoleft"], "emoji": odd["emoji"], "tiny": odd["tiny"], "long": odd["long"],
	} {
		t.Run(name, func(t *testing.T) {
			got, err := PNG(figure(t, f), 1)
			if err != nil {
				t.Fatal(err)
			}
			charttest.Golden(t, filepath.Join("testdata", name+".png"), got, *update)
		})
	}
}

// A page drawn in bands is the page drawn at once: nothing shows where they meet.
func TestBandsMeet(t *testing.T) {
	x := make([]float64, 3000)
	for i := range x {
		x[i] = float64(i)
	}
	panel := chart.Panel{Title: "waves", Height: 500, Legend: true}
	for k := range 9 {
		y := make([]float64, len(x))
		for i := range y {
			y[i] = float64(k) + 5*math.Sin(x[i]/float64(20*(k+1)))
		}
		panel.Series = append(panel.Series, &chart.Line{Name: fmt.Sprint("wave ", k), X: x, Y: y, Width: float64(k), Dashed: k == 8})
	}
	signs := chart.Panel{Title: "signs", Height: 900, Y: chart.Axis{Label: "⚡⚡⚡⚡ x"}}
	waves := chart.Figure{Title: "Waves", Panels: []chart.Panel{panel, signs}}
	for name, f := range map[string]chart.Figure{"sheet": charttest.Sheet(), "spikes": charttest.Spikes(100, 20000), "waves": waves} {
		for _, scale := range []float64{1, 1.5, 2} {
			p := newPage(figure(t, f))
			var parts []byte
			for _, b := range p.bands() {
				parts = append(parts, b.paint(scale).Pix...)
			}
			whole := p.paint(scale)
			if len(parts) != len(whole.Pix) {
				t.Fatalf("%s: the bands have %d bytes, the page %d", name, len(parts), len(whole.Pix))
			}
			differ, rows := 0, map[int]int{}
			for i, v := range whole.Pix {
				if max(v, parts[i])-min(v, parts[i]) > 0x18 {
					differ++
					rows[i/whole.Stride]++
				}
			}
			if differ > 0 {
				t.Errorf("%s at %v dots a px: %d of %d values differ, in the rows %v", name, scale, differ, len(parts), rows)
			}
		}
	}
}

// What is left of a line passes the points that it lost within a tenth of a px.
func TestStraight(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		step := rapid.Float64Range(-0.2, 2)
		points := []vg.Point{{}}
		for range rapid.IntRange(0, 200).Draw(t, "n") {
			last := points[len(points)-1]
			points = append(points, vg.Point{X: last.X + vg.Length(step.Draw(t, "x")), Y: last.Y + vg.Length(rapid.Float64Range(-0.3, 0.3).Draw(t, "y"))})
		}
		left := straight(points)
		if left[0] != points[0] || left[len(left)-1] != points[len(points)-1] {
			t.Fatal("an end is not where it was")
		}
		j := 0
		for i, at := range points {
			if j+1 < len(left) && at == left[j+1] {
				j++
			}
			if at == left[j] {
				continue
			}
			a, b := left[j], left[j+1]
			if y := a.Y + (b.Y-a.Y)*(at.X-a.X)/(b.X-a.X); !(at.X >= a.X && at.X <= b.X) || math.Abs(float64(y-at.Y)) > aside*1.0001 {
				t.Fatalf("point %d, %v, is left out between %v and %v", i, at, a, b)
			}
		}
	})
	var smooth, noisy []vg.Point
	for i := range 1000 {
		smooth = append(smooth, vg.Point{X: vg.Length(i), Y: vg.Length(100 * math.Sin(float64(i)/150))})
		noisy = append(noisy, vg.Point{X: vg.Length(i), Y: vg.Length(i % 2)})
	}
	if n := len(straight(smooth)); n > 150 {
		t.Errorf("%d of 1000 points of a smooth line are left", n)
	}
	if n := len(straight(noisy)); n != 1000 {
		t.Errorf("%d of 1000 points of a noisy line are left", n)
	}
}

// A palette has rare colours, too: a thin line of its own beside a map that has
// more shades than the palette entries.
func TestRareColorsStay(t *testing.T) {
	const side = 600
	img := image.NewRGBA(image.Rect(0, 0, side, side))
	violet := color.RGBA{R: 0x7f, B: 0xff, A: 0xff}
	for y := range side {
		for x := range side {
			img.SetRGBA(x, y, color.RGBA{R: 0xff, G: uint8(255 * y / side), B: uint8(127 * x / side), A: 0xff})
		}
	}
	for x := range side {
		img.SetRGBA(x, side/2, violet)
	}
	b, err := encodePNG([]*image.RGBA{img})
	if err != nil {
		t.Fatal(err)
	}
	got := decode(t, b)
	worst := 0
	for y := range side {
		for x := range side {
			is, ok := got.At(x, y).(color.RGBA)
			if !ok {
				t.Fatalf("the picture has %T", got.At(x, y))
			}
			worst = max(worst, distance(is, img.RGBAAt(x, y)))
		}
	}
	if c := got.At(7, side/2); c != violet {
		t.Errorf("the line became %v", c)
	}
	if worst > 20*20 {
		t.Errorf("a colour is %.0f from what it was", math.Sqrt(float64(worst)))
	}
}

func decode(t *testing.T, b []byte) image.Image {
	t.Helper()
	img, err := png.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	return img
}

func TestOddFiguresAreDrawn(t *testing.T) {
	all := charttest.Odd()
	maps.Copy(all, charttest.OddAxes())
	for name, f := range all {
		b, err := PNG(figure(t, f), 1)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		img := decode(t, b)
		dark := 0
		for y := range img.Bounds().Dy() {
			for x := range img.Bounds().Dx() {
				if r, _, _, _ := img.At(x, y).RGBA(); r < 0x6000 {
					dark++
				}
			}
		}
		if dark < 300 {
			t.Errorf("%s has %d dark px: no axes, no texts?", name, dark)
		}
	}
}

func TestVectorGraphics(t *testing.T) {
	f := charttest.Sheet()
	f.Title = "</text><script>&"
	svg, err := SVG(figure(t, f))
	if err != nil {
		t.Fatal(err)
	}
	if s := string(svg); strings.Contains(s, "<script>") || !strings.Contains(s, "&lt;script&gt;") || !strings.Contains(s, "<path") || !strings.HasPrefix(s, "<?xml") {
		t.Errorf("the SVG is %.300s", s)
	}
	pdf, err := PDF(figure(t, f))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.HasPrefix(pdf, []byte("%PDF-")) || len(pdf) < 20000 {
		t.Errorf("the PDF has %d bytes and begins with %.10q", len(pdf), pdf)
	}
}

// A sign that the font of pictures does not have is named; SVG leaves it to
// its viewer. Selectors of variants and joiners are no signs.
func TestSignsWithoutALetterAreNamed(t *testing.T) {
	f := charttest.Odd()["emoji"]
	p := newPage(figure(t, f))
	for text, want := range map[string]string{
		"Motor neurons 🧠⚡ firing": "Motor neurons [brain][high voltage sign] firing",
		"⚡️":                      "[high voltage sign]", "👩‍🔬 10 µV ≤ ±2 Ω": "[woman][microscope] 10 µV ≤ ±2 Ω",
	} {
		if got := p.drawable(words{text: text, size: 12}); got != want {
			t.Errorf("%q is drawn as %q, want %q", text, got, want)
		}
	}
	if got := p.drawable(words{text: "日本 µV", size: 12}); got != "□□ µV" {
		t.Errorf("letters that the font lacks are drawn as %q", got)
	}
	face := p.fonts.Fonts.Lookup(p.style(words{size: 12}).Font, 12)
	if i, err := face.Face.GlyphIndex(&sfnt.Buffer{}, []rune(substitute)[0]); err != nil || i == 0 {
		t.Errorf("the font lacks the sign for what it lacks: %v", err)
	}
	svg, err := SVG(figure(t, f))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(svg), "Motor neurons 🧠⚡ firing") {
		t.Error("the SVG does not have the emoji itself")
	}
}

// Letters that are replaced are named with their texts.
func TestLacking(t *testing.T) {
	x := []float64{0, 1}
	f := chart.Figure{Title: "日本 µV", X: chart.Axis{Label: "時"}, Panels: []chart.Panel{{
		Title: "肌", Legend: true, Y: chart.Axis{Label: "力", Unit: "N"},
		Series: []chart.Series{&chart.Line{Name: "線", X: x, Y: x}, &chart.Rule{Name: "刺激 ⚡", At: 0.5}, &chart.Line{Name: "α ≤ ş, Ω", X: x, Y: x}},
	}}}
	said := Lacking(figure(t, f))
	for _, want := range []string{"日本肌時力線刺激", `"日本 µV", "肌", "時", "力 (N)", 2 more texts`, "□"} {
		if !strings.Contains(said, want) {
			t.Errorf("%q does not have %q", said, want)
		}
	}
	if strings.Contains(said, "Ω") || strings.Contains(said, "⚡") {
		t.Errorf("%q names what is not replaced", said)
	}
	if said := Lacking(figure(t, charttest.Sheet())); said != "" {
		t.Errorf("of a figure with all letters it says %q", said)
	}
}
