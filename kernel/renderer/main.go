// Renderer draws one figure: it reads a [render.Prepared] from standard input and
// writes the drawing to standard output, and what it lacks to standard error. Cells
// start it, so that they need not
// link the renderers.
package main

import (
	"fmt"
	"io"
	"os"
	"runtime/debug"

	"gomyogen/kernel/chart/draw"
	"gomyogen/kernel/chart/render"
)

func main() {
	// It ends soon: garbage is collected where there is a great deal.
	debug.SetGCPercent(1000)
	debug.SetMemoryLimit(512 << 20)
	if err := run(os.Stdin, os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(in io.Reader, out, said io.Writer) error {
	p, err := render.Decode(in)
	if err != nil {
		return err
	}
	b, err := draw.Draw(p)
	if err != nil {
		return err
	}
	if lacks := draw.Lacking(p); lacks != "" {
		fmt.Fprintln(said, lacks)
	}
	_, err = out.Write(b)
	return err
}
