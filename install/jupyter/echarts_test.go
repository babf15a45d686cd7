//go:build unix

package jupyter

import (
	"bytes"
	"context"
	"errors"
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
	sums := map[string]bool{}
	put := func(name, text string) {
		t.Helper()
		file := filepath.Join(h.Module, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, []byte(text), 0o644)); err != nil {
			t.Fatal(err)
		}
		sums[h.rendererInputs()] = true
	}
	for name, text := range map[string]string{"go.mod": "module gomyogen\n", "go.sum": "", "kernel/renderer/main.go": "package main\n\nimport _ \"gomyogen/myogen/format/atomicfile\"\n"} {
		put(name, text)
	}
	put("myogen/format/atomicfile/file.go", "package atomicfile\n")
	clear(sums)
	put("myogen/format/atomicfile/file.go", "package atomicfile\n\nvar a int\n")
	put("go.sum", "lib v2")
	put("myogen/other.go", "package myogen\n")
	put("myogen/format/atomicfile/file.go", "package atomicfile\n\nvar a, b int\n")
	if len(sums) != 3 {
		t.Errorf("three sources have %d sums: %v", len(sums), sums)
	}
}
