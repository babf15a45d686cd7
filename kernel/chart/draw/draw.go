// Package draw draws figures with both renderers. They make a program big and
// slow to link: cells have a program of their own do it, and others import
// this package for its effect:
//
//	import _ "gomyogen/kernel/chart/draw"
package draw

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"html"
	"os"

	"gomyogen/kernel/chart"
	"gomyogen/kernel/chart/live"
	"gomyogen/kernel/chart/still"
)

// LibraryEnv names the environment variable with the path of the chart library.
const LibraryEnv = "MYOGEN_ECHARTS"

// sharpness is how many dots a px of a still picture has.
const sharpness = 2

func init() { chart.Register(Draw) }

// Draw returns the figure in the format that the job asks for.
func Draw(j chart.Job) ([]byte, error) {
	switch j.As {
	case "png":
		return still.PNG(j.Figure, sharpness)
	case "svg":
		return still.SVG(j.Figure)
	case "pdf":
		return still.PDF(j.Figure)
	case "html":
		return page(j.Figure)
	case "cell":
		var carrier []byte
		if j.Carry {
			// Without it the figure is a still where nothing else brings the library.
			carrier, _ = library()
		}
		return fragment(j.Figure, carrier)
	}
	return nil, fmt.Errorf("chart: a figure cannot be drawn as %q", j.As)
}

func fragment(f chart.Figure, carrier []byte) ([]byte, error) {
	png, err := still.PNG(f, sharpness)
	if err != nil {
		return nil, err
	}
	text, err := live.HTML(f, png, carrier)
	return []byte(text), err
}

// page returns a web page of its own that needs no other file.
func page(f chart.Figure) ([]byte, error) {
	carrier, err := library()
	if err != nil {
		return nil, err
	}
	text, err := fragment(f, carrier)
	if err != nil {
		return nil, err
	}
	return fmt.Appendf(nil, "<!DOCTYPE html>\n<html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>%s</title>\n"+
		"<body style=\"margin:16px auto;padding:0 16px;max-width:1200px;box-sizing:border-box;background:#fff;font-family:sans-serif\">%s</body></html>\n", html.EscapeString(f.Title), text), nil
}

// library returns the chart library, gzipped.
func library() ([]byte, error) {
	code, err := os.ReadFile(os.Getenv(LibraryEnv))
	if err != nil {
		return nil, fmt.Errorf("chart: the chart library is not there (%s=%q); go run ./install brings it", LibraryEnv, os.Getenv(LibraryEnv))
	}
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := z.Write(code); err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
