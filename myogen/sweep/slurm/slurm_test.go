package slurm

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
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

// A sweep on a cluster that loses a node in the middle has the table of a sweep
// on one machine.
func TestSweepOnAClusterThatLosesANode(t *testing.T) {
	script, at := cluster(t)
	dir := t.TempDir()
	program := filepath.Join(dir, "myogen")
	build := exec.Command("go", "build", "-o", program, "gomyogen/myogen/cmd/myogen")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	text, err := os.ReadFile(filepath.Join("..", "..", "cmd", "myogen", "sweep_small.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	text = bytes.Replace(text, []byte("repeats: 3 "), []byte("repeats: 4 "), 1)
	file := filepath.Join(dir, "sweep.yaml")
	text = bytes.Replace(text, []byte("duration: 2 s"), []byte("duration: 20 s"), 1)
	if err := os.WriteFile(file, text, 0o644); err != nil {
		t.Fatal(err)
	}
	alone, out := filepath.Join(dir, "alone"), filepath.Join(dir, "out")
	command(t, program, "sweep", file, "-o", alone)

	said := command(t, program, "sweep", file, "-o", out, "-slurm", "-tasks", "2", "-partition", "p")
	jobs := regexp.MustCompile(`array job (\d+) with 2 tasks[^\n]*\nsubmitted the job (\d+),`).FindStringSubmatch(said)
	if jobs == nil {
		t.Fatalf("it prints\n%s", said)
	}
	merge := jobs[2]
	// The file may change, and the program go away: the jobs have their own.
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	lost := ""
	wait(t, "a shard that is half done on n1", func() bool {
		for _, line := range strings.Split(command(t, "squeue", "-h", "-t", "R", "-o", "%i %K %N"), "\n") {
			var id, shard, node string
			if n, _ := fmt.Sscan(line, &id, &shard, &node); n == 3 && node == "n1" {
				if made, _ := filepath.Glob(filepath.Join(out, "rows", shard+"-of-2.*.jsonl")); len(made) > 1 {
					lost = id
				}
			}
		}
		return lost != ""
	})
	command(t, script, "lose", at, "n1")
	if status := command(t, program, "sweep", filepath.Join(out, "sweep.yaml"), "-o", out, "-status", "-shards", "2"); !strings.Contains(status, "shards that are not complete: ") {
		t.Errorf("after the loss the status is\n%s", status)
	}
	wait(t, "the end of the merge job", func() bool {
		if strings.Contains(command(t, "squeue", "-h", "-j", lost, "-o", "%r"), "BeginTime") { // a requeued job starts two minutes later
			command(t, "scontrol", "update", "JobId="+lost, "StartTime=now")
		}
		return strings.Contains(command(t, "scontrol", "show", "job", merge), "JobState=COMPLETED")
	})
	if job := command(t, "scontrol", "show", "job", lost); !strings.Contains(job, "Restarts=1") {
		t.Errorf("the job of the lost node was not requeued:\n%s", job)
	}
	for _, name := range []string{"sweep.yaml", "table.parquet", "table.csv", "table.npz"} {
		a, errA := os.ReadFile(filepath.Join(alone, name))
		b, errB := os.ReadFile(filepath.Join(out, name))
		if errA != nil || errB != nil || !bytes.Equal(a, b) {
			t.Errorf("%s differs: %v, %v", name, errA, errB)
		}
	}
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
