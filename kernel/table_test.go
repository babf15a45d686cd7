package kernel

import (
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/google/go-cmp/cmp"

	"gomyogen/install/jupyter/jupytertest"
	"gomyogen/myogen/units"
)

func plainOf(t *testing.T, table Table) string {
	t.Helper()
	cells, err := table.cells()
	if err != nil {
		t.Fatal(err)
	}
	return table.plain(cells)
}

func TestTablePlain(t *testing.T) {
	table := Table{Title: "Rates", Columns: []string{"Pool", "Rate (pps)", "N", "Drive", "Tiny"}, Rows: [][]any{
		{"aMN", 17.391, 78, 65 * units.Pps, 1e-12}, {"Größe", 5.0, 8, 45.5 * units.Pps, 2.5}, {nil, math.NaN(), -1, 0 * units.Pps, math.Inf(1)},
	}}
	want := `Rates
Pool   Rate (pps)   N     Drive   Tiny
aMN        17.391  78    65 pps  1e-12
Größe       5.000   8  45.5 pps    2.5
              NaN  -1     0 pps   +Inf
`
	if diff := cmp.Diff(want, plainOf(t, table)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if got := plainOf(t, Table{}); got != "\n" {
		t.Errorf("an empty table is %q", got)
	}
}

func TestTableOf(t *testing.T) {
	type row struct {
		Peak   units.Rate `table:"Peak rate"`
		CV     float64
		Hidden int `table:"-"`
		inner  int
	}
	table, err := TableOf([]row{{65, 0.125, 1, 2}, {85, 0.5, 1, 2}})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := plainOf(t, table), "Peak rate     CV\n   65 pps  0.125\n   85 pps  0.500\n"; got != want {
		t.Errorf("the table is\n%s", cmp.Diff(want, got))
	}
	if _, err := TableOf([]int{1}); err == nil {
		t.Error("a table of ints was made")
	}
}

func TestTableHTMLIsEscaped(t *testing.T) {
	evil := `</td><script>alert("x")</script>&`
	table := Table{Title: evil, Columns: []string{evil}, Rows: [][]any{{evil}}}
	cells, err := table.cells()
	if err != nil {
		t.Fatal(err)
	}
	if html := table.html(cells); strings.Count(html, "<script>") != 1 || strings.Count(html, "&lt;script&gt;") != 3 {
		t.Errorf("the page is %s", html)
	}
}

func TestTableRefusesARowThatDoesNotFit(t *testing.T) {
	_, err := Table{Title: "T", Columns: []string{"a", "b"}, Rows: [][]any{{1, 2}, {1}}}.cells()
	if err == nil || !strings.Contains(err.Error(), `row 2 of table "T" has 1 values for 2 columns`) {
		t.Errorf("error %v", err)
	}
}

func TestTableCSV(t *testing.T) {
	table := Table{Columns: []string{"Pool", "Rate (pps)", "N", "Drive", "Mixed", "Weight (nS)"}, Rows: [][]any{
		{"aMN, all", 17.3912345, 1000000, 65 * units.Pps, 5 * units.Pps, 0.0021},
		{"Größe \"x\"", math.NaN(), 8, 45.5 * units.Pps, 5, 1e-12},
		{nil, math.Inf(1), -1, nil, "none", 3},
	}}
	got, err := table.CSV()
	if err != nil {
		t.Fatal(err)
	}
	want := `Pool,Rate (pps),N,Drive (pps),Mixed,Weight (nS)
"aMN, all",17.3912345,1000000,65,5 pps,0.0021
"Größe ""x""",,8,45.5,5,1e-12
,+Inf,-1,,none,3
`
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if _, err := (Table{Title: "T", Columns: []string{"a"}, Rows: [][]any{{}}}).CSV(); err == nil || !strings.Contains(err.Error(), `row 1 of table "T" has 0 values for 1 columns`) {
		t.Errorf("error %v", err)
	}
}

// The button of a table saves what CSV returns.
func TestTableButton(t *testing.T) {
	ctx := jupytertest.Browser(t, 600, 400)
	table := Table{Title: "Rates, all", Columns: []string{"Pool", "Drive", "Rate (pps)"}, Rows: [][]any{{"a, b", 65 * units.Pps, 17.3912345}, {"x \"y\"", 45.5 * units.Pps, math.NaN()}}}
	cells, err := table.cells()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "table.html")
	if err := os.WriteFile(file, []byte("<!DOCTYPE html><meta charset=utf-8>"+table.html(cells)), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := chromedp.Do(ctx, chromedp.Navigate("file://"+file)); err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Run(ctx, chromedp.Evaluate[bool](`HTMLAnchorElement.prototype.click = function () { fetch(this.href).then(r => r.text()).then(text => { window.saved = this.download + "\n" + text; }); }; document.querySelector(".myogen-table button").click(); true`)); err != nil {
		t.Fatal(err)
	}
	text := ""
	for end := time.Now().Add(60 * time.Second); text == "" && time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if text, err = chromedp.Run(ctx, chromedp.Evaluate[string](`window.saved || ""`)); err != nil {
			t.Fatal(err)
		}
	}
	want, err := table.CSV()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff("Rates_all.csv\n"+string(want), text); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// Cells link neither renderer.
func TestCellsLinkNoRenderer(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", "gomyogen/kernel").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, dep := range strings.Fields(string(out)) {
		for _, heavy := range []string{"gonum.org/v1/plot", "github.com/go-echarts", "gomyogen/kernel/chart/draw"} {
			if strings.HasPrefix(dep, heavy) {
				t.Errorf("a cell links %s", dep)
			}
		}
	}
	if !strings.Contains(string(out), "gomyogen/kernel/chart/render") {
		t.Error("go list does not list what a cell links")
	}
}

func ExampleTable_CSV() {
	table := Table{Columns: []string{"Peak", "Active"}, Rows: [][]any{{20 * units.Pps, 2}, {65 * units.Pps, 78}}}
	b, err := table.CSV()
	if err != nil {
		panic(err)
	}
	fmt.Print(string(b))
	// Output:
	// Peak (pps),Active
	// 20,2
	// 65,78
}
