package kernel

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

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
