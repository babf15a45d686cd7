package live_test

import (
	"compress/gzip"
	"context"
	"fmt"
	"html"
	"mime"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// served opens a page that a server has below a path, zipped, with the page's content
// security policy as a header, and with a charset that is not the file's: it simulates,
// and its text is as it was written. A page whose script does not parse keeps the figure.
func served(t *testing.T, ctx context.Context, dir string) {
	t.Helper()
	text := evaluator(t, ctx)
	const name, values = "11_a_pool_to_play_with.html", "65,150,0.5,0.2,1"
	want := native(t, []float64{65, 150, 0.5, 0.2, 1})
	written, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	meta := regexp.MustCompile(`(?s)<meta http-equiv="Content-Security-Policy" content="(.*?)">`)
	policy := html.UnescapeString(string(meta.FindSubmatch(written)[1]))
	broken := ""
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		parts := strings.SplitN(strings.TrimPrefix(r.URL.Path, "/"), "/", 3) // charset/pages/file
		if len(parts) != 3 {
			http.NotFound(w, r)
			return
		}
		data, err := os.ReadFile(filepath.Join(dir, filepath.Base(parts[2])))
		if err != nil {
			http.NotFound(w, r)
			return
		}
		kind, _, _ := mime.ParseMediaType(mime.TypeByExtension(filepath.Ext(parts[2])))
		w.Header().Set("Content-Type", kind+"; charset="+parts[0])
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Content-Encoding", "gzip")
		if broken == "" {
			w.Header().Set("Content-Security-Policy", policy)
		} else if strings.HasSuffix(parts[2], ".html") { // a browser to which a script is no language
			text := meta.ReplaceAllString(string(data), "")
			data = []byte(strings.ReplaceAll(text, broken, "\nlet = = 1;\n"+broken))
		}
		z := gzip.NewWriter(w)
		_, _ = z.Write(data)
		_ = z.Close()
	}))
	defer server.Close()
	for _, charset := range []string{"iso-8859-1", "utf-16", "iso-2022-jp"} {
		url := fmt.Sprintf("%s/%s/pages/%s#live-4=%s", server.URL, charset, name, values)
		if err := chromedp.Do(ctx, chromedp.Navigate("about:blank"), chromedp.Navigate(url)); err != nil {
			t.Fatal(err)
		}
		state := ended(t, text)
		if sum := text(`document.querySelector(".alive").dataset.sum || ""`); sum != want {
			t.Errorf("as %s: the run is %q and has %s, native is %s; the page says %s", charset, state, sum, want, text(`document.querySelector(".alive").textContent`))
		}
		if back := text(`document.querySelector("header a").textContent`); back != "← All notebooks" {
			t.Errorf("as %s: the page has %q", charset, back)
		}
		if refused := text(`String(window.refused || "")`); refused != "" {
			t.Errorf("as %s: the policy refused %s", charset, refused)
		}
	}
	// Each kind of script by a piece of it.
	for _, broken = range []string{"const cells = document.querySelectorAll(\".alive\");", "const box = document.currentScript.previousElementSibling;"} {
		if !strings.Contains(string(written), broken) {
			t.Fatalf("no script has %s", broken)
		}
		if err := chromedp.Do(ctx, chromedp.Navigate("about:blank"), chromedp.Navigate(server.URL+"/utf-8/pages/"+name)); err != nil {
			t.Fatal(err)
		}
		text(`document.querySelector(".alive").scrollIntoView(), ""`)
		time.Sleep(time.Second) // for what should not begin
		if n := text(`String([...document.querySelectorAll(".myogen-figure")].filter(f => f.dataset.state === "live" || f.querySelector("img").naturalWidth > 100).length)`); n == "0" {
			t.Errorf("where %q does not parse there is no figure", broken)
		}
		if fold := text(`String(document.getElementById("Fold").hidden)`); fold != "false" {
			t.Errorf("where %q does not parse the other scripts do not run", broken)
		}
	}
}

// address follows a link with values while the page is open, and says what is wrong with
// one that does not fit.
func address(t *testing.T, ctx context.Context, file string) {
	t.Helper()
	text := evaluator(t, ctx)
	if err := chromedp.Do(ctx, chromedp.Navigate("about:blank"), chromedp.Navigate(file+"#live-4=abc")); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ hash, want string }{
		{"", "The address does not have a number for each slider"},
		{"live-4=1,2", "The address does not have a number for each slider"},
		{"live-4=999,150,0.5,0.2,1", "The address has Peak rate 999; the slider goes from"},
	} {
		if c.hash != "" {
			text(fmt.Sprintf(`location.hash = %q`, c.hash))
		}
		until(t, ctx, fmt.Sprintf(`(said => said.includes(%[1]q) ? %[1]q : said)(document.querySelector(".alive").innerText)`, c.want), c.want)
	}
	until(t, ctx, `document.querySelector(".alive").dataset.sum || ""`, native(t, []float64{90, 150, 0.5, 0.2, 1})) // at the end of the slider
	// A link to a heading leaves the values in the address, and one with both leads there.
	values := text(`location.hash`)
	heading := text(`[...document.querySelectorAll("h1[id], h2[id], h3[id]")].pop().id`)
	text(`location.hash = ` + fmt.Sprintf("%q", heading))
	both := values + "&" + heading
	until(t, ctx, `decodeURIComponent(location.hash)`, both)
	if err := chromedp.Do(ctx, chromedp.Navigate("about:blank"), chromedp.Navigate(file+both)); err != nil {
		t.Fatal(err)
	}
	// It leads to the heading.
	until(t, ctx, `String((r => r.bottom > 0 && r.top < innerHeight)(document.getElementById(`+fmt.Sprintf("%q", heading)+`).getBoundingClientRect()))`, "true")
}
