//go:build unix

// Package jupytertest gives tests a real Jupyter with our kernel, and a real
// browser to look at it with.
package jupytertest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"gomyogen/install/jupyter"
)

// skip skips the test with its reason; where everything must run (CI is set)
// it fails instead.
func skip(t testing.TB, format string, args ...any) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatalf(format, args...)
	}
	t.Skipf(format, args...)
}

var setUp = sync.OnceValues(func() (*jupyter.Home, error) {
	home, err := jupyter.Find()
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := home.SetUp(context.Background(), &out); err != nil {
		return nil, fmt.Errorf("%w\n%s", err, out.String())
	}
	return home, nil
})

// Home returns the folder of the set-up that go run ./install makes, made on
// the first call. Without python3 or a network the test is skipped.
func Home(t testing.TB) *jupyter.Home {
	t.Helper()
	if testing.Short() {
		t.Skip("needs Jupyter; left out by -short")
	}
	home, err := setUp()
	if err != nil {
		skip(t, "Jupyter cannot be set up: %v", err)
	}
	return home
}

// Server is a JupyterLab that a test started.
type Server struct {
	URL   string // http://127.0.0.1:PORT and the base URL, without its last slash
	Token string
}

// Lab returns the address of a file in the lab's interface.
func (s Server) Lab(path string) string { return s.URL + "/lab/tree/" + path + "?token=" + s.Token }

// Lab serves JupyterLab on dir until the test ends.
func Lab(t testing.TB, home *jupyter.Home, dir string) Server {
	t.Helper()
	return LabAt(t, home, dir, "")
}

// LabAt is Lab below a base URL ("/user/me"), as a hub serves it.
func LabAt(t testing.TB, home *jupyter.Home, dir, base string) Server {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	s := Server{URL: fmt.Sprintf("http://127.0.0.1:%d%s", port, base), Token: "test"}
	ctx, cancel := context.WithCancel(context.Background())
	cmd := home.LabCommand(ctx, dir, "--no-browser", fmt.Sprintf("--port=%d", port), "--ServerApp.port_retries=0", "--ServerApp.base_url="+base+"/", "--IdentityProvider.token="+s.Token,
		"--LabApp.expose_app_in_browser=True") // window.jupyterapp runs commands
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	cmd.WaitDelay = 10 * time.Second
	// Settings and the trust database of the user stay as they are.
	config := t.TempDir()
	cmd.Env = append(cmd.Env, "JUPYTER_CONFIG_DIR="+config, "JUPYTER_DATA_DIR="+config, "JUPYTER_RUNTIME_DIR="+config, "JUPYTERLAB_SETTINGS_DIR="+config, "JUPYTERLAB_WORKSPACES_DIR="+config)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cancel()
		_ = cmd.Wait() // it was interrupted
		if t.Failed() {
			t.Logf("JupyterLab said:\n%s", out.String())
		}
	})
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		if r, err := http.Get(s.URL + "/api/status?token=" + s.Token); err == nil {
			if err := r.Body.Close(); err != nil {
				t.Fatal(err)
			}
			if r.StatusCode == http.StatusOK {
				return s
			}
		}
	}
	t.Fatalf("JupyterLab did not answer within %v", patience)
	return s
}

// browsers are the names that Chromium goes by.
var browsers = []string{"chromium", "chromium-browser", "google-chrome"}

// patience is how long a server may take on a slow machine that does other work, too.
const patience = 3 * time.Minute

// A browser starts a dozen processes: few tests have one at once.
var (
	browsing = make(chan struct{}, 2)
	windows  = struct {
		sync.Mutex
		of map[string]int // how many a test has, by its name
	}{of: map[string]int{}}
)

// mayBrowse waits until a test may have a browser. It may then have several.
func mayBrowse(t testing.TB) {
	name, _, _ := strings.Cut(t.Name(), "/")
	add := func(n int) int {
		windows.Lock()
		defer windows.Unlock()
		windows.of[name] += n
		return windows.of[name]
	}
	if add(1) == 1 {
		browsing <- struct{}{}
	}
	t.Cleanup(func() {
		if add(-1) == 0 {
			<-browsing
		}
	})
}

