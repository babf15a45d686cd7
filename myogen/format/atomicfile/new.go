package atomicfile

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"time"
)

// WriteNew writes a file that is not there yet, with the permissions mode less the
// umask: afterwards it is there with all of its data, or it is not. If there is a
// file of this name, or another process makes it at the same time and is first,
// that one stays and the error is fs.ErrExist. The folder must exist; a symbolic
// link is followed to its target.
func WriteNew(path string, data []byte, mode fs.FileMode) error {
	f := &File{disk: disk, path: path}
	var err error
	if f.target, err = follow(f.disk, path); err == nil {
		err = f.create(mode)
	}
	if err != nil {
		return f.errorf(err)
	}
	if _, err := f.Write(data); err != nil {
		return errors.Join(err, f.Discard())
	}
	err = f.file.Sync()
	if err == nil {
		err = f.nameNew()
	}
	if err != nil {
		return errors.Join(f.errorf(err), f.Discard())
	}
	return f.errorf(errors.Join(f.file.Close(), f.disk.SyncDir(folder(f.target))))
}

// nameNew gives the new content its name, which no other file may have.
func (f *File) nameNew() error {
	err := f.disk.Link(f.tmp, f.target) // unlike Rename, it replaces nothing
	if err == nil {
		_ = f.disk.Remove(f.tmp) // else the next writer does
		return nil
	}
	if errors.Is(err, fs.ErrExist) {
		return fs.ErrExist
	}
	return f.nameNewLocked(err)
}

// nameNewLocked is nameNew where Link fails: FAT, exFAT and some network file
// systems have no links. There a second temporary file, which one living process
// alone can hold, is the lock.
func (f *File) nameNewLocked(noLink error) error {
	lock := beside(f.target, temporary(filepath.Base(f.target), 0))
	for range 100 {
		held, err := f.disk.Create(lock, 0o600)
		if errors.Is(err, fs.ErrExist) {
			f.disk.RemoveDead(lock)
			time.Sleep(10 * time.Millisecond)
			continue
		}
		if err != nil {
			return err
		}
		switch _, err = f.disk.Lstat(f.target); {
		case err == nil:
			err = fs.ErrExist
		case errors.Is(err, fs.ErrNotExist):
			err = f.disk.Rename(f.tmp, f.target)
		}
		return errors.Join(err, f.disk.Remove(lock), held.Close())
	}
	return fmt.Errorf("no link to it can be made (%w), and another process holds %s", noLink, lock)
}
