package site

import (
	"encoding/base64"
	"errors"
	"image"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// rendered returns a text cell as a page shows it, and what is left out.
func rendered(t testing.TB, dir, source string, files map[string]any) (string, []string) {
	t.Helper()
	cell := markdownCell(source)
	if files != nil {
		cell["attachments"] = files
	}
	p, err := newPage(open(t, write(t, dir, "n.ipynb", cell))[0], nil, Options{Scripts: scripts(t)})
	if err != nil {
		t.Fatal(err)
	}
	return string(p.Front + p.Cells[0].Text), p.omitted
}

// Text looks as JupyterLab shows it.
func TestMarkdown(t *testing.T) {
	dir := t.TempDir()
	for source, wants := range map[string][]string{
		"10<sup>3</sup> and H<sub>2</sub>O<br>next":      {"10<sup>3</sup>", "H<sub>2</sub>O<br/>next"},
		"| a | b |\n|:-|-:|\n| 1 | **2** |":              {"<table>", `<td style="text-align: left">1</td>`, "<strong>2</strong>"},
		"- [x] done\n- [ ] open":                         {`<input checked="" disabled="" type="checkbox"/> done`, `<input disabled="" type="checkbox"/> open`},
		"<details><summary>More</summary>text</details>": {"<details><summary>More</summary>text</details>"},
		`<span style="color: red">red</span>`:            {`<span style="color: red">red</span>`},
		`<div align="center"><kbd>Ctrl</kbd></div>`:      {`<div align="center"><kbd>Ctrl</kbd></div>`},
		"~~gone~~ <u>under</u> <mark>seen</mark>":        {"<del>gone</del>", "<u>under</u>", "<mark>seen</mark>"},
		"a <tag> and Map<K>, x<y>z</y>":                  {"a &lt;tag&gt; and Map&lt;K&gt;, x&lt;y&gt;z&lt;/y&gt;"},
		"a\n\n    code $x$":                              {`<pre class="block" tabindex="0"><code>code $x$`},
		"see https://example.org/a_b":                    {`<a href="https://example.org/a_b">`},
		"a\n\n---\n\n> quoted\n\n1. one\n2. two":         {"<hr/>", "<blockquote>", "<ol>"},
		"<script>alert(1)</script>after":                 {"after"},
		// Notes, references, entities, code in lists and tables, lists in details.
		"text[^1]\n\n[^1]: the *note*":                                                 {"text[^1]", "[^1]: the <em>note</em>"},
		"a [ref][Ref Name] and [s]\n\n[ref name]: https://e.org/x_y 'T'\n[s]: <#b>":    {`<a href="https://e.org/x_y" title="T">ref</a>`, `<a href="#b">s</a>`},
		"&alpha; &lt;b&gt; &#955; &copy; `&lt;`":                                       {"α &lt;b&gt; λ ©", "<code>&amp;lt;</code>"},
		"1. one\n\n   ```\n   a_b = $x$ *y*\n   ```\n2. $y_1$ *z*":                     {"<code>a_b = $x$ *y*\n</code>", "$y_1$ <em>z</em>"},
		"- a\n    - b\n        ```\n        $5 `x` $y_z$ *b*\n        ```\n- $c_d*e*$": {"<code>$5 `x` $y_z$ *b*\n</code>", "$c_d*e*$"},
		"- ```\n  $x_1$ *y*\n  ```\n- $z_1*w*v$":                                       {"<code>$x_1$ *y*\n</code>", "$z_1*w*v$"},
		"> ```\n> $x_1$ *y*\n> ```\n> $z_1*w*v$":                                       {"<code>$x_1$ *y*\n</code>", "$z_1*w*v$"},
		"    indented $a_b$ *c*\n\n$d_e*f*g$":                                          {"<code>indented $a_b$ *c*\n</code>", "$d_e*f*g$"},
		"| $a_1$ | b |\n|---|---|\n| $|x|$ | $y \\| z$ |":                              {"<td>$|x|$</td>", `<td>$y \| z$</td>`},
		"<details open>\n<summary>S</summary>\n\n- [ ] a\n- [x] $b_c$\n\n</details>":   {"<details open=\"\">", `type="checkbox"/> a`, `type="checkbox"/> $b_c$`},
		"<table><tr><td rowspan=2 align=right>b<br>c</td></tr></table>":                {`<td rowspan="2" align="right">b<br/>c</td>`},
		"a  \nb\\\nc<br/>d": {"a<br/>\nb<br/>\nc<br/>d"},
		"<dl><dt>t<dd>d</dl> <abbr title=x>A</abbr> <SUP>3</SUP>": {"<dl><dt>t</dt><dd>d</dd></dl>", `<abbr title="x">A</abbr>`, "<sup>3</sup>"},
		"[![badge](https://x.org/b.svg)](https://x.org/p)":        {`<a href="https://x.org/p">[picture: badge]</a>`},
		"_$a_b$_ **$c*d$** [$e_f$](#x) ~~$g_h$~~":                 {"<em>$a_b$</em>", "<strong>$c*d$</strong>", `<a href="#x">$e_f$</a>`, "<del>$g_h$</del>"},
		// Lines that begin with other letters than ASCII, notes of a word, comments with $, drawings in text, Windows.
		"Über $x_1$\n\n\u00e9t\u00e9 *a*\n   Ωß *b*\n日本":                        {"Über $x_1$", "été <em>a</em>", "Ωß <em>b</em>", "日本"},
		"\ufeff# Mark\n\n👩\u200d🔬 and 🧠":                                        {"👩\u200d🔬 and 🧠"},
		"\u2028a\u00a0b\n— c\n€5, €6 and *d*":                                   {"€5, €6 and <em>d</em>"},
		"two[^note] and[^2]\n\n[^note]: word\n[^2]: `x`\n\n[^b](#c)":            {"two[^note] and[^2]", "[^note]: word", "[^2]: <code>x</code>", `<a href="#c">^b</a>`},
		"`[^1]` and\n\n    [^1]: code\n\n```\n[^1]: code\n```":                  {"<code>[^1]</code>", "<code>[^1]: code\n</code>"},
		"a <!-- costs $5 --> b $y_1$ *c* <!-- $ -->":                            {"<p>a  b $y_1$ <em>c</em> </p>"},
		"<!--\n$a\n\n$b$\n-->\n\n$c_1$ *d*":                                     {"<p>$c_1$ <em>d</em></p>"},
		"see <svg width=\"5\"><g><path d=\"M0 0\"/></g></svg> *here*":           {base64.StdEncoding.EncodeToString([]byte(`<svg width="5" xmlns="http://www.w3.org/2000/svg"><g><path d="M0 0"></path></g></svg>`)), "<em>here</em>"},
		"a\r\n\r\n- b  \r\nc\r\n\r\n$$\r\nd_1 *e*\r\n$$\r\n~~~\r\n*f*\r\n~~~":   {"<li>b<br/>\nc</li>", "$$\nd_1 *e*\n$$", "<code>*f*\n</code>"},
		`<img src="data:image/png;base64,AAAA" style="float: right" width=50%>`: {`style="float: right"`, `width="50%"`},
		"- [ ] a\n  - [x] b\n    1. [ ] c":                                      {`type="checkbox"/> c</li>`},
		"Title\n===\n\nSub *a*\n---\n\n####### seven":                           {`<h2 id="sub-a">Sub <em>a</em></h2>`, "####### seven"},
		"prices $5-$10, US$4/CA$5, $1,000, $10k and *a*":                        {"prices $5-$10, US$4/CA$5, $1,000, $10k and <em>a</em>"},
		"\\(note\\) and \\[a\\](b) and \\[x_1\\](c)":                            {"(note) and [a](b) and [x_1](c)"},
	} {
		html, _ := rendered(t, dir, source, nil)
		for _, want := range wants {
			if !strings.Contains(html, want) {
				t.Errorf("%q lacks %q:\n%s", source, want, html)
			}
		}
		if strings.Contains(html, "<script") || strings.Contains(html, "alert") {
			t.Errorf("%q passes a script:\n%s", source, html)
		}
	}
}

// TeX stands as it was written.
func TestFormulasStandUnchanged(t *testing.T) {
	dir := t.TempDir()
	for _, formula := range []string{
		`$x_i * y_i * z$`, `$$\frac{a_1}{b_1} < \sum_{i=1}^n x_i^2 \\ y & z$$`, `$\alpha\_\beta$`, `\\(a_b*c*d\\)`, `\\[a_{b}_c\\]`, `\(a_b*c*d\)`, `\[ \frac{a}{b} *c* \]`, `\(x = y\)`,
		`\begin{equation}a_1 = b_1 *c* d\end{equation}`, `\begin{pmatrix}a & b_1 \\ c_1 & d\end{pmatrix}`, `$x' < 3\,\mathrm{mV}$`, `$a^{*}b^{*}$`, `$\{a_1\}$`,
		"$$\na &= b \\\\\n+ c\n- d\n= e\n$$", `\begin{align*}a_1 &= b*c* \\ d_1 &= e\end{align*}`, `$\text{if } x < y > z$`, `$a\$b_c_d$`, `$[a](b)$`, "$`a`$", `$<b>$`, `$$a$b$c$$`,
	} {
		for _, around := range []string{"# Heading ", "before _emphasis_ ", "- item ", "> quoted ", "| a |\n|-|\n| "} {
			if strings.Contains(formula, "\n") && around != "before _emphasis_ " || strings.Contains(formula, "|") {
				continue
			}
			html, leftOut := rendered(t, dir, around+formula+" after", nil)
			if shown := textOf(t, html); !strings.Contains(shown, formula+" after") || len(leftOut) != 1 || leftOut[0] != "the layout of 1 formula, which stands as TeX" {
				t.Errorf("%q is shown as %q, without %q", around+formula, shown, leftOut)
			}
		}
	}
	for source, want := range map[string]string{
		"costs $5 or $10, *not* more":        "costs $5 or $10, not more",
		"`$a_b_c$` and ``$x*y*z` $``":        "$a_b_c$ and $x*y*z` $",
		"```\n$a_b_c$ **x**\n```\n$d_e_f$":   "$a_b_c$ **x**\n\n$d_e_f$",
		"an escaped \\$a_ and _b_ \\$":       "an escaped $a_ and b $",
		"${HOME} and *b*":                    "${HOME} and b",
		"$a\n\nb$ *c*":                       "$a\nb$ c",
		"~~~\n```\n$a *b*\n~~~\n*c* $d*e*f$": "```\n$a *b*\n\nc $d*e*f$",
	} {
		html, _ := rendered(t, dir, source, nil)
		if shown := strings.TrimSpace(textOf(t, html)); shown != want {
			t.Errorf("%q is shown as %q, want %q", source, shown, want)
		}
	}
	html, _ := rendered(t, dir, `<a title="$x" href="#b">$y" onclick="alert(1)" z$</a>`, nil)
	if strings.Contains(html, `onclick="`) {
		t.Errorf("a formula reaches out of an attribute: %s", html)
	}
}

// Pictures are in the page, wherever they were; what cannot be shown is named.
func TestPictures(t *testing.T) {
	dir := t.TempDir()
	data, err := base64.StdEncoding.DecodeString(shade(t, 20, 10, 7))
	if err != nil {
		t.Fatal(err)
	}
	code := base64.StdEncoding.EncodeToString(data)
	url := "data:image/png;base64," + code
	for name, content := range map[string][]byte{"a.png": data, "sub dir/ü #1?.png": data, "drawing.svg": []byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`), "secret.txt": []byte("secret"), "not.png": []byte("secret")} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "folder.png"), 0o755); err != nil {
		t.Fatal(err)
	}
	elsewhere := filepath.Join(t.TempDir(), "private.png")
	if err := errors.Join(os.WriteFile(elsewhere, data, 0o600), os.Symlink(elsewhere, filepath.Join(dir, "out.png"))); err != nil {
		t.Fatal(err)
	}
	attached := map[string]any{"pasted.png": map[string]any{"image/png": code}, "two words.png": map[string]any{"image/png": []string{code}}, "page.html": map[string]any{"text/html": "<b>"}}
	for source, c := range map[string]struct{ want, leftOut string }{
		"![x](attachment:pasted.png)":          {url, ""},
		"![x](attachment:two%20words.png)":     {url, ""},
		"![x](<attachment:two words.png>)":     {url, ""},
		`<img src="attachment:pasted.png">`:    {url, ""},
		"![x](a.png)":                          {url, ""},
		"![x](./a.png)":                        {url, ""},
		`<img src="a.png" width="50">`:         {url, ""},
		"![x](sub%20dir/%C3%BC%20%231%3F.png)": {url, ""},
		"![x](<sub dir/ü %231%3F.png>)":        {url, ""},
		"![x](drawing.svg)":                    {"data:image/svg+xml;base64,", ""},
		"![x](" + url + ")":                    {url, ""},
		"![x](none.png)":                       {"[picture x: it does not exist]", "none.png: it does not exist"},
		"![x](attachment:none.png)":            {"there is no attached picture", "none.png"},
		"![x](attachment:page.html)":           {"there is no attached picture", "page.html"},
		"![x](secret.txt)":                     {"it is not a picture", "secret.txt"},
		"![x](not.png)":                        {"it is not a picture", "not.png"},
		"![x](folder.png)":                     {"it is not a file", "folder.png"},
		"![x](/dev/zero)":                      {"it is not beside the notebook", "/dev/zero"},
		"![x](../a.png)":                       {"it is not beside the notebook", "../a.png"},
		"![x](out.png)":                        {"[picture x: ", "out.png"}, // a link out of the folder
		"![x](file:///etc/passwd)":             {"a page cannot show", "file:///etc/passwd"},
		"![Logo](https://example.org/a.png)":   {`<a href="https://example.org/a.png">[picture: Logo]</a>`, "https://example.org/a.png"},
	} {
		html, leftOut := rendered(t, dir, source, attached)
		if !strings.Contains(html, c.want) || strings.Contains(html, "secret\n") {
			t.Errorf("%.60q lacks %.60q: %.300s", source, c.want, html)
		}
		if all := strings.Join(leftOut, "\n"); c.leftOut == "" && all != "" || !strings.Contains(all, c.leftOut) {
			t.Errorf("%.60q leaves out %q, want %q", source, all, c.leftOut)
		}
	}
}

// One picture that is named many times is shown as often as a page can bear.
func TestPicturesHaveALimit(t *testing.T) {
	dir := t.TempDir()
	code := shade(t, 20, 10, 7)
	data, err := base64.StdEncoding.DecodeString(code)
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "a.png"), data, 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
	before := maxPictures
	defer func() { maxPictures = before }()
	maxPictures = 3 * len(dataURL("image/png", data))
	for _, source := range []string{"![x](a.png) ", "![x](attachment:b.png) ", `<img src="a.png"> `} {
		html, leftOut := rendered(t, dir, strings.Repeat(source, 100), map[string]any{"b.png": map[string]any{"image/png": code}})
		if n := strings.Count(html, "data:image/png"); n != 3 || len(leftOut) != 1 || !strings.Contains(leftOut[0], "the pictures of the page have more than") {
			t.Errorf("%s: %d pictures, left out %q", source, n, leftOut)
		}
	}
}

// What stands as it is written is named once, with how often.
func TestAsWritten(t *testing.T) {
	source := "$a_1$ and\n\n$$b$$\n\n\\begin{align}c\\end{align} `$d$`\n\ntext[^1]\n\n> [!NOTE]\n> x\n\n```\n> [!NOTE]\n```\n"
	want := []string{"the layout of 3 formulas, which stand as TeX", "the layout of 1 mark of a footnote, which stands as it is written", "the layout of 1 note such as [!NOTE], which is a quotation"}
	if _, leftOut := rendered(t, t.TempDir(), source, nil); !slices.Equal(leftOut, want) {
		t.Errorf("left out are %q, want %q", leftOut, want)
	}
}

// Links lead to pages whatever the names of the notebooks hold.
func TestLinks(t *testing.T) {
	dir := t.TempDir()
	stems := []string{"a b", "[x](y)", "🧠 neuron", "a;b=c,d", "!@$^~", "e\u0301 two", "a\\b", ".hidden", "100%", "50%20", "c#", "was?", "größe", "x:y", `"q"`, "a&b", "plus+", "<b>", "日本", "it's", "a b%20#?", "é", "100%%41", "#1? 50% [a] é"}
	var paths []string
	for _, stem := range stems {
		paths = append(paths, write(t, dir, stem+".ipynb", markdownCell("# "+stem+"\n\n## Part One\n\n## Größe & Maß")))
	}
	var links strings.Builder
	for _, stem := range stems {
		links.WriteString("[l](<" + strings.NewReplacer("%", "%25", "#", "%23", "?", "%3F", `"`, "%22", "<", "%3C", ">", "%3E", ":", "%3A", `\`, "%5C").Replace(stem) + ".ipynb#Part-One>)\n")
	}
	links.WriteString("[l](<./größe.ipynb#Größe-&-Maß>) [l](#Part-One) [l](#gr%C3%B6%C3%9Fe--ma%C3%9F) [l](other.ipynb) [l](data/x.npz) [l](javascript:alert(1)) [l](https://example.org/a.ipynb) <a id=\"My Anchor\"></a>[l](#My-Anchor)\n## Part One")
	paths = append(paths, write(t, dir, "links.ipynb", markdownCell(links.String())))
	site := filepath.Join(dir, "site")
	w, err := Write(site, open(t, paths...), Options{Title: "T", Scripts: scripts(t)})
	if err != nil {
		t.Fatal(err)
	}
	page := read(t, filepath.Join(site, "links.html"))
	for _, stem := range stems {
		name := href(stem + ".html")
		if !strings.Contains(page, `href="`+strings.NewReplacer("&", "&amp;", "'", "&#39;").Replace(name)+`#part-one"`) {
			t.Errorf("there is no link to %s", name)
		}
	}
	for _, want := range []string{`href="#part-one"`, `id="part-one"`, `href="#gr%C3%B6%C3%9Fe--ma%C3%9F"`, `href="other.ipynb"`, `href="https://example.org/a.ipynb"`, `id="my-anchor"`, `href="#my-anchor"`} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if strings.Contains(page, "javascript:") {
		t.Error("a link runs a script")
	}
	for _, want := range []string{`links.ipynb: cell 1: the file other.ipynb, to which there is a link`, `links.ipynb: cell 1: the file data/x.npz, to which there is a link`, `links.ipynb: cell 1: the link "javascript:alert(1)"`} {
		if !slices.Contains(w.LeftOut, want) {
			t.Errorf("it does not say %q but %q", want, w.LeftOut)
		}
	}
}

// A text that would take its parser too long is shown as it is written, and
// every other in the same time as any of its length.
func TestHostileText(t *testing.T) {
	dir := t.TempDir()
	fill := func(s string) string { return strings.Repeat(s, maxMarkdown/len(s)) }
	for _, part := range []string{
		"# a\n", "a\n=\n", "[", "![", "[a](b", "[a][b]", "<", "<a", "x<!--", "x<?", "*a **b ", "*a_ ", "`a ``", "$ {", "$$a", `\begin{a}`, "|a", "www.a.", "a@b.", "```\n", "~~a ", "<div>", "<b><i>",
		"<p>", "a\n", "- a\n", "> - a\n", "&", "\\", "* * *\n", "<table><tr><td>", "<a href=x>", "[a](<b", "(", "<a:b", "\t- ", "```yaml\n'\n```\n", "```yaml\n[[[[[[[[\n```\n",
		"***a", "***a** ", "[a]: b\n", "[a]: <b> 'c'\n\n[a]", "> ", "|a|b\n|-|-\n", "- - a\n", "[^a]", "<!-- x", "a  \n",
	} {
		html, _ := rendered(t, dir, "x\n\n"+fill(part)[3:], nil)
		if html == "" {
			t.Errorf("%q: nothing is shown", part)
		}
	}
	for _, source := range []string{fill("word ") + "more than that", strings.Repeat("> ", 100), strings.Repeat("- ", 30_000), strings.Repeat("1. ", 100), strings.Repeat("[", 100), "a\n" + strings.Repeat("<", 100)} {
		html, leftOut := rendered(t, dir, source, nil)
		if !strings.HasPrefix(html, `<pre class="plain"`) || len(leftOut) != 1 || !strings.Contains(leftOut[0], "the layout of a text") {
			t.Errorf("%.20q of %d bytes is laid out: %.80s; it says %q", source, len(source), html, leftOut)
		}
	}
	// Wide tables, a line without an end and deep flows of YAML are shown, with all they hold.
	row := strings.Repeat("|a", 10_000) + "|\n"
	for name, source := range map[string]string{
		"a wide table": row + strings.Repeat("|-", 10_000) + "|\n" + row, "a long line": strings.Repeat("a", maxMarkdown-10), "definitions": strings.Repeat("[a]: b\n", 10_000) + "\na",
		"a deep flow": "```yaml\n" + strings.Repeat("{a: [", 10_000) + strings.Repeat("]}", 10_000) + "\n```\n",
	} {
		if html, _ := rendered(t, dir, source, nil); strings.Count(html, "a") < strings.Count(strings.ReplaceAll(source, "[a]: b\n", ""), "a") {
			t.Errorf("%s: of %d bytes %d are shown: %.200s", name, len(source), len(html), html)
		}
	}
	// A picture within a text does not count.
	noise := image.NewGray(image.Rect(0, 0, 400, 400))
	for i := range noise.Pix {
		noise.Pix[i] = uint8(i * i >> 7)
	}
	html, leftOut := rendered(t, dir, "# A\n\n![a](data:image/png;base64,"+encoded(t, noise)+")", nil)
	if len(html) <= maxMarkdown {
		t.Fatalf("the picture has only %d bytes", len(html))
	}
	if !strings.Contains(html, `src="data:image/png;base64,`) || leftOut != nil {
		t.Errorf("a long picture is not shown; it says %q", leftOut)
	}
	// YAML in colours up to a limit, then without.
	long, err := highlight("yaml", strings.Repeat("a: b\n", 1<<20))
	if err != nil || strings.Contains(string(long), "<span") {
		t.Errorf("long YAML has colours, error %v", err)
	}
}
