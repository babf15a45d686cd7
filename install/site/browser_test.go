package site

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"gomyogen/install/jupyter/jupytertest"
)

// tutorials writes the site of the committed notebooks.
func tutorials(t *testing.T) string {
	t.Helper()
	files, err := filepath.Glob("../../notebooks/*.ipynb")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d notebooks, error %v", len(files), err)
	}
	dir := t.TempDir()
	if _, err := Write(dir, "Tutorials", open(t, files...)); err != nil {
		t.Fatal(err)
	}
	return dir
}

// A reader opens the index from disk without a network, goes through every
// page, finds live figures, folds the code, in light and dark, wide and narrow.
func TestReaderWalksThroughTheSite(t *testing.T) {
	dir := tutorials(t)
	ctx := jupytertest.Browser(t, 1400, 900)
	axe, err := os.ReadFile(filepath.Join(jupytertest.NPM(t, "axe-core@4.14.1"), "axe.min.js"))
	if err != nil {
		t.Fatal(err)
	}
	do := func(steps ...chromedp.Action[chromedp.Void]) {
		t.Helper()
		if err := chromedp.Do(ctx, steps...); err != nil {
			t.Fatal(err)
		}
	}
	number := func(js string) int {
		t.Helper()
		n, err := chromedp.Run(ctx, chromedp.Evaluate[int](js))
		if err != nil {
			t.Fatalf("%s: %v", js, err)
		}
		return n
	}
	text := func(js string) string {
		t.Helper()
		s, err := chromedp.Run(ctx, chromedp.Evaluate[string](js))
		if err != nil {
			t.Fatalf("%s: %v", js, err)
		}
		return s
	}
	do(chromedp.Func(offline))
	index := "file://" + filepath.Join(dir, "index.html")
	do(chromedp.Navigate(index))
	cards := number(`document.querySelectorAll(".index li a").length`)
	if cards == 0 {
		t.Fatal("the index is empty")
	}
	do(chromedp.Click(".index li a"), chromedp.WaitVisible("#fold"))
	for i := range cards {
		name := text(`location.pathname.split("/").pop()`)
		t.Run(strings.TrimSuffix(name, ".html"), func(t *testing.T) {
			figures := number(`document.querySelectorAll(".myogen-figure").length`)
			if figures == 0 {
				t.Error("the page has no figure")
			}
			if _, err := chromedp.Run(ctx, chromedp.Poll[bool](`[...document.querySelectorAll(".myogen-figure")].every(f => f.dataset.state === "live")`)); err != nil {
				t.Errorf("%d figures are not all alive: %v", figures, err)
			}
			for _, view := range []struct {
				scheme string
				width  int64
			}{{"light", 1400}, {"dark", 1400}, {"light", 400}, {"dark", 400}} {
				do(chromedp.EmulateViewport(view.width, 900), colors(view.scheme))
				if wide := number(`document.documentElement.scrollWidth - document.documentElement.clientWidth`); wide > 0 {
					t.Errorf("%s, %d px: the page is %d px too wide", view.scheme, view.width, wide)
				}
				do(chromedp.Evaluate[chromedp.Void](string(axe)))
				found, err := chromedp.Run(ctx, chromedp.Evaluate[string](
					`axe.run({resultTypes: ["violations"]}).then(r => JSON.stringify(r.violations.filter(v => v.impact === "serious" || v.impact === "critical").map(v => [v.id, v.nodes.slice(0, 3).map(n => n.html.slice(0, 200))])))`,
					chromedp.EvalAwaitPromise))
				if err != nil {
					t.Fatal(err)
				}
				if found != "[]" {
					t.Errorf("%s, %d px: axe finds %s", view.scheme, view.width, found)
				}
			}
			do(chromedp.EmulateViewport(1400, 900), colors("light"))
			opened := `document.querySelectorAll("details.code[open]").length`
			if cells := number(opened); cells > 0 {
				do(chromedp.Click("#fold"))
				if n := number(opened); n != 0 {
					t.Errorf("%d of %d cells still show their code", n, cells)
				}
				do(chromedp.Click("#fold"))
				if n := number(opened); n != cells {
					t.Errorf("%d of %d cells show their code again", n, cells)
				}
			}
		})
		if i+1 < cards {
			do(chromedp.Click(`a[rel="next"]`), chromedp.WaitVisible("#fold"))
			if next := text(`location.pathname.split("/").pop()`); next == name {
				t.Fatalf("the link to the next page leads from %s to itself", name)
			}
		}
	}
	if n := number(`document.querySelectorAll('a[rel="next"]').length`); n != 0 {
		t.Error("the last page has a next one")
	}
}

// The pages are valid HTML.
func TestPagesAreValid(t *testing.T) {
	dir := tutorials(t)
	folder := jupytertest.NPM(t, "html-validate@9.7.1")
	config := filepath.Join(dir, "config.json")
	rules, err := json.Marshal(map[string]any{"root": true, "extends": []string{"html-validate:standard"}})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(config, rules, 0o644); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("node", filepath.Join(folder, "bin", "html-validate.mjs"), "--config", config, "--formatter", "text", filepath.Join(dir, "*.html")).CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%.4000s", err, out)
	}
}

// offline cuts the network off.
func offline(ctx context.Context, t *chromedp.Target) error {
	if _, err := cdp.Call(ctx, t, network.Enable, network.EnableParams{}); err != nil {
		return err
	}
	_, err := cdp.Call(ctx, t, network.SetBlockedURLs, network.SetBlockedURLsParams{URLPatterns: []*network.BlockPattern{
		{URLPattern: "http://*:*/*", Block: true}, {URLPattern: "https://*:*/*", Block: true},
	}})
	return err
}

// colors chooses the light or the dark scheme.
func colors(scheme string) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
		})
		return err
	})
}
