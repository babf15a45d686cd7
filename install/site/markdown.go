package site

import (
	"bytes"
	"fmt"
	"html"
	"html/template"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer"
	ghtml "github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/util"
	"golang.org/x/net/html/atom"

	"gomyogen/install/notebook"
)

// A text cell that is longer than maxMarkdown bytes without its pictures, or
// has more than maxDepth marks of lists and quotations in a row, is shown as it
// is written: the parser takes time that grows with the square of such texts.
const maxMarkdown, maxDepth = 32 << 10, 50

// parser renders what JupyterLab renders: GitHub's Markdown with HTML in it.
var parser = goldmark.New(goldmark.WithExtensions(extension.GFM),
	goldmark.WithRendererOptions(ghtml.WithUnsafe(), renderer.WithNodeRenderers(util.Prioritized(nodes{}, 100))))

// inline is a picture within a text, as editors put it there.
var inline = regexp.MustCompile(`data:image/(?:png|jpeg|gif|webp|svg\+xml);base64,[A-Za-z0-9+/=]+`)

var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n")

// markdown renders a text cell.
func (c *cleaner) markdown(source string, attachments map[string]map[string]notebook.Lines) (template.HTML, error) {
	c.attachments, c.formulas = map[string]map[string]notebook.Lines{}, newFormulas()
	defer func() {
		c.asTeX, c.notes, c.alerts = c.asTeX+len(c.formulas.all), c.notes+c.formulas.footnotes, c.alerts+c.formulas.alerts
		c.formulas = nil
	}()
	maps.Copy(c.attachments, attachments)
	source = lineEnds.Replace(source)
	short := inline.ReplaceAllStringFunc(source, func(url string) string {
		name := fmt.Sprintf("inline-%d", len(c.attachments))
		mime, code, _ := strings.Cut(strings.TrimPrefix(url, "data:"), ";base64,")
		c.attachments[name] = map[string]notebook.Lines{mime: notebook.Lines(code)}
		return "attachment:" + name
	})
	why := tooMuch(short)
	if why == "" {
		var b bytes.Buffer
		if err := parser.Convert([]byte(c.formulas.hide(short)), &b); err != nil {
			return "", err
		}
		html, err := c.clean(b.String())
		if err == nil {
			return html, nil
		}
		why = err.Error() // elements in elements, more deeply than HTML is read
	}
	c.leftOut("the layout of a text: " + why)
	return template.HTML(`<pre class="plain" tabindex="0">` + html.EscapeString(short) + "</pre>\n"), nil
}

// asWritten says what of Markdown's extensions the texts so far have that stands as
// it is written.
func (c *cleaner) asWritten() (said []string) {
	for _, k := range []struct {
		n            int
		one, several string
	}{
		{c.asTeX, "formula, which stands as TeX", "formulas, which stand as TeX"},
		{c.notes, "mark of a footnote, which stands as it is written", "marks of footnotes, which stand as they are written"},
		{c.alerts, "note such as [!NOTE], which is a quotation", "notes such as [!NOTE], which are quotations"},
	} {
		switch k.n {
		case 0:
		case 1:
			said = append(said, "the layout of 1 "+k.one)
		default:
			said = append(said, fmt.Sprintf("the layout of %d %s", k.n, k.several))
		}
	}
	return said
}

var nested = regexp.MustCompile(fmt.Sprintf(`(?m)^(?:[ \t]*(?:[>*+-]|\d{1,9}[.)])){%d}|[\[!(<]{%[1]d}`, maxDepth))

// tooMuch says what a text has too much of, or nothing.
func tooMuch(source string) string {
	switch {
	case len(source) > maxMarkdown:
		return fmt.Sprintf("it has %d bytes, more than %d", len(source), maxMarkdown)
	case nested.MatchString(source):
		return fmt.Sprintf("it has more than %d marks in a row", maxDepth)
	}
	return ""
}

// sentence returns the first sentence of a paragraph.
func sentence(s string) string {
	if i := strings.Index(s, ". "); i >= 0 {
		return s[:i+1]
	}
	return s
}

// nodes renders code within text as the code of cells, reachable by
// keyboard where it scrolls, and leaves as it is written what only looks like HTML.
type nodes struct{}

func (nodes) RegisterFuncs(r renderer.NodeRendererFuncRegisterer) {
	r.Register(ast.KindFencedCodeBlock, func(w util.BufWriter, src []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
		return codeBlock(w, src, n, string(n.(*ast.FencedCodeBlock).Language(src)), entering)
	})
	r.Register(ast.KindCodeBlock, func(w util.BufWriter, src []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
		return codeBlock(w, src, n, "", entering)
	})
	r.Register(ast.KindRawHTML, func(w util.BufWriter, src []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		tag := string(n.(*ast.RawHTML).Segments.Value(src))
		if m := tagName.FindStringSubmatch(tag); m != nil && atom.Lookup([]byte(strings.ToLower(m[1]))) == 0 && !slices.Contains(drawn, m[1]) {
			tag = html.EscapeString(tag) // "map<K>"
		}
		_, err := w.WriteString(tag)
		return ast.WalkContinue, err
	})
}

// drawn are the elements of SVG that HTML does not have.
var drawn = []string{"circle", "clipPath", "defs", "ellipse", "g", "line", "linearGradient", "marker", "path", "pattern", "polygon", "polyline",
	"radialGradient", "rect", "stop", "symbol", "text", "textPath", "tspan", "use"}

var tagName = regexp.MustCompile(`^</?([A-Za-z][A-Za-z0-9-]*)`)

func codeBlock(w util.BufWriter, src []byte, n ast.Node, language string, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	html, err := highlight(language, string(n.Lines().Value(src)))
	if err != nil {
		return ast.WalkStop, err
	}
	_, err = fmt.Fprintf(w, "<pre class=\"block\" tabindex=\"0\"><code>%s</code></pre>\n", html)
	return ast.WalkSkipChildren, err
}
