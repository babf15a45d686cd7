package kernel_test

import (
	_ "embed"
	"os/exec"
	"testing"

	"gomyogen/install/jupyter/jupytertest"
)

//go:embed testdata/conversation.py
var conversationPy string

// A client gets the answers that Jupyter's protocol promises.
func TestConversation(t *testing.T) {
	t.Parallel()
	home := jupytertest.Home(t)
	cmd := exec.Command(home.Python("python"), "-c", conversationPy)
	cmd.Dir = t.TempDir()
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
