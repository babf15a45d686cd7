package jupyter

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// tools are built from the versions that go.mod pins.
var tools = []string{"github.com/janpfeifer/gonb", "golang.org/x/tools/cmd/goimports", "golang.org/x/tools/gopls"}

func (h *Home) toolVersions() string {
	mod, err := os.ReadFile(filepath.Join(h.Module, "go.mod"))
	if err != nil {
		return err.Error()
	}
	pins := []string{runtime.Version()}
	for line := range strings.Lines(string(mod)) {
		for _, module := range []string{"janpfeifer/gonb ", "golang.org/x/tools "} {
			if strings.Contains(line, module) {
				pins = append(pins, strings.TrimSpace(line))
			}
		}
	}
	return strings.Join(pins, "\n")
}

func (h *Home) makeTools(ctx context.Context, r runner) error {
	// The folder must end in a separator: go build then puts each program into it.
	return r.run(ctx, h.Module, nil, "go", append([]string{"build", "-v", "-o", filepath.Join(h.Data, "bin") + string(filepath.Separator)}, tools...)...)
}

func (h *Home) checkTools() error { return exists(h.bin("gonb"), h.bin("goimports"), h.bin("gopls")) }

// cacheKey changes when the packages that cells import change.
func (h *Home) cacheKey() string {
	sum, err := os.ReadFile(filepath.Join(h.Module, "go.sum"))
	if err != nil {
		return err.Error()
	}
	return fmt.Sprintf("%s %x %s", runtime.Version(), sha256.Sum256(sum), h.Module)
}

// warm compiles what cells import with the kernel's own settings, so that the
// first cell does not.
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
	return r.run(ctx, h.Module, env, "go", "build", "./kernel/...", "./myogen/...")
}
