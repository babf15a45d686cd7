//go:build unix

package jupyter

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"runtime"

	"gomyogen/kernel/sources"
)

// renderer is the path of the program that draws figures for cells.
func (h *Home) renderer() string { return h.bin("figure-renderer") }

// rendererInputs is what the renderer is built from.
func (h *Home) rendererInputs() string { return h.builtFrom("gomyogen/kernel/renderer") }

// builtFrom changes when the sources of packages of the module do, or the
// versions of what they import.
func (h *Home) builtFrom(packages ...string) string {
	sum, err := sources.Tree(h.Module, packages...)
	if err != nil {
		return err.Error()
	}
	versions := sha256.New()
	for _, name := range []string{"go.mod", "go.sum"} {
		b, err := os.ReadFile(filepath.Join(h.Module, name))
		if err != nil {
			return err.Error()
		}
		versions.Write(b)
	}
	return fmt.Sprintf("%s %s %x", runtime.Version(), sum, versions.Sum(nil))
}

func (h *Home) makeRenderer(ctx context.Context, r runner) ([]string, error) {
	dir, err := h.draft()
	if err != nil {
		return nil, err
	}
	defer removeAll(dir)
	program := filepath.Join(dir, "renderer")
	if err := r.run(ctx, h.Module, goEnv(), "go", "build", "-o", program, "./kernel/renderer"); err != nil {
		return nil, err
	}
	return []string{h.renderer()}, os.Rename(program, h.renderer())
}
