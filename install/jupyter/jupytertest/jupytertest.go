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
	cmd := home.LabCommand(context.Background(), dir, "--ServerApp.base_url="+base+"/",
		"--LabApp.expose_app_in_browser=True") // window.jupyterapp runs commands
	return Serve(t, cmd)
}

// settings of JupyterLab keep a page from doing something at a time of its own: a page that
// saves a notebook which another page has changed asks its user.
var settings = map[string]string{
	"@jupyterlab/docmanager-extension/plugin":     `{"autosave": false}`,
	"@jupyterlab/apputils-extension/notification": `{"fetchNews": "false", "checkForUpdates": false}`,
}

// Serve starts a Jupyter server, which chooses its port, and ends it when the test does.
// Settings and the trust database of the user stay as they are.
func Serve(t testing.TB, cmd *exec.Cmd) Server {
	t.Helper()
	config, log := t.TempDir(), filepath.Join(t.TempDir(), "log")
	for name, text := range settings {
		path := filepath.Join(config, filepath.FromSlash(name)+".jupyterlab-settings")
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	out, err := os.Create(log) // not a pipe, which what it starts may keep open
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	s := Server{Token: "test"}
	cmd.Args = append(cmd.Args, "--no-browser", "--port=0", "--IdentityProvider.token="+s.Token)
	cmd.Env = append(cmd.Environ(), "JUPYTER_CONFIG_DIR="+config, "JUPYTER_DATA_DIR="+config, "JUPYTER_RUNTIME_DIR="+config, "JUPYTERLAB_SETTINGS_DIR="+config, "JUPYTERLAB_WORKSPACES_DIR="+config)
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		_ = cmd.Wait() // it is asked to end
		close(ended)
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM) // it may have ended
		select {
		case <-ended:
		case <-time.After(Patience):
			t.Errorf("Jupyter does not end within %v", Patience)
			_ = cmd.Process.Kill()
		}
		if said, err := os.ReadFile(log); t.Failed() {
			t.Logf("Jupyter said (error %v):\n%s", err, said)
		}
	})
	info := filepath.Join(config, fmt.Sprintf("jpserver-%d.json", cmd.Process.Pid))
	for end := time.Now().Add(Patience); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		select {
		case <-ended:
			t.Fatal("Jupyter ended")
		default:
		}
		var served struct{ URL string }
		if text, err := os.ReadFile(info); err != nil || json.Unmarshal(text, &served) != nil {
			continue // not yet there, or half of it
		}
		s.URL = strings.TrimSuffix(served.URL, "/")
		if r, err := http.Get(s.URL + "/api/status?token=" + s.Token); err == nil {
			if err := r.Body.Close(); err != nil {
				t.Fatal(err)
			}
			if r.StatusCode == http.StatusOK {
				return s
			}
		}
	}
	t.Fatalf("Jupyter did not answer within %v", Patience)
	return s
}

// browsers are the names that Chromium goes by.
var browsers = []string{"chromium", "chromium-browser", "google-chrome"}

// Patience is how long a page or a server may take on a slow machine that does other work, too.
const Patience = 3 * time.Minute

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
		chromedp.WindowSize(width, height), chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-gpu-watchdog", true),      // it ends what draws when the machine is busy with other work
		chromedp.Flag("ignore-certificate-errors", true)) // of a test's own TLS server
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, cancel := chromedp.NewContext(allocator)
	t.Cleanup(func() { cancel(); stop() }) // with its folder, when no process of its own writes there any more
	if err := chromedp.Do(ctx, chromedp.Navigate("about:blank")); err != nil {
		t.Fatalf("Chromium does not start: %v", err)
	}
	return ctx
}

// Click clicks on the first element of a selector.
func Click(t testing.TB, ctx context.Context, selector string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(ctx, Patience)
	defer cancel()
	if err := chromedp.Do(ctx, chromedp.Click(selector)); err != nil {
		t.Fatalf("click on %s: %v", selector, err)
	}
}

// Wait waits until a file holds a text, and returns all that it holds.
func Wait(t testing.TB, path, text string) string {
	t.Helper()
	var b []byte
	var err error
	for end := time.Now().Add(Patience); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if b, err = os.ReadFile(path); err == nil && len(b) > 0 && strings.Contains(string(b), text) {
			return string(b)
		}
	}
	t.Fatalf("%s holds %q (error %v), want %q", path, b, err, text)
	return ""
}

// Ends waits until a process has ended. A zombie has.
func Ends(t testing.TB, pid string) {
	t.Helper()
	for end := time.Now().Add(Patience); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		state, err := exec.Command("ps", "-o", "stat=", "-p", pid).Output()
		if err != nil || strings.HasPrefix(string(state), "Z") {
			return
		}
	}
	t.Errorf("the program %s lives on", pid)
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
