// Renderer draws one figure: a chart.Job in gob on standard input, the drawing
// on standard output. Cells start it, so that they need not link what draws.
package main

import (
	"bufio"
	"encoding/gob"
	"fmt"
	"io"
	"os"
	"runtime/debug"

	"gomyogen/kernel/chart"
	"gomyogen/kernel/chart/draw"
)

func main() {
	// It ends soon: garbage is collected where there is a great deal.
	debug.SetGCPercent(1000)
	debug.SetMemoryLimit(512 << 20)
	if err := run(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(in io.Reader, out io.Writer) error {
	var j chart.Job
	if err := gob.NewDecoder(bufio.NewReader(in)).Decode(&j); err != nil {
		return fmt.Errorf("renderer: the figure does not arrive: %w", err)
	}
	b, err := draw.Draw(j)
	if err != nil {
		return err
	}
	_, err = out.Write(b)
	return err
}
