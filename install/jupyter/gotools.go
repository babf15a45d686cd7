package jupyter

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// tools are built from the versions that go.mod pins, and our launcher.
var tools = []string{"github.com/janpfeifer/gonb", "golang.org/x/tools/cmd/goimports", "golang.org/x/tools/gopls", "gomyogen/kernel/launcher"}

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
	sources, err := filepath.Glob(filepath.Join(h.Module, "kernel", "launcher", "*.go"))
	if err != nil {
		return err.Error()
	}
	for _, file := range sources {
		code, err := os.ReadFile(file)
		if err != nil {
			return err.Error()
		}
		pins = append(pins, fmt.Sprintf("%s %x", filepath.Base(file), sha256.Sum256(code)))
	}
	return strings.Join(pins, "\n")
}

func (h *Home) makeTools(ctx context.Context, r runner) error {
	// The folder must end in a separator: go build then puts each program into it.
	err := r.run(ctx, h.Module, nil, "go", append([]string{"build", "-v", "-o", filepath.Join(h.Data, "bin") + string(filepath.Separator)}, tools...)...)
	if err != nil {
		return err
	}
	// The kernel finds the launcher under the name of gopls first.
	if err := os.MkdirAll(h.standIns(), 0o755); err != nil {
		return err
	}
	link := filepath.Join(h.standIns(), "gopls")
	if err := os.Remove(link); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return os.Symlink(h.bin("launcher"), link)
}

// standIns is the folder of programs that the kernel takes for others.
func (h *Home) standIns() string { return filepath.Join(h.Data, "stand-ins") }

func (h *Home) checkTools() error {
	return exists(h.bin("gonb"), h.bin("goimports"), h.bin("gopls"), h.bin("launcher"), filepath.Join(h.standIns(), "gopls"))
}

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
