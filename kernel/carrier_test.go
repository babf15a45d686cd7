package kernel

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"gomyogen/kernel/chart"
	"gomyogen/kernel/env"
)

// The library in an output of an earlier kernel counts for as long as the saved
// notebook has it: other cells bring none, its own cell brings it again.
func TestCarriesOnceWhenReopened(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "n.ipynb")
	t.Setenv(env.GoNBDir, dir)
	t.Setenv(env.JupyterSession, path)
	save := func(html string, source any) {
		t.Helper()
		b, err := json.Marshal(map[string]any{"cells": []any{
			map[string]any{"cell_type": "markdown", "source": "data-echarts-gzip="},
			map[string]any{"cell_type": "code", "source": source, "outputs": []any{map[string]any{"data": map[string]any{"text/html": html}}}},
		}})
		if err == nil {
			err = os.WriteFile(path, b, 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	carry := func(code string) bool {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, "main.go"), []byte("package main\n\nfunc main() {\n\tflag.Parse()\n"+code+"\n}\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		running.LibraryShown = false // each cell is a program of its own
		_, yes := carries(chart.Figure{Title: code})
		return yes
	}
	const first, second = "\tkernel.Show(overview(nerlab.Get()))", "\tkernel.Show(discharge(powers.Get()))"
	const library, none = `<div hidden data-echarts-gzip="H4sI"></div><div class="myogen-figure">`, `<div class="myogen-figure">`
	save(library, []string{"func f() {}\n", "\n", "%%\n", "kernel.Show( overview(nerlab.Get()) )\n"})
	for range 2 {
		if carry(second) {
			t.Error("another cell brings a library that the notebook has")
		}
	}
	if !carry(first) {
		t.Error("the cell whose output had the library does not bring it again")
	}
	save(none, "kernel.Show(overview(nerlab.Get()))")
	if !carry(second) {
		t.Error("nothing brings the library that the saved notebook has lost")
	}
	// This kernel's own output may be deleted, too.
	if err := (carrier{}).moves(chart.Figure{Title: "own"}, "id", map[string]string{"text/html": library}); err != nil {
		t.Fatal(err)
	}
	later := time.Now().Add(time.Hour)
	save(library, "")
	if err := os.Chtimes(path, later, later); err != nil {
		t.Fatal(err)
	}
	if carry(first) {
		t.Error("another cell brings the library beside this kernel's own output")
	}
	save(none, "")
	if before := time.Now().Add(-time.Hour); os.Chtimes(path, before, before) != nil || carry(first) {
		t.Error("what was saved before the output was shown counts")
	}
	if err := os.Chtimes(path, later, later); err != nil {
		t.Fatal(err)
	}
	if !carry(first) {
		t.Error("nothing brings the library after the output that had it was deleted and the notebook saved")
	}
	if err := os.Remove(carrierFile(dir)); err != nil {
		t.Fatal(err)
	}
	save(library, "func f() {}\n%% -v\nkernel.Show(overview(nerlab.Get()))")
	if carry(second) || !carry(first) {
		t.Error("a notebook saved with the source as one text is not read")
	}
	if _, _ = carries(chart.Figure{}); os.Remove(path) != nil || !carry(second) {
		t.Error("without the notebook's file the first figure does not bring the library")
	}
	if err := os.WriteFile(path, []byte(library), 0o644); err != nil {
		t.Fatal(err)
	}
	if !carry(second) {
		t.Error("a file that is no notebook has the library")
	}
}
