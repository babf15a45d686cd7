package store

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"gomyogen/myogen/format/atomicfile/faultydisk"
	"gomyogen/myogen/format/userkey"
)

func folder(t *testing.T) Folder {
	project := filepath.Join(t.TempDir(), "a [study]*") // a name that is no pattern
	if err := os.Mkdir(project, 0o755); err != nil {
		t.Fatal(err)
	}
	return Folder{Path: filepath.Join(project, ".myogen"), Secret: filepath.Join(t.TempDir(), "data", "keep.key")}
}

func all(Header) bool { return true }

func save(t *testing.T, f Folder, name, key, value string) {
	t.Helper()
	if err := f.Save(Header{Name: name, Key: key, Why: "first time"}, []byte(value)); err != nil {
		t.Fatal(err)
	}
}

func TestSaveAndLoad(t *testing.T) {
	f := folder(t)
	if _, _, err := f.Load("run", "k"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("error %v where nothing is kept", err)
	}
	for _, value := range []string{"", "one", "two\nlines\n", strings.Repeat("\x00", 100000)} {
		save(t, f, "a run, with / in it", "k", value)
		h, got, err := f.Load("a run, with / in it", "k")
		if err != nil || string(got) != value || h.Why != "first time" {
			t.Errorf("loaded %d bytes, header %+v, error %v", len(got), h, err)
		}
	}
	if b, err := os.ReadFile(filepath.Join(f.Path, ".gitignore")); err != nil || string(b) != "*\n" {
		t.Errorf(".gitignore holds %q, error %v", b, err)
	}
	all, err := f.List()
	if err != nil || len(all) != 1 || all[0].Name != "a run, with / in it" || all[0].Size != 100000 || all[0].Bytes < 100000 {
		t.Errorf("the folder holds %+v, error %v", all, err)
	}
}

// Every flipped, missing or added byte is found.
func TestDamageIsFound(t *testing.T) {
	f := folder(t)
	save(t, f, "run", "k", "some value")
	path := f.path("run", "k")
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	check := func(what string, b []byte) {
		t.Helper()
		if err := os.WriteFile(path, b, 0o644); err != nil {
			t.Fatal(err)
		}
		var damaged *DamagedError
		var foreign *ForeignError // a changed header is not the user's
		if _, _, err := f.Load("run", "k"); !errors.As(err, &damaged) && !errors.As(err, &foreign) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: error %v, want the file damaged", what, err)
		}
		if _, err := f.List(); err != nil {
			t.Errorf("%s: the list fails: %v", what, err)
		}
	}
	for i := range good {
		b := bytes.Clone(good)
		b[i] ^= 1
		check(fmt.Sprintf("byte %d", i), b)
	}
	for i := range good {
		check(fmt.Sprintf("cut at %d", i), good[:i])
	}
	check("longer", append(bytes.Clone(good), 'x'))
	check("another's", []byte("\x89PNG"))
	if n, _, err := f.Forget("run", all); n != 1 || err != nil {
		t.Errorf("forgot %d damaged files, error %v", n, err)
	}
}

func TestAFileOfAnotherValueIsRefused(t *testing.T) {
	f := folder(t)
	save(t, f, "one", "k", "1")
	if err := os.Rename(f.path("one", "k"), f.path("two", "k")); err != nil {
		t.Fatal(err)
	}
	if _, _, err := f.Load("two", "k"); err == nil || !strings.Contains(err.Error(), `it holds "one"`) {
		t.Errorf("error %v", err)
	}
}

