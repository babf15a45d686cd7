package slurm

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// command runs a program and returns what it prints.
func command(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := exec.Command(name, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %q: %v\n%s", name, args, err, out)
	}
	return string(out)
}

// wait waits until done returns true, and fails after a time that no machine needs.
func wait(t *testing.T, what string, done func() bool) {
	t.Helper()
	for end := time.Now().Add(5 * time.Minute); !done(); time.Sleep(200 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited 5 minutes: %s\n%s", what, command(t, "squeue"))
		}
	}
}

// cluster starts a Slurm with two nodes and returns its script and folder. Without
// one on this machine the test is skipped; where CI is set it fails.
func cluster(t *testing.T) (script, dir string) {
	t.Helper()
	for _, program := range []string{"slurmctld", "slurmd", "munged", "runuser"} {
		if _, err := exec.LookPath(program); err != nil || os.Geteuid() != 0 {
			if os.Getenv("CI") != "" {
				t.Fatalf("%s: %v; it must be there, and the test run as root", program, err)
			}
			t.Skipf("it needs root and the packages slurm-wlm, slurmctld, slurmd and munge: %v", err)
		}
	}
	script, err := filepath.Abs(filepath.Join("testdata", "one_machine.sh"))
	if err != nil {
		t.Fatal(err)
	}
	if dir, err = os.MkdirTemp("", "slurm-"); err != nil { // the path of a socket must be short
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		command(t, script, "stop", dir)
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	start := exec.Command(script, "start", dir)
	start.Stderr = os.Stderr // not a pipe: the daemons keep it open
	if err := start.Run(); err != nil {
		t.Fatal(err)
	}
	t.Setenv("SLURM_CONF", filepath.Join(dir, "slurm.conf"))
	return script, dir
}

// build builds the program.
func build(t *testing.T) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "myogen")
	build := exec.Command("go", "build", "-o", program, "gomyogen/myogen/cmd/myogen")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return program
}

// example writes an example file of the program with pairs of texts replaced.
func example(t *testing.T, name string, pairs ...string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "cmd", "myogen", name))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(pairs); i += 2 {
		if !bytes.Contains(text, []byte(pairs[i])) {
			t.Fatalf("%s has no %q", name, pairs[i])
		}
	}
	file := filepath.Join(t.TempDir(), "sweep.yaml")
	if err := os.WriteFile(file, []byte(strings.NewReplacer(pairs...).Replace(string(text))), 0o644); err != nil {
		t.Fatal(err)
	}
	return file
}

// submit submits a sweep and returns the number of its merge job.
func submit(t *testing.T, program, file, out string, tasks int) (merge string) {
	t.Helper()
	said := command(t, program, "sweep", file, "-o", out, "-slurm", "-tasks", strconv.Itoa(tasks), "-partition", "p")
	jobs := regexp.MustCompile(`array job \d+ with (\d+) tasks[^\n]*\nsubmitted the job (\d+),`).FindStringSubmatch(said)
	if jobs == nil || jobs[1] != strconv.Itoa(tasks) {
		t.Fatalf("it prints\n%s", said)
	}
	return jobs[2]
}

// halfDone waits for a shard that is half done on the node n1, in programs that have
// written so many files of rows, and returns the number of its job. A program
// writes one of the run that it times and one of the others.
func halfDone(t *testing.T, out string, tasks, files int) (job string) {
	t.Helper()
	wait(t, "a shard that is half done on n1", func() bool {
		restart(t)
		for _, line := range strings.Split(command(t, "squeue", "-h", "-t", "R", "-o", "%i %K %N"), "\n") {
			var id, shard, node string
			if n, _ := fmt.Sscan(line, &id, &shard, &node); n == 3 && node == "n1" {
				if made, _ := filepath.Glob(filepath.Join(out, "rows", fmt.Sprintf("%s-of-%d.*.jsonl", shard, tasks))); len(made) >= files {
					job = id
				}
			}
		}
		return job != ""
	})
	return job
}

// ended reports whether a job is completed.
func ended(t *testing.T, job string) bool {
	return strings.Contains(command(t, "scontrol", "show", "job", job), "JobState=COMPLETED")
}

// restart starts the requeued jobs: Slurm waits two minutes.
func restart(t *testing.T) {
	t.Helper()
	for _, line := range strings.Split(command(t, "squeue", "-h", "-t", "PD", "-o", "%A %r"), "\n") {
		if job, ok := strings.CutSuffix(line, " BeginTime"); ok {
			command(t, "scontrol", "update", "JobId="+job, "StartTime=now")
		}
	}
}

