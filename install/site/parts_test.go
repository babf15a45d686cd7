package site

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"
)

// Captions are Markdown that stays in its place, one for all figures of a cell or one for each.
func TestCaptions(t *testing.T) {
	img := shown("image/png", shade(t, 8, 8, 0))
	ours := any2{"output_type": "display_data", "data": any2{"text/plain": "Figure p < 0.05 & *stars*: words",
		"text/html": `<div class="myogen-figure"><img alt="words" src="data:image/png;base64,` + shade(t, 8, 8, 0) + `"></div>`}}
	long := strings.Repeat("Very long ", 500)
	for name, c := range map[string]struct {
		caption any
		outputs []any2
		want    []string // captions, in their order
		leftOut string
	}{
		"one for two":           {"Both.", []any2{img, img}, []string{"Both.", "Both."}, ""},
		"one each":              {[]string{"A.", "B."}, []any2{img, img}, []string{"A.", "B."}, ""},
		"one too few":           {[]string{"A.", "B."}, []any2{img, img, ours}, []string{"A.", "B.", "p &lt; 0.05 &amp; *stars*"}, ""},
		"one too many":          {[]string{"A.", "B."}, []any2{img}, []string{"A."}, "cell 2: 1 captions of 2: it shows 1 figures"},
		"the same twice":        {[]string{"A.", "A."}, []any2{img, img}, []string{"A.", "A."}, ""},
		"Markdown and a link":   {"*A* [b](https://example.org) `c<d>`", []any2{img}, []string{`<em>A</em> <a href="https://example.org">b</a> <code>c&lt;d&gt;</code>`}, ""},
		"signs and quotes":      {`a < b & "c" > 'd'`, []any2{img}, []string{`a &lt; b &amp; &#34;c&#34; &gt; &#39;d&#39;`}, ""},
		"a formula":             {`Rate $r_i \cdot 2_{x}$`, []any2{img}, []string{`Rate $r_i \cdot 2_{x}$`}, "the layout of 1 formula, which stands as TeX"},
		"a script":              {"x<script>alert(1)</script>y", []any2{img}, []string{"xy"}, "cell 2: <script>"},
		"a heading":             {"# Not in the contents", []any2{img}, []string{"<h1>Not in the contents</h1>"}, ""},
		"long":                  {long, []any2{img}, []string{strings.TrimSpace(long)}, ""},
		"empty":                 {"", []any2{ours}, []string{"p &lt; 0.05 &amp; *stars*"}, ""},
		"a number":              {7, []any2{ours}, []string{"p &lt; 0.05 &amp; *stars*"}, ""},
		"prints between":        {[]string{"A.", "B."}, []any2{img, {"output_type": "stream", "name": "stdout", "text": "x"}, img}, []string{"A.", "B."}, ""},
		"a cell without figure": {"A.", []any2{shown("text/plain", "x")}, nil, ""},
	} {
		cell := codeCell("x()", c.outputs...)
		cell["metadata"] = any2{"caption": c.caption}
		p, err := newPage(open(t, write(t, t.TempDir(), "a.ipynb", markdownCell("# Title\n\nLead."), cell))[0], nil, Options{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		var got []string
		for _, o := range p.Cells[1].Outputs {
			if o.Figure > 0 {
				got = append(got, string(o.Caption))
			}
		}
		if strings.Join(got, "|") != strings.Join(c.want, "|") {
			t.Errorf("%s: captions\n%q\nwant\n%q", name, got, c.want)
		}
		if left := strings.Join(p.omitted, "|"); left != c.leftOut {
			t.Errorf("%s: left out %q, want %q", name, left, c.leftOut)
		}
		if p.Title != "Title" || p.Lead != "Lead." || p.Contents != nil {
			t.Errorf("%s: title %q, lead %q, contents %v", name, p.Title, p.Lead, p.Contents)
		}
	}
}

// A table of contents has the two topmost levels of a text, whichever these are.
func TestContents(t *testing.T) {
	many := func(format string, n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, format+"\n\n", i)
		}
		return b.String()
	}
	for name, c := range map[string]struct {
		text string
		want string // levels and texts
		n    int    // of the entries, where want is empty
		long bool
	}{
		"levels left out":     {"# T\n\n## A\n\n#### B\n\n## C", "2 A|3 B|2 C", 0, false},
		"the first level":     {"# T\n\n# A\n\n## B\n\n### no\n\n# C", "2 A|3 B|2 C", 0, false},
		"no first level":      {"## A\n\n### B\n\n## C", "2 A|3 B|2 C", 0, false},
		"the same":            {"# T\n\n## A\n\n## A\n\n## A", "2 A|2 A|2 A", 0, false},
		"code, TeX and links": {"# T\n\n## `f(x) < 1`\n\n## $x_i$ *is*\n\n## [B](https://example.org) & <b>C</b>", "2 f(x) < 1|2 $x_i$ is|2 B & C", 0, false},
		"empty ones":          {"# T\n\n##\n\n## A\n\n## B", "", 0, false},
		"none":                {"Text only.", "", 0, false},
		"200 of one level":    {"# T\n\n" + many("## H %d", 200), "", 200, true},
		"200 below 5":         {"# T\n\n" + many("## H %d\n\n"+strings.Repeat("### s\n\n", 40), 5), "", 5, false},
	} {
		p, err := newPage(open(t, write(t, t.TempDir(), "a.ipynb", markdownCell(c.text)))[0], nil, Options{})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		ids := map[string]bool{}
		for _, h := range p.Contents {
			got = append(got, fmt.Sprintf("%d %s", h.Level, h.Text))
			if h.ID == "" || ids[h.ID] {
				t.Errorf("%s: %q has the id %q", name, h.Text, h.ID)
			}
			ids[h.ID] = true
		}
		if s := strings.Join(got, "|"); c.n == 0 && s != c.want || c.n > 0 && len(got) != c.n {
			t.Errorf("%s: %d entries, %.200q, want %d, %q", name, len(got), s, c.n, c.want)
		}
		if p.Long() != c.long {
			t.Errorf("%s: long is %v", name, p.Long())
		}
	}
}

