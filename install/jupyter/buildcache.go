//go:build unix

package jupyter

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
)

// cacheKey changes when what cells import does.
func (h *Home) cacheKey() string {
	return fmt.Sprintf("%s %s %q %s", h.builtFrom(cellImports...), h.Module, cellImports, h.kernelJSON())
}

// warm compiles what cells import with the kernel's own settings, and has the
// launcher find out how such cells are built, so that the first cell need not.
func (h *Home) warm(ctx context.Context, r runner) ([]string, error) {
	// Everything a cell may need must be in the module cache: later there is no network.
	if err := r.run(ctx, h.Module, goEnv(), "go", "mod", "download"); err != nil {
		return nil, fmt.Errorf("is there a network? %w", err)
	}
	env := goEnv()
	for k, v := range h.kernelEnv() {
		if k != "PATH" {
			env = append(env, k+"="+v)
		}
	}
	if err := r.run(ctx, h.Module, env, "go", "build", "./kernel/...", "./myogen/..."); err != nil {
		return nil, err
	}
	if err := h.learn(ctx, r, env); err != nil {
		if ctx.Err() != nil {
			return nil, err
		}
		fmt.Fprintf(r.out, "      The first cells will take longer: %v\n", err)
	}
	return nil, nil
}

// learn has the launcher find out how cells are built.
func (h *Home) learn(ctx context.Context, r runner, env []string) error {
	dir, err := os.MkdirTemp("", "gomyogen-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	cell := filepath.Join(dir, "gonb_cell")
	if err := os.Mkdir(cell, 0o755); err != nil {
		return err
	}
	for _, args := range [][]string{ // what GoNB does for a kernel
		{"go", "mod", "init", "gonb_cell"}, {"go", "work", "init"}, {"go", "work", "use", ".", h.Module},
		{"go", "mod", "edit", "-replace", "gomyogen=" + h.Module},
		append([]string{h.bin("launcher"), "-learn", cell}, cellImports...),
	} {
		if err := r.run(ctx, cell, append(env[:len(env):len(env)], "GOWORK="), args[0], args[1:]...); err != nil {
			return err
		}
	}
	return nil
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
