package site

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"gomyogen/install/jupyter/jupytertest"
	"gomyogen/install/notebook"
)

// tutorials writes the site of the committed notebooks.
func tutorials(t *testing.T) string {
	t.Helper()
	files, err := filepath.Glob("../../notebooks/*.ipynb")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d notebooks, error %v", len(files), err)
	}
	dir := t.TempDir()
	if _, err := Write(dir, open(t, files...), Options{Title: "Tutorials", Scripts: scripts(t)}); err != nil {
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
	until := func(condition string) {
		t.Helper()
		waits(t, ctx, condition)
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
	// follow clicks on a link and waits for the whole page that it leads to.
	follow := func(link string) (name string) {
		t.Helper()
		from := text(`location.pathname.split("/").pop()`)
		do(chromedp.Evaluate[chromedp.Void](`window.left = true`))
		jupytertest.Click(t, ctx, link)
		until(`!window.left && document.readyState === "complete" && !!document.querySelector("#Fold")`)
		if name = text(`location.pathname.split("/").pop()`); name == from {
			t.Fatalf("the link %s leads from %s to itself", link, from)
		}
		return name
	}
	name := follow(".index li a")
	for i := range cards {
		t.Run(strings.TrimSuffix(name, ".html"), func(t *testing.T) {
			figures := number(`document.querySelectorAll(".myogen-figure").length`)
			if figures == 0 {
				t.Error("the page has no figure")
			}
			until(`[...document.querySelectorAll(".myogen-figure")].every(f => f.dataset.state === "live")`)
			do(chromedp.Evaluate[chromedp.Void](string(axe)))
			for _, view := range []struct {
				scheme string
				width  int64
			}{{"light", 1400}, {"dark", 1400}, {"light", 400}, {"dark", 400}} {
				do(chromedp.EmulateViewport(view.width, 900), colors(view.scheme))
				// The page's own colours and width change at once, a figure's when it is drawn anew.
				until(fmt.Sprintf(`innerWidth === %d && document.documentElement.scrollWidth <= document.documentElement.clientWidth`, view.width))
				until(fmt.Sprintf(`[...document.querySelectorAll(".myogen-figure .live")].every(e => e.style.colorScheme === %q)`, view.scheme))
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
				for _, want := range []int{0, cells} {
					jupytertest.Click(t, ctx, "#Fold")
					until(fmt.Sprintf(`%s === %d`, opened, want))
				}
			}
		})
		if i+1 < cards {
			name = follow(`a[rel="next"]`)
		}
	}
	if n := number(`document.querySelectorAll('a[rel="next"]').length`); n != 0 {
		t.Error("the last page has a next one")
	}
}

// waits waits until a condition holds of a page.
func waits(t *testing.T, ctx context.Context, condition string) {
	t.Helper()
	var err error
	for end := time.Now().Add(jupytertest.Patience); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		var ok bool
		if ok, err = chromedp.Run(ctx, chromedp.Evaluate[bool](condition)); ok {
			return
		}
	}
	t.Fatalf("waited for %s: %v", condition, err)
}

