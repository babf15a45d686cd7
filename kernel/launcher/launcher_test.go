//go:build unix

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"gomyogen/kernel/env"
)

// build makes the launcher and a base folder, short enough for a socket.
func build(t *testing.T) (launcher, base string) {
	t.Helper()
	dir, err := os.MkdirTemp("", "l-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	launcher = filepath.Join(dir, "launcher")
	if err := os.Link(filepath.Join(built, "launcher"), launcher); err != nil {
		t.Fatal(err)
	}
	return launcher, filepath.Join(dir, "tmp")
}

// built is the folder of the launcher that all tests run.
var built string

func TestMain(m *testing.M) {
	os.Exit(func() int {
		var err error
		if built, err = os.MkdirTemp("", "l-"); err != nil {
			panic(err)
		}
		defer os.RemoveAll(built)
		if out, err := exec.Command("go", "build", "-o", filepath.Join(built, "launcher"), ".").CombinedOutput(); err != nil {
			panic(fmt.Sprintf("%v\n%s", err, out))
		}
		return m.Run()
	}())
}

// start starts a kernel that says where it is and then sleeps.
func start(t *testing.T, launcher, base, script string) (cmd *exec.Cmd, dir string) {
	t.Helper()
	cmd = exec.Command(launcher, "sh", "-c", script)
	cmd.Env = append(os.Environ(), "MYOGEN_TMP="+base)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	dir = filepath.Join(base, fmt.Sprint(kernelPrefix, cmd.Process.Pid))
	wait(t, "the kernel starts", func() bool {
		_, err := os.Stat(filepath.Join(dir, "ready"))
		return err == nil
	})
	return cmd, dir
}

func wait(t *testing.T, what string, done func() bool) {
	t.Helper()
	const patience = 3 * time.Minute // on a slow machine that does other work, too
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if done() {
			return
		}
	}
	t.Fatalf("%s: not within %v", what, patience)
}

func gone(dir string) func() bool {
	return func() bool {
		_, err := os.Stat(dir)
		return os.IsNotExist(err)
	}
}

// running tells whether a program runs from dir.
func running(t *testing.T, dir string) bool {
	t.Helper()
	all, err := processes()
	if err != nil {
		t.Fatal(err)
	}
	for _, args := range all {
		if strings.HasPrefix(args[0], dir+"/") {
			return true
		}
	}
	return false
}

// The kernel keeps its process id and its arguments, has a folder of its own
// and leaves nothing, whether it ends or is killed with a cell running.
func TestAKernelLeavesNothing(t *testing.T) {
	launcher, base := build(t)
	sleep, err := exec.LookPath("sleep")
	if err != nil {
		t.Skip("there is no sleep")
	}
	script := `cp ` + sleep + ` "$TMPDIR/cell"; mkfifo "$TMPDIR/pipe"; "$TMPDIR/cell" 600 & echo a line of the log >&2; echo $$ > "$TMPDIR/ready"; `
	for name, c := range map[string]struct {
		then string
		end  func(c *exec.Cmd, dir string) error
	}{
		"ends": {`while [ ! -e "$TMPDIR/end" ]; do sleep 0.02; done; kill $!`, func(_ *exec.Cmd, dir string) error {
			return os.WriteFile(filepath.Join(dir, "end"), nil, 0o600)
		}},
		"killed": {"wait", func(c *exec.Cmd, _ string) error { return c.Process.Kill() }},
		"asked":  {"wait", func(c *exec.Cmd, _ string) error { return c.Process.Signal(syscall.SIGTERM) }},
	} {
		cmd, dir := start(t, launcher, base, script+c.then)
		wait(t, name+": the program has the launcher's process id", func() bool {
			b, _ := os.ReadFile(filepath.Join(dir, "ready"))
			return strings.TrimSpace(string(b)) == fmt.Sprint(cmd.Process.Pid)
		})
		if err := c.end(cmd, dir); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait() // it was ended
		wait(t, name+": the folder goes", gone(dir))
		// A killed program is gone when the system has cleared it away.
		wait(t, name+": the cell's program ends", func() bool { return !running(t, dir) })
	}
	if b, err := os.ReadFile(filepath.Join(base, logName)); err != nil || string(b) != "a line of the log\n" {
		t.Errorf("the last log is %q, error %v", b, err)
	}
}

// A kernel whose Jupyter died ends.
func TestJupyterDies(t *testing.T) {
	launcher, base := build(t)
	script := `JPY_PARENT_PID=$$ ` + launcher + ` sh -c 'touch "$TMPDIR/ready"; exec sleep 600' & echo $!; exec sleep 600`
	jupyter := exec.Command("sh", "-c", script)
	jupyter.Env = append(os.Environ(), "MYOGEN_TMP="+base)
	out, err := jupyter.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := jupyter.Start(); err != nil {
		t.Fatal(err)
	}
	var pid int
	if _, err := fmt.Fscan(out, &pid); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(base, fmt.Sprint(kernelPrefix, pid))
	wait(t, "the kernel starts", func() bool { return !gone(filepath.Join(dir, "ready"))() })
	time.Sleep(2 * look)
	if gone(dir)() {
		t.Fatal("the kernel ended before its Jupyter did")
	}
	if err := jupyter.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	wait(t, "the kernel ends", gone(dir))
	_ = jupyter.Wait() // it was killed
}

