// Package render takes figures to the renderers. They make a program big and slow
// to link, so a cell prepares a figure and has a program of its own draw it;
// other programs link them by importing package draw.
package render

import (
	"errors"

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

// Words returns the figure in words, as the function Words does.
func (p Prepared) Words() string { return p.Scene.Frames[p.Scene.Frame].Words }

// Words returns a figure in words, for readers who cannot see it: its Alt, then
// the series of each panel. The error is that of [chart.Figure.Validate].
func Words(f chart.Figure) (string, error) {
	s, err := scene.New(f)
	if err != nil {
		return "", err
	}
	return s.Frames[s.Frame].Words, nil
}

var (
	linked func(Prepared) ([]byte, error)
	warn   func(Prepared) string
)

// Register makes the renderers known, with a function that says what a drawing
// lacks, or nothing; package draw does it.
func Register(draw func(Prepared) ([]byte, error), lacking func(Prepared) string) {
	linked, warn = draw, lacking
}

// Lacking says which letters a drawing by [Draw] has not; it is empty if it has
// all.
func Lacking(p Prepared) string {
	if warn == nil {
		return ""
	}
	return warn(p)
}

// ErrNoRenderer is the error of a program that does not link the renderers.
var ErrNoRenderer = errors.New(`chart: nothing here draws figures; run "go run ./install", or import _ "gomyogen/kernel/chart/draw"`)

// Draw draws with the renderers of this program, if it imports package draw.
func Draw(p Prepared) ([]byte, error) {
	if linked == nil {
		return nil, ErrNoRenderer
	}
	return linked(p)
}
