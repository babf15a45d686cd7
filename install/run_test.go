package main

import (
	"bytes"
	"context"
	"html"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gomyogen/install/jupyter/jupytertest"
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
	for _, c := range []struct{ args, want, never []string }{
		{[]string{file}, []string{"run a.ipynb ...", "14113 spikes\n16.9 pps\n", filepath.Join(dir, "results", "a.ipynb"), filepath.Join(dir, "results", "a.html")}, []string{"[1/6]"}},
		{[]string{"-w", file}, []string{"14113 spikes\n16.9 pps\n", file}, []string{"[1/6]", "results"}},
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
