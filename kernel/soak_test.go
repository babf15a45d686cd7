package kernel_test

import (
	_ "embed"
	"encoding/csv"
	"flag"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"

	"gomyogen/install/jupyter/jupytertest"
)

var soak = flag.Duration("soak", 0, "how long TestSoak runs, stops and resumes; 0 leaves it out")

//go:embed testdata/soak.py
var soakPy string

// A kernel in which a run is started, stopped, resumed and drawn for an hour
// takes no more memory, processes and files in the end than after a quarter of
// the time, and every run has the same spikes. On the disk a cell leaves a few
// lines, up to 1 kB.
func TestSoak(t *testing.T) {
	if *soak == 0 {
		t.Skip("go test ./kernel -run TestSoak -soak 1h -timeout 2h")
	}
	home := jupytertest.Home(t)
	cmd := exec.Command(home.Python("python"), "-c", soakPy, strconv.FormatFloat(soak.Seconds(), 'g', -1, 64), home.Data)
	cmd.Dir, cmd.Stderr = t.TempDir(), os.Stderr
	out, err := cmd.Output()
	t.Logf("%s", out)
	if err != nil {
		t.Fatal(err)
	}
	table, err := csv.NewReader(strings.NewReader(string(out))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	rows := table[1:]
	n := len(rows)
	early, late := rows[n/4:max(n/2, n/4+1)], rows[n-max(n/4, 1):]
	cells := 4 * middle(t, rows[n-1:], 1)
	for i, most := range map[int]float64{3: 1.2, 4: 1, 5: 1, 6: 1 + cells*1e-3/middle(t, early, 6)} { // times what it was
		was, is := middle(t, early, i), middle(t, late, i)
		t.Logf("%s: %v after a quarter of %v, %v in the end", table[0][i], was, *soak, is)
		if is > was*most {
			t.Errorf("%s grows from %v to %v", table[0][i], was, is)
		}
	}
	if stops, err := strconv.Atoi(rows[n-1][2]); err != nil || stops == 0 {
		t.Errorf("%d runs were stopped, %v", stops, err)
	}
}

// middle returns the median of a column.
func middle(t *testing.T, rows [][]string, column int) float64 {
	var all []float64
	for _, r := range rows {
		x, err := strconv.ParseFloat(r[column], 64)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, x)
	}
	slices.Sort(all)
	return all[len(all)/2]
}
