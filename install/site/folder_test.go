package site

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// A site is written where nothing else is, and over nothing that it did not write.
func TestFolderOfOthersIsRefused(t *testing.T) {
	put := func(t *testing.T, path, text string) {
		t.Helper()
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	for name, c := range map[string]struct {
		before func(t *testing.T, dir string) (site string)
		want   string
	}{
		"a stranger's index": {func(t *testing.T, dir string) string {
			put(t, filepath.Join(dir, "web", "index.html"), "mine")
			return filepath.Join(dir, "web")
		}, "holds files that publish did not write (index.html)"},
		"any file": {func(t *testing.T, dir string) string {
			put(t, filepath.Join(dir, "web", "notes"), "mine")
			return filepath.Join(dir, "web")
		}, "(notes)"},
		"the notebook's own":     {func(t *testing.T, dir string) string { return dir }, "holds files that publish did not write (a.ipynb)"},
		"a site with a notebook": {func(t *testing.T, dir string) string { put(t, filepath.Join(dir, markName), "{}"); return dir }, "would be overwritten: it is one of the notebooks"},
		"through a link": {func(t *testing.T, dir string) string {
			put(t, filepath.Join(dir, "web", markName), `{"a.ipynb": "1"}`)
			if err := os.Link(filepath.Join(dir, "a.ipynb"), filepath.Join(dir, "web", "a.ipynb")); err != nil {
				t.Fatal(err)
			}
			return filepath.Join(dir, "web")
		}, "would be overwritten: it is one of the notebooks"},
		"a file in a site": {func(t *testing.T, dir string) string {
			put(t, filepath.Join(dir, "web", markName), "{}")
			put(t, filepath.Join(dir, "web", "a.html"), "mine")
			return filepath.Join(dir, "web")
		}, "a.html is not of publish"},
		"a mark that lies": {func(t *testing.T, dir string) string {
			put(t, filepath.Join(dir, "web", markName), "[")
			return filepath.Join(dir, "web")
		}, markName},
		"a page that is a link": {func(t *testing.T, dir string) string {
			put(t, filepath.Join(dir, "web", markName), `{"a.html": "1"}`)
			put(t, filepath.Join(dir, "mine"), "mine")
			if err := os.Symlink("../mine", filepath.Join(dir, "web", "a.html")); err != nil {
				t.Fatal(err)
			}
			return filepath.Join(dir, "web")
		}, "a.html is not a regular file (Lrwxrwxrwx)"},
		"a page that is a link to nothing": {func(t *testing.T, dir string) string {
			put(t, filepath.Join(dir, "web", markName), `{"index.html": "1"}`)
			if err := os.Symlink("../new", filepath.Join(dir, "web", "index.html")); err != nil {
				t.Fatal(err)
			}
			return filepath.Join(dir, "web")
		}, "index.html is not a regular file"},
		"a mark that is a link": {func(t *testing.T, dir string) string {
			put(t, filepath.Join(dir, "web", "x"), "")
			put(t, filepath.Join(dir, "settings.json"), "{}")
			if err := os.Symlink("../settings.json", filepath.Join(dir, "web", markName)); err != nil {
				t.Fatal(err)
			}
			return filepath.Join(dir, "web")
		}, markName + " is not a regular file"},
		"a mark that is a pipe": {func(t *testing.T, dir string) string {
			put(t, filepath.Join(dir, "web", "x"), "")
			if err := syscall.Mkfifo(filepath.Join(dir, "web", markName), 0o644); err != nil {
				t.Fatal(err)
			}
			return filepath.Join(dir, "web")
		}, markName + " is not a regular file"},
		"a page that is a folder": {func(t *testing.T, dir string) string {
			put(t, filepath.Join(dir, "web", markName), `{"a.html": "1"}`)
			put(t, filepath.Join(dir, "web", "a.html", "x"), "mine")
			return filepath.Join(dir, "web")
		}, "a.html is not a regular file"},
		"a list copied from another folder": {func(t *testing.T, dir string) string {
			site := filepath.Join(dir, "web")
			if _, err := Write(site, open(t, write(t, dir, "a.ipynb", markdownCell("# A"))), Options{}); err != nil {
				t.Fatal(err)
			}
			put(t, filepath.Join(dir, "home", markName), read(t, filepath.Join(site, markName)))
			put(t, filepath.Join(dir, "home", "index.html"), "mine")
			return filepath.Join(dir, "home")
		}, "index.html is not as publish wrote it"},
		"a page that was changed": {func(t *testing.T, dir string) string {
			site := filepath.Join(dir, "web")
			if _, err := Write(site, open(t, write(t, dir, "a.ipynb", markdownCell("# A"))), Options{}); err != nil {
				t.Fatal(err)
			}
			put(t, filepath.Join(site, "a.html"), "mine")
			return site
		}, "a.html is not as publish wrote it"},
		"a repository": {func(t *testing.T, dir string) string {
			put(t, filepath.Join(dir, "web", ".git", "HEAD"), "ref: refs/heads/main")
			return filepath.Join(dir, "web")
		}, "holds files that publish did not write (.git)"},
		"a folder through a link": {func(t *testing.T, dir string) string {
			put(t, filepath.Join(dir, "web", "notes"), "mine")
			if err := os.Symlink("web", filepath.Join(dir, "link")); err != nil {
				t.Fatal(err)
			}
			return filepath.Join(dir, "link")
		}, "(notes)"},
		"a list of others' names": {func(t *testing.T, dir string) string {
			put(t, filepath.Join(dir, "web", markName), `{"index.html": 5}`)
			return filepath.Join(dir, "web")
		}, markName},
		"a file for a site": {func(t *testing.T, dir string) string {
			put(t, filepath.Join(dir, "web"), "mine")
			return filepath.Join(dir, "web")
		}, "not a directory"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			source := write(t, dir, "a.ipynb", markdownCell("# A"))
			site := c.before(t, dir)
			before := tree(t, dir)
			if _, err := Write(site, open(t, source), Options{Title: "T"}); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want %q", err, c.want)
			}
			if after := tree(t, dir); after != before {
				t.Errorf("it wrote: before\n%s\nafter\n%s", before, after)
			}
		})
	}
}

