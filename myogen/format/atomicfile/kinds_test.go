//go:build unix

package atomicfile

import (
	"errors"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// What stands at a path decides: it is replaced, with the permissions and links
// that it has, or refused, and then nothing changes.
func TestKindsOfTargets(t *testing.T) {
	old := syscall.Umask(0o077)
	defer syscall.Umask(old)
	const replaced = ""
	for _, c := range []struct {
		name  string
		make  func(dir string) error // makes dir/f
		error string                 // replaced, or a part of the error
		mode  fs.FileMode            // of what f leads to, afterwards
	}{
		{"nothing, umask 077", func(string) error { return nil }, replaced, 0o600},
		{"mode 0640, umask 077", file(0o640), replaced, 0o640},
		{"mode 0604", file(0o604), replaced, 0o604},
		{"mode 0200", file(0o200), replaced, 0o200},
		{"mode 0400", file(0o400), "write-protected", 0o400},
		{"mode 0000", file(0), "write-protected", 0},
		{"executable", file(0o755), replaced, 0o755},
		{"hard link", func(dir string) error {
			return errors.Join(file(0o644)(dir), os.Link(filepath.Join(dir, "f"), filepath.Join(dir, "other")))
		}, replaced, 0o644},
		{"link to nothing", link("new"), replaced, 0o600},
		{"link into no folder", link("none/new"), "no such file or directory", 0},
		{"link to a folder", link("."), "it is a folder", 0},
		{"link to a device", link("/dev/null"), "it is a device", 0},
		{"link to a full device", link("/dev/full"), "it is a device", 0},
		{"link to the file itself", link("f"), "symbolic links follow one another", 0},
		{"chain to a write-protected file", func(dir string) error {
			return errors.Join(os.WriteFile(filepath.Join(dir, "a"), nil, 0o400), os.Symlink("a", filepath.Join(dir, "b")), link("b")(dir))
		}, "write-protected", 0o400},
		{"chain to a file", func(dir string) error {
			return errors.Join(file(0o640)(dir), os.Rename(filepath.Join(dir, "f"), filepath.Join(dir, "a")), os.Symlink("a", filepath.Join(dir, "b")), link("b")(dir))
		}, replaced, 0o640},
		{"named pipe", func(dir string) error { return syscall.Mkfifo(filepath.Join(dir, "f"), 0o600) }, "it is a named pipe", 0o600},
		{"socket", func(dir string) error {
			l, err := net.ListenUnix("unix", &net.UnixAddr{Name: filepath.Join(dir, "f"), Net: "unix"})
			if err == nil {
				l.SetUnlinkOnClose(false)
				err = l.Close()
			}
			return err
		}, "it is a socket", 0o700},
		{"folder", func(dir string) error { return os.Mkdir(filepath.Join(dir, "f"), 0o700) }, "it is a folder", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir, err := os.MkdirTemp("", "kinds-") // short: a socket's path has 107 bytes
			must(t, err)
			defer os.RemoveAll(dir)
			path := filepath.Join(dir, "f")
			must(t, c.make(dir))
			before, linkErr := os.Lstat(path)
			names, err := (machine{}).ReadDir(dir)
			must(t, err)
			err = Write(path, []byte("new"))
			if c.error == replaced {
				must(t, err)
				info, err := os.Stat(path)
				must(t, err)
				if info.Mode() != c.mode {
					t.Errorf("its mode is %v, want %v", info.Mode(), c.mode)
				}
				must(t, os.Chmod(path, 0o600)) // to read it without being root
				if b, err := os.ReadFile(path); err != nil || string(b) != "new" {
					t.Errorf("it holds %q, %v", b, err)
				}
			} else if err == nil || !strings.Contains(err.Error(), c.error) || !strings.Contains(err.Error(), path) {
				t.Errorf("error %v, want it to name %s and say %q", err, path, c.error)
			}
			after, err := os.Lstat(path)
			if linkErr == nil && (err != nil || after.Mode().Type() != before.Mode().Type()) {
				t.Errorf("%v became %v, %v", before.Mode(), after, err)
			}
			if c.error != replaced && linkErr == nil && !os.SameFile(before, after) {
				t.Error("it was refused, and replaced")
			}
			now, err := (machine{}).ReadDir(dir)
			must(t, err)
			if len(now) > len(names)+1 || c.error != replaced && len(now) != len(names) {
				t.Errorf("the folder holds %q, before %q", now, names)
			}
		})
	}
}