// tripwires are what a stranger's notebook may hold to run a script on its page
// or to tell somebody that it was read. Each would set window.tripped, or ask SERVER.
var tripwires = []string{
	`<script>window.tripped = 1</script>`,
	`<script src="SERVER/a.js"></script>`,
	`<img src="x" onerror="window.tripped = 2">`,
	`<img src="SERVER/pixel.png">`,
	`<svg onload="window.tripped = 3"><script>window.tripped = 3</script><image href="SERVER/svg.png"/></svg>`,
	`<iframe srcdoc="<script>parent.tripped = 4</script>"></iframe>`,
	`<iframe src="SERVER/frame"></iframe>`,
	`<object data="SERVER/object"></object><embed src="SERVER/embed">`,
	`<a id="link" href="javascript:window.tripped = 5">x</a>`,
	`<a href="java&#10;script:window.tripped = 5">x</a>`,
	`<a href=" &#1;javascript:window.tripped = 5">x</a>`,
	`<form action="javascript:window.tripped = 6"><button>x</button></form>`,
	`<style>@import url("SERVER/style.css"); body { background: url("SERVER/background") }</style>`,
	`<p style="background: url(SERVER/inline)">x</p>`,
	`<link rel="stylesheet" href="SERVER/link.css"><link rel="prefetch" href="SERVER/prefetch">`,
	`<meta http-equiv="refresh" content="0; url=SERVER/refresh">`,
	`<base href="SERVER/">`,
	`<video src="SERVER/video" autoplay></video><audio src="SERVER/audio" autoplay></audio>`,
	`<details open ontoggle="window.tripped = 7">x</details>`,
	`<input autofocus onfocus="window.tripped = 8">`,
	`<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=window.tripped=9&gt;">`,
	`<noscript><p title="</noscript><img src=x onerror=window.tripped=10>">`,
	`<template><script>window.tripped = 11</script></template>`,
	`<div class="myogen-figure" data-figure="AAAA"><img alt="" src="x" onerror="window.tripped = 12"></div><script>window.tripped = 12</script>`,
	`<div hidden data-echarts-gzip="LIBRARY"></div>`,
	`<script id="jupyter-config-data" type="application/json">{"baseUrl": "SERVER/"}</script><p id="jupyter-config-data">{"baseUrl": "SERVER/"}</p>`,
	`<a id="echarts"></a><a name="myogenECharts"></a>`,
	`</pre></div></main><script>window.tripped = 13</script>`,
	`<img src="data:image/svg+xml;base64,SVG">`,
	`<img src="data:text/html,<script>window.tripped = 15</script>">`,
	`<a href="data:text/html,<script>opener.tripped = 15</script>">x</a>`,
	`<a href="vbscript:msgbox(1)">x</a><a href="blob:SERVER/1">x</a><a href="\x01javascript&colon;window.tripped = 15">x</a>`,
	`<a href="#" ping="SERVER/ping">x</a>`,
	`<a xlink:href="javascript:window.tripped = 16"><svg><a xlink:href="javascript:window.tripped = 16"><text>x</text></a></svg></a>`,
	`<img srcset="SERVER/set.png 1x, SERVER/set2.png 2x"><picture><source srcset="SERVER/source.png"><img alt="x"></picture>`,
	`<img src="x.png" lowsrc="SERVER/low.png" dynsrc="SERVER/dyn.png" longdesc="SERVER/long"><input type="image" src="SERVER/input.png">`,
	`<table background="SERVER/table.png"><tr><td background="SERVER/cell.png">x</td></tr></table><body background="SERVER/body.png">`,
	`<ul style="list-style-image: url(SERVER/list.png)"><li style="content: url('SERVER/content.png')">x</li></ul>`,
	`<p style="width: calc(1px); background: \75rl(SERVER/escaped); cursor: url(SERVER/cursor), auto">x</p>`,
	`<p style="background: image-set('SERVER/image-set.png' 1x); --x: url(SERVER/var); mask: url(SERVER/mask)">x</p>`,
	`<style>@font-face { font-family: f; src: url(SERVER/font) } p { font-family: f }</style><font face="f">x</font>`,
	`<svg><style>@import "SERVER/svg.css";</style><foreignObject><iframe src="SERVER/foreign"></iframe><script>window.tripped = 17</script></foreignObject><use href="SERVER/use#x"/></svg>`,
	`<svg><animate attributeName="href" values="javascript:window.tripped = 17"/><set attributeName="onmouseover" to="window.tripped = 17"/></svg>`,
	`<math href="javascript:window.tripped = 18"><maction actiontype="statusline" xlink:href="javascript:window.tripped = 18">x</maction></math>`,
	`<math><mi><svg><mtext><style><img src=x onerror="window.tripped = 18"></style></mtext></svg></mi></math>`,
	`<template shadowrootmode="open"><img src="SERVER/shadow.png"><script>window.tripped = 19</script></template>`,
	`<meta http-equiv="Content-Security-Policy" content="script-src 'unsafe-inline'"><meta http-equiv="set-cookie" content="a=b">`,
	`<portal src="SERVER/portal"></portal><fencedframe src="SERVER/fenced"></fencedframe><frameset><frame src="SERVER/frame2"></frameset>`,
	`<button formaction="javascript:window.tripped = 22" popovertarget="x" commandfor="x">x</button><div id="x" popover onbeforetoggle="window.tripped = 22"></div>`,
	`<select><option><img src=x onerror="window.tripped = 23"></select><textarea></textarea><img src=x onerror="window.tripped = 23">`,
	`<xmp><img src=x onerror="window.tripped = 24"></xmp><plaintext><img src=x onerror="window.tripped = 24">`,
	`<b is="x-y" style="animation-name: x" onanimationend="window.tripped = 25" onpointerrawupdate="window.tripped = 25">x</b>`,
	`<img src=x:x onerror&#61;"window.tripped = 26" ><img/src="x"/onerror="window.tripped = 26">`,
	`<map name="m"><area href="javascript:window.tripped = 60" shape="default"></map><img usemap="#m" src="data:image/png;base64,PHNjcmlwdD53aW5kb3cudHJpcHBlZCA9IDYwPC9zY3JpcHQ+">`,
	`<a download="x.html" href="data:text/html,<script>window.tripped = 60</script>">x</a><a href="x.html" download target="_blank" rel="opener">x</a>`,
	"<a href=\"jav\tascript:window.tripped = 61\">x</a><a href=\"java\nscript&NewLine;&colon;window.tripped = 61\">x</a><a href=\"\u00a0javascript:window.tripped = 61\">x</a>",
	"[x][r] ![x][r] <javascript:window.tripped=62> [x](<javascript:window.tripped=62>) [x](&#x6A;avascript&#58;window.tripped=62)\n\n[r]: javascript:window.tripped=62 '\" onmouseover=\"window.tripped=62'",
	"![x](SERVER/markdown.png) ![x][p] ![\"onerror=\"window.tripped=63](x 'x\" onerror=\"window.tripped=63')\n\n[p]: SERVER/reference.png",
	"```\"><script>window.tripped=64</script>\n</code></pre><script>window.tripped=64</script>\n```\n\n    </code><script>window.tripped=64</script>\n\n| <script>window.tripped=64</script> |\n|---|\n| `</code><script>window.tripped=64</script>` |",
	"$$\\href{javascript:window.tripped=65}{x} \\includegraphics{SERVER/tex.png} <img src=x onerror=window.tripped=65>$$ \\(<script>window.tripped=65</script>\\) \\begin{x}</p><script>window.tripped=65</script>\\end{x}",
	"# <script>window.tripped=66</script> x\" onclick=\"window.tripped=66\n\n[^1]: <script>window.tripped=66</script>\n\n<!-- > <script>window.tripped=66</script> -->\n\n<?php <script>window.tripped=66</script> ?>\n\n<![CDATA[<script>window.tripped=66</script>]]>",
	`<div class="alive" data-cell="study.ipynb/1"></div><div class="myogen-interact" data-interact='{"kernel": "../../x", "address": "x", "knobs": []}'></div>`,
	`<script type="importmap">{"imports": {"x": "SERVER/map.js"}}</script><script type="module">import "SERVER/module.js"</script><script type="speculationrules">{"prefetch": [{"urls": ["SERVER/speculation"]}]}</script>`,
	`<link rel="modulepreload" href="SERVER/modulepreload.js"><link rel="preconnect" href="SERVER/"><link rel="dns-prefetch" href="SERVER/"><link rel="icon" href="SERVER/icon.png"><link rel="manifest" href="SERVER/manifest">`,
	`<form id="Fold" name="body"><input name="getElementById"><input name="querySelectorAll"></form><img id="echarts" name="currentScript"><a id="myogenLive"></a>`,
	`<p style="color: red; behavior: url(SERVER/behavior); -moz-binding: url(SERVER/binding); width: expression(window.tripped = 67); color: attr(x url); background-color: red}*{background:url(SERVER/close)">x</p>`,
	`<p style="background-color: u\72l(SERVER/hex); border-image: url(SERVER/border); filter: url(SERVER/filter); font-family: 'x'; src: url(SERVER/src); list-style: url(SERVER/list-style)">x</p>`,
	`<ruby><rt><xmp></rt></xmp><noembed><img src=x onerror="window.tripped = 68"></noembed><listing><img src=x onerror="window.tripped = 68"></listing></ruby>`,
	`<table><caption><svg><desc><table><td><img title="</desc><img src=x onerror=window.tripped=69>"></td></table></desc></svg></caption></table>`,
	`<math><annotation-xml encoding="text/html"><img src=x onerror="window.tripped = 70"><script>window.tripped = 70</script></annotation-xml></math>`,
	`<svg><a href="javascript:window.tripped = 71"><rect width="9" height="9"/></a><image href="SERVER/svg3.png"/><feImage href="SERVER/fe.png"/><style>* { fill: url(SERVER/fill) }</style><handler>window.tripped = 71</handler></svg>`,
	`<img src="data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'><script>window.tripped=72</script></svg>"><img src="data:image/png;base64,AAAA&quot; onerror=&quot;window.tripped=72"><img src="//127.0.0.1:1/x.png"><img src="\\\\127.0.0.1\\x.png">`,
	`<x-y onclick="window.tripped = 14" style="animation: x 1s" onanimationstart="window.tripped = 14">x</x-y>`,
}