// What JupyterLab collapses and Jupyter Book's tags hide or remove is folded or left out.
func TestFolds(t *testing.T) {
	out := any2{"output_type": "stream", "name": "stdout", "text": "said"}
	fails := any2{"output_type": "error", "ename": "ERROR", "evalue": "wrong"}
	for name, c := range map[string]struct {
		metadata     any2
		output       any2
		wants, never []string
		leftOut      string
	}{
		"nothing":              {any2{}, out, []string{`class="code" open`, ">Hide code<"}, []string{`"outputs"`}, ""},
		"collapsed code":       {any2{"jupyter": any2{"source_hidden": true}}, out, []string{`<details class="code"><summary>`, ">Show code<", "said"}, []string{`"outputs"`}, ""},
		"collapsed outputs":    {any2{"jupyter": any2{"outputs_hidden": true}}, out, []string{`class="code" open`, `<details class="outputs"><summary>Outputs</summary>`, "said"}, nil, ""},
		"hide-input":           {any2{"tags": []string{"hide-input"}}, out, []string{`<details class="code"><summary>`, "said"}, nil, ""},
		"hide-input, an error": {any2{"tags": []string{"hide-input", "raises-exception"}}, fails, []string{`<details class="code"><summary>`, "wrong"}, []string{`"outputs"`}, ""},
		"hide-cell":            {any2{"tags": []string{"hide-cell"}}, out, []string{`<details class="code"><summary>`, `<details class="outputs">`}, nil, ""},
		"remove-input":         {any2{"tags": []string{"remove-input"}}, out, []string{"said"}, []string{`class="code"`, ">Hide code<"}, "cell 2: its code, as its tag says"},
		"remove-output":        {any2{"tags": []string{"remove-output"}}, out, []string{`class="code" open`}, []string{"said"}, "cell 2: its outputs, as its tag says"},
		"remove-cell":          {any2{"tags": []string{"remove-cell"}}, out, nil, []string{"said", `class="code"`}, "cell 2: its code, as its tag says|cell 2: its outputs, as its tag says"},
		"other types":          {any2{"tags": "hide-input", "jupyter": 3}, out, []string{`class="code" open`, "said"}, nil, ""},
	} {
		cell := codeCell("x()", c.output)
		cell["metadata"] = c.metadata
		html, left, err := Page(open(t, write(t, t.TempDir(), "a.ipynb", markdownCell("# A"), cell))[0], Options{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		holds(t, name, string(html), c.wants, c.never)
		if s := strings.Join(left, "|"); s != c.leftOut {
			t.Errorf("%s: left out %q, want %q", name, s, c.leftOut)
		}
	}
}

// A thumbnail of an odd picture is its legible part, or there is none and the index says so.
func TestThumbnailOfOddPictures(t *testing.T) {
	lines := image.NewNRGBA(image.Rect(0, 0, 600, 400))
	draw.Draw(lines, image.Rect(50, 50, 500, 60), image.NewUniform(color.White), image.Point{}, draw.Src)
	var photo bytes.Buffer
	if err := jpeg.Encode(&photo, lines, nil); err != nil {
		t.Fatal(err)
	}
	good := framed(t, 800, 600, 7)
	for name, c := range map[string]struct {
		pictures []string
		want     image.Point // zero: none
	}{
		"a strip":            {[]string{framed(t, 9000, 30, 9)}, image.Point{}},
		"a pillar":           {[]string{framed(t, 30, 9000, 9)}, image.Point{}},
		"a long time axis":   {[]string{framed(t, 9000, 600, 9)}, image.Point{1040, 260}},
		"many panels":        {[]string{framed(t, 400, 9000, 9)}, image.Point{195, 780}},
		"a point":            {[]string{framed(t, 1, 1, 9)}, image.Point{}},
		"nothing drawn":      {[]string{encoded(t, image.NewNRGBA(image.Rect(0, 0, 600, 400)))}, image.Point{}},
		"white on no ground": {[]string{encoded(t, lines)}, image.Point{600, 400}},
		"cut off":            {[]string{good[:len(good)/8*4]}, image.Point{}},
		"cut off, then good": {[]string{good[:len(good)/8*4], good}, image.Point{800, 600}},
		"a strip, then good": {[]string{framed(t, 9000, 30, 9), good}, image.Point{800, 600}},
		"nothing, then good": {[]string{encoded(t, image.NewNRGBA(image.Rect(0, 0, 600, 800))), good}, image.Point{800, 600}},
	} {
		var outputs []any2
		for _, p := range c.pictures {
			outputs = append(outputs, shown("image/png", p))
		}
		s := open(t, write(t, t.TempDir(), "a.ipynb", markdownCell("# A"), codeCell("x", outputs...)))
		b, err := thumbnail(s[0].nb)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if c.want == (image.Point{}) {
			if b != nil {
				t.Errorf("%s: a thumbnail of %d bytes", name, len(b))
			}
			continue
		}
		if got, err := png.DecodeConfig(bytes.NewReader(b)); err != nil || got.Width != c.want.X || got.Height != c.want.Y {
			t.Errorf("%s: %d x %d, error %v, want %v", name, got.Width, got.Height, err, c.want)
		}
	}
	site := t.TempDir()
	if _, err := Write(site, open(t, write(t, t.TempDir(), "a.ipynb", markdownCell("# A"))), Options{Title: "T"}); err != nil {
		t.Fatal(err)
	}
	holds(t, "index", read(t, site+"/index.html"), []string{">No figure<"}, []string{"<img"})
}
