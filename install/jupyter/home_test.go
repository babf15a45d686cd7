//go:build unix

package jupyter

import (
	"os"
	"path/filepath"
	"testing"
)

// A program that works on another clone than its own knows its own.
func TestBuiltFrom(t *testing.T) {
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	clone := filepath.Dir(filepath.Dir(here))
	for module, want := range map[string]string{clone: "", filepath.Join(clone, "install", ".."): "", t.TempDir(): clone} {
		if got := (&Home{Module: module}).BuiltFrom(); got != want {
			t.Errorf("on %s: %q, want %q", module, got, want)
		}
	}
}