// A stranger's notebook runs nothing and reaches nobody when its page is read,
// neither through its text nor through what its cells show.
func TestTripwires(t *testing.T) {
	var asked []string
	var mu sync.Mutex
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		asked = append(asked, r.URL.Path)
	}))
	defer server.Close()
	var library bytes.Buffer
	z := gzip.NewWriter(&library)
	_, err := z.Write([]byte("window.tripped = 20; window.echarts = {}"))
	if err := errors.Join(err, z.Close()); err != nil {
		t.Fatal(err)
	}
	svg := `<svg xmlns="http://www.w3.org/2000/svg" onload="window.tripped = 21"><script>window.tripped = 21</script><image href="` + server.URL + `/svg2.png"/></svg>`
	encode := base64.StdEncoding.EncodeToString
	fill := strings.NewReplacer("SERVER", server.URL, "LIBRARY", encode(library.Bytes()), "SVG", encode([]byte(svg)))
	tutorial, err := notebook.Read("../../notebooks/01_recruitment_thresholds.ipynb")
	if err != nil {
		t.Fatal(err)
	}
	var figure string // of ours, with its script, so that scripts are allowed at all
	for _, c := range tutorial.Cells {
		for _, o := range c.Outputs {
			if html := o.As("text/html"); figure == "" && strings.Contains(html, "myogen-figure") {
				figure = html
			}
		}
	}
	figure = forge(t, figure, func(any2) {})
	cells := []any2{markdownCell("# Title <img src=x onerror=window.tripped=30> $<img src=x onerror=window.tripped=30>$")}
	for _, wire := range tripwires {
		wire = fill.Replace(wire)
		caption := codeCell("x <script>window.tripped = 31</script>", shown("text/html", wire), shown("image/svg+xml", svg), shown("text/markdown", wire), shown("text/plain", wire),
			any2{"output_type": "stream", "name": "stdout", "text": wire + "\x1b[31m" + wire}, shown("image/png", `AAAA" onerror="window.tripped = 32`),
			shown("text/latex", wire), any2{"output_type": "error", "ename": wire, "evalue": wire, "traceback": []string{wire}})
		caption["metadata"], caption["execution_count"] = any2{"caption": wire, "tags": []string{"raises-exception"}}, wire
		cells = append(cells, markdownCell(wire), markdownCell("text "+wire+" text"), markdownCell("[x]("+wire+") ![x](javascript:window.tripped=33)"), caption)
	}
	all := fill.Replace(strings.Join(tripwires, ""))
	for _, mime := range []string{"application/javascript", "text/javascript", "application/vnd.bokehjs_exec.v0+json", "application/vnd.jupyter.widget-view+json", "application/vnd.plotly.v1+json",
		"application/vnd.vega.v5+json", "application/vnd.x+html", "application/xhtml+xml", "application/pdf", "application/json", "text/vnd.mermaid", "text/xml", "video/mp4", "text/HTML", "text/html; charset=utf-8"} {
		cells = append(cells, codeCell("x", shown(mime, all), any2{"output_type": "display_data", "data": any2{mime: any2{"model_id": all}, "text/plain": all}, "metadata": any2{mime: any2{"isolated": true}}}))
	}
	raw := any2{"cell_type": "raw", "source": all, "outputs": []any2{shown("text/html", all)}, "metadata": any2{"format": "text/html", "raw_mimetype": "text/html"}}
	text := markdownCell("![x](attachment:a.svg) ![x](attachment:a.html) ![x](attachment:a.png)")
	text["outputs"] = []any2{shown("text/html", all)}
	text["attachments"] = any2{"a.svg": any2{"image/svg+xml": encode([]byte(svg))}, "a.html": any2{"text/html": all}, "a.png": any2{"image/png": encode([]byte(all))}}
	skipped := codeCell("x", shown("text/html", all))
	skipped["metadata"] = any2{"tags": []string{"skip-execution", all}}
	cells = append(cells, raw, text, skipped, codeCell("figure()", shown("text/html", figure)))
	source := described(t, any2{"title": fill.Replace(tripwires[0]), "authors": `"><script>window.tripped = 34</script>`, "date": tripwires[2], "description": all,
		"widgets": any2{"application/vnd.jupyter.widget-state+json": any2{"state": any2{"x": any2{"model_name": "HTMLModel", "state": any2{"value": all}}}}}}, cells...)
	forged := []any2{codeCell("figure()", shown("text/html", figure))}
	for _, name := range slices.Sorted(maps.Keys(hostile)) {
		forged = append(forged, markdownCell("## "+name), codeCell("figure()", shown("text/html", forge(t, figure, func(spec any2) { hostile[name](spec, server.URL) }))))
	}
	dir := t.TempDir()
	if _, err := Write(dir, append([]Source{source}, open(t, write(t, t.TempDir(), "figures.ipynb", forged...))...), Options{Title: tripwires[2], Scripts: scripts(t)}); err != nil {
		t.Fatal(err)
	}
	ctx := jupytertest.Browser(t, 1400, 900)
	value := func(js string) string {
		t.Helper()
		s, err := chromedp.Run(ctx, chromedp.Evaluate[string](js))
		if err != nil {
			t.Fatalf("%s: %v", js, err)
		}
		return s
	}
	if _, err := chromedp.Call(ctx, cdppage.AddScriptToEvaluateOnNewDocument, cdppage.AddScriptToEvaluateOnNewDocumentParams{
		Source: `window.stopped = []; addEventListener("securitypolicyviolation", e => stopped.push(e.effectiveDirective + " " + e.blockedURI + " " + e.sample))`}); err != nil {
		t.Fatal(err)
	}
	served := httptest.NewServer(http.FileServer(http.Dir(dir)))
	defer served.Close()
	for _, address := range []string{"file://" + dir + "/index.html", "file://" + dir + "/figures.html", served.URL + "/figures.html", served.URL + "/study.html", "file://" + dir + "/study.html"} {
		name := path.Base(address)
		if err := chromedp.Do(ctx, chromedp.Navigate(address)); err != nil {
			t.Fatal(err)
		}
		switch name {
		case "study.html":
			if state := value(`document.querySelectorAll(".myogen-figure").length + " " + [...document.querySelectorAll("script:not([src])")].length`); !strings.HasSuffix(state, " 2") {
				t.Errorf("there are figures and scripts: %s; want two scripts, the figure's and the page's", state)
			}
			value(`document.querySelectorAll("#link, a, button, details, img").forEach(e => { if (!e.href || e.href.startsWith("javascript")) e.click(); e.focus(); }), ""`)
		case "figures.html":
			useFigures(t, ctx, len(hostile)) // all and the genuine one, but the one that cannot be drawn
		}
		if got := value(`String(window.tripped)`); got != "undefined" {
			t.Errorf("%s: a script ran: %s", name, got)
		}
		if got := value(`document.querySelectorAll("iframe, object, embed, form, base, link, video, audio, main style:not(.myogen-figure style)").length + ""`); got != "0" {
			t.Errorf("%s has %s elements that are not to be there", name, got)
		}
		if got := value(`location.href`); got != address {
			t.Errorf("%s led to %s", address, got)
		}
		if got := value(`stopped.join("\n")`); got != "" {
			t.Errorf("%s: the policy had to stop %s", address, got)
		}
	}
	// Were one to come through, the policy would stop it. It does not know <meta>.
	value(`document.body.insertAdjacentHTML("beforeend", ` + strconv.Quote(fill.Replace(strings.Join(slices.DeleteFunc(slices.Clone(tripwires), func(s string) bool { return strings.HasPrefix(s, "<meta") }), ""))) + `), ""`)
	value(`{ const s = document.createElement("script"); s.textContent = "window.tripped = 40"; document.body.append(s); const t = document.createElement("script"); t.src = "` + server.URL + `/late.js"; document.body.append(t); } ""`)
	value(`fetch("` + server.URL + `/fetch").catch(() => {}), ""`)
	if _, err := chromedp.Run(ctx, chromedp.Evaluate[string](`new Promise(done => setTimeout(() => done(""), 500))`, chromedp.EvalAwaitPromise)); err != nil {
		t.Fatal(err)
	}
	if got := value(`String(window.tripped)`); got != "undefined" {
		t.Errorf("the policy lets a script run: %s", got)
	}
	mu.Lock()
	defer mu.Unlock()
	if len(asked) > 0 {
		t.Errorf("somebody was asked for %v", asked)
	}
}

