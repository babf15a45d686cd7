package keep

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// A file is read once, unless its size or time changes or it has just changed.
func TestFileSum(t *testing.T) {
	file := filepath.Join(t.TempDir(), "emg.csv")
	var files fileSums
	sum := func(content string, at time.Time) string {
		t.Helper()
		if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(file, at, at); err != nil {
			t.Fatal(err)
		}
		s, err := files.sum(file)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	old, soon := time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	one := sum("1", old)
	if sum("2", old) != one {
		t.Error("a file that looks the same is read again")
	}
	if sum("2", old.Add(time.Second)) == one || sum("12", old) == one {
		t.Error("a file of another time or size is not read")
	}
	if sum("1", soon) == sum("2", soon) {
		t.Error("a file that has just changed is not read again")
	}
}
