// Package site publishes executed notebooks as a small static site: an index,
// and for each notebook a page that needs nothing but itself.
package site

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"gomyogen/install/notebook"
	"gomyogen/myogen/format/atomicfile"
)

// Source is an executed notebook to publish.
type Source struct {
	Path string // of the .ipynb file; its name is the page's
	nb   notebook.Notebook
	text []byte
}

// Open reads an executed notebook.
func Open(path string) (Source, error) {
	s := Source{Path: path}
	text, err := os.ReadFile(path)
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

func (s Source) stem() string { return strings.TrimSuffix(filepath.Base(s.Path), ".ipynb") }

// Page returns the page of a notebook that stands alone.
func Page(s Source) ([]byte, error) {
	p, err := newPage(s, nil)
	if err != nil {
		return nil, err
	}
	return p.html()
}

// Write writes the site of the notebooks into a folder: index.html, which has
// the title, a page, a picture and the notebook itself for each. Files whose content would not
// change are left alone; it returns the names of those that were written.
func Write(dir, title string, sources []Source) (written []string, err error) {
	if len(sources) == 0 {
		return nil, errors.New("site: there are no notebooks to publish")
	}
	names := map[string]bool{}
	for _, s := range sources {
		if names[s.stem()] || s.stem() == "index" {
			return nil, fmt.Errorf("site: two pages would be called %s.html", s.stem())
		}
		names[s.stem()] = true
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	put := func(name string, data []byte) error {
		path := filepath.Join(dir, name)
		if old, err := os.ReadFile(path); err == nil && bytes.Equal(old, data) {
			return nil
		}
		written = append(written, name)
		return atomicfile.Write(path, data)
	}
	var pages []*page
	for _, s := range sources {
		p, err := newPage(s, names)
		if err != nil {
			return written, err
		}
		pages = append(pages, p)
	}
	for i, p := range pages {
		if i > 0 {
			p.Previous = pages[i-1]
		}
		if i+1 < len(pages) {
			p.Next = pages[i+1]
		}
	}
	for i, p := range pages {
		html, err := p.html()
		if err != nil {
			return written, err
		}
		if err := put(p.File, html); err != nil {
			return written, err
		}
		if err := put(p.Notebook, sources[i].text); err != nil {
			return written, err
		}
		if p.Thumbnail != "" {
			if err := put(p.Thumbnail, p.thumbnail); err != nil {
				return written, err
			}
		}
	}
	index, err := index{title, pages}.html()
	if err != nil {
		return written, err
	}
	return written, put("index.html", index)
}
