//go:build unix

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// kernelAt makes what GoNB makes for a kernel, with the module lib in its
// workspace, and returns a function that runs the stand-in for go there.
func kernelAt(t *testing.T) (cell, lib string, run func(args ...string) (string, error)) {
	t.Helper()
	launcher, base := build(t)
	cell, lib = filepath.Join(base, "k-1", "gonb_1"), filepath.Join(base, "lib")
	file(t, filepath.Join(cell, "go.mod"), "module gonb_1\n\ngo 1.26.0\n")
	file(t, filepath.Join(cell, "go.work"), "go 1.26.0\n\nuse (\n\t.\n\t"+lib+"\n)\n")
	file(t, filepath.Join(lib, "go.mod"), "module lib\n\ngo 1.26.0\n")
	file(t, filepath.Join(lib, "lib.go"), "package lib\n\nconst Word = \"one\"\n")
	link := filepath.Join(base, "stand-ins", "go")
	if err := os.MkdirAll(filepath.Dir(link), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(launcher, link); err != nil {
		t.Fatal(err)
	}
	env := append(os.Environ(), "PATH="+filepath.Dir(link)+string(filepath.ListSeparator)+os.Getenv("PATH"), "MYOGEN_PLANS="+filepath.Join(base, "plans"),
		"GOFLAGS=-ldflags=-s -gcflags=all=-dwarf=false", "CGO_ENABLED=0", "GOPROXY=off", "GOWORK=")
	return cell, lib, func(args ...string) (string, error) {
		cmd := exec.Command(link, args...)
		cmd.Dir, cmd.Env = cell, env
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
}

func file(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// The go command builds the first cell; a plan learnt from it builds those that
// import the same, until a source changes. Errors are the go command's.
func TestGoCommand(t *testing.T) {
	cell, lib, run := kernelAt(t)
	program := filepath.Join(cell, "gonb_1")
	says := func(body string) (text string, planned bool) {
		t.Helper()
		file(t, filepath.Join(cell, "main.go"), "package main\n\nimport (\n\t\"fmt\"\n\t\"lib\"\n\t\"runtime/debug\"\n)\n\nfunc main() {\n\tinfo, _ := debug.ReadBuildInfo()\n\tfmt.Println(info.Settings, lib.Word)\n"+body+"\n}\n")
		if out, err := run("get"); err != nil || out != "" {
			t.Fatalf("go get: %v\n%s", err, out)
		}
		if out, err := run("build", "-o", program); err != nil {
			t.Fatalf("go build: %v\n%s", err, out)
		}
		out, err := exec.Command(program).CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		settings, text, _ := strings.Cut(string(out), "] ")
		return strings.TrimSpace(text), strings.Contains(settings, "{plan ")
	}
	plans := func() []string {
		all, err := filepath.Glob(filepath.Join(filepath.Dir(lib), "plans", "*.json"))
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	if text, planned := says(""); text != "one" || planned {
		t.Errorf("the first cell says %q, by a plan: %v", text, planned)
	}
	wait(t, "a plan is learnt", func() bool { return len(plans()) > 0 })
	if text, planned := says("fmt.Println(2)"); text != "one\n2" || !planned {
		t.Errorf("the second cell says %q, by a plan: %v", text, planned)
	}
	file(t, filepath.Join(lib, "lib.go"), "package lib\n\nconst Word = \"two\"\n")
	if text, planned := says(""); text != "two" || planned {
		t.Errorf("after a change the cell says %q, by a plan: %v", text, planned)
	}
	wait(t, "the plan is learnt anew", func() bool { _, planned := says(""); return planned })

	file(t, filepath.Join(cell, "main.go"), "package main\n\nimport \"fmt\"\n\nfunc main() {\n\tfmt.Println(x)\n}\n")
	if out, err := run("build", "-o", program); err == nil || out != "# gonb_1\n./main.go:6:14: undefined: x\n" {
		t.Errorf("a mistake says %q, error %v", out, err)
	}
	if out, err := run("version"); err != nil || !strings.HasPrefix(out, "go version") {
		t.Errorf("go version says %q, error %v", out, err)
	}
	learning := func() bool {
		all, err := processes()
		if err != nil {
			t.Fatal(err)
		}
		for _, args := range all {
			if slices.Contains(args, learnMode) && slices.Contains(args, cell) {
				return true
			}
		}
		return false
	}
	wait(t, "nothing is learnt any more", func() bool { return !learning() })
	file(t, plans()[0], "{")
	if text, planned := says(""); text != "two" || planned {
		t.Errorf("with a broken plan the cell says %q, by a plan: %v", text, planned)
	}
	wait(t, "the broken plan is learnt anew", func() bool { _, planned := says(""); return planned })
	wait(t, "nothing is learnt any more", func() bool { return !learning() })
	if left, err := filepath.Glob(filepath.Join(filepath.Dir(cell), "*-*")); err != nil || len(left) > 0 {
		t.Errorf("the kernel's folder holds %q, error %v", left, err)
	}
}

// What is asked for a second time has the answer of the first, until a setting changes.
func TestSettings(t *testing.T) {
	cell, _, run := kernelAt(t)
	ask := func(want string) {
		t.Helper()
		if got, err := run("env", "-json", "GOMOD", "GOFLAGS"); err != nil || !strings.Contains(got, want) {
			t.Errorf("go env says %s, %v; want %s in it", got, err, want)
		}
	}
	ask(filepath.Join(cell, "go.mod"))
	kept, err := filepath.Glob(filepath.Join(filepath.Dir(cell), "env-*.json"))
	if err != nil || len(kept) != 1 {
		t.Fatalf("kept are %q, %v; want one file", kept, err)
	}
	file(t, kept[0], "as before")
	ask("as before")
	file(t, filepath.Join(cell, "go.mod"), "module gonb_1\n\ngo 1.26.0\n\ngodebug default=go1.26\n")
	ask(filepath.Join(cell, "go.mod"))
}

// A stop during compilation ends the cell with a word.
func TestStopWhileCompiling(t *testing.T) {
	cell, _, _ := kernelAt(t)
	file(t, filepath.Join(cell, "main.go"), "package main\n\nfunc main() {}\n")
	base := filepath.Dir(filepath.Dir(cell))
	begun := filepath.Join(base, "begun")
	slow := filepath.Join(base, "slow", "go")
	file(t, slow, "#!/bin/sh\ntouch "+begun+"\nexec sleep 600\n")
	if err := os.Chmod(slow, 0o700); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(filepath.Join(base, "stand-ins", "go"), "build", "-o", filepath.Join(cell, "gonb_1"))
	cmd.Dir, cmd.Env = cell, append(os.Environ(), "PATH="+filepath.Dir(slow)+string(filepath.ListSeparator)+os.Getenv("PATH"), "MYOGEN_PLANS="+filepath.Join(base, "plans"))
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	var said bytes.Buffer
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	wait(t, "the compiler starts", func() bool { _, err := os.Stat(begun); return err == nil })
	if err := syscall.Kill(-cmd.Process.Pid, syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err == nil || said.String() != "stopped while the cell was compiled\n" {
		t.Errorf("error %v, said %q", err, said.String())
	}
}

// A stand-in behind another one on the PATH leaves the first one alone.
func TestStandInsOnOnePath(t *testing.T) {
	launcher, base := build(t)
	behind := filepath.Join(base, "behind", "launcher")
	b, err := os.ReadFile(launcher)
	if err != nil {
		t.Fatal(err)
	}
	file(t, behind, string(b))
	var path []string
	for i, program := range []string{launcher, behind} {
		dir := filepath.Join(base, fmt.Sprint("stand-ins", i))
		if err := errors.Join(os.MkdirAll(dir, 0o700), os.Chmod(program, 0o700), os.Symlink(program, filepath.Join(dir, "go"))); err != nil {
			t.Fatal(err)
		}
		path = append(path, dir)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, filepath.Join(path[0], "go"), "version")
	cmd.Env = append(os.Environ(), "PATH="+strings.Join(append(path, os.Getenv("PATH")), string(filepath.ListSeparator)))
	if out, err := cmd.CombinedOutput(); err != nil || !strings.HasPrefix(string(out), "go version") {
		t.Errorf("go version says %q, error %v", out, err)
	}
}
