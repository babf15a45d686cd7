//go:build unix

package jupyter

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestBuildMakesWhatIsMissingOnly(t *testing.T) {
	h := &Home{Data: t.TempDir()}
	made, version := 0, "1"
	file := filepath.Join(h.Data, "thing")
	var failure error
	parts := []part{{"thing", "a thing", func() string { return version },
		func(context.Context, runner) ([]string, error) {
			made++
			if failure != nil {
				return nil, failure
			}
			return []string{file}, os.WriteFile(file, []byte("thing"), 0o644)
		}}}
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
		{"stamp gone", func() { os.Remove(h.stampFile(parts[0])) }, 4, false},
		{"stamp broken", func() { os.WriteFile(h.stampFile(parts[0]), []byte("{"), 0o644) }, 5, false},
		{"file emptied", func() { os.WriteFile(file, nil, 0o644) }, 6, false},
		{"file changed", func() { os.WriteFile(file, []byte("another"), 0o644) }, 7, false},
		{"failure", func() { os.Remove(file); failure = errors.New("no network") }, 8, true},
		{"after the failure", func() { failure = nil }, 9, false},
	} {
		c.before()
		before := made
		var out bytes.Buffer
		err := h.build(context.Background(), &out, parts, false)
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

// Every kind of damage to every file of a part is named, and mended. A bit that
// flips without a trace in the file's time is found when all is read.
func TestDamageIsNamedAndMended(t *testing.T) {
	h := &Home{Data: t.TempDir()}
	program, module, link := filepath.Join(h.Data, "gonb"), filepath.Join(h.Data, "lib", "nb", "__init__.py"), filepath.Join(h.Data, "go")
	empty, compiled := filepath.Join(filepath.Dir(module), "empty.py"), filepath.Join(filepath.Dir(module), "__pycache__", "__init__.cpython-313.pyc")
	parts := []part{
		{"other", "another thing", func() string { return "" }, func(context.Context, runner) ([]string, error) {
			return []string{filepath.Join(h.Data, "other")}, os.WriteFile(filepath.Join(h.Data, "other"), nil, 0o644)
		}},
		{"thing", "a thing", func() string { return "1" }, func(context.Context, runner) ([]string, error) {
			for _, file := range []string{program, module, empty, link, compiled} { // with their permissions
				_ = os.Remove(file)
			}
			return []string{program, filepath.Join(h.Data, "lib"), link}, errors.Join(os.WriteFile(program, []byte("program"), 0o755), os.MkdirAll(filepath.Dir(compiled), 0o755),
				os.WriteFile(module, []byte("import os"), 0o644), os.WriteFile(empty, nil, 0o644), os.WriteFile(compiled, nil, 0o644), os.Symlink("gonb", link))
		}},
	}
	if err := h.build(context.Background(), &bytes.Buffer{}, parts, true); err != nil {
		t.Fatal(err)
	}
	put := func(name string) func() error {
		return func() error {
			path := filepath.Join(h.Data, name)
			return errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, nil, 0o755))
		}
	}
	restamp := func(edit func(*stampText)) func() error { // what remains of the stamp is valid
		return func() error {
			var s stampText
			text, err := os.ReadFile(h.stampFile(parts[1]))
			if err = errors.Join(err, json.Unmarshal(text, &s)); err != nil {
				return err
			}
			edit(&s)
			text, err = json.Marshal(s)
			return errors.Join(err, os.WriteFile(h.stampFile(parts[1]), text, 0o644))
		}
	}
	for name, c := range map[string]struct {
		damage func() error
		want   string
		hidden bool
	}{
		"truncated":      {func() error { return os.Truncate(program, 3) }, program + " is not as it was made", false},
		"emptied":        {func() error { return os.WriteFile(module, nil, 0o644) }, module + " is not as it was made", false},
		"gone":           {func() error { return os.Remove(module) }, module + " is missing", false},
		"folder gone":    {func() error { return os.RemoveAll(filepath.Dir(module)) }, module + " is missing", false},
		"link gone":      {func() error { return os.Remove(link) }, link + " is missing", false},
		"link elsewhere": {func() error { return errors.Join(os.Remove(link), os.Symlink("lib", link)) }, link + " is not as it was made", false},
		"link to none":   {func() error { return errors.Join(os.Remove(link), os.Symlink("none", link)) }, link + " is missing", false},
		"rewritten": {func() error {
			return errors.Join(os.WriteFile(program, []byte("Program"), 0o755), os.Chtimes(program, time.Time{}, time.Now().Add(time.Hour)))
		}, program + " is not as it was made", false},
		"a pipe":           {func() error { return errors.Join(os.Remove(empty), syscall.Mkfifo(empty, 0o644)) }, empty + " cannot be read: it is no regular file", false},
		"a folder":         {func() error { return errors.Join(os.Remove(empty), os.Mkdir(empty, 0o755)) }, empty + " cannot be read: it is no regular file", false},
		"a link to itself": {func() error { return errors.Join(os.Remove(module), os.Symlink("__init__.py", module)) }, module + " cannot be read", false},
		"a link to the same": {func() error {
			return errors.Join(os.Rename(module, module+".moved"), os.Symlink(module+".moved", module))
		}, module + " is not as it was made", false},
		"not executable": {func() error { return os.Chmod(program, 0o644) }, program + " has other permissions, -rw-r--r--, not -rwxr-xr-x", false},
		"unreadable":     {func() error { return os.Chmod(module, 0) }, module + " has other permissions", false},
		"for all":        {func() error { return os.Chmod(module, 0o666) }, module + " has other permissions", false},
		"shadowed by a package": {func() error {
			dir := strings.TrimSuffix(empty, ".py")
			return errors.Join(os.Mkdir(dir, 0o755), os.WriteFile(filepath.Join(dir, "__init__.py"), nil, 0o644))
		}, strings.TrimSuffix(empty, ".py") + " was not made by the set-up", true},
		"shadowed by a library":    {put("lib/nb/empty.cpython-313.so"), "empty.cpython-313.so was not made by the set-up", true},
		"run at each start":        {put("lib/sitecustomize.py"), "sitecustomize.py was not made by the set-up", true},
		"run at each user's start": {put("lib/usercustomize.py"), "usercustomize.py was not made by the set-up", true},
		"lines for each start":     {put("lib/nb/evil.pth"), "evil.pth was not made by the set-up", true},
		"compiled code":            {put("lib/nb/__pycache__/empty.cpython-313.pyc"), "empty.cpython-313.pyc was not made by the set-up", true},
		"another module":           {put("lib/deep/er/other.py"), filepath.Join(h.Data, "lib", "deep") + " was not made by the set-up", true},
		"a configuration":          {put("lib/etc/jupyter/jupyter_server_config.py"), "lib/etc was not made by the set-up", true},
		"another program":          {put("lib/ls"), "lib/ls was not made by the set-up", true},
		"a link to a program":      {func() error { return os.Symlink("/bin/true", filepath.Join(h.Data, "lib", "git")) }, "lib/git was not made by the set-up", true},
		"a folder that is a link": {func() error {
			dir := filepath.Dir(module)
			return errors.Join(os.Rename(dir, dir+"-moved"), os.Symlink(dir+"-moved", dir))
		}, "lib/nb was not made by the set-up", true},
		"a stamp of fewer files": {restamp(func(s *stampText) { delete(s.Files, "gonb") }), "thing.stamp is not as it was made", false},
		"a stamp of no folder":   {restamp(func(s *stampText) { s.Folders = nil }), "thing.stamp is not as it was made", false},
		"a stamp of no sum":      {restamp(func(s *stampText) { s.Sum = "" }), "thing.stamp is not as it was made", false},
		"a stamp of another part": {func() error {
			text, err := os.ReadFile(h.stampFile(parts[0]))
			return errors.Join(err, os.WriteFile(h.stampFile(parts[1]), text, 0o644))
		}, "thing.stamp is not as it was made", false},
		"a stamp that is a pipe": {func() error {
			return errors.Join(os.Remove(h.stampFile(parts[1])), syscall.Mkfifo(h.stampFile(parts[1]), 0o644))
		}, "thing.stamp cannot be read: ", false},
		"a stamp that is cut": {func() error { return os.Truncate(h.stampFile(parts[1]), 9) }, "thing.stamp is not as it was made", false},
		"a stamp without a digest": {func() error {
			return os.WriteFile(h.stampFile(parts[1]), []byte(`{"from": "1", "files": {"gonb": null}}`), 0o644)
		}, "thing.stamp is not as it was made", false},
		"a stamp of files elsewhere": {func() error {
			return os.WriteFile(h.stampFile(parts[1]), []byte(`{"from": "1", "files": {"../mine": {"sha256": "00"}}}`), 0o644)
		}, "thing.stamp is not as it was made", false},
		"a bit flipped": {func() error {
			info, err := os.Stat(program)
			return errors.Join(err, os.WriteFile(program, []byte("prograM"), 0o755), os.Chtimes(program, time.Time{}, info.ModTime()))
		}, program + " is not as it was made", true},
	} {
		if err := c.damage(); err != nil {
			t.Fatal(err)
		}
		if err := h.ready(parts[1], true); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %q", name, err, c.want)
		}
		if err := h.ready(parts[1], false); (err == nil) != c.hidden {
			t.Errorf("%s: without reading all: error %v", name, err)
		}
		var out bytes.Buffer
		if err := h.build(context.Background(), &out, parts, true); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(out.String(), c.want) || strings.Contains(out.String(), "another thing") {
			t.Errorf("%s: it says %q, want %q and nothing of another thing", name, out.String(), c.want)
		}
		if err := h.ready(parts[1], true); err != nil {
			t.Errorf("%s: mended, but %v", name, err)
		}
	}
}

