package keep

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"gomyogen/kernel/env"
	"gomyogen/kernel/internal/keep/code"
	"gomyogen/myogen/format/atomicfile/faultydisk"
)

func checkpoint(t *testing.T) *Checkpoint {
	t.Helper()
	c, err := New(code.Package{}).Checkpoint("run", "key")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func writes(text string) func(string) error {
	return func(path string) error { return os.WriteFile(path, []byte(text), 0o600) }
}

// state returns what the next run would go on from.
func state(t *testing.T) (text string, err error) {
	t.Helper()
	err = checkpoint(t).Load(func(path string) error {
		b, err := os.ReadFile(path)
		text = string(b)
		return err
	}, nil)
	return text, err
}

// files returns the kept files, the last one first.
func files(t *testing.T) []string {
	t.Helper()
	f, err := Folder()
	if err != nil {
		t.Fatal(err)
	}
	all, err := f.List()
	if err != nil {
		t.Fatal(err)
	}
	var paths []string
	for _, e := range all {
		paths = append(paths, e.Path)
	}
	return paths
}

func TestCheckpoint(t *testing.T) {
	t.Setenv(env.NotebookDir, t.TempDir())
	t.Setenv(env.Data, t.TempDir())
	want := func(what, text string, n int) {
		t.Helper()
		if got, err := state(t); got != text || err != nil || len(files(t)) != n {
			t.Errorf("%s: the state is %q in %d files, error %v; want %q in %d", what, got, len(files(t)), err, text, n)
		}
	}
	want("before", "", 0)
	c := checkpoint(t)
	if err := c.SaveDue("at 1", 1, writes("early"), nil); err != nil {
		t.Error(err)
	}
	want("not due", "", 0)
	c.interval = 0
	for i, text := range []string{"1", "2", "3", "4"} {
		if err := c.SaveDue("at "+text, float64(i+1), writes(text), nil); err != nil {
			t.Error(err)
		}
		want("due", text, min(i+1, 2))
	}
	broken := errors.New("broken")
	if err := c.SaveDue("at 5", 5, func(string) error { return broken }, nil); !errors.Is(err, broken) {
		t.Errorf("error %v", err)
	}
	want("after an error", "4", 2)

	// The one before is used where the last one cannot be, once.
	refused, read := errors.New("refused"), ""
	err := checkpoint(t).Load(func(path string) error {
		b, err := os.ReadFile(path)
		if read += string(b); string(b) == "4" {
			return refused
		}
		return err
	}, nil)
	if err != nil || read != "43" {
		t.Errorf("read %q, error %v", read, err)
	}
	for _, path := range files(t) {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(string(b), "\n4") {
			if err := os.WriteFile(path, b[:len(b)-1], 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	want("the last one damaged", "3", 2)
	c = checkpoint(t)
	if err := c.Load(func(string) error { return nil }, nil); err != nil {
		t.Error(err)
	}
	if err := c.Save("stopped", 6, writes("end"), nil); err != nil {
		t.Error(err)
	}
	want("stopped", "end", 1)
	if err := os.WriteFile(files(t)[0], nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if text, err := state(t); err == nil || text != "" || !strings.Contains(err.Error(), "is damaged") {
		t.Errorf("the state is %q, error %v", text, err)
	}
	if err := c.Remove(); err != nil || len(files(t)) != 0 {
		t.Errorf("%d files are left, error %v", len(files(t)), err)
	}
}

// Of two kernels that make one run at once, the states of the one that is further stay,
// however they end.
func TestTwoKernelsOfOneRun(t *testing.T) {
	for _, c := range []struct {
		name  string
		saves string // by the kernels a and b: "a4" saves the state at 4, "A4" when it is stopped
		want  string
		ahead string // saves that are refused
	}{
		{"stopped behind", "a4 a9 B5", "9", "B5"},
		{"stopped ahead", "a4 b9 A5", "9", "A5"},
		{"both stopped", "A9 B4", "9", "B4"},
		{"both stopped, the other way", "A4 B9", "9", ""},
		{"in turns", "a1 b2 a3 b4 a5 b6", "6", ""},
		{"one catches up", "a5 b1 b4 b6 a7 B8", "8", ""},
		{"one stays behind", "a5 b1 a6 b2 a7 b3 B4 a8", "8", "B4"},
		{"equally far", "A5 B5", "5", ""},
	} {
		t.Setenv(env.NotebookDir, t.TempDir())
		t.Setenv(env.Data, t.TempDir())
		kernels := map[byte]*Checkpoint{'a': checkpoint(t), 'b': checkpoint(t)}
		refused := ""
		for _, k := range kernels {
			k.interval = 0
			if err := k.Load(func(string) error { return nil }, nil); err != nil {
				t.Fatal(err)
			}
		}
		for _, save := range strings.Fields(c.saves) {
			k, done := kernels[save[0]|0x20], float64(save[1]-'0')
			do := k.SaveDue
			if save[0] < 'a' {
				do = k.Save
			}
			err := do("at "+save[1:], done, writes(save[1:]), nil)
			var ahead *AheadError
			if errors.As(err, &ahead) {
				refused += save
				if !strings.Contains(err.Error(), "another kernel that makes the same run is further: it is at ") {
					t.Errorf("%s: %v", c.name, err)
				}
			} else if err != nil {
				t.Fatal(err)
			}
		}
		if got, err := state(t); got != c.want || refused != c.ahead || err != nil {
			t.Errorf("%s: the state is %q, want %q; refused is %q, want %q; error %v", c.name, got, c.want, refused, c.ahead, err)
		}
		// A later kernel, for which it cannot be read, begins again.
		later := checkpoint(t)
		later.interval = 0
		if err := later.Load(func(string) error { return errors.New("of another version") }, nil); err == nil {
			t.Error("it was read")
		}
		if err := later.SaveDue("at 1", 1, writes("1"), nil); err != nil {
			t.Fatal(err)
		}
		if got, err := state(t); got != "1" || err != nil {
			t.Errorf("%s: the state of a later kernel is %q, error %v", c.name, got, err)
		}
	}
}

// A program that is killed at any moment leaves a state, and never an older one
// than it left before.
func TestKilledAtACheckpoint(t *testing.T) {
	if os.Getenv("KEEP_TEST_WRITER") != "" {
		c := checkpoint(t)
		c.interval = 0
		n := 0
		if err := c.Load(func(path string) error {
			b, err := os.ReadFile(path)
			if err == nil {
				n, err = strconv.Atoi(strings.TrimSpace(string(b)))
			}
			return err
		}, nil); err != nil {
			t.Fatal(err)
		}
		for {
			n++
			if err := c.SaveDue("", float64(n), writes(strconv.Itoa(n)+strings.Repeat(" ", 1<<20)), nil); err != nil {
				t.Fatal(err)
			}
		}
	}
	dir, data := t.TempDir(), t.TempDir()
	t.Setenv(env.NotebookDir, dir)
	t.Setenv(env.Data, data)
	last := 0
	for kill := range 8 {
		before := stamps(t, dir)
		cmd := exec.Command(os.Args[0], "-test.run=^TestKilledAtACheckpoint$")
		cmd.Env = append(os.Environ(), "KEEP_TEST_WRITER=1", "TMPDIR="+filepath.Join(dir))
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		for end := time.Now().Add(3 * time.Minute); stamps(t, dir) == before; time.Sleep(time.Millisecond) { // it has begun
			if time.Now().After(end) {
				t.Fatalf("kill %d: no program came to its first checkpoint", kill)
			}
		}
		time.Sleep(time.Duration(13*kill) * time.Millisecond)
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait() // it was killed
		text, err := state(t)
		n, numErr := strconv.Atoi(strings.TrimSpace(text))
		if err != nil || numErr != nil || n < max(last, 1) {
			t.Fatalf("kill %d: the state is %.20q after %d, error %v", kill, text, last, err)
		}
		last = n
	}
}

// stamps tells one set of kept files in a notebook's folder from another.
func stamps(t *testing.T, dir string) (all string) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "*", "*.kept"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		if info, err := os.Lstat(path); err == nil {
			all += fmt.Sprintln(path, info.ModTime())
		}
	}
	return all
}

// After any fault of the disk, a kill or a power loss, and whatever the clock
// says, a run goes on from the last state that was saved without an error, or
// from one that was begun later.
func TestFaultsLoseNoState(t *testing.T) {
	failed, loaded := 0, 0
	faultydisk.Seeds(t, 100, func(seed uint64, dir string) error {
		t.Setenv(env.NotebookDir, dir)
		t.Setenv(env.Data, dir)
		d := faultydisk.New(seed, dir, 60)
		good, begun := 0, 0
		for range 2 { // two cells, the second of which finds the states of the first
			var err error
			d.Run(func() {
				var c *Checkpoint
				if c, err = New(code.Package{}).Checkpoint("run", "key"); err != nil {
					return
				}
				c.interval = time.Minute
				if err = c.Load(func(string) error { return nil }, nil); err != nil {
					return
				}
				for range 5 {
					due := false
					err = c.SaveDue("", float64(begun), func(path string) error {
						begun++
						due = true
						return writes(strconv.Itoa(begun))(path)
					}, nil)
					if err != nil {
						return
					}
					if due {
						good = begun
					}
				}
			})
			if err != nil {
				failed++
			}
			if d.Random.IntN(2) == 0 {
				if err := d.PowerLoss(); err != nil {
					return err
				}
			}
			d.Restart()
			text := ""
			d.Run(func() { text, err = state(t) })
			if err != nil {
				return err
			}
			if n, _ := strconv.Atoi(text); n < good || n > begun {
				return fmt.Errorf("it goes on from %q, want %d to %d", text, good, begun)
			}
			if text != "" {
				loaded++
			}
		}
		return nil
	})
	if failed == 0 || loaded == 0 {
		t.Errorf("%d runs failed, %d went on", failed, loaded)
	}
}

// The copy of a state is looked at, each 64 kB that are summed or written, and can be
// stopped; the state of before is then still there.
func TestStopInTheCopy(t *testing.T) {
	t.Setenv(env.NotebookDir, t.TempDir())
	t.Setenv(env.Data, t.TempDir())
	c := checkpoint(t)
	const size = 3 << 20
	write := func(text string) func(path string) error {
		return func(path string) error {
			return os.WriteFile(path, []byte(text+strings.Repeat(" ", size-len(text))), 0o600)
		}
	}
	looks, most := 0, 1<<30
	stopped := errors.New("stopped")
	look := func(done, total int) error {
		if done < 0 || total != 2*size {
			t.Errorf("%d of %d bytes", done, total)
		}
		if looks++; looks > most {
			return stopped
		}
		return nil
	}
	if err := c.Save("", 1, write("first"), look); err != nil || looks < 2*size>>16 {
		t.Fatalf("%v after %d looks", err, looks)
	}
	whole := 2 * size >> 16 // a slow disk is looked at more often
	for i := range 8 {
		looks, most = 0, i*whole/8
		if err := c.Save("", 2, write("next"), look); !errors.Is(err, stopped) || looks > most+2 {
			t.Errorf("after %d looks of %d: %v", looks, most, err)
		}
		if text, err := state(t); err != nil || !strings.HasPrefix(text, "first") {
			t.Errorf("stopped after %d looks the state is %.5q, %v", most, text, err)
		}
	}
	// So it is when the state is loaded: it is read and summed, and written to a file.
	load := func() (read bool, err error) {
		err = checkpoint(t).Load(func(string) error { read = true; return nil }, func(done, total int) error {
			if done < 0 || done > total || total != size {
				t.Errorf("%d of %d bytes", done, total)
			}
			if looks++; looks > most {
				return stopped
			}
			return nil
		})
		return read, err
	}
	looks, most = 0, 1<<30
	if read, err := load(); !read || err != nil || looks < 2*size>>16 {
		t.Fatalf("loaded: %v, %v after %d looks", read, err, looks)
	}
	for i := range 8 {
		looks, most = 0, i*whole/8
		if read, err := load(); read || !errors.Is(err, stopped) || looks > most+2 {
			t.Errorf("loaded: after %d looks of %d: %v, %v", looks, most, read, err)
		}
	}
}
