//go:build unix && !linux

package main

import "syscall"

// attributes gives a child a group of its own. The launcher's watcher ends it
// with this process.
func attributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

// seesReading: only Linux tells which system call a process waits in. Neither macOS nor
// the other end of a pipe says that a program reads, so no client is asked for input, and
// cells have none: a read finds its end rather than wait for ever.
const seesReading = false

// reading would return the program that waits for standard input.
func reading(int, string) int { return 0 }
