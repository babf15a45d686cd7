package kernel_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"gomyogen/install/jupyter/jupytertest"
)

// protocolPy runs the tests of jupyter_kernel_test, all of them, with the newest
// protocol's own.
const protocolPy = `
import unittest
import jupyter_kernel_test

class WelcomeTests(jupyter_kernel_test.IopubWelcomeTests):
    kernel_name = "gomyogen"
    support_iopub_welcome = True

class KernelTests(jupyter_kernel_test.KernelTests):
    kernel_name = "gomyogen"
    language_name = "go"
    file_extension = ".go"
    code_hello_world = 'fmt.Print("hello, world")'
    code_stderr = 'fmt.Fprint(os.Stderr, "oops")'
    code_generate_error = 'undefined()'
    code_execute_result = [
        {"code": "1 + 2", "result": "3"}, {"code": 'x := "a" + "b"\nx', "result": "ab"}, {"code": 'strings.Fields("a b")', "result": "[a b]"}]
    code_display_data = [{"code": 'import "gomyogen/kernel"\n\nkernel.ShowTable(kernel.Table{})', "mime": "text/html"}]
    code_clear_output = 'import "gomyogen/kernel"\n\nkernel.ClearOutput(false)'
    code_page_something = "fmt.Println?"
    code_inspect_sample = "fmt.Println"
    code_history_pattern = "1?+ 2*"
    supported_history_operations = ("tail", "range", "search")
    complete_code_samples = ["x := 1", "func f() {\n}", 'import "fmt"', "%%bash\necho {", "!ls"]
    incomplete_code_samples = ["func f() {", "x :=", "f(1,"]
    invalid_code_samples = ["1 = = 2", "f(]"]
    completion_samples = [{"text": "fmt.Prin", "matches": {"Print", "Printf", "Println"}}, {"text": "%%\nfmt.Prin", "matches": {"Print", "Printf", "Println"}}]

unittest.main(verbosity=2, argv=["protocol"])
`

// The kernel passes jupyter_kernel_test.
func TestProtocol(t *testing.T) {
	t.Parallel()
	home := jupytertest.Home(t)
	python := jupytertest.PyPI(t, "jupyter_kernel_test==0.7.0")
	cmd := exec.Command(python, "-c", protocolPy)
	cmd.Dir = t.TempDir()
	cmd.Env = append(os.Environ(), "JUPYTER_PATH="+filepath.Join(home.Data, "venv", "share", "jupyter"))
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "Ran ") || strings.Contains(string(out), "skipped") {
		t.Errorf("%v\n%s", err, out)
	}
}
