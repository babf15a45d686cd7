package site

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"gomyogen/install/notebook"
)

// maxPicture is the size in bytes up to which a local picture goes into a page.
const maxPicture = 20 << 20

// maxPictures is what all pictures of a page may have in bytes. A short text can name
// one picture many times.
var maxPictures = 256 << 20 // tests lower it

// pictureTypes are what browsers show as pictures; scripts in an SVG do not run there.
var pictureTypes = []string{"image/png", "image/jpeg", "image/gif", "image/webp", "image/svg+xml"}

// dataURL returns a picture as a URL that holds it.
func dataURL(mime string, data []byte) string {
	return "data:" + mime + ";base64," + base64.StdEncoding.EncodeToString(data)
}

// attachment returns the URL of a picture that was pasted into a cell.
func attachment(files map[string]map[string]notebook.Lines, name string) (string, error) {
	if decoded, err := url.PathUnescape(name); err == nil && files[name] == nil {
		name = decoded
	}
	for _, mime := range pictureTypes {
		if code, ok := files[name][mime]; ok {
			data, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(string(code)), ""))
			if err != nil {
				return "", fmt.Errorf("the attachment %q is broken: %w", name, err)
			}
			return dataURL(mime, data), nil
		}
	}
	return "", fmt.Errorf("there is no attached picture %q", name)
}

// localPicture returns the URL of a picture beside a notebook in dir.
func localPicture(dir, target string) (string, error) {
	u, err := url.Parse(target)
	if err != nil {
		return "", err
	}
	if filepath.IsAbs(u.Path) {
		return "", errors.New("it is not beside the notebook")
	}
	path := filepath.FromSlash(u.Path)
	if !filepath.IsLocal(path) {
		return "", errors.New("it is not beside the notebook")
	}
	root, err := os.OpenRoot(dir) // a link does not lead out of it either
	if err != nil {
		return "", err
	}
	defer root.Close()
	switch info, err := root.Stat(path); {
	case errors.Is(err, fs.ErrNotExist):
		return "", errors.New("it does not exist")
	case err != nil:
		return "", err
	case !info.Mode().IsRegular():
		return "", errors.New("it is not a file")
	case info.Size() > maxPicture:
		return "", fmt.Errorf("it has %d bytes, more than %d", info.Size(), maxPicture)
	}
	f, err := root.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxPicture))
	if err != nil {
		return "", err
	}
	mime, _, _ := strings.Cut(http.DetectContentType(data), ";")
	if (mime == "text/xml" || mime == "text/plain") && bytes.Contains(data[:min(len(data), 4096)], []byte("<svg")) {
		mime = "image/svg+xml"
	}
	if !slices.Contains(pictureTypes, mime) {
		return "", errors.New("it is not a picture")
	}
	return dataURL(mime, data), nil
}
