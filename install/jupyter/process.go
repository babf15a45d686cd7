//go:build unix

package jupyter

import (
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"syscall"
)

// ownGroup puts the program of cmd into a process group of its own, with what
// it starts: what ends it ends them, and a terminal's Ctrl-C comes through this
// process alone. It does not outlive this process.
func ownGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	dieWithParent(cmd)
}

// endGroup asks a group that ownGroup made to end.
func endGroup(cmd *exec.Cmd) error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }

// goEnv is the environment in which the Go command builds for us, whatever the
// user has set for other work. Where modules, caches and proxies are stays.
func goEnv() []string {
	return append(environ("CGO_", "GO111MODULE=", "GO386=", "GOAMD64=", "GOARCH=", "GOARM=", "GOARM64=", "GOBIN=", "GOCOVERDIR=", "GODEBUG=", "GOEXPERIMENT=", "GOFIPS140=",
		"GOFLAGS=", "GOOS=", "GORACE=", "GOWORK=", "GO_EXTLINK_ENABLED="),
		"GO111MODULE=on", "GOWORK=off", "GOFLAGS="+goFlags, "GOOS="+runtime.GOOS, "GOARCH="+runtime.GOARCH, "CGO_ENABLED="+cgo)
}

// pythonEnv is the environment of the Python programs: they have the packages of
// the set-up alone. They are started as modules, with -I: a script, such as jupyter,
// would import modules from its own folder first.
func pythonEnv() []string {
	return append(environ("PIP_CONSTRAINT=", "PIP_NO_BINARY=", "PIP_NO_DEPS=", "PIP_PREFIX=", "PIP_PYTHON=", "PIP_REQUIREMENT=", "PIP_REQUIRE_VIRTUALENV=", "PIP_ROOT=", "PIP_TARGET=",
		"PIP_USER=", "PYTHON", "VIRTUAL_ENV="), "PYTHONNOUSERSITE=1")
}

// environ returns the environment without the variables that begin so.
func environ(without ...string) []string {
	return slices.DeleteFunc(os.Environ(), func(v string) bool {
		return slices.ContainsFunc(without, func(w string) bool { return strings.HasPrefix(v, w) })
	})
}
