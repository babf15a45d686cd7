package jupyter

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"gomyogen/install/notebook"
)

// Nothing that is built here is debugged: without what a debugger reads, a cell
// is linked in three quarters of the time. Cells and all other programs are
// built alike, so that what they share is compiled once.
const goFlags, cgo = "-ldflags=-s -gcflags=all=-dwarf=false", "0"

var buildEnv = []string{"GOFLAGS=" + goFlags, "CGO_ENABLED=" + cgo}

// kernelEnv is what makes cells quick and independent of the network.
func (h *Home) kernelEnv() map[string]string {
	return map[string]string{
		"GOPROXY": "off", "GOSUMDB": "off", "GOTOOLCHAIN": "local", "GOFLAGS": goFlags, "CGO_ENABLED": cgo,
		"PATH":            strings.Join([]string{h.standIns(), filepath.Join(h.Data, "bin"), "${PATH}"}, string(filepath.ListSeparator)),
		"MYOGEN_TMP":      filepath.Join(h.Data, "tmp"),
		"MYOGEN_PLANS":    filepath.Join(h.Data, "plans"),
		"MYOGEN_HISTORY":  filepath.Join(h.Data, "history.jsonl"),
		"MYOGEN_ECHARTS":  h.ECharts(),
		"MYOGEN_RENDERER": h.renderer(),
	}
}

func (h *Home) kernelJSON() string {
	b, err := json.MarshalIndent(map[string]any{
		"argv":         []string{h.bin("launcher"), h.bin("front"), h.bin("gonb"), "--kernel", "{connection_file}", "--raw_error=true", "--go_work=" + h.Module, "--logtostderr"},
		"display_name": "Go (MyoGen)",
		"language":     "go",
		"env":          h.kernelEnv(),
	}, "", "  ")
	if err != nil {
		panic("install: " + err.Error()) // strings always marshal
	}
	return string(b)
}

func (h *Home) specFile() string { return filepath.Join(h.spec(), "kernel.json") }

func (h *Home) makeSpec(context.Context, runner) error {
	if err := os.MkdirAll(h.spec(), 0o755); err != nil {
		return err
	}
	return notebook.WriteFile(h.specFile(), []byte(h.kernelJSON()))
}

func (h *Home) checkSpec() error {
	b, err := os.ReadFile(h.specFile())
	if err != nil {
		return fmt.Errorf("%s is missing", h.specFile())
	}
	if string(b) != h.kernelJSON() {
		return fmt.Errorf("%s was changed", h.specFile())
	}
	return nil
}
