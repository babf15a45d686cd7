// Package render takes figures to the renderers. They make a program big and slow
// to link, so a cell prepares a figure and has a program of its own draw it;
// other programs link them by importing package draw.
package render

import (
	"bufio"
	"encoding/gob"
	"errors"
	"fmt"
	"io"

	"gomyogen/kernel/chart"
	"gomyogen/kernel/chart/internal/scene"
)

// Job is a figure and the format to draw it in: "cell" is the output of a
// notebook's cell, with Carry one that includes the chart library; "html",
// "svg", "png", "pdf" and "csv" are files.
type Job struct {
	Figure chart.Figure
	As     string
	Carry  bool
}

// Prepared is a checked job with what drawing takes: for a page the points that
// can be seen, for a table all data as they are.
type Prepared struct {
	As    string
	Carry bool
	Scene *scene.Figure
}

// Prepare checks a figure and fills in what it leaves open. The error is that of
// [chart.Figure.Validate].
func (j Job) Prepare() (Prepared, error) {
	read := scene.New
	if j.As == "csv" {
		read = scene.Unscaled
	}
	s, err := read(j.Figure)
	if err != nil {
		return Prepared{}, err
	}
	if j.As == "cell" || j.As == "html" {
		s = s.Thin()
	}
	return Prepared{As: j.As, Carry: j.Carry, Scene: s}, nil
}

// Words returns a figure in words, for readers who cannot see it: its Alt, then
// the series of each panel. The error is that of [chart.Figure.Validate].
func Words(f chart.Figure) (string, error) {
	s, err := scene.Unscaled(f)
	if err != nil {
		return "", err
	}
	return s.Frames[s.Frame].Words, nil
}

func init() {
	for _, s := range []chart.Series{&chart.Line{}, &chart.Band{}, &chart.Bars{}, &chart.Rule{}, &chart.Raster{}, &chart.HeatMap{}} {
		gob.Register(s)
	}
}

// Encode writes the job for [Decode] in another program.
func (p Prepared) Encode(w io.Writer) error { return gob.NewEncoder(w).Encode(p) }

// Decode reads a job that Encode wrote.
func Decode(r io.Reader) (p Prepared, err error) {
	if err := gob.NewDecoder(bufio.NewReader(r)).Decode(&p); err != nil {
		return p, fmt.Errorf("render: the figure cannot be read: %w", err)
	}
	return p, nil
}

var linked func(Prepared) ([]byte, error)

// Register makes the renderers known; package draw does it.
func Register(draw func(Prepared) ([]byte, error)) { linked = draw }

// ErrNoRenderer is the error of a program that does not link the renderers.
var ErrNoRenderer = errors.New(`chart: nothing here draws figures; run "go run ./install", or import _ "gomyogen/kernel/chart/draw"`)

// Draw draws with the renderers of this program, if it imports package draw.
func Draw(p Prepared) ([]byte, error) {
	if linked == nil {
		return nil, ErrNoRenderer
	}
	return linked(p)
}