// useFigures does what a reader can do with the figures of a page once some of them are
// live: it clicks on all that they draw and on their buttons, and prints them.
func useFigures(t *testing.T, ctx context.Context, live int) {
	t.Helper()
	waits(t, ctx, fmt.Sprintf(`document.querySelectorAll(".myogen-figure[data-state=live]").length === %d`, live))
	if _, err := chromedp.Run(ctx, chromedp.Evaluate[string](`(async () => {
		const figures = [...document.querySelectorAll(".myogen-figure")];
		HTMLAnchorElement.prototype.click = function () { if (!this.download) window.open(this.href); }; // files are not saved
		for (const f of figures) {
			for (const b of f.querySelectorAll("button")) b.click();
			const plot = f.querySelector(".plot"), chart = window.echarts && plot && echarts.getInstanceByDom(plot.firstElementChild);
			if (!chart) continue;
			for (const e of ["pointermove", "pointerdown", "pointerup"]) plot.dispatchEvent(new PointerEvent(e, { clientX: plot.getBoundingClientRect().x + 300, clientY: plot.getBoundingClientRect().y + 80 }));
			for (const shown of chart.getZr().storage.getDisplayList(true)) {
				for (let e = shown; e; e = e.parent || e.__hostTarget) for (const kind of ["mouseover", "mousemove", "click"]) e.trigger(kind, { target: shown, offsetX: 1, offsetY: 1, event: {} });
			}
		}
		dispatchEvent(new Event("beforeprint"));
		await new Promise(done => setTimeout(done, 100));
		return "";
	})()`, chromedp.EvalAwaitPromise)); err != nil {
		t.Fatal(err)
	}
}