// A folder that its owner may not write to is named, or mended where set-up made it.
func TestPermissions(t *testing.T) {
	h := &Home{Data: t.TempDir()}
	lib := filepath.Join(h.Data, "lib")
	p := part{"thing", "a thing", func() string { return "1" }, func(context.Context, runner) ([]string, error) {
		return []string{lib}, errors.Join(removeAll(lib), os.Mkdir(lib, 0o755), os.WriteFile(filepath.Join(lib, "a.py"), nil, 0o644))
	}}
	if os.Geteuid() == 0 { // whom permissions do not bind
		const nobody = 65534
		if err := errors.Join(os.Chmod(filepath.Dir(h.Data), 0o755), os.Chown(h.Data, nobody, nobody), syscall.Setreuid(-1, nobody)); err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := syscall.Setreuid(-1, 0); err != nil {
				t.Fatal(err)
			}
		}()
	}
	build := func() error { return h.denied(h.build(context.Background(), &bytes.Buffer{}, []part{p}, true)) }
	if err := build(); err != nil {
		t.Fatal(err)
	}
	evil := filepath.Join(lib, "evil.pth")
	if err := errors.Join(os.WriteFile(evil, nil, 0o644), os.Chmod(lib, 0o555)); err != nil {
		t.Fatal(err)
	}
	if err := build(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(evil); err == nil {
		t.Error("what set-up did not make is still there")
	}
	for name, damage := range map[string]func() error{
		"a folder that is not the user's": func() error { return os.Chmod(h.Data, 0o555) },
		"a folder that cannot be entered": func() error { return os.Chmod(h.Data, 0) },
	} {
		if err := damage(); err != nil {
			t.Fatal(err)
		}
		want := h.Data + " must be a folder in which you may write"
		if _, err := h.begin(context.Background(), &bytes.Buffer{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %q", name, err, want)
		}
		p.id += "x"
		if err := build(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %q", name, err, want)
		}
		if err := os.Chmod(h.Data, 0o755); err != nil {
			t.Fatal(err)
		}
	}
}

// Python imports nothing from the folder in which a command is typed.
func TestForeignModulesAreNotImported(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, name := range []string{"venv.py", "ensurepip.py"} {
		if err := os.WriteFile(name, []byte("open('ran', 'w')"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := checkPython(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat("ran"); err == nil {
		t.Error("a module beside was run")
	}
}

// JupyterLab imports the modules of the set-up alone, wherever a script of this name
// stands and whatever the user has set.
func TestLabIsIsolated(t *testing.T) {
	t.Setenv("PYTHONPATH", "/none")
	t.Setenv("PYTHONHOME", "/none")
	t.Setenv("PYTHONSTARTUP", "/none.py")
	h := &Home{Data: t.TempDir()}
	if err := os.MkdirAll(filepath.Dir(h.Python("python")), 0o755); err != nil {
		t.Fatal(err)
	}
	// Instead of JupyterLab, a module of the standard library that one beside would replace.
	if err := errors.Join(os.WriteFile(h.Python("json.py"), []byte("raise SystemExit('foreign')"), 0o644),
		os.WriteFile(h.Python("python"), []byte("#!/bin/sh\n[ \"$1 $2 $3\" = '-I -m jupyterlab' ] && exec python3 \"$1\" \"$2\" json.tool </dev/null\n"), 0o755)); err != nil {
		t.Fatal(err)
	}
	cmd := h.LabCommand(context.Background(), t.TempDir())
	cmd.Dir = filepath.Dir(h.Python("python"))
	if out, _ := cmd.CombinedOutput(); !strings.Contains(string(out), "Expecting value") {
		t.Errorf("it says %q", out)
	}
	for _, v := range cmd.Env {
		if strings.HasPrefix(v, "PYTHON") && v != "PYTHONNOUSERSITE=1" {
			t.Errorf("the environment has %s", v)
		}
	}
}

// Half-made things of set-ups that were killed are removed by the next one, the
// environment in use stays.
func TestLeftoversAreSweptAway(t *testing.T) {
	h := &Home{Data: t.TempDir()}
	for _, dir := range []string{"venv-1", "venv-2", "new-3"} {
		if err := os.MkdirAll(filepath.Join(h.Data, dir, "lib"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(os.Symlink("venv-2", h.venv()), h.sweep()); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(h.Data)
	if err != nil || len(entries) != 2 || entries[0].Name() != "venv" || entries[1].Name() != "venv-2" {
		t.Errorf("there are %v (error %v), want venv and venv-2", entries, err)
	}
}

// What remove did not make stays, also where it would have made it.
func TestRemove(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("XDG_CONFIG_HOME", "")
	// Go's telemetry would write there in a process of its own, after the test.
	mode := filepath.Join(home, ".config", "go", "telemetry", "mode")
	if err := errors.Join(os.MkdirAll(filepath.Dir(mode), 0o755), os.WriteFile(mode, []byte("off"), 0o644)); err != nil {
		t.Fatal(err)
	}
	h := &Home{Data: filepath.Join(t.TempDir(), "data"), Module: "/clone"}
	put := func(names ...string) {
		t.Helper()
		for _, name := range names {
			path := filepath.Join(h.Data, name)
			if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, nil, 0o644)); err != nil {
				t.Fatal(err)
			}
		}
	}
	put("setup.lock", "bin/gonb", "bin/mine", "notes.txt", "venv-1/bin/python", "tools.stamp", "stamp.key", "tmp/k-1/main.go")
	var out bytes.Buffer
	if err := h.Remove(context.Background(), &out); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "what else is there stays: bin and 1 more") {
		t.Errorf("it says %q", out.String())
	}
	for name, there := range map[string]bool{"bin/mine": true, "notes.txt": true, "bin/gonb": false, "venv-1": false, "tools.stamp": false, "stamp.key": false, "tmp": false, "setup.lock": false} {
		if _, err := os.Stat(filepath.Join(h.Data, name)); (err == nil) != there {
			t.Errorf("%s is there: %v, want %v", name, err == nil, there)
		}
	}
	if err := h.Remove(context.Background(), &out); err == nil || !strings.Contains(err.Error(), "not a folder that set-up made") {
		t.Errorf("a folder of others: error %v", err)
	}
	// Also where a link leads there, and the folder's name looks like a pattern.
	real := filepath.Join(t.TempDir(), "da[t]a*")
	h.Data = filepath.Join(t.TempDir(), "data?")
	if err := errors.Join(os.Mkdir(real, 0o755), os.Symlink(real, h.Data)); err != nil {
		t.Fatal(err)
	}
	put("setup.lock", "venv-1/bin/python", "bin/gonb", "bin/launcher", "bin/front", "history.jsonl", "stand-ins/go", "cache.stamp")
	out.Reset()
	if err := h.Remove(context.Background(), &out); err != nil || !strings.Contains(out.String(), "removed "+h.Data) || !strings.Contains(out.String(), "what stays, and why") {
		t.Errorf("error %v, it says %q", err, out.String())
	}
	for _, path := range []string{h.Data, real} {
		if _, err := os.Lstat(path); err == nil {
			t.Errorf("%s is still there", path)
		}
	}
}

// Settings for other work do not reach what set-up runs.
func TestEnvironmentIsOurs(t *testing.T) {
	for name, value := range map[string]string{"GOFLAGS": "-mod=vendor", "GOWORK": "/none/go.work", "GO111MODULE": "off", "GOOS": "plan9", "GOARCH": "mips", "GOEXPERIMENT": "nothing", "CGO_ENABLED": "1", "CGO_CFLAGS": "-x",
		"GOBIN": "bin", "PYTHONPATH": "/none", "PYTHONHOME": "/none", "PIP_TARGET": "/none", "PIP_USER": "1", "PIP_REQUIRE_VIRTUALENV": "1"} {
		t.Setenv(name, value)
	}
	dir := t.TempDir()
	if err := errors.Join(os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module m\n"), 0o644), os.WriteFile(filepath.Join(dir, "main.go"), []byte("package main\n\nfunc main() {}\n"), 0o644)); err != nil {
		t.Fatal(err)
	}
	r := runner{&bytes.Buffer{}}
	if err := r.run(context.Background(), dir, goEnv(), "go", "build", "-o", "program", "."); err != nil {
		t.Error(err)
	}
	if err := r.run(context.Background(), dir, goEnv(), filepath.Join(dir, "program")); err != nil {
		t.Errorf("it is not of this machine: %v", err)
	}
	if err := r.run(context.Background(), dir, pythonEnv(), "python3", "-c", "import os, sys, json; sys.exit(any(k.startswith('PIP_T') or k in ('PIP_USER', 'PYTHONPATH') for k in os.environ))"); err != nil {
		t.Error(err)
	}
	if _, err := Find(); err != nil {
		t.Error(err)
	}
}

// A program that is stopped takes along what it started.
func TestStopEndsTheWholeGroup(t *testing.T) {
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() {
		done <- runner{&bytes.Buffer{}}.run(ctx, dir, os.Environ(), "/bin/sh", "-c", "sleep 1000 & echo $! > pid.new; mv pid.new pid; wait")
	}()
	child := waitForPid(t, filepath.Join(dir, "pid"))
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want context.Canceled", err)
	}
	if !endsSoon(child) {
		t.Error("what the program started lives on")
	}
}

// What a set-up runs ends when the set-up is killed, and what that started.
func TestChildrenDieWithTheirParent(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux ends the children of a killed process")
	}
	if dir := os.Getenv("MYOGEN_TEST_PARENT"); dir != "" { // the set-up
		_ = runner{&bytes.Buffer{}}.run(context.Background(), dir, os.Environ(), "/bin/sh", "-c", "sleep 1000 & echo $! > pid.new; mv pid.new pid; wait")
		return
	}
	dir := t.TempDir()
	parent := exec.Command(os.Args[0], "-test.run=^TestChildrenDieWithTheirParent$")
	parent.Env = append(os.Environ(), "MYOGEN_TEST_PARENT="+dir)
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	child := waitForPid(t, filepath.Join(dir, "pid"))
	_ = errors.Join(parent.Process.Kill(), parent.Wait()) // it was killed
	if !endsSoon(child) {
		t.Error("the program lives on")
	}
}

// patience is how long a program may take on a slow machine that does other work, too.
const patience = 3 * time.Minute

func waitForPid(t *testing.T, path string) int {
	t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if b, err := os.ReadFile(path); err == nil {
			pid, err := strconv.Atoi(strings.TrimSpace(string(b)))
			if err != nil {
				t.Fatal(err)
			}
			return pid
		}
	}
	t.Fatal("the program did not start")
	return 0
}

// endsSoon reports whether a process ends; a zombie has ended.
func endsSoon(pid int) bool {
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		state, err := exec.Command("ps", "-o", "stat=", "-p", strconv.Itoa(pid)).Output()
		if err != nil || strings.HasPrefix(string(state), "Z") {
			return true
		}
	}
	return false
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

func TestFailedVenvLeavesTheOldOne(t *testing.T) {
	h := &Home{Data: t.TempDir()}
	old := filepath.Join(h.Data, "venv-1")
	if err := errors.Join(os.Mkdir(old, 0o755), os.Symlink("venv-1", h.venv())); err != nil {
		t.Fatal(err)
	}
	// An environment whose pip finds no network.
	program(t, "python3", `/bin/mkdir -p "$4/bin" && printf '#!/bin/sh\necho no route to host\nexit 1\n' > "$4/bin/python" && /bin/chmod +x "$4/bin/python"`)
	_, err := h.makeVenv(context.Background(), runner{&bytes.Buffer{}})
	if err == nil || !strings.Contains(err.Error(), "is there a network?") || !strings.Contains(err.Error(), "no route to host") {
		t.Errorf("error %v, want it to ask for the network and to say what pip said", err)
	}
	entries, err := os.ReadDir(h.Data)
	if err != nil || len(entries) != 2 || entries[1].Name() != "venv-1" {
		t.Errorf("there are %v (error %v), want the old environment and its link", entries, err)
	}
}

// A new environment takes the place of the old one in one step, also of one that
// was a folder of its own.
func TestNewVenvTakesThePlace(t *testing.T) {
	h := &Home{Data: t.TempDir()}
	if err := os.MkdirAll(filepath.Join(h.venv(), "bin"), 0o755); err != nil {
		t.Fatal(err)
	}
	program(t, "python3", `/bin/mkdir -p "$4/bin" && printf '#!/bin/sh\nexit 0\n' > "$4/bin/python" && /bin/chmod +x "$4/bin/python"`)
	for range 2 {
		if _, err := h.makeVenv(context.Background(), runner{&bytes.Buffer{}}); err != nil {
			t.Fatal(err)
		}
		entries, err := os.ReadDir(h.Data)
		if err != nil || len(entries) != 2 {
			t.Errorf("there are %v (error %v), want one environment and its link", entries, err)
		}
		if _, err := os.Stat(h.Python("python")); err != nil {
			t.Error(err)
		}
	}
}

// Every package is pinned, with its checksums.
func TestRequirementsAreLocked(t *testing.T) {
	for name, text := range map[string]string{"requirements.txt": requirements, "node.txt": nodeRequirements} {
		lines := strings.Split(strings.ReplaceAll(text, "\\\n", ""), "\n")
		packages := 0
		for _, line := range lines {
			if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "#") {
				continue
			}
			packages++
			if !strings.Contains(line, "==") || !strings.Contains(line, "--hash=sha256:") {
				t.Errorf("%s: %.60s is not pinned with a checksum", name, line)
			}
		}
		if packages < 2 {
			t.Errorf("%s has %d packages", name, packages)
		}
	}
	var lock struct {
		Packages map[string]struct{ Version, Integrity, Resolved string }
	}
	if err := json.Unmarshal(npmFile("package-lock.json"), &lock); err != nil {
		t.Fatal(err)
	}
	for name, p := range lock.Packages {
		if name != "" && (p.Version == "" || !strings.HasPrefix(p.Integrity, "sha512-") || p.Resolved != "") {
			t.Errorf("npm: %s has version %q and checksum %q", name, p.Version, p.Integrity)
		}
	}
	if p := lock.Packages["node_modules/echarts"]; p.Version != echartsVersion {
		t.Errorf("the lock has ECharts %s, want %s", p.Version, echartsVersion)
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
	if err := (runner{&bytes.Buffer{}}).run(ctx, t.TempDir(), os.Environ(), "/bin/sh", "-c", "sleep 5"); !errors.Is(err, context.Canceled) {
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
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	said := writerFunc(func(b []byte) (int, error) {
		cancel() // as soon as it says so
		return out.Write(b)
	})
	if _, err := lock(ctx, said, path); !errors.Is(err, context.Canceled) || !strings.Contains(out.String(), "another set-up runs") {
		t.Errorf("error %v and text %q, want it to wait, to say so and to stop", err, out.String())
	}
	unlock()
	if unlock, err = lock(context.Background(), &out, path); err != nil {
		t.Fatal(err)
	}
	unlock()
}

type writerFunc func(b []byte) (int, error)

func (f writerFunc) Write(b []byte) (int, error) { return f(b) }
