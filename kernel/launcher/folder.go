//go:build unix

package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"gomyogen/kernel/env"
)

// maxBase is how long the path of the folder above the kernels' may be: the
// address of a unix socket in k-1234567/gonb_12345678/ has 104 bytes at most.
const maxBase = 104 - len("/k-1234567/gonb_12345678/gopls_socket") - 1

// baseFolder returns the folder above the kernels': MYOGEN_TMP or, where its
// path is too long, one in a folder for temporary files.
func baseFolder() (string, error) {
	own := fmt.Sprintf("gomyogen-%d", os.Getuid())
	var errs []error
	for _, base := range []string{os.Getenv(env.Tmp), filepath.Join(os.TempDir(), own), filepath.Join("/tmp", own)} {
		switch {
		case base == "":
			continue
		case len(base) > maxBase:
			errs = append(errs, fmt.Errorf("the path %s is too long", base))
			continue
		case strings.Contains(base, ":"): // GoNB takes what follows for a line number
			errs = append(errs, fmt.Errorf("the path %s has a colon", base))
			continue
		}
		if err := ownFolder(base); err != nil {
			errs = append(errs, err)
			continue
		}
		return base, nil
	}
	return "", errors.Join(errs...)
}

// ownFolder makes a folder that only this user can use, or checks that it is.
func ownFolder(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	var s unix.Stat_t
	if err := unix.Lstat(dir, &s); err != nil {
		return err
	}
	if s.Mode&unix.S_IFMT != unix.S_IFDIR || int(s.Uid) != os.Getuid() || s.Mode&0o022 != 0 {
		return fmt.Errorf("%s is not a folder of this user alone", dir)
	}
	return nil
}

// A kernel's folder is called k-PID. While the kernel lives it holds a lock on
// the file lock in it: a record lock of the process, which stays when it
// becomes another program, is not handed to its children, and ends with it.
// A process id says less: it comes again, and a zombie has one.
const (
	kernelPrefix = "k-"
	newPrefix    = "new-"
	lockName     = "lock"
)

// newFolder makes the folder of this process and locks it, as long as the file
// lock is open.
func newFolder(base string) (dir string, lock *os.File, err error) {
	// Until it is locked it has another name, so that no sweep takes it.
	tmp := filepath.Join(base, fmt.Sprint(newPrefix, os.Getpid()))
	dir = filepath.Join(base, fmt.Sprint(kernelPrefix, os.Getpid()))
	if err := errors.Join(os.RemoveAll(tmp), end(dir)); err != nil { // of a dead process with this id
		return "", nil, err
	}
	if err := os.Mkdir(tmp, 0o700); err != nil {
		return "", nil, err
	}
	lock, err = os.OpenFile(filepath.Join(tmp, lockName), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return "", nil, err
	}
	if err := unix.FcntlFlock(lock.Fd(), unix.F_SETLK, &unix.Flock_t{Type: unix.F_WRLCK}); err != nil {
		return "", nil, fmt.Errorf("lock %s: %w", lock.Name(), err)
	}
	// The file must stay open in the program that this one becomes.
	if _, err := unix.FcntlInt(lock.Fd(), unix.F_SETFD, 0); err != nil {
		return "", nil, err
	}
	return dir, lock, os.Rename(tmp, dir)
}

// alive tells whether the kernel of a folder lives.
func alive(dir string) (bool, error) {
	f, err := os.OpenFile(filepath.Join(dir, lockName), os.O_RDWR, 0)
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return true, err
	}
	defer f.Close()
	l := unix.Flock_t{Type: unix.F_WRLCK}
	err = unix.FcntlFlock(f.Fd(), unix.F_GETLK, &l)
	return l.Type != unix.F_UNLCK, err
}

// look is how often a watcher looks.
const look = 500 * time.Millisecond

