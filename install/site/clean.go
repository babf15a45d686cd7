package site

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"html/template"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/microcosm-cc/bluemonday"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"gomyogen/install/notebook"
)

// allowed are the elements that HTML of a notebook may hold.
var allowed = []string{"a", "abbr", "address", "article", "aside", "b", "bdi", "bdo", "big", "blockquote", "br", "caption", "center", "cite", "code", "col", "colgroup",
	"dd", "del", "details", "dfn", "div", "dl", "dt", "em", "figcaption", "figure", "font", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "i", "img",
	"input", "ins", "kbd", "li", "mark", "ol", "p", "picture", "pre", "progress", "q", "rp", "rt", "ruby", "s", "samp", "section", "small", "span", "strike", "strong",
	"sub", "summary", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "time", "tr", "tt", "u", "ul", "var", "wbr"}

// policy is what HTML of a notebook may hold; all else is left out.
var policy = func() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements(allowed...)
	p.AllowNoAttrs().OnElements("a", "font", "img", "span")
	p.AllowAttrs("class", "dir", "hidden", "id", "lang", "title", "role", "tabindex", "aria-label", "aria-hidden", "aria-describedby").Globally()
	p.AllowDataAttributes()
	p.AllowAttrs("href", "name").OnElements("a")
	p.AllowAttrs("src", "alt", "align").OnElements("img")
	p.AllowAttrs("width", "height").OnElements("img", "table", "td", "th", "col")
	p.AllowAttrs("align", "valign", "colspan", "rowspan", "scope", "span", "border", "cellpadding", "cellspacing", "bgcolor").OnElements("table", "thead", "tbody", "tfoot", "tr", "td", "th", "col", "colgroup", "caption")
	p.AllowAttrs("align").OnElements("div", "p", "h1", "h2", "h3", "h4", "h5", "h6")
	p.AllowAttrs("start", "type", "reversed").OnElements("ol", "ul", "li")
	p.AllowAttrs("value").OnElements("li", "progress")
	p.AllowAttrs("max").OnElements("progress")
	p.AllowAttrs("open").OnElements("details")
	p.AllowAttrs("color", "size").OnElements("font")
	p.AllowAttrs("cite").OnElements("blockquote", "q", "del", "ins")
	p.AllowAttrs("datetime").OnElements("time", "del", "ins")
	p.AllowAttrs("type").Matching(regexp.MustCompile(`^checkbox$`)).OnElements("input")
	p.AllowAttrs("checked", "disabled").OnElements("input")
	p.RequireParseableURLs(true)
	p.AllowRelativeURLs(true)
	p.AllowURLSchemes("http", "https", "mailto")
	p.AllowStyles("background-color", "border", "border-bottom", "border-collapse", "border-left", "border-right", "border-top", "clear", "color", "display", "float", "font", "font-family",
		"font-size", "font-style", "font-variant-numeric", "font-weight", "height", "line-height", "list-style-type", "margin", "margin-bottom", "margin-left", "margin-right",
		"margin-top", "max-height", "max-width", "min-width", "overflow", "overflow-x", "padding", "padding-bottom", "padding-left", "padding-right", "padding-top", "text-align",
		"text-decoration", "vertical-align", "white-space", "width").MatchingHandler(plainStyle).Globally()
	return p
}()

// plainStyle reports whether a CSS value loads nothing.
func plainStyle(value string) bool { return styleValue.MatchString(value) }

var styleValue = regexp.MustCompile(`^[\w\s.,#%'"+-]*(?:rgba?\([\d\s.,%]*\))?[\w\s.,#%'"+-]*$`)

// cleaner makes HTML of a notebook harmless, and its links and pictures those
// of a page. What it leaves out it says.
type cleaner struct {
	dir         string // that links and pictures are relative to
	names       *names
	attachments map[string]map[string]notebook.Lines
	scripts     Scripts
	ids         *anchors // of headings; nil leaves headings alone
	formulas    *formulas
	leftOut     func(string)

	headings []heading
	lead     string // the first paragraph after a heading
	figures  int    // figures of ours
	asTeX    int    // formulas
	notes    int    // marks of footnotes
	alerts   int    // quotations that begin with [!NOTE]
	pictures int    // bytes of pictures so far
	used     []string
	put      map[string]string // what stands for a word in the end
	word     string
}

