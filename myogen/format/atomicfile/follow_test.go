package atomicfile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// slowDisk is a machine whose flushes last until they are ended.
type slowDisk struct {
	Disk
	end chan struct{}
}

type slowHandle struct {
	Handle
	end chan struct{}
}

func (d slowDisk) Create(name string, mode fs.FileMode) (Handle, error) {
	h, err := d.Disk.Create(name, mode)
	return slowHandle{h, d.end}, err
}

func (h slowHandle) Sync() error {
	<-h.end
	return h.Handle.Sync()
}

// Content that is written is looked at each 64 kB, and while a flush lasts, which a
// stop does not wait for.
func TestFollow(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	const size = 10 << 20
	follow := func(d Disk, look func(bytes int) error) error {
		defer Use(Use(d))
		f, err := Create(path)
		if err != nil {
			t.Fatal(err)
		}
		f.Follow(look)
		if _, err := f.Write(make([]byte, size)); err != nil {
			return errors.Join(err, f.Discard())
		}
		return f.Commit()
	}
	pieces, bytes := 0, 0
	if err := follow(Machine(), func(n int) error {
		if n > 0 {
			pieces, bytes = pieces+1, bytes+n
		}
		return nil
	}); err != nil || bytes != size || pieces != size>>16 {
		t.Errorf("%d bytes in %d pieces, %v", bytes, pieces, err)
	}

	disk := slowDisk{Machine(), make(chan struct{})}
	waited := 0
	if err := follow(disk, func(n int) error {
		if n > 0 {
			return nil
		}
		if waited++; waited == 3 {
			close(disk.end)
		}
		return nil
	}); err != nil || waited < 3 {
		t.Errorf("a slow flush was looked at %d times, %v", waited, err)
	}

	if err := os.WriteFile(path, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	disk = slowDisk{Machine(), make(chan struct{})}
	defer close(disk.end) // the flush of before still lasts
	stopped := errors.New("stopped")
	err := follow(disk, func(n int) error {
		if n > 0 {
			return nil
		}
		return stopped
	})
	files, _ := os.ReadDir(filepath.Dir(path))
	if b, _ := os.ReadFile(path); !errors.Is(err, stopped) || string(b) != "old" || len(files) != 1 {
		t.Errorf("stopped in a flush: %v, %d bytes and %d files", err, len(b), len(files))
	}
}

// A large file is removed and replaced though it is held open meanwhile, so that nobody
// waits until its blocks are free; what else has its name is not opened.
func TestLargeFiles(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	large := func() {
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Truncate(path, 2*slow); err != nil { // without blocks
			t.Fatal(err)
		}
	}
	large()
	if err := Write(path, []byte("new")); err != nil {
		t.Fatal(err)
	}
	if b, err := os.ReadFile(path); err != nil || string(b) != "new" {
		t.Errorf("%q, %v", b, err)
	}
	large()
	if err := Remove(path); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("removed: %v", err)
	}
	large()
	link := path + " link"
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	if err := Remove(link); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Lstat(path); err != nil || info.Size() != 2*slow {
		t.Errorf("the file behind a link that was removed: %v", err)
	}
}