// watch waits until the kernel of a folder has ended and removes the folder. A
// kernel whose Jupyter died gets no more cells: it is asked to end.
func watch(dir string) error {
	pid, err := strconv.Atoi(strings.TrimPrefix(filepath.Base(dir), kernelPrefix))
	if err != nil {
		return err
	}
	jupyter, err := parent(pid)
	watched := err == nil && strconv.Itoa(jupyter) == os.Getenv(env.JupyterPID)
	for {
		time.Sleep(look)
		lives, err := alive(dir)
		if err != nil {
			return err
		}
		if !lives {
			return end(dir)
		}
		_ = shorten(filepath.Join(dir, logName)) // a log that stays long is no reason to leave the kernel alone
		if now, err := parent(pid); watched && err == nil && now != jupyter {
			watched = false
			if err := unix.Kill(pid, unix.SIGTERM); err != nil && !errors.Is(err, unix.ESRCH) {
				return err
			}
		}
	}
}

// A kernel may run for weeks, and what it prints goes to its log.
const (
	longLog = 1 << 20 // bytes of a log that is shortened
	logTail = 1 << 18 // bytes of its end that stay
)

// shorten leaves the last lines of a long log, to which another program
// appends. A line that comes meanwhile may be lost.
func shorten(log string) error {
	f, err := os.OpenFile(log, os.O_RDWR|os.O_APPEND, 0)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil || info.Size() <= longLog {
		return err
	}
	tail := make([]byte, logTail)
	n, err := f.ReadAt(tail, info.Size()-logTail)
	if err != nil && err != io.EOF {
		return err
	}
	_, tail, _ = bytes.Cut(tail[:n], []byte("\n"))
	if err := f.Truncate(0); err != nil {
		return err
	}
	_, err = f.Write(tail)
	return err
}

// end removes what a dead kernel left in its folder and runs from there.
func end(dir string) error {
	if _, err := os.Stat(dir); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	err := os.Rename(filepath.Join(dir, logName), filepath.Join(filepath.Dir(dir), logName))
	if errors.Is(err, os.ErrNotExist) {
		err = nil
	}
	// What is ended may just be writing.
	for range 10 {
		if err := errors.Join(err, endPrograms(dir), os.RemoveAll(dir)); err == nil {
			return nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	return errors.Join(err, endPrograms(dir), os.RemoveAll(dir))
}

// young is how long a launcher may take to lock its folder.
const young = time.Minute

// sweep removes the folders of kernels that died.
func sweep(base string) error {
	entries, err := os.ReadDir(base)
	if err != nil {
		return err
	}
	var errs []error
	for _, e := range entries {
		dir := filepath.Join(base, e.Name())
		switch {
		case strings.HasPrefix(e.Name(), kernelPrefix):
			lives, err := alive(dir)
			if err == nil && !lives {
				err = end(dir)
			}
			errs = append(errs, err)
		case strings.HasPrefix(e.Name(), newPrefix):
			if info, err := e.Info(); err == nil && time.Since(info.ModTime()) > young {
				errs = append(errs, os.RemoveAll(dir))
			}
		}
	}
	return errors.Join(errs...)
}

// servers are the programs that are told where to listen.
var servers = []string{"gonb", "gopls"}

// endPrograms kills the programs of this user that were started from dir, the
// gonb and the gopls that listen there and what learns for its cells.
func endPrograms(dir string) error {
	all, err := processes()
	if err != nil {
		return err
	}
	inside := dir + string(filepath.Separator)
	var errs []error
	for pid, args := range all {
		if pid == os.Getpid() || len(args) == 0 {
			continue
		}
		names := func(is func(a string) bool) bool { return slices.ContainsFunc(args, is) }
		about := names(func(a string) bool { return strings.Contains(a, inside) })
		switch {
		case about && names(func(a string) bool { return a == learnMode }):
			pid = -pid // with the go command that it started
		case about && names(func(a string) bool { return slices.Contains(servers, filepath.Base(a)) }), strings.HasPrefix(args[0], inside):
		default:
			continue
		}
		if err := unix.Kill(pid, unix.SIGKILL); err != nil && !errors.Is(err, unix.ESRCH) {
			errs = append(errs, fmt.Errorf("end %s: %w", args[0], err))
		}
	}
	return errors.Join(errs...)
}
