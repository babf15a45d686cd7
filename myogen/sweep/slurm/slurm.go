// Package slurm submits sweeps to a cluster that Slurm runs.
//
// One static binary and a folder that the nodes share are all that they need. The
// script testdata/one_machine.sh starts a Slurm with two nodes on one machine, on
// which its test runs.
package slurm

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"gomyogen/myogen/format/atomicfile"
)

// Sweep says how a sweep is run on a cluster: as an array job with a task for
// each shard, and a job that writes the table when all of them are done.
type Sweep struct {
	Program   string // the myogen binary; a copy of it goes to Dir
	Dir       string // of the results, in which sweep.Open has written the sweep; all nodes share it
	Shards    int
	Partition string        // "" means the default
	Cores     int           // of a task; 0 means 1
	Time      time.Duration // limit of a task; 0 means that of the partition
}

// Folder is the folder of the job scripts and the logs of tasks in that of the
// results.
const Folder = "slurm"

// Jobs are the numbers of the two jobs that [Sweep.Submit] submits.
type Jobs struct{ Array, Merge int }

// script returns a job script. Requeued tasks append to the log of before.
func (s Sweep) script(name, log string, options []string, arguments string) string {
	var b strings.Builder
	b.WriteString("#!/bin/sh\n")
	options = append(options, "ntasks=1", "requeue", "open-mode=append", "job-name="+name, "output="+filepath.Join(s.Dir, Folder, log))
	if s.Partition != "" {
		options = append(options, "partition="+s.Partition)
	}
	for _, o := range options {
		fmt.Fprintf(&b, "#SBATCH --%s\n", o)
	}
	program, file := filepath.Join(s.Dir, Folder, "myogen"), filepath.Join(s.Dir, "sweep.yaml")
	fmt.Fprintf(&b, "exec %s sweep %s -o %s %s\n", quoted(program), quoted(file), quoted(s.Dir), arguments)
	return b.String()
}

// array returns the script of the array job.
func (s Sweep) array() string {
	options := []string{fmt.Sprintf("array=1-%d", s.Shards), fmt.Sprintf("cpus-per-task=%d", s.Cores)}
	if s.Time > 0 {
		options = append(options, fmt.Sprintf("time=%d", (s.Time+time.Minute-1)/time.Minute))
	}
	return s.script("sweep", "%a.log", options, fmt.Sprintf(`-shard "$SLURM_ARRAY_TASK_ID/%d" -workers %d`, s.Shards, s.Cores))
}

// merge returns the script of the job that writes the table.
func (s Sweep) merge() string {
	return s.script("sweep-merge", "merge.log", []string{"cpus-per-task=1"}, fmt.Sprintf("-merge -shards %d", s.Shards))
}

// quoted returns a word for the shell.
func quoted(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// Submit copies the program and writes the scripts of both jobs to the folder
// slurm of the results, and submits them with sbatch. Slurm requeues the task of a node that is lost or
// taken away, and it goes on where it was.
func (s Sweep) Submit(ctx context.Context) (Jobs, error) {
	var jobs Jobs
	if s.Cores == 0 {
		s.Cores = 1
	}
	switch {
	case s.Shards < 1:
		return jobs, fmt.Errorf("slurm: %d shards, must be at least 1", s.Shards)
	case s.Cores < 0:
		return jobs, fmt.Errorf("slurm: %d cores, must be at least 1", s.Cores)
	case s.Time < 0:
		return jobs, fmt.Errorf("slurm: the time limit is %v, must not be negative", s.Time)
	}
	var err error
	if s.Dir, err = filepath.Abs(s.Dir); err != nil {
		return jobs, fmt.Errorf("slurm: %w", err)
	}
	for _, text := range []string{s.Dir, s.Partition} {
		if strings.ContainsAny(text, "\n\r \t%\\") { // a line of #SBATCH has no quotes that hold
			return jobs, fmt.Errorf("slurm: %q has blanks or signs that a job script cannot name", text)
		}
	}
	folder := filepath.Join(s.Dir, Folder)
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return jobs, fmt.Errorf("slurm: %w", err)
	}
	array, merge := filepath.Join(folder, "array.sh"), filepath.Join(folder, "merge.sh")
	for path, script := range map[string]string{array: s.array(), merge: s.merge()} {
		if err := atomicfile.Write(path, []byte(script)); err != nil {
			return jobs, fmt.Errorf("slurm: %w", err)
		}
	}
	if err := install(s.Program, filepath.Join(folder, "myogen")); err != nil {
		return jobs, fmt.Errorf("slurm: %w", err)
	}
	if jobs.Array, err = sbatch(ctx, "--parsable", array); err != nil {
		return jobs, err
	}
	// It waits for the end of all tasks, not for their success: it names the shards
	// that are missing.
	jobs.Merge, err = sbatch(ctx, "--parsable", fmt.Sprintf("--dependency=afterany:%d", jobs.Array), merge)
	if err != nil {
		return jobs, fmt.Errorf("%w; the array job %d runs without a merge", err, jobs.Array)
	}
	return jobs, nil
}

// install copies a program: what is built anew meanwhile, or was built to run
// once, must not change the jobs.
func install(program, path string) error {
	from, err := os.Open(program)
	if err != nil {
		return err
	}
	defer from.Close()
	to, err := os.CreateTemp(filepath.Dir(path), ".myogen-")
	if err != nil {
		return err
	}
	_, err = io.Copy(to, from)
	err = errors.Join(err, to.Chmod(0o755), to.Close())
	if err == nil {
		err = os.Rename(to.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(to.Name()))
	}
	return nil
}

// sbatch submits a job and returns its number.
func sbatch(ctx context.Context, args ...string) (int, error) {
	out, err := exec.CommandContext(ctx, "sbatch", args...).Output()
	var failed *exec.ExitError
	switch {
	case errors.Is(err, exec.ErrNotFound):
		return 0, errors.New("slurm: there is no sbatch here; submit from a node of the cluster that has it")
	case errors.As(err, &failed):
		return 0, fmt.Errorf("slurm: sbatch: %s", strings.TrimSpace(string(failed.Stderr)))
	case err != nil:
		return 0, fmt.Errorf("slurm: %w", err)
	}
	number, _, _ := strings.Cut(strings.TrimSpace(string(out)), ";") // of a federation it names the cluster too
	id, err := strconv.Atoi(number)
	if err != nil {
		return 0, fmt.Errorf("slurm: sbatch prints %q, not a job's number", out)
	}
	return id, nil
}
