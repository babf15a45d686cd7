package jupyter

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

// renderer is the path of the program that draws figures for cells.
func (h *Home) renderer() string { return h.bin("figure-renderer") }

// rendererSources is what the renderer is built from, within the module.
var rendererSources = []string{"go.sum", "kernel/chart", "kernel/renderer", "myogen/neo", "myogen/units"}

// rendererInputs changes when the sources of the renderer do.
func (h *Home) rendererInputs() string {
	sum := sha256.New()
	for _, source := range rendererSources {
		err := filepath.WalkDir(filepath.Join(h.Module, filepath.FromSlash(source)), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			b, err := os.ReadFile(path)
			fmt.Fprintf(sum, "%s %d\n%s", path, len(b), b)
			return err
		})
		if err != nil {
			return err.Error()
		}
	}
	return fmt.Sprintf("%s %x", runtime.Version(), sum.Sum(nil))
}

func (h *Home) makeRenderer(ctx context.Context, r runner) error {
	return r.run(ctx, h.Module, []string{"CGO_ENABLED=0"}, "go", "build", "-ldflags=-w", "-o", h.renderer(), "./kernel/renderer")
}

func (h *Home) checkRenderer() error { return exists(h.renderer()) }
