//go:build unix && !linux

package main

import "syscall"

// attributes gives a child a group of its own. The launcher's watcher ends it
// with this process.
func attributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

// reading would find out that a program waits for standard input, which only Linux
// tells.
func reading(int, string) int { return 0 }