// On paper each figure is its still picture, whole and as wide as the page; code
// and results are wrapped, and nothing is there to press.
func TestPrint(t *testing.T) {
	dir := tutorials(t)
	ctx := jupytertest.Browser(t, 1400, 900)
	// Figures with a run in the page, tall ones, heat maps, long words, long lines and wide tables.
	for i, name := range []string{"03_descending_drive", "05_one_neuron_inside", "08_a_thousand_runs", "10_recorded_and_simulated", "13_is_delta_f_the_persistent_inward_current"} {
		printed(t, ctx, "file://"+filepath.Join(dir, name+".html"), i == 0, []string{"light", "dark"}[i%2])
	}
}

// printed looks at a page on paper, of a reader with a colour scheme; with ran, its first
// figure is as after a run in the page, which leaves no still.
func printed(t *testing.T, ctx context.Context, page string, ran bool, scheme string) {
	t.Helper()
	medium := func(media string) chromedp.Action[chromedp.Void] {
		return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
			_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: media, Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
			return err
		})
	}
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(1400, 900), medium(""), chromedp.Navigate(page)); err != nil {
		t.Fatal(err)
	}
	waits(t, ctx, `[...document.querySelectorAll(".myogen-figure")].every(f => f.dataset.state === "live")`)
	if _, err := chromedp.Run(ctx, chromedp.Evaluate[bool](fmt.Sprintf(`(async () => {
		const img = document.querySelector(".myogen-figure > img");
		if (%t) {
			img.src = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==";
			await img.decode();
		}
		window.dispatchEvent(new Event("beforeprint"));
		return true;
	})()`, ran), chromedp.EvalAwaitPromise)); err != nil {
		t.Fatal(err)
	}
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(680, 900), medium("print")); err != nil {
		t.Fatal(err)
	}
	waits(t, ctx, `innerWidth === 680 && matchMedia("print").matches`)
	for what, js := range map[string]string{
		"buttons":                  `[...document.querySelectorAll("button, input, .bar, .plot, canvas:not(.sheet)")].filter(e => e.offsetParent && e.getBoundingClientRect().height > 0).length`,
		"scroll bars":              `[...document.querySelectorAll("main *")].filter(e => ["auto", "scroll"].includes(getComputedStyle(e).overflowX) && e.scrollWidth > e.clientWidth).length`,
		"what is cut at the right": `[...document.querySelectorAll("main pre, main img, main table")].filter(e => e.getBoundingClientRect().right > document.documentElement.clientWidth + 1 || e.scrollWidth > e.clientWidth + 1 && e.localName === "pre").length`,
		"figures without a still":  `[...document.querySelectorAll(".myogen-figure")].filter(f => (f.querySelector(".sheet") ?? f.querySelector("img")).getBoundingClientRect().width < 0.9 * f.parentElement.getBoundingClientRect().width).length`,
		"empty pictures":           `[...document.querySelectorAll(".myogen-figure > img")].filter(e => e.naturalWidth < 2 && e.offsetParent).length`,
		"dark paper":               `[document.body, ...document.querySelectorAll("main, pre, td")].filter(e => { const c = getComputedStyle(e), n = c.backgroundColor.match(/[\d.]+/g).map(Number); return n[3] !== 0 && n[0] + n[1] + n[2] < 600 || c.color.match(/\d+/g).slice(0, 3).every(n => n > 150); }).length`,
		"figures that break":       `[...document.querySelectorAll("figure")].filter(f => getComputedStyle(f).breakInside !== "avoid" || f.getBoundingClientRect().height > 1000).length`,
	} {
		n, err := chromedp.Run(ctx, chromedp.Evaluate[int](js))
		if err != nil {
			t.Fatalf("%s: %s: %v", page, what, err)
		}
		if n > 0 {
			t.Errorf("%s has on paper %d: %s", page, n, what)
		}
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