// The folder stays within its limit: the least recently used go first, and
// what is not a kept value is left alone.
func TestLimit(t *testing.T) {
	f := folder(t)
	f.Limit = 4000
	value := strings.Repeat("x", 1000)
	past := time.Now().Add(-time.Minute)
	for i := range 3 {
		save(t, f, fmt.Sprint(i), "k", value)
		if err := os.Chtimes(f.path(fmt.Sprint(i), "k"), past, past); err != nil {
			t.Fatal(err)
		}
		past = past.Add(time.Second)
	}
	mine := filepath.Join(f.Path, "mine.txt")
	if err := os.WriteFile(mine, make([]byte, 10000), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, _, err := f.Load("0", "k"); err != nil { // now used last
		t.Fatal(err)
	}
	save(t, f, "3", "k", value)
	for name, there := range map[string]bool{"0": true, "1": false, "2": true, "3": true} {
		if _, _, err := f.Load(name, "k"); (err == nil) != there {
			t.Errorf("value %s: error %v, want it there: %v", name, err, there)
		}
	}
	if _, err := os.Stat(mine); err != nil {
		t.Error(err)
	}
	if err := f.Save(Header{Name: "huge"}, make([]byte, 4001)); err == nil || !strings.Contains(err.Error(), "the limit is 4000") {
		t.Errorf("error %v for a value above the limit", err)
	}
	if _, _, err := f.Load("3", "k"); err != nil {
		t.Errorf("a value that is too large pushed another out: %v", err)
	}
}

// Without a limit of its own a folder has 2 GiB.
func TestDefaultLimit(t *testing.T) {
	f := folder(t)
	past := time.Now().Add(-time.Hour)
	sized := func(name string, size int64, used time.Time) {
		t.Helper()
		if err := os.Truncate(f.path(name, "k"), size); err != nil { // with holes, which take no room
			t.Fatal(err)
		}
		if err := os.Chtimes(f.path(name, "k"), used, used); err != nil {
			t.Fatal(err)
		}
	}
	there := func(name string) bool {
		_, err := os.Stat(f.path(name, "k"))
		return err == nil
	}
	save(t, f, "old", "k", "")
	save(t, f, "older", "k", "")
	sized("old", 1<<30, past)
	sized("older", 1<<30-4096, past.Add(-time.Minute))
	save(t, f, "new", "k", "x")
	if !there("old") || !there("older") {
		t.Error("2 GiB are too much")
	}
	sized("old", 1<<30+4096, past)
	save(t, f, "new", "k", "y")
	if !there("old") || there("older") || !there("new") {
		t.Errorf("above 2 GiB there are: old %v, older %v, new %v; want the oldest gone", there("old"), there("older"), there("new"))
	}
}

func TestForget(t *testing.T) {
	f := folder(t)
	save(t, f, "a", "1", "x")
	save(t, f, "a", "2", "x")
	save(t, f, "b", "1", "x")
	if n, size, err := f.Forget("a", all); n != 2 || size == 0 || err != nil {
		t.Errorf("forgot %d of %d bytes, error %v", n, size, err)
	}
	if all, err := f.List(); len(all) != 1 || err != nil {
		t.Errorf("%d are left, error %v", len(all), err)
	}
}

// Many writers, readers and evictions at once, in three programs as of three
// notebooks, leave whole values.
func TestConcurrentUse(t *testing.T) {
	const dir = "STORE_TEST_USER"
	f := folder(t)
	if path := os.Getenv(dir); path != "" {
		f = Folder{Path: path, Secret: os.Getenv(dir + "_SECRET")}
	}
	f.Limit = 20000
	var others sync.WaitGroup
	if os.Getenv(dir) == "" {
		for range 2 {
			others.Go(func() {
				cmd := exec.Command(os.Args[0], "-test.run=^TestConcurrentUse$")
				cmd.Env = append(os.Environ(), dir+"="+f.Path, dir+"_SECRET="+f.Secret)
				if out, err := cmd.CombinedOutput(); err != nil {
					t.Errorf("another program: %v\n%s", err, out)
				}
			})
		}
	}
	var loaded atomic.Int64
	var wg sync.WaitGroup
	for w := range 8 {
		wg.Go(func() {
			for i := range 30 {
				name := fmt.Sprint((w + i) % 5)
				want := strings.Repeat(name, 3000)
				if err := f.Save(Header{Name: name, Key: "k"}, []byte(want)); err != nil {
					t.Error(err)
				}
				_, got, err := f.Load(name, "k")
				if err == nil && string(got) != want || err != nil && !errors.Is(err, os.ErrNotExist) {
					t.Errorf("read %d bytes, error %v", len(got), err)
				}
				if err == nil {
					loaded.Add(1)
				}
			}
		})
	}
	wg.Wait()
	if loaded.Load() == 0 {
		t.Error("none of 240 values was there when it was asked for")
	}
	others.Wait()
	if os.Getenv(dir) != "" {
		return
	}
	list, err := f.List()
	size := int64(0)
	for _, e := range list {
		size += e.Bytes
		if _, _, err := f.Load(e.Name, e.Key); err != nil {
			t.Error(err)
		}
	}
	if err != nil || size == 0 || size > f.Limit {
		t.Errorf("%d bytes of %d are left, error %v", size, f.Limit, err)
	}
	if left, err := filepath.Glob(filepath.Join(f.Path, ".*.kept-*")); err != nil || len(left) > 0 {
		t.Errorf("half-written files %v are left, error %v", left, err)
	}
}

// A writer that is killed at any time leaves the value of before or after.
func TestKilledWriter(t *testing.T) {
	if dir := os.Getenv("STORE_TEST_WRITER"); dir != "" {
		f := Folder{Path: dir, Secret: os.Getenv("STORE_TEST_SECRET")}
		for i := 0; ; i++ {
			if err := f.Save(Header{Name: "run", Key: "k"}, bytes.Repeat([]byte{byte(i)}, 1<<20)); err != nil {
				t.Fatal(err)
			}
		}
	}
	f := folder(t)
	save(t, f, "run", "k", "old")
	for i := range 5 {
		cmd := exec.Command(os.Args[0], "-test.run=^TestKilledWriter$")
		cmd.Env = append(os.Environ(), "STORE_TEST_WRITER="+f.Path, "STORE_TEST_SECRET="+f.Secret)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(20+7*i) * time.Millisecond)
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait() // it was killed
		if _, _, err := f.Load("run", "k"); err != nil {
			t.Errorf("after kill %d: %v", i, err)
		}
	}
	save(t, f, "run", "k", "new")
	if left, err := filepath.Glob(filepath.Join(f.Path, ".*.kept-*")); err != nil || len(left) > 0 {
		t.Errorf("half-written files %v are left, error %v", left, err)
	}
}

