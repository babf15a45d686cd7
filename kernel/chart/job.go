package chart

import (
	"encoding/gob"
	"errors"
)

// Job is a figure to draw, and as what: "cell" is the output of a notebook's
// cell, with Carry one that brings the chart library along; "html", "svg",
// "png", "pdf" and "csv" are files. The figure of a page may be Thin already.
type Job struct {
	Figure Figure
	As     string
	Carry  bool
	Thin   bool
}

// Thinned returns the job with a thin figure where it asks for a page.
func (j Job) Thinned() Job {
	if !j.Thin && (j.As == "cell" || j.As == "html") {
		j.Figure, j.Thin = j.Figure.Thin(), true
	}
	return j
}

// Jobs go from a cell to the renderer, a program of its own.
func init() {
	for _, s := range []Series{&Line{}, &Step{}, &Band{}, &Bars{}, &Rule{}, &Raster{}, &HeatMap{}} {
		gob.Register(s)
	}
}

var drawJob func(Job) ([]byte, error)

// Register makes the renderers known to programs that link them; chart/draw
// does it.
func Register(draw func(Job) ([]byte, error)) { drawJob = draw }

// ErrNoRenderer says that a program does not link the renderers.
var ErrNoRenderer = errors.New(`chart: nothing here draws figures; run "go run ./install", or import _ "gomyogen/kernel/chart/draw"`)

// Draw draws in this program, if it imports chart/draw.
func Draw(j Job) ([]byte, error) {
	if drawJob == nil {
		return nil, ErrNoRenderer
	}
	return drawJob(j)
}
