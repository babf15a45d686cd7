package site

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"html"
	"html/template"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"gomyogen/install/notebook"
)

//go:embed page.html index.html style.css page.js alive.js
var files embed.FS

var templates = template.Must(template.New("").Funcs(template.FuncMap{
	"style":  func() template.CSS { return template.CSS(asset("style.css")) },
	"script": func() template.JS { return template.JS(asset("page.js")) },
	"alive":  func() template.JS { return template.JS(asset("alive.js")) },
	"href":   href,
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
	Front          template.HTML // the first text as far as its heading, empty if there is none
	Titled         bool          // whether a text has a heading of the first level
	Authors, Date  string        // as they are shown
	Number         string        // one or two digits that the file's name begins with
	File, Notebook string
	Thumbnail      string // file of the picture, empty without a figure
	Contents       []heading
	Cells          []cell
	Code           bool // whether a cell shows code
	Folded         bool // whether code is folded at first
	Run            *notebook.Run
	Alone          bool // not part of a site
	Previous, Next *page
	Policy         string // of content security
	Live           bool   // whether a cell is alive

	thumbnail []byte
	omitted   []string
}

// cell is a cell as its template sees it: text, or code with outputs.
type cell struct {
	Text    template.HTML
	Code    template.HTML
	Folded  bool // whether the code is folded at first
	Closed  bool // whether the outputs are
	Outputs []output
	Live    string // name of the cell in the pages' program, empty if it is not in it
}

// output is one of Printed and HTML.
type output struct {
	Printed template.HTML
	Error   bool // Printed went to standard error, or is why the cell failed
	HTML    template.HTML
	Figure  int // number of the figure that HTML is, or 0
	Caption template.HTML

	title string // of the figure

	printed []string // as the cell did, in pieces
}

var number = regexp.MustCompile(`^(\d{1,2})(?:\D|$)`)

// maker makes the page of one notebook.
type maker struct {
	*cleaner
	*page
	figures int
}

// newPage builds the page of a notebook. all are the notebooks of its site, nil
// for a page that stands alone.
func newPage(s Source, all *names, o Options) (*page, error) {
	meta := s.nb.Metadata
	p := &page{File: s.stem() + ".html", Notebook: s.stem() + ".ipynb", Run: meta.Run, Alone: all == nil, Folded: o.FoldCode, Date: string(meta.Date),
		Authors: strings.Join(meta.Authors, ", ")}
	if len(meta.Authors) == 0 {
		p.Authors = strings.Join(meta.Author, ", ")
	}
	if p.Date == "" && meta.Run != nil {
		p.Date = meta.Run.Executed
	}
	if m := number.FindStringSubmatch(s.stem()); m != nil {
		p.Number = m[1]
	}
	m := maker{page: p, cleaner: &cleaner{dir: s.dir(), names: cmp.Or(all, &names{}), scripts: o.Scripts, ids: &anchors{used: map[string]int{}}}}
	for i, c := range s.nb.Cells {
		told := map[string]bool{}
		m.leftOut = func(what string) {
			if !told[what] {
				told[what] = true
				p.omitted = append(p.omitted, fmt.Sprintf("cell %d: %s", i+1, what))
			}
		}
		made, err := m.cell(c)
		if err != nil {
			return nil, fmt.Errorf("site: %s: cell %d: %w", s.Path, i+1, err)
		}
		if id := fmt.Sprintf("%s/%d", p.Notebook, i+1); made != nil && all != nil && slices.Contains(o.Live.Cells, id) {
			made.Live, p.Live = id, true
		}
		if made != nil {
			p.Cells = append(p.Cells, *made)
		}
	}
	p.omitted = append(p.omitted, m.asWritten()...)
	// Who wrote it and the contents stand between the heading and the text.
	if len(p.Cells) > 0 {
		const end = "</h1>"
		if before, after, ok := strings.Cut(string(p.Cells[0].Text), end); ok {
			p.Front, p.Cells[0].Text = template.HTML(before+end), template.HTML(after)
		}
	}
	p.Titled = slices.ContainsFunc(m.headings, func(h heading) bool { return h.Level == 1 })
	p.Title, p.Lead = string(meta.Title), cmp.Or(string(meta.Description), m.lead)
	for _, h := range m.headings {
		p.Title = cmp.Or(p.Title, h.Text)
	}
	p.Title = cmp.Or(p.Title, s.stem())
	p.Contents = contents(m.headings)
	// A button that says "Hide code" has code to hide.
	p.Folded = !slices.ContainsFunc(p.Cells, func(c cell) bool { return c.Code != "" && !c.Folded })
	small, err := thumbnail(s.nb)
	if err != nil {
		p.omitted = append(p.omitted, err.Error())
	}
	if p.thumbnail = small; small != nil {
		p.Thumbnail = s.stem() + ".png"
	}
	scripts := append(m.used, asset("page.js"))
	if p.Live {
		scripts = append(scripts, asset("alive.js"))
	}
	p.Policy = policyOf(scripts)
	if p.Live { // the program beside the page, compiled, in a worker out of the page
		p.Policy = strings.Replace(p.Policy, "script-src ", "script-src 'self' 'wasm-unsafe-eval' ", 1) + "; worker-src blob:"
	}
	return p, nil
}

// contents returns the table of contents: the headings of the two topmost levels after
// the page's title, and of the topmost alone where both are more than a reader overlooks.
// Its levels are 2 and 3. Fewer than three headings make no table.
func contents(all []heading) []heading {
	if len(all) > 0 && all[0].Level == 1 {
		all = all[1:]
	}
	all = slices.DeleteFunc(slices.Clone(all), func(h heading) bool { return h.Text == "" })
	var levels []int
	for _, h := range all {
		levels = append(levels, h.Level)
	}
	slices.Sort(levels)
	levels = slices.Compact(levels)
	upTo := func(last int) []heading {
		var list []heading
		for _, h := range all {
			if h.Level = slices.Index(levels, h.Level) + 2; h.Level <= last {
				list = append(list, h)
			}
		}
		return list
	}
	list := upTo(3)
	if top := upTo(2); len(list) > maxContents && len(top) >= 3 {
		list = top
	}
	if len(list) < 3 {
		return nil
	}
	return list
}

// maxContents is the number of headings up to which a table of contents has two levels
// and stands open.
const maxContents = 40

// Long reports whether the table of contents would push the text far down.
func (p *page) Long() bool { return len(p.Contents) > maxContents }

// policyOf returns the policy of a page that runs these scripts alone, and asks
// nobody for anything. The chart library comes out of the page as a blob. Pictures are in
// the page; the index, which has no scripts, has them beside it.
func policyOf(scripts []string) string {
	sums, pictures := map[string]bool{}, "data: blob:"
	if len(scripts) == 0 {
		pictures = "'self'"
	}
	if len(scripts) > 1 {
		sums["blob:"] = true
	}
	for _, s := range scripts {
		sum := sha256.Sum256([]byte(s))
		sums["'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'"] = true
	}
	return "default-src 'none'; script-src " + cmp.Or(strings.Join(slices.Sorted(maps.Keys(sums)), " "), "'none'") +
		"; style-src 'unsafe-inline'; img-src " + pictures + "; base-uri 'none'; form-action 'none'"
}

// cell returns what a page shows of a cell, nil for nothing.
func (m *maker) cell(c notebook.Cell) (*cell, error) {
	source := string(c.Source)
	switch c.Type {
	case "markdown":
		html, err := m.markdown(source, c.Attachments)
		return &cell{Text: html}, err
	case "code":
		if strings.TrimSpace(source) == "" {
			return nil, nil
		}
		return m.codeCell(c, source)
	}
	if strings.TrimSpace(source) != "" {
		m.leftOut("a raw cell")
	}
	return nil, nil
}

// codeCell returns what a page shows of code: it honours what JupyterLab collapses and
// Jupyter Book's tags, which hide and remove parts of a cell.
func (m *maker) codeCell(c notebook.Cell, source string) (*cell, error) {
	has := func(what, part string) bool { return c.Has(what+"-"+part) || c.Has(what+"-cell") }
	made := &cell{Folded: m.Folded || c.Metadata.Jupyter.Source || has("hide", "input"), Closed: c.Metadata.Jupyter.Outputs || has("hide", "output")}
	var err error
	if has("remove", "input") {
		m.leftOut("its code, as its tag says")
	} else if made.Code, err = highlight("go", source); err != nil {
		return nil, err
	} else {
		m.Code = true
	}
	if has("remove", "output") {
		if len(c.Outputs) > 0 {
			m.leftOut("its outputs, as its tag says")
		}
	} else if made.Outputs, err = m.outputs(c); err != nil {
		return nil, err
	}
	if made.Code == "" && made.Outputs == nil {
		return nil, nil
	}
	return made, nil
}

// outputs turns what a cell showed into HTML; adjoining prints become one.
func (m *maker) outputs(c notebook.Cell) ([]output, error) {
	var list []output
	say := func(text string, isErr bool) {
		if n := len(list); n > 0 && list[n-1].printed != nil && list[n-1].Error == isErr {
			list[n-1].printed = append(list[n-1].printed, text)
		} else if text != "" {
			list = append(list, output{printed: []string{text}, Error: isErr})
		}
	}
	for _, o := range c.Outputs {
		switch o.Type {
		case "stream":
			say(string(o.Text), o.Name == "stderr")
			continue
		case "error":
			say("\n"+o.Failure(), true)
			continue
		}
		shown, err := m.shown(o)
		if err != nil {
			return nil, err
		}
		list = append(list, shown)
	}
	if err := m.captions(list, c.Metadata.Caption); err != nil {
		return nil, err
	}
	for i, o := range list {
		printed := strings.Join(o.printed, "")
		if o.Error {
			printed = notebook.PlainError(printed)
		}
		list[i].Printed = terminal(printed)
	}
	return slices.DeleteFunc(list, func(o output) bool { return o.Printed == "" && o.HTML == "" }), nil
}

// captions gives the figures of a cell their captions: those of its metadata in
// Markdown, as Quarto has them, one for all or one for each, else the figures' titles.
func (m *maker) captions(list []output, given notebook.Texts) error {
	nth := 0
	for i, o := range list {
		if o.Figure == 0 {
			continue
		}
		var text notebook.Text
		switch {
		case len(given) == 1:
			text = given[0]
		case nth < len(given):
			text = given[nth]
		}
		nth++
		if list[i].Caption = template.HTML(html.EscapeString(o.title)); text == "" {
			continue
		}
		code, err := m.caption(string(text))
		if err != nil {
			return err
		}
		list[i].Caption = code
	}
	if len(given) > max(nth, 1) {
		m.leftOut(fmt.Sprintf("%d captions of %d: it shows %d figures", len(given)-nth, len(given), nth))
	}
	return nil
}

// caption renders a caption; it is no part of the table of contents.
func (m *maker) caption(text string) (template.HTML, error) {
	ids, lead := m.ids, m.lead
	m.ids = nil
	defer func() { m.ids, m.lead = ids, lead }()
	code, err := m.markdown(text, nil)
	line := strings.TrimSpace(string(code))
	if inner, ok := strings.CutPrefix(line, "<p>"); ok && strings.Count(line, "<p>") == 1 {
		line = strings.TrimSuffix(inner, "</p>")
	}
	return template.HTML(line), err
}

// shown returns the richest form of an output that a page can show.
func (m *maker) shown(o notebook.Output) (output, error) {
	plain := o.As("text/plain")
	figure := func(html template.HTML, title string) output {
		m.figures++
		return output{HTML: html, Figure: m.figures, title: title}
	}
	if code := o.As("text/html"); code != "" {
		before := m.cleaner.figures
		html, err := m.clean(code)
		if err != nil { // nested more deeply than a parser follows
			m.leftOut("HTML: " + err.Error())
			return output{printed: []string{cmp.Or(plain, "[HTML that a page cannot show]")}}, nil
		}
		if m.cleaner.figures > before {
			return figure(html, figureTitle(plain, code)), nil
		}
		if strings.TrimSpace(string(html)) == "" && strings.TrimSpace(code) != "" {
			return output{printed: []string{cmp.Or(plain, "[HTML that a page cannot show]")}}, nil
		}
		return output{HTML: html}, nil
	}
	for _, mime := range []string{"image/svg+xml", "image/png", "image/jpeg", "image/gif", "image/webp"} {
		data := o.As(mime)
		if data == "" {
			continue
		}
		if mime == "image/svg+xml" {
			data = base64.StdEncoding.EncodeToString([]byte(data))
		}
		var b strings.Builder
		err := pictureHTML.Execute(&b, map[string]any{"URL": template.URL("data:" + mime + ";base64," + strings.Join(strings.Fields(data), "")), "Alt": plain})
		return figure(template.HTML(b.String()), ""), err
	}
	if text := o.As("text/markdown"); text != "" {
		html, err := m.markdown(text, nil)
		return output{HTML: html}, err
	}
	if o.Blank() { // a display that was cleared
		return output{}, nil
	}
	if text := cmp.Or(o.As("text/latex"), plain); text != "" {
		m.leaveOut(o)
		return output{printed: []string{text}}, nil
	}
	m.leaveOut(o)
	return output{printed: []string{fmt.Sprintf("[an output that a page cannot show: %s]", strings.Join(slices.Sorted(maps.Keys(o.Data)), ", "))}}, nil
}

var pictureHTML = template.Must(template.New("").Parse(`<img src="{{.URL}}" alt="{{.Alt}}">`))

// leaveOut names the forms of an output that a page cannot show.
func (m *maker) leaveOut(o notebook.Output) {
	for _, mime := range slices.Sorted(maps.Keys(o.Data)) {
		if mime != "text/plain" && mime != "text/latex" {
			m.leftOut("an output as " + mime)
		}
	}
}

var alt = regexp.MustCompile(`<img alt="([^"]*)"`)

// figureTitle returns the title of one of our figures: kernel.Show says
// "Figure TITLE: SUMMARY", and has the summary in the picture, too.
func figureTitle(plain, code string) string {
	title := strings.TrimPrefix(plain, "Figure ")
	if m := alt.FindStringSubmatch(code); m != nil {
		title = strings.TrimSuffix(title, ": "+html.UnescapeString(m[1]))
	}
	if len(title) > 200 || strings.Contains(title, "\n") {
		return ""
	}
	return title
}

func (p *page) html() ([]byte, error) { return execute("page.html", p) }

// index is the page that leads to the others.
type index struct {
	Title, Policy string
	Pages         []*page
}

func (i index) html() ([]byte, error) {
	i.Policy = policyOf(nil)
	return execute("index.html", i)
}

// byteOrderMark says that a page is UTF-8, whatever the server that has it declares.
const byteOrderMark = "\ufeff"

func execute(name string, data any) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString(byteOrderMark)
	err := templates.ExecuteTemplate(&b, name, data)
	return printable(b.Bytes()), err
}

// printable leaves out the control characters of a page, which HTML does not allow:
// they are in titles, texts and code that a terminal wrote. Scripts have none.
func printable(page []byte) []byte {
	isControl := func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' && r != '\r' }
	if bytes.IndexFunc(page, isControl) < 0 {
		return page
	}
	return bytes.Map(func(r rune) rune {
		if isControl(r) {
			return -1
		}
		return r
	}, page)
}
