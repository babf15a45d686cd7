//go:build unix

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"html"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"gomyogen/install/jupyter"
	"gomyogen/install/jupyter/jupytertest"
	"gomyogen/install/notebook"
)

// A run prints what the notebook printed and where the results are; set-up is
// silent when all is there.
func TestRunPrintsWhatTheNotebookPrints(t *testing.T) {
	t.Parallel()
	home := jupytertest.Home(t)
	dir := t.TempDir()
	file := filepath.Join(dir, "a.ipynb")
	if err := os.WriteFile(file, jupytertest.Notebook("import \"fmt\"\n%%\nfmt.Println(\"14113 spikes\")", "%%\nfmt.Println(\"16.9 pps\")"), 0o644); err != nil {
		t.Fatal(err)
	}
	// "link/.." is the folder above the one that the link leads to.
	link := filepath.Join(t.TempDir(), "link")
	if err := errors.Join(os.Mkdir(filepath.Join(dir, "d"), 0o755), os.Symlink(filepath.Join(dir, "d"), link)); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ args, want, never []string }{
		{[]string{file}, []string{"run a.ipynb ...", "14113 spikes\n16.9 pps\n", filepath.Join(dir, "results", "a.ipynb"), filepath.Join(dir, "results", "a.html")}, []string{"[1/6]"}},
		{[]string{"-w", link + "/../a.ipynb"}, []string{"14113 spikes\n16.9 pps\n", file}, []string{"[1/6]", "results"}},
	} {
		var out bytes.Buffer
		if err := runNotebooks(context.Background(), home, &out, c.args); err != nil {
			t.Fatal(err)
		}
		for _, want := range c.want {
			if !strings.Contains(out.String(), want) {
				t.Errorf("%q lacks %q:\n%s", c.args, want, &out)
			}
		}
		for _, never := range c.never {
			if strings.Contains(out.String(), never) {
				t.Errorf("%q says %q:\n%s", c.args, never, &out)
			}
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "results", "a.html")); err != nil {
		t.Error(err)
	}

	// What was run is published as it is, under the name of its folder.
	for title, args := range map[string][]string{filepath.Base(dir): nil, "Two <studies>": {"-title", "Two <studies>"}} {
		var out bytes.Buffer
		site := t.TempDir()
		if err := publish(context.Background(), home, &out, append(args, "-o", site, file)); err != nil {
			t.Fatal(err)
		}
		index, err := os.ReadFile(filepath.Join(site, "index.html"))
		if want := "<h1>" + html.EscapeString(title) + "</h1>"; err != nil || !strings.Contains(string(index), want) {
			t.Errorf("the index lacks %q (error %v)", want, err)
		}
		if strings.Contains(out.String(), "run a.ipynb") {
			t.Errorf("it was run again:\n%s", &out)
		}
	}
}

