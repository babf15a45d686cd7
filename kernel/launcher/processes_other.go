//go:build unix && !linux

package main

import (
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
)

// processes returns the command lines of this user's processes by id. A space
// in an argument looks like two arguments.
func processes() (map[int][]string, error) {
	out, err := exec.Command("ps", "-ww", "-U", strconv.Itoa(os.Getuid()), "-o", "pid=,command=").Output()
	if err != nil {
		return nil, fmt.Errorf("ps: %w", err)
	}
	all := map[int][]string{}
	for line := range strings.Lines(string(out)) {
		words := strings.Fields(line)
		if len(words) < 2 {
			continue
		}
		if pid, err := strconv.Atoi(words[0]); err == nil {
			all[pid] = words[1:]
		}
	}
	return all, nil
}

// parent returns the id of a process's parent.
func parent(pid int) (int, error) {
	out, err := exec.Command("ps", "-o", "ppid=", "-p", strconv.Itoa(pid)).Output()
	if err != nil {
		return 0, fmt.Errorf("ps: %w", err)
	}
	return strconv.Atoi(strings.TrimSpace(string(out)))
}
