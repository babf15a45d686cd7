package site

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"gomyogen/install/notebook"
)

// described writes a notebook with metadata of its own.
func described(t *testing.T, metadata any2, cells ...any2) Source {
	t.Helper()
	path := write(t, t.TempDir(), "study.ipynb", cells...)
	var nb any2
	if err := json.Unmarshal([]byte(read(t, path)), &nb); err != nil {
		t.Fatal(err)
	}
	maps.Copy(nb["metadata"].(any2), metadata)
	b, err := json.Marshal(nb)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b, 0o644); err != nil {
		t.Fatal(err)
	}
	return open(t, path)[0]
}

// A page has the title, authors, date and description that the notebook's
// metadata give, else those that its text does.
func TestPageSaysWhatItIs(t *testing.T) {
	text := markdownCell("# Heading\n\nFirst sentence. Second.")
	for name, c := range map[string]struct {
		metadata any2
		cells    []any2
		wants    []string
		never    []string
	}{
		"metadata": {any2{"title": "A <title>", "authors": []any2{{"name": "Ada B."}, {"name": "C. D\u00f6"}}, "date": "May 2026", "description": "Short & good"}, []any2{text},
			[]string{"<title>A &lt;title&gt;</title>", `<meta name="author" content="Ada B., C. Dö">`, `<p class="byline">Ada B., C. Dö · <time>May 2026</time></p>`, `content="Short &amp; good"`, `<h1 id="heading">Heading</h1>`}, []string{"<h1>A"}},
		"text":      {nil, []any2{text}, []string{"<title>Heading</title>", `content="First sentence."`, "<time>2026-01-02</time>"}, []string{"author"}},
		"names":     {any2{"authors": []string{"Ada B."}}, []any2{text}, []string{`<p class="byline">Ada B. · `}, nil},
		"one name":  {any2{"authors": "Ada B."}, []any2{text}, []string{`<p class="byline">Ada B. · `}, nil},
		"bad types": {any2{"title": 3, "authors": any2{"a": 1}, "date": []int{1}}, []any2{text}, []string{"<title>Heading</title>", "<time>2026-01-02</time>"}, []string{"author"}},
		"no text":   {any2{"title": "Only data"}, []any2{codeCell("x")}, []string{"<title>Only data</title>", "<h1>Only data</h1>"}, nil},
		"nothing":   {nil, []any2{codeCell("x")}, []string{"<title>study</title>", "<h1>study</h1>"}, []string{`name="description"`}},
	} {
		html, _, err := Page(described(t, c.metadata, c.cells...), Options{})
		if err != nil {
			t.Fatal(err)
		}
		holds(t, name, string(html), c.wants, c.never)
	}
}

// holds sees what a page has and what it never has.
func holds(t *testing.T, name, html string, wants, nevers []string) {
	t.Helper()
	for _, want := range wants {
		if !strings.Contains(html, want) {
			t.Errorf("%s: the page lacks %q", name, want)
		}
	}
	for _, never := range nevers {
		if strings.Contains(html, never) {
			t.Errorf("%s: the page has %q", name, never)
		}
	}
}

