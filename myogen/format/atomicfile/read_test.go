//go:build unix

package atomicfile

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// A device, a pipe without a writer, a folder and a large file are refused, and
// not waited for.
func TestRead(t *testing.T) {
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	if err := os.WriteFile(path("f"), []byte("text"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(path("pipe"), 0o600); err != nil {
		t.Fatal(err)
	}
	if b, err := Read(path("f"), 4); string(b) != "text" || err != nil {
		t.Errorf("%q, %v", b, err)
	}
	// A file of /proc claims 0 bytes and has as many as there are pages of memory.
	if b, err := Read("/proc/self/pagemap", 1<<40); err == nil && len(b) > 0 {
		t.Errorf("a file of /proc: %d bytes", len(b))
	}
	for name, want := range map[string]string{path("f"): "has 4 bytes, must have at most 3", path("pipe"): "not a regular file", dir: "not a regular file", "/dev/zero": "not a regular file", path("no"): "no such file"} {
		if _, err := Read(name, 3); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", name, err, want)
		}
	}
}
