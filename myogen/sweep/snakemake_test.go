package sweep

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// snakemake returns the program in an environment with the pinned packages, in
// the user's cache.
func snakemake(t *testing.T) string {
	t.Helper()
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(cache, "gomyogen", "snakemake-9.27.1")
	program, complete := filepath.Join(dir, "bin", "snakemake"), filepath.Join(dir, "complete")
	if _, err := os.Stat(complete); err == nil {
		return program
	}
	for _, args := range [][]string{
		{"python3", "-m", "venv", "--clear", dir},
		{filepath.Join(dir, "bin", "python"), "-m", "pip", "install", "--disable-pip-version-check", "--quiet", "-r", filepath.Join("testdata", "snakemake.txt")},
	} {
		if out, err := exec.Command(args[0], args[1:]...).CombinedOutput(); err != nil {
			if os.Getenv("CI") != "" {
				t.Fatalf("%q: %v\n%s", args, err, out)
			}
			t.Skipf("it needs Snakemake: %q: %v\n%s", args, err, out)
		}
	}
	if err := os.WriteFile(complete, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	return program
}

// The rules of the documentation give the table of a sweep on one machine.
func TestSnakemake(t *testing.T) {
	program := snakemake(t)
	snakefile, err := os.ReadFile(filepath.Join("testdata", "Snakefile"))
	if err != nil {
		t.Fatal(err)
	}
	text, err := small(t).YAML()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for name, content := range map[string][]byte{"Snakefile": snakefile, "sweep.yaml": []byte(text)} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if out, err := exec.Command("go", "build", "-o", filepath.Join(dir, "bin", "myogen"), "gomyogen/myogen/cmd/myogen").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	run := func(name string, args ...string) {
		t.Helper()
		cmd := exec.Command(name, args...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "HOME="+dir, "PATH="+filepath.Join(dir, "bin")+string(os.PathListSeparator)+os.Getenv("PATH"))
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%s %q: %v\n%s", name, args, err, out)
		}
	}
	run(program, "--cores", "2")
	run(filepath.Join(dir, "bin", "myogen"), "sweep", "sweep.yaml", "-o", "alone")
	a, errA := os.ReadFile(filepath.Join(dir, "table.parquet"))
	b, errB := os.ReadFile(filepath.Join(dir, "alone", "table.parquet"))
	if errA != nil || errB != nil || !bytes.Equal(a, b) {
		t.Errorf("the tables differ: %v, %v", errA, errB)
	}
}