// What an editor or a run -w writes after publish has looked is not put on the page.
func TestPublishRefusesWhatChangesMeanwhile(t *testing.T) {
	cell := func(outputs string) string {
		return `{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [{"cell_type": "code", "id": "a", "metadata": {}, "execution_count": null, "source": "%%", "outputs": [` + outputs + `]}]}`
	}
	for want, text := range map[string]string{
		"a.ipynb was changed while it was being published: it was not executed; publish again":                                  cell(""),
		"a.ipynb was changed while it was being published: it was executed by hand, in which order nothing says; publish again": cell(`{"output_type": "stream", "name": "stdout", "text": "planted"}`),
		"no such file": "",
	} {
		file := filepath.Join(t.TempDir(), "a.ipynb")
		if text != "" {
			if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		fresh := plan{file: file, executed: file}
		if _, err := fresh.open(context.Background(), &jupyter.Home{}, io.Discard); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

// A notebook that nobody here has run is not run unasked: nothing is written, and
// the command says how.
func TestPublishRunsNothingUnasked(t *testing.T) {
	t.Parallel()
	home := jupytertest.Home(t)
	dir := t.TempDir()
	file, site := filepath.Join(dir, "a.ipynb"), filepath.Join(dir, "site")
	ran := filepath.Join(dir, "ran")
	code := "%%\nos.WriteFile(\"ran\", nil, 0o644)"
	put := func(cells ...string) {
		t.Helper()
		if err := os.WriteFile(file, jupytertest.Notebook(cells...), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	put("import \"os\"", code)
	try := func(wantRun bool, want string, args ...string) {
		t.Helper()
		if err := os.RemoveAll(ran); err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		err := publish(context.Background(), home, &out, append(args, "-o", site, file))
		if err != nil {
			out.WriteString(err.Error())
		}
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q says %q, want %q", args, &out, want)
		}
		if _, err := os.Stat(ran); (err == nil) != wantRun {
			t.Errorf("%q ran the notebook: %v, want %v", args, err == nil, wantRun)
		}
	}
	try(false, "it was not executed\nrun it yourself, or publish with -run")
	if _, err := os.Stat(site); err == nil {
		t.Error("something was written")
	}
	try(true, "as -run asks", "-run")
	try(false, "is up to date")
	// A stamp of somebody else, whose sums are right for the code.
	nb, err := notebook.Read(filepath.Join(dir, "results", "a.ipynb"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(filepath.Join(dir, "results")); err != nil {
		t.Fatal(err)
	}
	stamp := *nb.Metadata.Run
	stamp.Module = "of another version"
	with := func() {
		t.Helper()
		text, err := json.Marshal(map[string]any{"nbformat": 4, "nbformat_minor": 5, "metadata": map[string]any{"gomyogen": stamp}, "cells": []any{
			map[string]any{"cell_type": "code", "id": "a", "metadata": map[string]any{}, "execution_count": nil, "outputs": []any{}, "source": "import \"os\""},
			map[string]any{"cell_type": "code", "id": "b", "metadata": map[string]any{}, "execution_count": nil, "outputs": []any{}, "source": code}}})
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	with()
	try(false, "the code of the packages it uses has changed since it was executed\nrun it yourself")
	// The user's own.
	key, err := home.Key()
	if err != nil {
		t.Fatal(err)
	}
	stamp.Sign(key)
	with()
	try(true, "you have run this code before")
	// Whose code was changed since.
	if err := os.RemoveAll(filepath.Join(dir, "results")); err != nil {
		t.Fatal(err)
	}
	code += "\nos.WriteFile(\"more\", nil, 0o644)"
	with()
	try(false, "its code has changed since it was executed\nrun it yourself")
}

// A command that is asked to end, by any of the signals and by the end of the go
// run around it, ends the cell's program and says where what was computed is.
func TestSignalsEndARun(t *testing.T) {
	home := jupytertest.Home(t)
	binary := filepath.Join(t.TempDir(), "install")
	if out, err := exec.Command("go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for name, c := range map[string]struct {
		command []string
		signal  syscall.Signal
		why     string
	}{
		"interrupt": {[]string{binary}, syscall.SIGINT, "interrupt"}, "terminate": {[]string{binary}, syscall.SIGTERM, "terminated"}, "hang up": {[]string{binary}, syscall.SIGHUP, "hangup"},
		"terminate go run": {[]string{"go", "run", "./install"}, syscall.SIGTERM, "go run has ended"},
	} {
		dir := t.TempDir()
		file, pid, log := filepath.Join(dir, "a.ipynb"), filepath.Join(dir, "pid"), filepath.Join(dir, "log")
		if err := os.WriteFile(file, jupytertest.Notebook("import (\n\"fmt\"\n\"os\"\n\"time\"\n)", "%%\nfmt.Println(\"half\")\nos.WriteFile(\"pid\", fmt.Append(nil, os.Getpid()), 0o644)\ntime.Sleep(time.Hour)"), 0o644); err != nil {
			t.Fatal(err)
		}
		out, err := os.Create(log)
		if err != nil {
			t.Fatal(err)
		}
		defer out.Close()
		cmd := exec.Command(c.command[0], append(c.command[1:], "run", file)...)
		cmd.Dir, cmd.Stdout, cmd.Stderr = home.Module, out, out
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		program := jupytertest.Wait(t, pid, "")
		if err := cmd.Process.Signal(c.signal); err != nil {
			t.Fatal(err)
		}
		if err := cmd.Wait(); err == nil {
			t.Errorf("%s: the command says that all went well", name)
		}
		kept := filepath.Join(dir, "results", "a.stopped.ipynb")
		jupytertest.Wait(t, log, "was stopped: "+c.why)
		jupytertest.Wait(t, log, kept)
		if nb, err := notebook.Read(kept); err != nil || nb.Printed() != "half\n" {
			t.Errorf("%s: it kept %q, error %v", name, nb.Printed(), err)
		}
		jupytertest.Ends(t, program)
	}
}

// Everything builds for Windows, and what is run there says what to do.
func TestWindows(t *testing.T) {
	build := exec.Command("go", "build", "gomyogen/...")
	build.Env = append(os.Environ(), "GOOS=windows", "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	text, err := os.ReadFile("main_windows.go")
	if err != nil || !strings.Contains(string(text), "Linux and macOS; on Windows use WSL2") {
		t.Errorf("error %v; what is built for Windows does not name WSL2", err)
	}
}

// -h shows the usage of every command and does nothing else, and a command that
// takes no argument refuses one.
func TestHelp(t *testing.T) {
	t.Setenv("MYOGEN_DATA", t.TempDir())
	for name := range commands {
		for _, help := range []string{"-h", "--help"} {
			var out strings.Builder
			if err := run(t.Context(), []string{name, help}, &out); err != nil || out.String() != usage {
				t.Errorf("%s %s: %v, prints %q", name, help, err, out.String())
			}
		}
	}
	for _, name := range []string{"remove", "doctor", "nwb"} {
		if err := run(t.Context(), []string{name, "now"}, io.Discard); err == nil || !strings.Contains(err.Error(), `"now"`) {
			t.Errorf("%s now: error %v, want it refused", name, err)
		}
	}
}

func TestHeading(t *testing.T) {
	for folder, want := range map[string]string{"notebooks": "Notebooks", "iPSC": "iPSC", "étude": "Étude", "2026": "2026"} {
		if got := heading(folder); got != want {
			t.Errorf("heading(%q) = %q, want %q", folder, got, want)
		}
	}
}
