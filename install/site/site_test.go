package site

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

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

// shade is a picture of one grey.
func shade(t testing.TB, width, height int, grey uint8) string {
	t.Helper()
	img := image.NewGray(image.Rect(0, 0, width, height))
	for i := range img.Pix {
		img.Pix[i] = grey
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(b.Bytes())
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
	written, err := Write(site, "Studies & more", sources)
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(written)
	want := []string{"01_first.html", "01_first.ipynb", "01_first.png", "02_second.html", "02_second.ipynb", "index.html"}
	if !slices.Equal(written, want) {
		t.Errorf("wrote %v, want %v", written, want)
	}
	page := read(t, filepath.Join(site, "01_first.html"))
	for _, want := range []string{
		"<title>First steps</title>", `content="A pool is made."`,
		`href="02_second.html#part"`, `href="other.ipynb"`,
		"a &lt;b&gt; &amp; c", `<pre class="block" tabindex="0"><code>`, "&lt;a&gt;", "plain\n</code>", "a &lt; b\nc\nd\n", `<img alt="curve"`,
		"2026-01-02, in 3.5 s", `rel="next" href="02_second.html"`,
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
	if err != nil || small.Bounds().Dx() != 480 || small.Bounds().Dy() != 300 {
		t.Errorf("thumbnail: error %v, want 480 x 300", err)
	}

	// Again: nothing. One notebook changed: its files and its neighbours' links only.
	if written, err = Write(site, "Studies & more", sources); err != nil || len(written) > 0 {
		t.Errorf("a second time wrote %v, error %v", written, err)
	}
	sources[1] = open(t, write(t, dir, "02_second.ipynb", markdownCell("# Second\n\nNow with text.")))[0]
	if written, err = Write(site, "Studies & more", sources); err != nil || !slices.Equal(written, []string{"02_second.html", "02_second.ipynb", "index.html"}) {
		t.Errorf("after a change wrote %v, error %v", written, err)
	}
}

// A thumbnail is full, of the first picture that is high enough or else of the
// highest.
func TestThumbnail(t *testing.T) {
	dir := t.TempDir()
	for name, c := range map[string]struct {
		sizes []image.Point
		want  uint8
	}{
		"low": {[]image.Point{{2200, 600}}, 1}, "second": {[]image.Point{{2200, 700}, {2200, 1656}, {2200, 2000}}, 2},
		"highest": {[]image.Point{{2200, 700}, {2200, 980}, {2200, 880}}, 2}, "nearly": {[]image.Point{{2200, 1320}, {2200, 2000}}, 1},
		"strip": {[]image.Point{{3000, 1}}, 1},
	} {
		var cells []any2
		for i, p := range c.sizes {
			cells = append(cells, codeCell("show()", shown("text/html", `<img src="data:image/png;base64,`+shade(t, p.X, p.Y, uint8(i+1))+`">`)))
		}
		got, err := png.Decode(bytes.NewReader(thumbnail(open(t, write(t, dir, name+".ipynb", cells...))[0].nb)))
		if err != nil || got.Bounds() != image.Rect(0, 0, thumbnailWidth, thumbnailHeight) {
			t.Errorf("%s: error %v, want a picture of %d x %d", name, err, thumbnailWidth, thumbnailHeight)
			continue
		}
		for _, at := range []image.Point{{0, 0}, {479, 0}, {0, 299}, {479, 299}, {240, 150}} {
			if r, _, _, a := got.At(at.X, at.Y).RGBA(); uint8(r>>8) != c.want || a != 0xffff {
				t.Errorf("%s: at %v it is %d of %d, want picture %d", name, at, r>>8, a, c.want)
			}
		}
	}
	if b := thumbnail(open(t, write(t, dir, "none.ipynb", markdownCell("# A"), codeCell("x", shown("image/png", "no picture"))))[0].nb); b != nil {
		t.Error("a notebook without a picture has a thumbnail")
	}
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
	page, err := Page(open(t, write(t, dir, "a.ipynb", markdownCell("# A"), failed, wrong, quiet))[0])
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
	if _, err := Write(filepath.Join(dir, "a"), "", nil); err == nil {
		t.Error("an empty site was written")
	}
	good := write(t, dir, "a.ipynb", markdownCell("# A"))
	if _, err := Write(filepath.Join(dir, "b"), "", open(t, good, good)); err == nil || !strings.Contains(err.Error(), "two pages would be called a.html") {
		t.Errorf("error %v, want it to name the page", err)
	}
	if _, err := os.Stat(filepath.Join(dir, "b")); err == nil {
		t.Error("something was written")
	}
}
