package npz

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gomyogen/myogen/format/atomicfile/faultydisk"
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

// Rows that were flushed are there after any fault of the disk, and a later
// process goes on behind them to the same file.
func TestRowsGoOn(t *testing.T) {
	row := func(k int) []float64 { return []float64{float64(k), -1 / float64(k+1), float64(k % 3)} }
	const all = 60
	wentOn := 0
	faultydisk.Seeds(t, 300, func(seed uint64, dir string) error {
		path := filepath.Join(dir, "x.npy")
		d := faultydisk.New(seed, dir, 30)
		synced, sum, done := 0, [32]byte{}, false
		write := func(r *Rows, err error) error {
			if err != nil {
				return err
			}
			for k := r.rows; k < all; k++ {
				if err := r.Append(row(k)); err != nil {
					return err
				}
				if d.Random.IntN(8) == 0 {
					n, s, err := r.Sync()
					if err != nil {
						return err
					}
					synced, sum = n, s
				}
			}
			err = r.Close()
			done = err == nil
			return err
		}
		d.Run(func() { _ = write(CreateRows(path, 3)) })
		if d.Random.IntN(2) == 0 {
			if err := d.PowerLoss(); err != nil {
				return err
			}
		}
		d.Restart()
		if _, err := os.Stat(path); err != nil { // else the folder could not be flushed after the renaming
			var again error
			d.Run(func() {
				if synced > 0 {
					wentOn++
					again = write(ResumeRows(path, 3, synced, sum))
				} else {
					again = write(CreateRows(path, 3))
				}
			})
			if again != nil || !done {
				return fmt.Errorf("after %d rows: %w", synced, again)
			}
		}
		a, err := ReadArray(path)
		if err != nil || !slices.Equal(a.Shape, []int{all, 3}) {
			return fmt.Errorf("the file has the shape %v, error %w", a.Shape, err)
		}
		for k := range all {
			if !slices.Equal(a.Float[3*k:3*k+3], row(k)) {
				return fmt.Errorf("row %d is %v", k, a.Float[3*k:3*k+3])
			}
		}
		return nil
	})
	if wentOn == 0 {
		t.Error("no process went on")
	}
}

func TestResumeRowsRefuses(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.npy")
	r, err := CreateRows(path, 1)
	if err != nil {
		t.Fatal(err)
	}
	for k := range 10 {
		if err := r.Append([]float64{float64(k)}); err != nil {
			t.Fatal(err)
		}
	}
	n, sum, err := r.Sync()
	if err != nil || n != 10 {
		t.Fatal(n, err)
	}
	if a, err := ReadArray(path + ".partial"); err != nil || len(a.Float) != 10 {
		t.Errorf("the partial file cannot be read: %v", err)
	}
	for _, c := range []struct {
		columns, rows int
		want          string
	}{{1, 11, "too few for 11 rows of 1 columns"}, {1, 9, "are not those that were written"}, {2, 10, "too few"}, {1, -1, "too few"}} {
		if _, err := ResumeRows(path, c.columns, c.rows, sum); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%d rows of %d columns: error %v, want %q", c.rows, c.columns, err, c.want)
		}
	}
}

// A process that died between the end of its rows and the end of its work goes on with the
// file that has its name already.
func TestResumeRowsOfAClosedFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.npy")
	r, err := CreateRows(path, 1)
	if err != nil {
		t.Fatal(err)
	}
	appendAll := func(values ...float64) {
		t.Helper()
		for _, x := range values {
			if err := r.Append([]float64{x}); err != nil {
				t.Fatal(err)
			}
		}
	}
	appendAll(0, 1, 2)
	n, sum, err := r.Sync()
	if err != nil {
		t.Fatal(err)
	}
	appendAll(3, 4)
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ResumeRows(path, 1, n, [32]byte{}); err == nil || !strings.Contains(err.Error(), "are not those that were written") {
		t.Errorf("of other rows: %v", err)
	}
	if r, err = ResumeRows(path, 1, n, sum); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(path); err != nil || !bytes.Equal(got, want) {
		t.Errorf("the file is touched before a row is appended: %v", err)
	}
	appendAll(3, 4)
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(path); err != nil || !bytes.Equal(got, want) {
		t.Errorf("the file is another one: %v", err)
	}
}
