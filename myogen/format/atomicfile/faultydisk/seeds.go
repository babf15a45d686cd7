package faultydisk

import (
	"os"
	"strconv"
	"sync"
	"testing"
	"time"
)

// The environment variables that a test with seeds reads.
const (
	// Time is how long it takes new seeds, 2s if unset.
	Time = "MYOGEN_FAULT_TIME"
	// Seed is the only seed to take.
	Seed = "MYOGEN_FAULT_SEED"
)

// memory returns a folder in memory where the machine has one, since what is flushed
// is the faulty disk's own affair; "" otherwise.
var memory = sync.OnceValue(func() string {
	const dir = "/dev/shm"
	probe, err := os.MkdirTemp(dir, "faultydisk-")
	if err != nil || os.Remove(probe) != nil {
		return ""
	}
	return dir
})

// Seeds calls test with the seeds 0, 1, 2 ... for some time and at least least
// times, each with an empty folder. The first error ends the test and says how
// to see it again.
func Seeds(t *testing.T, least int, test func(seed uint64, dir string) error) {
	t.Helper()
	one := func(seed uint64) {
		dir, err := os.MkdirTemp(memory(), "faultydisk-")
		if err == nil {
			err = test(seed, dir)
		}
		if cleanup := os.RemoveAll(dir); err == nil {
			err = cleanup
		}
		if err != nil {
			t.Fatalf("seed %d: %v\nagain: %s=%d go test -run '^%s$'", seed, err, Seed, seed, t.Name())
		}
	}
	if text := os.Getenv(Seed); text != "" {
		seed, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		one(seed)
		return
	}
	long := 2 * time.Second
	if text := os.Getenv(Time); text != "" {
		var err error
		if long, err = time.ParseDuration(text); err != nil {
			t.Fatal(err)
		}
	}
	if testing.Short() {
		long = 0
	}
	begin, n := time.Now(), 0
	for ; n < least || time.Since(begin) < long; n++ {
		one(uint64(n))
	}
	t.Logf("%d seeds, %.0f a minute", n, float64(n)/time.Since(begin).Minutes())
}
