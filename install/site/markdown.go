package site

import (
	"bytes"
	"fmt"
	"html/template"
	"strings"

	"github.com/alecthomas/chroma/v2"
	"github.com/alecthomas/chroma/v2/formatters/html"
	"github.com/alecthomas/chroma/v2/lexers"
	"github.com/alecthomas/chroma/v2/styles"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// markdown renders the text cells of one notebook, so that the ids of their
// headings stay apart, and remembers its title and first paragraph.
type markdown struct {
	md          goldmark.Markdown
	ids         parser.IDs
	names       map[string]bool
	title, lead string
}

func newMarkdown(names map[string]bool) *markdown {
	return &markdown{
		md: goldmark.New(goldmark.WithExtensions(extension.GFM), goldmark.WithParserOptions(parser.WithAutoHeadingID()),
			goldmark.WithRendererOptions(renderer.WithNodeRenderers(util.Prioritized(codeBlocks{}, 100)))),
		ids:   parser.NewContext().IDs(),
		names: names,
	}
}

func (m *markdown) render(source string) (template.HTML, error) {
	src := []byte(source)
	doc := m.md.Parser().Parse(text.NewReader(src), parser.WithContext(parser.NewContext(parser.WithIDs(m.ids))))
	err := ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Heading:
			if m.title == "" {
				m.title = plain(n, src)
			}
		case *ast.Paragraph:
			if m.title != "" && m.lead == "" {
				m.lead = sentence(plain(n, src))
			}
		case *ast.Link:
			target, anchor, _ := strings.Cut(string(n.Destination), "#")
			if stem, ok := strings.CutSuffix(target, ".ipynb"); ok && m.names[stem] {
				n.Destination = []byte(stem + ".html")
				if anchor != "" {
					n.Destination = append(n.Destination, "#"+anchor...)
				}
			}
		}
		return ast.WalkContinue, nil
	})
	if err != nil {
		return "", err
	}
	var b bytes.Buffer
	err = m.md.Renderer().Render(&b, src, doc)
	return template.HTML(b.String()), err
}

// plain returns the text below a node.
func plain(n ast.Node, src []byte) string {
	var b strings.Builder
	_ = ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) { // the function returns no error
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Text:
			b.Write(n.Segment.Value(src))
			if n.SoftLineBreak() {
				b.WriteByte(' ')
			}
		case *ast.String:
			b.Write(n.Value)
		}
		return ast.WalkContinue, nil
	})
	return b.String()
}

// sentence returns the first sentence of a paragraph.
func sentence(s string) string {
	if i := strings.Index(s, ". "); i >= 0 {
		return s[:i+1]
	}
	return s
}

// codeBlocks renders code within text as the code of cells, reachable by
// keyboard where it scrolls.
type codeBlocks struct{}

func (codeBlocks) RegisterFuncs(r renderer.NodeRendererFuncRegisterer) {
	r.Register(ast.KindFencedCodeBlock, func(w util.BufWriter, src []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		block := n.(*ast.FencedCodeBlock)
		var code strings.Builder
		for i := range block.Lines().Len() {
			line := block.Lines().At(i)
			code.Write(line.Value(src))
		}
		html, err := highlight(string(block.Language(src)), code.String())
		if err != nil {
			return ast.WalkStop, err
		}
		_, err = fmt.Fprintf(w, "<pre class=\"block\" tabindex=\"0\"><code>%s</code></pre>\n", html)
		return ast.WalkSkipChildren, err
	})
}

// highlight returns code as HTML with a class for each kind of token; code of
// a language that is not known is left plain.
func highlight(language, code string) (template.HTML, error) {
	lexer := lexers.Get(language)
	if lexer == nil {
		lexer = lexers.Fallback
	}
	tokens, err := chroma.Coalesce(lexer).Tokenise(nil, code)
	if err != nil {
		return "", err
	}
	var b bytes.Buffer
	// Classes only: the colours are those of the page's style sheet.
	err = html.New(html.WithClasses(true), html.PreventSurroundingPre(true)).Format(&b, styles.Fallback, tokens)
	return template.HTML(b.String()), err
}
