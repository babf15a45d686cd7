package atomicfile_test

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gomyogen/myogen/format/atomicfile"
	"gomyogen/myogen/format/atomicfile/faultydisk"
)

// outcome is what one seed ends with.
type outcome struct {
	path     string
	old, new []byte // nil: there was no file
	got      []byte // nil: there is none
	mode     fs.FileMode
	err      error
	died     bool
	disk     *faultydisk.Disk
}

// replace writes a file on a disk with one fault, and ends the machine in some
// of the seeds.
func replace(seed uint64, dir string, lies bool) (o outcome, err error) {
	o.path = filepath.Join(dir, "name")
	d := faultydisk.New(seed, dir, 14)
	d.Lies = lies
	o.disk = d
	if d.Random.IntN(3) > 0 {
		o.old = bytes.Repeat([]byte("old "), 1+d.Random.IntN(50))
		if err := os.WriteFile(o.path, o.old, 0o600); err != nil {
			return o, err
		}
	}
	o.new = bytes.Repeat([]byte("NEW "), 1+d.Random.IntN(50))
	o.died = d.Run(func() {
		file, err := atomicfile.Create(o.path)
		if err != nil {
			o.err = err
			return
		}
		for rest := o.new; len(rest) > 0; { // in parts
			n := 1 + d.Random.IntN(len(rest))
			if _, err := file.Write(rest[:n]); err != nil {
				o.err = errors.Join(err, file.Discard())
				return
			}
			rest = rest[n:]
		}
		o.err = file.Commit()
	})
	if d.Random.IntN(2) == 0 {
		if err := d.PowerLoss(); err != nil {
			return o, err
		}
	}
	info, err := os.Lstat(o.path)
	if errors.Is(err, fs.ErrNotExist) {
		return o, nil
	}
	if err == nil {
		o.mode = info.Mode()
		o.got, err = os.ReadFile(o.path)
	}
	return o, err
}

func (o outcome) half() bool {
	isOld := bytes.Equal(o.got, o.old) && (o.got == nil) == (o.old == nil)
	return !isOld && !bytes.Equal(o.got, o.new)
}

func TestOldOrNewNeverHalf(t *testing.T) {
	var succeeded, failed, dead, all int
	faultydisk.Seeds(t, 500, func(seed uint64, dir string) error {
		o, err := replace(seed, dir, false)
		all++
		switch {
		case err != nil:
			return err
		case o.half():
			return fmt.Errorf("the file holds %q, want %q or %q", o.got, o.old, o.new)
		case o.died:
			dead++
		case o.err != nil:
			failed++
			if !strings.Contains(o.err.Error(), o.path) || strings.Contains(o.err.Error(), "-0") {
				return fmt.Errorf("error %q, want it to name the file and not the temporary one", o.err)
			}
		default:
			succeeded++
			if !bytes.Equal(o.got, o.new) {
				return fmt.Errorf("Commit succeeded, and the file holds %q, want %q", o.got, o.new)
			}
		}
		if want := fs.FileMode(0o600); o.got != nil && o.old != nil && o.mode != want {
			return fmt.Errorf("the mode is %v, want %v", o.mode, want)
		}
		// The next writer removes what a dead one left.
		o.disk.Restart()
		o.disk.Run(func() { err = atomicfile.Write(o.path, []byte("next")) })
		if err != nil {
			return fmt.Errorf("the next writer: %w", err)
		}
		if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
			return fmt.Errorf("%v after the next writer, %v; want one file", entries, err)
		}
		return nil
	})
	if succeeded < all/10 || failed < all/10 || dead < all/20 {
		t.Errorf("%d writers succeeded, %d failed, %d died: too few of a kind", succeeded, failed, dead)
	}
}

// A file that is made anew is there whole or not at all, and replaces none.
func TestNewOrNoneNeverHalf(t *testing.T) {
	var made, stood, failed, dead int
	faultydisk.Seeds(t, 500, func(seed uint64, dir string) error {
		path := filepath.Join(dir, "name")
		d := faultydisk.New(seed, dir, 14)
		d.NoLinks = d.Random.IntN(2) == 0
		content := bytes.Repeat([]byte("NEW "), 1+d.Random.IntN(50))
		want := content
		if d.Random.IntN(4) == 0 {
			want = []byte("old")
			if err := os.WriteFile(path, want, 0o644); err != nil {
				return err
			}
		}
		var err error
		died := d.Run(func() { err = atomicfile.WriteNew(path, content, 0o600) })
		if d.Random.IntN(2) == 0 {
			if err := d.PowerLoss(); err != nil {
				return err
			}
		}
		got, readErr := os.ReadFile(path)
		switch {
		case errors.Is(readErr, fs.ErrNotExist) && (died || err != nil) && want[0] == 'N':
		case readErr != nil || !bytes.Equal(got, want):
			return fmt.Errorf("the file holds %q, %v, want %q; WriteNew: %v", got, readErr, want, err)
		}
		switch {
		case died:
			dead++
		case err == nil && want[0] == 'N':
			made++
		case errors.Is(err, fs.ErrExist) && want[0] == 'o':
			stood++
		case err == nil || errors.Is(err, fs.ErrExist):
			return fmt.Errorf("over %q: %v", want, err)
		default:
			failed++
			if !strings.Contains(err.Error(), path) {
				return fmt.Errorf("error %q, want it to name the file", err)
			}
		}
		// The next one removes what a dead one left, a lock, too.
		d.Restart()
		d.Run(func() { err = atomicfile.WriteNew(path, content, 0o600) })
		if (err != nil) != (got != nil) || err != nil && !errors.Is(err, fs.ErrExist) {
			return fmt.Errorf("the next writer: %w, over %q", err, got)
		}
		if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
			return fmt.Errorf("%v after the next writer, %v; want one file", entries, err)
		}
		if info, err := os.Stat(path); err != nil || want[0] == 'N' && info.Mode() != 0o600 {
			return fmt.Errorf("the mode is %v, %v", info.Mode(), err)
		}
		return nil
	})
	if min(made, stood, failed, dead) < 10 {
		t.Errorf("%d were made, %d stood already, %d failed, %d died: too few of a kind", made, stood, failed, dead)
	}
}