// heading is one of a page's table of contents.
type heading struct {
	Level    int
	ID, Text string
}

// clean returns a part of a page.
func (c *cleaner) clean(code string) (template.HTML, error) {
	nodes, err := html.ParseFragment(strings.NewReader(code), &html.Node{Type: html.ElementNode, Data: "div", DataAtom: atom.Div})
	if err != nil {
		return "", err
	}
	var random [12]byte
	_, _ = rand.Read(random[:]) // never fails
	c.word, c.put = "put"+hex.EncodeToString(random[:])+"n", map[string]string{}
	root := &html.Node{Type: html.ElementNode, Data: "div", DataAtom: atom.Div}
	for _, n := range nodes {
		root.AppendChild(n)
	}
	c.walk(root)
	var b bytes.Buffer
	for n := range root.ChildNodes() {
		if err := html.Render(&b, n); err != nil {
			return "", err
		}
	}
	safe := policy.SanitizeReader(&b).String()
	if len(c.put) > 0 {
		safe = regexp.MustCompile(c.word+`\d+x`).ReplaceAllStringFunc(safe, func(word string) string { return c.put[word] })
	}
	return template.HTML(safe), nil
}

// later returns a word that becomes text when all is cleaned.
func (c *cleaner) later(text string) string {
	word := c.word + strconv.Itoa(len(c.put)) + "x"
	c.put[word] = text
	return word
}

func (c *cleaner) walk(parent *html.Node) {
	for n := parent.FirstChild; n != nil; {
		next := n.NextSibling
		switch n.Type {
		case html.TextNode:
			if c.formulas != nil {
				n.Data = c.formulas.show(n.Data)
			}
		case html.CommentNode:
			parent.RemoveChild(n)
		case html.ElementNode:
			c.element(parent, n)
		}
		n = next
	}
}

// gone are elements that go with all they hold; what else the policy does not
// know goes without what it holds.
var gone = []string{"script", "style", "iframe", "object", "embed", "frame", "frameset", "noscript", "noframes", "template", "title", "link", "meta", "base", "video", "audio", "canvas", "svg", "math", "textarea", "select", "applet"}

func (c *cleaner) element(parent, n *html.Node) {
	if n.Data == "script" {
		if script, ok := c.scripts.ours(text(n)); ok {
			c.used = append(c.used, script)
			replace(parent, n, c.later("<script>"+script+"</script>"))
			return
		}
	}
	if n.Data == "svg" && n.Namespace == "svg" { // as a picture it runs no script
		c.drawing(parent, n)
		return
	}
	if slices.Contains(gone, n.Data) {
		c.leftOut("<" + n.Data + ">")
		parent.RemoveChild(n)
		return
	}
	if !slices.Contains(allowed, n.Data) {
		c.leftOut("<" + n.Data + ">")
	}
	n.Attr = slices.DeleteFunc(n.Attr, func(a html.Attribute) bool {
		if strings.HasPrefix(a.Key, "on") {
			c.leftOut(a.Key + " of <" + n.Data + ">")
			return true
		}
		return a.Key == "data-echarts-gzip" && !c.scripts.library(a.Val)
	})
	for i, a := range n.Attr {
		if c.formulas != nil {
			n.Attr[i].Val = c.formulas.show(a.Val)
		}
		if a.Key == "id" || a.Key == "name" {
			n.Attr[i].Val = slug(a.Val)
		}
	}
	c.walk(n)
	switch n.Data {
	case "a":
		c.anchor(n)
	case "img":
		c.picture(parent, n)
	case "p":
		if c.lead == "" && len(c.headings) > 0 {
			c.lead = sentence(strings.Join(strings.Fields(text(n)), " "))
		}
	case "h1", "h2", "h3", "h4", "h5", "h6":
		if c.ids != nil {
			h := heading{Level: int(n.Data[1] - '0'), Text: strings.Join(strings.Fields(text(n)), " ")}
			h.ID = c.ids.id(h.Text)
			set(n, "id", h.ID)
			c.headings = append(c.headings, h)
		}
	case "div":
		if slices.Contains(strings.Fields(get(n, "class")), "myogen-figure") {
			c.figures++
		}
	}
}

