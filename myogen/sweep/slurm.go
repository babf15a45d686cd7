package sweep

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"text/template"
	"time"

	"gomyogen/myogen/format/atomicfile"
)

// Slurm says how a sweep is run on a cluster: as an array job with a task for
// each shard, and a job that writes the table when all of them are done.
type Slurm struct {
	Program   string // the myogen binary, which all nodes can read
	File      string // of the sweep
	Dir       string // of the results, which all nodes share
	Shards    int
	Partition string        // "" means the default
	Cores     int           // of a task; 0 means 1
	Time      time.Duration // limit of a task; 0 means that of the partition
}

// Jobs are the numbers of the two jobs that [Slurm.Submit] submits.
type Jobs struct{ Array, Merge int }

// Requeued tasks append to the log of before. The merge job waits for the end of
// all tasks, not for their success, so that it names the shards that are missing.
var scripts = template.Must(template.New("array").Funcs(template.FuncMap{"quote": quoted}).Parse(`#!/bin/sh
#SBATCH --job-name=sweep
#SBATCH --array=1-{{.Shards}}
#SBATCH --ntasks=1
#SBATCH --cpus-per-task={{.Cores}}
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --output={{.Logs}}/%a.log
{{- if .Partition}}
#SBATCH --partition={{.Partition}}{{end}}
{{- if .Limit}}
#SBATCH --time={{.Limit}}{{end}}
exec {{quote .Program}} sweep {{quote .File}} -o {{quote .Dir}} -shard "$SLURM_ARRAY_TASK_ID/{{.Shards}}" -workers {{.Cores}}
`))

func init() {
	template.Must(scripts.New("merge").Parse(`#!/bin/sh
#SBATCH --job-name=sweep-merge
#SBATCH --ntasks=1
#SBATCH --cpus-per-task=1
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --output={{.Logs}}/merge.log
{{- if .Partition}}
#SBATCH --partition={{.Partition}}{{end}}
exec {{quote .Program}} sweep {{quote .File}} -o {{quote .Dir}} -merge -shards {{.Shards}}
`))
}

// quoted returns a word for the shell.
func quoted(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// Submit writes the scripts of both jobs to the folder slurm of the results, and
// submits them with sbatch. Slurm requeues the task of a node that is lost or
// taken away, and it goes on where it was.
func (s Slurm) Submit(ctx context.Context) (Jobs, error) {
	var jobs Jobs
	if s.Cores == 0 {
		s.Cores = 1
	}
	switch {
	case s.Shards < 1:
		return jobs, fmt.Errorf("sweep: slurm: %d shards, must be at least 1", s.Shards)
	case s.Cores < 0:
		return jobs, fmt.Errorf("sweep: slurm: %d cores, must be at least 1", s.Cores)
	case s.Time < 0:
		return jobs, fmt.Errorf("sweep: slurm: the time limit is %v, must not be negative", s.Time)
	}
	for _, p := range []*string{&s.Program, &s.File, &s.Dir} {
		path, err := filepath.Abs(*p)
		if err != nil {
			return jobs, fmt.Errorf("sweep: slurm: %w", err)
		}
		*p = path
	}
	for _, text := range []string{s.Dir, s.Partition} {
		if strings.ContainsAny(text, "\n\r \t%\\") { // a line of #SBATCH has no quotes that hold
			return jobs, fmt.Errorf("sweep: slurm: %q has blanks or signs that a job script cannot name", text)
		}
	}
	logs := filepath.Join(s.Dir, jobsFolder)
	if err := os.MkdirAll(logs, 0o777); err != nil {
		return jobs, fmt.Errorf("sweep: slurm: %w", err)
	}
	data := struct {
		Slurm
		Logs, Limit string
	}{s, logs, ""}
	if s.Time > 0 {
		data.Limit = strconv.Itoa(int((s.Time + time.Minute - 1) / time.Minute))
	}
	write := func(name string) (string, error) {
		var b bytes.Buffer
		if err := scripts.ExecuteTemplate(&b, name, data); err != nil {
			return "", fmt.Errorf("sweep: slurm: %w", err)
		}
		path := filepath.Join(logs, name+".sh")
		if err := atomicfile.Write(path, b.Bytes()); err != nil {
			return "", fmt.Errorf("sweep: slurm: %w", err)
		}
		return path, nil
	}
	array, err := write("array")
	if err != nil {
		return jobs, err
	}
	merge, err := write("merge")
	if err != nil {
		return jobs, err
	}
	if jobs.Array, err = sbatch(ctx, "--parsable", array); err != nil {
		return jobs, err
	}
	jobs.Merge, err = sbatch(ctx, "--parsable", fmt.Sprintf("--dependency=afterany:%d", jobs.Array), merge)
	if err != nil {
		return jobs, fmt.Errorf("%w; the array job %d runs without a merge", err, jobs.Array)
	}
	return jobs, nil
}

// sbatch submits a job and returns its number.
func sbatch(ctx context.Context, args ...string) (int, error) {
	out, err := exec.CommandContext(ctx, "sbatch", args...).Output()
	var failed *exec.ExitError
	switch {
	case errors.Is(err, exec.ErrNotFound):
		return 0, errors.New("sweep: slurm: there is no sbatch here; submit from a node of the cluster that has it")
	case errors.As(err, &failed):
		return 0, fmt.Errorf("sweep: slurm: sbatch: %s", strings.TrimSpace(string(failed.Stderr)))
	case err != nil:
		return 0, fmt.Errorf("sweep: slurm: %w", err)
	}
	number, _, _ := strings.Cut(strings.TrimSpace(string(out)), ";") // of a federation it names the cluster too
	id, err := strconv.Atoi(number)
	if err != nil {
		return 0, fmt.Errorf("sweep: slurm: sbatch prints %q, not a job's number", out)
	}
	return id, nil
}

// Progress returns how many runs of each shard are made, and how many it has.
func (s *Sweep) Progress() (made, total []int, err error) {
	if _, err := s.Done(); err != nil {
		return nil, nil, err
	}
	made, total = make([]int, s.options.Shards), make([]int, s.options.Shards)
	for run, ok := range s.made {
		shard := run % s.options.Shards
		total[shard]++
		if ok {
			made[shard]++
		}
	}
	return made, total, nil
}
