package site

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"gomyogen/install/jupyter"
	"gomyogen/install/notebook"
)

type any2 = map[string]any

// write writes an executed notebook of the given cells.
func write(t testing.TB, dir, name string, cells ...any2) string {
	t.Helper()
	b, err := json.Marshal(any2{"cells": cells, "nbformat": 4, "nbformat_minor": 5, "metadata": any2{
		"gomyogen": notebook.Run{Code: "abc", Go: "go1.26", Platform: "linux/amd64", Executed: "2026-01-02", Seconds: 3.5},
	}})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, b, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func markdownCell(text string) any2 { return any2{"cell_type": "markdown", "source": text} }

func codeCell(code string, outputs ...any2) any2 {
	return any2{"cell_type": "code", "source": code, "outputs": outputs}
}

func shown(mime, content string) any2 {
	return any2{"output_type": "display_data", "data": any2{mime: []string{content}}}
}

func picture(t testing.TB) string { return shade(t, 960, 2000, 0) }

// shade is a picture of one grey with a corner of another.
func shade(t testing.TB, width, height int, grey uint8) string {
	t.Helper()
	img := image.NewGray(image.Rect(0, 0, width, height))
	for i := range img.Pix {
		img.Pix[i] = grey
	}
	draw.Draw(img, image.Rect(0, 0, width/2, height/2), image.NewUniform(color.Gray{Y: grey ^ 8}), image.Point{}, draw.Src)
	return encoded(t, img)
}

func encoded(t testing.TB, img image.Image) string {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(b.Bytes())
}

// scripts are those of this clone.
func scripts(t testing.TB) Scripts {
	t.Helper()
	s, err := FindScripts(filepath.Join("..", ".."), jupyter.IsECharts)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func open(t testing.TB, paths ...string) []Source {
	t.Helper()
	var all []Source
	for _, p := range paths {
		s, err := Open(p)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, s)
	}
	return all
}

func example(t testing.TB, dir string) []Source {
	t.Helper()
	return open(t,
		write(t, dir, "01_first.ipynb",
			markdownCell("# First *steps*\n\nA pool is made. Then it runs.\n\n## Part\n\nSee [the second](02_second.ipynb#part) and [elsewhere](other.ipynb).\n\n```python\nx = \"<a>\"\n```\n\n```\nplain\n```"),
			codeCell("// a <b> & c\nfmt.Println(\"x\")", any2{"output_type": "stream", "name": "stdout", "text": "a < b\n"}, any2{"output_type": "stream", "name": "stdout", "text": []string{"c\n", "d\n"}}),
			codeCell("", shown("text/plain", "nothing")),
			codeCell("show()", shown("text/html", `<div><img alt="curve" src="data:image/png;base64,`+picture(t)+`"></div>`)),
		),
		write(t, dir, "02_second.ipynb", markdownCell("# Second\n\n## Part\n\n## Part\n\n<script>alert(1)</script>")))
}

func read(t testing.TB, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestWrite(t *testing.T) {
	dir := t.TempDir()
	site := filepath.Join(dir, "site")
	sources := example(t, dir)
	w, err := Write(site, sources, Options{Title: "Studies & more", Scripts: scripts(t)})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(w.Files)
	want := []string{"01_first.html", "01_first.ipynb", "01_first.png", "02_second.html", "02_second.ipynb", "index.html"}
	if !slices.Equal(w.Files, want) {
		t.Errorf("wrote %v, want %v", w.Files, want)
	}
	page := read(t, filepath.Join(site, "01_first.html"))
	for _, want := range []string{
		"<title>First steps</title>", `content="A pool is made."`,
		`href="./02_second.html#part"`, `href="other.ipynb"`,
		"a &lt;b&gt; &amp; c", `<pre class="block" tabindex="0"><code>`, "&lt;a&gt;", "plain\n</code>", "a &lt; b\nc\nd\n", `<img alt="curve"`,
		"2026-01-02, in 3.5 s", `rel="next" href="./02_second.html"`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not have %q", want)
		}
	}
	if strings.Contains(page, "nothing") {
		t.Error("an empty cell is shown")
	}
	index := read(t, filepath.Join(site, "index.html"))
	for _, want := range []string{
		"<title>Studies &amp; more</title>", "<h1>Studies &amp; more</h1>", "2 executed notebooks.",
		`<span class="number">01</span> First steps`, `<span class="number">02</span> Second`,
	} {
		if !strings.Contains(index, want) {
			t.Errorf("the index does not have %q", want)
		}
	}
	second := read(t, filepath.Join(site, "02_second.html"))
	if strings.Contains(second, "alert(1)") {
		t.Error("HTML in text is passed on")
	}
	if strings.Count(second, `id="part"`) != 1 {
		t.Error("two headings have one id")
	}
	small, err := png.Decode(strings.NewReader(read(t, filepath.Join(site, "01_first.png"))))
	if err != nil || small.Bounds().Dx() != 374 || small.Bounds().Dy() != 780 {
		t.Errorf("thumbnail: error %v, want 374 x 780", err)
	}

	// Again: nothing. One notebook changed: its files and its neighbours' links only.
	if w, err = Write(site, sources, Options{Title: "Studies & more", Scripts: scripts(t)}); err != nil || len(w.Files) > 0 {
		t.Errorf("a second time wrote %v, error %v", w.Files, err)
	}
	sources[1] = open(t, write(t, dir, "02_second.ipynb", markdownCell("# Second\n\nNow with text.")))[0]
	if w, err = Write(site, sources, Options{Title: "Studies & more", Scripts: scripts(t)}); err != nil || !slices.Equal(w.Files, []string{"02_second.html", "02_second.ipynb", "index.html"}) {
		t.Errorf("after a change wrote %v, error %v", w.Files, err)
	}
}

// A thumbnail is the whole of the first picture that is high enough or else of
// the highest, scaled.
func TestThumbnail(t *testing.T) {
	dir := t.TempDir()
	for name, c := range map[string]struct {
		sizes []image.Point
		want  uint8
		size  image.Point
	}{
		"low":     {[]image.Point{{2200, 600}}, 1, image.Point{1040, 283}},
		"second":  {[]image.Point{{2200, 700}, {2200, 1656}, {2200, 2000}}, 2, image.Point{1036, 780}},
		"highest": {[]image.Point{{2200, 700}, {2200, 980}, {2200, 880}}, 2, image.Point{1040, 463}},
		"small":   {[]image.Point{{300, 200}}, 1, image.Point{300, 200}},
	} {
		var cells []any2
		for i, p := range c.sizes {
			cells = append(cells, codeCell("show()", shown("text/html", `<img src="data:image/png;base64,`+framed(t, p.X, p.Y, uint8(i+1))+`">`)))
		}
		b, err := thumbnail(open(t, write(t, dir, name+".ipynb", cells...))[0].nb)
		if err != nil {
			t.Fatal(err)
		}
		got, err := png.Decode(bytes.NewReader(b))
		if err != nil || got.Bounds().Size() != c.size {
			t.Errorf("%s: %v, error %v, want a picture of %v", name, got.Bounds(), err, c.size)
			continue
		}
		at := func(x, y int) uint8 { r, _, _, _ := got.At(x, y).RGBA(); return uint8(r >> 8) }
		if x := at(c.size.X/2, c.size.Y/2); c.size.Y > 1 && x != c.want {
			t.Errorf("%s: its middle is %d, want picture %d", name, x, c.want)
		}
		for _, p := range []image.Point{{0, 0}, {c.size.X - 1, 0}, {0, c.size.Y - 1}, {c.size.X - 1, c.size.Y - 1}} {
			if x := at(p.X, p.Y); x < 60 {
				t.Errorf("%s: at %v it is %d: the frame of the picture is cut off", name, p, x)
			}
		}
	}
	for name, cell := range map[string]any2{"none": codeCell("x", shown("image/png", "no picture")), "empty": codeCell("x", shown("image/png", ""))} {
		if b, err := thumbnail(open(t, write(t, dir, name+".ipynb", markdownCell("# A"), cell))[0].nb); b != nil || err != nil {
			t.Errorf("%s: a thumbnail of %d bytes, error %v", name, len(b), err)
		}
	}
}

// framed is a picture of one grey with a white frame.
func framed(t testing.TB, width, height int, grey uint8) string {
	t.Helper()
	img := image.NewGray(image.Rect(0, 0, width, height))
	edge := max(width, height) / 100
	for y := range height {
		for x := range width {
			v := grey
			if x < edge || y < edge || x >= width-edge || y >= height-edge {
				v = 255
			}
			img.Pix[y*img.Stride+x] = v
		}
	}
	return encoded(t, img)
}

// A picture's size is read before its pixels.
func TestThumbnailOfABomb(t *testing.T) {
	for _, size := range []image.Point{{40000, 40000}, {300, 2_000_000_000}, {40_000_000, 1}} {
		code := bomb(size.X, size.Y)
		for mime, content := range map[string]string{"image/png": code, "text/html": `<img src="data:image/png;base64,` + code + `">`} {
			var before, after runtime.MemStats
			s := open(t, write(t, t.TempDir(), "a.ipynb", markdownCell("# A"), codeCell("x", shown(mime, content))))[0]
			runtime.ReadMemStats(&before)
			b, err := thumbnail(s.nb)
			runtime.ReadMemStats(&after)
			if b != nil || err == nil || !strings.Contains(err.Error(), fmt.Sprintf("%d x %d px", size.X, size.Y)) {
				t.Errorf("%v as %s: %d bytes, error %v; want it refused by its size", size, mime, len(b), err)
			}
			if used := after.TotalAlloc - before.TotalAlloc; used > 1<<20 {
				t.Errorf("%v as %s took %d bytes", size, mime, used)
			}
		}
	}
}

// bomb is a PNG that claims a size and has next to no pixels.
func bomb(width, height int) string {
	chunk := func(kind string, data []byte) []byte {
		b := binary.BigEndian.AppendUint32(nil, uint32(len(data)))
		b = append(append(b, kind...), data...)
		return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:]))
	}
	head := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, uint32(width)), uint32(height))
	b := append([]byte("\x89PNG\r\n\x1a\n"), chunk("IHDR", append(head, 8, 0, 0, 0, 0))...)
	return base64.StdEncoding.EncodeToString(append(append(b, chunk("IDAT", []byte{0x78, 0x9c, 3, 0, 0, 0, 0, 1})...), chunk("IEND", nil)...))
}

