package rebuild

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"
)

// form changes when a Plan gets another meaning.
const form = 6

// Setting returns a digest of what decides, beside the sources of packages,
// what the go command makes of a cell in the folder dir: the program goCommand,
// its environment, and the versions of all modules.
func Setting(goCommand, dir string) (string, error) {
	if work := os.Getenv("GOWORK"); work != "" && work != "auto" {
		return "", fmt.Errorf("%w: GOWORK is %q", ErrUnknown, work)
	}
	h := sha256.New()
	fmt.Fprintln(h, form)
	file := func(path string) error {
		digest, err := fileDigest(path)
		fmt.Fprintln(h, path, digest)
		return err
	}
	program, err := filepath.EvalSymlinks(goCommand)
	if err != nil {
		return "", err
	}
	info, err := os.Stat(program)
	if err != nil {
		return "", err
	}
	fmt.Fprintln(h, program, info.Size(), info.ModTime().UnixNano())
	config, err := os.UserConfigDir()
	if err != nil {
		return "", err
	}
	if path := os.Getenv("GOENV"); path == "" {
		err = file(filepath.Join(config, "go", "env"))
	} else if path != "off" {
		err = file(path)
	}
	if err != nil {
		return "", err
	}
	env := slices.Sorted(slices.Values(os.Environ()))
	for _, e := range env {
		if name, _, _ := strings.Cut(e, "="); strings.HasPrefix(name, "CGO_") || strings.HasPrefix(name, "GO") && !strings.HasPrefix(name, "GONB_") || name == "HOME" {
			fmt.Fprintf(h, "%q\n", e)
		}
	}
	mod, err := moduleOf(dir)
	if err != nil {
		return "", err
	}
	mod.Syntax.Stmt = slices.DeleteFunc(mod.Syntax.Stmt, func(e modfile.Expr) bool { // GoNB names it anew for each kernel
		l, ok := e.(*modfile.Line)
		return ok && len(l.Token) > 0 && l.Token[0] == "module"
	})
	work, modules, err := workspace(dir)
	if err != nil {
		return "", err
	}
	fmt.Fprintf(h, "%q\n%q\n", modfile.Format(mod.Syntax), modfile.Format(work.Syntax))
	for _, name := range []string{"go.sum", "go.work.sum"} {
		digest, err := fileDigest(filepath.Join(dir, name))
		if err != nil {
			return "", err
		}
		fmt.Fprintln(h, name, digest)
	}
	for _, m := range modules {
		for _, name := range []string{"go.mod", "go.sum"} {
			if err := file(filepath.Join(m, name)); err != nil {
				return "", err
			}
		}
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// workspace reads the go.work of a folder and returns the folders of its other
// modules.
func workspace(dir string) (work *modfile.WorkFile, others []string, err error) {
	path := filepath.Join(dir, "go.work")
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, nil, err
	}
	if work, err = modfile.ParseWork(path, b, nil); err != nil {
		return nil, nil, err
	}
	for _, u := range work.Use {
		folder := filepath.FromSlash(u.Path)
		if !filepath.IsAbs(folder) {
			folder = filepath.Join(dir, folder)
		}
		if folder != filepath.Clean(dir) {
			others = append(others, folder)
		}
	}
	return work, others, nil
}

// moduleOf reads the go.mod of a folder.
func moduleOf(dir string) (*modfile.File, error) {
	path := filepath.Join(dir, "go.mod")
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return modfile.Parse(path, b, nil)
}