// tree is all files of a folder with what they hold.
func tree(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err == nil && entry.Type().IsRegular() {
			b.WriteString(path + ": " + read(t, path) + "\n")
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// What is not published any more goes, unless it was changed by hand.
func TestPagesOfThePastGo(t *testing.T) {
	dir := t.TempDir()
	a, b, c := write(t, dir, "a.ipynb", markdownCell("# A")), write(t, dir, "b.ipynb", markdownCell("# B")), write(t, dir, "c.ipynb", markdownCell("# C"))
	site := filepath.Join(dir, "site")
	if _, err := Write(site, open(t, a, b, c), Options{}); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.WriteFile(filepath.Join(site, "c.html"), []byte("changed"), 0o644), os.WriteFile(filepath.Join(site, "CNAME"), []byte("mine"), 0o644)); err != nil {
		t.Fatal(err)
	}
	w, err := Write(site, open(t, a), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(w.Removed, " "); got != "b.html b.ipynb c.ipynb" {
		t.Errorf("removed %q", got)
	}
	for name, there := range map[string]bool{"a.html": true, "b.html": false, "c.html": true, "CNAME": true} {
		if _, err := os.Stat(filepath.Join(site, name)); (err == nil) != there {
			t.Errorf("%s is there: %v, want %v", name, err == nil, there)
		}
	}
}

// Two that write into one folder at once leave the site of one of them, whole, and its
// list.
func TestTwoWritersOfOneSite(t *testing.T) {
	dir := t.TempDir()
	a, b := open(t, write(t, dir, "a.ipynb", markdownCell("# A"))), open(t, write(t, dir, "b.ipynb", markdownCell("# B")))
	for i := range 10 {
		site := filepath.Join(dir, "site", strconv.Itoa(i))
		var errs [2]error
		var wg sync.WaitGroup
		for k, sources := range [][]Source{a, b} {
			wg.Go(func() { _, errs[k] = Write(site, sources, Options{}) })
		}
		wg.Wait()
		if err := errors.Join(errs[:]...); err != nil {
			t.Fatal(err)
		}
		var names []string
		entries, err := os.ReadDir(site)
		for _, e := range entries {
			names = append(names, e.Name())
		}
		got := strings.Join(names, " ")
		if err != nil || got != ".gomyogen-site a.html a.ipynb index.html" && got != ".gomyogen-site b.html b.ipynb index.html" {
			t.Errorf("the folder holds %q, error %v", got, err)
		}
		for _, sources := range [][]Source{a, b} { // none has lost its right to the folder
			if _, err := Write(site, sources, Options{}); err != nil {
				t.Error(err)
			}
		}
	}
}
