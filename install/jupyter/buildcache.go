package jupyter

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"gomyogen/kernel/sources"
)

// cacheKey changes when what cells import does.
func (h *Home) cacheKey() string {
	sum, err := os.ReadFile(filepath.Join(h.Module, "go.sum"))
	if err != nil {
		return err.Error()
	}
	tree, err := sources.Tree(h.Module, cellImports...)
	if err != nil {
		return err.Error()
	}
	return fmt.Sprintf("%s %x %s %s %q %s", runtime.Version(), sha256.Sum256(sum), tree, h.Module, cellImports, h.kernelJSON())
}

// warm compiles what cells import with the kernel's own settings, and has the
// launcher find out how such cells are built, so that the first cell need not.
func (h *Home) warm(ctx context.Context, r runner) error {
	// Everything a cell may need must be in the module cache: later there is no network.
	if err := r.run(ctx, h.Module, nil, "go", "mod", "download"); err != nil {
		return fmt.Errorf("is there a network? %w", err)
	}
	var env []string
	for k, v := range h.kernelEnv() {
		if k != "PATH" {
			env = append(env, k+"="+v)
		}
	}
	if err := r.run(ctx, h.Module, env, "go", "build", "./kernel/...", "./myogen/..."); err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "gomyogen-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	// As GoNB makes it for a kernel.
	cell, version := filepath.Join(dir, "gonb_cell"), strings.TrimPrefix(runtime.Version(), "go")
	for name, text := range map[string]string{
		"go.mod":  "module gonb_cell\n\ngo " + version + "\n\nreplace gomyogen => " + h.Module + "\n",
		"go.work": "go " + version + "\n\nuse (\n\t.\n\t" + h.Module + "\n)\n",
	} {
		if err := os.MkdirAll(cell, 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(cell, name), []byte(text), 0o644); err != nil {
			return err
		}
	}
	return r.run(ctx, h.Module, env, h.bin("launcher"), append([]string{"-learn", cell}, cellImports...)...)
}

// cellImports is what cells are likely to import; what these import comes along.
var cellImports = []string{
	"bufio", "bytes", "cmp", "context", "encoding/csv", "encoding/json", "errors", "fmt", "io", "iter", "maps", "math", "math/cmplx",
	"math/rand", "math/rand/v2", "os", "path/filepath", "regexp", "runtime", "runtime/debug", "slices", "sort", "strconv", "strings", "sync", "text/tabwriter",
	"time", "unicode",
	"github.com/janpfeifer/gonb/gonbui",
	"gomyogen/kernel", "gomyogen/kernel/chart", "gomyogen/myogen", "gomyogen/myogen/neo", "gomyogen/myogen/random",
	"gomyogen/myogen/stats", "gomyogen/myogen/units",
}
