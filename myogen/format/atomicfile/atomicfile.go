// Package atomicfile replaces files atomically: after a crash, a full disk or
// a power failure, a file has its old content or its new content, never a part
// of either.
//
// The new content goes to a hidden temporary file in the same folder, which is
// flushed to the disk and then renamed. Temporary files of writers that died
// are removed by the next writer of the same file.
package atomicfile

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// Write replaces the file at path by data, or creates it. The folder must
// exist. An existing file keeps its permissions; a new one gets 0666 less the
// umask. A symbolic link is followed to its target. Write refuses a target
// that is not a regular file and one that is write-protected. Each error names
// path, and after an error the old content is still there.
func Write(path string, data []byte) error { return write(disk{}, path, data) }

func write(fsys fileSystem, path string, data []byte) error {
	f, err := create(fsys, path)
	if err != nil {
		return err
	}
	if _, err := f.Write(data); err != nil {
		return errors.Join(err, f.Discard())
	}
	return f.Commit()
}

// File is new content being written. It replaces the file at its path when
// Commit is called.
type File struct {
	fsys   fileSystem
	path   string // as the caller named it
	target string // with symbolic links followed
	tmp    string
	file   file
}

// Create begins to write the file at path, on the terms of [Write]. The caller
// must call [File.Commit] or [File.Discard].
func Create(path string) (*File, error) { return create(disk{}, path) }

func create(fsys fileSystem, path string) (*File, error) {
	f := &File{fsys: fsys, path: path}
	if err := f.open(); err != nil {
		return nil, f.errorf(err)
	}
	return f, nil
}

// errorf names the path in an error instead of the temporary file.
func (f *File) errorf(err error) error {
	if err == nil {
		return nil
	}
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		err = pathError.Err
	}
	return fmt.Errorf("write %s: %w", f.path, err)
}

func (f *File) open() error {
	var err error
	if f.target, err = follow(f.fsys, f.path); err != nil {
		return err
	}
	mode := fs.FileMode(0o666)
	info, err := f.fsys.Lstat(f.target)
	exists := err == nil
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return err
	case !info.Mode().IsRegular():
		return fmt.Errorf("%s, not a regular file", kind(info.Mode()))
	case info.Mode().Perm()&0o222 == 0:
		return fmt.Errorf("the file is write-protected (%v): %w", info.Mode().Perm(), fs.ErrPermission)
	default:
		if err := f.fsys.CheckWritable(f.target); err != nil {
			return err
		}
		mode = info.Mode().Perm()
	}
	dir, base := filepath.Dir(f.target), filepath.Base(f.target)
	removeLeftovers(f.fsys, dir, short(base))
	for range 100 {
		f.tmp = filepath.Join(dir, temporary(base, rand.Uint64()))
		if f.file, err = f.fsys.Create(f.tmp, mode); !errors.Is(err, fs.ErrExist) {
			break
		}
	}
	if err != nil {
		return err
	}
	if exists { // the umask took part in the mode that Create gave
		if err := f.file.Chmod(mode); err != nil {
			return errors.Join(err, f.Discard())
		}
	}
	return nil
}

// kind names what is no regular file.
func kind(m fs.FileMode) string {
	switch {
	case m.IsDir():
		return "it is a folder"
	case m&fs.ModeDevice != 0:
		return "it is a device"
	case m&fs.ModeNamedPipe != 0:
		return "it is a named pipe"
	case m&fs.ModeSocket != 0:
		return "it is a socket"
	}
	return fmt.Sprintf("its mode is %v", m)
}

// maxLinks is how many symbolic links follow one another, as in Linux.
const maxLinks = 40

// follow returns the name of the file that path leads to.
func follow(fsys fileSystem, path string) (string, error) {
	for range maxLinks {
		info, err := fsys.Lstat(path)
		if errors.Is(err, fs.ErrNotExist) {
			return path, nil
		}
		if err != nil || info.Mode()&fs.ModeSymlink == 0 {
			return path, err
		}
		to, err := fsys.Readlink(path)
		if err != nil {
			return path, err
		}
		if !filepath.IsAbs(to) {
			// Not filepath.Join: "dir/.." is elsewhere where dir is a link.
			to = filepath.Dir(path) + string(filepath.Separator) + to
		}
		path = to
	}
	return path, fmt.Errorf("more than %d symbolic links follow one another", maxLinks)
}

// digits is the length of the number in a temporary file's name: twenty with
// leading zeros, which no one gives to a file of their own.
const digits = 20

// maxName is the length that every file system allows a name.
const maxName = 255

func temporary(base string, number uint64) string {
	return fmt.Sprintf(".%s-%0*d", short(base), digits, number)
}

// short returns as much of a file's name as the temporary name has room for.
func short(base string) string {
	return strings.ToValidUTF8(base[:min(len(base), maxName-digits-2)], "")
}

// leftover matches the names that temporary returns.
var leftover = regexp.MustCompile(fmt.Sprintf(`^\.(.+)-[0-9]{%d}$`, digits))

// RemoveLeftovers removes the temporary files of all writers in a folder that
// died. Write and Create remove those of their own file.
func RemoveLeftovers(dir string) { removeLeftovers(disk{}, dir, "") }

// removeLeftovers removes what dead writers of the file base left, or of any
// file if base is empty. A leftover that cannot be removed is only in the way.
func removeLeftovers(fsys fileSystem, dir, base string) {
	names, err := fsys.ReadDir(dir)
	if err != nil {
		return // a folder that may not be read may be written
	}
	for _, name := range names {
		if m := leftover.FindStringSubmatch(name); m != nil && (base == "" || m[1] == base) {
			fsys.RemoveDead(filepath.Join(dir, name))
		}
	}
}

// Write appends to the new content.
func (f *File) Write(p []byte) (int, error) {
	n, err := f.file.Write(p)
	if err == nil && n < len(p) {
		err = io.ErrShortWrite
	}
	return n, f.errorf(err)
}

// WriteAt writes to the new content at an offset.
func (f *File) WriteAt(p []byte, off int64) (int, error) {
	n, err := f.file.WriteAt(p, off)
	if err == nil && n < len(p) {
		err = io.ErrShortWrite
	}
	return n, f.errorf(err)
}

// Commit flushes the new content to the disk and gives it its name. After an
// error the old content is still there; only an error of flushing the folder
// leaves open which of the two a power failure would leave.
func (f *File) Commit() error {
	if err := f.file.Sync(); err != nil {
		return errors.Join(f.errorf(err), f.Discard())
	}
	if err := f.fsys.Rename(f.tmp, f.target); err != nil {
		if linkError, ok := err.(*os.LinkError); ok {
			err = linkError.Err // without the two names
		}
		return errors.Join(f.errorf(err), f.Discard())
	}
	return f.errorf(errors.Join(f.file.Close(), f.fsys.SyncDir(filepath.Dir(f.target))))
}

// Discard removes the new content.
func (f *File) Discard() error {
	return f.errorf(errors.Join(f.file.Close(), f.fsys.Remove(f.tmp)))
}