// The other name of a hard link keeps the old content, as with every atomic
// writer; new files of a folder with the setgid bit have the folder's group.
func TestLinksAndGroups(t *testing.T) {
	dir := t.TempDir()
	path, other := filepath.Join(dir, "f"), filepath.Join(dir, "other")
	must(t, errors.Join(file(0o644)(dir), os.Link(path, other), Write(path, []byte("new"))))
	expect(t, other, "old", 0o644)
	expect(t, path, "new", 0o644)
	if os.Geteuid() != 0 {
		t.Skip("only root can give folders away")
	}
	must(t, errors.Join(os.Chown(dir, -1, 12345), os.Chmod(dir, 0o770|fs.ModeSetgid)))
	must(t, Write(filepath.Join(dir, "g"), []byte("new")))
	info, err := os.Stat(filepath.Join(dir, "g"))
	must(t, err)
	if gid := info.Sys().(*syscall.Stat_t).Gid; gid != 12345 {
		t.Errorf("the group is %d, want the folder's, 12345", gid)
	}
}

// A user who may write a file of others keeps what is protected protected: where the group
// cannot be kept, the user's own is given nothing; and in a folder such as /tmp, where the
// file cannot be replaced, that is said before anything is written.
func TestFilesOfOthers(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can be two users")
	}
	dir, err := os.MkdirTemp("", "kinds-")
	must(t, err)
	defer os.RemoveAll(dir)
	const me, others = 12345, 23456
	for name, mode := range map[string]fs.FileMode{"mine": 0o660, "open": 0o674, "theirs": 0o666} {
		path := filepath.Join(dir, name)
		must(t, errors.Join(os.WriteFile(path, []byte("old"), 0o600), os.Chown(path, me, others), os.Chmod(path, mode)))
	}
	must(t, errors.Join(os.Chown(dir, me, me), os.Mkdir(filepath.Join(dir, "tmp"), 0o777), os.Chmod(filepath.Join(dir, "tmp"), 0o777|fs.ModeSticky)))
	sticky := filepath.Join(dir, "tmp", "f")
	must(t, errors.Join(os.WriteFile(sticky, []byte("old"), 0o600), os.Chown(sticky, others, others), os.Chmod(sticky, 0o666)))

	groups, err := syscall.Getgroups()
	must(t, err)
	must(t, errors.Join(syscall.Setgroups(nil), syscall.Setegid(me), syscall.Seteuid(me)))
	defer func() { must(t, errors.Join(syscall.Seteuid(0), syscall.Setegid(0), syscall.Setgroups(groups))) }()
	for name, mode := range map[string]fs.FileMode{"mine": 0o600, "open": 0o644, "theirs": 0o666} {
		path := filepath.Join(dir, name)
		must(t, Write(path, []byte("new")))
		expect(t, path, "new", mode)
	}
	if err := Check(sticky); !errors.Is(err, fs.ErrPermission) || !strings.Contains(err.Error(), "of another user, in a folder where only owners replace files") {
		t.Errorf("error %v, want fs.ErrPermission and why", err)
	}
	expect(t, sticky, "old", 0o666)
	if names, err := (machine{}).ReadDir(filepath.Dir(sticky)); err != nil || len(names) != 1 {
		t.Errorf("the folder holds %q, %v", names, err)
	}
}

// In a folder that may not be written, nothing is, and the error says why.
func TestReadOnlyFolder(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("root may write to every folder")
	}
	dir := t.TempDir()
	must(t, errors.Join(file(0o644)(dir), os.Chmod(dir, 0o500)))
	defer os.Chmod(dir, 0o700)
	if err := Write(filepath.Join(dir, "f"), []byte("new")); !errors.Is(err, fs.ErrPermission) {
		t.Errorf("error %v, want fs.ErrPermission", err)
	}
	expect(t, filepath.Join(dir, "f"), "old", 0o644)
}

// A full disk leaves the old content, and nothing of the new.
func TestRealFullDisk(t *testing.T) {
	dir := t.TempDir()
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", dir).CombinedOutput(); err != nil {
		t.Skipf("a small disk cannot be mounted: %v, %s", err, out)
	}
	defer func() {
		if out, err := exec.Command("umount", dir).CombinedOutput(); err != nil {
			t.Errorf("%v, %s", err, out)
		}
	}()
	path := filepath.Join(dir, "f")
	must(t, Write(path, []byte("old")))
	err := Write(path, make([]byte, 1<<20))
	if !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), path) {
		t.Errorf("error %v, want it to name %s and that the disk is full", err, path)
	}
	expect(t, path, "old", 0o666&^umask())
	if names, err := (machine{}).ReadDir(dir); err != nil || len(names) != 1 {
		t.Errorf("the folder holds %q, %v", names, err)
	}
	must(t, Write(path, []byte("next")))
}

// file returns what makes f with a mode whatever the umask.
func file(mode fs.FileMode) func(dir string) error {
	return func(dir string) error {
		path := filepath.Join(dir, "f")
		return errors.Join(os.WriteFile(path, []byte("old"), 0o600), os.Chmod(path, mode))
	}
}

// link returns what makes f a symbolic link.
func link(to string) func(dir string) error {
	return func(dir string) error { return os.Symlink(to, filepath.Join(dir, "f")) }
}