// Browser returns the context of a headless Chromium window of the given
// width, which lives until the test ends. Without a Chromium the test is
// skipped.
func Browser(t testing.TB, width, height int) context.Context {
	t.Helper()
	if testing.Short() {
		t.Skip("needs a browser; left out by -short")
	}
	path := ""
	for _, name := range browsers {
		if p, err := exec.LookPath(name); err == nil {
			path = p
			break
		}
	}
	if path == "" {
		skip(t, "there is no Chromium on the PATH")
	}
	mayBrowse(t)
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.WindowSize(width, height), chromedp.UserDataDir(t.TempDir()), chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("ignore-certificate-errors", true)) // of a test's own TLS server
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, cancel := chromedp.NewContext(allocator)
	t.Cleanup(func() { cancel(); stop() })
	if err := chromedp.Do(ctx, chromedp.Navigate("about:blank")); err != nil {
		t.Fatalf("Chromium does not start: %v", err)
	}
	return ctx
}

// Notebook returns the text of a notebook of code cells for our kernel. A cell
// that fails does not keep the later ones from running.
func Notebook(cells ...string) []byte {
	type cell struct {
		Type     string         `json:"cell_type"`
		ID       string         `json:"id"`
		Metadata map[string]any `json:"metadata"`
		Count    *int           `json:"execution_count"`
		Outputs  []any          `json:"outputs"`
		Source   string         `json:"source"`
	}
	var all []cell
	for i, source := range cells {
		all = append(all, cell{Type: "code", ID: fmt.Sprintf("cell-%d", i), Metadata: map[string]any{"tags": []string{"raises-exception"}}, Outputs: []any{}, Source: source})
	}
	b, err := json.Marshal(map[string]any{
		"cells": all, "nbformat": 4, "nbformat_minor": 5,
		"metadata": map[string]any{"kernelspec": map[string]any{"name": jupyter.KernelName, "display_name": "Go (MyoGen)", "language": "go"}},
	})
	if err != nil {
		panic("jupytertest: " + err.Error()) // texts always marshal
	}
	return b
}

// NPM returns the folder of an npm package ("axe-core@4.14.1") that only tests
// use, installed on the first call. Without npm or a network the test is
// skipped.
func NPM(t testing.TB, pkg string) string {
	t.Helper()
	if testing.Short() {
		t.Skip("needs an npm package; left out by -short")
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	at := strings.LastIndex(pkg, "@")
	dir := filepath.Join(cache, "gomyogen-test", strings.NewReplacer("/", "-", "@", "-").Replace(pkg))
	folder := filepath.Join(dir, "node_modules", filepath.FromSlash(pkg[:at]))
	if _, err := os.Stat(dir); err == nil {
		return folder
	}
	npm, err := exec.LookPath("npm")
	if err != nil {
		skip(t, "there is no npm on the PATH")
	}
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		t.Fatal(err)
	}
	draft, err := os.MkdirTemp(filepath.Dir(dir), "npm-")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(draft)
	if out, err := exec.Command(npm, "install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", draft, pkg).CombinedOutput(); err != nil {
		skip(t, "npm cannot install %s: %v\n%s", pkg, err, out)
	}
	if err := os.Rename(draft, dir); err != nil && !errors.Is(err, os.ErrExist) {
		if _, there := os.Stat(folder); there != nil { // another test may have been first
			t.Fatal(err)
		}
	}
	return folder
}

// PyPI returns the Python of an environment of its own with packages
// ("jupyter_kernel_test==0.7.0") that only tests use, made on the first call.
// Without a network the test is skipped.
func PyPI(t testing.TB, packages ...string) string {
	t.Helper()
	if testing.Short() {
		t.Skip("needs a Python package; left out by -short")
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(cache, "gomyogen-test", strings.ReplaceAll(strings.Join(packages, "+"), "==", "-"))
	python, done := filepath.Join(dir, "bin", "python"), filepath.Join(dir, "installed")
	defer lock(t, dir+".lock")() // tests at the same time, of other packages too, ask for the same
	if _, err := os.Stat(done); err == nil {
		return python
	}
	// An environment cannot be moved: it is made in its place, and the file done comes last.
	if out, err := exec.Command("python3", "-m", "venv", "--clear", dir).CombinedOutput(); err != nil {
		skip(t, "python3 cannot make an environment: %v\n%s", err, out)
	}
	if out, err := exec.Command(python, append([]string{"-m", "pip", "install", "--disable-pip-version-check"}, packages...)...).CombinedOutput(); err != nil {
		skip(t, "pip cannot install %s: %v\n%s", packages, err, out)
	}
	if err := os.WriteFile(done, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	return python
}

// lock waits until it has a file for itself.
func lock(t testing.TB, path string) (unlock func()) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err != nil {
		t.Fatal(err)
	}
	return func() { f.Close() }
}