// A log that another program appends to keeps its last lines.
func TestShorten(t *testing.T) {
	log := filepath.Join(t.TempDir(), logName)
	if err := shorten(log); err != nil {
		t.Errorf("without a log: %v", err)
	}
	f, err := os.OpenFile(log, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var all strings.Builder
	for i := 0; all.Len() <= longLog; i++ {
		fmt.Fprintf(&all, "line %d of a kernel that says a lot\n", i)
	}
	whole := all.String()
	short := whole[:longLog]
	for _, text := range []string{short, whole[longLog:], "and goes on\n"} {
		if _, err := f.WriteString(text); err != nil {
			t.Fatal(err)
		}
		if err := shorten(log); err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(log)
		if err != nil {
			t.Fatal(err)
		}
		switch s := string(got); {
		case text == short && s != short:
			t.Errorf("a log of %d bytes became one of %d", len(short), len(s))
		case text == short:
		case !strings.HasPrefix(s, "line ") || len(s) < logTail/2 || len(s) > logTail+len(text):
			t.Errorf("%d bytes stay, from %.20q on", len(s), s)
		case !strings.HasSuffix(s, text):
			t.Errorf("the log ends with %q, want %q", s[len(s)-20:], text)
		}
	}
}

// A start removes what a crash of the machine left, and only that.
func TestSweep(t *testing.T) {
	launcher, base := build(t)
	living, livingDir := start(t, launcher, base, `touch "$TMPDIR/ready"; exec sleep 600`)
	dead := filepath.Join(base, "k-99999999")
	old, fresh := filepath.Join(base, "new-1"), filepath.Join(base, "new-2")
	for _, dir := range []string{dead, old, fresh, filepath.Join(base, "other")} {
		if err := os.MkdirAll(filepath.Join(dir, "gonb_1"), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	past := time.Now().Add(-2 * young)
	if err := os.Chtimes(old, past, past); err != nil {
		t.Fatal(err)
	}
	soon := time.Now().Add(time.Hour) // young, however long it takes
	if err := os.Chtimes(fresh, soon, soon); err != nil {
		t.Fatal(err)
	}
	next, nextDir := start(t, launcher, base, `touch "$TMPDIR/ready"; exec sleep 600`)
	for dir, there := range map[string]bool{livingDir: true, nextDir: true, dead: false, old: false, fresh: true, filepath.Join(base, "other"): true} {
		if _, err := os.Stat(dir); (err == nil) != there {
			t.Errorf("%s: error %v, want it there: %v", dir, err, there)
		}
	}
	for _, cmd := range []*exec.Cmd{living, next} {
		if err := cmd.Process.Kill(); err != nil {
			t.Error(err)
		}
		_ = cmd.Wait() // it was killed
	}
	wait(t, "the folders go", func() bool { return gone(livingDir)() && gone(nextDir)() })
}

// A path that is too long for a socket, or a folder of somebody else's, is not
// used.
func TestBaseFolder(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	t.Setenv("MYOGEN_TMP", filepath.Join(t.TempDir(), strings.Repeat("x", 80)))
	got, err := baseFolder()
	if err != nil || strings.Contains(got, "xxx") || len(got) > maxBase {
		t.Errorf("the folder is %s, error %v", got, err)
	}
	open := filepath.Join(t.TempDir(), "o")
	if err := os.Mkdir(open, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(open, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := ownFolder(open); err == nil {
		t.Error("a folder that everybody can write to was taken")
	}
}

func TestRefusals(t *testing.T) {
	launcher, base := build(t)
	for _, args := range [][]string{{}, {"there-is-no-such-program"}} {
		cmd := exec.Command(launcher, args...)
		cmd.Env = append(os.Environ(), "MYOGEN_TMP="+base)
		if out, err := cmd.CombinedOutput(); err == nil || !strings.HasPrefix(string(out), "launcher: ") {
			t.Errorf("%q: error %v, said %q", args, err, out)
		}
	}
}

// The stand-in for gopls ends at once; the real one starts behind it, with the
// same arguments and a limit on idling.
func TestGopls(t *testing.T) {
	launcher, base := build(t)
	dir := filepath.Dir(launcher)
	if err := os.MkdirAll(base, 0o700); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(base, "gopls")
	if err := os.Symlink(launcher, link); err != nil {
		t.Fatal(err)
	}
	said := filepath.Join(dir, "said")
	script := "#!/bin/sh\necho \"$@\" > " + said + ".part && mv " + said + ".part " + said + "\n"
	if err := os.WriteFile(filepath.Join(dir, "gopls"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ args, want string }{
		{"-listen unix;/x/socket", "-listen unix;/x/socket -listen.timeout=20s"},
		{"version", "version"},
	} {
		if out, err := exec.Command(link, strings.Fields(c.args)...).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		wait(t, "the real gopls starts", func() bool { _, err := os.Stat(said); return err == nil })
		if b, err := os.ReadFile(said); err != nil || strings.TrimSpace(string(b)) != c.want {
			t.Errorf("gopls %s became %q, error %v; want %q", c.args, b, err, c.want)
		}
		if err := os.Remove(said); err != nil {
			t.Fatal(err)
		}
	}
}

// A kernel that a cell of another notebook starts is not told that notebook's
// file.
func TestNotebookOfACell(t *testing.T) {
	launcher, base := build(t)
	t.Setenv(env.JupyterSession, "outer.ipynb")
	for pipe, want := range map[string]string{"": "outer.ipynb", "/a/pipe": ""} {
		t.Setenv("GONB_PIPE", pipe)
		cmd, dir := start(t, launcher, base, `printf '%s' "$`+env.JupyterSession+`" > "$TMPDIR/name"; touch "$TMPDIR/ready"; exec sleep 600`)
		got, err := os.ReadFile(filepath.Join(dir, "name"))
		if err != nil || string(got) != want {
			t.Errorf("with the pipe %q the kernel is told %q (error %v), want %q", pipe, got, err, want)
		}
		if err := cmd.Process.Kill(); err != nil {
			t.Error(err)
		}
		_ = cmd.Wait() // it was killed
	}
}