// TestOldOrNewNeverHalf finds a writer that does not flush.
func TestWithoutFlushingFilesAreHalf(t *testing.T) {
	halves := 0
	for seed := range uint64(300) {
		o, err := replace(seed, t.TempDir(), true)
		if err != nil {
			t.Fatal(err)
		}
		if o.half() {
			halves++
		}
	}
	if halves == 0 {
		t.Error("a disk that does not flush lost nothing")
	}
}

// What was flushed of partial content is there after any fault, and a later
// process goes on behind it to the same file.
func TestPartialGoesOn(t *testing.T) {
	whole := []byte(strings.Repeat("0123456789", 20))
	wentOn := 0
	faultydisk.Seeds(t, 500, func(seed uint64, dir string) error {
		path := filepath.Join(dir, "name")
		d := faultydisk.New(seed, dir, 25)
		if d.Random.IntN(3) == 0 {
			if err := os.WriteFile(path, []byte("old"), 0o640); err != nil {
				return err
			}
		}
		flushed, done := 0, false
		write := func(from int) (err error) {
			f, err := atomicfile.Partial(path, int64(from))
			if err != nil {
				return err
			}
			for at := from; at < len(whole); {
				n := min(1+d.Random.IntN(60), len(whole)-at)
				if _, err := f.Write(whole[at : at+n]); err != nil {
					return errors.Join(err, f.Close())
				}
				at += n
				if d.Random.IntN(2) == 0 {
					if err := f.Sync(); err != nil {
						return errors.Join(err, f.Close())
					}
					flushed = at
				}
			}
			if err := f.Commit(); err != nil {
				return err
			}
			done = true
			return nil
		}
		d.Run(func() { _ = write(0) })
		if d.Random.IntN(2) == 0 {
			if err := d.PowerLoss(); err != nil {
				return err
			}
		}
		d.Restart()
		if _, err := os.Stat(atomicfile.PartialPath(path)); !done && flushed > 0 && err == nil {
			wentOn++
			b, err := os.ReadFile(atomicfile.PartialPath(path))
			if err != nil || len(b) < flushed || !bytes.Equal(b[:flushed], whole[:flushed]) {
				return fmt.Errorf("the flushed %d bytes are %q, %v", flushed, b, err)
			}
			var again error
			d.Run(func() { again = write(flushed) })
			if again != nil {
				return again
			}
		}
		if b, err := os.ReadFile(path); done && (err != nil || !bytes.Equal(b, whole)) {
			return fmt.Errorf("the file holds %q, %v", b, err)
		}
		return nil
	})
	if wentOn == 0 {
		t.Error("no writer went on")
	}
}

func TestPartialRefuses(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	f, err := atomicfile.Partial(path, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := atomicfile.Partial(path, 0); err == nil || !strings.Contains(err.Error(), "another run is writing to "+path+".partial") {
		t.Errorf("a second writer: %v", err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := atomicfile.Partial(path, 1); err == nil || !strings.Contains(err.Error(), "has 0 bytes, must have 1") {
		t.Errorf("behind what is not there: %v", err)
	}
	if err := errors.Join(os.Remove(path+".partial"), os.Symlink("/dev/null", path+".partial")); err != nil {
		t.Fatal(err)
	}
	if _, err := atomicfile.Partial(path, 0); err == nil || !strings.Contains(err.Error(), "not a regular file") {
		t.Errorf("a link: %v", err)
	}
}

// A file that root replaces stays its owner's.
func TestOwnerStays(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	if err := os.WriteFile(path, []byte("old"), 0o640); err != nil {
		t.Fatal(err)
	}
	if os.Geteuid() != 0 {
		t.Skip("only root can give files away")
	}
	if err := os.Chown(path, 12345, 23456); err != nil {
		t.Skip(err) // a file system without owners
	}
	if err := atomicfile.Write(path, []byte("new")); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || !strings.Contains(fmt.Sprintf("%+v", info.Sys()), "Uid:12345 Gid:23456") || info.Mode() != 0o640 {
		t.Errorf("%+v, mode %v, error %v", info.Sys(), info.Mode(), err)
	}
}
