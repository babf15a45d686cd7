package kernel_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// newcomer is what somebody may write who comes from Python and knows some Go.
var newcomer = []string{
	`fmt.Println("Hello, world")`,
	`var rate = 65.0

rate / 2`,
	`rate * 2`,
	`fmt.Printn(rate)`,
	`import "gomyogen/kernel/chart"

x := []float64{0, 1, 2, 3}
y := []float64{0, 1, 4, 9}
chart.Figure{Title: "Squares", Panels: []chart.Panel{{Series: []chart.Series{&chart.Line{Name: "y", X: x, Y: y}}}}}`,
	`for i := range 3 {
	fmt.Println(i, rate*float64(i))
}`,
	`var name string
fmt.Print("Your name? ")
fmt.Scanln(&name)
fmt.Println("Hello,", name)`,
	`fmt.Println("waiting")
time.Sleep(time.Hour)`,
	`fmt.Println("still here")`,
	`strings.Rep`,
	`strings.Repeat`,
}

// The first cells of somebody new go through in JupyterLab, each with what it says and
// nothing that needs explaining.
func TestNewcomer(t *testing.T) {
	t.Parallel()
	p := open(t, newcomer...)
	at := func(i int, part string) {
		t.Helper()
		p.wait(cell(i)+" .jp-OutputArea-output", part)
	}
	at(0, "Hello, world")
	for i, want := range []string{1: "32.5", 2: "130", 3: "undefined: fmt.Printn; did you mean Print", 4: "Squares", 5: "2 130"} {
		if i > 0 {
			p.runCell(i)
			at(i, want)
			p.wait(cell(i)+" .jp-InputPrompt", fmt.Sprintf("[%d]:", i+1))
		}
	}
	p.screenshot("newcomer-1.png")
	p.runCell(6)
	at(6, "Your name?")
	p.appears(".jp-Stdin-input")
	p.types(".jp-Stdin-input", "Ada")
	p.do(chromedp.KeyEvent(kb.Enter))
	at(6, "Hello, Ada")

	p.runCell(7)
	at(7, "waiting")
	p.runCell(8)
	p.wait(cell(8)+" .jp-InputPrompt", "[*]:")
	// What the kernel is asked next it answers when it has that cell.
	p.do(chromedp.Evaluate[chromedp.Void](`jupyterapp.shell.currentWidget.sessionContext.session.kernel.requestIsComplete({ code: "1" }).then(() => { window.heard = true; })`))
	p.waitFor("String(window.heard)", "true")
	p.press(stopButton)
	at(7, "Cell [8] was stopped.")
	if said := p.text(cell(8) + " .jp-OutputArea-output"); said != "" {
		t.Errorf("a cell behind the stop says %q", said)
	}
	p.wait(cell(8)+" .jp-InputPrompt", "[ ]:")
	p.screenshot("newcomer-2.png")

	p.restart()
	p.focus(9)
	p.do(chromedp.KeyEvent(kb.End))
	for range 10 { // JupyterLab drops an answer that takes more than a second
		p.appears(cell(9) + " .jp-mod-completer-enabled") // Tab indents before
		p.do(chromedp.KeyEvent(kb.Tab))
		if p.says(".jp-Completer", "Repeat", 5*time.Second) {
			break
		}
		if said := p.text(cell(9) + " .cm-content"); said != newcomer[9] {
			t.Fatalf("Tab made %q of %q", said, newcomer[9])
		}
	}
	p.wait(".jp-Completer", "Repeat")
	p.screenshot("newcomer-3.png")
	p.do(chromedp.KeyEvent(kb.Escape))
	p.focus(10)
	p.do(chromedp.KeyEvent(kb.End), chromedp.KeyEvent(kb.Tab, chromedp.KeyModifiers(chromedp.ModifierShift)))
	p.wait(".jp-Tooltip", "Repeat returns a new string consisting of count copies")
	p.screenshot("newcomer-4.png")
	p.do(chromedp.KeyEvent(kb.Escape))
	p.runCell(0)
	p.wait(cell(0)+" .jp-InputPrompt", "[1]:")

	for _, line := range strings.Split(p.text(outputs), "\n") {
		for _, part := range []string{"exit status", "/tmp/", "gonb_", "goroutine"} {
			if strings.Contains(line, part) {
				t.Errorf("a newcomer sees %q", line)
			}
		}
	}
}

// types types into an input until it holds the text: JupyterLab may move the focus.
func (p page) types(selector, text string) {
	p.Helper()
	value := ""
	for end := time.Now().Add(patience); value != text; {
		if time.Now().After(end) {
			p.screenshot("failed.png")
			p.Fatalf("%s holds %q, not %q", selector, value, text)
		}
		p.do(chromedp.Evaluate[chromedp.Void](`(e => { e.value = ""; e.focus(); })(document.querySelector('`+selector+`'))`), chromedp.KeyEvent(text))
		var err error
		if value, err = chromedp.Run(p.ctx, chromedp.Evaluate[string](`document.querySelector('`+selector+`').value`)); err != nil {
			p.Fatal(err)
		}
	}
}

// appears waits until there is an element.
func (p page) appears(selector string) {
	p.Helper()
	p.waitFor(`String(document.querySelector('`+selector+`') !== null)`, "true")
}
