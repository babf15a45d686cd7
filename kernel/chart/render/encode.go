//go:build !js

package render

import (
	"bufio"
	"encoding/gob"
	"fmt"
	"io"

	"gomyogen/kernel/chart"
)

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
