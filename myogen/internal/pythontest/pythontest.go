//go:build unix

// Package pythontest runs Python programs beside ours, so that tests can hold
// our numbers against those of NumPy, SciPy, Neo and Elephant.
package pythontest

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"testing"

	"gomyogen/myogen/datafolder"
)

//go:embed requirements.txt
var requirements string

// Run runs a Python program with the pinned packages, gives it input as JSON on
// its standard input, and reads its standard output as JSON into output. Without a Python or a network to make the environment
// the test is skipped; where CI is set it fails.
func Run(t testing.TB, program string, input, output any) {
	t.Helper()
	python := interpreter(t)
	in, err := json.Marshal(input)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(python, "-W", "ignore", "-c", program)
	cmd.Stdin = bytes.NewReader(in)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("python: %v\n%s", err, stderr.Bytes())
	}
	if err := json.Unmarshal(out, output); err != nil {
		t.Fatalf("python wrote %.200q: %v", out, err)
	}
}

// DataFolder makes, for the time of the test, a data folder in which "go run
// ./install nwb" seems to have been run, with the pinned packages.
func DataFolder(t testing.TB) {
	t.Helper()
	python := interpreter(t)
	dir := t.TempDir()
	err := errors.Join(
		os.Symlink(filepath.Dir(filepath.Dir(python)), filepath.Join(dir, datafolder.NWB)),
		os.WriteFile(filepath.Join(dir, datafolder.NWBStamp), nil, 0o644))
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv(datafolder.Variable, dir)
}

// interpreter returns the Python with the packages; without one it skips the test,
// or fails where CI is set.
func interpreter(t testing.TB) string {
	t.Helper()
	python, err := environment()
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	return python
}

// environment returns the Python of a virtual environment in the user's cache,
// which it makes if it is not there.
var environment = sync.OnceValues(func() (python string, err error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256([]byte(requirements))
	dir := filepath.Join(cache, "gomyogen", "python-"+hex.EncodeToString(sum[:])[:16])
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return "", err
	}
	lock, err := os.OpenFile(dir+".lock", os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return "", err
	}
	defer lock.Close()
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil { // tests of several packages
		return "", err
	}
	python, complete := filepath.Join(dir, "bin", "python"), filepath.Join(dir, "complete")
	if _, err := os.Stat(complete); err == nil {
		return python, nil
	}
	list := dir + ".txt"
	if err := errors.Join(os.RemoveAll(dir), os.WriteFile(list, []byte(requirements), 0o644)); err != nil {
		return "", err
	}
	for _, args := range [][]string{
		{"python3", "-m", "venv", dir},
		{python, "-m", "pip", "install", "--disable-pip-version-check", "--quiet", "-r", list},
	} {
		if out, err := exec.Command(args[0], args[1:]...).CombinedOutput(); err != nil {
			return "", fmt.Errorf("make a Python environment: %v: %w\n%s", args, err, out)
		}
	}
	return python, os.WriteFile(complete, nil, 0o644)
})

// Number is a float64 that is written to JSON as text, so that it may be NaN or
// infinite.
type Number float64

// MarshalJSON returns the number in quotes.
func (n Number) MarshalJSON() ([]byte, error) {
	return strconv.AppendQuote(nil, strconv.FormatFloat(float64(n), 'g', -1, 64)), nil
}

// UnmarshalJSON reads a number, in quotes or not.
func (n *Number) UnmarshalJSON(b []byte) error {
	x, err := strconv.ParseFloat(string(bytes.Trim(b, `"`)), 64)
	*n = Number(x)
	return err
}

// Numbers returns x as numbers.
func Numbers[T ~float64](x []T) []Number {
	numbers := make([]Number, len(x))
	for i, v := range x {
		numbers[i] = Number(v)
	}
	return numbers
}

// Near reports whether two lists of numbers agree within tolerance times the
// largest of theirs, NaN with NaN and infinity with itself.
func Near(got, want []Number, tolerance float64) bool {
	if len(got) != len(want) {
		return false
	}
	scale := 1e-300
	for _, w := range want {
		if x := math.Abs(float64(w)); x > scale && !math.IsInf(x, 0) {
			scale = x
		}
	}
	for i, w := range want {
		g, w := float64(got[i]), float64(w)
		if math.IsNaN(g) != math.IsNaN(w) || g != w && math.Abs(g-w) > tolerance*scale {
			return false
		}
	}
	return true
}