// An older file that the same user kept, put back from a backup, is that value again
// under its own name and key: it came from the same code and inputs. Under any other
// it is refused.
func TestReplayedValue(t *testing.T) {
	f := folder(t)
	save(t, f, "run", "k", "older")
	older, err := os.ReadFile(f.path("run", "k"))
	if err != nil {
		t.Fatal(err)
	}
	save(t, f, "run", "k", "newer")
	save(t, f, "run", "other code", "newer")
	save(t, f, "other", "k", "newer")
	for _, c := range []struct {
		name, key string
		want      string // empty: refused
	}{{"run", "k", "older"}, {"run", "other code", ""}, {"other", "k", ""}} {
		if err := os.WriteFile(f.path(c.name, c.key), older, 0o644); err != nil {
			t.Fatal(err)
		}
		if _, v, err := f.Load(c.name, c.key); string(v) != c.want || (err == nil) != (c.want != "") {
			t.Errorf("%s, %s: read %q, error %v, want %q", c.name, c.key, v, err, c.want)
		}
	}
}

// A value made with another secret, or whose header was made anew around it, is
// not read, and is told apart from a damaged one.
func TestForeignValues(t *testing.T) {
	f := folder(t)
	save(t, f, "run", "k", "some value")
	path := f.path("run", "k")
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	planted := bytes.Replace(good, []byte("some value"), []byte("evil value"), 1)
	sum := func(v string) []byte { return []byte(digest(v)) }
	planted = bytes.Replace(planted, sum("some value"), sum("evil value"), 1)
	other := Folder{Path: filepath.Join(t.TempDir(), "other"), Secret: filepath.Join(t.TempDir(), "key")}
	save(t, other, "run", "k", "evil value")
	theirs, err := os.ReadFile(other.path("run", "k"))
	if err != nil {
		t.Fatal(err)
	}
	save(t, f, "other", "k", "evil value")
	save(t, f, "run", "another key", "evil value")
	read := func(name, key string) []byte {
		b, err := os.ReadFile(f.path(name, key))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Remove(f.path(name, key)); err != nil {
			t.Fatal(err)
		}
		return b
	}
	for what, b := range map[string][]byte{"a value of another name": read("other", "k"), "a value of other code": read("run", "another key")} {
		if err := os.WriteFile(path, b, 0o644); err != nil {
			t.Fatal(err)
		}
		if _, v, err := f.Load("run", "k"); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: read %q, error %v", what, v, err)
		}
	}
	for what, b := range map[string][]byte{"a value with its digest made anew": planted, "a value of another user": theirs} {
		if err := os.WriteFile(path, b, 0o644); err != nil {
			t.Fatal(err)
		}
		var foreign *ForeignError
		if _, v, err := f.Load("run", "k"); !errors.As(err, &foreign) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: read %q, error %v", what, v, err)
		}
		list, err := f.List()
		if err != nil || len(list) != 1 || !errors.As(list[0].Damage, &foreign) || list[0].Name != "" {
			t.Errorf("%s: the list has %+v, error %v", what, list, err)
		}
		lost := Folder{Path: f.Path, Secret: filepath.Join(t.TempDir(), "none")}
		if _, _, err := lost.Load("run", "k"); !errors.As(err, &foreign) {
			t.Errorf("%s: without a secret the error is %v", what, err)
		}
		if _, err := os.Stat(lost.Secret); err == nil {
			t.Error("reading makes a secret")
		}
	}
}

