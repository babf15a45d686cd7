package atomicfile

import (
	"os"
	"path/filepath"
	"sync"
	"testing"
)

// Programs that look whether they can write one path do not get into each other's way:
// what one discards, another may have removed as a dead writer's.
func TestDiscardOfWhatIsGone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "table.npz")
	f, err := Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(f.tmp); err != nil {
		t.Fatal(err)
	}
	if err := f.Discard(); err != nil {
		t.Error(err)
	}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 50 {
				if err := Check(path); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	if names, err := os.ReadDir(filepath.Dir(path)); err != nil || len(names) > 0 {
		t.Errorf("left over: %v, %v", names, err)
	}
}
