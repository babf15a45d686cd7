package site

import (
	"cmp"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// href returns a link to a file of the site, whatever its name holds. Without
// the leading ./ a colon in a name would end a scheme.
func href(name string) string { return "./" + url.PathEscape(name) }

// link returns what a link of a notebook leads to on its page: to a page where
// it leads to a notebook of the site, else what it is. missing is the name of a
// file that the site does not have.
func (n *names) link(dir, target string) (to, missing string) {
	u, err := url.Parse(target)
	if err != nil || u.Scheme != "" || u.Host != "" {
		return target, ""
	}
	anchor := ""
	if u.Fragment != "" {
		anchor = "#" + url.PathEscape(slug(u.Fragment))
	}
	if u.Path == "" {
		return cmp.Or(anchor, target), ""
	}
	if stem, ok := n.pages[place(filepath.Join(dir, filepath.FromSlash(u.Path)))]; ok {
		return href(stem+".html") + anchor, ""
	}
	return target, u.Path
}

// names are the notebooks of a site.
type names struct {
	pages map[string]string // by the place of a notebook, the name of its page without .html
}

func newNames(sources []Source) *names {
	n := &names{pages: map[string]string{}}
	for _, s := range sources {
		n.pages[place(filepath.Join(s.dir(), s.stem()+".ipynb"))] = s.stem()
	}
	return n
}

// place is a path by which files are told apart: absolute, and in one Unicode
// form, since a link and a file system may choose different ones.
func place(path string) string {
	if abs, err := filepath.Abs(path); err == nil {
		path = abs
	}
	return norm.NFC.String(path)
}

// slug returns the anchor of a heading's text: lower case, with a hyphen for
// each space. It is the same for an anchor in JupyterLab's form ("Part-One")
// and in that of GitHub ("part-one").
func slug(text string) string {
	s := strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return '-'
		case unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) || r == '-' || r == '_':
			return unicode.ToLower(r)
		}
		return -1
	}, norm.NFC.String(strings.TrimSpace(text)))
	// An element's id is a global name of scripts: those that figures use are kept from notebooks.
	switch s {
	case "":
		return "section"
	case "echarts", "jupyter-config-data":
		return s + "-"
	}
	return s
}

// anchors gives each heading of a page an id of its own.
type anchors struct{ used map[string]int }

func (a *anchors) id(text string) string {
	s := slug(text)
	for {
		n := a.used[s]
		a.used[s]++
		if n == 0 {
			return s
		}
		s += "-" + strconv.Itoa(n)
	}
}
