package kernel

import (
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
)

// Each place that the trace of a panic names is written at once.
func TestTracesAreWrittenLineByLine(t *testing.T) {
	const child = "GOMYOGEN_TEST_PANIC"
	if os.Getenv(child) != "" {
		overrideWrite = writeTrace
		print("\ta word of the program") // not of a trace
		var none []int
		_ = none[len(os.Args)]
	}
	// A socket of packets keeps apart what was written apart.
	ends, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_SEQPACKET, 0)
	if err != nil {
		t.Fatal(err)
	}
	program := os.NewFile(uintptr(ends[1]), "program")
	cmd := exec.Command(os.Args[0], "-test.run=^TestTracesAreWrittenLineByLine$")
	cmd.Env, cmd.Stderr = append(os.Environ(), child+"=1"), program
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	program.Close()
	var packets []string
	for b := make([]byte, 1<<16); ; {
		n, err := syscall.Read(ends[0], b)
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			break
		}
		packets = append(packets, string(b[:n]))
	}
	if err := cmd.Wait(); err == nil {
		t.Error("the program did not panic")
	}
	all, places := strings.Join(packets, ""), 0
	for _, p := range packets {
		if strings.Contains(p, ".go") {
			places++
			if !strings.HasPrefix(p, "\t") || !strings.HasSuffix(p, "\n") || !strings.Contains(p, ".go:") {
				t.Errorf("%q was written apart from its line", p)
			}
		}
	}
	if places < 2 || !strings.Contains(all, "\ta word of the program") || !strings.Contains(all, "index out of range") || !strings.Contains(all, "trace_linux_test.go:") {
		t.Errorf("the program wrote %q", all)
	}
}
