package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Two names of one file are found, whether it is there yet or not.
func TestFilesAreToldApart(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	if err := os.Mkdir(at("folder"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(at("there.npy"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for link, target := range map[string]string{
		"to there.npy": "there.npy", "to absent.npy": "absent.npy", "to a link.npy": "to absent.npy", "link": "folder",
		"in folder.npy": at("folder/x.npy"), "circle.npy": "circle.npy",
	} {
		if err := os.Symlink(target, at(link)); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		a, b string
		same bool
	}{
		{"there.npy", "./folder/../there.npy", true}, {"there.npy", "to there.npy", true}, {"absent.npy", "to absent.npy", true},
		{"to absent.npy", "to a link.npy", true}, {"folder/x.npy", "link/x.npy", true}, {"in folder.npy", "link/x.npy", true},
		{"there.npy", "absent.npy", false}, {"a.npy", "b.npy", false}, {"folder/x.npy", "x.npy", false},
	} {
		err := checkFiles(nil, []file{{"-out", dir + "/" + c.a}, {"-state", dir + "/" + c.b}})
		if same := err != nil && strings.Contains(err.Error(), "is the same file as"); same != c.same {
			t.Errorf("%s and %s: error %v, want the same file: %v", c.a, c.b, err, c.same)
		}
	}
	if err := checkFiles(nil, []file{{"-out", at("circle.npy")}}); err == nil || !strings.Contains(err.Error(), "symbolic links follow one another") {
		t.Errorf("a link to itself: %v", err)
	}
}
