package live

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"io"
	"math"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"gomyogen/kernel/chart"
	"gomyogen/kernel/chart/charttest"
	"gomyogen/kernel/chart/internal/scene"
)

// unpack reads a column as the script does.
func unpack(data []byte, c column) []float64 {
	out := make([]float64, c.N)
	data = data[c.At:]
	at := int64(0)
	for i := range out {
		d, n := binary.Varint(data)
		data, at = data[n:], at+d
		f := float64(at-1) / float64(c.Levels)
		k := c.From + float64(at-1)
		switch {
		case at == 0:
			out[i] = math.NaN()
		case c.Decimal && c.Digits < 0:
			out[i] = k * math.Pow10(-c.Digits)
		case c.Decimal:
			out[i] = k / math.Pow10(c.Digits)
		case c.Log:
			out[i] = math.Pow(10, c.Low*(1-f)+c.High*f)
		default:
			out[i] = c.Low*(1-f) + c.High*f
		}
	}
	return out
}

func TestColumnsKeepNumbers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		size := math.Pow10(rapid.IntRange(-300, 300).Draw(t, "e"))
		x := rapid.SliceOf(rapid.Custom(func(t *rapid.T) float64 {
			if rapid.IntRange(0, 9).Draw(t, "gap") == 0 {
				return math.NaN()
			}
			return size * rapid.Float64Range(-1, 1).Draw(t, "m")
		})).Draw(t, "x")
		p := newPacker()
		p.pack([]float64{1, 2, 3}, 10, false)
		for name, c := range map[string]column{"coarse": p.pack(x, coarseLevels, false), "fine": p.pack(x, fineLevels, false)} {
			low, high := span(x)
			for i, got := range unpack(p.data, c) {
				if math.IsNaN(got) != math.IsNaN(x[i]) || math.Abs(got-x[i]) > max((high/2-low/2)/3000, 1e-12*math.Abs(x[i])) {
					t.Fatalf("%s: %v became %v", name, x[i], got)
				}
			}
		}
		for i := range x {
			x[i] = math.Abs(x[i])/size*1e6 + 1e-3
		}
		for i, got := range unpack(p.data, p.pack(x, fineLevels, true)) {
			if !math.IsNaN(x[i]) && math.Abs(got-x[i]) > 1e-5*x[i] {
				t.Fatalf("log: %v became %v", x[i], got)
			}
		}
	})
}

// Numbers with few digits stay what they are, and print so.
func TestDecimalsAreExact(t *testing.T) {
	for _, x := range [][]float64{{0.0021, 14.9999, 7.5}, {3 * 0.1, 0.7, 1}, {-70.3, 31.25, math.NaN()}, {1e6, 2e6}, {0}, {}, {math.NaN()}} {
		p := newPacker()
		for i, got := range unpack(p.data, p.pack(x, coarseLevels, false)) {
			if want, err := strconv.ParseFloat(strconv.FormatFloat(x[i], 'g', 12, 64), 64); err != nil || got != want && !math.IsNaN(want) {
				t.Errorf("%v became %v", x[i], got)
			}
		}
	}
	p := newPacker()
	third := []float64{0.1234567891234, 5.1, 1. / 3} // not with few digits, and unevenly spaced
	for i, got := range unpack(p.data, p.pack(third, fineLevels, false)) {
		if text := strconv.FormatFloat(got, 'g', -1, 64); len(text) > 8 || math.Abs(got-third[i]) > 1e-5 {
			t.Errorf("%v became %s", third[i], text)
		}
	}
}

// Times on a grid of 0.1 ms stay on it.
func TestTicksAreExact(t *testing.T) {
	var times []float64
	for _, train := range charttest.Trains(10, 3000, 15) {
		for _, x := range train.Times {
			times = append(times, x.Seconds())
		}
	}
	p := newPacker()
	c := p.pack(times, coarseLevels, false)
	for i, got := range unpack(p.data, c) {
		if math.Abs(got-times[i]) > 1e-9 {
			t.Fatalf("%v s became %v", times[i], got)
		}
	}
}

func TestEqualColumnsAreKeptOnce(t *testing.T) {
	p := newPacker()
	x := []float64{0, 1, 2}
	a, size := p.pack(x, fineLevels, false), len(p.data)
	if b := p.pack([]float64{0, 1, 2}, fineLevels, false); b != a || len(p.data) != size {
		t.Errorf("the second is %+v, the first %+v", b, a)
	}
	if c := p.pack([]float64{0, 1, 3}, fineLevels, false); c.At == a.At {
		t.Error("another column takes the place of the first")
	}
}

func figure(t *testing.T, f chart.Figure) *scene.Figure {
	t.Helper()
	s, err := scene.New(f)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// What a page reads at once is what a notebook keeps, but for the compression.
func TestStored(t *testing.T) {
	f := figure(t, charttest.Odd()["script"])
	var texts [2][]byte
	for i, pack := range []func(*scene.Figure) ([]byte, error){Pack, PackStored} {
		data, err := pack(f)
		if err != nil {
			t.Fatal(err)
		}
		z, err := gzip.NewReader(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		if texts[i], err = io.ReadAll(z); err != nil {
			t.Fatal(err)
		}
	}
	if len(texts[0]) == 0 || !bytes.Equal(texts[0], texts[1]) {
		t.Errorf("%d bytes, stored %d, or others", len(texts[0]), len(texts[1]))
	}
}

func TestHTML(t *testing.T) {
	f := charttest.Odd()["script"]
	html := func() string {
		data, err := Pack(figure(t, f))
		if err != nil {
			t.Fatal(err)
		}
		return HTML(figure(t, f), data, []byte("png"), []byte("library"))
	}
	page := html()
	if n := strings.Count(page, "</script>"); n != 1 {
		t.Errorf("the page ends %d scripts, want its own one", n)
	}
	if !strings.Contains(page, `data-echarts-gzip="bGlicmFyeQ=="`) {
		t.Error("the library is not carried")
	}
	if html() != page {
		t.Error("the same figure gave another page")
	}
	_, data, _ := strings.Cut(page, `data-figure="`)
	data, _, _ = strings.Cut(data, `"`)
	b, err := base64.StdEncoding.DecodeString(data)
	if err != nil {
		t.Fatal(err)
	}
	z, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	b, err = io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	var s spec
	if err := json.Unmarshal(b[4:4+binary.LittleEndian.Uint32(b)], &s); err != nil {
		t.Fatal(err)
	}
	if s.Title != f.Title || s.Frames[0].Series[0].Name != f.Panels[0].Series[0].(*chart.Line).Name {
		t.Errorf("the texts became %q and %q", s.Title, s.Frames[0].Series[0].Name)
	}
}

// What would not fit into a notebook is refused.
func TestTooLarge(t *testing.T) {
	defer func(old int) { maxBytes = old }(maxBytes)
	maxBytes = 1 << 20
	if _, err := Pack(figure(t, charttest.Spikes(100, 90000))); err != nil {
		t.Error(err)
	}
	if _, err := Pack(figure(t, charttest.Spikes(1000, 900000))); err == nil || !strings.Contains(err.Error(), "MB in the notebook, more than 1; show fewer") {
		t.Errorf("error %v, want the size", err)
	}
}
