// Package draw links both renderers. They make a program big and slow to link, so
// cells start a program of their own that draws; other programs import this package
// for its effect:
//
//	import _ "gomyogen/kernel/chart/draw"
package draw

import (
	"fmt"
	"html"
	"os"
	"path/filepath"

	"gomyogen/kernel/chart/internal/scene"
	"gomyogen/kernel/chart/live"
	"gomyogen/kernel/chart/render"
	"gomyogen/kernel/chart/still"
	"gomyogen/kernel/env"
)

// LibraryEnv names the environment variable with the path of the chart library; unset,
// it is the one in the data folder. A gzipped copy with the suffix .gz, for pages, is in the same folder.
const LibraryEnv = env.ECharts

// sharpness is the number of dots for each px in a saved picture; pictures in
// notebooks, of which there are many, have fewer.
const sharpness, notebookSharpness = 2, 1.5

func init() { render.Register(Draw, Lacking) }

// Lacking says which letters the drawing has not; it is empty if it has all.
func Lacking(p render.Prepared) string {
	switch p.As {
	case "png", "pdf", "html", "cell":
		return still.Lacking(p.Scene)
	}
	return ""
}

// Draw returns the figure in the format that the job asks for.
func Draw(p render.Prepared) ([]byte, error) {
	switch f := p.Scene; p.As {
	case "png":
		return still.PNG(f, sharpness)
	case "svg":
		return still.SVG(f)
	case "pdf":
		return still.PDF(f)
	case "csv":
		return table(f)
	case "html":
		return page(f)
	case "cell":
		var carrier []byte
		if p.Carry {
			// Without it the figure is a still where nothing else brings the library.
			carrier, _ = library()
		}
		return fragment(f, carrier)
	}
	return nil, fmt.Errorf("chart: a figure cannot be drawn as %q", p.As)
}

// fragment draws both pictures, each on a processor of its own.
func fragment(f *scene.Figure, carrier []byte) ([]byte, error) {
	var png []byte
	var failed error
	drawn := make(chan struct{})
	go func() {
		defer close(drawn)
		png, failed = still.PNG(f, notebookSharpness)
	}()
	data, err := live.Pack(f)
	<-drawn
	if failed != nil {
		return nil, failed
	}
	if err != nil {
		return nil, err
	}
	return []byte(live.HTML(f, data, png, carrier)), nil
}

// page returns a web page of its own that needs no other file.
func page(f *scene.Figure) ([]byte, error) {
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

// library returns the chart library, gzipped as set-up left it beside the file.
func library() ([]byte, error) {
	path := os.Getenv(LibraryEnv)
	if path == "" { // outside the kernel
		data, err := env.DataFolder()
		if err != nil {
			return nil, fmt.Errorf("chart: %w", err)
		}
		path = filepath.Join(data, filepath.FromSlash(env.ChartLibrary))
	}
	b, err := os.ReadFile(path + ".gz")
	if err != nil {
		return nil, fmt.Errorf("chart: there is no chart library (%w); go run ./install, in the clone of gomyogen, brings it", err)
	}
	return b, nil
}
