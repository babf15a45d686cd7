//go:build unix

package main

import (
	"syscall"
	"time"
)

// cpuTime returns the processor time this process has used. Unlike the time on
// the wall it does not grow while other processes run.
func cpuTime() time.Duration {
	var r syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &r) != nil {
		return wallTime()
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}
