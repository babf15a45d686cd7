package site

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Scripts are those that pages may run: of the clone's own packages, and the
// chart library. A script of a notebook that is none of them stays out of its
// page; its figures then stand still.
type Scripts struct {
	own       map[string]bool
	isLibrary func(code []byte) bool
}

// FindScripts returns the scripts that the kernel's packages below module put
// into notebooks; isLibrary reports whether code is the chart library.
func FindScripts(module string, isLibrary func(code []byte) bool) (Scripts, error) {
	s := Scripts{own: map[string]bool{}, isLibrary: isLibrary}
	err := filepath.WalkDir(filepath.Join(module, "kernel"), func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && entry.Name() == "testdata":
			return fs.SkipDir
		case filepath.Ext(path) != ".js":
			return nil
		}
		code, err := os.ReadFile(path)
		s.own[short(string(code))] = true
		return err
	})
	return s, err
}

// ours returns the clone's own form of a script, and whether it is one of the
// clone's.
func (s Scripts) ours(code string) (string, bool) {
	code = short(code)
	return code, s.own[code]
}

// short leaves out what a browser does not read: comments and indents.
func short(script string) string {
	var b strings.Builder
	for line := range strings.Lines(script) {
		line = strings.TrimSpace(line)
		if line != "" && !strings.HasPrefix(line, "//") {
			b.WriteString(line + "\n")
		}
	}
	return b.String()
}

// maxLibrary is more than the chart library takes, in bytes, and maxLibraryRatio more
// than what gzip makes of JavaScript.
const maxLibrary, maxLibraryRatio = 8 << 20, 16

// library reports whether gzipped code, in base64, is the chart library.
func (s Scripts) library(code string) bool {
	if s.isLibrary == nil {
		return false
	}
	data, err := base64.StdEncoding.DecodeString(code)
	if err != nil {
		return false
	}
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return false
	}
	most := min(maxLibrary, maxLibraryRatio*len(data)) // else a notebook of many bombs takes minutes
	plain, err := io.ReadAll(io.LimitReader(z, int64(most)+1))
	return err == nil && len(plain) <= most && s.isLibrary(plain)
}
