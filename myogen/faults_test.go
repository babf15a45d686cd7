package myogen

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"gomyogen/myogen/format/atomicfile/faultydisk"
	"gomyogen/myogen/format/npz"
)

// After any fault of the disk, a kill or a power loss, results are the old or
// the new ones, and no report stands for the results of another run.
func TestFaultsBreakNoResult(t *testing.T) {
	e := closedLoop(NERLab)
	e.Duration = 20
	old := run(t, e)
	e.Seed++
	next := run(t, e)
	oldSum, newSum := old.Block.SpikeSHA256(), next.Block.SpikeSHA256()
	if oldSum == newSum {
		t.Fatal("two seeds have the same spikes")
	}
	failed := 0
	faultydisk.Seeds(t, 30, func(seed uint64, dir string) error {
		path := filepath.Join(dir, "r.npz")
		if err := old.Save(path); err != nil {
			return err
		}
		d := faultydisk.New(seed, dir, 60)
		var saved error
		died := d.Run(func() { saved = next.Save(path) })
		if saved != nil {
			failed++
		}
		if d.Random.IntN(2) == 0 {
			if err := d.PowerLoss(); err != nil {
				return err
			}
		}
		b, err := npz.ReadBlock(path)
		if err != nil {
			return err
		}
		sum := b.SpikeSHA256()
		report, err := LoadReport(path)
		switch {
		case sum != oldSum && sum != newSum:
			return fmt.Errorf("results of other spikes, %s", sum)
		case err == nil && report.SpikesSHA256 != sum:
			return fmt.Errorf("a report of %s beside %s", report.SpikesSHA256, sum)
		case !died && saved == nil && (err != nil || sum != newSum):
			return fmt.Errorf("saved, and there is %s, %w", sum, err)
		}
		return nil
	})
	if failed == 0 {
		t.Error("nothing failed")
	}
}

// A report that is written again keeps its permissions, and a link stays one.
func TestReportStaysWhatItIs(t *testing.T) {
	e := closedLoop(NERLab)
	e.Duration = 5
	r, dir := run(t, e), t.TempDir()
	path, elsewhere := filepath.Join(dir, "r.npz"), filepath.Join(dir, "elsewhere.json")
	if err := errors.Join(os.WriteFile(elsewhere, []byte("old"), 0o600), os.Symlink("elsewhere.json", ReportPath(path))); err != nil {
		t.Fatal(err)
	}
	if err := r.Save(path); err != nil {
		t.Fatal(err)
	}
	link, err := os.Readlink(ReportPath(path))
	if err != nil || link != "elsewhere.json" {
		t.Errorf("the report is no link any more: %q, %v", link, err)
	}
	if info, err := os.Stat(elsewhere); err != nil || info.Mode() != 0o600 {
		t.Errorf("its mode is %v, %v; want 0600", info.Mode(), err)
	}
	if report, err := LoadReport(path); err != nil || report.SpikesSHA256 != r.Block.SpikeSHA256() {
		t.Errorf("the report is of %s, %v", report.SpikesSHA256, err)
	}
}
