package kernel_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"gomyogen/install/jupyter"
	"gomyogen/install/jupyter/jupytertest"
	"gomyogen/install/notebook"
)

// clients returns the Python of an environment with clients other than those of the
// set-up, and the environment variables with which they find the kernel.
func clients(t *testing.T) (python string, env []string) {
	t.Helper()
	home := jupytertest.Home(t)
	python = jupytertest.PyPI(t, "papermill==2.7.0", "jupyter-console==6.6.3", "notebook==7.6.5")
	config := t.TempDir()
	return python, append(os.Environ(), "JUPYTER_PATH="+filepath.Join(home.Data, "venv", "share", "jupyter"),
		"JUPYTER_CONFIG_DIR="+config, "JUPYTER_DATA_DIR="+config, "JUPYTER_RUNTIME_DIR="+config, "JUPYTERLAB_SETTINGS_DIR="+config)
}

// Papermill runs a notebook, and its parameters replace those that the notebook
// declares, of whatever type.
func TestPapermill(t *testing.T) {
	t.Parallel()
	python, env := clients(t)
	home := jupytertest.Home(t)
	dir := folder(t, "var rate, name, noisy, peaks = 65.0, \"DD\", true, []float64{1}", "fmt.Printf(\"%v %T %q %v %v %T\", rate, rate, name, noisy, peaks, peaks)",
		"x := 6\nx * 7", "_, err := fmt.Scanln(new(int))\nfmt.Println(err)")
	path := filepath.Join(dir, "test.ipynb")
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	tagged := strings.Replace(string(b), `"tags":["raises-exception"]`, `"tags":["parameters"]`, 1)
	if err := os.WriteFile(path, []byte(tagged), 0o644); err != nil || tagged == string(b) {
		t.Fatalf("no cell is tagged, error %v", err)
	}
	cmd := exec.Command(python, "-m", "papermill", "test.ipynb", "done.ipynb", "--kernel", jupyter.KernelName, "-p", "rate", "40.5", "-y", `{name: "a \"b\" é", noisy: false, peaks: [1, 2.5]}`)
	cmd.Dir, cmd.Env = dir, append(env, "PYTHONPATH="+home.Papermill())
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	nb, err := notebook.Read(filepath.Join(dir, "done.ipynb"))
	if err != nil {
		t.Fatal(err)
	}
	// The second cell is papermill's own.
	if got, want := output(nb, 2, "stdout"), `40.5 float64 "a \"b\" é" false [1 2.5] []float64`; got != want {
		t.Errorf("the cell behind the parameters prints %q, want %q", got, want)
	}
	if o := nb.Cells[3].Outputs; len(o) != 1 || o[0].Type != "execute_result" || o[0].As("text/plain") != "42" {
		t.Errorf("the cell with a value leaves %v", o)
	}
	if got := output(nb, 4, "stdout"); got != "EOF\n" {
		t.Errorf("the cell that reads prints %q", got)
	}
}

// VS Code's extension starts the kernel by its command and talks to it over sockets of
// Node's zeromq.
func TestVSCodeSockets(t *testing.T) {
	t.Parallel()
	home := jupytertest.Home(t)
	library := jupytertest.NPM(t, "zeromq@6.8.0")
	node, err := exec.LookPath("node")
	if err != nil {
		t.Fatal("there is npm without node")
	}
	spec := filepath.Join(home.Data, "venv", "share", "jupyter", "kernels", jupyter.KernelName, "kernel.json")
	for _, how := range []string{"restart", "end"} {
		cmd := exec.Command(node, filepath.Join("testdata", "sockets.js"), library, spec, how)
		if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "all answered") {
			t.Errorf("%s: %v\n%s", how, err, out)
		}
	}
}

// VS Code talks to kernels by JupyterLab's client library.
func TestVSCodeLibrary(t *testing.T) {
	t.Parallel()
	home := jupytertest.Home(t)
	library := jupytertest.NPM(t, "@jupyterlab/services@7.5.0")
	node, err := exec.LookPath("node")
	if err != nil {
		t.Fatal("there is npm without node")
	}
	server := jupytertest.Lab(t, home, t.TempDir())
	out, err := exec.Command(node, filepath.Join("testdata", "services.js"), library, server.URL, server.Token).CombinedOutput()
	if err != nil || !strings.Contains(string(out), "all answered") {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestConsole(t *testing.T) {
	t.Parallel()
	python, env := clients(t)
	cmd := exec.Command(python, "-m", "jupyter_console", "--kernel", jupyter.KernelName, "--simple-prompt")
	cmd.Dir, cmd.Env = t.TempDir(), env
	cmd.Stdin = strings.NewReader("func twice(x int) int { return 2 * x }\ntwice(21)\nfmt.Println(twic(1))\n")
	out, err := cmd.CombinedOutput()
	for _, want := range []string{"Out[2]: 42", "undefined: twic; did you mean twice?"} {
		if !strings.Contains(string(out), want) {
			t.Errorf("the console does not say %q (%v):\n%s", want, err, out)
		}
	}
}

func TestNotebook7(t *testing.T) {
	t.Parallel()
	python, env := clients(t)
	dir := folder(t, "x := 6\nx * 7")
	cmd := exec.Command(python, "-m", "notebook", "--allow-root", "--ip=127.0.0.1", "--JupyterNotebookApp.expose_app_in_browser=True")
	cmd.Dir, cmd.Env = dir, env
	s := jupytertest.Serve(t, cmd)
	p := page{t, jupytertest.Browser(t, 1100, 900), dir}
	p.do(chromedp.Navigate(s.URL+"/notebooks/test.ipynb?token="+s.Token), chromedp.WaitVisible(".jp-CodeCell .cm-content"))
	p.waitFor(connected, "true")
	p.press(".jp-CodeCell .cm-content")
	p.do(chromedp.KeyEvent(kb.Enter, chromedp.KeyModifiers(chromedp.ModifierShift)))
	p.wait(outputs, "42")
	p.wait(prompts, "[1]:")
}
