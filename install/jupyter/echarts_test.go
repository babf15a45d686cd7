package jupyter

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Where the bundler cannot run, the caller learns why.
func TestBundleFails(t *testing.T) {
	dir := t.TempDir()
	r := runner{&bytes.Buffer{}}
	if _, err := bundle(context.Background(), r, dir); err == nil || !strings.Contains(err.Error(), "no esbuild for this platform") {
		t.Errorf("error %v, want it to miss the program", err)
	}
	bin := filepath.Join(dir, "node_modules", "@esbuild", "some-where", "bin")
	if err := os.MkdirAll(bin, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(bin, "esbuild"), []byte("#!/bin/sh\nfor a; do case $a in --outfile=*) echo other > ${a#--outfile=};; esac; done\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := bundle(context.Background(), r, dir); err == nil || !strings.Contains(err.Error(), "must be "+bundleSHA256) {
		t.Errorf("error %v, want it to refuse another bundle", err)
	}
}

func TestRendererInputsFollowSources(t *testing.T) {
	h := &Home{Module: t.TempDir()}
	for _, s := range rendererSources {
		if err := os.MkdirAll(filepath.Join(h.Module, s), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	file := filepath.Join(h.Module, "kernel", "chart", "chart.go")
	sums := map[string]bool{}
	for _, text := range []string{"one", "two", "one"} {
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		sums[h.rendererInputs()] = true
	}
	if len(sums) != 2 {
		t.Errorf("two sources have %d sums", len(sums))
	}
}
