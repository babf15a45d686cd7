// Install stops on Windows with what to do instead.
package main

import (
	"fmt"
	"os"
)

func main() {
	fmt.Fprintln(os.Stderr, "install: the notebooks run on Linux and macOS; on Windows use WSL2 (wsl --install) and run this there")
	os.Exit(1)
}
