//go:build unix

// Front is the Jupyter kernel that clients see:
//
//	front PROGRAM ARG... --kernel CONNECTION-FILE ARG...
//
// PROGRAM is GoNB, which compiles and runs cells. It gets a connection of its own
// and stays as it is; front passes on what it does well and answers the rest: it
// turns a cell as it was typed into one that GoNB reads, shows the value of a last
// expression, says what is wrong in lines of the cell, keeps the queue and the
// history, asks for input, completes names and tells what they are. It ends with
// GoNB, and GoNB with it.
package main

import (
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "front:", err)
		os.Exit(1)
	}
}

func run(command []string) error {
	file, err := connectionFile(command)
	if err != nil {
		return err
	}
	c, err := readConnection(file)
	if err != nil {
		return err
	}
	f, err := newFront(c)
	if err != nil {
		return err
	}
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	if !signal.Ignored(syscall.SIGHUP) { // as under nohup
		signal.Notify(signals, syscall.SIGHUP)
	}
	go func() {
		for s := range signals {
			if s == os.Interrupt {
				f.do(f.interrupt)
			} else {
				f.do(func() { f.shutdown(nil) })
			}
		}
	}()
	f.start(command, file, os.TempDir())
	return f.loop()
}

// connectionFile finds the connection file in a command.
func connectionFile(command []string) (string, error) {
	for i, a := range command {
		name, value, set := strings.Cut(strings.TrimLeft(a, "-"), "=")
		switch {
		case name != "kernel" || !strings.HasPrefix(a, "-"):
		case set:
			return value, nil
		case i+1 < len(command):
			return command[i+1], nil
		}
	}
	return "", errors.New("name GoNB and, behind --kernel, the connection file")
}