// The secret is made once, for the user alone, also by several programs at once.
func TestSecret(t *testing.T) {
	f := folder(t)
	secrets := make([]string, 20)
	var wg sync.WaitGroup
	for i := range secrets {
		wg.Go(func() {
			b, err := f.secret(true)
			if err != nil {
				t.Error(err)
			}
			secrets[i] = string(b)
		})
	}
	wg.Wait()
	for _, s := range secrets {
		if s != secrets[0] || len(s) != userkey.Size {
			t.Fatalf("secrets %x and %x", secrets[0], s)
		}
	}
	if info, err := os.Stat(f.Secret); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, error %v", info.Mode(), err)
	}
	if left, err := os.ReadDir(filepath.Dir(f.Secret)); err != nil || len(left) != 1 {
		t.Errorf("beside the secret there is %v, error %v", left, err)
	}
	if other, err := folder(t).secret(true); err != nil || string(other) == secrets[0] {
		t.Errorf("two users have one secret, error %v", err)
	}
	if err := os.WriteFile(f.Secret, []byte("1234\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := f.Save(Header{Name: "run"}, nil); err == nil || !strings.Contains(err.Error(), f.Secret+" is not 32 bytes") {
		t.Errorf("error %v", err)
	}
}

// Nothing is written, read or removed through a link.
func TestLinks(t *testing.T) {
	f := folder(t)
	elsewhere := t.TempDir()
	if err := os.Symlink(elsewhere, f.Path); err != nil {
		t.Fatal(err)
	}
	_, _, loadErr := f.Load("run", "k")
	_, listErr := f.List()
	_, _, forgetErr := f.Forget("run", all)
	for what, err := range map[string]error{"Save": f.Save(Header{Name: "run", Key: "k"}, nil), "Load": loadErr, "List": listErr, "Forget": forgetErr, "Remove": f.Remove("run", "k")} {
		if err == nil || !strings.Contains(err.Error(), f.Path+" is a symbolic link") {
			t.Errorf("%s: error %v", what, err)
		}
	}
	if left, err := os.ReadDir(elsewhere); err != nil || len(left) > 0 {
		t.Errorf("the other folder has %v, error %v", left, err)
	}

	f = folder(t)
	target := filepath.Join(elsewhere, "target")
	if err := os.Mkdir(f.Path, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(target, filepath.Join(f.Path, ".gitignore")); err != nil {
		t.Fatal(err)
	}
	save(t, f, "run", "k", "v")
	if _, err := os.Stat(target); err == nil {
		t.Error("a file is made where a link leads")
	}
	if err := os.Rename(f.path("run", "k"), target); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(target, f.path("run", "k")); err != nil {
		t.Fatal(err)
	}
	if _, _, err := f.Load("run", "k"); err == nil || !strings.Contains(err.Error(), "it is no regular file") {
		t.Errorf("error %v", err)
	}
}

// What stands in the place of the folder is refused, and not waited for.
func TestNoFolder(t *testing.T) {
	for what, make := range map[string]func(path string) error{
		"a file": func(path string) error { return os.WriteFile(path, nil, 0o600) },
		"a pipe": func(path string) error { return syscall.Mkfifo(path, 0o600) },
		"a link to a link": func(path string) error {
			return errors.Join(os.Mkdir(path+"2", 0o700), os.Symlink(path+"2", path+"1"), os.Symlink(path+"1", path))
		},
	} {
		f := folder(t)
		if err := make(f.Path); err != nil {
			t.Fatal(err)
		}
		if err := f.Save(Header{Name: "run", Key: "k"}, nil); err == nil || !strings.Contains(err.Error(), f.Path) {
			t.Errorf("%s: Save: %v", what, err)
		}
		if _, _, err := f.Load("run", "k"); err == nil {
			t.Errorf("%s: Load reads it", what)
		}
		if left, err := os.ReadDir(f.Path + "2"); err == nil && len(left) > 0 {
			t.Errorf("%s: %v is written where it leads", what, left)
		}
	}
}

// A file that is larger than its header says is not read, whoever made it.
func TestSizeIsCheckedBeforeReading(t *testing.T) {
	f := folder(t)
	save(t, f, "run", "k", "v")
	path := f.path("run", "k")
	planted := filepath.Join(f.Path, "0"+suffix)
	if err := os.WriteFile(planted, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, p := range []string{path, planted} {
		if err := os.Truncate(p, 1<<30); err != nil {
			t.Fatal(err)
		}
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, _, err := f.Load("run", "k")
	if err == nil || !strings.Contains(err.Error(), "it has 1073741824 bytes, its header tells of ") {
		t.Errorf("error %v", err)
	}
	if _, err := f.List(); err != nil {
		t.Error(err)
	}
	runtime.ReadMemStats(&after)
	if took := after.TotalAlloc - before.TotalAlloc; took > 8<<20 {
		t.Errorf("it takes %d bytes of memory", took)
	}
}

func FuzzLoad(f *testing.F) {
	dir := f.TempDir()
	folder := Folder{Path: filepath.Join(dir, "kept"), Secret: filepath.Join(dir, "key")}
	// One secret for all processes of the fuzzer, so that they agree on what is good.
	if err := os.WriteFile(folder.Secret, []byte(strings.Repeat("5a", userkey.Size)), 0o600); err != nil {
		f.Fatal(err)
	}
	if err := folder.Save(Header{Name: "n", Key: "k"}, []byte("v")); err != nil {
		f.Fatal(err)
	}
	path := folder.path("n", "k")
	good, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add([]byte(magic))
	f.Fuzz(func(t *testing.T, b []byte) {
		if err := os.WriteFile(path, b, 0o644); err != nil {
			t.Fatal(err)
		}
		if _, _, err := folder.Load("n", "k"); (err == nil) != bytes.Equal(b, good) {
			t.Errorf("error %v", err)
		}
	})
}

// A link in the place of a kept file is replaced, not followed.
func TestLinkIsNotFollowed(t *testing.T) {
	f := folder(t)
	if err := f.Make(); err != nil {
		t.Fatal(err)
	}
	mine := filepath.Join(t.TempDir(), "mine")
	if err := errors.Join(os.WriteFile(mine, []byte("mine"), 0o600), os.Symlink(mine, f.path("n", "k"))); err != nil {
		t.Fatal(err)
	}
	if err := f.Save(Header{Name: "n", Key: "k"}, []byte("v")); err != nil {
		t.Fatal(err)
	}
	if b, err := os.ReadFile(mine); err != nil || string(b) != "mine" {
		t.Errorf("the file behind the link holds %q, %v", b, err)
	}
	if _, b, err := f.Load("n", "k"); err != nil || string(b) != "v" {
		t.Errorf("loaded %q, %v", b, err)
	}
}

// After any fault of the disk, a kill or a power loss, a value is the old or the
// new one; what was saved without an error is there.
func TestFaultsLoseNoValue(t *testing.T) {
	failed, saved := 0, 0
	faultydisk.Seeds(t, 300, func(seed uint64, dir string) error {
		f := Folder{Path: filepath.Join(dir, ".myogen"), Secret: filepath.Join(dir, "k.key")}
		d := faultydisk.New(seed, dir, 30)
		if err := f.Save(Header{Name: "n", Key: "k"}, []byte("0")); err != nil {
			return err
		}
		good, begun := 0, 0
		d.Run(func() {
			for i := 1; i <= 3; i++ {
				begun = i
				if err := f.Save(Header{Name: "n", Key: "k"}, []byte(strconv.Itoa(i))); err != nil {
					failed++
					return
				}
				good = i
				saved++
			}
		})
		if d.Random.IntN(2) == 0 {
			if err := d.PowerLoss(); err != nil {
				return err
			}
		}
		d.Restart()
		_, b, err := f.Load("n", "k")
		if err != nil {
			return err
		}
		if n, err := strconv.Atoi(string(b)); err != nil || n < good || n > begun {
			return fmt.Errorf("loaded %q, error %v; want %d to %d", b, err, good, begun)
		}
		var again error
		d.Run(func() { again = f.Save(Header{Name: "n", Key: "k"}, []byte("next")) })
		if entries, err := os.ReadDir(f.Path); again != nil || err != nil || len(entries) != 2 {
			return fmt.Errorf("the next save: %w; the folder holds %v, %w", again, entries, err)
		}
		return nil
	})
	if failed == 0 || saved == 0 {
		t.Errorf("%d saves failed, %d did not", failed, saved)
	}
}
