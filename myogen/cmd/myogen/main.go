// Myogen runs simulations without a notebook.
//
//	myogen replay -model NERLab -in network.npz -out spikes.npz
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
)

const usage = `Runs simulations without a notebook.

  myogen replay -model NERLab|Powers2017 -in network.npz -out spikes.npz
        simulate the motor neurons of a saved network under its drive spikes
`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "myogen:", err)
		stop()
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out io.Writer) error {
	if len(args) == 0 || args[0] == "-h" || args[0] == "help" {
		fmt.Fprint(out, usage)
		return nil
	}
	switch args[0] {
	case "replay":
		return replay(ctx, args[1:], out)
	}
	return fmt.Errorf("there is no command %q; myogen -h shows those there are", args[0])
}

// flags returns a flag set that reports its errors to us.
func flags(name string) *flag.FlagSet {
	f := flag.NewFlagSet(name, flag.ContinueOnError)
	f.SetOutput(io.Discard)
	return f
}
