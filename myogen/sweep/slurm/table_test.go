package slurm

import (
	"crypto/sha256"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

var runs = flag.Int("runs", 0, "runs of TestTableIsTheSameEverywhere, a multiple of 100; 1000 take some minutes")

// The table is the same, byte for byte, from one worker, two workers, seven
// shards, a program that is killed ten times, and a cluster. The tests of package
// sweep and the one of the cluster say so of few runs.
func TestTableIsTheSameEverywhere(t *testing.T) {
	if *runs == 0 {
		t.Skip("-runs says how many runs it makes")
	}
	_, _ = cluster(t)
	dir, program := t.TempDir(), build(t)
	file := example(t, "sweep_1000.yaml", "{n: 100,", "{n: 20,", "duration: 5 s", "duration: 500 ms", "rest: 500 ms, ramp: 500 ms, plateau: 3 s", "rest: 50 ms, ramp: 50 ms, plateau: 300 ms",
		"repeats: 10\n", fmt.Sprintf("repeats: %d\n", *runs/100))
	sweep := func(out string, args ...string) []string { return append([]string{"sweep", file, "-o", out}, args...) }

	one := filepath.Join(dir, "one")
	command(t, program, sweep(one, "-workers", "1")...)
	if _, err := os.Stat(filepath.Join(one, "table.csv")); err != nil {
		t.Fatal(err)
	}

	two := filepath.Join(dir, "two")
	start := time.Now()
	command(t, program, sweep(two, "-workers", "2")...)
	took := time.Since(start)

	shards := filepath.Join(dir, "shards")
	for i := range 7 {
		command(t, program, sweep(shards, "-shard", fmt.Sprintf("%d/7", i+1))...)
	}
	command(t, program, sweep(shards, "-merge", "-shards", "7")...)

	killed, kills := filepath.Join(dir, "killed"), 0
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	for kills < 10 {
		cmd := exec.Command(program, sweep(killed)...)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(random.Int64N(int64(took) / 8)))
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		if err := cmd.Wait(); err == nil { // it had ended before
			break
		}
		kills++
	}
	t.Logf("killed %d times, with so many rows: %s", kills, command(t, program, sweep(killed, "-status")...))
	command(t, program, sweep(killed)...)

	out := filepath.Join(dir, "slurm")
	merge := submit(t, program, file, out, 7)
	wait(t, "the end of the merge job", func() bool { return ended(t, merge) })
	if status := command(t, program, sweep(out, "-status", "-shards", "7")...); status != strconv.Itoa(*runs)+" of "+strconv.Itoa(*runs)+" runs are made\n" {
		t.Errorf("the status is %q", status)
	}

	for _, way := range []string{two, shards, killed, out} {
		sameFiles(t, one, way)
	}
	for _, way := range []string{one, two, shards, killed, out} {
		for _, name := range []string{"table.parquet", "table.csv", "table.npz"} {
			text, err := os.ReadFile(filepath.Join(way, name))
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("%x  %s/%s", sha256.Sum256(text), filepath.Base(way), name)
		}
	}
}
