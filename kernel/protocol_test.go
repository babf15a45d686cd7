package kernel_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"gomyogen/install/jupyter/jupytertest"
)

// protocolPy runs the tests of jupyter_kernel_test that its arguments name.
const protocolPy = `
import sys, time, unittest
import jupyter_kernel_test

class KernelTests(jupyter_kernel_test.KernelTests):
    kernel_name = "gomyogen"
    language_name = "go"
    file_extension = ".go"
    code_hello_world = 'import "fmt"\n%%\nfmt.Print("hello, world")'
    code_stderr = 'import "os"\n%%\nfmt.Fprint(os.Stderr, "oops")'
    code_generate_error = '%%\nundefined()'
    code_display_data = [{"code": 'import "gomyogen/kernel"\n%%\nkernel.ShowTable(kernel.Table{})', "mime": "text/html"}]
    code_inspect_sample = "fmt.Println"
    completion_samples = [{"text": "%%\nfmt.Prin", "matches": {p + s for p in ("Print", "Fprint", "Sprint") for s in ("", "f", "ln")}}]

    @classmethod
    def setUpClass(cls):
        started = time.monotonic()
        super().setUpClass()
        # GoNB connects to gopls after 12 s. Until then Tab finds nothing, and
        # neither it nor a cell behind it waits.
        replies = []
        for ask in (lambda: cls.kc.complete("%%\nfmt.Prin"), lambda: cls.kc.execute("%%\n_ = 1"), lambda: cls.kc.inspect("fmt.Println", 4)):
            asked = ask()
            replies.append(cls.kc.get_shell_msg(timeout=60))
            assert replies[-1]["parent_header"]["msg_id"] == asked, replies
            assert replies[-1]["content"]["status"] == "ok", replies
        assert replies[0]["content"]["matches"] == [], "Tab waited for gopls"
        time.sleep(max(0, started + 14 - time.monotonic()))

unittest.main(verbosity=2, argv=["protocol"] + ["KernelTests.test_" + name for name in sys.argv[1:]])
`

// The kernel passes jupyter_kernel_test, apart from what the documentation of
// the package kernel lists by name.
func TestProtocol(t *testing.T) {
	t.Parallel()
	home := jupytertest.Home(t)
	python := jupytertest.PyPI(t, "jupyter_kernel_test==0.7.0")
	cmd := exec.Command(python, append([]string{"-c", protocolPy},
		"kernel_info", "execute_stdout", "execute_stderr", "display_data", "error", "inspect", "completion")...)
	cmd.Dir = t.TempDir()
	cmd.Env = append(os.Environ(), "JUPYTER_PATH="+filepath.Join(home.Data, "venv", "share", "jupyter"))
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "Ran 7 tests") {
		t.Errorf("%v\n%s", err, out)
	}
}
