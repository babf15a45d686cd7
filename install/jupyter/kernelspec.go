//go:build unix

package jupyter

import (
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"

	"gomyogen/kernel/env"
	"gomyogen/myogen/format/atomicfile"
)

// Nothing that is built here is debugged: without what a debugger reads, a cell
// is linked in three quarters of the time. Cells and all other programs are
// built alike, so that what they share is compiled once.
const goFlags, cgo = "-ldflags=-s -gcflags=all=-dwarf=false", "0"

// kernelEnv is what makes cells quick and independent of the network.
func (h *Home) kernelEnv() map[string]string {
	e := map[string]string{
		"GOPROXY": "off", "GOSUMDB": "off", "GOTOOLCHAIN": "local", "GOFLAGS": goFlags, "CGO_ENABLED": cgo,
		// What a user has set for other work stops no kernel; what is empty is not set.
		"GOWORK": "auto", "GO111MODULE": "on", "GOOS": runtime.GOOS, "GOARCH": runtime.GOARCH, "GOROOT": "", "GOENV": "", "GOEXPERIMENT": "", "GOTMPDIR": "",
		"GOAMD64": "", "GOARM64": "", "GODEBUG": "", "GOFIPS140": "", "GOCOVERDIR": "", "GOCACHEPROG": "", "GO_EXTLINK_ENABLED": "",
		"PATH":       strings.Join([]string{h.standIns(), filepath.Join(h.Data, "bin"), "${PATH}"}, string(filepath.ListSeparator)),
		env.Data:     h.Data,
		env.Tmp:      filepath.Join(h.Data, "tmp"),
		env.Plans:    filepath.Join(h.Data, "plans"),
		env.History:  filepath.Join(h.Data, "history.jsonl"),
		env.ECharts:  h.ECharts(),
		env.Renderer: h.renderer(),
	}
	// A Jupyter that was not started from this shell may have another HOME, GOPATH and PATH.
	if g := goFolders(); g.GOROOT != "" {
		e["GOCACHE"], e["GOMODCACHE"] = g.GOCACHE, g.GOMODCACHE
		e["PATH"] += string(filepath.ListSeparator) + filepath.Join(g.GOROOT, "bin")
	}
	return e
}

// folders are where Go and what it has compiled and fetched are.
type folders struct{ GOROOT, GOCACHE, GOMODCACHE string }

// goFolders returns Go's folders, or none where there is no Go.
var goFolders = sync.OnceValue(func() (g folders) {
	cmd := exec.Command("go", "env", "-json", "GOROOT", "GOCACHE", "GOMODCACHE")
	cmd.Env = goEnv()
	if out, err := cmd.Output(); err != nil || json.Unmarshal(out, &g) != nil {
		return folders{}
	}
	return g
})

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

//go:embed page.js
var pageJS string

//go:embed papermill.py
var papermillPy string

// Papermill is a folder for PYTHONPATH: with it, papermill sets parameters of notebooks.
func (h *Home) Papermill() string { return filepath.Join(h.spec(), "papermill") }

// papermillEntry has papermill load the translator of parameters.
const papermillEntry = "[papermill.engine]\ngomyogen = gomyogen_papermill:Engine\n"

// extension is the folder of the extension of JupyterLab that goes with the kernel.
func (h *Home) extension() string {
	return filepath.Join(h.Data, "venv", "share", "jupyter", "labextensions", KernelName)
}

// pageScript names the extension's script: a new one is not taken from a browser's cache.
func pageScript() string {
	sum := sha256.Sum256([]byte(pageJS))
	return "static/page." + hex.EncodeToString(sum[:8]) + ".js"
}

// specFiles are the files of the kernelspec and its extension.
func (h *Home) specFiles() map[string]string {
	description, err := json.MarshalIndent(map[string]any{
		"name": KernelName, "version": "1.0.0",
		"jupyterlab": map[string]any{"extension": true, "_build": map[string]string{"load": pageScript(), "extension": "./extension"}},
	}, "", "  ")
	if err != nil {
		panic("install: " + err.Error()) // strings always marshal
	}
	return map[string]string{
		h.specFile(): h.kernelJSON(),
		filepath.Join(h.extension(), "package.json"):                                           string(description),
		filepath.Join(h.extension(), filepath.FromSlash(pageScript())):                         pageJS,
		filepath.Join(h.Papermill(), "gomyogen_papermill.py"):                                  papermillPy,
		filepath.Join(h.Papermill(), "gomyogen_papermill-1.0.0.dist-info", "entry_points.txt"): papermillEntry,
		filepath.Join(h.Papermill(), "gomyogen_papermill-1.0.0.dist-info", "METADATA"):         "Metadata-Version: 2.1\nName: gomyogen-papermill\nVersion: 1.0.0\n",
	}
}

// specInputs changes when a file of the kernelspec does.
func (h *Home) specInputs() string {
	return h.kernelJSON() + pageScript() + papermillPy + papermillEntry
}

func (h *Home) makeSpec(context.Context, runner) (made []string, err error) {
	for _, dir := range []string{h.extension(), h.Papermill()} {
		if err := removeAll(dir); err != nil {
			return nil, err
		}
	}
	files := h.specFiles()
	for _, path := range slices.Sorted(maps.Keys(files)) {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return nil, err
		}
		if err := atomicfile.Write(path, []byte(files[path])); err != nil {
			return nil, err
		}
		if !strings.HasPrefix(path, h.Papermill()) {
			made = append(made, path)
		}
	}
	return append(made, h.Papermill()), nil
}
