// Gen writes the vector code of the membrane kernels: it runs the step method of
// each cell with operations in place of numbers (evaluate.go, functions.go),
// replaces divisions by cheaper ones that round the same (divide.go), orders
// the operations (schedule.go), gives them registers (allocate.go) and writes
// Go assembly (emit.go).
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// kernels are the cells that have vector code.
var kernels = []string{"nerlab", "powers"}

func main() {
	from := flag.String("from", ".", "folder of the membrane package")
	to := flag.String("to", ".", "folder to write to")
	flag.Parse()
	if err := generate(*from, *to); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

func generate(from, to string) error {
	s, err := load(from)
	if err != nil {
		return err
	}
	for _, k := range kernels {
		for _, t := range targets {
			g, err := s.step(k, t.wide)
			if err != nil {
				return err
			}
			text := kernel(k+t.name, shareReciprocals(g), t)
			path := filepath.Join(to, fmt.Sprintf("kernel_%s_%s_amd64.s", k, strings.ToLower(t.name)))
			if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
				return err
			}
		}
	}
	return nil
}
