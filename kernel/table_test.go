package kernel

import (
	"bytes"
	"encoding/csv"
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
	columns, err := table.columns()
	if err != nil {
		t.Fatal(err)
	}
	return table.plain(columns)
}

func TestTablePlain(t *testing.T) {
	table := Table{Title: "Rates", Columns: []string{"Pool", "Rate (pps)", "N", "Drive", "Tiny"}, Rows: [][]any{
		{"aMN", 17.391, 78, 65 * units.Pps, 1e-12}, {"Größe", 5.0, 8, 45.5 * units.Pps, 2.5}, {nil, math.NaN(), -1, 0 * units.Pps, math.Inf(1)},
	}}
	want := `Rates
Pool   Rate (pps)   N  Drive (pps)   Tiny
aMN        17.391  78         65.0  1e-12
Größe       5.000   8         45.5    2.5
              NaN  -1          0.0   +Inf
`
	if diff := cmp.Diff(want, plainOf(t, table)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if got := plainOf(t, Table{}); got != "\n" {
		t.Errorf("an empty table is %q", got)
	}
}

// A quantity is rounded as other numbers are, and its unit stands once, in the
// column's name; CSV has all digits in that unit.
func TestTableQuantities(t *testing.T) {
	for _, c := range []struct {
		name       string
		values     []any
		shown, csv string
	}{
		{"Rate (pps)", []any{units.Rate(12.300000000000002), units.Rate(7)}, "Rate (pps)|12.3|7.0", "Rate (pps)|12.300000000000002|7"},
		{"Rate", []any{units.Rate(17.412345678), nil}, "Rate (pps)|17.412|", "Rate (pps)|17.412345678|\"\""},
		{"Delay", []any{0.1 * units.Ms, 500 * units.Ms}, "Delay (ms)|0.1|500.0", "Delay (ms)|0.1|500"},
		{"Recruited", []any{500 * units.Ms, units.Time(1512.34567891)}, "Recruited (s)|0.5000|1.5123", "Recruited (s)|0.5|1.51234567891"},
		{"Recruited (ms)", []any{500 * units.Ms, 1.5 * units.S}, "Recruited (ms)|500|1500", "Recruited (ms)|500|1500"},
		{"Recruited (s)", []any{500 * units.Ms}, "Recruited (s)|0.5", "Recruited (s)|0.5"},
		{"Weight (nS)", []any{0.15 * units.MicroSiemens}, "Weight (nS)|150", "Weight (nS)|150"},
		{"Weight (peak)", []any{0.15 * units.MicroSiemens}, "Weight (peak) (uS)|0.15", "Weight (peak) (uS)|0.15"},
		{"Force (mN)", []any{0.25 * units.Newton}, "Force (mN)|250", "Force (mN)|250"},
		{"Potential", []any{units.Voltage(math.NaN()), -67 * units.MV}, "Potential (mV)|NaN|-67", "Potential (mV)|\"\"|-67"},
		{"Mixed", []any{12.300000000000002 * units.Pps, 5, "none"}, "Mixed|12.3 pps|5.0|none", "Mixed|12.3 pps|5.0|none"},
		{"Mixed", []any{12.300000000000002 * units.Pps, 1 * units.Hz}, "Mixed|12.3 pps|1.0 Hz", "Mixed|12.3 pps|1.0 Hz"},
		{"Wall", []any{1500 * time.Millisecond}, "Wall|1.5s", "Wall|1.5s"},
		{"Seed", []any{uint64(math.MaxUint64), 42}, "Seed|18446744073709551615|42", "Seed|18446744073709551615|42"},
		{"Spikes", []any{14113, int64(-1 << 40)}, "Spikes|14113|-1099511627776", "Spikes|14113|-1099511627776"},
	} {
		table := Table{Columns: []string{c.name}}
		for _, v := range c.values {
			table.Rows = append(table.Rows, []any{v})
		}
		columns, err := table.columns()
		if err != nil {
			t.Fatal(err)
		}
		shown := columns[0].name
		for _, cell := range columns[0].cells {
			shown += "|" + cell.text
		}
		if shown != c.shown {
			t.Errorf("%q %v is shown as %q, want %q", c.name, c.values, shown, c.shown)
		}
		csv, err := table.CSV()
		if got := strings.ReplaceAll(strings.TrimSuffix(string(csv), "\n"), "\n", "|"); err != nil || got != c.csv {
			t.Errorf("%q %v is saved as %q, want %q; error %v", c.name, c.values, got, c.csv, err)
		}
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
	if got, want := plainOf(t, table), "Peak rate (pps)     CV\n             65  0.125\n             85  0.500\n"; got != want {
		t.Errorf("the table is\n%s", cmp.Diff(want, got))
	}
	if _, err := TableOf([]int{1}); err == nil {
		t.Error("a table of ints was made")
	}
}

func TestTableHTMLIsEscaped(t *testing.T) {
	evil := `</td><script>alert("x")</script>&`
	table := Table{Title: evil, Columns: []string{evil}, Rows: [][]any{{evil}}}
	columns, err := table.columns()
	if err != nil {
		t.Fatal(err)
	}
	if html := table.html(columns); strings.Count(html, "<script>") != 1 || strings.Count(html, "&lt;script&gt;") != 3 {
		t.Errorf("the page is %s", html)
	}
}

func TestTableRefusesARowThatDoesNotFit(t *testing.T) {
	_, err := Table{Title: "T", Columns: []string{"a", "b"}, Rows: [][]any{{1, 2}, {1}}}.columns()
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

// What is hard to write is read again, as many rows as there were.
func TestTableCSVOfOddValues(t *testing.T) {
	for name, c := range map[string]struct {
		table Table
		want  string
	}{
		"empty":                  {Table{Columns: []string{"Pool", "Rate (pps)"}}, "Pool,Rate (pps)\n"},
		"without columns":        {Table{}, "\n"},
		"one column with gaps":   {Table{Columns: []string{"a"}, Rows: [][]any{{1.5}, {math.NaN()}, {nil}, {""}}}, "a\n1.5\n\"\"\n\"\"\n\"\"\n"},
		"only a column unnamed":  {Table{Columns: []string{""}, Rows: [][]any{{3}}}, "\"\"\n3\n"},
		"lines and quotes":       {Table{Columns: []string{"a\nb", "c,\"d\""}, Rows: [][]any{{"x\ny", "\r\n"}, {" led", "trailing "}}}, "\"a\nb\",\"c,\"\"d\"\"\"\n\"x\ny\",\"\r\n\"\n\" led\",trailing \n"},
		"formulas":               {Table{Columns: []string{"=A1", "b"}, Rows: [][]any{{"=HYPERLINK(\"x\")", "+1"}, {"-2 spikes", "@SUM(A1)"}}}, "=A1,b\n\"=HYPERLINK(\"\"x\"\")\",+1\n-2 spikes,@SUM(A1)\n"},
		"Unicode":                {Table{Columns: []string{"µS", "ß"}, Rows: [][]any{{"שלום", "🧠"}}}, "µS,ß\nשלום,🧠\n"},
		"quantities of one kind": {Table{Columns: []string{"t", "V"}, Rows: [][]any{{1500 * units.Ms, -70.5 * units.MV}, {units.Time(math.NaN()), 0 * units.MV}}}, "t (ms),V (mV)\n1500,-70.5\n,0\n"},
		"numbers":                {Table{Columns: []string{"x", "n"}, Rows: [][]any{{5e-324, int64(math.MaxInt64)}, {-0.1, uint8(7)}, {1e22, true}}}, "x,n\n5e-324,9223372036854775807\n-0.1,7\n1e+22,true\n"},
	} {
		got, err := c.table.CSV()
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if diff := cmp.Diff(c.want, string(got)); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", name, diff)
		}
		if rows, err := csv.NewReader(bytes.NewReader(got)).ReadAll(); len(c.table.Columns) > 0 && (err != nil || len(rows) != 1+len(c.table.Rows)) {
			t.Errorf("%s: %d rows are read, want %d, error %v", name, len(rows), 1+len(c.table.Rows), err)
		}
	}
}

func TestTableSaveCSV(t *testing.T) {
	dir := t.TempDir()
	table := Table{Title: "T", Columns: []string{"a"}, Rows: [][]any{{1}, {2.5}}}
	for _, name := range []string{"t.csv", "new/folder/t.CSV"} {
		path := filepath.Join(dir, name)
		if err := table.SaveCSV(path); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(path); err != nil || string(got) != "a\n1\n2.5\n" {
			t.Errorf("%s holds %q, error %v", name, got, err)
		}
	}
	for want, path := range map[string]string{`t.xlsx: a table is saved as .csv, not ".xlsx"`: "t.xlsx", `a table is saved as .csv, not ""`: "t", "save table: ": "t.csv/t.csv"} {
		if err := table.SaveCSV(filepath.Join(dir, path)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %q", path, err, want)
		}
	}
	table.Rows = append(table.Rows, nil)
	if err := table.SaveCSV(filepath.Join(dir, "bad.csv")); err == nil || !strings.Contains(err.Error(), "row 3") {
		t.Errorf("error %v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, "bad.csv")); err == nil {
		t.Error("a table that is refused has left a file")
	}
}

// The button of a table saves what CSV returns.
func TestTableButton(t *testing.T) {
	t.Parallel()
	ctx := jupytertest.Browser(t, 600, 400)
	table := Table{Title: "Rates, all", Columns: []string{"Pool", "Drive", "Rate (pps)"}, Rows: [][]any{{"a, b", 65 * units.Pps, 17.3912345}, {"x \"y\"", 45.5 * units.Pps, math.NaN()}}}
	columns, err := table.columns()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "table.html")
	if err := os.WriteFile(file, []byte("<!DOCTYPE html><meta charset=utf-8>"+table.html(columns)), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := chromedp.Do(ctx, chromedp.Navigate("file://"+file)); err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Run(ctx, chromedp.Evaluate[bool](`HTMLAnchorElement.prototype.click = function () { fetch(this.href).then(r => r.text()).then(text => { window.saved = this.download + "\n" + text; }); }; document.querySelector(".myogen-table button").click(); true`)); err != nil {
		t.Fatal(err)
	}
	text := ""
	for end := time.Now().Add(jupytertest.Patience); text == "" && time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
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
