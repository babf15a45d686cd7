package atomicfile

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func expect(t *testing.T, path, content string, mode fs.FileMode) {
	t.Helper()
	b, err := os.ReadFile(path)
	must(t, err)
	info, err := os.Lstat(path)
	must(t, err)
	if string(b) != content || info.Mode() != mode {
		t.Errorf("%s holds %q with mode %v, want %q with %v", path, b, info.Mode(), content, mode)
	}
}

func TestModes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	old := syscall.Umask(0o027)
	defer syscall.Umask(old)
	must(t, Write(path, []byte("one")))
	expect(t, path, "one", 0o640)
	for _, mode := range []fs.FileMode{0o600, 0o644, 0o666, 0o755} {
		must(t, os.Chmod(path, mode))
		must(t, Write(path, []byte(mode.String())))
		expect(t, path, mode.String(), mode)
	}
}

func TestLinksAreFollowed(t *testing.T) {
	dir := t.TempDir()
	target, other := filepath.Join(dir, "a", "target"), filepath.Join(dir, "b")
	must(t, errors.Join(os.Mkdir(filepath.Dir(target), 0o755), os.Mkdir(other, 0o755), os.WriteFile(target, []byte("old"), 0o600),
		os.Symlink("../a/target", filepath.Join(other, "relative")), os.Symlink(target, filepath.Join(other, "absolute")),
		os.Symlink("relative", filepath.Join(other, "chain")), os.Symlink("../a/new", filepath.Join(other, "dangling")),
		os.Symlink("loop", filepath.Join(other, "loop")), os.Symlink(other, filepath.Join(dir, "folder"))))
	for _, name := range []string{"relative", "absolute", "chain", "../folder/relative"} {
		must(t, Write(filepath.Join(other, name), []byte(name)))
		expect(t, target, name, 0o600)
	}
	if info, err := os.Lstat(filepath.Join(other, "chain")); err != nil || info.Mode()&fs.ModeSymlink == 0 {
		t.Errorf("the link is %v, %v, want it to stay", info.Mode(), err)
	}
	must(t, Write(filepath.Join(other, "dangling"), []byte("new")))
	if b, err := os.ReadFile(filepath.Join(dir, "a", "new")); err != nil || string(b) != "new" {
		t.Errorf("the target of a dangling link holds %q, %v", b, err)
	}
	if err := Write(filepath.Join(other, "loop"), nil); err == nil || !strings.Contains(err.Error(), "symbolic links follow one another") {
		t.Errorf("a link to itself: %v", err)
	}
}

// The folder above one that a link leads to is not the one that the link is in.
func TestAboveALink(t *testing.T) {
	dir := t.TempDir()
	path := func(name string) string { return dir + "/" + name }
	must(t, errors.Join(os.MkdirAll(path("far/deep"), 0o755), os.Symlink("far/deep", path("l")), os.WriteFile(path("f"), []byte("old"), 0o600),
		os.Symlink("l/../f", path("g")), os.Symlink(path("far"), path("F"))))
	must(t, Write(path("l/../f"), []byte("one")))
	expect(t, path("f"), "old", 0o600)
	expect(t, path("far/f"), "one", 0o666&^umask())
	must(t, Write(path("g"), []byte("two")))
	expect(t, path("f"), "old", 0o600)
	expect(t, path("far/f"), "two", 0o666&^umask())
	t.Chdir(dir)
	for _, same := range [][]string{
		{"far/f", "l/../f", "g", "F/f", "./far/../l/../f", path("far/f"), "far/F", "/proc/self/cwd/far/f"},
		{"f", "./f", "far/../f", path("f"), "l/../../f"},
		{"new", "./New", path("new"), "far/../new"},
		{"none/f", "./none/f", "none//f"},
	} {
		for _, a := range same {
			for _, b := range same {
				if !SameFile(a, b) {
					t.Errorf("%s and %s are different files", a, b)
				}
			}
			for _, b := range []string{"h", "far/deep/f", "none/g"} {
				if SameFile(a, b) {
					t.Errorf("%s and %s are the same file", a, b)
				}
			}
		}
	}
}