// sameFiles compares the files of two sweeps.
func sameFiles(t *testing.T, want, got string) {
	t.Helper()
	for _, name := range []string{"sweep.yaml", "table.parquet", "table.csv", "table.npz"} {
		a, errA := os.ReadFile(filepath.Join(want, name))
		b, errB := os.ReadFile(filepath.Join(got, name))
		if errA != nil || errB != nil || !bytes.Equal(a, b) {
			t.Errorf("%s of %s differs: %v, %v", name, got, errA, errB)
		}
	}
}

// A sweep on a cluster that gives a task's node to an urgent job in the middle, and
// then loses the node, has the table of a sweep on one machine.
func TestSweepOnAClusterThatLosesANode(t *testing.T) {
	script, at := cluster(t)
	dir, program := t.TempDir(), build(t)
	file := example(t, "sweep_small.yaml", "repeats: 3 ", "repeats: 4 ", "duration: 2 s", "duration: 20 s")
	alone, out := filepath.Join(dir, "alone"), filepath.Join(dir, "out")
	command(t, program, "sweep", file, "-o", alone)

	merge := submit(t, program, file, out, 2)
	// The file may change, and the program go away: the jobs have their own.
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	lost := halfDone(t, out, 2, 2)
	urgent := strings.TrimSpace(command(t, "sbatch", "--parsable", "--partition=urgent", "--nodelist=n1", "--output=/dev/null", "--wrap=sleep 1"))
	wait(t, "the end of the urgent job", func() bool { return ended(t, urgent) })
	if again := halfDone(t, out, 2, 4); again != lost {
		t.Errorf("%s is half done on n1 after %s was taken from it", again, lost)
	}
	command(t, script, "lose", at, "n1")
	if status := command(t, program, "sweep", filepath.Join(out, "sweep.yaml"), "-o", out, "-status", "-shards", "2"); !strings.Contains(status, "shards that are not complete: ") {
		t.Errorf("after the loss the status is\n%s", status)
	}
	wait(t, "the end of the merge job", func() bool {
		restart(t)
		return ended(t, merge)
	})
	if job := command(t, "scontrol", "show", "job", lost); !strings.Contains(job, "Restarts=2") {
		t.Errorf("the task was not requeued twice:\n%s", job)
	}
	sameFiles(t, alone, out)
	if log, err := os.ReadFile(filepath.Join(out, Folder, "merge.log")); err != nil || !strings.Contains(string(log), "32 rows, 0 of them failed") {
		t.Errorf("the merge says %q, %v", log, err)
	}
}

// What cannot be submitted is refused, and where there is no Slurm that is said.
func TestSubmitRefuses(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("PATH", dir)
	for want, s := range map[string]Sweep{
		"0 shards":                {Dir: dir},
		"-1 cores":                {Dir: dir, Shards: 2, Cores: -1},
		"must not be negative":    {Dir: dir, Shards: 2, Time: -1},
		"cannot name":             {Dir: dir + "/a b", Shards: 2},
		"there is no sbatch here": {Dir: dir, Shards: 2, Program: os.Args[0]},
		"no such file":            {Dir: dir, Shards: 2, Program: "none"},
	} {
		if _, err := s.Submit(t.Context()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: error %v, want it to say %q", s, err, want)
		}
	}
	sbatch := "#!/bin/sh\necho 'no partition x' >&2; exit 1\n"
	if err := os.WriteFile(filepath.Join(dir, "sbatch"), []byte(sbatch), 0o755); err != nil {
		t.Fatal(err)
	}
	s := Sweep{Dir: dir, Shards: 2, Partition: "x", Time: 90 * time.Second, Program: os.Args[0]}
	if _, err := s.Submit(t.Context()); err == nil || err.Error() != "slurm: sbatch: no partition x" {
		t.Errorf("error %v", err)
	}
	script, err := os.ReadFile(filepath.Join(dir, Folder, "array.sh"))
	for _, want := range []string{"--array=1-2", "--partition=x", "--time=2\n", "--requeue", "--cpus-per-task=1"} {
		if !strings.Contains(string(script), want) {
			t.Errorf("the script lacks %q, %v:\n%s", want, err, script)
		}
	}
}