// A cell that is there to fail shows why, once, as a reader needs it: without
// colours for a terminal, a machine's paths and what the kernel adds.
func TestErrorsAreShown(t *testing.T) {
	dir := t.TempDir()
	stderr := func(text string) any2 { return any2{"output_type": "stream", "name": "stderr", "text": text} }
	failed := codeCell("x", any2{"output_type": "stream", "name": "stdout", "text": "before"}, any2{"output_type": "stream", "name": "stdout", "text": " it\n"},
		stderr("panic: "), stderr("no <b>\n\t \x1b[7m[[ Cell [2] Line 3 ]]\x1b[0m /tmp/k/main.go:12 +0x52\n"), stderr("exit status 2\n"),
		any2{"output_type": "error", "ename": "ERROR", "evalue": "exit status 2", "traceback": []string{"exit status 2"}})
	wrong := codeCell("y", any2{"output_type": "error", "ename": "ERROR", "evalue": "# g\n./main.go:11:1: undefined: y", "traceback": []string{"# g", "Cell[3]: Line 1\nfunc main() {\ny\n^\n}\n\nundefined: y"}})
	quiet := codeCell("z", stderr("exit status 1\n"), any2{"output_type": "error", "evalue": "exit status 1"})
	for _, c := range []any2{failed, wrong, quiet} {
		c["metadata"] = any2{"tags": []string{"raises-exception"}}
	}
	page, _, err := Page(open(t, write(t, dir, "a.ipynb", markdownCell("# A"), failed, wrong, quiet))[0], Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`<pre class="printed" tabindex="0">before it` + "\n</pre>",
		`<pre class="printed error" tabindex="0">panic: no &lt;b&gt;` + "\nCell 2, line 3</pre>",
		`<pre class="printed error" tabindex="0">Cell 3, line 1: undefined: y` + "\n    y\n    ^</pre>",
	} {
		if !strings.Contains(string(page), want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if n := strings.Count(string(page), "printed error"); n != 2 {
		t.Errorf("%d errors are shown, want 2", n)
	}
	if strings.Contains(string(page), "exit status") || strings.Contains(string(page), "/tmp/") {
		t.Error("the page shows what the kernel adds")
	}
}

func TestWriteRefuses(t *testing.T) {
	dir := t.TempDir()
	failed := write(t, dir, "failed.ipynb", codeCell("x", any2{"output_type": "error", "ename": "ERROR", "evalue": "exit status 1"}))
	if _, err := Open(failed); err == nil || !strings.Contains(err.Error(), "cell 1 failed") {
		t.Errorf("error %v, want it to name the cell", err)
	}
	if _, err := Write(filepath.Join(dir, "a"), nil, Options{}); err == nil {
		t.Error("an empty site was written")
	}
	good := write(t, dir, "a.ipynb", markdownCell("# A"))
	if _, err := Write(filepath.Join(dir, "b"), open(t, good, good), Options{}); err == nil || !strings.Contains(err.Error(), "two pages would be called a.html") {
		t.Errorf("error %v, want it to name the page", err)
	}
	if _, err := os.Stat(filepath.Join(dir, "b")); err == nil {
		t.Error("something was written")
	}
}
