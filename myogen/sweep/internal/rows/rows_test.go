package rows

import (
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

type record struct {
	N int
	X Float
}

func read(t *testing.T, dir string) (all []record, err error) {
	t.Helper()
	err = Read(dir, func(r record) error {
		all = append(all, r)
		return nil
	})
	return all, err
}

// Records come back as they were, from all files, and a torn last line does not
// count.
func TestRecords(t *testing.T) {
	name := "a [b]*"
	if runtime.GOOS == "linux" { // others have names of Unicode alone
		name += "\xff"
	}
	dir := filepath.Join(t.TempDir(), name, "rows")
	if all, err := read(t, dir); len(all) != 0 || err != nil {
		t.Errorf("no folder: %v, %v", all, err)
	}
	want := []record{{1, 0.1}, {2, Float(math.NaN())}, {3, Float(math.Inf(-1))}, {4, math.MaxFloat64}}
	for range 2 {
		l := New(dir, "x")
		for _, r := range want {
			if err := l.Append(r); err != nil {
				t.Fatal(err)
			}
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if err := New(dir, "x").Close(); err != nil { // leaves no file
		t.Fatal(err)
	}
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != 2 {
		t.Fatalf("%d files, %v, want 2", len(files), err)
	}
	all, err := read(t, dir)
	if err != nil || len(all) != 8 {
		t.Fatalf("%v, %v", all, err)
	}
	for i, r := range all {
		w := want[i%4]
		if r.N != w.N || math.Float64bits(float64(r.X)) != math.Float64bits(float64(w.X)) {
			t.Errorf("record %d is %v, want %v", i, r, w)
		}
	}
	path := filepath.Join(dir, files[0].Name())
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(strings.TrimSuffix(string(whole), "\n"), "\n")
	for cut := range len(lines[3]) {
		if err := os.WriteFile(path, whole[:len(whole)-1-cut], 0o644); err != nil {
			t.Fatal(err)
		}
		if all, err := read(t, dir); err != nil || len(all) != 7 {
			t.Fatalf("%d bytes cut: %d records, %v, want 7", cut+1, len(all), err)
		}
	}
	damaged := strings.Replace(string(whole), `"N":2`, `"N":5`, 1)
	if err := os.WriteFile(path, []byte(damaged), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := read(t, dir); err == nil || !strings.Contains(err.Error(), "line 2: its checksum is wrong") {
		t.Errorf("a damaged line: error %v", err)
	}
}
