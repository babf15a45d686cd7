package jupyter

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestBuildMakesWhatIsMissingOnly(t *testing.T) {
	h := &Home{Data: t.TempDir()}
	made, version := 0, "1"
	file := filepath.Join(h.Data, "thing")
	var failure error
	parts := []part{{"thing", "a thing", func() string { return version },
		func(context.Context, runner) error {
			made++
			if failure != nil {
				return failure
			}
			return os.WriteFile(file, nil, 0o644)
		}, func() error { return exists(file) }}}
	for _, c := range []struct {
		name   string
		before func()
		made   int
		fails  bool
	}{
		{"first", func() {}, 1, false},
		{"again", func() {}, 1, false},
		{"another version", func() { version = "2" }, 2, false},
		{"file gone", func() { os.Remove(file) }, 3, false},
		{"stamp gone", func() { os.Remove(h.stamp(parts[0])) }, 4, false},
		{"failure", func() { os.Remove(file); failure = errors.New("no network") }, 5, true},
		{"after the failure", func() { failure = nil }, 6, false},
	} {
		c.before()
		before := made
		var out bytes.Buffer
		err := h.build(context.Background(), &out, parts)
		if (err != nil) != c.fails {
			t.Errorf("%s: error %v", c.name, err)
		}
		if made != c.made {
			t.Errorf("%s: made %d times, want %d", c.name, made, c.made)
		}
		if said := strings.Contains(out.String(), "[1/1] a thing ..."); said != (made > before) || !said && out.Len() > 0 {
			t.Errorf("%s: it was made: %v, and says %q", c.name, made > before, &out)
		}
	}
}

// program puts a shell script called name on an otherwise empty PATH.
func program(t *testing.T, name, script string) {
	t.Helper()
	dir := t.TempDir()
	if name != "" {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"+script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", dir)
}

func TestMissingPythonIsNamed(t *testing.T) {
	for _, c := range []struct{ name, program, script, want string }{
		{"none", "", "", "there is no python3 on the PATH; install Python 3.10"},
		{"no venv", "python3", "echo \"ModuleNotFoundError: No module named 'ensurepip'\"\nexit 1", "apt install python3-venv): ModuleNotFoundError"},
		{"too old", "python3", "echo 3.8 0", "python3 is version 3.8; 3.10 or newer is needed"},
		{"good", "python3", "echo 3.11 1", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			program(t, c.program, c.script)
			err := checkPython()
			if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("error %v, want %q", err, c.want)
			}
		})
	}
}

func TestFailedVenvLeavesNothing(t *testing.T) {
	h := &Home{Data: t.TempDir()}
	// An environment whose pip finds no network.
	program(t, "python3", `/bin/mkdir -p "$3/bin" && printf '#!/bin/sh\necho no route to host\nexit 1\n' > "$3/bin/pip" && /bin/chmod +x "$3/bin/pip"`)
	err := h.makeVenv(context.Background(), runner{&bytes.Buffer{}})
	if err == nil || !strings.Contains(err.Error(), "is there a network?") || !strings.Contains(err.Error(), "no route to host") {
		t.Errorf("error %v, want it to ask for the network and to say what pip said", err)
	}
	if _, err := os.Stat(filepath.Join(h.Data, "venv")); err == nil {
		t.Error("half an environment was left")
	}
}

func TestCheckSum(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	if err := os.WriteFile(path, []byte("abc"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := checkSum(path, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"); err != nil {
		t.Error(err)
	}
	if err := checkSum(path, "00"); err == nil || !strings.Contains(err.Error(), "ba7816bf") {
		t.Errorf("error %v, want it to name the checksum", err)
	}
}

func TestStoppedCommandSaysSo(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := (runner{&bytes.Buffer{}}).run(ctx, t.TempDir(), nil, "/bin/sh", "-c", "sleep 5"); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want context.Canceled", err)
	}
}

func TestSecondSetUpWaitsAndCanBeStopped(t *testing.T) {
	path := filepath.Join(t.TempDir(), "setup.lock")
	var out bytes.Buffer
	unlock, err := lock(context.Background(), &out, path)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
	defer cancel()
	if _, err := lock(ctx, &out, path); !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(out.String(), "another set-up runs") {
		t.Errorf("error %v and text %q, want it to wait, to say so and to stop", err, out.String())
	}
	unlock()
	if unlock, err = lock(context.Background(), &out, path); err != nil {
		t.Fatal(err)
	}
	unlock()
}
