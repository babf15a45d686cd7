package kernel_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"gomyogen/install/jupyter/jupytertest"
)

const importing = `import "fmt"`

// running says that it runs, is quiet until there is a file, and then says how far it is
// until there is another. It removes both.
const running = `import (
	"fmt"
	"os"
	"time"
	"gomyogen/kernel"
	"gomyogen/myogen/units"
)

fmt.Println("begun")
for os.Remove("speak") != nil {
	time.Sleep(100 * time.Millisecond)
}
bar := kernel.NewProgress("Run")
for i := 1; os.Remove("go") != nil; i++ {
	bar.Update(units.Time(min(i, 59)), 60)
	time.Sleep(100 * time.Millisecond)
}
bar.Update(60, 60)
fmt.Println("done")`

// A page that is opened again while a cell runs shows that it runs, and what it has
// shown and shows; one that is opened when it has ended has its outputs.
func TestReopen(t *testing.T) {
	t.Parallel()
	home := jupytertest.Home(t)
	dir := folder(t, importing, running, nextCell)
	lab := jupytertest.Lab(t, home, dir)
	p := openIn(t, lab, dir)
	dialogs := chromedp.Events(p.ctx, cdppage.JavascriptDialogOpening)
	go func() { // "Leave this page?"
		for _, err := range dialogs {
			if err != nil {
				return
			}
			if _, err := chromedp.Call(p.ctx, cdppage.HandleJavaScriptDialog, cdppage.HandleJavaScriptDialogParams{Accept: true}); err != nil {
				return
			}
		}
	}()
	leave := func() {
		p.save()
		p.do(chromedp.Navigate("about:blank"))
	}
	enter := func() {
		p.do(chromedp.Navigate(lab.Lab("test.ipynb")))
		p.appears(".jp-CodeCell")
	}

	p.press(runButton)
	p.wait(outputs, "begun")
	leave()
	enter()
	p.wait(outputs, "begun")
	p.wait(prompts, "[*]:")
	p.put("speak")
	p.wait(outputs, "of 60 ms")
	p.screenshot("reopen-running.png")
	p.appears(".jp-Notebook-ExecutionIndicator[data-status=busy]")
	p.goOn()
	p.wait(outputs, "done")
	p.wait(prompts, "[2]:")
	p.screenshot("reopen-done.png")

	p.do(chromedp.Evaluate[chromedp.Void](`jupyterapp.commands.execute("notebook:clear-all-cell-outputs")`))
	p.runCell(1)
	p.wait(outputs, "begun")
	leave()
	p.put("speak")
	p.goOn()
	for _, err := os.Stat(filepath.Join(dir, "go")); err == nil; _, err = os.Stat(filepath.Join(dir, "go")) {
		time.Sleep(50 * time.Millisecond)
	}
	idle(t, lab)
	enter()
	p.wait(outputs, "60 of 60 ms")
	p.wait(outputs, "done")
	p.wait(prompts, "[3]:")
}

// idle waits until no kernel of a server runs a cell.
func idle(t *testing.T, lab jupytertest.Server) {
	t.Helper()
	var kernels []struct {
		State string `json:"execution_state"`
	}
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		r, err := http.Get(lab.URL + "/api/kernels?token=" + lab.Token)
		if err != nil {
			t.Fatal(err)
		}
		err = json.NewDecoder(r.Body).Decode(&kernels)
		if err := errors.Join(err, r.Body.Close()); err != nil {
			t.Fatal(err)
		}
		if len(kernels) == 1 && kernels[0].State == "idle" {
			return
		}
	}
	t.Fatalf("the kernels are %+v", kernels)
}