// Figures are numbered and have captions, text has a table of contents, code is
// folded on request, and each page leads back.
func TestPageHasItsParts(t *testing.T) {
	dir := t.TempDir()
	captioned := codeCell("b()", shown("image/png", picture(t)))
	captioned["metadata"] = any2{"caption": "What <the> author says."}
	hidden := codeCell("c()")
	hidden["metadata"] = any2{"tags": []string{"hide-input"}}
	figure := any2{"output_type": "display_data", "data": any2{"text/plain": "Figure Drive: and rates: one line & more",
		"text/html": `<div class="myogen-figure" data-figure="AA"><img alt="one line &amp; more" src="data:image/png;base64,` + picture(t) + `"></div>`}}
	sources := open(t, write(t, dir, "a.ipynb", markdownCell("# A\n\n## One\n\n### In one\n\n## One"), codeCell("a()", shown("text/html", "<b>no figure</b>"), figure), captioned, hidden), write(t, dir, "b.ipynb", markdownCell("# B")))
	site := t.TempDir()
	if _, err := Write(site, sources, Options{Title: "T"}); err != nil {
		t.Fatal(err)
	}
	page := read(t, site+"/a.html")
	for _, want := range []string{
		`<li class="level2"><a href="#one">One</a></li>`, `<li class="level3"><a href="#in-one">In one</a></li>`, `<a href="#one-1">One</a>`, `id="one-1"`,
		`<figcaption><b>Figure 1.</b> Drive: and rates</figcaption>`, `id="Figure-2"`, `<b>Figure 2.</b> What &lt;the&gt; author says.`,
		`<a href="index.html">← All notebooks</a>`, `<details class="code" open>`, `<details class="code"><summary>Code</summary><pre tabindex="0"><code><span class="nf">c</span>`, ">Hide code</button>",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if strings.Count(page, "<figure") != 2 {
		t.Errorf("%d figures are numbered, want 2", strings.Count(page, "<figure"))
	}
	if _, err := Write(site, sources, Options{Title: "T", FoldCode: true}); err != nil {
		t.Fatal(err)
	}
	if page = read(t, site+"/a.html"); strings.Contains(page, `class="code" open`) || !strings.Contains(page, `aria-pressed="true" hidden>Show code</button>`) {
		t.Error("the code is not folded at first")
	}
}

// A page takes a time that grows as its notebook does, whatever is in it.
func TestLongNotebooks(t *testing.T) {
	const n = 60_000
	outputs, attributes, cells := make([]any2, n), strings.Builder{}, make([]any2, n/4)
	for i := range outputs {
		outputs[i] = any2{"output_type": "stream", "name": "stdout", "text": "ab"}
		fmt.Fprintf(&attributes, "<b on%d='x()'>c</b>", i)
	}
	for i := range cells {
		cells[i] = any2{"cell_type": "raw", "source": "x"}
	}
	cells[0], cells[1] = codeCell("x", outputs...), codeCell("y", shown("text/html", attributes.String()))
	p, err := newPage(open(t, write(t, t.TempDir(), "a.ipynb", cells...))[0], nil, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got := len(p.omitted); got != n+n/4-2 {
		t.Errorf("%d things are left out", got)
	}
	if got := len(p.Cells[0].Outputs[0].Printed); got != 2*n {
		t.Errorf("%d of %d bytes are printed", got, 2*n)
	}
}

// Outputs that a page cannot show are named there and to the one who publishes.
func TestNothingIsDroppedSilently(t *testing.T) {
	p, err := newPage(open(t, write(t, t.TempDir(), "a.ipynb",
		codeCell("x", any2{"output_type": "display_data", "data": any2{"application/vnd.plotly.v1+json": any2{"a": 1}}}),
		codeCell("y", any2{"output_type": "display_data", "data": any2{"application/vnd.jupyter.widget-view+json": any2{"a": 1}, "text/plain": "Slider()"}}),
		codeCell("e", any2{"output_type": "display_data", "data": any2{"text/html": "", "text/plain": ""}}),
		codeCell("z", shown("text/latex", "$x_1$")), codeCell("m", shown("text/markdown", "**bold**")), codeCell("j", shown("image/jpeg", "AAAA")),
		any2{"cell_type": "raw", "source": "\\newpage"}))[0], nil, Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := "cell 1: an output as application/vnd.plotly.v1+json\ncell 2: an output as application/vnd.jupyter.widget-view+json\ncell 7: a raw cell"
	if got := strings.Join(p.omitted, "\n"); got != want {
		t.Errorf("left out\n%s\nwant\n%s", got, want)
	}
	html, err := p.html()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"[an output that a page cannot show: application/vnd.plotly.v1&#43;json]", "Slider()", "$x_1$", "<strong>bold</strong>", `src="data:image/jpeg;base64,AAAA"`} {
		if !strings.Contains(strings.ReplaceAll(string(html), "+json]", "&#43;json]"), want) {
			t.Errorf("the page lacks %q", want)
		}
	}
}

// No control character reaches a page, wherever a notebook has one.
func TestPagesHaveNoControlCharacters(t *testing.T) {
	dir := t.TempDir()
	bad := "a\x01b\x1b[0mc\x08d\x0be\x7ff\x1ag\u0085h\u009bi\x00j"
	path := write(t, dir, "n.ipynb", markdownCell("# T "+bad+"\n\n"+bad+" `"+bad+"`\n\n```\n"+bad+"\n```\n\n<b title=\""+bad+"\">x</b>"),
		codeCell("// "+bad+"\nx := `"+bad+"`", any2{"output_type": "stream", "name": "stdout", "text": "a\x01b\x02"}, any2{"output_type": "stream", "name": "stderr", "text": bad},
			shown("text/plain", bad), shown("text/html", "<p title='"+bad+"'>"+bad+"</p>"), shown("text/markdown", bad)))
	site := filepath.Join(dir, "site")
	if _, err := Write(site, open(t, path), Options{Title: "T" + bad, Scripts: scripts(t)}); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"n.html", "index.html"} {
		page := read(t, filepath.Join(site, name))
		for i, r := range page {
			if unicode.IsControl(r) && r != '\n' && r != '\t' {
				t.Errorf("%s has %q: %q", name, r, page[max(0, i-40):min(len(page), i+10)])
			}
		}
	}
	failed := write(t, dir, "f.ipynb", codeCell("x", any2{"output_type": "error", "ename": bad, "evalue": "\x1b]0;title\x07" + bad, "traceback": []string{bad}}))
	nb, err := notebook.Read(failed)
	if err != nil {
		t.Fatal(err)
	}
	if err := nb.Failed(); err == nil || strings.ContainsFunc(err.Error(), unicode.IsControl) || strings.Contains(err.Error(), "title") {
		t.Errorf("a failed cell says %q", err)
	}
}
