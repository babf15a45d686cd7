package site

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"gomyogen/myogen/format/atomicfile/faultydisk"
)

// After any fault of the disk, a kill or a power loss, each file of a site is
// the old or the new one, and publishing again makes the new site.
func TestFaultsBreakNoSite(t *testing.T) {
	failed := 0
	faultydisk.Seeds(t, 60, func(seed uint64, dir string) error {
		dir = filepath.Join(dir, "site")
		publish := func(files []file) error {
			f, err := openFolder(dir, files, nil)
			if err == nil {
				_, _, err = f.update(files)
			}
			return err
		}
		old := []file{{"index.html", []byte("old index")}, {"a.html", []byte("old page")}, {"gone.html", []byte("gone")}}
		now := []file{{"index.html", []byte("new index")}, {"a.html", []byte("new page")}, {"b.html", []byte("new b")}}
		if err := publish(old); err != nil {
			return err
		}
		d := faultydisk.New(seed, dir, 60)
		d.Run(func() {
			if publish(now) != nil {
				failed++
			}
		})
		if d.Random.IntN(2) == 0 {
			if err := d.PowerLoss(); err != nil {
				return err
			}
		}
		for _, want := range [][2]string{{"index.html", "index"}, {"a.html", "page"}} {
			if b, err := os.ReadFile(filepath.Join(dir, want[0])); err != nil || string(b) != "old "+want[1] && string(b) != "new "+want[1] {
				return fmt.Errorf("%s holds %q, %v", want[0], b, err)
			}
		}
		d.Restart()
		var again error
		d.Run(func() { again = publish(now) })
		if again != nil {
			return again
		}
		for _, x := range now {
			if b, err := os.ReadFile(filepath.Join(dir, x.name)); err != nil || string(b) != string(x.data) {
				return fmt.Errorf("%s holds %q after the next publish, %v", x.name, b, err)
			}
		}
		return nil
	})
	if failed == 0 {
		t.Error("nothing failed")
	}
}
