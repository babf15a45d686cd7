//go:build unix

package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"gomyogen/kernel/env"
	"gomyogen/kernel/launcher/internal/rebuild"
	"gomyogen/kernel/launcher/internal/standin"
	"gomyogen/myogen/format/atomicfile"
)

// renew is after which time a plan is learnt anew, so that the go command,
// which forgets in days what nobody asks for, keeps what the plan needs.
const renew = 24 * time.Hour

// goCommand stands in for the go command that goimports and GoNB call for each cell: go env,
// go get, and then go build. The first is answered as before. Where an earlier cell has
// imported the same packages, and nothing of them has changed, the second has nothing to do
// and the third only to compile and link the cell; see package rebuild. Everything else is
// the go command's.
func goCommand(args []string) error {
	debug.SetGCPercent(-1) // it ends before that pays off
	debug.SetMemoryLimit(256 << 20)
	program, err := shadowed("go")
	if err != nil {
		return err
	}
	pass := func() error { return syscall.Exec(program, append([]string{program}, args...), os.Environ()) }
	cell, err := os.Getwd()
	if err != nil || !strings.HasPrefix(filepath.Base(cell), cellPrefix) {
		return pass()
	}
	if stopped(cell) {
		stop()
	}
	own := filepath.Join(cell, filepath.Base(cell)) // where GoNB wants the cell's program
	if i := slices.Index(args, own); i > 0 && args[i-1] == "-o" {
		if err := writeStarter(own); err != nil {
			return err
		}
		args[i] += standin.ProgramSuffix
	}
	if os.Getenv(env.Plans) == "" {
		return pass()
	}
	switch {
	case len(args) > 2 && args[0] == "env" && args[1] == "-json":
		if out, err := settings(program, cell, args); err == nil {
			_, err := os.Stdout.Write(out)
			return err
		}
	case slices.Equal(args, []string{"get"}):
		if imports, err := rebuild.Imports(cell); err == nil {
			if _, err := planFor(program, cell, imports); err == nil {
				return nil
			}
		}
	case len(args) >= 3 && args[0] == "build" && args[1] == "-o", len(args) >= 4 && args[0] == "test" && args[2] == "-o":
		return buildCell(program, cell, args)
	}
	return pass()
}

// settings returns what the go command says of its settings, which goimports asks for
// each cell in a folder, and keeps it beside the folder.
func settings(program, cell string, args []string) ([]byte, error) {
	setting, err := rebuild.Setting(program, cell)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %q", setting, args))
	path := filepath.Join(filepath.Dir(cell), fmt.Sprintf("env-%x.json", sum[:8]))
	if out, err := os.ReadFile(path); err == nil {
		return out, nil
	}
	out, err := exec.Command(program, args...).Output()
	if err != nil {
		return nil, err
	}
	return out, atomicfile.Write(path, out)
}

// buildCell builds the program of the cell in a folder as the go command would with the
// arguments.
func buildCell(program, cell string, args []string) error {
	plain, err := prepare(program, cell)
	if err != nil {
		fmt.Fprintln(os.Stderr, "launcher:", err)
		plain = func() error { return nil }
	}
	// The stop button reaches the compiler and the linker, too, which are in the group.
	ctx, end := signal.NotifyContext(context.Background(), os.Interrupt)
	defer end()
	imports, err := rebuild.Imports(cell)
	learns := err == nil && args[0] == "build" && len(args) == 3 // no flags of the user
	var said []byte
	var failed *exec.ExitError
	goBuild := func() error {
		said, err = exec.CommandContext(ctx, program, args...).CombinedOutput()
		return err
	}
	if learns {
		var plan *rebuild.Plan
		if plan, err = planFor(program, cell, imports); err == nil {
			learns = time.Since(plan.Learnt) > renew
			err = plan.Build(cell, imports, args[2])
			learns = learns || err != nil
		}
	} else {
		err = rebuild.ErrUnknown
	}
	if err != nil && !errors.As(err, &failed) && ctx.Err() == nil {
		err = goBuild()
	}
	if errors.As(err, &failed) && ctx.Err() == nil && !interrupted(failed) { // the go command tells what is wrong
		if err := plain(); err != nil {
			return err
		}
		if err = goBuild(); err != nil {
			said = withHints(program, cell, said)
		}
	}
	if _, err := os.Stderr.Write(said); err != nil {
		return err
	}
	switch {
	case ctx.Err() != nil, errors.As(err, &failed) && interrupted(failed): // the signal may reach the go command first
		stop()
	case errors.As(err, &failed):
		os.Exit(max(1, failed.ExitCode()))
	case err != nil:
		return err
	case learns:
		_ = background(append([]string{learnMode, cell}, imports...)...) // the cell is built all the same
	}
	return nil
}

// stop ends the compilation of a cell that was stopped.
func stop() {
	fmt.Fprintln(os.Stderr, "stopped while the cell was compiled")
	os.Exit(1)
}

// interrupted tells whether a program ended by the stop button.
func interrupted(e *exec.ExitError) bool {
	status, ok := e.Sys().(syscall.WaitStatus)
	return ok && status.Signaled() && status.Signal() == syscall.SIGINT
}

// cellPrefix starts the name of the folder in which GoNB builds cells.
const cellPrefix = "gonb_"

// learn makes the plan for cells in a folder anew, for what it was made for
// before and for imports, unless another process is at it.
func learn(cell string, imports []string) error {
	program, err := shadowed("go")
	if err != nil {
		return err
	}
	folder := os.Getenv(env.Plans)
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	lock, err := os.OpenFile(filepath.Join(folder, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	defer lock.Close()
	if err := unix.Flock(int(lock.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		return nil // a later cell asks again
	}
	roots := imports
	if old, err := readPlan(program, cell); err == nil {
		roots = append(slices.Clone(imports), old.Roots...)
	}
	plan, err := rebuild.Learn(program, cell, roots)
	if err != nil && len(roots) > len(imports) { // one of the others may be gone
		plan, err = rebuild.Learn(program, cell, imports)
	}
	if err != nil {
		return err
	}
	return plan.Save(folder)
}

// planFor reads the plan that was learnt for cells in a folder, if it covers
// these imports.
func planFor(program, cell string, imports []string) (*rebuild.Plan, error) {
	plan, err := readPlan(program, cell)
	if err != nil {
		return nil, err
	}
	return plan, plan.Covers(imports)
}

func readPlan(program, cell string) (*rebuild.Plan, error) {
	setting, err := rebuild.Setting(program, cell)
	if err != nil {
		return nil, err
	}
	return rebuild.Read(os.Getenv(env.Plans), setting)
}

// shadowed finds the program that this one stands in for.
func shadowed(name string) (string, error) {
	self, err := os.Executable()
	if err != nil {
		return "", err
	}
	return standin.Next(name, self)
}
