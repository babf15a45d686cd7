package kernel

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"gomyogen/kernel/chart"
	"gomyogen/kernel/chart/charttest"
	"gomyogen/kernel/chart/draw"
	"gomyogen/kernel/chart/render"
	"gomyogen/kernel/env"
)

func TestSave(t *testing.T) {
	dir := t.TempDir()
	library := filepath.Join(dir, "echarts.min.js")
	if err := os.WriteFile(library+".gz", []byte("the library"), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Setenv(draw.LibraryEnv, library)
	for name, begin := range map[string]string{"f.html": "<!DOCTYPE html>", "f.svg": "<?xml", "f.PNG": "\x89PNG", "f.pdf": "%PDF-", "a/b/f.csv": "Peak rate,panel,series,Time (s),value,low,error,quantity\n"} {
		path := filepath.Join(dir, name)
		if err := Save(charttest.Runs(), path); err != nil {
			t.Error(err)
			continue
		}
		b, err := os.ReadFile(path)
		if err != nil || !bytes.HasPrefix(b, []byte(begin)) {
			t.Errorf("%s begins with %.20q, error %v", name, b, err)
		}
		if name == "f.html" && (!bytes.Contains(b, []byte("data-echarts-gzip=")) || bytes.Contains(b, []byte("src=\"http"))) {
			t.Error("the page needs other files")
		}
	}
	for path, want := range map[string]string{
		filepath.Join(dir, "f.gif"):           `saved as .html, .svg, .png, .pdf or .csv, not ".gif"`,
		filepath.Join(dir, "f"):               `not ""`,
		filepath.Join(library+".gz", "f.png"): `save figure "Three runs": `,
	} {
		if err := Save(charttest.Runs(), path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %q", path, err, want)
		}
	}
	t.Setenv(draw.LibraryEnv, filepath.Join(dir, "none.js"))
	if err := Save(charttest.Runs(), filepath.Join(dir, "g.html")); err == nil || !strings.Contains(err.Error(), "there is no chart library") {
		t.Errorf("error %v, want it to miss the library", err)
	}
	for want, f := range charttest.Wrong() {
		if err := Save(f, filepath.Join(dir, "w.png")); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 6 {
		t.Errorf("the folder holds %v (error %v), want the library and five figures", entries, err)
	}
}

// The renderer that cells start draws what this program does.
func TestRenderer(t *testing.T) {
	program := filepath.Join(t.TempDir(), "renderer")
	if out, err := exec.Command("go", "build", "-o", program, "gomyogen/kernel/renderer").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	job := render.Job{Figure: charttest.Sheet(), As: "png"}
	want, err := drawn(job)
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv(env.Renderer, program)
	got, err := drawn(job)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("the renderer draws %d bytes, this program %d others", len(got), len(want))
	}
	for _, f := range charttest.Odd() {
		if _, err := drawn(render.Job{Figure: f, As: "cell"}); err != nil {
			t.Errorf("%s: %v", f.Title, err)
		}
	}
	if _, err := drawn(render.Job{Figure: charttest.Sheet(), As: "gif"}); err == nil || !strings.Contains(err.Error(), `cannot be drawn as "gif"`) {
		t.Errorf("error %v, want the renderer's own", err)
	}
	t.Setenv(env.Renderer, program+"-gone")
	if _, err := drawn(job); err == nil || !strings.Contains(err.Error(), "go run ./install mends it") {
		t.Errorf("error %v, want what mends it", err)
	}
}

// The library rides once per notebook, and again when its cell, or what may be
// its cell after an edit, runs again.
func TestCarries(t *testing.T) {
	dir := t.TempDir()
	t.Setenv(env.GoNBDir, dir)
	before := ""
	run := func(code string, titles ...string) (carrying string) {
		t.Helper()
		source := "package main\n\nfunc helper() {\n}\n\nfunc main() {\n\tflag.Parse()\n" + code + "\n}\n"
		if err := os.WriteFile(filepath.Join(dir, "main.go"), []byte(source), 0o644); err != nil {
			t.Fatal(err)
		}
		running.LibraryShown = false // each cell is a program of its own
		for _, title := range titles {
			f := chart.Figure{Title: title}
			old, carry := carries(f)
			if !carry {
				continue
			}
			if carrying += title; old.Display != before {
				t.Errorf("%q takes the library from %q, want %q", title, old.Display, before)
			}
			before = fmt.Sprintf("%s in %.6s", title, code)
			shown := map[string]string{"text/html": `<div hidden data-echarts-gzip="H4sI"></div><div class="myogen-figure">` + title + `</div>`}
			if err := old.moves(f, before, shown); err != nil {
				t.Fatal(err)
			}
			if b, err := os.ReadFile(carrierFile(dir)); err != nil || bytes.Contains(b, []byte("H4sI")) || !bytes.Contains(b, []byte(`<div class="myogen-figure">`+title+`</div>`)) {
				t.Errorf("what is remembered of %q is not the figure alone (error %v)", title, err)
			}
		}
		return carrying
	}
	const first, other = "kernel.Show(overview(nerlab.Get()))", "fmt.Println(stats.FiringRates(nerlab.Get()))\nfmt.Println(stats.FiringRates(powers.Get()))\nkernel.Show(overview(powers.Get()))"
	for i, step := range []struct {
		code   string
		titles []string
		want   string
	}{
		{first, []string{"A", "B"}, "A"},
		{"two", []string{"C"}, ""},
		{other, []string{"D"}, ""},
		{first, []string{"A", "B"}, "A"}, // again
		{"two", []string{"C"}, ""},
		{other, []string{"D"}, ""},
		{"// edited\n" + first, []string{"A"}, "A"},
		{first + "\nfmt.Println(1)", []string{"A, edited"}, "A, edited"}, // code and title at once
		{"rewritten", []string{"A, edited"}, "A, edited"},
		{"two", []string{"C"}, ""},
		{first, []string{"A, edited"}, "A, edited"}, // a copy, or undone
		{"three", []string{""}, ""},
	} {
		if got := run(step.code, step.titles...); got != step.want {
			t.Errorf("step %d: %q carries, want %q", i, got, step.want)
		}
	}
	t.Setenv(env.GoNBDir, "")
	if run("one", "A") != "" {
		t.Error("it carries outside a notebook")
	}
}
