//go:build unix

package jupyter

import (
	"context"
	"errors"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"strings"

	"gomyogen/kernel/sources"
)

// tools are built from the versions that go.mod pins, and our own.
var tools = append([]string{"github.com/janpfeifer/gonb", "golang.org/x/tools/cmd/goimports", "golang.org/x/tools/gopls"}, own...)

// own are the launcher and the kernel that clients see.
var own = []string{"gomyogen/kernel/launcher", "gomyogen/kernel/launcher/front"}

func (h *Home) toolVersions() string {
	mod, err := os.ReadFile(filepath.Join(h.Module, "go.mod"))
	if err != nil {
		return err.Error()
	}
	pins := []string{runtime.Version(), goFlags, cgo}
	for line := range strings.Lines(string(mod)) {
		for _, module := range []string{"janpfeifer/gonb ", "go-zeromq/zmq4 ", "golang.org/x/tools "} {
			if strings.Contains(line, module) {
				pins = append(pins, strings.TrimSpace(line))
			}
		}
	}
	for _, path := range own {
		digest, err := sources.Tree(h.Module, path)
		if err != nil {
			return err.Error()
		}
		pins = append(pins, digest)
	}
	return strings.Join(pins, "\n")
}

func (h *Home) makeTools(ctx context.Context, r runner) (made []string, err error) {
	dir, err := h.draft()
	if err != nil {
		return nil, err
	}
	defer removeAll(dir)
	// The folder must end in a separator: go build then puts each program into it.
	if err := r.run(ctx, h.Module, goEnv(), "go", append([]string{"build", "-v", "-o", dir + string(filepath.Separator)}, tools...)...); err != nil {
		return nil, err
	}
	for _, tool := range tools {
		file := h.bin(path.Base(tool))
		if err := os.Rename(filepath.Join(dir, path.Base(tool)), file); err != nil {
			return nil, err
		}
		made = append(made, file)
	}
	// The kernel finds the launcher under these names first.
	if err := errors.Join(removeAll(h.standIns()), os.MkdirAll(h.standIns(), 0o755)); err != nil {
		return nil, err
	}
	for _, name := range standIns {
		if err := os.Symlink(h.bin("launcher"), filepath.Join(h.standIns(), name)); err != nil {
			return nil, err
		}
	}
	return append(made, h.standIns()), nil
}

// standIns are the programs that the kernel takes the launcher for.
var standIns = []string{"go", "gopls"}

// standIns is the folder of programs that the kernel takes for others.
func (h *Home) standIns() string { return filepath.Join(h.Data, "stand-ins") }
