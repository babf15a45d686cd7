package npz

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestRows(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "x.npy")
	r, err := CreateRows(path, 3)
	if err != nil {
		t.Fatal(err)
	}
	var want []float64
	for i := range 100_000 {
		row := []float64{float64(i), -1, 1 / float64(i+1)}
		want = append(want, row...)
		if err := r.Append(row); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("the file has its name before it is complete")
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	a, err := ReadArray(path)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(a.Shape, []int{100_000, 3}) || !slices.Equal(a.Float, want) {
		t.Errorf("read an array of shape %v, want (100000, 3) and the same numbers", a.Shape)
	}
	if r, err = CreateRows(path, 1); err != nil {
		t.Fatal(err)
	}
	r.Discard()
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != 1 {
		t.Errorf("%d files are left, want one; %v", len(files), err)
	}
	if _, err := CreateRows(filepath.Join(dir, "missing", "x.npy"), 1); err == nil {
		t.Error("a missing folder was accepted")
	}
}
