package site

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"regexp"
	"slices"
	"strings"

	"gomyogen/install/notebook"
)

//go:embed page.html index.html style.css page.js
var files embed.FS

var templates = template.Must(template.New("").Funcs(template.FuncMap{
	"style":  func() template.CSS { return template.CSS(asset("style.css")) },
	"script": func() template.JS { return template.JS(asset("page.js")) },
}).ParseFS(files, "page.html", "index.html"))

func asset(name string) string {
	b, err := files.ReadFile(name)
	if err != nil {
		panic("site: " + err.Error()) // it is embedded
	}
	return string(b)
}

// page is a notebook as its template sees it.
type page struct {
	Title, Lead    string
	Number         string // one or two digits that the file's name begins with
	File, Notebook string
	Thumbnail      string // file of the picture, empty without a figure
	ThumbnailAlt   string
	Cells          []cell
	Run            *notebook.Run
	Alone          bool // not part of a site
	Previous, Next *page

	thumbnail []byte
}

// cell is a cell as its template sees it: text, or code with outputs.
type cell struct {
	Text    template.HTML
	Code    template.HTML
	Outputs []output
}

// output is one of Printed, Image and HTML.
type output struct {
	Printed string
	Error   bool // Printed went to standard error, or is why the cell failed
	Image   template.URL
	Alt     string
	HTML    template.HTML
}

var number = regexp.MustCompile(`^(\d{1,2})(?:\D|$)`)

// newPage builds the page of a notebook. Links to the notebooks called in
// names become links to their pages.
func newPage(s Source, names map[string]bool) (*page, error) {
	p := &page{Title: s.stem(), File: s.stem() + ".html", Notebook: s.stem() + ".ipynb", Run: s.nb.Metadata.Run, Alone: names == nil}
	if m := number.FindStringSubmatch(s.stem()); m != nil {
		p.Number = m[1]
	}
	text := newMarkdown(names)
	for i, c := range s.nb.Cells {
		switch c.Type {
		case "markdown":
			html, err := text.render(string(c.Source))
			if err != nil {
				return nil, fmt.Errorf("site: %s: cell %d: %w", s.Path, i+1, err)
			}
			p.Cells = append(p.Cells, cell{Text: html})
		case "code":
			if strings.TrimSpace(string(c.Source)) == "" {
				continue
			}
			code, err := highlight("go", string(c.Source))
			if err != nil {
				return nil, fmt.Errorf("site: %s: cell %d: %w", s.Path, i+1, err)
			}
			p.Cells = append(p.Cells, cell{Code: code, Outputs: outputs(c.Outputs)})
		}
	}
	if text.title != "" {
		p.Title, p.Lead = text.title, text.lead
	}
	if p.thumbnail = thumbnail(s.nb); p.thumbnail != nil {
		p.Thumbnail, p.ThumbnailAlt = s.stem()+".png", "A figure of "+p.Title
	}
	return p, nil
}

// outputs turns what a cell showed into HTML; adjoining prints become one.
func outputs(all []notebook.Output) []output {
	var list []output
	say := func(text string, isErr bool) {
		if n := len(list); n > 0 && list[n-1].Printed != "" && list[n-1].Error == isErr {
			list[n-1].Printed += text
		} else if text != "" {
			list = append(list, output{Printed: text, Error: isErr})
		}
	}
	for _, o := range all {
		switch html, png, svg := o.As("text/html"), o.As("image/png"), o.As("image/svg+xml"); {
		case o.Type == "stream":
			say(string(o.Text), o.Name == "stderr")
		case o.Type == "error":
			say("\n"+o.Failure(), true)
		case html != "":
			list = append(list, output{HTML: template.HTML(html)}) // what a cell shows is the author's own page
		case svg != "":
			list = append(list, output{HTML: template.HTML(svg)})
		case png != "":
			list = append(list, output{Image: template.URL("data:image/png;base64," + strings.TrimSpace(png)), Alt: o.As("text/plain")})
		default:
			if text := o.As("text/plain"); text != "" {
				list = append(list, output{Printed: text})
			}
		}
	}
	for i, o := range list {
		if o.Error {
			list[i].Printed = notebook.PlainError(o.Printed)
		}
	}
	return slices.DeleteFunc(list, func(o output) bool { return o.Error && o.Printed == "" })
}

func (p *page) html() ([]byte, error) { return execute("page.html", p) }

// index is the page that leads to the others.
type index struct {
	Title string
	Pages []*page
}

func (i index) html() ([]byte, error) { return execute("index.html", i) }

func execute(name string, data any) ([]byte, error) {
	var b bytes.Buffer
	err := templates.ExecuteTemplate(&b, name, data)
	return b.Bytes(), err
}
