//go:build !js

package kernel

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"html"
	"maps"
	"sync/atomic"
)

// interactBoard is the two outputs of an interaction: the sliders, which stay
// while the cell runs, and the figure, which is replaced by each new one. Both
// are replaced at the end.
type interactBoard struct {
	kernel  string
	address string // of the comm, and the id of the sliders
	figure  string // id of the figure
	first   setting
	opened  atomic.Bool // the sliders are shown
}

func newInteractBoard(kernel string, first setting) *interactBoard {
	return &interactBoard{kernel: kernel, address: newDisplayID(), figure: newDisplayID(), first: first}
}

//go:embed interact.js
var interactJS string

// open shows the sliders: a script builds them once it has found its cell in the
// page.
func (b *interactBoard) open() error {
	given, err := json.Marshal(map[string]any{"kernel": b.kernel, "address": b.address, "knobs": b.first.knobs()})
	if err != nil {
		return fmt.Errorf("kernel: Interact: %w", err)
	}
	b.opened.Store(true)
	bundle := plain(notYet)
	bundle["text/html"] = fmt.Sprintf(`<div class="myogen-interact" data-interact="%s">%s</div><script>%s</script>`,
		html.EscapeString(string(given)), notYet, interactJS)
	return display(b.address, bundle)
}

// show replaces the figure and tells the script about it. The still picture is
// hidden for the second that the live chart may take to cover it.
func (b *interactBoard) show(p picture, a answer) error {
	a.Address = b.address
	told, err := json.Marshal(a)
	if err != nil {
		return fmt.Errorf("kernel: Interact: %w", err)
	}
	bundle := map[string]string{"text/plain": a.Text}
	if p.bundle != nil {
		bundle = maps.Clone(p.bundle)
	}
	// The script comes before that of the figure, which looks for figures that
	// left the page.
	bundle["text/html"] = fmt.Sprintf(`<div class="myogen-interact-figure" style="position:relative" data-answer="%s">`+
		`<style>.myogen-interact-figure img { display: block; animation: myogen-late 1s step-end; } @keyframes myogen-late { from { visibility: hidden; height: 0; } }</style>`+
		`<script>{ const at = document.currentScript.parentElement, told = JSON.parse(at.dataset.answer); for (const hear of window.myogenInteract?.get(told.address) || []) hear(told, at); }</script>`+
		`%s</div>`, html.EscapeString(string(told)), p.bundle["text/html"])
	return display(b.figure, bundle)
}

// close leaves the last figure and no sliders.
func (b *interactBoard) close(last picture, hint string) error {
	b.opened.Store(false)
	if err := display(b.address, plain(last.set.text()+", "+hint)); err != nil {
		return err
	}
	return display(b.figure, last.bundle)
}

// bury removes the sliders if no last figure follows. Its own failure must not
// hide the reason.
func (b *interactBoard) bury() {
	if b.opened.Swap(false) {
		_ = display(b.address, plain("The cell ended without a last figure."))
	}
}

// What stands where the sliders will be; what stays there, after the values.
const (
	notYet         = "Sliders, while the cell runs."
	chosenHint     = "chosen with sliders while the cell ran; run it again to go on"
	unansweredHint = "no page answered in time; run it again to choose with sliders"
	aloneHint      = "in JupyterLab, sliders change these values while the cell runs"
)
