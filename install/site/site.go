// Package site publishes executed notebooks as a small static site: an index,
// and for each notebook a page that needs nothing but itself.
//
// A page takes from a notebook what cannot harm its reader: text and HTML are
// sanitised, pictures are embedded, the only scripts are the clone's own, and a
// content security policy in the page allows no others and no network.
package site

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"gomyogen/install/notebook"
	"gomyogen/myogen/format/atomicfile"
)

// Source is an executed notebook to publish.
type Source struct {
	Path   string // of the .ipynb file; its name is the page's
	Origin string // of the notebook that it is the executed form of, if that is another file
	nb     notebook.Notebook
	text   []byte
}

// Open reads an executed notebook.
func Open(path string) (Source, error) {
	s := Source{Path: path}
	text, err := atomicfile.Read(path, notebook.MaxBytes)
	if err != nil {
		return s, err
	}
	s.text = text
	if s.nb, err = notebook.Parse(path, text); err != nil {
		return s, err
	}
	if err := s.nb.Failed(); err != nil {
		return s, fmt.Errorf("%s: %w", path, err)
	}
	return s, nil
}

// Stale says why the outputs of the notebook are not those that its code would give
// now, as [notebook.Notebook.Stale] does.
func (s Source) Stale(module string) error { return s.nb.Stale(module) }

// Name returns the name of the notebook's file.
func (s Source) Name() string { return s.stem() + ".ipynb" }

// Code returns the code of each cell, empty where the cell is none of code.
func (s Source) Code() []string {
	code := make([]string, len(s.nb.Cells))
	for i, c := range s.nb.Cells {
		if c.Type == "code" {
			code[i] = string(c.Source)
		}
	}
	return code
}

func (s Source) stem() string { return strings.TrimSuffix(filepath.Base(s.Path), ".ipynb") }

// dir is the folder that the notebook's links and pictures are relative to.
func (s Source) dir() string {
	if s.Origin != "" {
		return filepath.Dir(s.Origin)
	}
	return filepath.Dir(s.Path)
}

// Options say how pages are made.
type Options struct {
	Title    string  // of the index
	Scripts  Scripts // that pages may run
	FoldCode bool    // whether code is folded at first
	Live     Live    // cells that simulate in the page
}

// Live is the cells that a site's pages run in the browser. A page with such a
// cell has a content security policy that allows the script beside the page, WebAssembly
// ('wasm-unsafe-eval', not 'unsafe-eval') and workers out of the page (blob:).
type Live struct {
	Script []byte   // the file live.js; see package live
	Cells  []string // "06_exploring.ipynb/13": the notebook and the number of the cell
}

// liveScript is the name of Live.Script.
const liveScript = "live.js"

// Page returns the page of a notebook that stands alone, and what of the
// notebook it left out.
func Page(s Source, o Options) (html []byte, leftOut []string, err error) {
	p, err := newPage(s, nil, o)
	if err != nil {
		return nil, nil, err
	}
	html, err = p.html()
	return html, p.omitted, err
}

// Written says what Write did.
type Written struct {
	Files   []string // that were written, without those that would not have changed
	Removed []string // of notebooks that were published before and are not now
	LeftOut []string // "a.ipynb: cell 3: <script>"
}

// Write writes the site of the notebooks into a folder: index.html, and for each
// notebook a page, a picture and the notebook itself. A folder that holds
// anything that Write did not write is refused, and so is one of the notebooks'
// own; nothing is written then. Two that write into one folder at once do so one after
// the other.
func Write(dir string, sources []Source, o Options) (Written, error) {
	var w Written
	if len(sources) == 0 {
		return w, errors.New("site: there are no notebooks to publish")
	}
	taken := map[string]bool{"index": true}
	for _, s := range sources {
		if name := strings.ToLower(s.stem()); taken[name] { // one name to some file systems
			return w, fmt.Errorf("site: two pages would be called %s.html", s.stem())
		} else {
			taken[name] = true
		}
	}
	files, leftOut, err := pages(sources, o)
	if err != nil {
		return w, err
	}
	w.LeftOut = leftOut
	unlock, err := lockFolder(dir)
	if err != nil {
		return w, err
	}
	defer unlock()
	f, err := openFolder(dir, files, sources)
	if err != nil {
		return w, err
	}
	w.Files, w.Removed, err = f.update(files)
	return w, err
}

// file is one of a site.
type file struct {
	name string
	data []byte
}

// pages returns the files of a site.
func pages(sources []Source, o Options) (files []file, leftOut []string, err error) {
	names := newNames(sources)
	var all []*page
	for _, s := range sources {
		p, err := newPage(s, names, o)
		if err != nil {
			return nil, nil, err
		}
		for _, what := range p.omitted {
			leftOut = append(leftOut, filepath.Base(s.Path)+": "+what)
		}
		all = append(all, p)
	}
	for i, p := range all {
		if i > 0 {
			p.Previous = all[i-1]
		}
		if i+1 < len(all) {
			p.Next = all[i+1]
		}
	}
	for i, p := range all {
		html, err := p.html()
		if err != nil {
			return nil, nil, err
		}
		files = append(files, file{p.File, html}, file{p.Notebook, sources[i].text})
		if p.Thumbnail != "" {
			files = append(files, file{p.Thumbnail, p.thumbnail})
		}
	}
	if len(o.Live.Script) > 0 {
		files = append(files, file{liveScript, o.Live.Script})
	}
	html, err := index{Title: o.Title, Pages: all}.html()
	return append(files, file{"index.html", html}), leftOut, err
}