func TestRefuse(t *testing.T) {
	dir := t.TempDir()
	readOnly, pipe := filepath.Join(dir, "read only"), filepath.Join(dir, "pipe")
	must(t, errors.Join(os.WriteFile(readOnly, []byte("kept"), 0o444), syscall.Mkfifo(pipe, 0o666),
		os.WriteFile(filepath.Join(dir, "file"), nil, 0o644), os.Symlink(dir, filepath.Join(dir, "link"))))
	for path, want := range map[string]string{
		readOnly:                       "write-protected",
		pipe:                           "it is a named pipe, not a regular file",
		dir:                            "it is a folder, not a regular file",
		filepath.Join(dir, "link"):     "it is a folder, not a regular file",
		"/dev/null":                    "it is a device, not a regular file",
		filepath.Join(dir, "no", "f"):  "no such file or directory",
		filepath.Join(dir, "file/f"):   "not a directory",
		strings.Repeat("long", 100):    "file name too long",
		filepath.Join(dir, "nul\x00b"): "invalid argument",
	} {
		if err := Write(path, []byte("x")); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: error %v, want it to name the file and say %q", path, err, want)
		}
	}
	expect(t, readOnly, "kept", 0o444)
	if names, err := (machine{}).ReadDir(dir); err != nil || len(names) != 4 {
		t.Errorf("the folder holds %q, %v; want nothing new", names, err)
	}
}

func TestLongNames(t *testing.T) {
	for _, name := range []string{strings.Repeat("ä", 127), strings.Repeat("n", 255), strings.Repeat("脊", 85)} {
		path := filepath.Join(t.TempDir(), name)
		must(t, Write(path, []byte("x")))
		must(t, Write(path, []byte("y")))
		expect(t, path, "y", 0o666&^umask())
	}
}

func umask() fs.FileMode {
	old := syscall.Umask(0)
	syscall.Umask(old)
	return fs.FileMode(old)
}

// What is half-written by a process that is killed goes with the next writer;
// what a living process writes stays, and so does a file of the user's.
func TestLeftoversOfTheDead(t *testing.T) {
	if path := os.Getenv("ATOMICFILE_TEST_HANG"); path != "" {
		f, err := Create(path)
		must(t, err)
		if _, err := f.Write([]byte("half")); err != nil {
			t.Fatal(err)
		}
		fmt.Println("ready")
		time.Sleep(time.Minute)
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "f")
	hang := exec.Command(os.Args[0], "-test.run=^TestLeftoversOfTheDead$")
	hang.Env = append(os.Environ(), "ATOMICFILE_TEST_HANG="+path)
	out, err := hang.StdoutPipe()
	must(t, err)
	must(t, hang.Start())
	if _, err := out.Read(make([]byte, 5)); err != nil {
		t.Fatal(err)
	}
	count := func(want int) {
		t.Helper()
		if names, err := (machine{}).ReadDir(dir); err != nil || len(names) != want {
			t.Errorf("the folder holds %q, %v; want %d names", names, err, want)
		}
	}
	must(t, os.WriteFile(filepath.Join(dir, ".f-2024"), nil, 0o644))
	must(t, Write(path, []byte("one"))) // while the other lives
	count(3)
	must(t, hang.Process.Kill())
	_ = hang.Wait()
	must(t, Write(path, []byte("two")))
	count(2)
	expect(t, path, "two", 0o666&^umask())
}

func BenchmarkWrite(b *testing.B) {
	path, data := filepath.Join(b.TempDir(), "f"), make([]byte, 10_000)
	for b.Loop() {
		if err := Write(path, data); err != nil {
			b.Fatal(err)
		}
	}
}

// What a function fails to write leaves the old content and no other file.
func TestWriteFunc(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a")
	put := func(text string, fail error) error {
		return WriteFunc(path, func(w io.Writer) error {
			_, err := io.WriteString(w, text)
			return errors.Join(err, fail)
		})
	}
	if err := put("old", nil); err != nil {
		t.Fatal(err)
	}
	fail := errors.New("no more rows")
	if err := put("new", fail); !errors.Is(err, fail) || !strings.Contains(err.Error(), path) {
		t.Errorf("error %v", err)
	}
	files, err := os.ReadDir(dir)
	if text, _ := os.ReadFile(path); string(text) != "old" || len(files) != 1 || err != nil {
		t.Errorf("%d files, %q, %v", len(files), text, err)
	}
}