func (c *cleaner) anchor(n *html.Node) {
	target := get(n, "href")
	if target == "" {
		return
	}
	if scheme, _, ok := strings.Cut(target, ":"); ok && !strings.ContainsAny(scheme, "/?#") {
		switch strings.ToLower(strings.TrimSpace(scheme)) {
		case "http", "https", "mailto":
			return
		}
		c.leftOut(fmt.Sprintf("the link %.60q", target))
		set(n, "href", "")
		return
	}
	to, missing := c.names.link(c.dir, target)
	set(n, "href", to)
	if missing != "" && c.names.pages != nil { // a page that stands alone has no site to lack it
		c.leftOut("the file " + missing + ", to which there is a link")
	}
}

func (c *cleaner) picture(parent, n *html.Node) {
	source := strings.TrimSpace(get(n, "src"))
	if source == "" {
		return
	}
	var shown string
	var err error
	scheme, rest, ok := strings.Cut(source, ":")
	switch {
	case !ok || strings.ContainsAny(scheme, "/?#%"):
		shown, err = localPicture(c.dir, source)
	case scheme == "attachment":
		shown, err = attachment(c.attachments, rest)
	case scheme == "data" && inlinePicture.MatchString(rest):
		shown = source
	case scheme == "http" || scheme == "https": // a page asks no one for anything
		c.leftOut(fmt.Sprintf("the picture %.100s, to which there is a link", source))
		text := "[picture: " + orElse(get(n, "alt"), source) + "]"
		if within(n, atom.A) { // a link has no links
			replace(parent, n, text)
			return
		}
		n.Data, n.DataAtom = "a", atom.A
		n.AppendChild(&html.Node{Type: html.TextNode, Data: text})
		n.Attr = []html.Attribute{{Key: "href", Val: source}}
		return
	default:
		err = fmt.Errorf("a page cannot show %.20q", scheme)
	}
	if err != nil {
		c.leftOut(fmt.Sprintf("the picture %.100s: %v", source, err))
		replace(parent, n, fmt.Sprintf("[picture %.100s: %v]", orElse(get(n, "alt"), source), err))
		return
	}
	if c.pictures += len(shown); c.pictures > maxPictures {
		c.leftOut(fmt.Sprintf("the picture %.100s: the pictures of the page have more than %d bytes", source, maxPictures))
		replace(parent, n, fmt.Sprintf("[picture %.100s]", orElse(get(n, "alt"), source)))
		return
	}
	set(n, "src", c.later(shown))
}

// within reports whether a node is in an element of a kind.
func within(n *html.Node, kind atom.Atom) bool {
	for p := n.Parent; p != nil; p = p.Parent {
		if p.DataAtom == kind {
			return true
		}
	}
	return false
}

var inlinePicture = regexp.MustCompile(`^image/(?:png|jpeg|gif|webp|svg\+xml);base64,[A-Za-z0-9+/=\s]*$`)

// drawing turns an SVG element into a picture.
func (c *cleaner) drawing(parent, n *html.Node) {
	var b bytes.Buffer
	if get(n, "xmlns") == "" {
		set(n, "xmlns", "http://www.w3.org/2000/svg")
	}
	if err := html.Render(&b, n); err != nil {
		parent.RemoveChild(n)
		return
	}
	img := &html.Node{Type: html.ElementNode, Data: "img", DataAtom: atom.Img, Attr: []html.Attribute{
		{Key: "src", Val: c.later(dataURL("image/svg+xml", b.Bytes()))}, {Key: "alt", Val: orElse(get(n, "aria-label"), "drawing")},
	}}
	parent.InsertBefore(img, n)
	parent.RemoveChild(n)
}

func orElse(text, other string) string {
	if strings.TrimSpace(text) == "" {
		return other
	}
	return text
}

func replace(parent, n *html.Node, text string) {
	parent.InsertBefore(&html.Node{Type: html.TextNode, Data: text}, n)
	parent.RemoveChild(n)
}

func get(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key && a.Namespace == "" {
			return a.Val
		}
	}
	return ""
}

func set(n *html.Node, key, value string) {
	n.Attr = slices.DeleteFunc(n.Attr, func(a html.Attribute) bool { return a.Key == key })
	if value != "" {
		n.Attr = append(n.Attr, html.Attribute{Key: key, Val: value})
	}
}

// text returns the text below a node.
func text(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return b.String()
}
