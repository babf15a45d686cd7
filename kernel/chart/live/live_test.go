package live

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"io"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"gomyogen/kernel/chart"
	"gomyogen/kernel/chart/charttest"
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
		out[i] = c.Low*(1-f) + c.High*f
		if at == 0 {
			out[i] = math.NaN()
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
		p.coarse([]float64{1, 2, 3})
		for name, c := range map[string]column{"coarse": p.coarse(x), "fine": p.fine(x)} {
			low, high := span(x)
			for i, got := range unpack(p.data, c) {
				if math.IsNaN(got) != math.IsNaN(x[i]) || math.Abs(got-x[i]) > (high/2-low/2)/30000 {
					t.Fatalf("%s: %v became %v", name, x[i], got)
				}
			}
		}
	})
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
	c := p.ticks(times)
	for i, got := range unpack(p.data, c) {
		if math.Abs(got-times[i]) > 1e-9 {
			t.Fatalf("%v s became %v", times[i], got)
		}
	}
}

func TestEqualColumnsAreKeptOnce(t *testing.T) {
	p := newPacker()
	x := []float64{0, 1, 2}
	a, size := p.fine(x), len(p.data)
	if b := p.fine([]float64{0, 1, 2}); b != a || len(p.data) != size {
		t.Errorf("the second is %+v, the first %+v", b, a)
	}
	if c := p.fine([]float64{0, 1, 3}); c.At == a.At {
		t.Error("another column takes the place of the first")
	}
}

func TestHTML(t *testing.T) {
	f := charttest.Odd()["script"]
	html := func() string {
		data, err := Pack(f)
		if err != nil {
			t.Fatal(err)
		}
		return HTML(f, data, []byte("png"), []byte("library"))
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
	if s.Title != f.Title || s.Frames[0].Series[0].Name != chart.Label(f.Panels[0].Series[0]) {
		t.Errorf("the texts became %q and %q", s.Title, s.Frames[0].Series[0].Name)
	}
}

// What would not fit into a notebook is refused.
func TestTooLarge(t *testing.T) {
	defer func(old int) { maxBytes = old }(maxBytes)
	maxBytes = 1 << 20
	if _, err := Pack(charttest.Spikes(100, 90000)); err != nil {
		t.Error(err)
	}
	if _, err := Pack(charttest.Spikes(1000, 900000)); err == nil || !strings.Contains(err.Error(), "MB in the notebook, more than 1; show fewer") {
		t.Errorf("error %v, want the size", err)
	}
}
